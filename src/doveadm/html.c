/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "time-util.h"
#include "plot.h"
#include "totals.h"
#include "html.h"

/* With more days than this, a bar stands for a week. */
#define HTML_MAX_DAY_BARS 100
/* A table has at most this many rows. */
#define HTML_MAX_ROWS 50

struct html_table {
	/* The heading above the table, and the title of its first column. */
	const char *heading, *title;
	const struct backscatter_column_title *columns;
	unsigned int columns_count;
};

static const struct backscatter_column_title html_columns[] = {
	{ BACKSCATTER_COLUMN_BOUNCES, "Bounces" },
	{ BACKSCATTER_COLUMN_GENUINE, "Genuine" },
	{ BACKSCATTER_COLUMN_FORGED, "Back\302\255scatter" },
	{ BACKSCATTER_COLUMN_FILED, "Filed" },
	{ BACKSCATTER_COLUMN_DISCARDED, "Dis\302\255carded" }
};
/* It is not counted what became of the bounces of a server. */
static const struct backscatter_column_title html_server_columns[] = {
	{ BACKSCATTER_COLUMN_BOUNCES, "Bounces" },
	{ BACKSCATTER_COLUMN_GENUINE, "Genuine" },
	{ BACKSCATTER_COLUMN_FORGED, "Back\302\255scatter" },
	{ BACKSCATTER_COLUMN_UNVERIFIABLE, "Unveri\302\255fiable" }
};

#define HTML_TABLE(heading, title, columns) \
	{ heading, title, columns, N_ELEMENTS(columns) }
enum {
	HTML_DAYS,
	HTML_DOMAINS,
	HTML_SERVERS,
	HTML_REASONS
};
static const struct html_table html_tables[] = {
	[HTML_DAYS] = HTML_TABLE(NULL, "Day", html_columns),
	[HTML_DOMAINS] = HTML_TABLE("By domain", "Domain", html_columns),
	[HTML_SERVERS] = HTML_TABLE("By reporting server", "Server",
				    html_server_columns),
	[HTML_REASONS] = HTML_TABLE("By reason", "Reason", html_columns)
};

static const struct backscatter_column_title html_plots[] = {
	{ BACKSCATTER_COLUMN_GENUINE, "Genuine" },
	{ BACKSCATTER_COLUMN_FILED, "Filed" },
	{ BACKSCATTER_COLUMN_DISCARDED, "Discarded" },
	{ BACKSCATTER_COLUMN_WOULD_FILE, "Would be filed (mode audit)" }
};

/* The sums at the top of the page. */
static const struct backscatter_column_title html_tiles[] = {
	{ BACKSCATTER_COLUMN_BOUNCES, "Bounces" },
	{ BACKSCATTER_COLUMN_GENUINE, "Genuine" },
	{ BACKSCATTER_COLUMN_FORGED, "Backscatter" },
	{ BACKSCATTER_COLUMN_UNCLEAR, "Could not be told" },
	{ BACKSCATTER_COLUMN_FILED, "Filed" },
	{ BACKSCATTER_COLUMN_DISCARDED, "Discarded" },
	{ BACKSCATTER_COLUMN_WOULD_FILE, "Would be filed" }
};

static const char html_style[] =
#include "report-css.h"
;

static const char html_head[] =
"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
"<meta charset=\"utf-8\">\n"
"<meta http-equiv=\"Content-Security-Policy\" "
"content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
"<meta name=\"color-scheme\" content=\"light dark\">\n"
"<title>Bounces of %s, %s to %s</title>\n<style>\n%s</style>\n"
"</head>\n<body>\n<header>\n<h1>Bounces of <bdi>%s</bdi></h1>\n"
"<p><time datetime=\"%s\">%s</time> to <time datetime=\"%s\">%s"
"</time>, days in UTC</p>\n</header>\n<main>\n";

