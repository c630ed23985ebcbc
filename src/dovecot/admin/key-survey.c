/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "dns/dns.h"
#include "own-domains/file.h"
#include "name/domain-name.h"
#include "name/own-domains.h"
#include "keys/key-dir.h"
#include "keys/key-keep.h"
#include "dkim/key.h"
#include "base/sanitize.h"
#include "user/domain-site.h"
#include "admin/key-survey.h"
#include "user/keys.h"

/* So many names are asked for together, within one deadline. */
#define KEY_SURVEY_BATCH 20

/* What DNS and the key directory say of one key. */
struct survey_key {
	struct bounce_key *dns_key, *dir_key, *kept_key;
	enum bounce_key_status dns_status, dir_status, kept_status;
	const char *dns_error, *dir_error, *kept_error;
};

struct survey {
	pool_t pool;
	const struct backscatter_key_query *query;
	const struct backscatter_settings *set;
	/* The key directory, and the copies that are kept in it. NULL if there
	   is no key directory */
	struct bounce_key_dir *dir, *kept;
	/* NULL if no own domains are in a dict */
	struct bounce_domain_source *site;

	/* The names of the keys in DNS, and what is known of each, in the same
	   order. */
	ARRAY_TYPE(const_string) names;
	ARRAY(struct backscatter_key_info) infos;
};

enum bounce_key_status
backscatter_key_from_dns(const struct bounce_dns_query *query,
			 struct bounce_key **key_r, unsigned int *record_r,
			 const char **error_r)
{
	enum bounce_key_status status = BOUNCE_KEY_MISSING;
	unsigned int i;

	*key_r = NULL;
	*error_r = query->error;
	if (query->status != BOUNCE_DNS_OK) {
		return query->status == BOUNCE_DNS_TEMPERROR ?
			BOUNCE_KEY_TEMPERROR : BOUNCE_KEY_MISSING;
	}
	for (i = 0; i < query->records_count; i++) {
		status = bounce_key_parse(query->records[i].data,
					  query->records[i].size,
					  key_r, error_r);
		*record_r = i;
		if (status == BOUNCE_KEY_FOUND)
			break;
	}
	return status;
}

int backscatter_dns_ask(const struct backscatter_settings *set, pool_t pool,
			struct bounce_dns_query *queries, unsigned int count,
			const char **error_r)
{
	struct bounce_dns *dns;

	if (bounce_dns_create(set->dns_servers, &dns, error_r) < 0)
		return -1;
	bounce_dns_lookup(dns, pool, queries, count,
			  bounce_dns_now() + set->dns_timeout_msecs);
	bounce_dns_destroy(&dns);
	return 0;
}

enum bounce_domains_answer
backscatter_key_ask_domain(pool_t pool, const struct backscatter_settings *set,
			   struct bounce_domain_source *site,
			   const char *domain, const char **error_r)
{
	/* open them for each domain: the number of lookups for one message is
	   limited */
	struct bounce_domains *domains =
		bounce_domain_words_open(pool, &set->domains, site);
	enum bounce_domains_answer answer;

	*error_r = NULL;
	if (domains == NULL)
		return BOUNCE_DOMAINS_OWN;
	answer = bounce_domains_lookup(domains, domain);
	if (answer == BOUNCE_DOMAINS_UNKNOWN)
		*error_r = bounce_domains_get_error(domains);
	return answer;
}

static enum bounce_domains_answer
survey_ask_domain(struct survey *survey, const char *domain,
		  const char **error_r)
{
	return backscatter_key_ask_domain(survey->pool, survey->set,
					  survey->site, domain, error_r);
}

/* Returns TRUE if the keys of this domain are to be shown. This is so even if
   we do not know whether it is ours: their line says so. */
static bool survey_wants(struct survey *survey, const char *domain)
{
	const char *error;

	if (survey->query->domains != NULL)
		return str_array_icase_find(survey->query->domains, domain);
	return survey_ask_domain(survey, domain, &error) !=
		BOUNCE_DOMAINS_FOREIGN;
}

static const char *
survey_seen(const struct backscatter_key_query *query, const char *name)
{
	unsigned int i;

	for (i = 0; i < query->seen_count; i++) {
		if (strcmp(query->seen[i].name, name) == 0)
			return query->seen[i].day;
	}
	return "";
}

