/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "test-common.h"
#include "verdict/reasons.h"
#include "html.h"
#include "plot.h"
#include "totals.h"

#define DAY (24 * 3600)
#define HOSTILE "<script>alert(\"1\")</script>&'\x1b[31m\xff"

static const struct backscatter_count counts[] = {
	{ "2026-01-30", BACKSCATTER_COUNT_DOMAIN, "example.org",
	  "genuine", "dkim-full", "kept", 3, "We sent it." },
	{ "2026-01-31", BACKSCATTER_COUNT_DOMAIN, "example.org",
	  "backscatter", "unsigned", "filed", 9004, "Not <signed>." },
	{ "2026-01-31", BACKSCATTER_COUNT_DOMAIN, "example.net",
	  "backscatter", "bad-signature", "discarded", 20, NULL },
	{ "2026-01-31", BACKSCATTER_COUNT_DOMAIN, HOSTILE,
	  "genuine", "dkim-headers", "rejected", 2, NULL },
	{ "2026-01-31", BACKSCATTER_COUNT_DOMAIN, "example.net",
	  "unverifiable", "altered", "failed", 7, NULL },
	/* of a version to come */
	{ "2026-01-31", BACKSCATTER_COUNT_DOMAIN, "example.net",
	  "surprising", "unheard-of", "vanished", 1, NULL }
};

static struct backscatter_totals *
totals_of(enum backscatter_totals_by by)
{
	struct backscatter_totals *totals = backscatter_totals_init(by);
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(counts); i++)
		backscatter_totals_add(totals, &counts[i]);
	return totals;
}

static void test_totals(void)
{
	static const struct {
		enum backscatter_column column;
		uint64_t n;
	} sums[] = {
		{ BACKSCATTER_COLUMN_BOUNCES, 9030 },
		{ BACKSCATTER_COLUMN_GENUINE, 5 },
		{ BACKSCATTER_COLUMN_BACKSCATTER, 9024 },
		{ BACKSCATTER_COLUMN_UNVERIFIABLE, 0 },
		{ BACKSCATTER_COLUMN_KEPT, 3 },
		{ BACKSCATTER_COLUMN_FILED, 9004 },
		{ BACKSCATTER_COLUMN_DISCARDED, 20 },
		{ BACKSCATTER_COLUMN_REJECTED, 2 },
		{ BACKSCATTER_COLUMN_FAILED, 7 },
		{ BACKSCATTER_COLUMN_GENUINE_LOST, 2 },
		{ BACKSCATTER_COLUMN_FORGED, 9024 },
		{ BACKSCATTER_COLUMN_UNCLEAR, 0 }
	};
	struct backscatter_totals *totals;
	const struct backscatter_total *const *rows;
	unsigned int i, count;

	test_begin("backscatter totals");
	totals = totals_of(BACKSCATTER_TOTALS_BY_NAME);
	for (i = 0; i < N_ELEMENTS(sums); i++) {
		test_assert_cmp_idx(backscatter_totals_sum(totals)->
				    n[sums[i].column], ==, sums[i].n, i);
	}
	rows = backscatter_totals_sort(totals, BACKSCATTER_COLUMN_BOUNCES,
				       &count);
	test_assert(count == 3);
	test_assert_strcmp(rows[0]->name, "example.org");
	test_assert_strcmp(rows[1]->name, "example.net");
	test_assert(strchr(rows[2]->name, '\x1b') == NULL);
	rows = backscatter_totals_sort(totals, BACKSCATTER_COLUMN_DISCARDED,
				       &count);
	test_assert_strcmp(rows[0]->name, "example.net");
	backscatter_totals_deinit(&totals);

	totals = totals_of(BACKSCATTER_TOTALS_BY_DAY);
	test_assert(backscatter_totals_get(totals, "2026-01-29")->
		    n[BACKSCATTER_COLUMN_BOUNCES] == 0);
	rows = backscatter_totals_sort(totals, BACKSCATTER_COLUMN_ALL_COUNT,
				       &count);
	test_assert(count == 3);
	test_assert_strcmp(rows[0]->name, "2026-01-29");
	test_assert_strcmp(rows[2]->name, "2026-01-31");
	backscatter_totals_deinit(&totals);

	totals = totals_of(BACKSCATTER_TOTALS_BY_REASON);
	test_assert_strcmp(backscatter_totals_get(totals, "unsigned")->verdict,
			   "backscatter");
	backscatter_totals_deinit(&totals);
	/* there is none */
	backscatter_totals_deinit(&totals);
	test_end();
}

static void test_plot_step(void)
{
	static const struct {
		uint64_t max, step;
	} tests[] = {
		{ 0, 1 }, { 1, 1 }, { 4, 1 }, { 5, 2 }, { 9, 2 }, { 10, 5 },
		{ 24, 5 }, { 25, 10 }, { 99, 20 }, { 9004, 2000 },
		{ 1000000, 500000 }
	};
	unsigned int i;

	test_begin("backscatter plot step");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_cmp_idx(backscatter_plot_step(tests[i].max), ==,
				    tests[i].step, i);
	}
	/* whatever a dict says: no overflow, and it ends */
	test_assert(backscatter_plot_step(UINT64_MAX) > 0);
	test_end();
}

static unsigned int count_of(const char *text, const char *word)
{
	unsigned int n = 0;

	for (; (text = strstr(text, word)) != NULL; text += strlen(word))
		n++;
	return n;
}

static void test_html(void)
{
	string_t *out = str_new(default_pool, 65536);
	struct backscatter_report report;
	const char *html;

	test_begin("backscatter report");
	i_zero(&report);
	report.name = HOSTILE;
	report.until = 1769817600; /* 2026-01-31 */
	report.since = report.until - 29 * DAY;
	report.now = report.until + 3600;
	report.days = totals_of(BACKSCATTER_TOTALS_BY_DAY);
	report.domains = totals_of(BACKSCATTER_TOTALS_BY_NAME);
	report.reasons = totals_of(BACKSCATTER_TOTALS_BY_REASON);
	backscatter_html_append(out, &report);
	html = str_c(out);

	test_assert(strstr(html, "<script") == NULL);
	test_assert(strstr(html, "&lt;script&gt;alert(&quot;1&quot;)") != NULL);
	test_assert(strchr(html, '\x1b') == NULL &&
		    strchr(html, '\xff') == NULL);
	test_assert(strstr(html, "http://") == NULL &&
		    strstr(html, "https://") == NULL);
	test_assert(strstr(html, "9,004") != NULL);
	test_assert(strstr(html, "2 genuine bounces were discarded") != NULL);
	test_assert(strstr(html, "<bdi>unsigned</bdi> <small>backscatter: "
			   "Not &lt;signed&gt;.</small>") != NULL);
	test_assert(strstr(html, "<bdi>unheard-of</bdi> "
			   "<small>surprising</small>") != NULL);
	test_assert(count_of(html, "role=\"img\"") == 3);
	/* one bar in each: the other days have none */
	test_assert(count_of(html, "<rect") == 4);
	/* every day is in the table */
	test_assert(strstr(html, "<bdi>2026-01-02</bdi>") != NULL);
	test_assert(count_of(html, "<table") == count_of(html, "</table>"));
	test_assert(count_of(html, "<section") == count_of(html, "</section>"));

	backscatter_totals_deinit(&report.days);
	backscatter_totals_deinit(&report.domains);
	backscatter_totals_deinit(&report.reasons);
	str_free(&out);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_totals,
		test_plot_step,
		test_html,
		NULL
	};
	return test_run(test_functions);
}
