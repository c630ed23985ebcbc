/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "doveadm-backscatter-html-parts.h"
#include "doveadm-backscatter-plot.h"
#include "doveadm-backscatter-totals.h"
#include "doveadm-backscatter-html.h"

#include <time.h>

#define BACKSCATTER_DAY_SECS (24 * 3600)
/* With more days than this, a bar is a week. */
#define BACKSCATTER_HTML_MAX_DAY_BARS 100
/* Of a table. */
#define BACKSCATTER_HTML_MAX_ROWS 50

struct backscatter_html_column {
	enum backscatter_column column;
	const char *title;
};

static const struct backscatter_html_column backscatter_html_columns[] = {
	{ BACKSCATTER_COLUMN_BOUNCES, "Bounces" },
	{ BACKSCATTER_COLUMN_GENUINE, "Genuine" },
	{ BACKSCATTER_COLUMN_BACKSCATTER, "Back\302\255scatter" },
	{ BACKSCATTER_COLUMN_FILED, "Filed" },
	{ BACKSCATTER_COLUMN_DISCARDED, "Dis\302\255carded" }
};
/* What became of the bounces of a server is not counted. */
static const struct backscatter_html_column backscatter_html_server_columns[] = {
	{ BACKSCATTER_COLUMN_BOUNCES, "Bounces" },
	{ BACKSCATTER_COLUMN_GENUINE, "Genuine" },
	{ BACKSCATTER_COLUMN_BACKSCATTER, "Back\302\255scatter" },
	{ BACKSCATTER_COLUMN_UNVERIFIABLE, "Unveri\302\255fiable" }
};

static const struct backscatter_html_column backscatter_html_plots[] = {
	{ BACKSCATTER_COLUMN_GENUINE, "Genuine" },
	{ BACKSCATTER_COLUMN_FILED, "Filed" },
	{ BACKSCATTER_COLUMN_DISCARDED, "Discarded" },
	{ BACKSCATTER_COLUMN_WOULD_FILE, "Would be filed (mode audit)" }
};

static const char *t_html_date(time_t time, const char *format)
{
	struct tm tm;
	char date[64];

	if (gmtime_r(&time, &tm) == NULL ||
	    strftime(date, sizeof(date), format, &tm) == 0)
		return "?";
	return t_strdup(date);
}

static const char *t_html_number(uint64_t n)
{
	string_t *str = t_str_new(32);

	backscatter_html_number(str, n);
	return str_c(str);
}

/*
 * What it says at its top
 */

static void
html_append_tile(string_t *out, const char *class, const char *title,
		 uint64_t n)
{
	str_printfa(out, "<div class=\"tile %s\"><dt>%s</dt><dd>%s</dd></div>\n",
		    class, title, t_html_number(n));
}

static void
html_append_tiles(string_t *out, const struct backscatter_total *sum)
{
	str_append(out, "<dl class=\"tiles\">\n");
	html_append_tile(out, "bounces", "Bounces",
			 sum->n[BACKSCATTER_COLUMN_BOUNCES]);
	html_append_tile(out, "genuine", "Genuine",
			 sum->n[BACKSCATTER_COLUMN_GENUINE]);
	html_append_tile(out, "backscatter", "Backscatter",
			 sum->n[BACKSCATTER_COLUMN_BACKSCATTER] +
			 sum->n[BACKSCATTER_COLUMN_DISOWNED]);
	html_append_tile(out, "unclear", "Could not be told",
			 sum->n[BACKSCATTER_COLUMN_UNVERIFIABLE] +
			 sum->n[BACKSCATTER_COLUMN_TEMPERROR]);
	html_append_tile(out, "filed", "Filed",
			 sum->n[BACKSCATTER_COLUMN_FILED]);
	html_append_tile(out, "discarded", "Discarded",
			 sum->n[BACKSCATTER_COLUMN_DISCARDED]);
	if (sum->n[BACKSCATTER_COLUMN_WOULD_FILE] > 0) {
		html_append_tile(out, "would-be-filed", "Would be filed",
				 sum->n[BACKSCATTER_COLUMN_WOULD_FILE]);
	}
	str_append(out, "</dl>\n");
}

static void
html_append_note(string_t *out, const struct backscatter_total *sum)
{
	uint64_t lost = sum->n[BACKSCATTER_COLUMN_GENUINE_LOST];

	if (lost > 0) {
		str_printfa(out, "<p class=\"note bad\"><strong>%s genuine "
			    "bounce%s discarded or rejected.</strong> A script "
			    "does that; this plugin's shipped ones do not.</p>\n",
			    t_html_number(lost),
			    lost == 1 ? " was" : "s were");
	} else {
		str_append(out, "<p class=\"note good\">No genuine bounce was "
			   "discarded or rejected.</p>\n");
	}
	if (sum->n[BACKSCATTER_COLUMN_WOULD_FILE] > 0) {
		str_append(out, "<p class=\"note\">In mode audit nothing is "
			   "filed: what would have been is counted as "
			   "such.</p>\n");
	}
}

