#ifndef DOVEADM_BACKSCATTER_PLOT_H
#define DOVEADM_BACKSCATTER_PLOT_H

/* Draws bar charts over time as HTML with inline SVG. The bars take the width
   that there is; the labels are text beside them and keep their size. */

struct backscatter_plot {
	/* The heading, and the CSS class. Both are our own words, and are not
	   escaped. */
	const char *title, *class;
	/* What a bar stands for, such as "per day". For people who cannot see
	   the chart. */
	const char *unit;
	/* The first day of each bar, and its value. */
	const char *const *labels;
	const uint64_t *values;
	unsigned int count;
};

/* Returns any text for use in HTML: valid UTF-8 without control characters or
   markup, cut after 1024 characters. From the data stack. */
const char *t_backscatter_html_escape(const char *text);
/* Returns a number with commas between the thousands, such as 9,004. From the
   data stack. */
const char *t_backscatter_html_number(uint64_t n);

/* Append the chart. It must have at least one bar. */
void backscatter_plot_append(string_t *out,
			     const struct backscatter_plot *plot);

/* Returns the distance between the grid lines for values up to max: 1, 2 or 5
   times a power of ten, such that at most five of these distances reach above
   max. */
uint64_t backscatter_plot_step(uint64_t max);

#endif