static void
html_append_head(string_t *out, const struct backscatter_report *report)
{
	const char *name = t_backscatter_html_escape(report->name == NULL ?
		"all domains" : report->name);
	const char *since = t_strfgmtime("%Y-%m-%d", report->since);
	const char *until = t_strfgmtime("%Y-%m-%d", report->until);

	str_printfa(out, html_head, name, since, until, html_style, name,
		    since, since, until, until);
}

static void
html_append_tiles(string_t *out, const struct backscatter_total *sum)
{
	const struct backscatter_column_title *tile;
	unsigned int i;

	str_append(out, "<dl class=\"tiles\">\n");
	for (i = 0; i < N_ELEMENTS(html_tiles); i++) {
		tile = &html_tiles[i];
		if (!backscatter_column_is_shown(tile->column, sum))
			continue;
		str_printfa(out, "<div class=\"tile %s\"><dt>%s</dt>"
			    "<dd>%s</dd></div>\n",
			    backscatter_column_name(tile->column), tile->title,
			    t_backscatter_html_number(sum->n[tile->column]));
	}
	str_append(out, "</dl>\n");
}

static void html_append_note(string_t *out, const uint64_t *n)
{
	uint64_t lost = n[BACKSCATTER_COLUMN_GENUINE_LOST];

	if (lost > 0) {
		str_printfa(out, "<p class=\"note bad\"><strong>%s genuine "
			    "bounce%s discarded or rejected.</strong> A Sieve "
			    "script did that; those that come with this plugin "
			    "do not.</p>\n",
			    t_backscatter_html_number(lost),
			    lost == 1 ? " was" : "s were");
	} else {
		str_append(out, "<p class=\"note good\">No genuine bounce was "
			   "discarded or rejected.</p>\n");
	}
	if (n[BACKSCATTER_COLUMN_WOULD_FILE] > 0) {
		str_append(out, "<p class=\"note\">In mode audit nothing is "
			   "filed: bounces that would have been filed are "
			   "counted as such.</p>\n");
	}
}

static unsigned int html_days_per_bar(const struct backscatter_report *report)
{
	return (report->until - report->since) / BACKSCATTER_DAY_SECS >=
		HTML_MAX_DAY_BARS ? 7 : 1;
}

static void
html_append_plot(string_t *out, const struct backscatter_report *report,
		 const struct backscatter_column_title *column)
{
	unsigned int days = 0, days_per_bar = html_days_per_bar(report);
	struct backscatter_plot plot;
	ARRAY_TYPE(const_string) labels;
	ARRAY(uint64_t) values;
	const char *date;
	time_t day;

	t_array_init(&labels, 128);
	t_array_init(&values, 128);
	for (day = report->since; day <= report->until;
	     day += BACKSCATTER_DAY_SECS) {
		date = t_strfgmtime("%Y-%m-%d", day);
		if (days++ % days_per_bar == 0) {
			array_push_back(&labels, &date);
			(void)array_append_space(&values);
		}
		*array_back_modifiable(&values) +=
			backscatter_totals_get(report->days, date)->
			n[column->column];
	}
	i_zero(&plot);
	plot.title = column->title;
	plot.class = backscatter_column_name(column->column);
	plot.unit = days_per_bar == 1 ? "per day" : "per week";
	plot.labels = array_front(&labels);
	plot.values = array_get(&values, &plot.count);
	backscatter_plot_append(out, &plot);
}

static void
html_append_plots(string_t *out, const struct backscatter_report *report,
		  const struct backscatter_total *sum)
{
	unsigned int i;

	str_printfa(out, "<section>\n<h2>Over time</h2>\n<p>%s. Each plot has "
		    "a scale of its own.</p>\n<div class=\"plots\">\n",
		    html_days_per_bar(report) == 1 ? "Per day" : "Per week");
	for (i = 0; i < N_ELEMENTS(html_plots); i++) T_BEGIN {
		if (backscatter_column_is_shown(html_plots[i].column, sum))
			html_append_plot(out, report, &html_plots[i]);
	} T_END;
	str_append(out, "</div>\n");
}

