/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "sort.h"
#include "str-sanitize.h"
#include "bounce-domain-name.h"
#include "bounce-limits.h"
#include "bounce-domains.h"

#define DOMAIN_SEPARATORS ", \t\r\n"
/* What of a bad word is shown to the admin */
#define DOMAIN_ERROR_MAX_SIZE 80

struct bounce_own_domain {
	/* normalised, without a dot before it */
	const char *name;
	/* its subdomains are ours too */
	bool tree;
};

struct bounce_domains_answered {
	const char *name;
	enum bounce_domains_answer answer;
};

/* What one message has asked. */
struct bounce_domains_asked {
	pool_t pool;
	struct bounce_domain_source *const *sources;
	ARRAY(struct bounce_domains_answered) answers;
	unsigned int keys_count;
	const char *error;
};

struct bounce_domains {
	/* sorted by name, each name once */
	ARRAY(struct bounce_own_domain) array;
	const struct bounce_own_domain *list;
	unsigned int count;
	/* NULL: there are no sources */
	struct bounce_domains_asked *asked;
};

static int
own_domain_cmp(const struct bounce_own_domain *d1,
	       const struct bounce_own_domain *d2)
{
	return strcmp(d1->name, d2->name);
}

static int
own_domain_search(const char *const *name, const struct bounce_own_domain *d)
{
	return strcmp(*name, d->name);
}

static int
domains_add(pool_t pool, struct bounce_domains *domains, const char *word,
	    const char **error_r)
{
	struct bounce_own_domain domain;
	const char *name;

	domain.tree = word[0] == '.';
	name = t_bounce_domain_normalise(domain.tree ? word + 1 : word);
	if (name == NULL) {
		*error_r = t_strdup_printf("'%s' is not a domain name",
			str_sanitize(word, DOMAIN_ERROR_MAX_SIZE));
		return -1;
	}
	domain.name = p_strdup(pool, name);
	array_push_back(&domains->array, &domain);
	return 0;
}

/* "d" and ".d" together mean ".d". */
static void domains_sort(struct bounce_domains *domains)
{
	struct bounce_own_domain *list;
	unsigned int i, count, kept = 0;

	array_sort(&domains->array, own_domain_cmp);
	list = array_get_modifiable(&domains->array, &count);
	for (i = 0; i < count; i++) {
		if (kept > 0 && strcmp(list[kept - 1].name, list[i].name) == 0)
			list[kept - 1].tree |= list[i].tree;
		else
			list[kept++] = list[i];
	}
	domains->list = list;
	domains->count = kept;
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
	p_array_init(&domains->array, pool, 4);
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
	domains_sort(domains);
	*domains_r = domains;
	return 0;
}

struct bounce_domains *
bounce_domains_with_sources(pool_t pool, const struct bounce_domains *list,
			    struct bounce_domain_source *const *sources)
{
	struct bounce_domains *domains = p_new(pool, struct bounce_domains, 1);

	if (list != NULL) {
		domains->list = list->list;
		domains->count = list->count;
	}
	domains->asked = p_new(pool, struct bounce_domains_asked, 1);
	domains->asked->pool = pool;
	domains->asked->sources = sources;
	p_array_init(&domains->asked->answers, pool, 4);
	return domains;
}

static const struct bounce_own_domain *
domains_find(const struct bounce_domains *domains, const char *name)
{
	return i_bsearch(&name, domains->list, domains->count,
			 sizeof(*domains->list), own_domain_search);
}

static bool
domains_list_match(const struct bounce_domains *domains, const char *name)
{
	const struct bounce_own_domain *own;

	if (domains->count == 0)
		return FALSE;
	if (domains_find(domains, name) != NULL)
		return TRUE;
	while ((name = strchr(name, '.')) != NULL) {
		own = domains_find(domains, ++name);
		if (own != NULL && own->tree)
			return TRUE;
	}
	return FALSE;
}

/* As bounce_domain_source has them. */
static const char *const *t_domain_keys(const char *name, unsigned int *count_r)
{
	ARRAY_TYPE(const_string) keys;
	const char *pattern = t_strconcat(".", name, NULL);

	t_array_init(&keys, 8);
	array_push_back(&keys, &name);
	do {
		array_push_back(&keys, &pattern);
		pattern = strchr(pattern + 1, '.');
	} while (pattern != NULL);
	*count_r = array_count(&keys);
	array_append_zero(&keys);
	return array_front(&keys);
}

static enum bounce_domains_answer
domains_ask_sources(struct bounce_domains_asked *asked, const char *name)
{
	struct bounce_domain_source *const *source;
	enum bounce_domains_answer answer = BOUNCE_DOMAINS_FOREIGN;
	const char *const *keys, *error;
	unsigned int count;
	int ret;

	keys = t_domain_keys(name, &count);
	for (source = asked->sources; *source != NULL; source++) {
		if (count > BOUNCE_DOMAINS_MAX_KEYS - asked->keys_count)
			return BOUNCE_DOMAINS_OVER_LIMIT;
		asked->keys_count += count;
		ret = (*source)->lookup(*source, keys, &error);
		if (ret > 0)
			return BOUNCE_DOMAINS_OWN;
		if (ret < 0) {
			/* another one may know it */
			answer = BOUNCE_DOMAINS_UNKNOWN;
			if (asked->error == NULL)
				asked->error = p_strdup(asked->pool, error);
		}
	}
	return answer;
}

static enum bounce_domains_answer
domains_ask(struct bounce_domains_asked *asked, const char *name)
{
	struct bounce_domains_answered *answered;

	array_foreach_modifiable(&asked->answers, answered) {
		if (strcmp(answered->name, name) == 0)
			return answered->answer;
	}
	/* each has asked for three keys at least, or been over the limit */
	if (array_count(&asked->answers) >= BOUNCE_DOMAINS_MAX_KEYS)
		return BOUNCE_DOMAINS_OVER_LIMIT;
	answered = array_append_space(&asked->answers);
	answered->name = p_strdup(asked->pool, name);
	answered->answer = domains_ask_sources(asked, name);
	return answered->answer;
}

enum bounce_domains_answer
bounce_domains_lookup(const struct bounce_domains *domains, const char *domain)
{
	enum bounce_domains_answer answer = BOUNCE_DOMAINS_FOREIGN;
	const char *name;

	if (bounce_domains_is_empty(domains))
		return BOUNCE_DOMAINS_FOREIGN;
	T_BEGIN {
		name = t_bounce_domain_normalise(domain);
		if (name == NULL)
			;
		else if (domains_list_match(domains, name))
			answer = BOUNCE_DOMAINS_OWN;
		else if (domains->asked != NULL)
			answer = domains_ask(domains->asked, name);
	} T_END;
	return answer;
}

bool bounce_domains_match(const struct bounce_domains *domains,
			  const char *domain)
{
	return bounce_domains_lookup(domains, domain) == BOUNCE_DOMAINS_OWN;
}

const char *bounce_domains_get_error(const struct bounce_domains *domains)
{
	return domains == NULL || domains->asked == NULL ? NULL :
		domains->asked->error;
}

const char *bounce_domains_get_warning(const struct bounce_domains *domains)
{
	struct bounce_domain_source *const *source;

	if (domains == NULL || domains->asked == NULL)
		return NULL;
	for (source = domains->asked->sources; *source != NULL; source++) {
		if ((*source)->warning != NULL)
			return (*source)->warning;
	}
	return NULL;
}

bool bounce_domains_is_empty(const struct bounce_domains *domains)
{
	return domains == NULL ||
		(domains->count == 0 && domains->asked == NULL);
}
