/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "header/header.h"
#include "wording/marks.h"
#include "base/envelope.h"
#include "test-common.h"

static const struct bounce_kind_marks *
marks_of(pool_t pool, const char *mail_from, const char *input)
{
	const struct bounce_envelope envelope = { .mail_from = mail_from };

	return bounce_kind_marks_get(pool, bounce_header_parse(
		pool, (const void *)input, strlen(input)), &envelope);
}

/* All that is marked, by name. */
static const char *t_marks(const struct bounce_kind_marks *marks)
{
	const struct {
		bool set;
		const char *name;
	} all[] = {
		{ marks->hard, "hard" },
		{ marks->daemon, "daemon" },
		{ marks->ndr, "ndr" },
		{ marks->failed_recipients, "failed" },
		{ marks->list, "list" },
		{ marks->list_like, "list-like" },
		{ marks->list_manager, "manager" },
		{ marks->nobody, "nobody" },
		{ marks->auto_replied, "replied" },
		{ marks->rejected, "rejected" },
		{ marks->subject, "subject" },
		{ marks->possible, "possible" },
	};
	string_t *str = t_str_new(64);
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(all); i++) {
		if (!all[i].set)
			continue;
		if (str_len(str) > 0)
			str_append_c(str, ' ');
		str_append(str, all[i].name);
	}
	return str_c(str);
}

