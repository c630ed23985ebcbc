/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "memory/disowned-times.h"
#include "test-common.h"

static void test_bounce_windows_parse(void)
{
	static const struct {
		const char *text, *same;
	} tests[] = {
		{ NULL, "" },
		{ "", "" },
		{ "  ", "" },
		{ "1-2", "1-2" },
		{ "0-0", "0-0" },
		{ "20-30 1-2", "1-2 20-30" },
		{ "1-5 5-9", "1-9" },
		{ "1-5 7-9 2-8", "1-9" },
		{ "1-5 6-9", "1-5 6-9" },
		{ "1", NULL },
		{ "-", NULL },
		{ "1-", NULL },
		{ "-1", NULL },
		{ "2-1", NULL },
		{ "1-2x", NULL },
		{ "1--2", NULL },
		{ "1-99999999999999999999", NULL },
		{ "1-18446744073709551615", NULL },
		{ "1-253402300799", "1-253402300799" },
		{ "1-253402300800", NULL },
		{ "1-2 x", NULL },
	};
	struct bounce_windows windows;
	unsigned int i;
	int ret;

	test_begin("bounce windows parse");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		ret = bounce_windows_parse(tests[i].text, &windows);
		test_assert_idx((ret == 0) == (tests[i].same != NULL), i);
		if (tests[i].same != NULL) {
			test_assert_strcmp_idx(t_bounce_windows_text(&windows),
					       tests[i].same, i);
		} else {
			test_assert_idx(windows.count == 0, i);
		}
	}
	test_end();
}

static void test_bounce_windows_have(void)
{
	struct bounce_windows windows;

	test_begin("bounce windows have and remove");
	test_assert(bounce_windows_parse("10-20 30-40", &windows) == 0);
	test_assert(!bounce_windows_have(&windows, 9));
	test_assert(bounce_windows_have(&windows, 10));
	test_assert(bounce_windows_have(&windows, 20));
	test_assert(!bounce_windows_have(&windows, 21));
	test_assert(bounce_windows_have(&windows, 35));
	test_assert(!bounce_windows_have(&windows, 0));

	test_assert(bounce_windows_remove(&windows, 21, 29) == 0);
	test_assert(bounce_windows_remove(&windows, 40, 50) == 1);
	test_assert_strcmp(t_bounce_windows_text(&windows), "10-20");
	test_assert(bounce_windows_remove(&windows, 0, 1000) == 1);
	test_assert_strcmp(t_bounce_windows_text(&windows), "");
	test_end();
}

static void test_bounce_windows_full(void)
{
	struct bounce_windows windows;
	unsigned int i;

	test_begin("bounce windows are bounded");
	i_zero(&windows);
	for (i = 0; i < BOUNCE_WINDOWS_MAX; i++) {
		test_assert_idx(bounce_windows_add(&windows, i * 10,
						   i * 10 + 5), i);
	}
	test_assert(!bounce_windows_add(&windows, 5000, 5001));
	test_assert(windows.count == BOUNCE_WINDOWS_MAX);
	/* one that joins others makes room */
	test_assert(bounce_windows_add(&windows, 0, 20));
	test_assert(windows.count == BOUNCE_WINDOWS_MAX - 2);
	test_assert(bounce_windows_parse(t_bounce_windows_text(&windows),
					 &windows) == 0);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_windows_parse,
		test_bounce_windows_have,
		test_bounce_windows_full,
		NULL
	};
	return test_run(test_functions);
}
