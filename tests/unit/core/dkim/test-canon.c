/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dkim/dkim-private.h"
#include "test-common.h"

#include <openssl/sha.h>

#define SIMPLE BOUNCE_DKIM_CANON_SIMPLE
#define RELAXED BOUNCE_DKIM_CANON_RELAXED

static struct bounce_dkim_hash hash;

static void
span_init(struct bounce_dkim_span *span, const unsigned char *data,
	  size_t size)
{
	const unsigned char *colon = memchr(data, ':', size);

	i_zero(span);
	span->data = data;
	span->size = size;
	span->value_offset = colon + 1 - data;
	span->name_size = colon - data;
	while (bounce_is_wsp(data[span->name_size - 1]))
		span->name_size--;
}

/* TRUE if the field is hashed as this text. */
static bool
canon_is(enum bounce_dkim_canon canon, const struct bounce_dkim_span *span,
	 bool with_crlf, const char *text, size_t size)
{
	unsigned char digest[BOUNCE_DKIM_HASH_SIZE];
	unsigned char wanted[BOUNCE_DKIM_HASH_SIZE];

	bounce_dkim_hash_reset(&hash);
	bounce_dkim_canon_field(&hash, canon, span, with_crlf);
	SHA256((const void *)text, size, wanted);
	return bounce_dkim_hash_finish(&hash, digest) == 0 &&
		memcmp(digest, wanted, sizeof(digest)) == 0;
}

static void test_bounce_dkim_canon_fields(void)
{
	static const struct {
		const char *field, *simple, *relaxed;
	} tests[] = {
		/* RFC 6376 section 3.4.5, example 1 and 2 */
		{ "A: X", "A: X", "a:X" },
		{ "B : Y\t\r\n\tZ  ", "B : Y\t\r\n\tZ  ", "b:Y Z" },
		/* section 3.4.2, one step after the other */
		{ "SUBJect: AbC", "SUBJect: AbC", "subject:AbC" },
		{ "Subject:a\r\n b\r\n\tc", "Subject:a\r\n b\r\n\tc",
		  "subject:a b c" },
		{ "X:a \t \t b", "X:a \t \t b", "x:a b" },
		{ "X: a \t", "X: a \t", "x:a" },
		{ "X\t : \t a:b", "X\t : \t a:b", "x:a:b" },
		/* no value, and nothing but white space in it */
		{ "X:", "X:", "x:" },
		{ "X: \r\n \r\n\t", "X: \r\n \r\n\t", "x:" },
		/* line ends that have become LF; CRLF was signed */
		{ "X: a\n b\r\n c\n\td", "X: a\r\n b\r\n c\r\n\td",
		  "x:a b c d" },
		/* a CR without its LF is an octet like any other */
		{ "X: a\r b\r\r\n c\r", "X: a\r b\r\r\n c\r",
		  "x:a\r b\r c\r" },
		/* only ASCII has case */
		{ "X\xc3\x84Z: \xc3\x84", "X\xc3\x84Z: \xc3\x84",
		  "x\xc3\x84z:\xc3\x84" }
	};
	struct bounce_dkim_span span;
	unsigned int i;

	test_begin("bounce dkim canon fields");
	bounce_dkim_hash_init(&hash);
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		size_t size = strlen(tests[i].field);
		/* a copy of its size: an overread is seen */
		unsigned char *copy = i_malloc(size);
		const char *with_crlf;

		memcpy(copy, tests[i].field, size);
		span_init(&span, copy, size);
		test_assert_idx(canon_is(SIMPLE, &span, FALSE,
			tests[i].simple, strlen(tests[i].simple)), i);
		test_assert_idx(canon_is(RELAXED, &span, FALSE,
			tests[i].relaxed, strlen(tests[i].relaxed)), i);
		with_crlf = t_strconcat(tests[i].simple, "\r\n", NULL);
		test_assert_idx(canon_is(SIMPLE, &span, TRUE, with_crlf,
					 strlen(with_crlf)), i);
		with_crlf = t_strconcat(tests[i].relaxed, "\r\n", NULL);
		test_assert_idx(canon_is(RELAXED, &span, TRUE, with_crlf,
					 strlen(with_crlf)), i);
		i_free(copy);
	} T_END;
	bounce_dkim_hash_deinit(&hash);
	test_end();
}

/* Section 3.7: without the value of b=, but with all that is around it. [ and ]
   are where it begins and ends. */
static void test_bounce_dkim_canon_cut(void)
{
	static const struct {
		const char *field, *simple, *relaxed;
	} tests[] = {
		{ "S: b=[abc]; x", "S: b=; x", "s:b=; x" },
		{ "S: b=[abc]", "S: b=", "s:b=" },
		{ "S:[abc]", "S:", "s:" },
		{ "S: [abc] \r\n ", "S:  \r\n ", "s:" },
		{ "S: b=[]; x", "S: b=; x", "s:b=; x" },
		/* white space before it and behind it is one */
		{ "S: b=x [ab\r\n c] y", "S: b=x  y", "s:b=x y" },
		{ "S: b=x\t[abc]y", "S: b=x\ty", "s:b=x y" },
		{ "S: b=x[abc]\r\n y", "S: b=x\r\n y", "s:b=x y" },
		{ "S: \t[abc] y", "S: \t y", "s:y" }
	};
	struct bounce_dkim_span span;
	unsigned int i;

	test_begin("bounce dkim canon cut");
	bounce_dkim_hash_init(&hash);
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const char *start = strchr(tests[i].field, '[');
		const char *end = strchr(start, ']');
		const char *field = t_strconcat(
			t_strdup_until(tests[i].field, start),
			t_strdup_until(start + 1, end), end + 1, NULL);

		span_init(&span, (const void *)field, strlen(field));
		span.cut_start = start - tests[i].field;
		span.cut_end = end - tests[i].field - 1;
		test_assert_idx(canon_is(SIMPLE, &span, FALSE,
			tests[i].simple, strlen(tests[i].simple)), i);
		test_assert_idx(canon_is(RELAXED, &span, FALSE,
			tests[i].relaxed, strlen(tests[i].relaxed)), i);
	} T_END;
	bounce_dkim_hash_deinit(&hash);
	test_end();
}

/* A NUL is an octet, too. */
static void test_bounce_dkim_canon_nul(void)
{
	static const char field[] = "X: a\0  b", relaxed[] = "x:a\0 b";
	struct bounce_dkim_span span;

	test_begin("bounce dkim canon nul");
	bounce_dkim_hash_init(&hash);
	span_init(&span, (const void *)field, sizeof(field) - 1);
	test_assert(canon_is(SIMPLE, &span, FALSE, field, sizeof(field) - 1));
	test_assert(canon_is(RELAXED, &span, FALSE, relaxed,
			     sizeof(relaxed) - 1));
	bounce_dkim_hash_deinit(&hash);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dkim_canon_fields,
		test_bounce_dkim_canon_cut,
		test_bounce_dkim_canon_nul,
		NULL
	};
	return test_run(test_functions);
}
