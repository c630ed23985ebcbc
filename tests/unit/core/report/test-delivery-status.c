/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "input.h"
#include "test-common.h"

static const struct bounce_report *
test_parse(pool_t pool, const void *data, size_t size)
{
	unsigned char *copy = test_input_copy(data, size);
	const struct bounce_report *report;

	report = bounce_report_parse(pool, copy, size);
	i_free(copy);
	return report;
}

static const char *t_or_dash(const char *str)
{
	return str == NULL ? "-" : str;
}

/* "mta|date" and for each recipient
   "[final|original|action|status|code|remote]" */
static const char *t_describe(const struct bounce_report *report)
{
	string_t *str = t_str_new(256);
	unsigned int i;

	str_printfa(str, "%s|%lld", t_or_dash(report->reporting_mta),
		    (long long)report->arrival_date);
	for (i = 0; i < report->recipients_count; i++) {
		const struct bounce_report_recipient *rcpt =
			&report->recipients[i];

		str_printfa(str, "[%s|%s|%s|%s|%s|%s]",
			    t_or_dash(rcpt->final_recipient),
			    t_or_dash(rcpt->original_recipient),
			    t_or_dash(rcpt->action), t_or_dash(rcpt->status),
			    t_or_dash(rcpt->diagnostic_code),
			    t_or_dash(rcpt->remote_mta));
	}
	return str_c(str);
}

