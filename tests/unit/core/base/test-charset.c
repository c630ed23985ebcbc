/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* RTLD_NEXT */
#ifndef _GNU_SOURCE
#  define _GNU_SOURCE
#endif

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "charset-utf8.h"
#include "message-header-decode.h"
#include "base/charset.h"
#include "test-common.h"

#include <dlfcn.h>

/* how many conversions were begun and not ended */
static int charsets_open;

/* In place of libdovecot's, to count them. */
int charset_to_utf8_begin(const char *charset, normalizer_func_t *normalizer,
			  struct charset_translation **t_r)
{
	static int (*next)(const char *, normalizer_func_t *,
			   struct charset_translation **) = NULL;
	void *symbol;

	if (next == NULL) {
		symbol = dlsym(RTLD_NEXT, "charset_to_utf8_begin");
		memcpy(&next, &symbol, sizeof(next));
	}
	if (next(charset, normalizer, t_r) < 0)
		return -1;
	charsets_open++;
	return 0;
}

void charset_to_utf8_end(struct charset_translation **t)
{
	static void (*next)(struct charset_translation **) = NULL;
	void *symbol;

	if (next == NULL) {
		symbol = dlsym(RTLD_NEXT, "charset_to_utf8_end");
		memcpy(&next, &symbol, sizeof(next));
	}
	next(t);
	charsets_open--;
}

static void test_bounce_charset_begin(void)
{
	/* more than are kept, some of them twice */
	static const char *const charsets[] = {
		"iso-8859-1", "iso-8859-2", "iso-8859-3", "iso-8859-4",
		"iso-8859-5", "iso-8859-7", "iso-8859-9", "iso-8859-10",
		"ISO-8859-1", "iso-8859-13", "iso-8859-14", "iso-8859-15",
		"iso-8859-16", "windows-1250", "windows-1251", "windows-1252",
		"windows-1253", "windows-1254", "koi8-r", "koi8-u",
		"iso-8859-1", "utf-8", "us-ascii"
	};
	static const unsigned char letter = 'x';
	struct charset_translation *translation;
	struct bounce_charsets used;
	unsigned int i, round;
	size_t size;

	test_begin("bounce charset: begin");
	for (round = 0; round < 3; round++) {
		for (i = 0; i < N_ELEMENTS(charsets); i++) {
			buffer_t *dest = t_buffer_create(16);

			used.count = 0;
			test_assert_idx(bounce_charset_begin(&used,
					charsets[i], &translation) == 0, i);
			size = 1;
			test_assert_idx(charset_to_utf8(translation, &letter,
					&size, dest) == CHARSET_RET_OK, i);
			test_assert_idx(dest->used == 1, i);
			charset_to_utf8_end(&translation);
		}
		used.count = 0;
		test_assert(bounce_charset_begin(&used, "no-such-charset",
						 &translation) < 0);
		test_assert(bounce_charset_begin(&used, "", &translation) < 0);
		test_assert(used.count == 0);
		bounce_charsets_deinit();
	}
	test_end();
}

/* Convert from this many charsets, one in each message. */
static void test_charsets(unsigned int count)
{
	struct charset_translation *translation;
	struct bounce_charsets used;
	unsigned int i;

	for (i = 0; i < count; i++) {
		const char *name = i < 9 ?
			t_strdup_printf("windows-125%u", i) :
			t_strdup_printf("ISO-8859-%u", i - 8);

		i_zero(&used);
		test_assert_idx(bounce_charset_begin(&used, name,
						     &translation) == 0, i);
		charset_to_utf8_end(&translation);
	}
}

/* Each charset stays loaded from its first use on, the last ones at least. */
static void test_bounce_charset_kept(void)
{
	test_begin("bounce charset: kept");
	test_charsets(3);
	test_charsets(3);
	test_assert(charsets_open == 3);
	test_charsets(BOUNCE_MAX_CHARSETS + 2);
	test_assert(charsets_open == BOUNCE_MAX_CHARSETS);
	bounce_charsets_deinit();
	test_assert(charsets_open == 0);
	/* deinit() has forgotten them */
	test_charsets(1);
	test_assert(charsets_open == 1);
	bounce_charsets_deinit();
	test_assert(charsets_open == 0);
	test_end();
}

