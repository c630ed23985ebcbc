/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base64.h"
#include "istream.h"
#include "base/envelope.h"
#include "kind/kind.h"
#include "returned.h"

static string_t *t_base64(const char *input, size_t line)
{
	string_t *str = t_str_new(1024), *ret = t_str_new(1024);
	size_t i;

	base64_encode(input, strlen(input), str);
	for (i = 0; i < str_len(str); i += line) {
		str_append_data(ret, str_data(str) + i,
				I_MIN(line, str_len(str) - i));
		str_append_c(ret, '\n');
	}
	return ret;
}

static void test_bounce_message_base64(void)
{
	static const char original[] = ORIG("1") "\nbody\n";
	static const char text[] = "Lost:\n\n" ORIG("1") "\nbody";
	static const size_t lines[] = { 4, 60, 76, 77, 10000 };
	struct message_test tests[] = {
		{ "a part", NULL, "1:part:full:<1>" },
		{ "a part with garbage behind it", NULL, "1:part:full:<1>" },
		{ "text", NULL, "1:text:full:<1>" },
		{ "garbage alone", NULL, "" },
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(lines); i++) T_BEGIN {
		tests[0].input = t_strconcat(REPORT("b") STATUS("b")
			"--b\nContent-Type: message/rfc822\n"
			"Content-Transfer-Encoding: base64\n\n",
			str_c(t_base64(original, lines[i])), "\n--b--\n",
			NULL);
		tests[1].input = t_strconcat(REPORT("b") STATUS("b")
			"--b\nContent-Type: message/rfc822\n"
			"Content-Transfer-Encoding: base64\n\n",
			str_c(t_base64(original, lines[i])),
			"!%$\nabcd\n--b--\n", NULL);
		tests[2].input = t_strconcat(HEAD
			"Content-Type: text/plain; charset=utf-8\n"
			"Content-Transfer-Encoding: base64\n\n",
			str_c(t_base64(text, lines[i])), NULL);
		tests[3].input = REPORT("b") STATUS("b")
			"--b\nContent-Type: message/rfc822\n"
			"Content-Transfer-Encoding: base64\n\n"
			"!!!!\n\n--b--\n";
		test_messages("message: base64", tests, N_ELEMENTS(tests));
	} T_END;
}

