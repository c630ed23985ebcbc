/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dict/dict-key.h"
#include "test-common.h"

static void test_backscatter_dict_key_hash(void)
{
	test_begin("backscatter dict key hash");
	/* FIPS 180-4: SHA-256 of "abc" and of nothing */
	test_assert_strcmp(backscatter_key_hash_str("abc"),
			   "ba7816bf8f01cfea414140de5dae2223");
	test_assert_strcmp(backscatter_key_hash_str(""),
			   "e3b0c44298fc1c149afbf4c8996fb924");
	test_end();
}

/* Dicts of version 0.1 have it: a name that changes would lose what they
   remember. */
static void test_backscatter_dict_key_names(void)
{
	test_begin("backscatter dict key names");
	test_assert_strcmp(BACKSCATTER_KEY_RECORD,
			   "priv/backscatter/text/disowned");
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_backscatter_dict_key_hash,
		test_backscatter_dict_key_names,
		NULL
	};
	return test_run(test_functions);
}
