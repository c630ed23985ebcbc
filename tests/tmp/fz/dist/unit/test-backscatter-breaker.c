/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "backscatter-breaker.h"
#include "test-common.h"

static void test_backscatter_breaker(void)
{
	struct backscatter_breaker breaker = { .interval = 30 };

	test_begin("backscatter breaker");
	test_assert(!backscatter_breaker_is_open(&breaker, "a", 1000));
	backscatter_breaker_trip(&breaker, "a", 1000);
	test_assert(backscatter_breaker_is_open(&breaker, "a", 1000));
	test_assert(backscatter_breaker_is_open(&breaker, "a", 1029));
	test_assert(!backscatter_breaker_is_open(&breaker, "a", 1030));
	test_assert(!backscatter_breaker_is_open(&breaker, "b", 1000));

	/* again, and it begins anew */
	backscatter_breaker_trip(&breaker, "a", 1020);
	test_assert(breaker.count == 1);
	test_assert(backscatter_breaker_is_open(&breaker, "a", 1049));
	test_assert(!backscatter_breaker_is_open(&breaker, "a", 1050));

	/* a clock that goes back by more than the interval */
	test_assert(backscatter_breaker_is_open(&breaker, "a", 1021));
	test_assert(!backscatter_breaker_is_open(&breaker, "a", 100));
	test_end();
}

static void test_backscatter_breaker_full(void)
{
	struct backscatter_breaker breaker = { .interval = 30 };
	unsigned int i;

	test_begin("backscatter breaker is bounded");
	for (i = 0; i < BACKSCATTER_BREAKER_MAX + 5; i++) {
		backscatter_breaker_trip(&breaker, t_strdup_printf("%u", i),
					 1000 + i / 8);
	}
	test_assert(breaker.count == BACKSCATTER_BREAKER_MAX);
	/* the last ones are known, the first was forgotten */
	for (i = BACKSCATTER_BREAKER_MAX; i < BACKSCATTER_BREAKER_MAX + 5; i++)
		test_assert_idx(backscatter_breaker_is_open(&breaker,
				t_strdup_printf("%u", i), 1010), i);
	test_assert(!backscatter_breaker_is_open(&breaker, "0", 1010));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_backscatter_breaker,
		test_backscatter_breaker_full,
		NULL
	};
	return test_run(test_functions);
}
