/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "safe-mkstemp.h"
#include "write-full.h"
#include "doveadm.h"
#include "doveadm-print.h"
#include "doveadm-backscatter.h"
#include "doveadm-backscatter-counts.h"
#include "doveadm-backscatter-html.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* It names users' domains and servers: not everybody's. */
#define REPORT_FILE_MODE 0640

static int
report_write_temp(int fd, const char *path, const string_t *html,
		  const char **error_r)
{
	if (write_full(fd, str_data(html), str_len(html)) < 0)
		*error_r = t_strdup_printf("write(%s) failed: %m", path);
	else if (fsync(fd) < 0)
		*error_r = t_strdup_printf("fsync(%s) failed: %m", path);
	else
		return 0;
	return -1;
}

/* What is renamed onto a link or a device takes its place: so would root make
   a file of /dev/stdout. */
static int report_check_path(const char *path, const char **error_r)
{
	struct stat st;

	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		*error_r = t_strdup_printf("%s is there and is no regular file "
			"(expected: the path of a file to be written)", path);
		return -1;
	}
	return 0;
}

/* Whoever looks at the page sees the old one or the new one. */
static int
report_write(const char *path, const string_t *html, const char **error_r)
{
	string_t *temp = t_str_new(128);
	int fd, ret;

	if (report_check_path(path, error_r) < 0)
		return -1;
	str_append(temp, path);
	str_append_c(temp, '.');
	fd = safe_mkstemp(temp, REPORT_FILE_MODE, (uid_t)-1, (gid_t)-1);
	if (fd == -1) {
		*error_r = t_strdup_printf("creat(%s) failed: %m", str_c(temp));
		return -1;
	}
	ret = report_write_temp(fd, str_c(temp), html, error_r);
	if (close(fd) < 0 && ret == 0) {
		*error_r = t_strdup_printf("close(%s) failed: %m", str_c(temp));
		ret = -1;
	}
	if (ret == 0 && rename(str_c(temp), path) < 0) {
		*error_r = t_strdup_printf("rename(%s, %s) failed: %m",
					   str_c(temp), path);
		ret = -1;
	}
	if (ret < 0)
		i_unlink(str_c(temp));
	return ret;
}

/* For a user or a domain, there are no others to compare it with, and what
   servers reported is not known for it alone. */
static int
report_read(struct backscatter_counts *counts,
	    const struct counts_options *options, pool_t pool,
	    struct backscatter_report *report)
{
	enum backscatter_count_scope scope = options->user != NULL ?
		BACKSCATTER_COUNT_USER : BACKSCATTER_COUNT_DOMAIN;
	bool all = options->user == NULL && options->domain == NULL;
	struct backscatter_totals *totals[3];

	totals[0] = report->days =
		backscatter_totals_init(pool, BACKSCATTER_TOTALS_BY_DAY);
	totals[1] = report->reasons =
		backscatter_totals_init(pool, BACKSCATTER_TOTALS_BY_REASON);
	if (!all)
		return counts_read(counts, options, scope, totals, 2);

	totals[2] = report->domains =
		backscatter_totals_init(pool, BACKSCATTER_TOTALS_BY_NAME);
	report->servers =
		backscatter_totals_init(pool, BACKSCATTER_TOTALS_BY_NAME);
	if (counts_read(counts, options, scope, totals, 3) < 0)
		return -1;
	return counts_read(counts, options, BACKSCATTER_COUNT_SERVER,
			   &report->servers, 1);
}

static void report_deinit(struct backscatter_report *report)
{
	backscatter_totals_deinit(&report->days);
	backscatter_totals_deinit(&report->reasons);
	if (report->domains != NULL)
		backscatter_totals_deinit(&report->domains);
	if (report->servers != NULL)
		backscatter_totals_deinit(&report->servers);
}

static void
report_run(struct backscatter_counts *counts,
	   const struct counts_options *options, const char *path)
{
	struct backscatter_report report;
	string_t *html = str_new(default_pool, 64 * 1024);
	const char *error;
	pool_t pool;

	pool = pool_alloconly_create(MEMPOOL_GROWING"backscatter report", 16384);
	i_zero(&report);
	report.name = options->user != NULL ? options->user : options->domain;
	report.since = options->since;
	report.until = options->until;
	report.now = time(NULL);
	if (report_read(counts, options, pool, &report) == 0) {
		backscatter_html_append(html, &report);
		if (report_write(path, html, &error) < 0) {
			i_error("%s", error);
			doveadm_exit_code = EX_CANTCREAT;
		}
	}
	report_deinit(&report);
	str_free(&html);
	pool_unref(&pool);
}

void doveadm_backscatter_report(struct doveadm_cmd_context *cctx)
{
	struct counts_options options;
	struct backscatter_counts *counts;
	const char *path;

	doveadm_print_init(DOVEADM_PRINT_TYPE_FLOW);
	if (!doveadm_cmd_param_str(cctx, "html", &path)) {
		i_error("--html FILE is missing: where to write the report");
		doveadm_exit_code = EX_USAGE;
		return;
	}
	if (doveadm_backscatter_may_open(cctx, path) < 0) {
		doveadm_exit_code = EX_NOPERM;
		return;
	}
	if (counts_options_get(cctx, &options) < 0 ||
	    counts_open(cctx, &counts) < 0)
		return;
	report_run(counts, &options, path);
	backscatter_counts_close(&counts);
}
