/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dict.h"
#include "hash.h"
#include "mail-user.h"
#include "name/own-domains.h"
#include "dict/state-dict.h"
#include "user/domains.h"
#include "dovecot-backscatter.h"

#include <time.h>

/* How long answers of a dict are cached. It is a shorter time for domains that
   were not found, because one that is added should soon be known. */
#define DOMAIN_DICT_FOUND_SECS 60
#define DOMAIN_DICT_MISSING_SECS 10
#define DOMAIN_DICT_CACHE_SIZE 512

struct domain_dict {
	struct bounce_domain_source source;
	pool_t pool;
	struct mail_user *user;
	const char *prefix;
};

struct domain_dict_answer {
	/* NULL if the slot is empty */
	char *name;
	time_t expires;
	bool found;
};

/* There is one slot for each hash. A new answer replaces an old one. */
static struct domain_dict_answer domain_dict_cache[DOMAIN_DICT_CACHE_SIZE];

/* The name includes the user, since two users may have different dicts. */
static const char *
domain_dict_cache_name(const struct domain_dict *dict, const char *domain)
{
	return t_strconcat(dict->user->username, "\n", dict->prefix, "\n",
			   domain, NULL);
}

static struct domain_dict_answer *domain_dict_cache_slot(const char *name)
{
	return &domain_dict_cache[str_hash(name) % DOMAIN_DICT_CACHE_SIZE];
}

/* Returns 1 if the domain was found, 0 if not, or -1 if there is no answer in
   the cache. */
static int domain_dict_cache_find(const char *name, time_t now)
{
	struct domain_dict_answer *answer = domain_dict_cache_slot(name);

	if (answer->name == NULL || strcmp(answer->name, name) != 0 ||
	    answer->expires <= now ||
	    /* the clock went back */
	    answer->expires > now + DOMAIN_DICT_FOUND_SECS)
		return -1;
	return answer->found ? 1 : 0;
}

static void domain_dict_cache_add(const char *name, time_t now, bool found)
{
	struct domain_dict_answer *answer = domain_dict_cache_slot(name);

	i_free(answer->name);
	answer->name = i_strdup(name);
	answer->found = found;
	answer->expires = now + (found ? DOMAIN_DICT_FOUND_SECS :
				 DOMAIN_DICT_MISSING_SECS);
}

static int
domain_dict_ask(struct domain_dict *dict, const char *const *keys,
		const char **error_r)
{
	struct backscatter_dict *handle;
	const char *value;
	int ret;

	ret = backscatter_dict_get(dict->user, &handle, error_r);
	if (ret < 0)
		return -1;
	if (ret == 0) {
		*error_r = "backscatter_dict is not set";
		return -1;
	}
	for (ret = 0; ret == 0 && *keys != NULL; keys++) {
		ret = backscatter_dict_lookup(handle, dict->pool,
			t_strconcat(DICT_PATH_SHARED, dict->prefix, "/",
				    *keys, NULL), &value, error_r);
	}
	return ret;
}

static int
domain_dict_lookup(struct bounce_domain_source *source,
		   const char *const *keys, const char **error_r)
{
	struct domain_dict *dict =
		container_of(source, struct domain_dict, source);
	const char *name = domain_dict_cache_name(dict, keys[0]);
	time_t now = time(NULL);
	int ret;

	ret = domain_dict_cache_find(name, now);
	if (ret >= 0)
		return ret;
	ret = domain_dict_ask(dict, keys, error_r);
	if (ret < 0)
		*error_r = t_strconcat("own domains in a dict: ", *error_r,
				       NULL);
	else
		domain_dict_cache_add(name, now, ret > 0);
	return ret;
}

struct bounce_domain_source *
backscatter_domain_dict_source(pool_t pool, struct mail_user *user,
			       const char *prefix)
{
	struct domain_dict *dict = p_new(pool, struct domain_dict, 1);

	dict->source.lookup = domain_dict_lookup;
	dict->pool = pool;
	dict->user = user;
	dict->prefix = prefix;
	return &dict->source;
}
