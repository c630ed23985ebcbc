/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "str-sanitize.h"
#include "doveadm-backscatter-plot.h"

#define BACKSCATTER_PLOT_MAX_LINES 5
/* Of the chart's height in percent: a 1 beside 9000 can be seen. */
#define BACKSCATTER_PLOT_MIN_BAR 1.5

void backscatter_html_escape(string_t *out, const char *text)
{
	const char *p = str_sanitize_utf8(text, 1024);

	for (; *p != '\0'; p++) {
		switch (*p) {
		case '&':
			str_append(out, "&amp;");
			break;
		case '<':
			str_append(out, "&lt;");
			break;
		case '>':
			str_append(out, "&gt;");
			break;
		case '"':
			str_append(out, "&quot;");
			break;
		case '\'':
			str_append(out, "&#39;");
			break;
		default:
			str_append_c(out, *p);
		}
	}
}

void backscatter_html_number(string_t *out, uint64_t n)
{
	const char *digits = t_strdup_printf("%"PRIu64, n);
	size_t left = strlen(digits);

	for (; *digits != '\0'; digits++) {
		str_append_c(out, *digits);
		if (--left > 0 && left % 3 == 0)
			str_append_c(out, ',');
	}
}

uint64_t backscatter_plot_step(uint64_t max)
{
	static const unsigned int steps[] = { 1, 2, 5 };
	uint64_t power;
	unsigned int i;

	/* ends with 5 * 10^18 at the latest */
	for (power = 1;; power *= 10) {
		for (i = 0; i < N_ELEMENTS(steps); i++) {
			if (max / (power * steps[i]) < BACKSCATTER_PLOT_MAX_LINES)
				return power * steps[i];
		}
	}
}

static void
backscatter_plot_append_title(string_t *out, const struct backscatter_plot *plot,
			      uint64_t sum, unsigned int most)
{
	str_append(out, plot->title);
	str_printfa(out, " %s from %s: ", plot->unit, plot->labels[0]);
	backscatter_html_number(out, sum);
	str_append(out, " in all");
	if (plot->values[most] > 0) {
		str_append(out, ", the most, ");
		backscatter_html_number(out, plot->values[most]);
		str_printfa(out, ", from %s", plot->labels[most]);
	}
}

static void
backscatter_plot_append_bars(string_t *out, const struct backscatter_plot *plot,
			     uint64_t top)
{
	unsigned int i;
	double height;

	for (i = 0; i < plot->count; i++) {
		if (plot->values[i] == 0)
			continue;
		height = 100.0 * (double)plot->values[i] / (double)top;
		height = I_MAX(height, BACKSCATTER_PLOT_MIN_BAR);
		str_printfa(out, "<rect x=\"%u.1\" y=\"%.2f\" width=\".8\" "
			    "height=\"%.2f\"><title>%s: ", i, 100.0 - height,
			    height, plot->labels[i]);
		backscatter_html_number(out, plot->values[i]);
		str_append(out, "</title></rect>\n");
	}
}

/* Lines in the drawing, and what they stand for beside it. */
static void
backscatter_plot_append_grid(string_t *svg, string_t *axis,
			     const struct backscatter_plot *plot,
			     uint64_t step, uint64_t top)
{
	uint64_t n;
	double percent;

	str_append(svg, "<path class=\"grid\" d=\"");
	for (n = 0; n <= top; n += step) {
		percent = 100.0 * (double)n / (double)top;
		str_printfa(svg, "M0 %.2fH%u", 100.0 - percent, plot->count);
		str_printfa(axis, "<span style=\"bottom:%.2f%%\">", percent);
		backscatter_html_number(axis, n);
		str_append(axis, "</span>");
	}
	str_append(svg, "\"/>\n");
}

static void
backscatter_plot_append_dates(string_t *out,
			      const struct backscatter_plot *plot)
{
	str_printfa(out, "<div class=\"x\" aria-hidden=\"true\"><span>%s</span>",
		    plot->labels[0]);
	if (plot->count > 4) {
		str_printfa(out, "<span>%s</span>",
			    plot->labels[(plot->count - 1) / 2]);
	}
	if (plot->count > 1)
		str_printfa(out, "<span>%s</span>", plot->labels[plot->count - 1]);
	str_append(out, "</div>\n");
}

void backscatter_plot_append(string_t *out, const struct backscatter_plot *plot)
{
	string_t *svg = str_new(default_pool, 4096);
	string_t *axis = t_str_new(256);
	uint64_t sum = 0, step, top;
	unsigned int i, most = 0;

	i_assert(plot->count > 0);

	for (i = 0; i < plot->count; i++) {
		sum += plot->values[i];
		if (plot->values[i] > plot->values[most])
			most = i;
	}
	step = backscatter_plot_step(plot->values[most]);
	top = (plot->values[most] / step + 1) * step;
	backscatter_plot_append_grid(svg, axis, plot, step, top);
	backscatter_plot_append_bars(svg, plot, top);

	str_printfa(out, "<figure class=\"%s\">\n<figcaption><h3>%s</h3><p>",
		    plot->class, plot->title);
	backscatter_html_number(out, sum);
	str_printfa(out, "</p></figcaption>\n<div class=\"chart\">"
		    "<div class=\"y\" aria-hidden=\"true\">%s</div>\n"
		    "<svg role=\"img\" viewBox=\"0 0 %u 100\" "
		    "preserveAspectRatio=\"none\" aria-label=\"",
		    str_c(axis), plot->count);
	backscatter_plot_append_title(out, plot, sum, most);
	str_printfa(out, "\">\n%s</svg>\n", str_c(svg));
	backscatter_plot_append_dates(out, plot);
	str_append(out, "</div>\n</figure>\n");
	str_free(&svg);
}