/* Add the key with this name, which has the infix, unless it is there. */
static void survey_add(struct survey *survey, const char *name)
{
	const char *infix = strstr(name, BACKSCATTER_KEY_INFIX), *known;
	struct backscatter_key_info *info;

	if (!survey_wants(survey, infix + strlen(BACKSCATTER_KEY_INFIX)))
		return;
	array_foreach_elem(&survey->names, known) {
		if (strcmp(known, name) == 0)
			return;
	}
	info = array_append_space(&survey->infos);
	info->selector = p_strdup_until(survey->pool, name, infix);
	info->domain = p_strdup(survey->pool,
				infix + strlen(BACKSCATTER_KEY_INFIX));
	info->seen = survey_seen(survey->query, name);
	name = p_strdup(survey->pool, name);
	array_push_back(&survey->names, &name);
}

static int survey_list_dir(struct survey *survey, const char **error_r)
{
	const char *const *names, *error;

	if (survey->set->key_dir == NULL)
		return 0;
	if (bounce_key_dir_list(survey->pool, survey->set->key_dir, &names,
				&error) < 0) {
		*error_r = t_strdup_printf("%s. Make the folder, or correct "
					   "backscatter_key_dir.", error);
		return -1;
	}
	for (; *names != NULL; names++)
		survey_add(survey, *names);
	/* this folder is made when the first key is kept */
	if (bounce_key_dir_list(survey->pool,
				t_bounce_key_keep_path(survey->set->key_dir),
				&names, &error) == 0) {
		for (; *names != NULL; names++)
			survey_add(survey, *names);
	}
	return 0;
}

/* Add the keys that were seen. The dict may contain anything, so that their
   names are checked. */
static void survey_list_seen(struct survey *survey)
{
	const char *infix, *name, *error;
	unsigned int i;

	for (i = 0; i < survey->query->seen_count; i++) T_BEGIN {
		name = survey->query->seen[i].name;
		infix = strstr(name, BACKSCATTER_KEY_INFIX);
		if (infix != NULL &&
		    backscatter_key_name(t_strdup_until(name, infix),
					 infix + strlen(BACKSCATTER_KEY_INFIX),
					 &name, &error) == 0)
			survey_add(survey, name);
	} T_END;
}

/* Add the keys that were named on the command line. */
static int survey_list_given(struct survey *survey, const char **error_r)
{
	const char *const *selector = survey->query->selectors, *const *domain;
	const char *name;

	if (selector == NULL || survey->query->domains == NULL)
		return 0;
	for (; *selector != NULL; selector++) {
		domain = survey->query->domains;
		for (; *domain != NULL; domain++) {
			if (backscatter_key_name(*selector, *domain, &name,
						 error_r) < 0)
				return -1;
			survey_add(survey, name);
		}
	}
	return 0;
}

static const char *
survey_problem(struct survey *survey, const struct survey_key *key,
	       const struct backscatter_key_info *info,
	       const struct bounce_key *best)
{
	string_t *str = t_str_new(128);
	const char *error;

	if (key->dir_error != NULL)
		str_printfa(str, "; %s", key->dir_error);
	if (key->dns_status != BOUNCE_KEY_FOUND &&
	    key->dns_status != BOUNCE_KEY_MISSING)
		str_printfa(str, "; DNS: %s", key->dns_error);
	else if (key->dns_status == BOUNCE_KEY_MISSING &&
		 (info->in_dir || !info->kept) &&
		 (best == NULL || best->retired == 0)) {
		str_append(str, "; not in DNS");
		if (best != NULL)
			str_append(str, ": if it is retired, its file should "
				   "say when (; retired: DATE)");
	}
	if (key->dns_key != NULL && key->dir_key != NULL &&
	    !bounce_crypto_key_equals(key->dns_key, key->dir_key))
		str_append(str, "; the key in the directory differs from the "
			   "one in DNS, and is the one that is used");
	if (key->dns_key != NULL && !info->in_dir && !info->kept)
		str_append(str, "; not in the key directory: fetch it before "
			   "it is rotated");
	if (best != NULL && best->type == BOUNCE_KEY_TYPE_RSA &&
	    best->bits < survey->set->policy.min_rsa_bits) {
		str_printfa(str, "; weaker than backscatter_min_rsa_bits = %u",
			    survey->set->policy.min_rsa_bits);
	}
	if (survey_ask_domain(survey, info->domain, &error) ==
	    BOUNCE_DOMAINS_FOREIGN)
		str_append(str, "; its domain is not in backscatter_domains");
	else if (error != NULL) {
		str_printfa(str, "; whether its domain is in "
			    "backscatter_domains is not known: %s", error);
	}
	return str_len(str) == 0 ? "" : p_strdup(survey->pool, str_c(str) + 2);
}

