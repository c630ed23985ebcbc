/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "hash.h"
#include "doveadm.h"
#include "commands.h"
#include "counts.h"

#include <time.h>

/* How far back we look for keys that were used. */
#define KEYS_SEEN_SECS (30 * 24 * 3600)

#define KEYS_NO_DOMAIN "-s needs a domain. Name the domain that has this " \
	"selector."

static const struct doveadm_backscatter_column keys_columns[] = {
	{ "domain", 0 },
	{ "selector", 0 },
	{ "dns", 0 },
	{ "dir", 0 },
	{ "type", 0 },
	{ "bits", DOVEADM_BACKSCATTER_NUMBER },
	{ "retired", 0 },
	{ "seen", 0 },
	{ "problem", DOVEADM_PRINT_HEADER_FLAG_EXPAND }
}, fetch_columns[] = {
	{ "domain", 0 },
	{ "selector", 0 },
	{ "result", 0 },
	{ "file", 0 }
};

struct keys_seen {
	pool_t pool;
	ARRAY(struct backscatter_key_seen) keys;
	/* Which of them has a name: its number from 1 on. */
	HASH_TABLE(const char *, void *) numbers;
};

/* Note the last day that a key was seen. The counters come in the order of
   days. */
static void keys_seen_add(const struct backscatter_count *count, void *_context)
{
	struct keys_seen *seen = _context;
	struct backscatter_key_seen *key;
	void *number = hash_table_lookup(seen->numbers, count->name);

	if (number != NULL) {
		key = array_idx_modifiable(&seen->keys,
					   POINTER_CAST_TO(number,
							   unsigned int) - 1);
	} else {
		key = array_append_space(&seen->keys);
		key->name = p_strdup(seen->pool, count->name);
		hash_table_insert(seen->numbers, key->name,
				  POINTER_CAST(array_count(&seen->keys)));
	}
	key->day = p_strdup(seen->pool, count->day);
}

/* Get the keys that were seen from the counters. Returns 1; or, with an error
   (data stack), 0 if there are no counters, -1 if they cannot be read. */
static int
keys_query_seen(struct doveadm_cmd_context *cctx, pool_t pool,
		struct backscatter_key_query *query, const char **error_r)
{
	struct backscatter_count_query count_query;
	struct backscatter_counts *counts;
	struct keys_seen seen = { .pool = pool };
	int ret;

	p_array_init(&seen.keys, pool, 8);
	ret = doveadm_backscatter_site_open(cctx, &counts, error_r);
	if (ret == 0)
		*error_r = "it is not set";
	if (ret <= 0)
		return 0;
	i_zero(&count_query);
	count_query.scope = BACKSCATTER_COUNT_KEY;
	count_query.until = time(NULL);
	count_query.since = count_query.until - KEYS_SEEN_SECS;
	hash_table_create(&seen.numbers, pool, 0, str_hash, strcmp);
	ret = backscatter_counts_read(counts, &count_query, keys_seen_add,
				      &seen, error_r);
	hash_table_destroy(&seen.numbers);
	backscatter_counts_close(&counts);
	query->seen = array_get(&seen.keys, &query->seen_count);
	return ret < 0 ? -1 : 1;
}

static void
keys_query_init(struct doveadm_cmd_context *cctx,
		struct backscatter_key_query *query_r)
{
	i_zero(query_r);
	query_r->event = backscatter_doveadm_event(cctx);
	query_r->getenv = backscatter_doveadm_getenv;
	doveadm_backscatter_site_dict(cctx, &query_r->dict);
	(void)doveadm_cmd_param_array(cctx, "domain", &query_r->domains);
	(void)doveadm_cmd_param_array(cctx, "selector", &query_r->selectors);
}

static void keys_print(const struct backscatter_key_info *info)
{
	doveadm_print(info->domain);
	doveadm_print(info->selector);
	doveadm_print(info->in_dns ? "yes" : "no");
	doveadm_print(info->in_dir ? "yes" : info->kept ? "kept" : "no");
	doveadm_print(info->type);
	doveadm_print_num(info->bits);
	doveadm_print(info->retired == 0 ? "" : unixdate2str(info->retired));
	doveadm_print(info->seen);
	doveadm_print(info->problem);
}

