/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "kind/direction.h"
#include "input.h"
#include "test-common.h"

#define FROM BOUNCE_DIRECTION_FROM_READER
#define TO BOUNCE_DIRECTION_TO_READER
#define UNKNOWN BOUNCE_DIRECTION_UNKNOWN

static enum bounce_direction
direction_of(const struct bounce_envelope *envelope, const char *header,
	     const char *original)
{
	const struct bounce_message_settings set = { .envelope = envelope };
	const char *input = t_strconcat(header,
		"Content-Type: multipart/mixed; boundary=b\n\n"
		"--b\nContent-Type: message/delivery-status\n\n"
		"Reporting-MTA: dns; mx\n\n"
		"Final-Recipient: rfc822; bob@else.example\n"
		"Original-Recipient: rfc822; Robert@else.example\n\n",
		original == NULL ? "" : t_strconcat(
			"--b\nContent-Type: message/rfc822\n\nDate: x\n",
			original, "\nhi\n", NULL), "--b--\n", NULL);
	pool_t pool = pool_alloconly_create("direction", 4096);
	struct bounce_message message = *test_input_parse(
		pool, &set, input, strlen(input), 0);
	struct bounce_report report = *message.report;
	struct bounce_report_recipient *recipients;
	enum bounce_direction direction;

	/* a copy, so that an overread is seen */
	recipients = i_memdup(report.recipients, report.recipients_count *
			      sizeof(*report.recipients));
	report.recipients = recipients;
	message.report = &report;
	direction = bounce_direction_get(&message, envelope);
	i_free(recipients);
	pool_unref(&pool);
	return direction;
}

/* By To of the message. */
static void test_bounce_direction_header(void)
{
	static const struct {
		const char *to, *original;
		enum bounce_direction direction;
	} tests[] = {
		{ "alice@x.example", "From: A <Alice@X.example>\n", FROM },
		{ "alice@x.example", "Sender: alice@x.example\n", FROM },
		{ "alice@x.example", "Return-Path: <alice@x.example>\n",
		  FROM },
		{ "alice@x.example", "Reply-To: alice@x.example\n", FROM },
		{ "alice@x.example", "Errors-To: alice@x.example\n", FROM },
		{ "alice@x.example", "To: alice@x.example\n", TO },
		{ "alice@x.example", "Cc: a@b, c@d, alice@x.example\n", TO },
		{ "alice@x.example", "To: alice@x.example\n"
		  "From: alice@x.example\n", FROM },
		{ "alice@x.example", "To: a@b\nFrom: c@d\n", UNKNOWN },
		{ "alice@x.example", "Bcc: alice@x.example\n", UNKNOWN },
		/* the first in To is the reader */
		{ "c@d, alice@x.example", "From: alice@x.example\n",
		  UNKNOWN },
		/* that is no address */
		{ "alice", "From: alice\n", UNKNOWN },
		{ "<>", "From: <>\n", UNKNOWN },
		{ "alice@x.example", NULL, UNKNOWN },
		/* nothing is known of the envelope */
		{ "bob@else.example", "To: bob@else.example\n", TO },
	};
	static const struct bounce_envelope envelope = { .mail_from = "" };
	unsigned int i;

	test_begin("bounce direction: by the header");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		test_assert_idx(direction_of(&envelope, t_strdup_printf(
			"To: %s\n", tests[i].to), tests[i].original) ==
			tests[i].direction, i);
	} T_END;
	test_end();
}

static void test_bounce_direction_envelope(void)
{
	static const struct {
		struct bounce_envelope envelope;
		const char *header;
		enum bounce_direction direction;
	} tests[] = {
		{ { .rcpt_to = "alice@x.example" }, "", FROM },
		{ { .orcpt = "Alice@x.example" }, "", FROM },
		{ { .user = "alice@x.example" }, "", FROM },
		{ { .user = "alice" }, "", UNKNOWN },
		{ { .rcpt_to = "bob@else.example" }, "", TO },
		{ { .rcpt_to = "carol@x.example" }, "", UNKNOWN },
		/* To names him who did not get it: no reader */
		{ { .rcpt_to = "carol@x.example" },
		  "To: bob@else.example\n", UNKNOWN },
		{ { .rcpt_to = "carol@x.example" },
		  "To: ROBERT@else.example\n", UNKNOWN },
		{ { .rcpt_to = "carol@y.example" },
		  "To: alice@x.example\n", FROM },
		/* unless the reader is in that domain, too */
		{ { .rcpt_to = "carol@else.example" },
		  "To: bob@else.example\n", TO },
		{ { .rcpt_to = NULL }, "To: bob@else.example\n", TO },
	};
	unsigned int i;

	test_begin("bounce direction: by the envelope");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		struct bounce_envelope envelope = tests[i].envelope;

		envelope.mail_from = "";
		test_assert_idx(direction_of(&envelope, tests[i].header,
			"From: alice@x.example\n"
			"To: bob@else.example, robert@else.example\n") ==
			tests[i].direction, i);
	} T_END;
	test_end();
}

/* Of one field, 100 addresses are looked at. */
static void test_bounce_direction_many(void)
{
	static const struct bounce_envelope envelope = {
		.mail_from = "", .rcpt_to = "alice@x.example"
	};
	string_t *cc = t_str_new(2048);
	unsigned int i;

	test_begin("bounce direction: many addresses");
	str_append(cc, "Cc: ");
	for (i = 1; i < 100; i++)
		str_printfa(cc, "a%u@b.example,", i);
	test_assert(direction_of(&envelope, "", t_strconcat(
		str_c(cc), "alice@x.example\n", NULL)) == TO);
	test_assert(direction_of(&envelope, "", t_strconcat(
		str_c(cc), "a@b.example,alice@x.example\n", NULL)) == UNKNOWN);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_direction_header,
		test_bounce_direction_envelope,
		test_bounce_direction_many,
		NULL
	};
	return test_run(test_functions);
}
