/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base/types.h"
#include "test-common.h"

/* All names are words of a contract: each one is written out here again. */

static void test_bounce_kind_names(void)
{
	static const struct {
		enum bounce_kind kind;
		const char *name;
		bool bounce;
	} tests[] = {
		{ BOUNCE_KIND_NONE, "none", FALSE },
		{ BOUNCE_KIND_FAILED, "failed", TRUE },
		{ BOUNCE_KIND_DELAYED, "delayed", TRUE },
		{ BOUNCE_KIND_DELIVERED, "delivered", TRUE },
		{ BOUNCE_KIND_RELAYED, "relayed", TRUE },
		{ BOUNCE_KIND_EXPANDED, "expanded", TRUE },
		{ BOUNCE_KIND_AUTOREPLY, "autoreply", FALSE },
		{ BOUNCE_KIND_MDN, "mdn", FALSE },
		{ BOUNCE_KIND_FEEDBACK, "feedback", FALSE }
	};
	unsigned int i;

	test_begin("bounce kind names");
	test_assert(N_ELEMENTS(tests) == BOUNCE_KIND_COUNT);
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(tests[i].kind == i, i);
		test_assert_strcmp_idx(bounce_kind_name(tests[i].kind),
				       tests[i].name, i);
		test_assert_idx(bounce_kind_is_bounce(tests[i].kind) ==
				tests[i].bounce, i);
	}
	test_end();
}

static void test_bounce_state_names(void)
{
	static const char *const original[] = {
		"none", "headers", "truncated", "full"
	};
	static const char *const verdict[] = {
		"none", "genuine", "backscatter", "disowned", "unverifiable",
		"temperror"
	};
	unsigned int i;

	test_begin("bounce original and verdict names");
	test_assert(N_ELEMENTS(original) == BOUNCE_ORIGINAL_COUNT);
	for (i = 0; i < N_ELEMENTS(original); i++) {
		test_assert_strcmp_idx(bounce_original_state_name(i),
				       original[i], i);
	}
	test_assert(N_ELEMENTS(verdict) == BOUNCE_VERDICT_COUNT);
	for (i = 0; i < N_ELEMENTS(verdict); i++)
		test_assert_strcmp_idx(bounce_verdict_name(i), verdict[i], i);
	test_end();
}

static void test_bounce_spf_names(void)
{
	static const struct {
		enum bounce_spf spf;
		const char *name;
	} tests[] = {
		{ BOUNCE_SPF_NOT_ASKED, NULL },
		{ BOUNCE_SPF_NONE, "none" },
		{ BOUNCE_SPF_NEUTRAL, "neutral" },
		{ BOUNCE_SPF_PASS, "pass" },
		{ BOUNCE_SPF_FAIL, "fail" },
		{ BOUNCE_SPF_SOFTFAIL, "softfail" },
		{ BOUNCE_SPF_TEMPERROR, "temperror" },
		{ BOUNCE_SPF_PERMERROR, "permerror" }
	};
	unsigned int i;

	test_begin("bounce spf names");
	test_assert(N_ELEMENTS(tests) == BOUNCE_SPF_COUNT);
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(null_strcmp(bounce_spf_name(tests[i].spf),
					    tests[i].name) == 0, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_kind_names,
		test_bounce_state_names,
		test_bounce_spf_names,
		NULL
	};
	return test_run(test_functions);
}
