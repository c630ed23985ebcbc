/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "dict/dict-key.h"
#include "test-common.h"

static void test_backscatter_dict_key_hash(void)
{
	test_begin("backscatter dict key hash");
	/* FIPS 180-4: SHA-256 of "abc" and of nothing */
	test_assert_strcmp(backscatter_key_hash("abc", 3),
			   "ba7816bf8f01cfea414140de5dae2223");
	test_assert_strcmp(backscatter_key_hash_str("abc"),
			   "ba7816bf8f01cfea414140de5dae2223");
	test_assert_strcmp(backscatter_key_hash("", 0),
			   "e3b0c44298fc1c149afbf4c8996fb924");
	test_assert(strcmp(backscatter_key_hash("a\0b", 3),
			   backscatter_key_hash("a", 1)) != 0);
	test_end();
}

static void test_backscatter_dict_key_word(void)
{
	static const struct {
		const char *word;
		bool kept;
	} tests[] = {
		{ "genuine", TRUE },
		{ "bad-signature_2", TRUE },
		{ "", FALSE },
		{ "a/b", FALSE },
		{ "a.b", FALSE },
		{ "a b", FALSE },
		{ "a\nb", FALSE },
		{ "\xc3\xa4", FALSE },
		{ "a'b", FALSE },
	};
	const char *word;
	string_t *str = t_str_new(128);
	unsigned int i;

	test_begin("backscatter dict key word");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		word = backscatter_key_word(tests[i].word);
		test_assert_idx((strcmp(word, tests[i].word) == 0) ==
				tests[i].kept, i);
		test_assert_idx(strspn(word, "abcdefghijklmnopqrstuvwxyz"
			"0123456789-_") == strlen(word) && *word != '\0', i);
	}
	for (i = 0; i < 64; i++)
		str_append_c(str, 'a');
	test_assert_strcmp(backscatter_key_word(str_c(str)), str_c(str));
	str_append_c(str, 'a');
	test_assert(strlen(backscatter_key_word(str_c(str))) == 32);
	test_end();
}

static void test_backscatter_dict_key_window(void)
{
	test_begin("backscatter dict key window");
	test_assert(backscatter_key_window(0, 60) == 0);
	test_assert(backscatter_key_window(59, 60) == 0);
	test_assert(backscatter_key_window(60, 60) == 1);
	test_assert(backscatter_key_window(-1, 60) == 0);
	test_assert(backscatter_key_window(1800000000, 600) == 3000000);
	test_end();
}

static void test_backscatter_dict_key_expiring(void)
{
	static const char *prefix = BACKSCATTER_KEY_PRIV_NUMBER;
	const char *key;

	test_begin("backscatter dict key expiring");
	key = backscatter_key_expiring(prefix, 1800000000, "a.b");
	test_assert_strcmp(key,
		"priv/backscatter/number/x1800000000.a.b");
	test_assert(!backscatter_key_is_expired(key, prefix, 1800000000));
	test_assert(backscatter_key_is_expired(key, prefix, 1800000001));
	test_assert(!backscatter_key_is_expired(key,
			BACKSCATTER_KEY_SHARED_NUMBER, 1800000001));
	/* so that they can be compared as texts */
	test_assert_strcmp(backscatter_key_expiring("", 60, "a"),
			   "x0000000060.a");

	test_assert(!backscatter_key_is_expired("xburst", "", 1800000000));
	test_assert(!backscatter_key_is_expired("x1", "", 1800000000));
	test_assert(!backscatter_key_is_expired("x1y.a", "", 1800000000));
	test_assert(!backscatter_key_is_expired("burst", "", 1800000000));
	test_assert(!backscatter_key_is_expired("x1.a", "", -1));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_backscatter_dict_key_hash,
		test_backscatter_dict_key_word,
		test_backscatter_dict_key_window,
		test_backscatter_dict_key_expiring,
		NULL
	};
	return test_run(test_functions);
}