static void
html_append_head(string_t *out, const struct backscatter_report *report)
{
	const char *since = t_html_date(report->since, "%Y-%m-%d");
	const char *until = t_html_date(report->until, "%Y-%m-%d");
	string_t *name = t_str_new(64);

	backscatter_html_escape(name, report->name == NULL ? "all domains" :
				report->name);
	str_printfa(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" "
		"content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
		"<meta name=\"viewport\" "
		"content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<title>Bounces of %s, %s to %s</title>\n<style>\n%s</style>\n"
		"</head>\n<body>\n<header>\n<h1>Bounces of <bdi>%s</bdi></h1>\n"
		"<p><time datetime=\"%s\">%s</time> to <time datetime=\"%s\">%s"
		"</time>, days in UTC</p>\n</header>\n<main>\n",
		str_c(name), since, until, backscatter_html_style, str_c(name),
		since, since, until, until);
}

/*
 * Plots
 */

struct html_bars {
	ARRAY_TYPE(const_string) labels;
	/* the row of each day, and how many days are a bar */
	ARRAY(const struct backscatter_total *) days;
	unsigned int days_per_bar;
};

static void
html_bars_init(struct html_bars *bars, const struct backscatter_report *report)
{
	const struct backscatter_total *row;
	const char *label;
	unsigned int count;
	time_t day;

	t_array_init(&bars->labels, 128);
	t_array_init(&bars->days, 128);
	for (day = report->since; day <= report->until;
	     day += BACKSCATTER_DAY_SECS) {
		label = t_html_date(day, "%Y-%m-%d");
		row = backscatter_totals_get(report->days, label);
		array_push_back(&bars->labels, &label);
		array_push_back(&bars->days, &row);
	}
	count = array_count(&bars->days);
	bars->days_per_bar = count > BACKSCATTER_HTML_MAX_DAY_BARS ? 7 : 1;
}

static void
html_append_plot(string_t *out, const struct html_bars *bars,
		 const struct backscatter_html_column *column)
{
	const struct backscatter_total *const *dayp;
	struct backscatter_plot plot;
	ARRAY_TYPE(const_string) labels;
	ARRAY(uint64_t) values;
	uint64_t *valuep = NULL;

	t_array_init(&labels, 128);
	t_array_init(&values, 128);
	array_foreach(&bars->days, dayp) {
		unsigned int i = array_foreach_idx(&bars->days, dayp);

		if (i % bars->days_per_bar == 0) {
			array_push_back(&labels,
					array_idx(&bars->labels, i));
			valuep = array_append_space(&values);
		}
		*valuep += (*dayp)->n[column->column];
	}
	i_zero(&plot);
	plot.title = column->title;
	plot.class = backscatter_column_name(column->column);
	plot.unit = bars->days_per_bar == 1 ? "per day" : "per week";
	plot.labels = array_front(&labels);
	plot.values = array_get(&values, &plot.count);
	backscatter_plot_append(out, &plot);
}

static void
html_append_plots(string_t *out, const struct backscatter_report *report)
{
	const struct backscatter_total *sum =
		backscatter_totals_sum(report->days);
	struct html_bars bars;
	unsigned int i;

	html_bars_init(&bars, report);
	str_printfa(out, "<section>\n<h2>Over time</h2>\n<p>%s. Each plot has a "
		    "scale of its own.</p>\n<div class=\"plots\">\n",
		    bars.days_per_bar == 1 ? "Per day" : "Per week");
	for (i = 0; i < N_ELEMENTS(backscatter_html_plots); i++) {
		const struct backscatter_html_column *column =
			&backscatter_html_plots[i];

		if (column->column == BACKSCATTER_COLUMN_WOULD_FILE &&
		    sum->n[column->column] == 0)
			continue;
		T_BEGIN {
			html_append_plot(out, &bars, column);
		} T_END;
	}
	str_append(out, "</div>\n");
}

/*
 * Tables
 */

static void
html_append_header_row(string_t *out, const char *title,
		       const struct backscatter_html_column *columns,
		       unsigned int count)
{
	unsigned int i;

	str_printfa(out, "<thead role=\"rowgroup\"><tr role=\"row\">"
		    "<th role=\"columnheader\" scope=\"col\">%s</th>", title);
	for (i = 0; i < count; i++) {
		str_printfa(out, "<th role=\"columnheader\" scope=\"col\">%s"
			    "</th>", columns[i].title);
	}
	str_append(out, "</tr></thead>\n");
}