/* The same again and others of the same name do not count, nor do those that
   are not known. */
static void test_bounce_charset_limit(void)
{
	struct charset_translation *translation;
	struct bounce_charsets used;
	unsigned int i, count;
	const char *name;

	test_begin("bounce charset: limit");
	i_zero(&used);
	test_assert(bounce_charset_begin(&used, "x-none", &translation) < 0);
	for (i = count = 0; i < 9 * 4; i++) {
		name = t_strdup_printf("%s125%u", i % 2 == 0 ? "windows-" :
				       "WINDOWS-", i % 9);
		if (bounce_charset_begin(&used, name, &translation) == 0) {
			charset_to_utf8_end(&translation);
			count++;
		}
	}
	test_assert(count == 9 * 4 && used.count == 9);
	for (i = 1; i <= 16; i++) {
		name = t_strdup_printf("iso-8859-%u", i);
		if (bounce_charset_begin(&used, name, &translation) == 0) {
			charset_to_utf8_end(&translation);
			test_assert_idx(i < 9, i);
		}
	}
	test_assert(used.count == BOUNCE_MAX_CHARSETS);
	test_assert(bounce_charset_begin(&used, "koi8-r", &translation) < 0);
	test_assert(bounce_charset_begin(&used, "utf-8", &translation) == 0);
	charset_to_utf8_end(&translation);
	test_assert(bounce_charset_begin(&used, "windows-1250",
					 &translation) == 0);
	charset_to_utf8_end(&translation);
	bounce_charsets_deinit();
	test_end();
}

static void test_bounce_charset_words_limit(void)
{
	static const char value[] =
		"=?iso-8859-1?Q?a=E4?= =?iso-8859-2*pl?Q?b?= =?utf-8?Q?c?= "
		"=?no-such?Q?d?= =?iso-8859-3?Q?e?= =?ISO-8859-1?Q?f?= "
		"=?iso-8859-4?Q?g?= =?iso-8859-5?Q?h?= =?iso-8859-1?Q?i?=";
	buffer_t *got = t_buffer_create(128);

	test_begin("bounce charset: limit of words");
	bounce_charset_decode_words((const unsigned char *)value,
				    sizeof(value) - 1, got);
	test_assert(strstr(str_c(got), "a\xc3\xa4") == str_c(got));
	test_assert(strstr(str_c(got), "g =?iso-8859-5?Q?h?= "
			   "=?iso-8859-1?Q?i?=") != NULL);
	bounce_charsets_deinit();
	test_end();
}

static void test_bounce_charset_decode_words(void)
{
	static const char *const values[] = {
		"", "=", "=?", "=?=", "a=?b", "plain", "=?iso-8859-1",
		"=?iso-8859-1?Q?=E4?=", "=?iso-8859-1*de?Q?=E4?= and more",
		"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?= =?koi8-r?B?8NLJ18XU?=",
		"=?no-such?Q?=E4?= =??Q?a?= =?x?= =?y?= =?z?= =?w?= =?v?=",
		"=?a-name-that-is-longer-than-that-of-any-charset-is?Q?=E4?=",
		"trailing =", "trailing =?", "a = b =?iso-8859-1?Q?=E4?="
	};
	buffer_t *want, *got;
	unsigned int i;

	test_begin("bounce charset: words");
	for (i = 0; i < N_ELEMENTS(values); i++) T_BEGIN {
		/* of exactly that size, for who looks at what is behind */
		size_t size = strlen(values[i]);
		unsigned char *data = i_malloc(I_MAX(size, 1));

		memcpy(data, values[i], size);
		want = t_buffer_create(64);
		got = t_buffer_create(64);
		message_header_decode_utf8(data, size, want, NULL);
		bounce_charset_decode_words(data, size, got);
		test_assert_idx(buffer_cmp(want, got), i);
		i_free(data);
	} T_END;
	bounce_charsets_deinit();
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_charset_begin,
		test_bounce_charset_kept,
		test_bounce_charset_limit,
		test_bounce_charset_decode_words,
		test_bounce_charset_words_limit,
		NULL
	};

	return test_run(test_functions);
}
