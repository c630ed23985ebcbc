/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "header/decoder.h"
#include "input.h"
#include "test-common.h"

#define NONE BOUNCE_ENCODING_IDENTITY
#define QP BOUNCE_ENCODING_QUOTED_PRINTABLE
#define B64 BOUNCE_ENCODING_BASE64

/* Each piece in brackets; one that begins no line after a '+'. */
static bool
decoder_callback(const unsigned char *data, size_t size, bool start,
		 void *context)
{
	string_t *str = context;

	test_assert(size > 0);
	if (!start)
		str_append_c(str, '+');
	str_append_c(str, '[');
	str_append_data(str, data, size);
	str_append_c(str, ']');
	return TRUE;
}

static const char *
t_decode(enum bounce_encoding encoding, const char *input)
{
	pool_t pool = pool_alloconly_create("decoder", 1024);
	string_t *str = t_str_new(256);
	const unsigned char *p = (const void *)input, *end = p + strlen(input);
	const unsigned char *next;
	struct bounce_decoder decoder;
	unsigned char *copy;

	bounce_decoder_init(&decoder, pool, encoding, decoder_callback, str);
	for (; p < end; p = next) {
		next = bounce_line_next(p, end);
		copy = test_input_copy(p, next - p);
		bounce_decoder_line(&decoder, copy, next - p, TRUE);
		i_free(copy);
	}
	bounce_decoder_deinit(&decoder);
	bounce_decoder_deinit(&decoder);
	pool_unref(&pool);
	return str_c(str);
}

static void test_bounce_decoder(void)
{
	static const struct {
		enum bounce_encoding encoding;
		const char *input, *output;
	} tests[] = {
		{ NONE, "", "" },
		{ NONE, "a\nb=3D\r\nc", "[a\n][b=3D\r\n][c]" },
		{ QP, "", "" },
		{ QP, "a=3Db\nc", "[a=b\r\n][c]" },
		/* a soft line break, and a line end that is encoded */
		{ QP, "a=\nb\n", "[ab\r\n]" },
		{ QP, "a=0Ab\n", "[a\n][b\r\n]" },
		/* invalid: as it is */
		{ QP, "a=ZZ\n", "[a=ZZ\r\n]" },
		{ QP, "a=", "[a=]" },
		{ B64, "", "" },
		{ B64, "YQpi", "[a\n][b]" },
		{ B64, "YQ\npi\n", "[a\n][b]" },
		{ B64, "Y\nQ\np\ni", "[a\n][b]" },
		{ B64, "YQo=\n", "[a\n]" },
		/* it ends there */
		{ B64, "YWI=\nYWI=\n", "[ab]" },
		{ B64, "YWJj!\nYWJj\n", "[abc]" },
		{ B64, "!\n", "" },
	};
	struct bounce_decoder decoder;
	unsigned int i;

	test_begin("bounce decoder");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		test_assert_strcmp_idx(t_decode(tests[i].encoding,
						tests[i].input),
				       tests[i].output, i);
	} T_END;
	/* one that was never begun */
	i_zero(&decoder);
	bounce_decoder_deinit(&decoder);
	test_end();
}

static void test_bounce_decoder_long(void)
{
	pool_t pool = pool_alloconly_create("decoder", 1024);
	string_t *str = t_str_new(65536), *expected = t_str_new(65536);
	struct bounce_decoder decoder;
	unsigned int i;

	test_begin("bounce decoder: a line that comes in pieces");
	bounce_decoder_init(&decoder, pool, B64, decoder_callback, str);
	for (i = 0; i < 10000; i++) {
		bounce_decoder_line(&decoder, (const void *)"YWJj\n", 5,
				    TRUE);
	}
	test_assert(str_len(str) > BOUNCE_LINE_MAX_SIZE);
	bounce_decoder_deinit(&decoder);
	for (i = 0; i < 30000; i++) {
		if (i % BOUNCE_LINE_MAX_SIZE == 0)
			str_append(expected, i == 0 ? "[" : "]+[");
		str_append_c(expected, "abc"[i % 3]);
	}
	str_append_c(expected, ']');
	test_assert(str_equals(str, expected));
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_decoder,
		test_bounce_decoder_long,
		NULL
	};
	return test_run(test_functions);
}