static void
html_append_row(string_t *out, const struct backscatter_total *row,
		const struct backscatter_html_column *columns,
		unsigned int count)
{
	const char *text = row->verdict == NULL ? NULL :
		backscatter_html_reason(row->name);
	unsigned int i;

	str_append(out, "<tr role=\"row\">"
		   "<th role=\"rowheader\" scope=\"row\"><bdi>");
	backscatter_html_escape(out, row->name);
	str_append(out, "</bdi>");
	if (row->verdict != NULL) {
		str_append(out, " <small>");
		backscatter_html_escape(out, row->verdict);
		str_printfa(out, "%s%s</small>", text == NULL ? "" : ": ",
			    text == NULL ? "" : text);
	}
	str_append(out, "</th>");
	for (i = 0; i < count; i++) {
		uint64_t n = row->n[columns[i].column];

		str_printfa(out, "<td role=\"cell\"%s>%s</td>",
			    n == 0 ? " class=\"zero\"" : "", t_html_number(n));
	}
	str_append(out, "</tr>\n");
}

static void
html_append_rows(string_t *out, const char *title,
		 const struct backscatter_total *const *rows,
		 unsigned int rows_count,
		 const struct backscatter_html_column *columns,
		 unsigned int count)
{
	unsigned int i;

	str_printfa(out, "<table role=\"table\" style=\"--n:%u\">\n", count);
	html_append_header_row(out, title, columns, count);
	str_append(out, "<tbody role=\"rowgroup\">\n");
	for (i = 0; i < rows_count; i++) T_BEGIN {
		html_append_row(out, rows[i], columns, count);
	} T_END;
	str_append(out, "</tbody></table>\n");
}

static void
html_append_table(string_t *out, const char *heading, const char *title,
		  struct backscatter_totals *totals,
		  const struct backscatter_html_column *columns,
		  unsigned int columns_count)
{
	const struct backscatter_total *const *rows;
	unsigned int count;

	rows = backscatter_totals_by_column(totals, BACKSCATTER_COLUMN_BOUNCES,
					    &count);
	str_printfa(out, "<section>\n<h2>%s</h2>\n", heading);
	if (count == 0)
		str_append(out, "<p>None.</p>\n");
	else {
		html_append_rows(out, title, rows,
				 I_MIN(count, BACKSCATTER_HTML_MAX_ROWS),
				 columns, columns_count);
	}
	if (count > BACKSCATTER_HTML_MAX_ROWS) {
		str_printfa(out, "<p>And %s more.</p>\n",
			    t_html_number(count - BACKSCATTER_HTML_MAX_ROWS));
	}
	str_append(out, "</section>\n");
}

/* What the plots show, for whoever cannot see them or wants the numbers. */
static void
html_append_days(string_t *out, struct backscatter_totals *days)
{
	const struct backscatter_total *const *rows;
	unsigned int count;

	rows = backscatter_totals_by_name(days, &count);
	str_append(out, "<details>\n<summary>The numbers of each day</summary>\n");
	html_append_rows(out, "Day", rows, count, backscatter_html_columns,
			 N_ELEMENTS(backscatter_html_columns));
	str_append(out, "</details>\n</section>\n");
}

void backscatter_html_append(string_t *out,
			     const struct backscatter_report *report)
{
	const struct backscatter_total *sum =
		backscatter_totals_sum(report->days);

	T_BEGIN {
		html_append_head(out, report);
		html_append_tiles(out, sum);
		html_append_note(out, sum);
	} T_END;
	T_BEGIN {
		html_append_plots(out, report);
	} T_END;
	html_append_days(out, report->days);
	if (report->domains != NULL) {
		html_append_table(out, "By domain", "Domain", report->domains,
				  backscatter_html_columns,
				  N_ELEMENTS(backscatter_html_columns));
	}
	if (report->servers != NULL) {
		html_append_table(out, "By reporting server", "Server",
				  report->servers,
				  backscatter_html_server_columns,
				  N_ELEMENTS(backscatter_html_server_columns));
	}
	html_append_table(out, "By reason", "Reason", report->reasons,
			  backscatter_html_columns,
			  N_ELEMENTS(backscatter_html_columns));
	str_printfa(out, "</main>\n<footer><p>Made by dovecot-backscatter on "
		    "%s UTC.</p></footer>\n</body>\n</html>\n",
		    t_html_date(report->now, "%Y-%m-%d %H:%M"));
}
