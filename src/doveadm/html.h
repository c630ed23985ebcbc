#ifndef DOVEADM_BACKSCATTER_HTML_H
#define DOVEADM_BACKSCATTER_HTML_H

/* Writes the report as one page of HTML that needs neither the network nor a
   script. It does no I/O. */

struct backscatter_totals;

struct backscatter_report {
	/* A user or a domain, or NULL for all: whose bounces the page is
	   about. */
	const char *name;
	/* The first and the last day, each as the time when it begins in UTC;
	   and the time when the page is made. */
	time_t since, until, now;

	struct backscatter_totals *days;
	struct backscatter_totals *reasons;
	/* NULL: the page does not have this table. */
	struct backscatter_totals *domains;
	struct backscatter_totals *servers;
};

/* Append the page. Names are escaped. The totals are sorted, and get a row for
   each day. */
void backscatter_html_append(string_t *out,
			     const struct backscatter_report *report);

#endif
