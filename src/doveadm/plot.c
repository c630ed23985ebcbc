/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "dovecot-backscatter.h"
#include "plot.h"

#define BACKSCATTER_PLOT_MAX_LINES 5
/* The least height of a bar that is not 0, in percent of the chart's height: so
   a 1 can be seen beside 9000. */
#define BACKSCATTER_PLOT_MIN_BAR 1.5

const char *t_backscatter_html_escape(const char *text)
{
	static const char *const entities[UCHAR_MAX + 1] = {
		['&'] = "amp", ['<'] = "lt", ['>'] = "gt", ['"'] = "quot",
		['\''] = "#39"
	};
	const char *entity, *p = backscatter_sanitize(text, 1024);
	string_t *out = t_str_new(128);

	for (; *p != '\0'; p++) {
		entity = entities[(unsigned char)*p];
		if (entity == NULL)
			str_append_c(out, *p);
		else
			str_printfa(out, "&%s;", entity);
	}
	return str_c(out);
}

const char *t_backscatter_html_number(uint64_t n)
{
	const char *rest = "";

	for (; n >= 1000; n /= 1000)
		rest = t_strdup_printf(",%03"PRIu64"%s", n % 1000, rest);
	return t_strdup_printf("%"PRIu64"%s", n, rest);
}

uint64_t backscatter_plot_step(uint64_t max)
{
	static const unsigned int steps[] = { 1, 2, 5 };
	uint64_t power;
	unsigned int i;

	/* the loop ends at 5 * 10^18 at the latest */
	for (power = 1;; power *= 10) {
		for (i = 0; i < N_ELEMENTS(steps); i++) {
			if (max / (power * steps[i]) <
			    BACKSCATTER_PLOT_MAX_LINES)
				return power * steps[i];
		}
	}
}

/* Returns in words what the chart shows, for people who cannot see it. */
static const char *
t_plot_label(const struct backscatter_plot *plot, const char *sum,
	     unsigned int most)
{
	const char *label = t_strdup_printf("%s %s from %s: %s in all",
		plot->title, plot->unit, plot->labels[0], sum);

	if (plot->values[most] == 0)
		return label;
	return t_strdup_printf("%s, the most, %s, from %s", label,
		t_backscatter_html_number(plot->values[most]),
		plot->labels[most]);
}

static void
plot_append_bars(string_t *svg, const struct backscatter_plot *plot,
		 uint64_t top)
{
	unsigned int i;
	double height;

	for (i = 0; i < plot->count; i++) T_BEGIN {
		height = 100.0 * (double)plot->values[i] / (double)top;
		height = I_MAX(height, BACKSCATTER_PLOT_MIN_BAR);
		if (plot->values[i] > 0) {
			str_printfa(svg, "<rect x=\"%u.1\" y=\"%.2f\" "
				    "width=\".8\" height=\"%.2f\">"
				    "<title>%s: %s</title></rect>\n", i,
				    100.0 - height, height, plot->labels[i],
				    t_backscatter_html_number(plot->values[i]));
		}
	} T_END;
}

/* Append the grid lines to the drawing, and the numbers that they stand for to
   the axis beside it. */
static void
plot_append_grid(string_t *svg, string_t *axis,
		 const struct backscatter_plot *plot, uint64_t step,
		 uint64_t top)
{
	uint64_t n;
	double percent;

	str_append(svg, "<path class=\"grid\" d=\"");
	for (n = 0; n <= top; n += step) {
		percent = 100.0 * (double)n / (double)top;
		str_printfa(svg, "M0 %.2fH%u", 100.0 - percent, plot->count);
		str_printfa(axis, "<span style=\"bottom:%.2f%%\">%s</span>",
			    percent, t_backscatter_html_number(n));
	}
	str_append(svg, "\"/>\n");
}

/* Returns the first date, the one in the middle, and the last one. */
static const char *t_plot_dates(const struct backscatter_plot *plot)
{
	string_t *dates = t_str_new(128);
	unsigned int i, last = plot->count - 1;

	for (i = 0; i <= last; i++) {
		if (i == 0 || i == last || (i == last / 2 && last >= 4))
			str_printfa(dates, "<span>%s</span>", plot->labels[i]);
	}
	return str_c(dates);
}

void backscatter_plot_append(string_t *out, const struct backscatter_plot *plot)
{
	string_t *svg = str_new(default_pool, 4096);
	string_t *axis = t_str_new(256);
	uint64_t sum = 0, step, top;
	unsigned int i, most = 0;
	const char *total;

	i_assert(plot->count > 0);

	for (i = 0; i < plot->count; i++) {
		sum += plot->values[i];
		if (plot->values[i] > plot->values[most])
			most = i;
	}
	step = backscatter_plot_step(plot->values[most]);
	top = (plot->values[most] / step + 1) * step;
	plot_append_grid(svg, axis, plot, step, top);
	plot_append_bars(svg, plot, top);
	total = t_backscatter_html_number(sum);
	str_printfa(out, "<figure class=\"%s\">\n"
		    "<figcaption><h3>%s</h3><p>%s</p></figcaption>\n"
		    "<div class=\"chart\">"
		    "<div class=\"y\" aria-hidden=\"true\">%s</div>\n"
		    "<svg role=\"img\" viewBox=\"0 0 %u 100\" "
		    "preserveAspectRatio=\"none\" aria-label=\"%s\">\n"
		    "%s</svg>\n"
		    "<div class=\"x\" aria-hidden=\"true\">%s</div>\n"
		    "</div>\n</figure>\n", plot->class, plot->title, total,
		    str_c(axis), plot->count, t_plot_label(plot, total, most),
		    str_c(svg), t_plot_dates(plot));
	str_free(&svg);
}
