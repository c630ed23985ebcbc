/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "doveadm.h"
#include "doveadm-print.h"
#include "doveadm-backscatter.h"
#include "doveadm-backscatter-counts.h"

#define TOP_DEFAULT_ROWS 10

static const struct {
	enum backscatter_count_scope scope;
	const char *name, *title;
} top_scopes[] = {
	{ BACKSCATTER_COUNT_USER, "user", "Users" },
	{ BACKSCATTER_COUNT_DOMAIN, "domain", "Domains" },
	{ BACKSCATTER_COUNT_SERVER, "server", "Reporting servers" }
};

static const struct {
	enum backscatter_column column;
	const char *title;
} top_columns[] = {
	{ BACKSCATTER_COLUMN_BACKSCATTER, "backscatter" },
	{ BACKSCATTER_COLUMN_GENUINE, "genuine bounces" }
};

struct top_context {
	unsigned int limit;
	/* For people; otherwise one row for each name. */
	bool text;
	/* Something was printed. */
	bool any;
};

static void top_print_init(struct top_context *top)
{
	top->text = !doveadm_print_is_initialized();
	if (top->text) {
		doveadm_print_init(DOVEADM_PRINT_TYPE_FORMATTED);
		doveadm_print_formatted_set_format("%{line}");
		doveadm_print_header("line", "line",
				     DOVEADM_PRINT_HEADER_FLAG_HIDE_TITLE);
		return;
	}
	doveadm_print_header_simple("of");
	doveadm_print_header_simple("verdict");
	doveadm_print_header_simple("name");
	doveadm_print_header("bounces", "bounces",
			     DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY |
			     DOVEADM_PRINT_HEADER_FLAG_NUMBER);
}

static void
top_print_row(const struct top_context *top, unsigned int scope,
	      enum backscatter_column column,
	      const struct backscatter_total *row)
{
	if (top->text) {
		doveadm_print(t_strdup_printf("%9"PRIu64"  %s\n",
					      row->n[column], row->name));
		return;
	}
	doveadm_print(top_scopes[scope].name);
	doveadm_print(backscatter_column_name(column));
	doveadm_print(row->name);
	doveadm_print_num(row->n[column]);
}

static void
top_print(struct top_context *top, unsigned int scope,
	  struct backscatter_totals *totals)
{
	const struct backscatter_total *const *rows;
	unsigned int i, j, count;

	for (i = 0; i < N_ELEMENTS(top_columns); i++) {
		enum backscatter_column column = top_columns[i].column;

		rows = backscatter_totals_by_column(totals, column, &count);
		for (j = 0; j < count && j < top->limit &&
			    rows[j]->n[column] > 0; j++) T_BEGIN {
			if (j == 0 && top->text) {
				doveadm_print(t_strdup_printf(
					"%s%s with the most %s\n",
					top->any ? "\n" : "",
					top_scopes[scope].title,
					top_columns[i].title));
				top->any = TRUE;
			}
			top_print_row(top, scope, column, rows[j]);
		} T_END;
	}
}

static int
top_run_scope(struct top_context *top, struct backscatter_counts *counts,
	      const struct counts_options *options, unsigned int scope)
{
	struct backscatter_totals *totals;
	pool_t pool;
	int ret;

	pool = pool_alloconly_create(MEMPOOL_GROWING"backscatter top", 4096);
	totals = backscatter_totals_init(pool, BACKSCATTER_TOTALS_BY_NAME);
	ret = counts_read(counts, options, top_scopes[scope].scope, &totals, 1);
	if (ret == 0)
		top_print(top, scope, totals);
	backscatter_totals_deinit(&totals);
	pool_unref(&pool);
	return ret;
}

void doveadm_backscatter_top(struct doveadm_cmd_context *cctx)
{
	struct counts_options options;
	struct backscatter_counts *counts;
	struct top_context top;
	const char *number;
	unsigned int i, limit = TOP_DEFAULT_ROWS;

	/* text, as Dovecot 2.3 passes over a number that is none */
	if (doveadm_cmd_param_str(cctx, "limit", &number) &&
	    (str_to_uint(number, &limit) < 0 || limit < 1)) {
		i_error("-n %s: not a number of at least 1", number);
		doveadm_exit_code = EX_USAGE;
		return;
	}
	if (counts_options_get(cctx, &options) < 0 ||
	    counts_open(cctx, &counts) < 0)
		return;
	i_zero(&top);
	top.limit = limit;
	top_print_init(&top);
	for (i = 0; i < N_ELEMENTS(top_scopes); i++) {
		if (top_run_scope(&top, counts, &options, i) < 0)
			break;
	}
	backscatter_counts_close(&counts);
}
