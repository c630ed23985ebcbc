/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "charset-utf8.h"
#include "message-header-decode.h"
#include "bounce-charset.h"
#include "test-common.h"

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
	unsigned int i, round;
	size_t size;

	test_begin("bounce charset: begin");
	for (round = 0; round < 3; round++) {
		for (i = 0; i < N_ELEMENTS(charsets); i++) {
			buffer_t *dest = t_buffer_create(16);

			test_assert_idx(bounce_charset_begin(charsets[i],
					&translation) == 0, i);
			size = 1;
			test_assert_idx(charset_to_utf8(translation, &letter,
					&size, dest) == CHARSET_RET_OK, i);
			test_assert_idx(dest->used == 1, i);
			charset_to_utf8_end(&translation);
		}
		test_assert(bounce_charset_begin("no-such-charset",
						 &translation) < 0);
		test_assert(bounce_charset_begin("", &translation) < 0 ||
			    (charset_to_utf8_end(&translation), TRUE));
		bounce_charsets_deinit();
	}
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
		"trailing =", "trailing =?"
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
		test_bounce_charset_decode_words,
		NULL
	};

	return test_run(test_functions);
}
