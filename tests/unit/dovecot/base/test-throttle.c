/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base/throttle.h"
#include "test-common.h"

#define MAX BACKSCATTER_THROTTLE_MAX

static void test_backscatter_throttle_once(void)
{
	struct backscatter_throttle minute = { .interval = 60 };
	struct backscatter_throttle ever = { .interval = 0 };

	test_begin("backscatter throttle: once");
	test_assert(backscatter_throttle_once(&minute, "a", 1000));
	test_assert(!backscatter_throttle_once(&minute, "a", 1059));
	test_assert(backscatter_throttle_once(&minute, "b", 1059));
	test_assert(backscatter_throttle_once(&minute, "a", 1060));
	test_assert(!backscatter_throttle_once(&minute, "a", 1119));
	/* a clock that goes back */
	test_assert(backscatter_throttle_once(&minute, "a", 500));
	test_assert(!backscatter_throttle_once(&minute, "a", 500));

	test_assert(backscatter_throttle_once(&ever, "a", 1000));
	test_assert(!backscatter_throttle_once(&ever, "a", 1000000));
	test_end();
}

static void test_backscatter_throttle_hold(void)
{
	struct backscatter_throttle throttle = { .interval = 30 };

	test_begin("backscatter throttle: hold");
	test_assert(!backscatter_throttle_is_held(&throttle, "a", 1000));
	test_assert(backscatter_throttle_hold(&throttle, "a", 1000));
	test_assert(backscatter_throttle_is_held(&throttle, "a", 1000));
	test_assert(backscatter_throttle_is_held(&throttle, "a", 1029));
	test_assert(!backscatter_throttle_is_held(&throttle, "a", 1030));
	test_assert(!backscatter_throttle_is_held(&throttle, "b", 1000));

	/* again, and it begins anew */
	test_assert(backscatter_throttle_hold(&throttle, "a", 1020));
	test_assert(throttle.count == 1);
	test_assert(backscatter_throttle_is_held(&throttle, "a", 1049));
	test_assert(!backscatter_throttle_is_held(&throttle, "a", 1050));
	test_assert(!backscatter_throttle_once(&throttle, "a", 1049));

	/* a clock that goes back by more than the interval */
	test_assert(backscatter_throttle_is_held(&throttle, "a", 1021));
	test_assert(!backscatter_throttle_is_held(&throttle, "a", 100));
	test_end();
}

static void test_backscatter_throttle_full(void)
{
	static const bool forget[] = { FALSE, TRUE };
	unsigned int i, n;

	test_begin("backscatter throttle: full");
	for (n = 0; n < N_ELEMENTS(forget); n++) {
		struct backscatter_throttle throttle = {
			.interval = 3600, .forget = forget[n]
		};

		for (i = 0; i < MAX; i++) {
			test_assert_idx(backscatter_throttle_once(&throttle,
				t_strdup_printf("made up %u", i), 1000 + i), i);
		}
		test_assert_idx(backscatter_throttle_once(&throttle, "ours",
							  1100) == forget[n], n);
		test_assert_idx(!backscatter_throttle_once(&throttle, "ours",
							   1101), n);
		/* it was the first that made room */
		test_assert_idx(!backscatter_throttle_once(&throttle,
							   "made up 1", 1102), n);
		test_assert_idx(backscatter_throttle_once(&throttle,
				"made up 0", 1103) == forget[n], n);
		test_assert_idx(throttle.count == MAX, n);
	}
	test_end();
}

/* The places of what is due again are given away, and the first of those that
   are not is kept. */
static void test_backscatter_throttle_due(void)
{
	struct backscatter_throttle throttle = { .interval = 60 };
	unsigned int i, held = 0;

	test_begin("backscatter throttle: places of what is due");
	/* the clock goes back after it */
	test_assert(backscatter_throttle_hold(&throttle, "late", 1000));
	test_assert(backscatter_throttle_hold(&throttle, "early", 10));
	for (i = 0; i < 2 * MAX; i++) {
		if (backscatter_throttle_once(&throttle, dec2str(i), 20))
			held++;
	}
	test_assert(held == MAX - 1);
	test_assert(backscatter_throttle_is_held(&throttle, "early", 20));
	test_assert(!backscatter_throttle_is_held(&throttle, "late", 1000));
	test_assert(!backscatter_throttle_hold(&throttle, "new", 69));
	test_assert(backscatter_throttle_hold(&throttle, "new", 70));
	test_assert(!backscatter_throttle_is_held(&throttle, "early", 20));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_backscatter_throttle_once,
		test_backscatter_throttle_hold,
		test_backscatter_throttle_full,
		test_backscatter_throttle_due,
		NULL
	};
	return test_run(test_functions);
}