static void test_bounce_kind_marks_fields(void)
{
	static const struct {
		const char *input, *marks;
	} tests[] = {
		{ "", "" },
		{ "From: Carol <carol@example.com>\nSubject: lunch\n", "" },
		{ "From: MAILER-DAEMON@mx\n", "hard daemon possible" },
		{ "From: Mailer-Daemon (x)\n", "hard daemon possible" },
		{ "From: postmaster@mx\n", "daemon possible" },
		{ "From: Mail Delivery System <a@b>\n", "daemon possible" },
		{ "From: =?utf-8?Q?Mail_Delivery_System?= <a@b>\n",
		  "daemon possible" },
		{ "From: <>\n", "hard daemon nobody possible" },
		{ "From:\n", "hard daemon nobody possible" },
		{ "From: mailman@lists\n", "manager" },
		{ "From: owner-ham@lists\n", "manager" },
		{ "From: ham-request@lists\n", "manager" },
		{ "From: owner@lists\n", "" },
		{ "From: mailman@lists\nContent-Type: multipart/mixed\n",
		  "manager possible" },
		{ "Content-Type: multipart/mixed\n", "" },
		{ "Content-Type: Multipart/Report; boundary=x\n",
		  "possible" },
		{ "Content-Type: multipart/repor\n", "" },
		{ "X-Failed-Recipients: x\n", "failed possible" },
		{ "x-failed-recipients:\n", "failed possible" },
		{ "X-MS-Exchange-Message-Is-Ndr:\n", "ndr possible" },
		{ "X-MS-Embedded-Report:\n", "ndr possible" },
		{ "X-Mimecast-Originator: <>\n", "ndr possible" },
		{ "X-Mimecast-Originator: <a@b>\n", "" },
		{ "Auto-Submitted: auto-generated (Failure)\n",
		  "ndr possible" },
		{ "Auto-Submitted: auto-generated\n", "" },
		{ "Auto-Submitted: Auto-Replied (vacation)\n", "replied" },
		{ "Auto-Submitted: auto-replied (rejected)\n",
		  "replied rejected possible" },
		{ "Auto-Submitted: auto-generated (rejected)\n", "" },
		{ "Auto-Submitted: auto-notified; owner-email=a@b\n",
		  "list" },
		{ "List-Id: x\n", "list" },
		{ "List-Post: NO\n", "list" },
		{ "List-Unsubscribe: x\n", "list" },
		{ "X-MS-Journal-Report:\n", "list" },
		{ "Mailing-List: x\n", "list-like" },
		{ "Precedence: List\n", "list-like" },
		{ "Precedence: bulk\n", "" },
		{ "Precedence: list of\n", "" },
		{ "Subject: Undelivered Mail\n", "subject possible" },
		{ "Subject: =?utf-8?Q?Undelivered_Mail?=\n",
		  "subject possible" },
		{ "Subject: Postfix SMTP server: errors from a\n", "list" },
	};
	unsigned int i;

	test_begin("bounce kind marks: fields");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("marks", 1024);

		test_assert_strcmp_idx(t_marks(marks_of(
			pool, "carol@example.com", tests[i].input)),
			tests[i].marks, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* A mark in the first 256 octets of a value is seen. */
static void test_bounce_kind_marks_long(void)
{
	unsigned int i;

	test_begin("bounce kind marks: long values");
	for (i = 0; i < 2; i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("marks", 1024);
		const char *input = t_strdup_printf(
			"Auto-Submitted: auto-generated%*s\n",
			256 - (int)strlen("auto-generated") + (int)i,
			"(failure)");

		test_assert_idx(marks_of(pool, "a@b", input)->ndr == (i == 0),
				i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_kind_marks_sender(void)
{
	static const struct {
		const char *mail_from, *input;
		enum bounce_sender sender;
	} tests[] = {
		{ "", "", BOUNCE_SENDER_NULL },
		{ "a@b", "", BOUNCE_SENDER_OTHER },
		{ "Mailer-Daemon@b", "", BOUNCE_SENDER_NULL },
		{ "mailer-daemon", "", BOUNCE_SENDER_NULL },
		{ "double-bounce@b", "", BOUNCE_SENDER_NULL },
		{ "<null>", "", BOUNCE_SENDER_NULL },
		{ "null@b", "", BOUNCE_SENDER_NULL },
		{ "nullx@b", "", BOUNCE_SENDER_OTHER },
		/* the envelope is believed before the field */
		{ "a@b", "Return-Path: <>\n", BOUNCE_SENDER_OTHER },
		{ NULL, "", BOUNCE_SENDER_UNKNOWN },
		{ NULL, "Return-Path: <>\n", BOUNCE_SENDER_NULL },
		{ NULL, "Return-Path:\n", BOUNCE_SENDER_NULL },
		{ NULL, "Return-Path: <a@b>\n", BOUNCE_SENDER_OTHER },
		{ NULL, "Return-Path: <MAILER-DAEMON>\n",
		  BOUNCE_SENDER_NULL },
		{ NULL, "Return-Path: <\n", BOUNCE_SENDER_OTHER },
	};
	const struct bounce_kind_marks *marks;
	unsigned int i;

	test_begin("bounce kind marks: sender");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("marks", 1024);

		marks = marks_of(pool, tests[i].mail_from, tests[i].input);
		test_assert_idx(marks->sender == tests[i].sender, i);
		test_assert_idx(marks->possible ==
				(tests[i].sender == BOUNCE_SENDER_NULL), i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_kind_marks_subject(void)
{
	pool_t pool = pool_alloconly_create("marks", 1024);
	const struct bounce_kind_marks *marks;
	string_t *str = t_str_new(4096);
	unsigned int i;

	test_begin("bounce kind marks: subject");
	test_assert_strcmp(marks_of(pool, NULL, "")->lc_subject, "");
	marks = marks_of(pool, NULL, "Subject: A\n Bc\nSubject: other\n");
	/* the subject stays where it is */
	for (i = 0; i < 64; i++)
		memset(t_malloc_no0(256), 'x', 256);
	test_assert_strcmp(marks->lc_subject, "a bc");
	test_assert_strcmp(t_bounce_kind_decode("=?utf-8?Q?=C3=84H?= X"),
			   "\xc3\x84h x");
	/* broken ones stay as they are */
	test_assert_strcmp(t_bounce_kind_decode("=?utf-8?X?a?="),
			   "=?utf-8?x?a?=");
	/* the beginning of a long one */
	for (i = 0; i < 2000; i++)
		str_append_c(str, 'X');
	test_assert(strlen(t_bounce_kind_decode(str_c(str))) == 998);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_kind_marks_fields,
		test_bounce_kind_marks_long,
		test_bounce_kind_marks_sender,
		test_bounce_kind_marks_subject,
		NULL
	};
	return test_run(test_functions);
}
