/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "sort.h"
#include "str-sanitize.h"
#include "bounce-key.h"
#include "bounce-domains.h"

#define DOMAIN_SEPARATORS ", \t\r\n"
/* What of a bad word is shown to the admin */
#define DOMAIN_ERROR_MAX_SIZE 80

struct bounce_own_domain {
	/* lower case, without a dot at either end */
	const char *name;
	/* its subdomains are ours too */
	bool tree;
};

struct bounce_domains {
	/* sorted by name, each name once */
	ARRAY(struct bounce_own_domain) array;
	const struct bounce_own_domain *list;
	unsigned int count;
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

/* Lower case, without the root's dot. */
static const char *t_domain_normalise(const char *domain)
{
	size_t size = strlen(domain);

	if (size > 1 && domain[size - 1] == '.')
		size--;
	return t_str_lcase(t_strndup(domain, size));
}

static int
domains_add(pool_t pool, struct bounce_domains *domains, const char *word,
	    const char **error_r)
{
	struct bounce_own_domain domain;
	const char *name = t_domain_normalise(word);

	domain.tree = name[0] == '.';
	if (domain.tree)
		name++;
	if (!bounce_key_name_is_valid(name)) {
		*error_r = t_strdup_printf(
			"'%s' is not a domain name",
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

static const struct bounce_own_domain *
domains_find(const struct bounce_domains *domains, const char *name)
{
	return i_bsearch(&name, domains->list, domains->count,
			 sizeof(*domains->list), own_domain_search);
}

bool bounce_domains_match(const struct bounce_domains *domains,
			  const char *domain)
{
	const struct bounce_own_domain *own;
	const char *name;
	bool ret = FALSE;

	if (bounce_domains_is_empty(domains))
		return FALSE;
	T_BEGIN {
		name = t_domain_normalise(domain);
		if (!bounce_key_name_is_valid(name))
			name = NULL;
		else
			ret = domains_find(domains, name) != NULL;
		while (!ret && name != NULL &&
		       (name = strchr(name, '.')) != NULL) {
			own = domains_find(domains, ++name);
			ret = own != NULL && own->tree;
		}
	} T_END;
	return ret;
}

bool bounce_domains_is_empty(const struct bounce_domains *domains)
{
	return domains == NULL || domains->count == 0;
}
