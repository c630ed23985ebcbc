/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dkim/dkim-private.h"
#include "test-common.h"

#define SIMPLE BOUNCE_DKIM_CANON_SIMPLE
#define RELAXED BOUNCE_DKIM_CANON_RELAXED

/* 989 and 998 octets with the name of the field */
#define X50 "xxxxxxxxx xxxxxxxxx xxxxxxxxx xxxxxxxxx xxxxxxxxx "
#define X450 X50 X50 X50 X50 X50 X50 X50 X50 X50
#define X950 X450 X450 X50
#define LONG989 "Subject: "X950"xxxxxxxxx xxxxxxxxx xxxxxxxxxx"
#define LONG998 LONG989"123456789"
/* 998 octets that fold a field */
#define FOLD998 " ubject: "X950"xxxxxxxxx xxxxxxxxx xxxxxxxxxx123456789"

struct repair_test {
	struct bounce_dkim_hash hash;
	unsigned char signed_hash[BOUNCE_DKIM_HASH_SIZE];
};

/* The fields of the header, and the signature's own. */
static void
t_input_init(struct bounce_dkim_input *input, enum bounce_dkim_canon canon,
	     const char *text)
{
	const struct bounce_header *header =
		bounce_header_parse(unsafe_data_stack_pool,
				    (const void *)text, strlen(text));
	const struct bounce_field *field = header->fields;
	unsigned int i;

	input->canon = canon;
	input->count = header->fields_count;
	input->spans = t_new(struct bounce_dkim_span, input->count);
	for (i = 0; i < input->count; i++, field++) {
		input->spans[i].data = header->data + field->offset;
		input->spans[i].size = bounce_dkim_field_size(header, field);
		input->spans[i].name_size = field->name_size;
		input->spans[i].value_offset = field->value_offset;
	}
}

static bool repair_match(const struct bounce_dkim_input *input, void *context)
{
	struct repair_test *test = context;
	unsigned char digest[BOUNCE_DKIM_HASH_SIZE];

	test_assert(bounce_dkim_input_hash(&test->hash, input, digest) == 0);
	return memcmp(digest, test->signed_hash, sizeof(digest)) == 0;
}

/* What was undone, "" if nothing needs to be, NULL if it does not help. */
static const char *
t_repair(enum bounce_dkim_canon canon, const char *original,
	 const char *returned, unsigned int max_candidates)
{
	static struct repair_test test;
	struct bounce_dkim_input input;
	struct bounce_dkim_span *spans;
	const char *ret = "";

	bounce_dkim_hash_init(&test.hash);
	t_input_init(&input, canon, t_strconcat(original,
		"From: a\r\nDKIM-Signature: x\r\n", NULL));
	test_assert(bounce_dkim_input_hash(&test.hash, &input,
					   test.signed_hash) == 0);
	t_input_init(&input, canon, t_strconcat(returned,
		"From: a\r\nDKIM-Signature: x\r\n", NULL));
	spans = p_memdup(unsafe_data_stack_pool, input.spans,
			 sizeof(*spans) * input.count);
	if (!repair_match(&input, &test)) {
		ret = bounce_dkim_repair(unsafe_data_stack_pool, &input,
					 max_candidates, repair_match, &test);
	}
	/* the input is as it was */
	test_assert(memcmp(spans, input.spans,
			   sizeof(*spans) * input.count) == 0);
	bounce_dkim_hash_deinit(&test.hash);
	return ret;
}

