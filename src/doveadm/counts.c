/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "doveadm.h"
#include "doveadm-settings.h"
#include "commands.h"
#include "counts.h"

#include <time.h>

#define COUNTS_DEFAULT_DAYS 30
#define COUNTS_MAX_DAYS 3660

struct counts_sink {
	/* Only users whose names end with this are counted, such as
	   "@example.org". NULL: all are. */
	const char *user_suffix;
	struct backscatter_totals *const *totals;
	unsigned int totals_count;
};

void doveadm_backscatter_site_dict(struct doveadm_cmd_context *cctx ATTR_UNUSED,
				   struct backscatter_site_dict *dict_r)
{
	/* if this is NULL, the dict is among the settings of the event */
	backscatter_getenv_t *getenv = backscatter_doveadm_getenv;
	const char *uri;

	i_zero(dict_r);
	dict_r->event = backscatter_doveadm_event(cctx);
	dict_r->base_dir = doveadm_settings->base_dir;
	if (getenv == NULL)
		return;
	dict_r->uri = uri = getenv("backscatter_dict");
	if (uri == NULL || *uri == '\0')
		dict_r->error = "it is not set";
	else if (strchr(uri, '%') != NULL || strncmp(uri, "file:~", 6) == 0) {
		dict_r->error = t_strdup_printf("%s is a different "
			"dict for each user (expected: one that all users "
			"share, such as proxy::backscatter)", uri);
	}
}

int doveadm_backscatter_site_open(struct doveadm_cmd_context *cctx,
				  struct backscatter_counts **counts_r,
				  const char **error_r)
{
	struct backscatter_site_dict dict;

	doveadm_backscatter_site_dict(cctx, &dict);
	if (dict.error != NULL) {
		*error_r = dict.error;
		return dict.uri == NULL || *dict.uri == '\0' ? 0 : -1;
	}
	return backscatter_counts_open(dict.event, dict.base_dir, dict.uri,
				       counts_r, error_r);
}

static int
counts_get_days(struct doveadm_cmd_context *cctx, struct counts *counts)
{
	time_t since, until = time(NULL);
	const char *error;

	since = until - (COUNTS_DEFAULT_DAYS - 1) * BACKSCATTER_DAY_SECS;
	if (doveadm_backscatter_param_time(cctx, "since", &since, &error) < 0 ||
	    doveadm_backscatter_param_time(cctx, "until", &until, &error) < 0)
		return doveadm_backscatter_failed(EX_USAGE, "%s", error);
	counts->since = since - since % BACKSCATTER_DAY_SECS;
	counts->until = until - until % BACKSCATTER_DAY_SECS;
	if (counts->since <= counts->until &&
	    counts->until - counts->since <=
	    (time_t)COUNTS_MAX_DAYS * BACKSCATTER_DAY_SECS)
		return 0;
	return doveadm_backscatter_failed(EX_USAGE,
		"--since and --until: give a first day and a last day, of "
		"at most %u days in all",
		COUNTS_MAX_DAYS);
}

int counts_open_site(struct doveadm_cmd_context *cctx,
		     struct backscatter_counts **counts_r)
{
	const char *error;
	int ret = doveadm_backscatter_site_open(cctx, counts_r, &error);

	if (ret > 0)
		return 0;
	if (ret < 0) {
		return doveadm_backscatter_failed(EX_CONFIG,
			"backscatter_dict: %s; see doveadm backscatter status",
			error);
	}
	return doveadm_backscatter_failed(EX_CONFIG, "Nothing is counted: "
		"backscatter_dict is not set; set it as in "
		"97-backscatter-dict.conf of the example configuration");
}

int counts_open(struct doveadm_cmd_context *cctx, struct counts *counts_r)
{
	i_zero(counts_r);
	(void)doveadm_cmd_param_str(cctx, "user", &counts_r->user);
	(void)doveadm_cmd_param_str(cctx, "domain", &counts_r->domain);
	if (counts_r->user != NULL && counts_r->domain != NULL) {
		return doveadm_backscatter_failed(EX_USAGE,
			"-u and -d exclude each other: give one of them");
	}
	if (counts_r->domain != NULL)
		counts_r->domain = t_str_lcase(counts_r->domain);
	if (counts_get_days(cctx, counts_r) < 0)
		return -1;
	return counts_open_site(cctx, &counts_r->dict);
}

static void counts_add(const struct backscatter_count *count, void *context)
{
	struct counts_sink *sink = context;
	size_t name_len, suffix_len;
	unsigned int i;

	if (sink->user_suffix != NULL) {
		name_len = strlen(count->name);
		suffix_len = strlen(sink->user_suffix);
		if (name_len < suffix_len ||
		    strcasecmp(count->name + name_len - suffix_len,
			       sink->user_suffix) != 0)
			return;
	}
	for (i = 0; i < sink->totals_count; i++)
		backscatter_totals_add(sink->totals[i], count);
}

int counts_read(const struct counts *counts, enum backscatter_count_scope scope,
		struct backscatter_totals *const *totals, unsigned int count)
{
	struct backscatter_count_query query = {
		.scope = scope,
		.since = counts->since,
		.until = counts->until
	};
	struct counts_sink sink = {
		.totals = totals,
		.totals_count = count
	};
	const char *error;

	if (scope == BACKSCATTER_COUNT_USER) {
		query.name = counts->user;
		if (query.name == NULL && counts->domain != NULL) {
			sink.user_suffix = t_strconcat("@", counts->domain,
						       NULL);
		}
	} else if (scope == BACKSCATTER_COUNT_DOMAIN) {
		query.name = counts->domain;
	}
	if (backscatter_counts_read(counts->dict, &query, counts_add, &sink,
				    &error) == 0)
		return 0;
	return doveadm_backscatter_failed(EX_TEMPFAIL, "backscatter_dict: %s; "
		"run this command again when that is mended%s", error,
		query.name != NULL ? "" : ", or, as Redis can only be asked "
		"for one user or domain, give -u or -d");
}
