/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "returned.h"

static void test_bounce_walk_forms(void)
{
	static const struct message_test tests[] = {
		{ "message/rfc822",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n\n--b--\n", "1:part:full:<1>" },
		{ "text/rfc822-headers",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: text/rfc822-headers\n\n" ORIG("1")
		  "\n--b--\n", "1:part:headers:<1>" },
		{ "message/rfc822 with a header only",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\n\n\n--b--\n", "1:part:headers:<1>" },
		{ "text/rfc822-headers with a body",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: text/rfc822-headers\n\n" ORIG("1")
		  "\nbody\n--b--\n", "1:part:full:<1>" },
		{ "message/global and message/global-headers",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/global\n\n" ORIG("1")
		  "\nbody\n--b\nContent-Type: message/global-headers\n\n"
		  ORIG("2") "--b--\n",
		  "1:part:full:<1> 1:part:headers:<2>" },
		{ "several originals",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--b\nContent-Type: message/rfc822\n\n" ORIG("2")
		  "\nbody\n--b\nContent-Type: text/rfc822-headers\n\n"
		  ORIG("3") "--b--\n",
		  "1:part:full:<1> 1:part:full:<2> 1:part:headers:<3>" },
		{ "message/partial",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/partial; id=\"x\"; number=1\n\n"
		  ORIG("1") "\nbody\n--b--\n", "1:part:full:<1>" },
		{ "a part's header is the original",
		  MIXED("b") "--b\n\nsorry\n--b\n" ORIG("1")
		  "\nbody\n--b--\n", "1:part:full:<1>" },
		{ "a part's header is the original, and ends with the part",
		  MIXED("b") "--b\n\nsorry\n--b\n" ORIG("1")
		  "--b--\n", "1:part:headers:<1>" },
		{ "the same, with the message's end",
		  MIXED("b") "--b\n\nsorry\n--b\n" ORIG("1"),
		  "1:part:headers:<1> unclosed" },
		{ "a digest",
		  HEAD "Content-Type: multipart/digest; boundary=b\n\n"
		  "--b\n\n" ORIG("1") "\nbody\n--b\n\n" ORIG("2")
		  "\nbody\n--b--\n", "1:part:full:<1> 1:part:full:<2>" },
		{ "a digest inside",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: multipart/digest; boundary=c\n\n"
		  "--c\n\n" ORIG("1") "\nbody\n--c\nContent-Type: text/plain"
		  "\n\nno message\n--c--\n--b--\n", "1:part:full:<1>" },
		{ "text/plain",
		  HEAD "\nIt could not be delivered.\n\n"
		  "--- Below this line is a copy of the message.\n\n"
		  ORIG("1") "\nbody\n", "1:text:full:<1>" },
		{ "no original",
		  REPORT("b") STATUS("b") "--b--\n", "" },
		{ "a part that is called a message and is none",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\nHello\n--b--\n", "" },
		{ "an empty message part",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n--b--\n", "" },
		{ "a message part without its empty line",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n--b--\n", "" },
		{ "an original that is a multipart",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "Content-Type: multipart/mixed; boundary=in\n\n--in\n\nx\n"
		  "--in\nContent-Type: message/rfc822\n\n" ORIG("2")
		  "\ny\n--in--\n\n--b--\n",
		  /* what is attached in an original is its own affair */
		  "1:part:full:<1>" },
		{ "an original that is a multipart, cut",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "Content-Type: multipart/mixed; boundary=in\n\n--in\n\nx\n"
		  "--b--\n", "1:part:truncated:<1>" },
	};
	test_messages("walk: forms", tests, N_ELEMENTS(tests));
}

static void test_bounce_walk_damage(void)
{
	static const struct message_test tests[] = {
		{ "an mbox From line on top of the original",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n"
		  "From alice@example.org Thu Jan  1 00:00:00 2026\n"
		  ORIG("1") "\nbody\n--b--\n", "1:part:full:<1>" },
		{ "an empty line on top of the original",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n\n"
		  ORIG("1") "\nbody\n--b--\n", "1:part:full:<1>" },
		{ "no empty line after the original's header",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "<html>body\n--b--\n", "1:part:full:<1>" },
		{ "no empty line after a part's header",
		  MIXED("b") "--b\nContent-Type: text/plain\n"
		  "It was lost.\n\n" ORIG("1") "\nbody\n--b--\n",
		  "1:text:full:<1>" },
		{ "no empty line after a multipart part's header",
		  MIXED("b") "--b\nContent-Type: multipart/mixed; boundary=c\n"
		  "--c\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--c--\n--b--\n", "1:part:full:<1>" },
		{ "no empty line after the bounce's header, a boundary follows",
		  HEAD "Content-Type: multipart/mixed; boundary=c\n"
		  "--c\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--c--\n", "1:part:full:<1>" },
		{ "no empty line after the bounce's header",
		  HEAD "It was lost, sorry to say.\n\n" ORIG("1") "\nbody\n",
		  "1:text:full:<1>" },
		{ "an unclosed multipart",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n", "1:part:full:<1> unclosed" },
		{ "an unclosed inner multipart",
		  MIXED("b") "--b\nContent-Type: multipart/alternative;"
		  " boundary=c\n\n--c\n\nx\n--b\n"
		  "Content-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--b--\n", "1:part:full:<1>" },
		{ "a boundary that is declared and never used",
		  MIXED("b") "It was lost.\n\n" ORIG("1") "\nbody\n",
		  "1:text:full:<1> unclosed" },
		{ "no boundary is declared",
		  HEAD "Content-Type: multipart/mixed\n\n"
		  "It was lost.\n\n" ORIG("1") "\nbody\n",
		  "1:text:full:<1>" },
		{ "a boundary that begins like another",
		  MIXED("bb") "--bb\nContent-Type: multipart/mixed;"
		  " boundary=b\n\n--b\n\nx\n--b--\n--bb\n"
		  "Content-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--bbb\n--b\n--bb-\n-- bb--\n--bb--\n",
		  "1:part:full:<1>" },
		{ "the same boundary inside",
		  MIXED("b") "--b\nContent-Type: multipart/mixed;"
		  " boundary=b\n\n--b\n\nx\n--b\n"
		  "Content-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--b--\n--b--\n", "1:part:full:<1>" },
		{ "white space behind a boundary",
		  MIXED("b") "--b \t\n\nx\n--b  \n"
		  "Content-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--b-- \n", "1:part:full:<1>" },
		{ "text behind the last boundary",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: text/rfc822-headers\n\n" ORIG("1")
		  "--b--\n\n" ORIG("2") "\nbody\n", "1:part:headers:<1>" },
		{ "the wrong type",
		  MIXED("b") "--b\n\nx\n--b\nContent-Type: text/plain\n\n"
		  ORIG("1") "\nbody\n--b--\n", "1:text:full:<1>" },
		{ "the bounce's line ends lost in the header's end",
		  HEAD "\n\n\n\n" ORIG("1") "\nbody\n", "1:text:full:<1>" },
		{ "the end in the middle of a boundary",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--", "1:part:full:<1> unclosed" },
		{ "an empty message", "", "" },
		{ "an empty line", "\n", "" },
		{ "no header", "Hello\nworld\n", "" },
	};
	test_messages("walk: damage", tests, N_ELEMENTS(tests));
}

/* Bounces of bounces: levels 1 to 3 are read, the fourth is a cap. */
static void test_bounce_walk_nested(void)
{
	static const struct message_test tests[] = {
		{ "two levels", L1 L2 ORIG("x") "\nbody\n--b2--\n--b1--\n",
		  "1:part:full:<1> 2:part:full:<x>" },
		{ "three levels",
		  L1 L2 L3 ORIG("x") "\nbody\n--b3--\n--b2--\n--b1--\n",
		  "1:part:full:<1> 2:part:full:<2> 3:part:full:<x>" },
		{ "four levels",
		  L1 L2 L3 L4 ORIG("x")
		  "\nbody\n--b4--\n--b3--\n--b2--\n--b1--\n",
		  "1:part:full:<1> 2:part:full:<2> 3:part:full:<3>" },
		{ "inner boundaries are not closed",
		  L1 L2 ORIG("x") "\nbody\n--b1--\n",
		  "1:part:truncated:<1> 2:part:full:<x>" },
		{ "a bounce in a bounce's text",
		  HEAD "\nA bounce came to nobody:\n\n"
		  "From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n"
		  "Return-Path: <>\nReceived: from a by b\n"
		  "From: MAILER-DAEMON@example.net\nMessage-ID: <1>\n"
		  "Subject: Returned mail\n\nIt was lost:\n\n" ORIG("x")
		  "\nbody\n", "1:text:full:<1> 2:text:full:<x>" },
		{ "the fourth level in a text, without an empty line",
		  L1 L2 L3 "Message-ID: <3>\n" HEAD "\nIt was lost:\n\n"
		  ORIG("x") "body\n\nmore\n--b3--\n--b2--\n--b1--\n",
		  "1:part:full:<1> 2:part:full:<2> 3:part:full:<3>" },
	};
	pool_t pool = pool_alloconly_create("message", 4096);
	const struct bounce_message *message;
	const char *input = tests[2].input;

	test_messages("walk: nested", tests, N_ELEMENTS(tests));

	test_begin("bounce walk: nested: the fourth level is a cap");
	message = test_input_parse(pool, &settings, input, strlen(input), 0);
	test_assert(message->originals->message.originals->message.originals->
		    message.over_limit);
	test_assert(message->originals->message.originals->message.originals->
		    message.originals == NULL);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_walk_parts(void)
{
	static const struct {
		const char *types;
		unsigned int parts;
	} tests[] = {
		{ "message/delivery-status", BOUNCE_PART_DELIVERY_STATUS },
		{ "message/global-delivery-status",
		  BOUNCE_PART_DELIVERY_STATUS },
		{ "Message/Disposition-Notification", BOUNCE_PART_DISPOSITION },
		{ "message/global-disposition-notification",
		  BOUNCE_PART_DISPOSITION },
		{ "message/feedback-report", BOUNCE_PART_FEEDBACK },
		{ "message/rfc822", BOUNCE_PART_MESSAGE },
		{ "text/calendar; method=REPLY", BOUNCE_PART_CALENDAR },
		{ "text/plain", 0 },
		{ "application/octet-stream", 0 },
	};
	unsigned int i;

	test_begin("bounce walk: parts");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;
		const char *input = t_strdup_printf(
			HEAD "Content-Type: multipart/report; boundary=b\n\n"
			"--b\nContent-Type: %s\n\nA: b\n--b--\n",
			tests[i].types);

		message = test_input_parse(pool, &settings, input,
					   strlen(input), 0);
		test_assert_idx(message->parts == tests[i].parts, i);
		test_assert_strcmp_idx(message->content_type,
				       "multipart/report", i);

		/* and of the message itself */
		input = t_strdup_printf(HEAD "Content-Type: %s\n\nA: b\n",
					tests[i].types);
		message = test_input_parse(pool, &settings, input,
					   strlen(input), 0);
		test_assert_idx(message->parts == tests[i].parts, i);

		/* never what stands inside an original */
		input = t_strdup_printf(
			MIXED("b") "--b\nContent-Type: message/rfc822\n\n"
			"From: MAILER-DAEMON@x\nSubject: Returned mail\n"
			"Content-Type: %s\n\nA: b\n--b--\n", tests[i].types);
		message = test_input_parse(pool, &settings, input,
					   strlen(input), 0);
		test_assert_idx(message->parts == BOUNCE_PART_MESSAGE, i);
		test_assert_idx(message->originals->message.parts ==
				tests[i].parts, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_walk_cap_depth(void)
{
	static const unsigned int depths[] = {
		1, BOUNCE_MIME_MAX_DEPTH - 1, BOUNCE_MIME_MAX_DEPTH,
		BOUNCE_MIME_MAX_DEPTH + 1, 1000
	};
	unsigned int i, j;

	test_begin("bounce walk: cap on depth");
	for (i = 0; i < N_ELEMENTS(depths); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;
		string_t *str = t_str_new(65536);
		bool over = depths[i] > BOUNCE_MIME_MAX_DEPTH;

		str_append(str, MIXED("b0"));
		for (j = 1; j < depths[i]; j++) {
			str_printfa(str, "--b%u\nContent-Type: multipart/mixed"
				    "; boundary=b%u\n\n", j - 1, j);
		}
		str_printfa(str, "--b%u\nContent-Type: message/rfc822\n\n"
			    ORIG("1") "\nbody\n--b0--\n", depths[i] - 1);
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		test_assert_strcmp_idx(t_summary(message), over ? " limit" :
				       "1:part:full:<1>", i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_walk_cap_parts(void)
{
	static const char *const parts[] = {
		/* boundaries of parts that have no header and no body, too */
		"--b\n\nx\n", "--b\n\n", "--b\n"
	};
	unsigned int i, j, over;

	test_begin("bounce walk: cap on parts");
	for (i = 0; i < N_ELEMENTS(parts) * 2; i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;
		string_t *str = t_str_new(65536);

		over = i % 2;
		str_append(str, MIXED("b"));
		for (j = 0; j < BOUNCE_MIME_MAX_PARTS - 1 + over; j++)
			str_append(str, parts[i / 2]);
		str_append(str, "--b\nContent-Type: message/rfc822\n\n"
			   ORIG("1") "\nbody\n--b--\n");
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		test_assert_strcmp_idx(t_summary(message), over == 1 ?
				       " limit" : "1:part:full:<1>", i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* How much of the body of an original came back: where its header is that of
   the part, lines of the body are looked at as a header first. */
static void test_bounce_walk_body_size(void)
{
#define BODY "a: b\n\nmore\n"
	static const char *const inputs[] = {
		REPORT("b") STATUS("b") "--b\nContent-Type: message/rfc822\n\n"
			ORIG("1") "\n" BODY "\n\n--b--\n",
		MIXED("b") "--b\n" ORIG("1") "Content-Type: message/rfc822\n\n"
			BODY "\n--b--\n",
		MIXED("b") "--b\n" ORIG("1") "Content-Type: message/rfc822\n\n"
			"a: b\nc\n--b--\n",
		HEAD "\nLost:\n\n" ORIG("1") "\n" BODY,
	};
	static const char *const bodies[] = { BODY, BODY, "a: b\nc\n", BODY };
	unsigned int i;

	test_begin("bounce walk: size of the body");
	for (i = 0; i < N_ELEMENTS(inputs); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		string_t *input = t_crlf(inputs[i], strlen(inputs[i]));
		const struct bounce_message *message =
			test_input_parse(pool, &settings, str_data(input),
					 str_len(input), 0);

		test_assert_idx(test_input_count(message->originals) == 1, i);
		test_assert_idx(message->originals->body_size ==
			str_len(t_crlf(bodies[i], strlen(bodies[i]))), i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Each part is a report of its own. */
static void test_bounce_walk_two_reports(void)
{
	static const char input[] = REPORT("b")
		"--b\nContent-Type: message/delivery-status\n\n"
		"X-Nothing: to say\n\n"
		"--b\nContent-Type: message/delivery-status\n\n"
		"Reporting-MTA: dns; mx.example.net\n\n"
		"Final-Recipient: rfc822; bob@example.com\n--b--\n";
	pool_t pool = pool_alloconly_create("message", 4096);
	const struct bounce_message *message =
		test_input_parse(pool, &settings, input, sizeof(input) - 1, 0);

	test_begin("bounce walk: two reports");
	test_assert_strcmp(message->report->reporting_mta, "mx.example.net");
	test_assert(message->report->recipients_count == 1);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_walk_cap_originals(void)
{
	pool_t pool = pool_alloconly_create("message", 4096);
	const struct bounce_message *message;
	string_t *str = t_str_new(65536);
	unsigned int i;

	test_begin("bounce walk: cap on originals");
	str_append(str, MIXED("b"));
	for (i = 0; i < BOUNCE_MAX_ORIGINALS; i++) {
		str_append(str, "--b\nContent-Type: message/rfc822\n\n"
			   ORIG("1") "\nbody\n");
	}
	message = test_input_parse(pool, &settings, str_data(str),
				   str_len(str), 0);
	test_assert(test_input_count(message->originals) ==
		    BOUNCE_MAX_ORIGINALS && !message->over_limit);
	str_append(str, "--b\nContent-Type: message/rfc822\n\n"
		   ORIG("1") "\nbody\n");
	message = test_input_parse(pool, &settings, str_data(str),
				   str_len(str), 0);
	test_assert(test_input_count(message->originals) ==
		    BOUNCE_MAX_ORIGINALS && message->over_limit);
	pool_unref(&pool);
	test_end();
}

/* More fields than are read stand above the first one that messages have. */
static void test_bounce_walk_cap_above(void)
{
	static const char *const heads[] = {
		REPORT("b") STATUS("b") "--b\nContent-Type: message/rfc822\n\n",
		REPORT("b") STATUS("b") "--b\nContent-Type: message/rfc822\n"
	};
	unsigned int i, j;

	test_begin("bounce walk: cap on fields above the header");
	for (i = 0; i < N_ELEMENTS(heads); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;
		string_t *str = t_str_new(65536);

		str_append(str, heads[i]);
		for (j = 0; j < BOUNCE_HEADER_MAX_FIELDS; j++)
			str_append(str, "X:\n");
		str_append(str, ORIG("1") "\nbody\n");
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		test_assert_idx(message->over_limit, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Each piece of a part's header that an empty line has cut off costs an
   original. */
static void test_bounce_walk_cap_pieces(void)
{
	pool_t pool = pool_alloconly_create("message", 4096);
	const struct bounce_message *message;
	string_t *str = t_str_new(65536);
	unsigned int i;

	test_begin("bounce walk: cap on pieces of a part's header");
	for (i = 1; i <= BOUNCE_MAX_ORIGINALS; i++) {
		str_truncate(str, 0);
		str_append(str, MIXED("b") "--b\n"
			   "Content-Type: message/rfc822\n\n");
		for (unsigned int j = 0; j < i; j++)
			str_append(str, "Content-Language: en\n\n");
		str_append(str, ORIG("1") "\nbody\n");
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		test_assert_idx(test_input_count(message->originals) ==
				(i < BOUNCE_MAX_ORIGINALS ? 1U : 0U), i);
		test_assert_idx(message->over_limit ==
				(i == BOUNCE_MAX_ORIGINALS), i);
	}
	pool_unref(&pool);
	test_end();
}

/* Memory is bounded by the caps, whatever the size of the message. Counted,
   not guessed: what the pool holds after a message of n lines, and of 16 n. */
static void test_bounce_walk_memory(void)
{
	static const char *const heads[] = {
		REPORT("b"), REPORT("b"), REPORT("b"), HEAD "\n",
		REPORT("b") "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		"\n",
		HEAD "\n" ORIG("1") "\n",
		REPORT("b") "--b\nContent-Type: message/delivery-status\n\n",
		REPORT("b") "--b\nContent-Transfer-Encoding: "
		"quoted-printable\nContent-Type: message/rfc822\n\n" ORIG("1")
		"\n",
	};
	static const char *const lines[] = {
		"--b\n", "--b\n\n",
		("--b\nContent-Type: message/rfc822\n\n"
		 "From: a\n\nx\n"), "A: b\n\n", "text\n", "text\n", "A: b\n",
		"text\n"
	};
	unsigned int i, j, k;
	size_t used[2];

	test_begin("bounce walk: memory");
	for (i = 0; i < N_ELEMENTS(heads); i++) {
		for (j = 0; j < 2; j++) T_BEGIN {
			pool_t pool = pool_alloconly_create("message", 4096);
			struct bounce_message_parser *parser;
			unsigned int count = j == 0 ? 70000 : 16 * 70000;

			parser = bounce_message_parser_init(pool, &settings);
			(void)bounce_message_parser_more(
				parser, (const void *)heads[i],
				strlen(heads[i]));
			for (k = 0; k < count; k++) {
				(void)bounce_message_parser_more(
					parser, (const void *)lines[i],
					strlen(lines[i]));
			}
			(void)bounce_message_parser_finish(&parser);
			used[j] = pool_alloconly_get_total_used_size(pool);
			pool_unref(&pool);
		} T_END;
		test_assert_ucmp_idx(used[1], <=, used[0] + 1024, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_walk_forms,
		test_bounce_walk_damage,
		test_bounce_walk_nested,
		test_bounce_walk_parts,
		test_bounce_walk_body_size,
		test_bounce_walk_two_reports,
		test_bounce_walk_cap_depth,
		test_bounce_walk_cap_parts,
		test_bounce_walk_cap_originals,
		test_bounce_walk_cap_above,
		test_bounce_walk_cap_pieces,
		test_bounce_walk_memory,
		NULL
	};
	return test_run(test_functions);
}
