/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "kind/kind-private.h"
#include "input.h"
#include "test-common.h"

/* A message that returns one, with this header and this text above it. */
static void
input_init(struct bounce_kind_input *input, pool_t pool, const char *header,
	   const char *text, const char *original)
{
	static const struct bounce_message_settings set = {
		.envelope = &test_null_sender
	};
	const char *message = t_strconcat(header,
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		"Content-Type: text/plain; charset=utf-8\n\n", text,
		"\n--b\nContent-Type: message/rfc822\n\n"
		"Received: by a\nMessage-ID: <1@example.org>\n", original,
		"\nhi\n--b--\n", NULL);

	i_zero(input);
	input->message = test_input_parse(pool, &set, message,
					  strlen(message), 0);
	input->marks = input->message->marks;
	input->envelope = &test_null_sender;
	test_assert(input->message->originals != NULL);
}

static void test_bounce_kind_text_normal(void)
{
	static const struct {
		const char *text, *lc_text;
	} tests[] = {
		{ "", "" },
		{ "Your Mail", "your mail" },
		{ "your \t mail\r\n was\n\nlost", "your mail was lost" },
		{ "your\xc2\xa0mail", "your mail" },
		{ "couldn\xe2\x80\x99t", "couldn't" },
		{ "\xc3\x84rger", "\xc3\x84rger" },
		{ "a\nSubject: lost mail\nb", "a b" },
		{ "a\n  subject: lost mail\nb", "a b" },
		{ "the Subject: lost mail\nb", "the subject: lost mail b" },
		{ "a\nSubject: lost mail", "a" },
		/* the same line with nothing in it, and another word */
		{ "a\nSubject:\nb", "a b" },
		{ "a\nsubject; lost\nb", "a subject; lost b" },
		/* at the end of the text */
		{ "your\xc2\xa0", "your" },
		{ "couldn\xe2\x80\x99", "couldn'" },
		{ "\xc2\xa3" "5", "\xc2\xa3" "5" },
	};
	unsigned int i;

	test_begin("bounce kind text: what is read of a text");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("text", 4096);
		struct bounce_kind_input input;

		input_init(&input, pool, "", tests[i].text, "From: a@b\n");
		test_assert_strcmp_idx(t_str_trim(bounce_kind_text(&input),
						  " "), tests[i].lc_text, i);
		/* once, for all who ask */
		test_assert_idx(bounce_kind_text(&input) == input.lc_text, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Text without anything behind it. */
static void test_bounce_kind_text_end(void)
{
	static const struct {
		const char *text, *lc_text;
	} tests[] = {
		{ "x\xc2\xa0", "x" },
		{ "x\xc2", "x\xc2" },
		{ "x\xe2\x80\x99", "x'" },
		{ "x\xe2\x80", "x\xe2\x80" },
		{ "x\nsubject", "x subject" },
		{ "x\nsubject:", "x" },
	};
	unsigned int i;

	test_begin("bounce kind text: its end");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		size_t size = strlen(tests[i].text);
		unsigned char *copy = test_input_copy(tests[i].text, size);
		const struct bounce_message message = {
			.text = copy, .text_size = size
		};
		struct bounce_kind_input input = { .message = &message };

		test_assert_strcmp_idx(bounce_kind_text(&input),
				       tests[i].lc_text, i);
		i_free(copy);
	} T_END;
	test_end();
}

/* So many addresses of a field are looked for, and no more. */
static void test_bounce_kind_text_many(void)
{
	unsigned int i, j;

	test_begin("bounce kind text: many addresses");
	for (i = 20; i <= 21; i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("text", 4096);
		string_t *to = t_str_new(1024);
		struct bounce_kind_input input;

		str_append(to, "Date: x\nTo: u1@x.example");
		for (j = 2; j <= i; j++)
			str_printfa(to, ",\n u%u@x.example", j);
		str_append_c(to, '\n');
		input_init(&input, pool, "", t_strdup_printf(
			"lost: u%u@x.example", i), str_c(to));
		test_assert_idx(bounce_kind_names_recipient(&input) ==
				(i == 20), i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* UBSan sees a NULL that is counted from. */
static void test_bounce_kind_text_none(void)
{
	static const char message[] =
		"Subject: hi\nContent-Type: application/x\n\nx\n";
	static const struct bounce_message_settings set = {
		.envelope = &test_null_sender
	};
	pool_t pool = pool_alloconly_create("text", 4096);
	struct bounce_kind_input input;

	test_begin("bounce kind text: a message without a text");
	i_zero(&input);
	input.message = test_input_parse(pool, &set, message,
					 sizeof(message) - 1, 0);
	input.marks = input.message->marks;
	test_assert(input.message->text == NULL);
	test_assert_strcmp(bounce_kind_text(&input), "");
	test_assert(!bounce_kind_says_delayed(&input));
	test_assert(!bounce_kind_names_other(&input));
	pool_unref(&pool);
	test_end();
}

static void test_bounce_kind_text_delayed(void)
{
	static const struct {
		const char *subject, *text;
		bool delayed;
	} tests[] = {
		{ "hi", "hi", FALSE },
		{ "Delivery delayed", "hi", TRUE },
		{ "Delivery deferred", "hi", TRUE },
		{ "Delivery failed, was deferred", "hi", FALSE },
		{ "hi", "It was delayed.", TRUE },
		{ "hi", "It was deferred.", TRUE },
		/* a subject of a failure, and what may be of the past */
		{ "Undelivered mail", "It was delayed.", FALSE },
		{ "Undelivered mail", "It will be retried.", TRUE },
		{ "Undelivered mail", "It will be retried. No: it has "
		  "expired.", FALSE },
		{ "hi", "It was delayed and has expired.", FALSE },
	};
	unsigned int i;

	test_begin("bounce kind text: whether delivery is still tried");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("text", 4096);
		struct bounce_kind_input input;

		input_init(&input, pool, t_strdup_printf("Subject: %s\n",
			   tests[i].subject), tests[i].text, "From: a@b\n");
		test_assert_idx(bounce_kind_says_delayed(&input) ==
				tests[i].delayed, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_kind_text_names(void)
{
	static const struct {
		const char *header, *text, *original;
		/* somebody to whom the original was written; somebody who is
		   not in To of the message */
		bool recipient, other;
	} tests[] = {
		{ "To: alice@x.example\n", "To bob: Bob@Y.example.",
		  "To: Bob <bob@y.example>\n", TRUE, TRUE },
		{ "To: alice@x.example\n", "nobody",
		  "To: bob@y.example\n", FALSE, FALSE },
		{ "Subject: bob@y.example\n", "nobody",
		  "To: bob@y.example\n", TRUE, FALSE },
		{ "", "<bob@y.example>", "Cc: a@b, bob@y.example\n", TRUE,
		  TRUE },
		{ "To: alice@x.example\n", "dear alice@x.example",
		  "To: bob@y.example\n", FALSE, FALSE },
		{ "To: alice@x.example\n", "(alice@x.example) bob@y.example",
		  "From: a@b\n", FALSE, TRUE },
		/* no addresses */
		{ "", "@y.example bob@ a@b", "To: <>, bob, @y.example\n",
		  FALSE, FALSE },
		{ "To: <>\n", "bob@y.example", "", FALSE, TRUE },
	};
	unsigned int i;

	test_begin("bounce kind text: whom it names");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("text", 4096);
		struct bounce_kind_input input;

		input_init(&input, pool, tests[i].header, tests[i].text,
			   t_strconcat("Date: x\nSubject: y\n",
				       tests[i].original, NULL));
		test_assert_idx(bounce_kind_names_recipient(&input) ==
				tests[i].recipient, i);
		test_assert_idx(bounce_kind_names_other(&input) ==
				tests[i].other, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_kind_text_same_address(void)
{
	static const struct {
		const char *to, *from;
		bool same;
	} tests[] = {
		{ "To: a@b\n", "From: A <A@B>\n", TRUE },
		{ "To: c@d, a@b\n", "From: a@b\n", FALSE },
		{ "To: a@b, c@d\n", "From: a@b\n", TRUE },
		{ "To: a@bc\n", "From: a@b\n", FALSE },
		{ "To: Daemon\n", "From: daemon\n", TRUE },
		{ "", "From: a@b\n", FALSE },
		{ "To: a@b\n", "", FALSE },
		{ "", "", FALSE },
	};
	unsigned int i;

	test_begin("bounce kind text: the same address");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("text", 4096);
		struct bounce_kind_input input;

		input_init(&input, pool, tests[i].to, "",
			   t_strconcat("Date: x\n", tests[i].from, NULL));
		test_assert_idx(bounce_kind_same_address(
			input.message, "To", "From") == tests[i].same, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_kind_text_normal,
		test_bounce_kind_text_end,
		test_bounce_kind_text_many,
		test_bounce_kind_text_none,
		test_bounce_kind_text_delayed,
		test_bounce_kind_text_names,
		test_bounce_kind_text_same_address,
		NULL
	};
	return test_run(test_functions);
}
