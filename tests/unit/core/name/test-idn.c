/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "name/idn.h"
#include "test-common.h"

static void test_bounce_idn_to_ascii(void)
{
	static const struct {
		const char *domain, *result;
	} tests[] = {
		{ "m\xc3\xbcnchen.example", "xn--mnchen-3ya.example" },
		/* mapped: case, and the ideographic full stop */
		{ "M\xc3\x9cNCHEN.example", "xn--mnchen-3ya.example" },
		{ "b\xc3\xbc""cher\xe3\x80\x82""example",
		  "xn--bcher-kva.example" },
		/* not transitional: sharp s stays */
		{ "stra\xc3\x9f""e.example", "xn--strae-oqa.example" },
		/* not UTF-8; not allowed */
		{ "m\xfcnchen.example", NULL },
		{ "a\xe2\x80\xae.example", NULL }
	};
	unsigned int i;

	test_begin("bounce idn to ascii");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(t_bounce_idn_to_ascii(tests[i].domain),
				       tests[i].result, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_idn_to_ascii,
		NULL
	};

	return test_run(test_functions);
}
