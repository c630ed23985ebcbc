/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "doveadm.h"
#include "commands.h"
#include "counts.h"

#define TOP_DEFAULT_ROWS 10

static const struct {
	enum backscatter_count_scope scope;
	const char *name, *title;
} top_scopes[] = {
	{ BACKSCATTER_COUNT_USER, "user", "Users" },
	{ BACKSCATTER_COUNT_DOMAIN, "domain", "Domains" },
	{ BACKSCATTER_COUNT_SERVER, "server", "Reporting servers" }
};

static const struct backscatter_column_title top_columns[] = {
	{ BACKSCATTER_COLUMN_FORGED, "backscatter" },
	{ BACKSCATTER_COLUMN_GENUINE, "genuine bounces" }
};

/* The columns of the output for programs. */
static const struct doveadm_backscatter_column top_row[] = {
	{ "of", 0 },
	{ "verdict", 0 },
	{ "name", 0 },
	{ "bounces", DOVEADM_BACKSCATTER_NUMBER }
};

struct top_context {
	struct counts counts;
	unsigned int limit;
	/* Whether the output is text for people; otherwise it has one row for
	   each name. */
	bool text;
	/* Whether something was printed. */
	bool any;
};

static void top_print_init(struct top_context *top)
{
	top->text = !doveadm_print_is_initialized();
	if (top->text)
		doveadm_backscatter_print_lines();
	else {
		doveadm_backscatter_print_headers(top_row,
						  N_ELEMENTS(top_row));
	}
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

		rows = backscatter_totals_sort(totals, column, &count);
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

static int top_run_scope(struct top_context *top, unsigned int scope)
{
	struct backscatter_totals *totals;
	int ret;

	totals = backscatter_totals_init(BACKSCATTER_TOTALS_BY_NAME);
	ret = counts_read(&top->counts, top_scopes[scope].scope, &totals, 1);
	if (ret == 0)
		top_print(top, scope, totals);
	backscatter_totals_deinit(&totals);
	return ret;
}

void doveadm_backscatter_top(struct doveadm_cmd_context *cctx)
{
	struct top_context top = { .limit = TOP_DEFAULT_ROWS };
	const char *number;
	unsigned int i;

	/* read as text: Dovecot 2.3 ignores a number that is not valid */
	if (doveadm_cmd_param_str(cctx, "limit", &number) &&
	    (str_to_uint(number, &top.limit) < 0 || top.limit < 1)) {
		doveadm_backscatter_failed(EX_USAGE,
			"-n %s: give a number of 1 or more", number);
		return;
	}
	if (counts_open(cctx, &top.counts) < 0)
		return;
	top_print_init(&top);
	for (i = 0; i < N_ELEMENTS(top_scopes); i++) {
		if (top_run_scope(&top, i) < 0)
			break;
	}
	backscatter_counts_close(&top.counts.dict);
}
