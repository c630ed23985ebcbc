/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str-sanitize.h"
#include "iso8601-date.h"
#include "doveadm.h"
#include "doveadm-print.h"
#include "backscatter-compat.h"
#include "doveadm-backscatter.h"
#include "doveadm-backscatter-site.h"
#include "doveadm-backscatter-counts.h"

#include <time.h>

#define COUNTS_DAY_SECS (24 * 3600)
#define COUNTS_DEFAULT_DAYS 30
#define COUNTS_MAX_DAYS 3660

struct counts_read_context {
	/* "@example.org": users of others are left out; NULL: they are not. */
	const char *user_suffix;
	struct backscatter_totals *const *totals;
	unsigned int totals_count;
};

int counts_parse_time(const char *value, time_t now, time_t *time_r,
		      const char **error_r)
{
	unsigned int secs;
	int tz;

	if (strlen(value) == strlen("YYYY-MM-DD") && strchr(value, '-') != NULL) {
		value = t_strconcat(value, "T00:00:00Z", NULL);
		if (iso8601_date_parse((const unsigned char *)value,
				       strlen(value), time_r, &tz))
			return 0;
		*error_r = "not a date";
		return -1;
	}
	if (str_parse_get_interval(value, &secs, error_r) < 0)
		return -1;
	*time_r = now - (time_t)secs;
	return 0;
}

static time_t counts_day(time_t time)
{
	return time - time % COUNTS_DAY_SECS;
}

static int
counts_option_time(struct doveadm_cmd_context *cctx, const char *name,
		   time_t now, time_t *time)
{
	const char *value, *error;

	if (!doveadm_cmd_param_str(cctx, name, &value))
		return 0;
	if (counts_parse_time(value, now, time, &error) < 0) {
		i_error("--%s %s: %s (expected: a day such as 2026-01-31, "
			"or a time before now such as 30d)", name,
			str_sanitize(value, 100), error);
		doveadm_exit_code = EX_USAGE;
		return -1;
	}
	return 0;
}

int counts_options_get(struct doveadm_cmd_context *cctx,
		       struct counts_options *options_r)
{
	time_t now = time(NULL);

	i_zero(options_r);
	options_r->until = now;
	options_r->since = now - (COUNTS_DEFAULT_DAYS - 1) * COUNTS_DAY_SECS;
	(void)doveadm_cmd_param_str(cctx, "user", &options_r->user);
	(void)doveadm_cmd_param_str(cctx, "domain", &options_r->domain);
	if (options_r->user != NULL && options_r->domain != NULL) {
		i_error("-u and -d: only one of them at a time");
		doveadm_exit_code = EX_USAGE;
		return -1;
	}
	if (options_r->domain != NULL)
		options_r->domain = t_str_lcase(options_r->domain);
	if (counts_option_time(cctx, "since", now, &options_r->since) < 0 ||
	    counts_option_time(cctx, "until", now, &options_r->until) < 0)
		return -1;
	options_r->since = counts_day(options_r->since);
	options_r->until = counts_day(options_r->until);
	if (options_r->since > options_r->until ||
	    options_r->until - options_r->since >
	    (time_t)COUNTS_MAX_DAYS * COUNTS_DAY_SECS) {
		i_error("--since, --until: not a time of 1 to %u days",
			COUNTS_MAX_DAYS);
		doveadm_exit_code = EX_USAGE;
		return -1;
	}
	return 0;
}

int counts_open(struct doveadm_cmd_context *cctx,
		struct backscatter_counts **counts_r)
{
	const char *error;
	int ret;

	ret = doveadm_backscatter_site_open(cctx, counts_r, &error);
	if (ret > 0)
		return 0;
	if (ret == 0) {
		i_error("Nothing is counted: backscatter_dict is not set "
			"(expected: as in 97-backscatter-dict.conf of the "
			"example configuration)");
	} else {
		i_error("backscatter_dict: %s", error);
	}
	doveadm_exit_code = EX_CONFIG;
	return -1;
}

static void
counts_add(const struct backscatter_count *count, void *_context)
{
	struct counts_read_context *context = _context;
	size_t name_len, suffix_len;
	unsigned int i;

	if (context->user_suffix != NULL) {
		name_len = strlen(count->name);
		suffix_len = strlen(context->user_suffix);
		if (name_len < suffix_len ||
		    strcasecmp(count->name + name_len - suffix_len,
			       context->user_suffix) != 0)
			return;
	}
	for (i = 0; i < context->totals_count; i++)
		backscatter_totals_add(context->totals[i], count);
}

int counts_read(struct backscatter_counts *counts,
		const struct counts_options *options,
		enum backscatter_count_scope scope,
		struct backscatter_totals *const *totals, unsigned int count)
{
	struct backscatter_count_query query;
	struct counts_read_context context;
	const char *error;

	i_zero(&query);
	query.scope = scope;
	query.since = options->since;
	query.until = options->until;
	i_zero(&context);
	context.totals = totals;
	context.totals_count = count;
	if (scope == BACKSCATTER_COUNT_USER && options->user != NULL)
		query.name = options->user;
	else if (scope == BACKSCATTER_COUNT_DOMAIN && options->domain != NULL)
		query.name = options->domain;
	else if (scope == BACKSCATTER_COUNT_USER && options->domain != NULL) {
		context.user_suffix =
			t_strconcat("@", options->domain, NULL);
	}
	if (backscatter_counts_read(counts, &query, counts_add, &context,
				    &error) == 0)
		return 0;
	i_error("backscatter_dict: %s%s", error,
		query.name != NULL ? "" : " (Redis can only be asked for one "
		"user or domain, by -u or -d)");
	doveadm_exit_code = EX_TEMPFAIL;
	return -1;
}
