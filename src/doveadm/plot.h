#ifndef DOVEADM_BACKSCATTER_PLOT_H
#define DOVEADM_BACKSCATTER_PLOT_H

/* Bar charts over time as HTML with inline SVG: the bars are drawn to the width
   that there is, the labels are text beside them and keep their size. */

struct backscatter_plot {
	/* A word of ours: the heading, and in lower case its CSS class. */
	const char *title, *class;
	/* "per day", for whoever cannot see it. */
	const char *unit;
	/* The first day of each bar. */
	const char *const *labels;
	const uint64_t *values;
	unsigned int count;
};

/* Text of any kind, as HTML shows it: valid UTF-8 without control characters or
   markup, cut after 1024 characters. From the data stack, as all that is named
   t_. */
const char *t_backscatter_html_escape(const char *text);
/* A number with its thousands marked: 9,004. */
const char *t_backscatter_html_number(uint64_t n);

/* Append the chart. There has to be at least one bar. */
void backscatter_plot_append(string_t *out,
			     const struct backscatter_plot *plot);

/* The distance of grid lines for values up to max: 1, 2 or 5 times a power of
   ten, so that there are at most five. */
uint64_t backscatter_plot_step(uint64_t max);

#endif