/* doveadm takes a command that it does not know for a domain. */
static bool keys_are_domains(const char *const *domains)
{
	for (; domains != NULL && *domains != NULL; domains++) {
		if (strchr(*domains, '.') != NULL)
			continue;
		doveadm_backscatter_failed(EX_USAGE, "%s: there is no such "
			"command, and it is not a domain. The commands are "
			"keys fetch and keys keep; keys alone shows those of "
			"the domains that are named.",
			backscatter_sanitize(*domains, 100));
		return FALSE;
	}
	return TRUE;
}

void doveadm_backscatter_keys(struct doveadm_cmd_context *cctx)
{
	struct backscatter_key_query query;
	const struct backscatter_key_info *keys;
	unsigned int i, count;
	const char *error;
	pool_t pool;

	keys_query_init(cctx, &query);
	if (query.selectors != NULL && query.domains == NULL) {
		doveadm_backscatter_failed(EX_USAGE, KEYS_NO_DOMAIN);
		return;
	}
	if (!keys_are_domains(query.domains))
		return;
	pool = pool_alloconly_create("backscatter keys", 4096);
	/* if this is not known, all else is shown */
	if (keys_query_seen(cctx, pool, &query, &error) < 0)
		i_info("It is not known which keys were seen: %s", error);
	if (backscatter_keys_survey(pool, &query, &keys, &count, &error) < 0)
		doveadm_backscatter_failed(EX_CONFIG, "%s", error);
	else {
		doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
		doveadm_backscatter_print_headers(keys_columns,
						  N_ELEMENTS(keys_columns));
		for (i = 0; i < count; i++)
			keys_print(&keys[i]);
	}
	pool_unref(&pool);
}

static void
keys_fetch(const struct backscatter_key_query *query, const char *selector,
	   const char *domain)
{
	const char *path, *error;
	int ret;

	ret = backscatter_keys_fetch(query, selector, domain, &path, &error);
	if (ret < 0) {
		doveadm_backscatter_failed(EX_TEMPFAIL, "%s._domainkey.%s: %s",
					   selector, domain, error);
		return;
	}
	doveadm_print(domain);
	doveadm_print(selector);
	doveadm_print(ret > 0 ? "saved" : "there already");
	doveadm_print(path);
}

void doveadm_backscatter_keys_fetch(struct doveadm_cmd_context *cctx)
{
	struct backscatter_key_query query;
	const char *const *selector, *const *domain;

	keys_query_init(cctx, &query);
	if (query.selectors == NULL || query.domains == NULL)
		help_ver2(cctx->cmd);
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	doveadm_backscatter_print_headers(fetch_columns,
					  N_ELEMENTS(fetch_columns));
	for (domain = query.domains; *domain != NULL; domain++) {
		for (selector = query.selectors; *selector != NULL;
		     selector++) T_BEGIN {
			keys_fetch(&query, *selector, *domain);
		} T_END;
	}
}

static void keys_keep_line(const char *line, bool failed,
			   void *context ATTR_UNUSED)
{
	if (failed)
		doveadm_backscatter_failed(EX_TEMPFAIL, "%s", line);
	else
		doveadm_print(t_strconcat(line, "\n", NULL));
}

void doveadm_backscatter_keys_keep(struct doveadm_cmd_context *cctx)
{
	struct backscatter_key_query query;
	const char *error, *unseen = NULL;
	unsigned int count;
	pool_t pool;
	int ret;

	keys_query_init(cctx, &query);
	if ((query.selectors == NULL) != (query.domains == NULL)) {
		doveadm_backscatter_failed(EX_USAGE,
			query.domains == NULL ? KEYS_NO_DOMAIN :
			"a domain needs -s. Name the selector of its key.");
		return;
	}
	pool = pool_alloconly_create("backscatter keys keep", 4096);
	/* those that were kept before are looked at in any case */
	ret = keys_query_seen(cctx, pool, &query, &unseen);
	doveadm_backscatter_print_lines();
	if (backscatter_keys_keep(&query, time(NULL), keys_keep_line, NULL,
				  &count, &error) < 0) {
		doveadm_backscatter_failed(EX_TEMPFAIL, "%s", error);
	} else if (ret <= 0 && count == 0) {
		i_info("No key is kept: which of them have verified an "
		       "original is not known (backscatter_dict: %s). Name "
		       "them once: doveadm backscatter keys keep "
		       "-s SELECTOR DOMAIN.", unseen);
	}
	pool_unref(&pool);
}
