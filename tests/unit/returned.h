#ifndef TEST_BOUNCE_RETURNED_H
#define TEST_BOUNCE_RETURNED_H

/* Messages that return others, and what came back of each of them. */

#include "input.h"
#include "test-common.h"

/* A bounce's header, up to its Content-Type */
#define HEAD \
	"Return-Path: <>\n" \
	"From: MAILER-DAEMON@mx.example.net\n" \
	"To: alice@example.org\n" \
	"Subject: Undelivered Mail Returned to Sender\n" \
	"MIME-Version: 1.0\n"
#define REPORT(boundary) \
	HEAD "Content-Type: multipart/report; report-type=delivery-status;\n" \
	"\tboundary=\"" boundary "\"\n\n"
#define MIXED(boundary) \
	HEAD "Content-Type: multipart/mixed; boundary=\"" boundary "\"\n\n"
#define STATUS(boundary) \
	"--" boundary "\n\nIt could not be delivered.\n\n" \
	"--" boundary "\nContent-Type: message/delivery-status\n\n" \
	"Reporting-MTA: dns; mx.example.net\n\n" \
	"Final-Recipient: rfc822; bob@example.com\n" \
	"Action: failed\nStatus: 5.1.1\n\n"
/* The header of an original */
#define ORIG(id) \
	"Received: from a.example.org by mx.example.net;\n" \
	"\tThu, 01 Jan 2026 00:00:00 +0000\n" \
	"From: alice@example.org\nTo: bob@example.com\n" \
	"Subject: hello\nMessage-ID: <" id ">\n"
#define PREFIXED(p, id) \
	p "Received: from a.example.org by mx.example.net;\n" \
	p "\tThu, 01 Jan 2026 00:00:00 +0000\n" \
	p "From: alice@example.org\n" p "To: bob@example.com\n" \
	p "Subject: hello\n" p "Message-ID: <" id ">\n"

/* The header of a bounce in a bounce, up to where its original begins */
#define L1 REPORT("b1") STATUS("b1") "--b1\nContent-Type: message/rfc822\n\n"
#define L2 "Message-ID: <1>\n" REPORT("b2") STATUS("b2") \
	"--b2\nContent-Type: message/rfc822\n\n"
#define L3 "Message-ID: <2>\n" REPORT("b3") STATUS("b3") \
	"--b3\nContent-Type: message/rfc822\n\n"
#define L4 "Message-ID: <3>\n" REPORT("b4") STATUS("b4") \
	"--b4\nContent-Type: message/rfc822\n\n"

static const struct bounce_message_settings settings = {
	.envelope = &test_null_sender
};

static inline void
summarize(string_t *str, const struct bounce_original *original)
{
	const char *id;

	for (; original != NULL; original = original->next) {
		id = t_bounce_header_value(original->message.header,
					   "Message-ID");
		if (str_len(str) > 0)
			str_append_c(str, ' ');
		str_printfa(str, "%u:%s:%s:%s", original->level,
			    original->source == BOUNCE_SOURCE_PART ? "part" :
			    original->source == BOUNCE_SOURCE_TEXT ? "text" :
			    "html",
			    bounce_original_state_name(original->state),
			    id == NULL ? "-" : id);
		summarize(str, original->message.originals);
	}
}

/* "level:source:state:id" of each original, then flags. */
static inline const char *t_summary(const struct bounce_message *message)
{
	string_t *str = t_str_new(256);

	summarize(str, message->originals);
	if (message->over_limit)
		str_append(str, " limit");
	if (message->header_only)
		str_append(str, " header-only");
	if (message->unclosed)
		str_append(str, " unclosed");
	return str_c(str);
}

static inline string_t *t_crlf(const char *input, size_t size)
{
	string_t *str = t_str_new(size * 2);
	size_t i;

	for (i = 0; i < size; i++) {
		if (input[i] == '\n')
			str_append_c(str, '\r');
		str_append_c(str, input[i]);
	}
	return str;
}

struct message_test {
	const char *name, *input, *output;
};

/* As it is, with CRLF, and with both mixed: each whole and by the octet. What
   is found must always be the same. */
static inline void test_message(const struct message_test *test)
{
	size_t size = strlen(test->input), chunk;
	string_t *crlf = t_crlf(test->input, size), *mixed = t_str_new(size * 2);
	const char *inputs[3], *p, *whole;
	unsigned int i;

	for (p = test->input, i = 0; *p != '\0'; p++) {
		if (*p == '\n' && (i++ % 3) == 0)
			str_append_c(mixed, '\r');
		str_append_c(mixed, *p);
	}
	inputs[0] = test->input;
	inputs[1] = str_c(crlf);
	inputs[2] = str_c(mixed);
	for (i = 0; i < N_ELEMENTS(inputs); i++) {
		pool_t pool = pool_alloconly_create("message", 4096);

		size = strlen(inputs[i]);
		whole = t_test_input_describe(test_input_parse(
			pool, &settings, inputs[i], size, 0));
		test_assert_strcmp_idx(t_summary(test_input_parse(
			pool, &settings, inputs[i], size, 0)), test->output,
			i);
		for (chunk = 1; chunk < 40; chunk += 6) {
			test_assert_strcmp_idx(t_test_input_describe(
				test_input_parse(pool, &settings, inputs[i],
						 size, chunk)), whole, i);
		}
		pool_unref(&pool);
	}
}

static inline void
test_messages(const char *group, const struct message_test *tests,
	      unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) T_BEGIN {
		test_begin(t_strdup_printf("bounce %s: %s", group,
					   tests[i].name));
		test_message(&tests[i]);
		test_end();
	} T_END;
}

#endif
