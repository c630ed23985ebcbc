/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "dkim/dkim-private.h"
#include "input.h"
#include "test-common.h"

static bool
candidates_have(const struct bounce_dkim_candidate *candidates,
		unsigned int count, const char *value)
{
	const char *field = t_strconcat(BOUNCE_DKIM_FIELD_NAME ":", value,
					NULL);
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (test_input_equals(candidates[i].data, candidates[i].size,
				      field, strlen(field)))
			return TRUE;
	}
	return FALSE;
}

static void test_bounce_dkim_undo(void)
{
	static const struct {
		const char *value, *before;
	} tests[] = {
		{ " v=1; b=AA", " v=1; b=AA" },
		{ " v=1; a=rs\r\na; b=AA", " v=1; a=rsa; b=AA" },
		{ " v=1; a=rs\r\n a; b=AA", " v=1; a=rsa; b=AA" },
		{ " v=1; a=rs\n\ta; b=AA", " v=1; a=rsa; b=AA" },
		{ " v=1;\r\nb=AA", " v=1;\r\n b=AA" },
		{ " v=1;\r\r\n b=AA", " v=1;\r\n b=AA" },
		{ " v=3D1; s=3Dx; b=3DAA=3D=3D", " v=1; s=x; b=AA==" },
		{ " v=3D3D1; s=3D3Dx; b=3D3DAA", " v=1; s=x; b=AA" },
		{ " v=1; d=ex=\r\nample; b=AA", " v=1; d=example; b=AA" },
		{ " =?utf-8?q?v=3D1=3Bd=3Dx?=\r\n =?utf-8?b?O2I9QUE=?=",
		  "v=1;d=x;b=AA" },
		{ " v=1; d=ex\xe2\x80\x8b" "ample; b=AA",
		  " v=1; d=example; b=AA" },
		{ " v=1;\r\n\xc2\xa0 b=AA", " v=1;\r\n  b=AA" },
		{ " v=1; bh=A+-B; b=C+-D", " v=1; bh=A+B; b=C+D" },
		{ " v=1; d=<http://a.example>; b=AA",
		  " v=1; d=a.example; b=AA" },
		{ " v=1; d=a.example<http://a.example/>; b=AA",
		  " v=1; d=a.example; b=AA" },
		{ " v=1; d=<a>.<example>; b=AA", " v=1; d=a.example; b=AA" },
		{ " v=1; d=a[.]example; b=AA", " v=1; d=a.example; b=AA" },
		{ " v=1; d=https://u.example/?u=http://a.example; b=AA",
		  " v=1; d=a.example; b=AA" },
		{ " v=1; d=https://u.example/?u=http-3A__a.example; b=AA",
		  " v=1; d=a.example; b=AA" },
		{ " v=1; b=AA==; ;", " v=1; b=AA==" },
		{ " v=1; b=AA==\r\n*** spam ***", " v=1; b=AA==" },
	};
	struct bounce_dkim_candidate candidates[BOUNCE_DKIM_MAX_CANDIDATES];
	unsigned int i, count;

	test_begin("bounce dkim undo");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		/* a copy without a NUL: an overread is seen */
		size_t size = strlen(tests[i].value);
		unsigned char *value = i_malloc(size);
		pool_t pool = pool_alloconly_create("undo", 1024);

		memcpy(value, tests[i].value, size);
		count = bounce_dkim_undo(pool, value, size, candidates);
		test_assert_idx(count >= 1 &&
				count <= BOUNCE_DKIM_MAX_CANDIDATES, i);
		test_assert_idx(candidates_have(candidates, count,
						tests[i].before), i);
		/* the first is what came back */
		test_assert_idx(candidates[0].repair == NULL &&
				candidates_have(candidates, 1,
						tests[i].value), i);
		pool_unref(&pool);
		i_free(value);
	} T_END;
	test_end();
}

