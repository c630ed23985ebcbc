/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "trace/authres.h"
#include "header/header.h"
#include "base/limits.h"
#include "report/delivery-status.h"
#include "test-common.h"

static void test_bounce_authres_parse(void)
{
	static const struct {
		const char *value;
		/* "method result domain", separated by commas; NULL: not ours */
		const char *results;
	} tests[] = {
		{ "mx.example.org; none", "" },
		{ "MX.Example.Org 1; none", "" },
		{ "mx.example.org", "" },
		{ "other.example.org; dkim=pass header.d=a.example", NULL },
		{ "mx.example.org.evil.example; dkim=pass", NULL },
		{ "", NULL },
		{ "; dkim=pass", NULL },
		{ "(mx.example.org) other.example; dkim=pass", NULL },
		{ "(a comment) mx.example.org (1) 1; dkim=pass header.d=a.example",
		  "dkim pass a.example" },
		/* RFC 8601 appendix B */
		{ "mx.example.org; auth=pass (cram-md5) "
		  "smtp.auth=sender@example.net; spf=pass "
		  "smtp.mailfrom=example.net", "auth pass -,spf pass example.net" },
		{ "mx.example.org; dkim=pass reason=\"good signature\" "
		  "header.i=@mail-router.example.net; dkim=fail reason=\"bad "
		  "signature\" header.i=@newyork.example.com",
		  "dkim pass mail-router.example.net,"
		  "dkim fail newyork.example.com" },
		/* quotes around a value, at the very end */
		{ "mx.example.org; dkim=pass header.d=\"a.example\"",
		  "dkim pass a.example" },
		{ "mx.example.org; spf=pass smtp.mailfrom=\"a\"@b.example",
		  "spf pass b.example" },
		{ "mx.example.org; foo /* x */ (bar); dkim=pass header.d=x.y",
		  "dkim pass x.y" },
		{ "mx.example.org / 1; foo=bar (y) policy.z=1", "foo bar -" },
		/* as OpenDKIM, rspamd, Exim write it */
		{ "mx.example.org; dkim=pass (2048-bit key; secure) "
		  "header.d=example.net header.i=@sub.example.net "
		  "header.b=\"aBc/+=\"; dkim-atps=neutral",
		  "dkim pass example.net,dkim-atps neutral -" },
		{ "mx.example.org; dkim=none; spf=none (no SPF) "
		  "smtp.mailfrom=<>", "dkim none -,spf none -" },
		{ "mx.example.org; spf=pass smtp.helo=mail.example.net "
		  "smtp.mailfrom=a@example.com",
		  "spf pass example.com" },
		{ "mx.example.org; spf=pass smtp.mailfrom=\"\" "
		  "smtp.helo=Mail.Example.Net.", "spf pass mail.example.net" },
		{ "mx.example.org; DKIM/1 = PASS header.d = Example.Net",
		  "dkim pass example.net" },
		/* what a stranger could bring in */
		{ "mx.example.org; spf=fail smtp.mailfrom=\"x; dkim=pass "
		  "header.d=a.example\"@b.example", "spf fail b.example" },
		{ "mx.example.org; spf=fail (x; dkim=pass header.d=a.example)",
		  "spf fail -" },
		{ "mx.example.org; spf=fail (x (y; dkim=pass) header.d=a.example",
		  "spf fail -" },
		{ "mx.example.org; dkim", "" },
		{ "mx.example.org; =pass", " pass -" },
		{ "mx.example.org; dkim=", "dkim  -" },
		{ "mx.example.org; dkim=pass header.d=", "dkim pass -" },
		{ "mx.example.org; \"", "" },
		{ "mx.example.org; (", "" },
		{ "mx.example.org; \\", "" },
	};
	ARRAY_TYPE(bounce_authres) results;
	const struct bounce_authres_result *result;
	unsigned int i;
	string_t *str = t_str_new(128);
	pool_t pool;
	bool ours;

	test_begin("bounce authres: parse");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		/* of the very size, for valgrind */
		char *value = i_strdup(tests[i].value);

		pool = pool_alloconly_create("authres", 512);
		p_array_init(&results, pool, 4);
		ours = bounce_authres_parse(pool, value, "mx.example.org",
					    &results);
		i_free(value);
		str_truncate(str, 0);
		array_foreach(&results, result) {
			str_printfa(str, "%s%s %s %s",
				    str_len(str) > 0 ? "," : "",
				    result->method, result->result,
				    result->domain == NULL ? "-" :
				    result->domain);
		}
		test_assert_idx(ours == (tests[i].results != NULL), i);
		test_assert_idx(strcmp(str_c(str), tests[i].results == NULL ?
				       "" : tests[i].results) == 0, i);
		if (strcmp(str_c(str), tests[i].results == NULL ?
			   "" : tests[i].results) != 0)
			i_info("#%u: %s", i, str_c(str));
		pool_unref(&pool);
	}
	test_end();
}

