/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "base/limits.h"
#include "base/lines.h"
#include "input.h"
#include "test-common.h"

struct lines_result {
	/* each piece in brackets; one that begins no line after a '+' */
	string_t *str;
	buffer_t *all;
	unsigned int pieces, max_pieces;
	size_t max_size;
};

static bool
lines_callback(const unsigned char *data, size_t size, bool start,
	       void *context)
{
	struct lines_result *result = context;

	test_assert(size > 0);
	if (!start)
		str_append_c(result->str, '+');
	str_append_c(result->str, '[');
	str_append_data(result->str, data, size);
	str_append_c(result->str, ']');
	buffer_append(result->all, data, size);
	result->max_size = I_MAX(result->max_size, size);
	return ++result->pieces < result->max_pieces;
}

static bool
lines_run(struct lines_result *result, const char *input, size_t size,
	  size_t chunk, unsigned int max_pieces)
{
	struct bounce_lines lines;
	pool_t pool = pool_alloconly_create("lines", 1024);
	bool go_on = TRUE;

	i_zero(result);
	result->str = t_str_new(size + 64);
	result->all = t_buffer_create(size + 1);
	result->max_pieces = max_pieces;
	bounce_lines_init(&lines, pool, lines_callback, result);
	while (size > 0 && go_on) {
		size_t n = I_MIN(size, chunk);
		unsigned char *copy = test_input_copy(input, n);

		go_on = bounce_lines_more(&lines, copy, n);
		i_free(copy);
		input += n;
		size -= n;
	}
	if (go_on)
		go_on = bounce_lines_finish(&lines);
	pool_unref(&pool);
	return go_on;
}

static void test_bounce_lines(void)
{
	static const struct {
		const char *input, *output;
	} tests[] = {
		{ "", "" },
		{ "a", "[a]" },
		{ "\n", "[\n]" },
		{ "a\n", "[a\n]" },
		{ "a\nb", "[a\n][b]" },
		{ "a\r\nb\r\n", "[a\r\n][b\r\n]" },
		{ "\n\na\r\n\n", "[\n][\n][a\r\n][\n]" },
		/* a bare CR ends no line */
		{ "a\rb\n\r\r\n", "[a\rb\n][\r\r\n]" },
		{ "a\r", "[a\r]" },
	};
	struct lines_result result;
	unsigned int i;
	size_t chunk;

	test_begin("bounce lines");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		for (chunk = 1; chunk <= strlen(tests[i].input) + 1; chunk++) {
			test_assert_idx(lines_run(&result, tests[i].input,
						  strlen(tests[i].input),
						  chunk, UINT_MAX), i);
			test_assert_strcmp_idx(str_c(result.str),
					       tests[i].output, i);
		}
	}
	test_end();
}

static void test_bounce_lines_nul(void)
{
	static const char input[] = "a\0b\n\0\nc";
	struct lines_result result;

	test_begin("bounce lines: NUL");
	test_assert(lines_run(&result, input, sizeof(input) - 1, 1, UINT_MAX));
	test_assert(result.pieces == 3);
	test_assert(test_input_equals(result.all->data, result.all->used,
				      input, sizeof(input) - 1));
	test_end();
}

/* A line over the cap comes in pieces of the same sizes, whatever the pieces
   that it was given in. */
static void test_bounce_lines_long(void)
{
	static const size_t sizes[] = {
		BOUNCE_LINE_MAX_SIZE - 2, BOUNCE_LINE_MAX_SIZE - 1,
		BOUNCE_LINE_MAX_SIZE, BOUNCE_LINE_MAX_SIZE + 1,
		2 * BOUNCE_LINE_MAX_SIZE - 1, 2 * BOUNCE_LINE_MAX_SIZE,
		3 * BOUNCE_LINE_MAX_SIZE + 17
	};
	static const size_t chunks[] = {
		1, 7, 4096, BOUNCE_LINE_MAX_SIZE - 1, BOUNCE_LINE_MAX_SIZE,
		BOUNCE_LINE_MAX_SIZE + 1, 100000
	};
	unsigned int i, j;

	test_begin("bounce lines: long");
	for (i = 0; i < N_ELEMENTS(sizes); i++) T_BEGIN {
		string_t *input = t_str_new(sizes[i] + 8);
		struct lines_result result, whole;

		while (str_len(input) < sizes[i])
			str_append_c(input, 'a');
		str_append(input, "\nb\n");
		(void)lines_run(&whole, str_c(input), str_len(input),
				str_len(input), UINT_MAX);
		/* the line with its line end, and the one behind it */
		test_assert_idx(whole.pieces == 1 +
				(sizes[i] + BOUNCE_LINE_MAX_SIZE) /
				BOUNCE_LINE_MAX_SIZE, i);
		test_assert_idx(whole.max_size <= BOUNCE_LINE_MAX_SIZE, i);
		for (j = 0; j < N_ELEMENTS(chunks); j++) {
			test_assert_idx(lines_run(&result, str_c(input),
						  str_len(input), chunks[j],
						  UINT_MAX), i);
			test_assert_idx(strcmp(str_c(result.str),
					       str_c(whole.str)) == 0, i);
		}
		test_assert_idx(test_input_equals(whole.all->data,
						  whole.all->used,
						  str_data(input),
						  str_len(input)), i);
	} T_END;
	test_end();
}