static void test_bounce_report_fields(void)
{
	static const struct {
		const char *input, *output;
	} tests[] = {
		{ "", "-|0" },
		{ "\n\n\r\n", "-|0" },
		{ "garbage", "-|0" },
		{ "Reporting-MTA: dns; mx.example.org\n"
		  "Arrival-Date: Thu, 01 Jan 1970 00:00:10 +0000\n\n"
		  "Final-Recipient: rfc822; a@example.net\n"
		  "Original-Recipient: rfc822;b@example.net\n"
		  "Action: failed\nStatus: 5.1.1\n"
		  "Remote-MTA: dns; mx.example.net\n"
		  "Diagnostic-Code: smtp; 550 5.1.1 no such user\n",
		  "mx.example.org|10[a@example.net|b@example.net|failed|5.1.1|"
		  "smtp; 550 5.1.1 no such user|mx.example.net]" },
		/* names without case, CRLF, folds, comments, types in upper
		   case, angle brackets */
		{ "REPORTING-MTA:DNS;mx\r\n\r\n"
		  "final-recipient: RFC822;<a@b>\r\n"
		  "ACTION: Delayed (will be tried)\r\n"
		  "STATUS: 4.4.1 (timeout)\r\n"
		  "DIAGNOSTIC-CODE: smtp;\r\n 450\r\n\tbusy\r\n",
		  "mx|0[a@b|-|delayed|4.4.1|smtp; 450 busy|-]" },
		/* several recipients, and a blank line of white space */
		{ "Reporting-MTA: dns; mx\n \t\nFinal-Recipient: rfc822;a@b\n"
		  "Action: failed\n\nFinal-Recipient: rfc822;c@d\n"
		  "Action: delivered\n",
		  "mx|0[a@b|-|failed|-|-|-][c@d|-|delivered|-|-|-]" },
		/* no blank line between them, nor after the first group */
		{ "Reporting-MTA: dns; mx\nFinal-Recipient: rfc822;a@b\n"
		  "Action: failed\nFinal-Recipient: rfc822;c@d\n"
		  "Action: relayed\n",
		  "mx|0[a@b|-|failed|-|-|-][c@d|-|relayed|-|-|-]" },
		/* no blank line, and the original recipient comes first */
		{ "Original-Recipient: rfc822;o@b\n"
		  "Final-Recipient: rfc822;a@b\nAction: failed\n",
		  "-|0[a@b|o@b|failed|-|-|-]" },
		/* no recipient field at all */
		{ "Reporting-MTA: dns; mx\n\nAction: failed\nStatus: 5.0.0\n",
		  "mx|0[-|-|failed|5.0.0|-|-]" },
		/* a blank line on top */
		{ "\nReporting-MTA: dns; mx\n\nAction: failed\n",
		  "mx|0[-|-|failed|-|-|-]" },
		/* the first one counts, but empty ones do not */
		{ "Reporting-MTA: dns; one\nReporting-MTA: dns; two\n\n"
		  "Final-Recipient: rfc822;a@b\nStatus:\nStatus: 5.1.1\n"
		  "Status: 5.2.2\n", "one|0[a@b|-|-|5.1.1|-|-]" },
		/* what is no date is none */
		{ "Arrival-Date: yesterday\n", "-|0" },
		/* without a type, and with an unknown one */
		{ "Reporting-MTA: mx\n\nFinal-Recipient: a@b\n",
		  "mx|0[a@b|-|-|-|-|-]" },
		{ "Reporting-MTA: x-unix; mx\n\nFinal-Recipient: utf-8; "
		  "\xc3\xa4@b\n", "mx|0[\xc3\xa4@b|-|-|-|-|-]" },
		{ "Final-Recipient: rfc822;\n", "-|0[-|-|-|-|-|-]" },
		{ "Final-Recipient: rfc822; <a@b\n", "-|0[a@b|-|-|-|-|-]" },
		/* unknown fields make no recipient */
		{ "Reporting-MTA: dns; mx\n\nX-Foo: bar\n", "mx|0" },
		/* lines that are not folded: of the field above them */
		{ "Final-Recipient: rfc822; a@b\n"
		  "Diagnostic-Code: smtp; 450 busy,\ncome\r\nback later\n"
		  "Action: delayed\nStatus: 4.3.2\n",
		  "-|0[a@b|-|delayed|4.3.2|smtp; 450 busy, come back later|-]"
		},
		{ "What happened\nFinal-Recipient: rfc822;a@b\nAction: failed\n",
		  "-|0[a@b|-|failed|-|-|-]" },
		/* nor does an empty line end what is said of him */
		{ "Final-Recipient: rfc822; a@b\nDiagnostic-Code: smtp; 450\n"
		  "\nbusy\nAction: delayed\nStatus: 4.3.2\n\n"
		  "Final-Recipient: rfc822; c@d\nAction: failed\n",
		  "-|0[a@b|-|delayed|4.3.2|smtp; 450|-]"
		  "[c@d|-|failed|-|-|-]" },
		/* groups that are encoded, whatever is said of them: "Final-
		   Recipient: rfc822;a@b", "Action: failed" */
		{ "Reporting-MTA: dns; mx\nContent-Transfer-Encoding: base64\n\n"
		  "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7YUBiCkFj\r\n"
		  "dGlvbjogZmFpbGVkCg==\r\n", "mx|0[a@b|-|failed|-|-|-]" },
		{ "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7YUBiCkFj\n"
		  "dGlvbjogZmFpbGVkCg==\n\n"
		  "Final-Recipient: rfc822;c@d\n",
		  "-|0[a@b|-|failed|-|-|-][c@d|-|-|-|-|-]" },
		{ "Reporting-MTA: dns; mx\n"
		  "Content-Transfer-Encoding: quoted-printable\n\n"
		  "Final-Recipient: rfc822;=20a=40b\nAction: fai=\nled\n\n"
		  "Final-Recipient: rfc822;c=40d\n",
		  "mx|0[a@b|-|failed|-|-|-][c@d|-|-|-|-|-]" },
		{ "Content-Transfer-Encoding: base64\n\n"
		  "Final-Recipient: rfc822;a@b\n", "-|0[a@b|-|-|-|-|-]" },
		{ "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		  "-|0" },
		/* control characters */
		{ "Final-Recipient: rfc822; a\x1b[31m@b\n",
		  "-|0[a?[31m@b|-|-|-|-|-]" },
	};
	unsigned int i;

	test_begin("bounce report fields");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("report", 1024);

		test_assert_strcmp_idx(t_describe(test_parse(
			pool, tests[i].input, strlen(tests[i].input))),
			tests[i].output, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_report_kind(void)
{
	static const struct {
		const char *actions;
		enum bounce_kind kind;
	} tests[] = {
		{ "", BOUNCE_KIND_NONE },
		{ "failed", BOUNCE_KIND_FAILED },
		{ "FAILED", BOUNCE_KIND_FAILED },
		{ "delayed", BOUNCE_KIND_DELAYED },
		{ "delivered", BOUNCE_KIND_DELIVERED },
		{ "relayed", BOUNCE_KIND_RELAYED },
		{ "expanded", BOUNCE_KIND_EXPANDED },
		{ "failure", BOUNCE_KIND_NONE },
		{ "relayed (to a host without DSN)", BOUNCE_KIND_RELAYED },
		/* the gravest */
		{ "delivered relayed", BOUNCE_KIND_RELAYED },
		{ "relayed expanded", BOUNCE_KIND_EXPANDED },
		{ "delivered delayed expanded", BOUNCE_KIND_DELAYED },
		{ "delivered delayed failed relayed", BOUNCE_KIND_FAILED },
		{ "x delivered y", BOUNCE_KIND_DELIVERED },
	};
	unsigned int i;

	test_begin("bounce report kind");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("report", 1024);
		string_t *str = t_str_new(128);
		const char *const *actions;

		str_append(str, "Reporting-MTA: dns; mx\n\n");
		/* a comment belongs to its word */
		actions = strchr(tests[i].actions, '(') == NULL ?
			t_strsplit_spaces(tests[i].actions, " ") :
			t_strsplit(tests[i].actions, "|");
		for (; *actions != NULL; actions++)
			str_printfa(str, "Action: %s\n\n", *actions);
		test_assert_idx(bounce_report_kind(test_parse(
			pool, str_data(str), str_len(str))) == tests[i].kind,
			i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_report_prefixes(void)
{
	static const char input[] =
		"Reporting-MTA: dns; mx.example.org\r\n\0\r\n\r\n"
		"Final-Recipient: rfc822; <a@example.net>\r\n"
		"Action: failed (x\r\n y)\r\nStatus: 5.1.1\r\n\r\n"
		"Final-Recipient: rfc822; b@example.net\r\n"
		"Diagnostic-Code: smtp; 550 \xff\xfe no\r\n";
	unsigned int count = 0;
	size_t size;

	test_begin("bounce report, every prefix");
	for (size = 0; size < sizeof(input); size++) T_BEGIN {
		pool_t pool = pool_alloconly_create("report", 1024);
		const struct bounce_report *report =
			test_parse(pool, input, size);

		(void)t_describe(report);
		test_assert_idx(report->recipients_count >= count, size);
		count = report->recipients_count;
		pool_unref(&pool);
	} T_END;
	test_assert(count == 2);
	test_end();
}

static void test_bounce_report_caps(void)
{
	pool_t pool = pool_alloconly_create("report", 1024);
	string_t *str = str_new(default_pool, 65536);
	const struct bounce_report *report;
	unsigned int i;

	test_begin("bounce report caps");
	str_append(str, "Reporting-MTA: dns; mx\n\n");
	for (i = 0; i < BOUNCE_REPORT_MAX_RECIPIENTS; i++)
		str_printfa(str, "Final-Recipient: rfc822;%u@b\n\n", i);
	report = test_parse(pool, str_data(str), str_len(str));
	test_assert(report->recipients_count == BOUNCE_REPORT_MAX_RECIPIENTS &&
		    !report->over_limit);
	/* one more, in a group of its own and in that of another */
	str_append(str, "Final-Recipient: rfc822;x@b\nAction: failed\n\n");
	report = test_parse(pool, str_data(str), str_len(str));
	test_assert(report->recipients_count == BOUNCE_REPORT_MAX_RECIPIENTS &&
		    report->over_limit);
	test_assert_strcmp(report->recipients[99].final_recipient, "99@b");
	test_assert(report->recipients[99].action == NULL);

	str_truncate(str, 0);
	for (i = 0; i <= BOUNCE_REPORT_MAX_RECIPIENTS; i++)
		str_append(str, "Final-Recipient: rfc822;a@b\n");
	str_append(str, "Action: failed\n");
	report = test_parse(pool, str_data(str), str_len(str));
	test_assert(report->recipients_count == BOUNCE_REPORT_MAX_RECIPIENTS &&
		    report->over_limit);

	/* a value of 60 KB: what is kept of it is less */
	str_truncate(str, 0);
	str_append(str, "Diagnostic-Code: ");
	while (str_len(str) < 60000)
		str_append_c(str, 'x');
	report = test_parse(pool, str_data(str), str_len(str));
	test_assert(report->recipients_count == 1);
	test_assert(strlen(report->recipients[0].diagnostic_code) == 1024);
	str_free(&str);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_report_merge(void)
{
	static const struct {
		const char *first, *second, *output;
	} tests[] = {
		{ "", "", "-|0" },
		{ "Final-Recipient: rfc822;a@b\n", "Hello\n",
		  "-|0[a@b|-|-|-|-|-]" },
		{ "Hello\n", "Final-Recipient: rfc822;a@b\n",
		  "-|0[a@b|-|-|-|-|-]" },
		{ "Action: failed\n", "Hello\n", "-|0[-|-|failed|-|-|-]" },
		{ "Action: failed\n", "Final-Recipient: rfc822;a@b\n",
		  "-|0[a@b|-|-|-|-|-]" },
		{ "Reporting-MTA: dns; x\nFinal-Recipient: rfc822;a@b\n",
		  "Reporting-MTA: dns; y\nFinal-Recipient: rfc822;c@d\n",
		  "x|0[a@b|-|-|-|-|-][c@d|-|-|-|-|-]" },
		{ "Final-Recipient: rfc822;a@b\nAction: failed\n",
		  "Final-Recipient: rfc822;A@B\nAction: delayed\n",
		  "-|0[a@b|-|failed|-|-|-]" },
		/* known by whom it was for at first */
		{ "Final-Recipient: rfc822;a@b\n",
		  "Original-Recipient: rfc822;c@d\n",
		  "-|0[a@b|-|-|-|-|-][-|c@d|-|-|-|-]" },
	};
	unsigned int i;

	test_begin("bounce report merge");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("report", 1024);
		const struct bounce_report *first, *second;

		first = test_parse(pool, tests[i].first,
				   strlen(tests[i].first));
		second = test_parse(pool, tests[i].second,
				    strlen(tests[i].second));
		test_assert_strcmp_idx(t_describe(bounce_report_merge(
			pool, first, second)), tests[i].output, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Recipients u<first> and those after it. */
static const struct bounce_report *
test_many(pool_t pool, unsigned int first, unsigned int count)
{
	string_t *str = t_str_new(8192);
	unsigned int i;

	for (i = 0; i < count; i++) {
		str_printfa(str, "Final-Recipient: rfc822;u%u@b\n\n",
			    first + i);
	}
	return test_parse(pool, str_data(str), str_len(str));
}

static void test_bounce_report_merge_caps(void)
{
	static const struct {
		unsigned int first, second, count;
		bool over_limit;
	} tests[] = {
#define MAX BOUNCE_REPORT_MAX_RECIPIENTS
		{ MAX - 1, 1, MAX, FALSE },
		{ MAX - 1, 2, MAX, TRUE },
		{ 1, MAX, MAX, TRUE },
		/* the first is over the limit alone */
		{ MAX + 1, 1, MAX, TRUE },
		{ 1, MAX + 1, MAX, TRUE },
	};
	const struct bounce_report *report;
	unsigned int i;

	test_begin("bounce report merge caps");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("report", 65536);

		report = bounce_report_merge(pool,
			test_many(pool, 0, tests[i].first),
			test_many(pool, 1000, tests[i].second));
		test_assert_idx(report != NULL &&
				report->recipients_count == tests[i].count &&
				report->over_limit == tests[i].over_limit, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Whether the recipient does not exist. */
static void test_bounce_report_dead(void)
{
	static const struct {
		const char *status, *code;
		bool dead;
	} tests[] = {
		{ NULL, NULL, FALSE },
		{ "5.1.1", NULL, TRUE },
		{ "5.1.10", "smtp; 550 5.2.2 full", TRUE },
		{ "5.2.2", "smtp; 550 5.1.1 unknown", FALSE },
		{ "5.11.1", NULL, FALSE },
		{ "4.1.1", NULL, FALSE },
		/* a status that says nothing, or none: what the server said */
		{ "5.0.0", NULL, FALSE },
		{ "5.0.0", "smtp; 550 5.1.1 unknown", TRUE },
		{ "5.0.0", "smtp; 550 5.2.2 full", FALSE },
		{ NULL, "smtp; 550 5.1.1 unknown", TRUE },
		{ NULL, "smtp; 550 5.7.1 no", FALSE },
		{ NULL, "smtp;550-5.1.1 unknown", FALSE },
	};
	unsigned int i;

	test_begin("bounce report: dead recipients");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		const struct bounce_report_recipient rcpt = {
			.status = tests[i].status,
			.diagnostic_code = tests[i].code
		};

		test_assert_idx(bounce_report_recipient_is_dead(&rcpt) ==
				tests[i].dead, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_report_fields,
		test_bounce_report_kind,
		test_bounce_report_prefixes,
		test_bounce_report_caps,
		test_bounce_report_merge,
		test_bounce_report_merge_caps,
		test_bounce_report_dead,
		NULL
	};
	return test_run(test_functions);
}