static void test_bounce_dkim_repair(void)
{
#define ENCODING "Content-Transfer-Encoding set back to 8bit"
#define BREAK "a line break in a long line taken out"
#define MIME "MIME-Version written in its former case"
#define ADDRESSES "address lists joined as before"
	static const struct {
		const char *original, *returned;
		/* simple, relaxed, and relaxed with one candidate alone: NULL: none
		   matches; "": what came back does */
		const char *results[3];
	} tests[] = {
		{ "Content-Transfer-Encoding: 8bit\r\n",
		  "Content-Transfer-Encoding: quoted-printable\r\n",
		  { ENCODING, ENCODING, ENCODING } },
		{ "content-transfer-encoding:\t8bit \r\n",
		  "content-transfer-encoding:\tBASE64 \r\n",
		  { ENCODING, ENCODING, ENCODING } },
		{ "Content-Transfer-Encoding: 8bit\r\n",
		  "Content-Transfer-Encoding: 7bit\r\n",
		  { ENCODING, ENCODING, ENCODING } },
		/* the other way round nobody does it */
		{ "Content-Transfer-Encoding: 7bit\r\n",
		  "Content-Transfer-Encoding: 8bit\r\n",
		  { NULL, NULL, NULL } },
		{ "Content-Transfer-Encoding: binary\r\n",
		  "Content-Transfer-Encoding: base64\r\n",
		  { NULL, NULL, NULL } },
		{ "Content-Transfer-Encoding: 8bit\r\n",
		  "Content-Transfer-Encoding: binary\r\n",
		  { NULL, NULL, NULL } },
		{ LONG998"abc\r\n", LONG998"\r\n abc\r\n",
		  { BREAK, BREAK, BREAK } },
		{ "X: a\r\n"FOLD998"abc\r\n", "X: a\r\n"FOLD998"\r\n abc\r\n",
		  { BREAK, BREAK, BREAK } },
		{ LONG998"abc\r\n", LONG998"\n abc\n",
		  { BREAK, BREAK, BREAK } },
		{ LONG998 X950"xxxxxxxxx xxxxxxxxx xxxxxxxxx xxxxxxxxx 12345678abc\r\n",
		  LONG998"\r\n "
		  X950"xxxxxxxxx xxxxxxxxx xxxxxxxxx xxxxxxxxx 12345678\r\n abc\r\n",
		  { NULL, NULL, NULL } },
		{ LONG989"abc\r\n", LONG989"!\r\n abc\r\n",
		  { BREAK, BREAK, BREAK } },
		{ LONG989"1abc\r\n", LONG989"1\r\n abc\r\n",
		  { NULL, NULL, NULL } },
		{ "Mime-Version: 1.0\r\n", "MIME-Version: 1.0\r\n",
		  { MIME, "", "" } },
		{ "MIME-Version: 1.0\r\n", "mime-version: 1.0\r\n",
		  { MIME, "", "" } },
		{ "Cc: a@x, b@x,\r\n c@x\r\n",
		  "Cc: a@x, b@x, c@x\r\n",
		  { NULL, "", "" } },
		{ "Cc: a@x,\r\n\tb@x,\r\n\tc@x\r\n",
		  "Cc: a@x, b@x, c@x\r\n",
		  { ADDRESSES, "", "" } },
		{ "Cc: a@x,b@x,c@x\r\n", "Cc: a@x, b@x, c@x\r\n",
		  { ADDRESSES, ADDRESSES, ADDRESSES } },
		{ "Cc: a@x, b@x\r\n", "Cc: a@x,b@x\r\n",
		  { ADDRESSES, ADDRESSES, ADDRESSES } },
		{ "Cc: a@x, b@x, c@x\r\n",
		  "Cc: a@x,\r\n        b@x,\r\n        c@x\r\n",
		  { ADDRESSES, "", "" } },
		{ "Cc: aaaaaaaaaaaaaaaaaaaa@example.net, "
		  "bbbbbbbbbbbbbbbbbbbb@example.net,\r\n "
		  "cccccccccccccccccccc@example.net, d@x\r\n",
		  "Cc: aaaaaaaaaaaaaaaaaaaa@example.net,\r\n\t"
		  "bbbbbbbbbbbbbbbbbbbb@example.net,\r\n\t"
		  "cccccccccccccccccccc@example.net,\r\n\td@x\r\n",
		  { ADDRESSES, "", "" } },
		/* 78 columns with the comma, and 79 */
		{ "Cc: aaaaaaaaaaaaaaaaaaaa@example.net, "
		  "bbbbbbbbbbbbbbbbbbbbbbbbbbb@example.net,\r\n "
		  "cccccccccccccccccccc@example.net\r\n",
		  "Cc: aaaaaaaaaaaaaaaaaaaa@example.net,\r\n\t"
		  "bbbbbbbbbbbbbbbbbbbbbbbbbbb@example.net,\r\n\t"
		  "cccccccccccccccccccc@example.net\r\n",
		  { ADDRESSES, "", "" } },
		{ "Cc: aaaaaaaaaaaaaaaaaaaa@example.net,\r\n "
		  "bbbbbbbbbbbbbbbbbbbbbbbbbbbb@example.net, c@x\r\n",
		  "Cc: aaaaaaaaaaaaaaaaaaaa@example.net,\r\n\t"
		  "bbbbbbbbbbbbbbbbbbbbbbbbbbbb@example.net,\r\n\tc@x\r\n",
		  { ADDRESSES, "", "" } },
		/* commas that separate nothing */
		{ "Cc: \"A, \\\"B\" <a@x>,b (c, \\) d),<@y,@z:e@x>,f@x\r\n",
		  "Cc: \"A, \\\"B\" <a@x>, b (c, \\) d), <@y,@z:e@x>, f@x\r\n",
		  { ADDRESSES, ADDRESSES, ADDRESSES } },
		/* two changes at once: more than Ed25519 is given */
		{ "Mime-Version: 1.0\r\nContent-Transfer-Encoding: 8bit\r\n"
		  "Cc: a@x,b@x\r\n",
		  "MIME-Version: 1.0\r\n"
		  "Content-Transfer-Encoding: quoted-printable\r\n"
		  "Cc: a@x, b@x\r\n",
		  { ENCODING", MIME-Version written in its former case, "
		    "address lists joined as before",
		    ENCODING", address lists joined as before", NULL } }
	};
	unsigned int i;

	test_begin("bounce dkim repair");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		test_assert_strcmp_idx(t_repair(SIMPLE, tests[i].original,
			tests[i].returned, BOUNCE_DKIM_REPAIR_MAX_CANDIDATES),
			tests[i].results[0], i);
		test_assert_strcmp_idx(t_repair(RELAXED, tests[i].original,
			tests[i].returned, BOUNCE_DKIM_REPAIR_MAX_CANDIDATES),
			tests[i].results[1], i);
		test_assert_strcmp_idx(t_repair(RELAXED, tests[i].original,
			tests[i].returned, 1), tests[i].results[2], i);
	} T_END;
	test_end();
}

