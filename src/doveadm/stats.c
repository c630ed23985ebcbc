/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "unichar.h"
#include "doveadm.h"
#include "commands.h"
#include "counts.h"
#include "readiness.h"

/* The widths of the bar and of columns in the table for people. */
#define STATS_BAR_WIDTH 32
#define STATS_MIN_WIDTH 8
#define STATS_MIN_NAME_WIDTH 10
#define STATS_MAX_NAME_WIDTH 48

struct stats_by {
	const char *name;
	enum backscatter_totals_by by;
	/* The counters that are read, unless -u is given. */
	enum backscatter_count_scope scope;
};

static const struct stats_by stats_bys[] = {
	{ "day", BACKSCATTER_TOTALS_BY_DAY, BACKSCATTER_COUNT_DOMAIN },
	{ "user", BACKSCATTER_TOTALS_BY_NAME, BACKSCATTER_COUNT_USER },
	{ "domain", BACKSCATTER_TOTALS_BY_NAME, BACKSCATTER_COUNT_DOMAIN },
	{ "reason", BACKSCATTER_TOTALS_BY_REASON, BACKSCATTER_COUNT_DOMAIN }
};

/* The columns of the table for people. */
static const struct backscatter_column_title stats_columns[] = {
	{ BACKSCATTER_COLUMN_BOUNCES, "bounces" },
	{ BACKSCATTER_COLUMN_GENUINE, "genuine" },
	{ BACKSCATTER_COLUMN_FORGED, "backscatter" },
	{ BACKSCATTER_COLUMN_UNCLEAR, "unclear" },
	{ BACKSCATTER_COLUMN_FILED, "filed" },
	{ BACKSCATTER_COLUMN_DISCARDED, "discarded" },
	{ BACKSCATTER_COLUMN_WOULD_FILE, "would be filed" }
};

struct stats_rows {
	const struct backscatter_total *const *rows;
	unsigned int count;
	const struct backscatter_total *sum;
	/* They are those of all users. */
	bool site;
	/* The width of the column for names, and the number of bounces in the
	   row that has most of them. */
	unsigned int name_width;
	uint64_t most;
};

static const struct stats_by *stats_by_find(struct doveadm_cmd_context *cctx)
{
	const char *value;
	unsigned int i;

	if (!doveadm_cmd_param_str(cctx, "by", &value))
		return &stats_bys[0];
	for (i = 0; i < N_ELEMENTS(stats_bys); i++) {
		if (strcmp(stats_bys[i].name, value) == 0)
			return &stats_bys[i];
	}
	doveadm_backscatter_failed(EX_USAGE, "--by %s: unknown value, "
		"give day, user, domain or reason", value);
	return NULL;
}

/*
 * Output for programs: all columns
 */

static void stats_print_columns(const struct stats_rows *rows,
				const struct stats_by *by)
{
	unsigned int i, j;

	doveadm_print_header_simple(by->name);
	for (j = 0; j < BACKSCATTER_COLUMN_COUNT; j++) {
		const char *name = backscatter_column_name(j);

		doveadm_print_header(name, name,
				     DOVEADM_BACKSCATTER_NUMBER);
	}
	for (i = 0; i < rows->count; i++) {
		doveadm_print(rows->rows[i]->name);
		for (j = 0; j < BACKSCATTER_COLUMN_COUNT; j++)
			doveadm_print_num(rows->rows[i]->n[j]);
	}
}

/*
 * Output for people: the most important columns, and a bar
 */

static void stats_measure(struct stats_rows *rows)
{
	unsigned int i, width;

	rows->name_width = STATS_MIN_NAME_WIDTH;
	for (i = 0; i < rows->count; i++) {
		width = uni_utf8_strlen(rows->rows[i]->name);
		rows->name_width = I_MAX(rows->name_width, width);
		rows->most = I_MAX(rows->most,
			rows->rows[i]->n[BACKSCATTER_COLUMN_BOUNCES]);
	}
	rows->name_width = I_MIN(rows->name_width, STATS_MAX_NAME_WIDTH);
}

static void stats_append_name(string_t *line, const char *name,
			      unsigned int width)
{
	unsigned int len = uni_utf8_strlen(name);

	str_printfa(line, "%s%*s", name, (int)(width - I_MIN(len, width)), "");
}

/* Append the part of the bar that stands for n: the character, at least once if
   n is not 0. */