#define AR(text) "Authentication-Results: mx.example.org; "text"\r\n"
#define BOUNDARY "Received: from mail.b.example ([192.0.2.1]) by mx\r\n"

static void test_bounce_authres_alignment(void)
{
	static const struct {
		const char *header;
		/* believed */
		unsigned int fields;
		const char *recipient;
		enum bounce_alignment alignment;
	} tests[] = {
		{ AR("dkim=pass header.d=b.example") BOUNDARY, 1,
		  "bob@b.example", BOUNCE_ALIGNMENT_YES },
		{ AR("dkim=pass header.d=mail.b.example") BOUNDARY, 1,
		  "bob@B.example", BOUNCE_ALIGNMENT_YES },
		{ AR("dkim=pass header.d=b.example") BOUNDARY, 1,
		  "bob@lists.b.example", BOUNCE_ALIGNMENT_YES },
		{ AR("spf=pass smtp.helo=mail.b.example") BOUNDARY, 1,
		  "bob@b.example", BOUNCE_ALIGNMENT_YES },
		{ AR("dkim=fail header.d=b.example; spf=pass "
		     "smtp.helo=out.b.example") BOUNDARY, 1, "bob@b.example",
		  BOUNCE_ALIGNMENT_YES },
		{ AR("dkim=fail header.d=b.example") BOUNDARY, 1,
		  "bob@b.example", BOUNCE_ALIGNMENT_NO },
		{ AR("dkim=pass header.d=c.example") BOUNDARY, 1,
		  "bob@b.example", BOUNCE_ALIGNMENT_NO },
		{ AR("dkim=pass header.d=xb.example") BOUNDARY, 1,
		  "bob@b.example", BOUNCE_ALIGNMENT_NO },
		{ AR("dkim=pass header.d=example") BOUNDARY, 1,
		  "bob@b.example", BOUNCE_ALIGNMENT_NO },
		{ AR("dkim=pass header.d=b.example") BOUNDARY, 1,
		  "bob@example", BOUNCE_ALIGNMENT_NO },
		{ AR("spf=none") AR("dkim=pass header.d=b.example") BOUNDARY, 2,
		  "bob@b.example", BOUNCE_ALIGNMENT_YES },
		/* forged below what we have written */
		{ BOUNDARY AR("dkim=pass header.d=b.example"), 0,
		  "bob@b.example", BOUNCE_ALIGNMENT_UNKNOWN },
		{ AR("spf=none") BOUNDARY AR("dkim=pass header.d=b.example"), 1,
		  "bob@b.example", BOUNCE_ALIGNMENT_NO },
		{ "Authentication-Results: x.example; dkim=pass "
		  "header.d=b.example\r\n" BOUNDARY, 1, "bob@b.example",
		  BOUNCE_ALIGNMENT_UNKNOWN },
		{ AR("iprev=pass policy.iprev=192.0.2.1") BOUNDARY, 1,
		  "bob@b.example", BOUNCE_ALIGNMENT_UNKNOWN },
		{ AR("dkim=pass header.d=b.example") BOUNDARY, 1, NULL,
		  BOUNCE_ALIGNMENT_UNKNOWN },
	};
	struct bounce_report_recipient recipient;
	struct bounce_report report;
	const struct bounce_header *header;
	unsigned int i;
	pool_t pool;

	test_begin("bounce authres: alignment");
	i_zero(&report);
	report.recipients = &recipient;
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool = pool_alloconly_create("authres", 512);
		header = bounce_header_parse(pool,
			(const unsigned char *)tests[i].header,
			strlen(tests[i].header));
		i_zero(&recipient);
		recipient.original_recipient = tests[i].recipient;
		report.recipients_count = tests[i].recipient == NULL ? 0 : 1;
		test_assert_idx(bounce_authres_alignment(header,
			tests[i].fields, "mx.example.org", &report) ==
			tests[i].alignment, i);
		test_assert_idx(bounce_authres_alignment(header, 0, "x",
			NULL) == BOUNCE_ALIGNMENT_UNKNOWN, i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_bounce_authres_spf(void)
{
	static const struct {
		const char *header;
		unsigned int fields;
		bool passes;
	} tests[] = {
		{ AR("spf=pass smtp.helo=b.example") BOUNDARY, 1, TRUE },
		{ AR("spf=pass smtp.helo=mail.b.example") BOUNDARY, 1, TRUE },
		{ AR("dkim=fail header.d=b.example; spf=pass "
		     "smtp.mailfrom=x@b.example") BOUNDARY, 1, TRUE },
		{ AR("spf=pass smtp.helo=xb.example") BOUNDARY, 1, FALSE },
		{ AR("spf=pass smtp.helo=example") BOUNDARY, 1, FALSE },
		{ AR("spf=pass") BOUNDARY, 1, FALSE },
		{ AR("spf=softfail smtp.helo=b.example") BOUNDARY, 1, FALSE },
		{ AR("dkim=pass header.d=b.example") BOUNDARY, 1, FALSE },
		{ BOUNDARY AR("spf=pass smtp.helo=b.example"), 0, FALSE },
		{ "Authentication-Results: x; spf=pass smtp.helo=b.example\n",
		  1, FALSE }
	};
	const struct bounce_header *header;
	unsigned int i;
	pool_t pool;

	test_begin("bounce authres: SPF");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool = pool_alloconly_create("authres", 512);
		header = bounce_header_parse(pool,
			(const unsigned char *)tests[i].header,
			strlen(tests[i].header));
		test_assert_idx(bounce_authres_spf_passes(header,
			tests[i].fields, "mx.example.org", "b.example") ==
			tests[i].passes, i);
		pool_unref(&pool);
	}
	test_end();
}

/* So much of a field is read. */
static void test_bounce_authres_size(void)
{
	static const char result[] = "spf=pass smtp.helo=b.example";
	string_t *str = t_str_new(BOUNCE_AUTHRES_MAX_SIZE + 64);
	const struct bounce_header *header;
	unsigned int i;

	test_begin("bounce authres: size");
	for (i = 0; i < 2; i++) {
		pool_t pool = pool_alloconly_create("authres", 16384);

		str_truncate(str, 0);
		str_append(str, "mx.example.org;");
		while (str_len(str) + strlen(result) <
		       BOUNCE_AUTHRES_MAX_SIZE + i)
			str_append_c(str, ' ');
		str_append(str, result);
		str_insert(str, 0, "Authentication-Results:");
		str_append(str, "\n");
		header = bounce_header_parse(pool, str_data(str),
					     str_len(str));
		test_assert_idx(bounce_authres_spf_passes(header, 1,
			"mx.example.org", "b.example") == (i == 0), i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_bounce_authres_caps(void)
{
	string_t *str = t_str_new(65536);
	ARRAY_TYPE(bounce_authres) results;
	pool_t pool = pool_alloconly_create("authres", 512);
	unsigned int i;

	test_begin("bounce authres: caps");
	str_append(str, "x");
	for (i = 0; i < 2 * BOUNCE_AUTHRES_MAX_RESULTS; i++)
		str_append(str, ";a=b");
	p_array_init(&results, pool, 4);
	test_assert(bounce_authres_parse(pool, str_c(str), "x", &results));
	test_assert(array_count(&results) == BOUNCE_AUTHRES_MAX_RESULTS);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_authres_parse,
		test_bounce_authres_alignment,
		test_bounce_authres_spf,
		test_bounce_authres_size,
		test_bounce_authres_caps,
		NULL
	};
	return test_run(test_functions);
}