static void
html_append_row(string_t *out, const struct backscatter_total *row,
		const struct html_table *table)
{
	const char *verdict, *text;
	unsigned int i;
	uint64_t n;

	str_printfa(out, "<tr role=\"row\">"
		    "<th role=\"rowheader\" scope=\"row\"><bdi>%s</bdi>",
		    t_backscatter_html_escape(row->name));
	if (row->verdict != NULL) {
		verdict = t_backscatter_html_escape(row->verdict);
		text = row->text == NULL ? "" :
			t_backscatter_html_escape(row->text);
		str_printfa(out, " <small>%s%s%s</small>", verdict,
			    *text == '\0' ? "" : ": ", text);
	}
	str_append(out, "</th>");
	for (i = 0; i < table->columns_count; i++) {
		n = row->n[table->columns[i].column];
		str_printfa(out, "<td role=\"cell\"%s>%s</td>",
			    n == 0 ? " class=\"zero\"" : "",
			    t_backscatter_html_number(n));
	}
	str_append(out, "</tr>\n");
}

static void
html_append_rows(string_t *out, const struct html_table *table,
		 const struct backscatter_total *const *rows,
		 unsigned int count)
{
	unsigned int i;

	str_printfa(out, "<table role=\"table\" style=\"--n:%u\">\n"
		    "<thead role=\"rowgroup\"><tr role=\"row\">"
		    "<th role=\"columnheader\" scope=\"col\">%s</th>",
		    table->columns_count, table->title);
	for (i = 0; i < table->columns_count; i++) {
		str_printfa(out, "<th role=\"columnheader\" scope=\"col\">%s"
			    "</th>", table->columns[i].title);
	}
	str_append(out, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
	for (i = 0; i < count; i++) T_BEGIN {
		html_append_row(out, rows[i], table);
	} T_END;
	str_append(out, "</tbody></table>\n");
}

static void
html_append_table(string_t *out, const struct html_table *table,
		  struct backscatter_totals *totals)
{
	const struct backscatter_total *const *rows;
	unsigned int count;

	if (totals == NULL)
		return;
	rows = backscatter_totals_sort(totals, BACKSCATTER_COLUMN_BOUNCES,
				       &count);
	str_printfa(out, "<section>\n<h2>%s</h2>\n", table->heading);
	if (count == 0)
		str_append(out, "<p>None.</p>\n");
	else {
		html_append_rows(out, table, rows,
				 I_MIN(count, HTML_MAX_ROWS));
	}
	if (count > HTML_MAX_ROWS) {
		str_printfa(out, "<p>And %s more.</p>\n",
			    t_backscatter_html_number(count - HTML_MAX_ROWS));
	}
	str_append(out, "</section>\n");
}

/* Append a table with the numbers that the plots show, for people who cannot
   see the plots or want exact numbers. */
static void
html_append_days(string_t *out, struct backscatter_totals *days)
{
	const struct backscatter_total *const *rows;
	unsigned int count;

	rows = backscatter_totals_sort(days, BACKSCATTER_COLUMN_ALL_COUNT,
				       &count);
	str_append(out, "<details>\n"
		   "<summary>The numbers of each day</summary>\n");
	html_append_rows(out, &html_tables[HTML_DAYS], rows, count);
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
		html_append_note(out, sum->n);
		html_append_plots(out, report, sum);
		html_append_days(out, report->days);
		html_append_table(out, &html_tables[HTML_DOMAINS],
				  report->domains);
		html_append_table(out, &html_tables[HTML_SERVERS],
				  report->servers);
		html_append_table(out, &html_tables[HTML_REASONS],
				  report->reasons);
		str_printfa(out, "</main>\n<footer><p>Made by "
			    "dovecot-backscatter on %s UTC.</p></footer>\n"
			    "</body>\n</html>\n",
			    t_strfgmtime("%Y-%m-%d %H:%M", report->now));
	} T_END;
}