static void test_bounce_dkim_undo_not(void)
{
	static const struct {
		const char *value, *before;
	} tests[] = {
		/* encoded three times */
		{ " v=3D3D3D1; b=3D3D3DAA", " v=1; b=AA" },
		/* the padding of base64 is not a soft line break */
		{ " v=1; b=AA==\r\n ; x=y", " v=1; b=AA=; x=y" },
	};
	struct bounce_dkim_candidate candidates[BOUNCE_DKIM_MAX_CANDIDATES];
	unsigned int i, count;

	test_begin("bounce dkim undo: what is not undone");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("undo", 1024);

		count = bounce_dkim_undo(pool, (const void *)tests[i].value,
					 strlen(tests[i].value), candidates);
		test_assert_idx(!candidates_have(candidates, count,
						 tests[i].before), i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Nothing is undone in a value that is larger. */
static void test_bounce_dkim_undo_size(void)
{
	struct bounce_dkim_candidate candidates[BOUNCE_DKIM_MAX_CANDIDATES];
	string_t *value = str_new(default_pool, BOUNCE_DKIM_UNDO_MAX_SIZE + 1);
	pool_t pool = pool_alloconly_create("undo", 1024);

	test_begin("bounce dkim undo: size");
	str_append(value, "v=3D1; b=3DAA");
	while (str_len(value) < BOUNCE_DKIM_UNDO_MAX_SIZE)
		str_append_c(value, ' ');
	test_assert(bounce_dkim_undo(pool, str_data(value), str_len(value),
				     candidates) > 1);
	str_append_c(value, ' ');
	test_assert(bounce_dkim_undo(pool, str_data(value), str_len(value),
				     candidates) == 1);
	str_free(&value);
	pool_unref(&pool);
	test_end();
}

/* Work that is counted by the characters that are looked at would be noisy: what
   was quadratic took seconds here, and the test's time limit ends it. */
static void test_bounce_dkim_undo_cost(void)
{
	static const char *const words[] = {
		"www.", "mailto:", "http://", "<http://", "3A__", "\r", "=?",
		"=3D", "=\r", "\xe2\x80\x8b", "b=", "b =", "\r\n"
	};
	struct bounce_dkim_candidate candidates[BOUNCE_DKIM_MAX_CANDIDATES];
	unsigned int i, round;

	test_begin("bounce dkim undo: long values");
	for (i = 0; i < N_ELEMENTS(words); i++) {
		string_t *value = str_new(default_pool, 20000);
		pool_t pool;

		while (str_len(value) + strlen(words[i]) <=
		       BOUNCE_DKIM_UNDO_MAX_SIZE)
			str_append(value, words[i]);
		for (round = 0; round < 100; round++) {
			pool = pool_alloconly_create("undo", 1024 * 256);
			test_assert_idx(bounce_dkim_undo(pool, str_data(value),
				str_len(value), candidates) >= 1, i);
			pool_unref(&pool);
		}
		str_free(&value);
	}
	test_end();
}

static void test_bounce_dkim_b(void)
{
	static const struct {
		const char *field;
		/* NULL: there is none */
		const char *b;
	} finds[] = {
		{ "v=1; b=AA", "AA" },
		{ "b=AA", "AA" },
		{ "v=1; bh=BB; b =AA; x=1", "AA; x=1" },
		{ "v=1; b\r\n=AA", "AA" },
		{ "v=1; bh=abc\r\nb=; b=AA", "AA" },
		{ "v=1; bh=BB\r\nb=AA", "AA" },
		{ "v=1; bh=BB", NULL },
		{ "v=1; ab=BB", NULL },
		{ "b", NULL },
		{ "", NULL },
	};
	static const struct {
		const char *b;
		enum bounce_dkim_b state;
	} decodes[] = {
		{ "AAAA", BOUNCE_DKIM_B_WHOLE },
		{ "A A\r\n A\tA", BOUNCE_DKIM_B_WHOLE },
		{ "AAAA; x=1", BOUNCE_DKIM_B_WHOLE },
		{ "AAAA[cut]", BOUNCE_DKIM_B_WHOLE },
		{ "AAAAB", BOUNCE_DKIM_B_LONG },
		{ "AAA", BOUNCE_DKIM_B_SHORT },
		{ "AA.AA", BOUNCE_DKIM_B_SHORT },
		{ "", BOUNCE_DKIM_B_SHORT },
	};
	unsigned int i;
	size_t start;
	bool found;

	test_begin("bounce dkim: where b= is");
	for (i = 0; i < N_ELEMENTS(finds); i++) {
		found = bounce_dkim_b_find((const void *)finds[i].field,
					   strlen(finds[i].field), &start);
		test_assert_idx(found == (finds[i].b != NULL), i);
		if (found && finds[i].b != NULL) {
			test_assert_strcmp_idx(finds[i].field + start,
					       finds[i].b, i);
		}
	}
	test_end();

	test_begin("bounce dkim: how much of b= came back");
	for (i = 0; i < N_ELEMENTS(decodes); i++) T_BEGIN {
		buffer_t *b = t_buffer_create(8);
		size_t size = strlen(decodes[i].b);
		unsigned char *copy = test_input_copy(decodes[i].b, size);

		test_assert_idx(bounce_dkim_b_decode(copy, size, 3, b) ==
				decodes[i].state, i);
		i_free(copy);
		test_assert_idx(b->used ==
				(decodes[i].state == BOUNCE_DKIM_B_SHORT ?
				 0 : 3), i);
	} T_END;
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dkim_undo,
		test_bounce_dkim_undo_not,
		test_bounce_dkim_undo_size,
		test_bounce_dkim_undo_cost,
		test_bounce_dkim_b,
		NULL
	};
	return test_run(test_functions);
}