struct repair_count {
	unsigned int fields, count;
};

static bool
repair_count_match(const struct bounce_dkim_input *input, void *context)
{
	struct repair_count *count = context;

	test_assert(input->count == count->fields);
	count->count++;
	return FALSE;
}

/* Everything can be repaired, and nothing helps. */
static void test_bounce_dkim_repair_cost(void)
{
	static const char *const fields[] = {
		"Content-Transfer-Encoding: base64",
		LONG998"\r\n abc",
		"mime-version: 1.0",
		"To: a , b,c",
		"DKIM-Signature: x"
	};
	static const char empty_line[] = "X: a\n\n"FOLD998"\r\n abc";
	pool_t pool = pool_alloconly_create("repair", 1024);
	struct bounce_dkim_span spans[N_ELEMENTS(fields)];
	struct bounce_dkim_input input;
	struct repair_count count;
	unsigned int i;

	test_begin("bounce dkim repair cost");
	for (i = 0; i < N_ELEMENTS(fields); i++) {
		i_zero(&spans[i]);
		spans[i].data = (const void *)fields[i];
		spans[i].size = strlen(fields[i]);
		spans[i].name_size = strcspn(fields[i], ":");
		spans[i].value_offset = spans[i].name_size + 1;
	}
	input.canon = SIMPLE;
	input.spans = spans;
	input.count = N_ELEMENTS(spans);
	i_zero(&count);
	count.fields = N_ELEMENTS(spans);
	test_assert(bounce_dkim_repair(pool, &input,
		BOUNCE_DKIM_REPAIR_MAX_CANDIDATES, repair_count_match,
		&count) == NULL);
	test_assert(count.count > 90);
	test_assert(count.count <= BOUNCE_DKIM_REPAIR_MAX_CANDIDATES);
	count.count = 0;
	test_assert(bounce_dkim_repair(pool, &input, 1, repair_count_match,
				       &count) == NULL);
	test_assert(count.count == 1);
	/* the signature's own field is not repaired */
	input.spans = &spans[1];
	input.count = count.fields = 1;
	count.count = 0;
	test_assert(bounce_dkim_repair(pool, &input,
		BOUNCE_DKIM_REPAIR_MAX_CANDIDATES, repair_count_match,
		&count) == NULL);
	test_assert(count.count == 0);
	/* an empty line is no reason to look no further */
	spans[1].data = (const void *)empty_line;
	spans[1].size = strlen(empty_line);
	spans[1].name_size = 1;
	spans[1].value_offset = 2;
	input.count = count.fields = 2;
	test_assert(bounce_dkim_repair(pool, &input,
		BOUNCE_DKIM_REPAIR_MAX_CANDIDATES, repair_count_match,
		&count) == NULL);
	test_assert(count.count == 1);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dkim_repair,
		test_bounce_dkim_repair_cost,
		NULL
	};
	return test_run(test_functions);
}