static void
survey_key(struct survey *survey, struct backscatter_key_info *info,
	   const struct bounce_dns_query *query)
{
	const struct bounce_key *best;
	struct survey_key key;
	unsigned int record;

	i_zero(&key);
	key.dns_status = backscatter_key_from_dns(query, &key.dns_key, &record,
						  &key.dns_error);
	info->in_dns = key.dns_status == BOUNCE_KEY_FOUND;
	info->in_dir = survey->dir != NULL &&
		bounce_key_dir_lookup(survey->dir, info->selector,
				      info->domain, &key.dir_status,
				      &key.dir_key, &key.dir_error) != 0;
	info->kept = survey->kept != NULL &&
		bounce_key_dir_lookup(survey->kept, info->selector,
				      info->domain, &key.kept_status,
				      &key.kept_key, &key.kept_error) > 0;
	/* the key that would be used to verify */
	best = info->in_dir ? key.dir_key :
		info->in_dns ? key.dns_key : key.kept_key;
	info->type = "";
	if (best != NULL) {
		info->type = best->type == BOUNCE_KEY_TYPE_RSA ?
			"rsa" : "ed25519";
		info->bits = best->bits;
		info->retired = best->retired;
	}
	info->problem = survey_problem(survey, &key, info, best);
	if (key.dns_key != NULL)
		bounce_key_unref(&key.dns_key);
	if (key.dir_key != NULL)
		bounce_key_unref(&key.dir_key);
	if (key.kept_key != NULL)
		bounce_key_unref(&key.kept_key);
}

static int
survey_batch(struct survey *survey, unsigned int first, unsigned int count,
	     const char **error_r)
{
	struct bounce_dns_query queries[KEY_SURVEY_BATCH];
	unsigned int i;

	i_assert(count <= N_ELEMENTS(queries));

	i_zero(&queries);
	for (i = 0; i < count; i++) {
		queries[i].name = array_idx_elem(&survey->names, first + i);
		queries[i].type = BOUNCE_DNS_TYPE_TXT;
	}
	if (backscatter_dns_ask(survey->set, survey->pool, queries, count,
				error_r) < 0)
		return -1;
	for (i = 0; i < count; i++) T_BEGIN {
		survey_key(survey, array_idx_modifiable(&survey->infos,
							first + i),
			   &queries[i]);
	} T_END;
	return 0;
}

static int survey_names(struct survey *survey, const char **error_r)
{
	if (survey_list_dir(survey, error_r) < 0 ||
	    survey_list_given(survey, error_r) < 0)
		return -1;
	survey_list_seen(survey);
	if (array_is_empty(&survey->names)) {
		*error_r = "no key is known: there is none in "
			"backscatter_key_dir, none was seen, and DNS cannot "
			"list them. Name selectors with -s, and domains: "
			"keys -s SELECTOR DOMAIN.";
		return -1;
	}
	return 0;
}

static int survey_run(struct survey *survey, const char **error_r)
{
	unsigned int i, count;
	int ret = 0;

	if (survey_names(survey, error_r) < 0)
		return -1;
	if (survey->set->key_dir != NULL) {
		survey->dir = bounce_key_dir_init(survey->set->key_dir);
		survey->kept = bounce_key_dir_init(
			t_bounce_key_keep_path(survey->set->key_dir));
	}
	count = array_count(&survey->names);
	for (i = 0; i < count && ret == 0; i += KEY_SURVEY_BATCH) {
		ret = survey_batch(survey, i,
				   I_MIN(count - i, KEY_SURVEY_BATCH), error_r);
	}
	bounce_key_dir_deinit(&survey->dir);
	bounce_key_dir_deinit(&survey->kept);
	return ret;
}

int backscatter_keys_survey(pool_t pool,
			    const struct backscatter_key_query *query,
			    const struct backscatter_key_info **keys_r,
			    unsigned int *count_r, const char **error_r)
{
	struct survey survey;
	int ret;

	i_zero(&survey);
	survey.pool = pool;
	survey.query = query;
	p_array_init(&survey.names, pool, 16);
	p_array_init(&survey.infos, pool, 16);
	if (backscatter_settings_get_global(query->event, query->getenv, pool,
					    &survey.set, error_r) < 0)
		return -1;
	if (survey.set->domains.dict != NULL) {
		survey.site = backscatter_domain_site_open(pool,
			survey.set->domains.dict, &query->dict);
	}
	ret = survey_run(&survey, error_r);
	*keys_r = array_get(&survey.infos, count_r);
	if (survey.site != NULL)
		backscatter_domain_site_close(survey.site);
	return ret;
}
