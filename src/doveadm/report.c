/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "safe-mkstemp.h"
#include "write-full.h"
#include "doveadm.h"
#include "commands.h"
#include "counts.h"
#include "html.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The page names users, domains and servers, so not everybody may read it. */
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

/* Refuse a path that is not a regular file: the page is renamed to this path,
   so root would replace a link or a device, such as /dev/stdout, by a file. */
static int report_check_path(const char *path, const char **error_r)
{
	struct stat st;

	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		*error_r = t_strdup_printf("%s is there, and is not a regular "
			"file: give the path of a file to be written", path);
		return -1;
	}
	return 0;
}

/* Write the page to a temporary file, and rename that: so a reader sees either
   the old page or the new one. */
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

static int report_print(const string_t *html, const char **error_r)
{
	if (write_full(STDOUT_FILENO, str_data(html), str_len(html)) == 0)
		return 0;
	*error_r = t_strdup_printf("write(stdout) failed: %m");
	return -1;
}

/* Read the counters. The page of one user or domain has no tables of domains
   and servers: there are no others to compare with, and it is not counted which
   servers reported to it. */
static int
report_read(const struct counts *counts, struct backscatter_report *report)
{
	enum backscatter_count_scope scope = counts->user != NULL ?
		BACKSCATTER_COUNT_USER : BACKSCATTER_COUNT_DOMAIN;
	struct backscatter_totals *totals[3];

	totals[0] = report->days =
		backscatter_totals_init(BACKSCATTER_TOTALS_BY_DAY);
	totals[1] = report->reasons =
		backscatter_totals_init(BACKSCATTER_TOTALS_BY_REASON);
	if (report->name != NULL)
		return counts_read(counts, scope, totals, 2);

	totals[2] = report->domains =
		backscatter_totals_init(BACKSCATTER_TOTALS_BY_NAME);
	report->servers = backscatter_totals_init(BACKSCATTER_TOTALS_BY_NAME);
	if (counts_read(counts, scope, totals, 3) < 0)
		return -1;
	return counts_read(counts, BACKSCATTER_COUNT_SERVER, &report->servers,
			   1);
}

static void report_run(const struct counts *counts, const char *path)
{
	struct backscatter_report report = {
		.name = counts->user != NULL ? counts->user : counts->domain,
		.since = counts->since,
		.until = counts->until,
		.now = time(NULL)
	};
	string_t *html = str_new(default_pool, 64 * 1024);
	const char *error;

	if (report_read(counts, &report) == 0) {
		backscatter_html_append(html, &report);
		if (strcmp(path, "-") == 0 ? report_print(html, &error) < 0 :
		    report_write(path, html, &error) < 0)
			doveadm_backscatter_failed(EX_CANTCREAT, "%s", error);
	}
	backscatter_totals_deinit(&report.days);
	backscatter_totals_deinit(&report.reasons);
	backscatter_totals_deinit(&report.domains);
	backscatter_totals_deinit(&report.servers);
	str_free(&html);
}

void doveadm_backscatter_report(struct doveadm_cmd_context *cctx)
{
	struct counts counts;
	const char *path;

	doveadm_print_init(DOVEADM_PRINT_TYPE_FLOW);
	if (!doveadm_cmd_param_str(cctx, "html", &path)) {
		doveadm_backscatter_failed(EX_USAGE, "--html is missing: "
			"give the path of a file to be written, or - for "
			"standard output");
		return;
	}
	if (doveadm_backscatter_may_open(cctx, path) < 0 ||
	    counts_open(cctx, &counts) < 0)
		return;
	report_run(&counts, path);
	backscatter_counts_close(&counts.dict);
}
