/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "backscatter-once.h"
#include "test-common.h"

static void test_backscatter_once(void)
{
	struct backscatter_once once = { .interval = 60 };
	struct backscatter_once ever = { .interval = 0 };

	test_begin("backscatter once");
	test_assert(backscatter_once(&once, "a", 1000));
	test_assert(!backscatter_once(&once, "a", 1059));
	test_assert(backscatter_once(&once, "b", 1059));
	test_assert(backscatter_once(&once, "a", 1060));
	/* a clock that goes back */
	test_assert(backscatter_once(&once, "a", 500));

	test_assert(backscatter_once(&ever, "a", 1000));
	test_assert(!backscatter_once(&ever, "a", 1000000));
	test_end();
}

static void test_backscatter_once_full(void)
{
	static const bool forget[] = { FALSE, TRUE };
	unsigned int i, n;

	test_begin("backscatter once: full");
	for (n = 0; n < N_ELEMENTS(forget); n++) {
		struct backscatter_once once = {
			.interval = 3600, .forget = forget[n]
		};

		for (i = 0; i < BACKSCATTER_ONCE_MAX; i++) T_BEGIN {
			test_assert_idx(backscatter_once(&once,
				t_strdup_printf("made up %u", i), 1000 + i), i);
		} T_END;
		test_assert_idx(backscatter_once(&once, "ours", 1100) ==
				forget[n], n);
		test_assert_idx(!backscatter_once(&once, "ours", 1101), n);
		/* it was the first that made room */
		test_assert_idx(!backscatter_once(&once, "made up 1", 1102), n);
		test_assert_idx(backscatter_once(&once, "made up 0", 1103) ==
				forget[n], n);
		test_assert_idx(once.count == BACKSCATTER_ONCE_MAX, n);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_backscatter_once,
		test_backscatter_once_full,
		NULL
	};
	return test_run(test_functions);
}
