/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "unichar.h"
#include "base/sanitize.h"
#include "test-common.h"

static void test_bounce_sanitize(void)
{
	const char *value;
	unsigned char *data;
	unsigned int i, j, size;

	test_begin("bounce sanitize");
	test_assert_strcmp(t_bounce_sanitize("", 0), "");
	test_assert_strcmp(t_bounce_sanitize("a\0b\x7f", 4), "a?b?");
	test_assert_strcmp(t_bounce_sanitize("\xe2\x82", 2), "\xef\xbf\xbd");
	/* U+202A, U+202E, U+2066, U+2069, and the ones beside them */
	test_assert_strcmp(t_bounce_sanitize("\xe2\x80\xaa|\xe2\x80\xae|"
			"\xe2\x81\xa6|\xe2\x81\xa9", 15), "?|?|?|?");
	test_assert_strcmp(t_bounce_sanitize("\xe2\x80\xa9\xe2\x80\xaf", 6),
			   "\xe2\x80\xa9\xe2\x80\xaf");
	for (i = 0; i < 10000; i++) T_BEGIN {
		size = i_rand_limit(24);
		data = i_malloc(I_MAX(size, 1));
		/* mostly octets of which UTF-8 is made */
		for (j = 0; j < size; j++)
			data[j] = i_rand_limit(3) == 0 ? i_rand_uchar() :
				0x80 + i_rand_limit(128);
		value = t_bounce_sanitize(data, size);
		test_assert_idx(uni_utf8_str_is_valid(value), i);
		for (; *value != '\0'; value++) {
			test_assert_idx((unsigned char)*value >= 32 &&
					*value != 127, i);
		}
		i_free(data);
	} T_END;
	test_end();
}

static void test_bounce_sanitize_text(void)
{
	test_begin("bounce sanitize text");
	test_assert(t_bounce_sanitize_text(NULL, 1) == NULL);
	test_assert_strcmp(t_bounce_sanitize_text("", 1), "");
	test_assert_strcmp(t_bounce_sanitize_text("abc", 3), "abc");
	/* it is the characters that count, as they are shown */
	test_assert_strcmp(t_bounce_sanitize_text("\xc3\xa4\xc2\x9b" "bc", 4),
			   "\xc3\xa4?bc");
	test_assert_strcmp(t_bounce_sanitize_text("\xc3\xa4\xc2\x9b" "bcd", 4),
			   "\xc3\xa4?b\xe2\x80\xa6");
	test_end();
}

/* The characters at both ends of each range, and those beside them. */
static void test_bounce_char_is_control(void)
{
	static const struct {
		uint32_t chr;
		bool control;
	} tests[] = {
		{ 0, TRUE }, { 0x1f, TRUE }, { 0x20, FALSE }, { 0x7e, FALSE },
		{ 0x7f, TRUE }, { 0x80, TRUE }, { 0x9f, TRUE },
		{ 0xa0, FALSE }, { 0x2029, FALSE }, { 0x202a, TRUE },
		{ 0x202e, TRUE }, { 0x202f, FALSE }, { 0x2065, FALSE },
		{ 0x2066, TRUE }, { 0x2069, TRUE }, { 0x206a, FALSE }
	};
	unsigned int i;

	test_begin("bounce char is control");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(bounce_char_is_control(tests[i].chr) ==
				tests[i].control, i);
	}
	test_end();
}

static void test_bounce_sanitize_ascii(void)
{
	static const struct {
		const char *text, *result;
	} tests[] = {
		{ "a b~", "a b~" }, { " ", " " }, { "~", "~" },
		{ "a\nb", "a?b" }, { "\x1f", "?" }, { "\x7f", "?" },
		{ "abc\xc3\xa4", "abc\xc3\xa4" }
	};
	unsigned int i;

	test_begin("bounce sanitize ascii");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		/* in a block of its size */
		size_t size = strlen(tests[i].text);
		char *copy = i_malloc(size);

		memcpy(copy, tests[i].text, size);
		test_assert_strcmp_idx(t_bounce_sanitize(copy, size),
				       tests[i].result, i);
		i_free(copy);
	} T_END;
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_sanitize,
		test_bounce_sanitize_text,
		test_bounce_char_is_control,
		test_bounce_sanitize_ascii,
		NULL
	};
	return test_run(test_functions);
}