static void
stats_append_bar_part(string_t *line, char c, uint64_t n, uint64_t most)
{
	uint64_t len;

	if (n == 0)
		return;
	len = (uint64_t)((double)n * STATS_BAR_WIDTH / (double)most + 0.5);
	for (len = I_MAX(len, 1); len > 0; len--)
		str_append_c(line, c);
}

/* Append the numbers of a row; or the titles of the columns if row is NULL. */
static void
stats_append_columns(string_t *line, const struct backscatter_total *row,
		     const struct backscatter_total *sum)
{
	const struct backscatter_column_title *column;
	const char *text;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(stats_columns); i++) T_BEGIN {
		column = &stats_columns[i];
		text = row == NULL ? column->title :
			dec2str(row->n[column->column]);
		if (backscatter_column_is_shown(column->column, sum)) {
			str_printfa(line, " %*s",
				    (int)I_MAX(strlen(column->title),
					       STATS_MIN_WIDTH), text);
		}
	} T_END;
}

static void
stats_append_row(string_t *line, const struct backscatter_total *row,
		 const struct stats_rows *rows)
{
	stats_append_name(line, row->name, rows->name_width);
	stats_append_columns(line, row, rows->sum);
	if (row == rows->sum || rows->most == 0)
		return;
	str_append(line, "  ");
	stats_append_bar_part(line, '=', row->n[BACKSCATTER_COLUMN_GENUINE],
			      rows->most);
	stats_append_bar_part(line, '#', row->n[BACKSCATTER_COLUMN_FORGED],
			      rows->most);
	stats_append_bar_part(line, '.', row->n[BACKSCATTER_COLUMN_UNCLEAR],
			      rows->most);
}

static void stats_print_line(string_t *line)
{
	size_t len = str_len(line);

	while (len > 0 && str_c(line)[len - 1] == ' ')
		len--;
	str_truncate(line, len);
	str_append_c(line, '\n');
	doveadm_print(str_c(line));
	str_truncate(line, 0);
}

static void
stats_print_chart(struct stats_rows *rows, const struct stats_by *by)
{
	string_t *line = str_new(default_pool, 256);
	unsigned int i;

	stats_measure(rows);
	doveadm_backscatter_print_lines();
	stats_append_name(line, by->name, rows->name_width);
	stats_append_columns(line, NULL, rows->sum);
	if (rows->count > 0)
		str_append(line, "  = genuine # backscatter . unclear");
	stats_print_line(line);
	for (i = 0; i < rows->count; i++) {
		stats_append_row(line, rows->rows[i], rows);
		stats_print_line(line);
	}
	stats_append_row(line, rows->sum, rows);
	stats_print_line(line);
	if (rows->site && backscatter_column_is_shown(
				BACKSCATTER_COLUMN_WOULD_FILE, rows->sum)) {
		str_append(line, t_backscatter_readiness(
			rows->sum->n[BACKSCATTER_COLUMN_BOUNCES],
			rows->sum->n[BACKSCATTER_COLUMN_GENUINE], ""));
		stats_print_line(line);
	}
	str_free(&line);
}

static void
stats_print(struct backscatter_totals *totals, const struct stats_by *by,
	    bool site)
{
	struct stats_rows rows;

	i_zero(&rows);
	rows.site = site;
	rows.rows = backscatter_totals_sort(totals,
		by == &stats_bys[0] ? BACKSCATTER_COLUMN_ALL_COUNT :
		BACKSCATTER_COLUMN_BOUNCES, &rows.count);
	rows.sum = backscatter_totals_sum(totals);
	/* -f was given */
	if (doveadm_print_is_initialized())
		stats_print_columns(&rows, by);
	else
		stats_print_chart(&rows, by);
}

void doveadm_backscatter_stats(struct doveadm_cmd_context *cctx)
{
	struct counts counts;
	struct backscatter_totals *totals;
	const struct stats_by *by;

	if (counts_open(cctx, &counts) < 0)
		return;
	by = stats_by_find(cctx);
	if (by != NULL) {
		totals = backscatter_totals_init(by->by);
		if (counts_read(&counts, counts.user != NULL ?
				BACKSCATTER_COUNT_USER : by->scope,
				&totals, 1) == 0)
			stats_print(totals, by, counts.user == NULL &&
				    counts.domain == NULL);
		backscatter_totals_deinit(&totals);
	}
	backscatter_counts_close(&counts.dict);
}
