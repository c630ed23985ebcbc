/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "input.h"
#include "base/limits.h"
#include "report/delivery-status.h"
#include "test-common.h"

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

/* What a bounce without a status part says. */
static void test_bounce_report_text(void)
{
	static const struct {
		const char *header, *text, *output;
	} tests[] = {
		{ "Subject: x\n", "", "none" },
		{ "", "Nothing is said here of anybody.\n", "none" },
		/* qmail */
		{ "", "Hi. This is the qmail-send program at a.example.\n\n"
		  "<bob@example.net>:\n192.0.2.1 does not like recipient.\n"
		  "Remote host said: 550 5.1.1 no such user\n\n",
		  "-|0[bob@example.net|-|-|5.1.1|"
		  "Remote host said: 550 5.1.1 no such user|-]" },
		/* Exim and its field */
		{ "X-Failed-Recipients: bob@example.net,\n carol@example.net\n",
		  "The following address(es) failed:\n\n"
		  "  bob@example.net\n    550 5.2.2 full\n"
		  "  carol@example.net\n    Unrouteable address\n",
		  "-|0[bob@example.net|-|-|5.2.2|550 5.2.2 full|-]"
		  "[carol@example.net|-|-|-|-|-]" },
		{ "X-Failed-Recipients: junk, bob@example.net\n", "",
		  "-|0[bob@example.net|-|-|-|-|-]" },
		/* old sendmail */
		{ "", "   ----- The following addresses had permanent fatal "
		  "errors -----\n<bob@example.net>\n    (reason: 550 5.1.1 "
		  "<bob@example.net>... User unknown)\n",
		  "-|0[bob@example.net|-|-|5.1.1|(reason: 550 5.1.1 "
		  "<bob@example.net>... User unknown)|-]" },
		/* no status in addresses of hosts, versions and dates */
		{ "", "<bob@example.net>: host 5.1.1.7 said no\n",
		  "-|0[bob@example.net|-|-|-|-|-]" },
		{ "", "<bob@example.net>: v5.1.1 x5.1.1 1.5.1.1 5.1.1a\n",
		  "-|0[bob@example.net|-|-|-|-|-]" },
		{ "", "<bob@example.net>: 550-5.7.26 x\n",
		  "-|0[bob@example.net|-|-|-|-|-]" },
		{ "", "<bob@example.net>: 5.1x1 5..1 5.1234.1 5.1.1234\n",
		  "-|0[bob@example.net|-|-|-|-|-]" },
		/* of each class, and the longest */
		{ "", "<bob@example.net> 2.1.5\n",
		  "-|0[bob@example.net|-|-|2.1.5|<bob@example.net> 2.1.5|-]" },
		{ "", "<bob@example.net>\n5.123.456\n",
		  "-|0[bob@example.net|-|-|5.123.456|5.123.456|-]" },
		/* the same line names him again */
		{ "", "<bob@example.net>\n<bob@example.net>: 5.1.1\n",
		  "-|0[bob@example.net|-|-|5.1.1|<bob@example.net>: 5.1.1|-]" },
		/* who says it failed nobody */
		{ "", "postmaster@example.net\n5.1.1\n", "none" },
		{ "", "<MAILER-DAEMON@example.net>:\n", "none" },
		{ "", "<postmasters@example.net>\n<mailer-daemons@x.example>\n",
		  "-|0[postmasters@example.net|-|-|-|-|-]"
		  "[mailer-daemons@x.example|-|-|-|-|-]" },
		/* what looks like an address: what came back, a tag */
		{ "", "<id@example.net>\n i=@example.net; s=x\n", "none" },
		/* in a transcript, behind the answer to it */
		{ "", "550 5.1.1 <bob@example.net>... no\n"
		  "550 <carol@example.net>: no\n550 dave@example.net\n",
		  "-|0[bob@example.net|-|-|5.1.1|550 5.1.1 "
		  "<bob@example.net>... no|-][carol@example.net|-|-|-|-|-]" },
		{ "", "550-<bob@example.net>\n550x<carol@example.net>\n",
		  "-|0[bob@example.net|-|-|-|-|-]" },
		/* behind words that are plain, in the case that they have */
		{ "", "Delivering to Bob@Example.net failed: 550 5.1.1.\n",
		  "-|0[Bob@Example.net|-|-|5.1.1|Delivering to "
		  "Bob@Example.net failed: 550 5.1.1.|-]" },
		{ "", "Ihre Nachricht an <bob@example.net>.\n",
		  "-|0[bob@example.net|-|-|-|-|-]" },
		/* a status goes to the recipient that was named last, once */
		{ "", "<bob@example.net>\n<carol@example.net>\n4.4.1\n"
		  "5.0.0\n<BOB@example.net>\n5.2.1\n",
		  "-|0[bob@example.net|-|-|5.2.1|5.2.1|-]"
		  "[carol@example.net|-|-|4.4.1|4.4.1|-]" },
		{ "", "Your message to nobody was lost.\n", "none" },
		/* the shortest */
		{ "", "<x@a.b>\n", "-|0[x@a.b|-|-|-|-|-]" },
		/* no addresses */
		{ "", "@example.net\na@\na@b\n<a@@b.c>\n", "none" },
	};
	static const char *const ids[] = { "other@x", "id@example.net", NULL };
	unsigned int i;

	test_begin("bounce report from text");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("report", 1024);
		size_t size = strlen(tests[i].text);
		unsigned char *copy = test_input_copy(tests[i].text, size);
		const struct bounce_report *report;

		report = bounce_report_from_text(pool, bounce_header_parse(
			pool, (const void *)tests[i].header,
			strlen(tests[i].header)), ids, copy, size);
		i_free(copy);
		test_assert_strcmp_idx(report == NULL ? "none" :
				       t_describe(report), tests[i].output, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Nobody looks for recipients below that. */
static void test_bounce_report_text_cap(void)
{
	static const struct {
		unsigned int lines;
		bool found;
	} tests[] = {
		{ 0, TRUE }, { 399, TRUE }, { 400, FALSE }, { 401, FALSE }
	};
	unsigned int i, j;

	test_begin("bounce report from a long text");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("report", 1024);
		string_t *text = t_str_new(1024);

		for (j = 0; j < tests[i].lines; j++)
			str_append(text, "-\n");
		str_append(text, "<bob@example.net>: 550 5.1.1 no\n");
		test_assert_idx((bounce_report_from_text(
			pool, bounce_header_parse(pool, NULL, 0), NULL,
			str_data(text), str_len(text)) != NULL) ==
			tests[i].found, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Of more recipients than are kept the others are passed over. */
static void test_bounce_report_text_recipients(void)
{
	pool_t pool = pool_alloconly_create("report", 65536);
	const struct bounce_report *report;
	string_t *text = str_new(default_pool, 65536);
	unsigned int i;

	test_begin("bounce report from a text with many recipients");
	for (i = 0; i < BOUNCE_REPORT_MAX_RECIPIENTS + 5; i++)
		str_printfa(text, "<u%u@example.net>\n", i);
	report = bounce_report_from_text(pool,
		bounce_header_parse(pool, NULL, 0), NULL, str_data(text),
		str_len(text));
	test_assert(report != NULL &&
		    report->recipients_count == BOUNCE_REPORT_MAX_RECIPIENTS);
	str_free(&text);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_report_text,
		test_bounce_report_text_cap,
		test_bounce_report_text_recipients,
		NULL
	};
	return test_run(test_functions);
}
