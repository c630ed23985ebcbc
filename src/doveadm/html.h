#ifndef DOVEADM_BACKSCATTER_HTML_H
#define DOVEADM_BACKSCATTER_HTML_H

/* The report as one page that needs no network and no script. Pure. */

struct backscatter_totals;

struct backscatter_report {
	/* Whose bounces: a user, a domain, or NULL for all. */
	const char *name;
	/* The first and the last day, and when it was made. */
	time_t since, until, now;

	struct backscatter_totals *days;
	struct backscatter_totals *reasons;
	/* NULL: there is no such table. */
	struct backscatter_totals *domains;
	struct backscatter_totals *servers;
};

/* Append the page. Names are escaped. */
void backscatter_html_append(string_t *out,
			     const struct backscatter_report *report);

#endif
