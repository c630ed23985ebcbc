/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "sort.h"
#include "name/domain-name.h"
#include "base/limits.h"
#include "name/own-domains.h"

#define DOMAIN_SEPARATORS ", \t\r\n"

struct bounce_domains_answered {
	const char *name;
	enum bounce_domains_answer answer;
};

/* What was asked for one message. */
struct bounce_domains_asked {
	pool_t pool;
	struct bounce_domain_source *const *sources;
	ARRAY(struct bounce_domains_answered) answers;
	unsigned int keys_count;
	const char *error;
};

struct bounce_domains {
	/* Sorted domains and patterns, in the form of the keys of
	   bounce_domain_source. */
	ARRAY_TYPE(const_string) list;
	/* NULL: there are no sources */
	struct bounce_domains_asked *asked;
};

static int
domains_add(pool_t pool, struct bounce_domains *domains, const char *word,
	    const char **error_r)
{
	bool tree = word[0] == '.';
	const char *name = t_bounce_domain_normalise(tree ? word + 1 : word);

	if (name == NULL) {
		*error_r = t_bounce_domain_error(word, "a domain name");
		return -1;
	}
	name = p_strconcat(pool, tree ? "." : "", name, NULL);
	array_push_back(&domains->list, &name);
	return 0;
}

int bounce_domains_parse(pool_t pool, const char *list,
			 struct bounce_domains **domains_r,
			 const char **error_r)
{
	struct bounce_domains *domains;
	const char *word;
	size_t size;
	int ret = 0;

	domains = p_new(pool, struct bounce_domains, 1);
	p_array_init(&domains->list, pool, 4);
	while (ret == 0) {
		list += strspn(list, DOMAIN_SEPARATORS);
		if (*list == '\0')
			break;
		size = strcspn(list, DOMAIN_SEPARATORS);
		T_BEGIN {
			word = t_strndup(list, size);
			ret = domains_add(pool, domains, word, error_r);
		} T_END_PASS_STR_IF(ret < 0, error_r);
		list += size;
	}
	if (ret < 0)
		return -1;
	array_sort(&domains->list, i_strcmp_p);
	*domains_r = domains;
	return 0;
}

struct bounce_domains *
bounce_domains_with_sources(pool_t pool, const struct bounce_domains *list,
			    struct bounce_domain_source *const *sources)
{
	struct bounce_domains *domains = p_new(pool, struct bounce_domains, 1);

	if (list != NULL)
		domains->list = list->list;
	else
		p_array_init(&domains->list, pool, 1);
	domains->asked = p_new(pool, struct bounce_domains_asked, 1);
	domains->asked->pool = pool;
	domains->asked->sources = sources;
	p_array_init(&domains->asked->answers, pool, 4);
	return domains;
}

bool bounce_domains_list_has(const struct bounce_domains *domains,
			     const char *const *keys)
{
	const char *const *list;
	unsigned int count;

	list = array_get(&domains->list, &count);
	for (; *keys != NULL; keys++) {
		if (i_bsearch(keys, list, count, sizeof(*list),
			      i_strcmp_p) != NULL)
			return TRUE;
	}
	return FALSE;
}

/* Returns the keys of a domain, as bounce_domain_source describes them. */
static const char *const *t_domain_keys(const char *name)
{
	ARRAY_TYPE(const_string) keys;
	const char *pattern = t_strconcat(".", name, NULL);

	t_array_init(&keys, 8);
	array_push_back(&keys, &name);
	do {
		array_push_back(&keys, &pattern);
		pattern = strchr(pattern + 1, '.');
	} while (pattern != NULL);
	array_append_zero(&keys);
	return array_front(&keys);
}

static enum bounce_domains_answer
domains_ask_sources(struct bounce_domains_asked *asked,
		    const char *const *keys)
{
	struct bounce_domain_source *const *source;
	enum bounce_domains_answer answer = BOUNCE_DOMAINS_FOREIGN;
	unsigned int count = str_array_length(keys);
	const char *error;
	int ret;

	for (source = asked->sources; *source != NULL; source++) {
		if (count > BOUNCE_DOMAINS_MAX_KEYS - asked->keys_count)
			return BOUNCE_DOMAINS_OVER_LIMIT;
		asked->keys_count += count;
		ret = (*source)->lookup(*source, keys, &error);
		if (ret > 0)
			return BOUNCE_DOMAINS_OWN;
		if (ret < 0) {
			/* another source may know it */
			answer = BOUNCE_DOMAINS_UNKNOWN;
			if (asked->error == NULL)
				asked->error = p_strdup(asked->pool, error);
		}
	}
	return answer;
}

static enum bounce_domains_answer
domains_ask(struct bounce_domains_asked *asked, const char *name,
	    const char *const *keys)
{
	struct bounce_domains_answered *answered;

	array_foreach_modifiable(&asked->answers, answered) {
		if (strcmp(answered->name, name) == 0)
			return answered->answer;
	}
	/* each answer took at least three keys, or was over the limit */
	if (array_count(&asked->answers) >= BOUNCE_DOMAINS_MAX_KEYS)
		return BOUNCE_DOMAINS_OVER_LIMIT;
	answered = array_append_space(&asked->answers);
	answered->name = p_strdup(asked->pool, name);
	answered->answer = domains_ask_sources(asked, keys);
	return answered->answer;
}

enum bounce_domains_answer
bounce_domains_lookup(const struct bounce_domains *domains, const char *domain)
{
	enum bounce_domains_answer answer = BOUNCE_DOMAINS_FOREIGN;
	const char *name, *const *keys;

	if (bounce_domains_is_empty(domains))
		return BOUNCE_DOMAINS_FOREIGN;
	T_BEGIN {
		name = t_bounce_domain_normalise(domain);
		keys = name == NULL ? NULL : t_domain_keys(name);
		if (keys == NULL)
			;
		else if (bounce_domains_list_has(domains, keys))
			answer = BOUNCE_DOMAINS_OWN;
		else if (domains->asked != NULL)
			answer = domains_ask(domains->asked, name, keys);
	} T_END;
	return answer;
}

bool bounce_domains_match(const struct bounce_domains *domains,
			  const char *domain)
{
	return bounce_domains_lookup(domains, domain) == BOUNCE_DOMAINS_OWN;
}

bool bounce_domains_match_host(const struct bounce_domains *domains,
			       const char *host)
{
	const char *p, *parents[BOUNCE_FORWARDED_MAX_LABELS];
	unsigned int i, count = 0;

	for (p = host; p != NULL && strchr(p, '.') != NULL;
	     p = strchr(p, '.') + 1)
		parents[count++ % N_ELEMENTS(parents)] = p;
	for (i = 0; i < I_MIN(count, N_ELEMENTS(parents)); i++) {
		if (bounce_domains_match(domains, parents[i]))
			return TRUE;
	}
	return FALSE;
}

const char *bounce_domains_get_error(const struct bounce_domains *domains)
{
	return domains == NULL || domains->asked == NULL ? NULL :
		domains->asked->error;
}

bool bounce_domains_is_empty(const struct bounce_domains *domains)
{
	return domains == NULL ||
		(array_count(&domains->list) == 0 && domains->asked == NULL);
}