/* What stands in the message is in the original, octet by octet. */
static void test_bounce_message_exact(void)
{
	static const char header[] =
		"Received:  from a\r\n\tby b;  now \n"
		"From : \xff\xfe@b\rc\n"
		"X: \0x\n"
		"Message-ID: <1>\r\n";
	static const char *const ends[] = { "\n", "\r\n" };
	unsigned int i;

	test_begin("bounce message: byte-exact");
	for (i = 0; i < N_ELEMENTS(ends); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		buffer_t *buf = t_buffer_create(1024);
		const struct bounce_message *message;
		const struct bounce_original *original;

		str_append(buf, REPORT("b") STATUS("b")
			   "--b\nContent-Type: message/rfc822\n\n");
		buffer_append(buf, header, sizeof(header) - 1);
		/* 5 octets of line, and the line end before the boundary is
		   counted in body_seen */
		str_printfa(buf, "%shello%s--b--\n", ends[i], ends[i]);
		message = test_input_parse(pool, &settings, buf->data,
					   buf->used, 3);
		original = message->originals;
		test_assert_idx(test_input_equals(
			original->message.header->data,
			original->message.header->size,
			header, sizeof(header) - 1), i);
		test_assert_idx(original->message.header->complete, i);
		test_assert_idx(original->message.header->fields_count == 4,
				i);
		test_assert_idx(original->body_seen ==
				5 + strlen(ends[i]), i);
		test_assert_idx(original->next == NULL, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_message_status(void)
{
	static const char qp[] =
		REPORT("b") "--b\nContent-Type: message/delivery-status\n"
		"Content-Transfer-Encoding: quoted-printable\n\n"
		"Reporting-MTA=3A dns; mx\n\nFinal-Recipient: rfc822; =\n"
		"a@b\nAction: delayed\n\n--b\n"
		"Content-Type: message/delivery-status\n\n"
		"Reporting-MTA: dns; second\n\n--b--\n";
	static const char text[] =
		HEAD "X-Failed-Recipients: a@b.example\n\nLost. 5.1.1\n";
	pool_t pool = pool_alloconly_create("message", 4096);
	const struct bounce_message *message;

	test_begin("bounce message: status part");
	message = test_input_parse(pool, &settings, qp, sizeof(qp) - 1, 5);
	test_assert_strcmp(message->report->reporting_mta, "mx");
	test_assert(message->report->recipients_count == 1);
	test_assert_strcmp(message->report->recipients[0].final_recipient,
			   "a@b");
	test_assert_strcmp(message->report->recipients[0].action, "delayed");
	test_assert_strcmp(message->report_type, "delivery-status");
	message = test_input_parse(pool, &settings, text, sizeof(text) - 1,
				   5);
	test_assert(message->report != NULL &&
		    message->report->recipients_count == 1);
	test_assert_strcmp(message->report->recipients[0].final_recipient,
			   "a@b.example");
	pool_unref(&pool);
	test_end();
}

static void test_bounce_message_prefixes(void)
{
	static const char *const inputs[] = {
		L1 L2 ORIG("x") "\nbody\n--b2--\n--b1--\n",
		HEAD "\nLost:\n\n" PREFIXED("> ", "1") ">\n> body\n",
		REPORT("b") STATUS("b") "--b\n"
		"Content-Type: message/rfc822\n"
		"Content-Transfer-Encoding: base64\n\n"
		"UmVjZWl2ZWQ6IGEKRnJvbTogYgpTdWJqZWN0OiBjClRvOiBkCgpib2R5\n"
		"--b--\n",
		MIXED("b") "--b\nContent-Transfer-Encoding: quoted-printable"
		"\n\nReceived: =3D=\n\nFrom: a\nTo: b\n\nx=\n--b\n" ORIG("1")
		"--b--",
	};
	unsigned int i;
	size_t size, full;

	test_begin("bounce message: every prefix");
	for (i = 0; i < N_ELEMENTS(inputs); i++) {
		full = strlen(inputs[i]);
		for (size = 0; size <= full; size++) T_BEGIN {
			pool_t pool = pool_alloconly_create("message", 4096);
			const struct bounce_message *message;
			struct bounce_kind_result kind;
			const char *whole;

			message = test_input_parse(pool, &settings, inputs[i],
						   size, 0);
			whole = t_test_input_describe(message);
			bounce_kind_classify(message, &test_null_sender,
					     &kind);
			message = test_input_parse(pool, &settings, inputs[i],
						   size, 1);
			test_assert_idx(strcmp(whole, t_test_input_describe(
				message)) == 0, i * 10000 + size);
			pool_unref(&pool);
		} T_END;
	}
	test_end();
}

/* Ordinary mail costs its header; read_all reads it all the same. */
static void test_bounce_message_ordinary(void)
{
	static const char header[] =
		"Return-Path: <carol@example.com>\nFrom: carol@example.com\n"
		"Subject: lunch\n"
		"Content-Type: multipart/mixed; boundary=b\n\n";
	static const struct bounce_envelope envelope = {
		.mail_from = "carol@example.com"
	};
	struct bounce_message_settings set = { .envelope = &envelope };
	pool_t pool = pool_alloconly_create("message", 4096);
	struct bounce_message_parser *parser;
	const struct bounce_message *message;
	const char *input = t_strconcat(header, "--b\n"
					"Content-Type: message/rfc822\n\n"
					ORIG("1") "\nbody\n--b--\n", NULL);
	struct istream *is;
	string_t *str;
	const char *error;

	test_begin("bounce message: ordinary");
	parser = bounce_message_parser_init(pool, &set);
	test_assert(bounce_message_parser_more(parser, (const void *)header,
					       sizeof(header) - 2));
	test_assert(!bounce_message_parser_more(parser, (const void *)"\n",
						1));
	message = bounce_message_parser_finish(&parser);
	test_assert(message->header_only && message->originals == NULL &&
		    message->text_size == 0);

	set.read_all = TRUE;
	message = test_input_parse(pool, &set, input, strlen(input), 0);
	test_assert_strcmp(t_summary(message), "1:part:full:<1>");
	/* no envelope: Return-Path is what there is */
	set.read_all = FALSE;
	set.envelope = NULL;
	message = test_input_parse(pool, &set, input, strlen(input), 0);
	test_assert(message->header_only);

	/* from a stream: no more is read than what is needed */
	str = t_str_new(200000);
	str_append(str, input);
	while (str_len(str) < 200000)
		str_append(str, "body and body and body\n");
	is = i_stream_create_from_data(str_data(str), str_len(str));
	i_stream_set_max_buffer_size(is, 4096);
	test_assert(bounce_message_read(pool, is, &set, &message,
					&error) == 0);
	test_assert(message->header_only);
	i_stream_unref(&is);
	is = test_istream_create_data(str_data(str), str_len(str));
	test_istream_set_max_buffer_size(is, 512);
	test_assert(bounce_message_read(pool, is, &set, &message,
					&error) == 0);
	test_assert(message->header_only && is->v_offset < 4096);
	i_stream_unref(&is);

	/* what fails says so, and gives what was read */
	is = i_stream_create_error_str(EIO, "it broke");
	test_assert(bounce_message_read(pool, is, &set, &message,
					&error) < 0);
	test_assert_strcmp(error, "it broke");
	test_assert(message != NULL && message->header != NULL &&
		    message->header->fields_count == 0);
	i_stream_unref(&is);
	pool_unref(&pool);
	test_end();
}

/* A stream gives the same as one piece, to its last line. */
static void test_bounce_message_stream(void)
{
	static const char bounce[] = REPORT("b") STATUS("b")
		"--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		"\nhello\n--b--\n";
	static const char headers[] = HEAD "X: last";
	struct bounce_message_parser *parser;
	pool_t pool = pool_alloconly_create("message", 4096);
	const struct bounce_message *message;
	struct istream *is;
	const char *error;

	test_begin("bounce message: stream");
	is = test_istream_create_data(bounce, sizeof(bounce) - 1);
	test_istream_set_max_buffer_size(is, 16);
	test_assert(bounce_message_read(pool, is, &settings, &message,
					&error) == 0);
	i_stream_unref(&is);
	test_assert(message->report != NULL &&
		    message->report->recipients_count == 1);
	test_assert(message->originals != NULL &&
		    message->originals->next == NULL);
	if (message->originals != NULL) {
		test_assert_strcmp(t_bounce_header_value(
			message->originals->message.header, "Message-ID"),
			"<1>");
	}

	/* the last line has no end */
	parser = bounce_message_parser_init(pool, &settings);
	test_assert(bounce_message_parser_more(parser,
		(const void *)headers, sizeof(headers) - 1));
	message = bounce_message_parser_finish(&parser);
	test_assert(parser == NULL);
	test_assert_strcmp(t_bounce_header_value(message->header, "X"),
			   "last");
	pool_unref(&pool);
	test_end();
}

/* A Message-ID of an original looks like an address, and is not a recipient. */
static void test_bounce_message_ids(void)
{
	static const struct {
		const char *id, *text, *recipient;
	} tests[] = {
		{ "<id@example.org>", "<id@example.org>\n<bob@example.com>\n",
		  "bob@example.com" },
		{ "id@example.org", "<id@example.org>\n<bob@example.com>\n",
		  "bob@example.com" },
		/* all of it, and no more */
		{ "<id@example.org>", "<d@example.org>\n", "d@example.org" },
		{ "<id@example.org>", "<id@example.or>\n", "id@example.or" },
		{ "<id@example.org>", "<id@example.org>\n", NULL },
		{ NULL, "<id@example.org>\n", "id@example.org" },
	};
	unsigned int i;

	test_begin("bounce message: Message-IDs are not recipients");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;
		const char *input = t_strconcat(MIXED("b") "--b\n\nLost:\n",
			tests[i].text, "--b\nContent-Type: message/rfc822\n\n"
			"Received: from a by b\nFrom: alice@example.org\n"
			"To: bob@example.com\nSubject: hello\n",
			tests[i].id == NULL ? "" : t_strconcat("Message-ID: ",
				tests[i].id, "\n", NULL), "\nhi\n--b--\n", NULL);

		message = test_input_parse(pool, &settings, input,
					   strlen(input), 0);
		test_assert_idx((message->report != NULL) ==
				(tests[i].recipient != NULL), i);
		if (message->report != NULL && tests[i].recipient != NULL) {
			test_assert_idx(message->report->recipients_count == 1,
					i);
			test_assert_strcmp_idx(
				message->report->recipients[0].final_recipient,
				tests[i].recipient, i);
		}
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_message_cap_header(void)
{
	static const char *const heads[] = {
		"", REPORT("b") STATUS("b") "--b\n"
		"Content-Type: message/rfc822\n\n"
	};
	unsigned int i, j;
	string_t *str = str_new(default_pool, 2 * BOUNCE_HEADER_MAX_SIZE);

	for (i = 0; i < N_ELEMENTS(heads); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;

		/* a field of more than 1 MB */
		test_begin(t_strdup_printf("bounce message: cap on the "
					   "header's size (%u)", i));
		str_truncate(str, 0);
		str_append(str, heads[i]);
		str_append(str, HEAD "X-Long: ");
		for (j = 0; j < BOUNCE_HEADER_MAX_SIZE / 8 + 1; j++)
			str_append(str, "xxxxxxxx");
		str_append(str, "\n\nLost:\n\n" ORIG("1") "\nbody\n");
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		if (i == 1) {
			test_assert(message->originals->state ==
				    BOUNCE_ORIGINAL_TRUNCATED);
			message = &message->originals->message;
		}
		test_assert(message->over_limit);
		test_assert(message->header->over_limit);
		test_assert(message->header->fields_count == 5);
		test_assert(message->originals != NULL);
		test_end();

		test_begin(t_strdup_printf("bounce message: cap on the "
					   "header's fields (%u)", i));
		str_truncate(str, 0);
		str_append(str, heads[i]);
		str_append(str, HEAD);
		for (j = 0; j < BOUNCE_HEADER_MAX_FIELDS; j++)
			str_append(str, "X:\n");
		str_append(str, "\nLost:\n\n" ORIG("1") "\nbody\n");
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		if (i == 1) {
			test_assert(message->originals->state ==
				    BOUNCE_ORIGINAL_TRUNCATED);
			message = &message->originals->message;
		}
		test_assert(message->over_limit);
		test_assert(message->header->fields_count ==
			    BOUNCE_HEADER_MAX_FIELDS);
		test_assert(message->originals != NULL);
		test_end();
		pool_unref(&pool);
	} T_END;
	str_free(&str);
}

static void test_bounce_message_cap_report(void)
{
	pool_t pool = pool_alloconly_create("message", 4096);
	string_t *str = str_new(default_pool, 65536);
	const struct bounce_message *message;
	unsigned int i;

	test_begin("bounce message: cap on the report");
	str_append(str, REPORT("b")
		   "--b\nContent-Type: message/delivery-status\n\n"
		   "Reporting-MTA: dns; mx\n\n");
	for (i = 0; i < BOUNCE_REPORT_MAX_SIZE / 8; i++)
		str_append(str, "X-Y: abc\n");
	str_append(str, "Action: failed\n\n--b\nContent-Type: message/rfc822"
		   "\n\n" ORIG("1") "\nbody\n--b--\n");
	message = test_input_parse(pool, &settings, str_data(str),
				   str_len(str), 0);
	test_assert_strcmp(t_summary(message), "1:part:full:<1>");
	test_assert_strcmp(message->report->reporting_mta, "mx");
	test_assert(message->report->recipients_count == 0);
	str_free(&str);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_message_base64,
		test_bounce_message_exact,
		test_bounce_message_status,
		test_bounce_message_prefixes,
		test_bounce_message_ordinary,
		test_bounce_message_stream,
		test_bounce_message_ids,
		test_bounce_message_cap_header,
		test_bounce_message_cap_report,
		NULL
	};
	return test_run(test_functions);
}