static void test_bounce_lines_stop(void)
{
	static const char input[] = "a\nb\nc\nd";
	struct lines_result result;
	unsigned int max;
	size_t chunk;

	test_begin("bounce lines: stop");
	for (max = 1; max <= 4; max++) {
		for (chunk = 1; chunk <= sizeof(input); chunk++) {
			test_assert_idx(!lines_run(&result, input,
						   sizeof(input) - 1, chunk,
						   max), max);
			test_assert_idx(result.pieces == max, max);
		}
	}
	test_end();
}

/* Only what waits for the rest of its line is copied. */
static void test_bounce_lines_copied(void)
{
	pool_t pool = pool_alloconly_create("lines", 1024);
	unsigned char *piece = i_malloc(BOUNCE_LINE_MAX_SIZE);
	struct lines_result result = {
		.str = str_new(default_pool, 1024),
		.all = buffer_create_dynamic(default_pool, 1024),
		.max_pieces = UINT_MAX
	};
	struct bounce_lines lines;

	test_begin("bounce lines: copied");
	memset(piece, 'a', BOUNCE_LINE_MAX_SIZE);
	bounce_lines_init(&lines, pool, lines_callback, &result);
	(void)bounce_lines_more(&lines, (const void *)"a\nb\n", 4);
	(void)bounce_lines_more(&lines, piece, BOUNCE_LINE_MAX_SIZE);
	test_assert(result.pieces == 3 && lines.carry == NULL);
	(void)bounce_lines_more(&lines, (const void *)"a\nb", 3);
	test_assert(result.pieces == 4 && lines.carry->used == 1);
	str_free(&result.str);
	buffer_free(&result.all);
	i_free(piece);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_lines_space(void)
{
	static const struct {
		const char *input;
		/* octets of white space before and behind the rest, and of the
		   first line */
		size_t skip, trim, line;
	} tests[] = {
		{ "a", 0, 0, 1 },
		{ " a", 1, 0, 2 },
		{ "\t\r\n a b\r\n", 4, 2, 3 },
		{ "a\n\nb", 0, 0, 2 },
		{ "\n", 1, 0, 1 },
		{ " \t\r\n", 4, 0, 4 },
		{ "\v\f\xa0", 0, 0, 3 },
		{ "a\r", 0, 1, 2 },
	};
	const unsigned char *p, *end;
	unsigned char *copy;
	unsigned int i, c;
	size_t size;

	test_begin("bounce lines: white space, and where a line ends");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		size = strlen(tests[i].input);
		copy = test_input_copy(tests[i].input, size);
		end = copy + size;
		p = bounce_space_skip(copy, end);
		test_assert_idx(p == copy + tests[i].skip, i);
		test_assert_idx(bounce_space_trim(p, end) ==
				end - tests[i].trim, i);
		test_assert_idx(bounce_is_blank(copy, size) ==
				(tests[i].skip == size), i);
		test_assert_idx(bounce_line_next(copy, end) ==
				copy + tests[i].line, i);
		i_free(copy);
	}
	test_assert(bounce_is_blank(NULL, 0));
	for (c = 0; c < 256; c++) {
		test_assert_idx(bounce_is_wsp(c) == (c == 9 || c == 32), c);
		test_assert_idx(bounce_is_space(c) ==
				(c == 9 || c == 10 || c == 13 || c == 32), c);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_lines,
		test_bounce_lines_nul,
		test_bounce_lines_long,
		test_bounce_lines_stop,
		test_bounce_lines_copied,
		test_bounce_lines_space,
		NULL
	};
	return test_run(test_functions);
}
