/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "unichar.h"
#include "message/message.h"
#include "report/delivery-status.h"
#include "verdict/verdict.h"
#include "explain/property.h"
#include "test-common.h"

#include <stdio.h>

static const char *const names[] = {
	"verdict", "reason", "kind", "original", "domain", "selector",
	"original-message-id", "original-from", "original-to",
	"original-subject", "original-date", "reporting-mta",
	"final-recipient", "action", "status", "diagnostic-code",
	"recipient-linkage", "burst", "alarm", "spf", "reporter-spf",
	"reporter-alignment", "proof", "alarm-recipients"
};

static const struct bounce_report_recipient recipients[] = {
	{
		.final_recipient = "bob@example.net",
		.action = "failed",
		.status = "5.1.1",
		.diagnostic_code = "550 no \033[31msuch\xff user"
	},
	{
		.final_recipient = "carol@example.net",
		.action = "failed",
		.diagnostic_code = ""
	}
};
static const struct bounce_report report = {
	.reporting_mta = "mx.example.net",
	.recipients = recipients,
	.recipients_count = N_ELEMENTS(recipients)
};

/* A bounce whose original has this header, or no original if it is NULL. */
struct fixture {
	pool_t pool;
	unsigned char *copy;
	struct bounce_message message;
	struct bounce_original original;
	struct bounce_dkim_signature sig;
	struct bounce_signature_evidence evidence;
	struct bounce_verdict verdict;
};

static void
fixture_init(struct fixture *f, const void *header, size_t size)
{
	i_zero(f);
	f->pool = pool_alloconly_create("fixture", 4096);
	f->verdict.value = BOUNCE_VERDICT_GENUINE;
	f->verdict.reason = BOUNCE_REASON_DKIM_HEADERS;
	f->verdict.kind.kind = BOUNCE_KIND_FAILED;
	f->message.report = &report;
	f->verdict.message = &f->message;
	if (header == NULL)
		return;
	/* of the exact size: valgrind sees an overread */
	f->copy = i_malloc(I_MAX(size, 1));
	memcpy(f->copy, header, size);
	f->original.message.header =
		bounce_header_parse(f->pool, f->copy, size);
	f->original.state = BOUNCE_ORIGINAL_HEADERS;
	f->message.originals = &f->original;
	f->verdict.original = &f->original;
	f->sig.domain = "example.org";
	f->sig.selector = "s1";
	f->evidence.original = &f->original;
	f->evidence.sig = &f->sig;
	f->verdict.sig = &f->evidence;
}

static void fixture_deinit(struct fixture *f)
{
	i_free(f->copy);
	pool_unref(&f->pool);
}

/* The values, each in brackets. */
static const char *t_get(struct fixture *f, enum bounce_property property)
{
	const char *const *values =
		bounce_property_get(f->pool, property, &f->verdict);
	string_t *str = t_str_new(128);

	for (; *values != NULL; values++) {
		test_assert(uni_utf8_str_is_valid(*values));
		str_printfa(str, "[%s]", *values);
	}
	return str_c(str);
}

static void test_bounce_property_names(void)
{
	enum bounce_property property;
	unsigned int i;

	test_begin("bounce property names");
	test_assert(N_ELEMENTS(names) == BOUNCE_PROPERTY_COUNT);
	for (i = 0; i < N_ELEMENTS(names); i++) {
		test_assert_strcmp_idx(bounce_property_name(i), names[i], i);
		test_assert_idx(bounce_property_find(names[i],
						     &property) == 0 &&
				property == i, i);
		test_assert_idx(bounce_property_find(t_str_ucase(names[i]),
						     &property) == 0 &&
				property == i, i);
	}
	test_assert(bounce_property_find("", &property) == -1);
	test_assert(bounce_property_find("verdic", &property) == -1);
	test_assert(bounce_property_find("verdicts", &property) == -1);
	test_end();
}

static void test_bounce_property_values(void)
{
	static const char header[] =
		"Received: from a by b\r\n"
		"Message-ID: <1@example.org>\r\n"
		"From: =?utf-8?q?Al=C3=AFce?= <alice@example.org>\r\n"
		"To: bob@example.net, \"C, D\" <carol@example.net>,\r\n"
		"\tfriends: dan@example.net;\r\n"
		"Subject: =?iso-8859-1?q?Gr=FC=DFe?=\r\n"
		" und mehr\r\n"
		"Message-ID: <2@example.org>\r\n"
		"Date: Mon, 24 Nov 2025 10:00:00 +0000\r\n";
	static const char *const want[] = {
		"[genuine]", "[dkim-headers]", "[failed]", "[headers]",
		"[example.org]", "[s1]", "[<1@example.org>]",
		"[alice@example.org]",
		"[bob@example.net][carol@example.net][dan@example.net]",
		"[Gr\xc3\xbc\303\237e und mehr]",
		"[Mon, 24 Nov 2025 10:00:00 +0000]",
		"[mx.example.net]",
		"[bob@example.net][carol@example.net]",
		"[failed][failed]", "[5.1.1]",
		"[550 no ?[31msuch\xef\xbf\xbd user]", "[yes]", "", "", "",
		"", "", "", ""
	};
	struct fixture f;
	unsigned int i;

	test_begin("bounce property values");
	test_assert(N_ELEMENTS(want) == BOUNCE_PROPERTY_COUNT);
	fixture_init(&f, header, sizeof(header) - 1);
	for (i = 0; i < N_ELEMENTS(want); i++)
		test_assert_strcmp_idx(t_get(&f, i), want[i], i);
	fixture_deinit(&f);
	test_end();
}

static void test_bounce_property_support(void)
{
	struct bounce_answers answers;
	struct fixture f;

	test_begin("bounce property support");
	fixture_init(&f, NULL, 0);
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_SPF), "");
	i_zero(&answers);
	f.verdict.answers = &answers;
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_SPF), "");
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_REPORTER_SPF), "");
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_REPORTER_ALIGNMENT), "");
	answers.spf.spf = BOUNCE_SPF_SOFTFAIL;
	answers.reporter_spf.spf = BOUNCE_SPF_PERMERROR;
	answers.reporter_alignment = "unknown";
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_SPF), "[softfail]");
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_REPORTER_SPF),
			   "[permerror]");
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_REPORTER_ALIGNMENT),
			   "[unknown]");
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_PROOF), "");
	answers.proof.strength = BOUNCE_PROOF_OWN;
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_PROOF), "[own]");
	fixture_deinit(&f);
	test_end();
}

static void test_bounce_property_nothing(void)
{
	struct fixture f;
	unsigned int i;

	test_begin("bounce property: no original, no report, no bounce");
	fixture_init(&f, NULL, 0);
	f.verdict.value = BOUNCE_VERDICT_UNVERIFIABLE;
	f.verdict.reason = BOUNCE_REASON_NO_ORIGINAL;
	f.message.report = NULL;
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_VERDICT),
			   "[unverifiable]");
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_REASON), "[no-original]");
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_KIND), "[failed]");
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_ORIGINAL), "[none]");
	for (i = BOUNCE_PROPERTY_DOMAIN; i < BOUNCE_PROPERTY_COUNT; i++) {
		test_assert_strcmp_idx(t_get(&f, i),
			i == BOUNCE_PROPERTY_RECIPIENT_LINKAGE ?
			"[unknown]" : "", i);
	}
	fixture_deinit(&f);

	/* what an automatic reply quotes is nobody's property */
	fixture_init(&f, "Message-ID: <1@example.org>\n", 28);
	f.verdict.value = BOUNCE_VERDICT_NONE;
	f.verdict.reason = BOUNCE_REASON_NONE;
	f.verdict.kind.kind = BOUNCE_KIND_AUTOREPLY;
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_VERDICT), "[none]");
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_REASON), "[autoreply]");
	test_assert_strcmp(t_get(&f, BOUNCE_PROPERTY_KIND), "[autoreply]");
	for (i = BOUNCE_PROPERTY_ORIGINAL; i < BOUNCE_PROPERTY_COUNT; i++)
		test_assert_strcmp_idx(t_get(&f, i), "", i);
	fixture_deinit(&f);
	test_end();
}

static void test_bounce_property_hostile(void)
{
#define FIELD(property, str, want) { property, str, sizeof(str) - 1, want }
	static const struct {
		enum bounce_property property;
		const char *header;
		size_t size;
		const char *want;
	} tests[] = {
		FIELD(BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID,
		      "Message-ID: a\0b\033\r\xff c\n", "[a?b??\xef\xbf\xbd c]"),
		FIELD(BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID,
		      "Message-ID:", ""),
		FIELD(BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID,
		      "Message-ID:  \r\n\t\r\n", ""),
		/* C1 controls, and those in an encoded word */
		FIELD(BOUNCE_PROPERTY_ORIGINAL_SUBJECT,
		      "Subject: a\xc2\x9b""31m\n", "[a?31m]"),
		FIELD(BOUNCE_PROPERTY_ORIGINAL_SUBJECT,
		      "Subject: =?utf-8?q?a=00=0A=C2=9B=FFb?=\n",
		      "[a???\xef\xbf\xbd""b]"),
		FIELD(BOUNCE_PROPERTY_ORIGINAL_SUBJECT,
		      "Subject: =?x-unheard-of?q?abc?=\n", "[abc]"),
		FIELD(BOUNCE_PROPERTY_ORIGINAL_SUBJECT,
		      "Subject: =?utf-8?q?open\n", "[=?utf-8?q?open]"),
		FIELD(BOUNCE_PROPERTY_ORIGINAL_FROM,
		      "From: <>\n", ""),
		FIELD(BOUNCE_PROPERTY_ORIGINAL_FROM,
		      "From: nobody\n", ""),
		FIELD(BOUNCE_PROPERTY_ORIGINAL_FROM,
		      "From: <a@example.org>, <b@example.org>\n",
		      "[a@example.org]"),
		FIELD(BOUNCE_PROPERTY_ORIGINAL_FROM,
		      "From: <\xc3\xa4@example.org>\n",
		      "[\xc3\xa4@example.org]"),
		FIELD(BOUNCE_PROPERTY_ORIGINAL_TO,
		      "To: undisclosed-recipients:;\n", ""),
		FIELD(BOUNCE_PROPERTY_ORIGINAL_TO, "To: ,,,<<<@@@\"\n", ""),
		FIELD(BOUNCE_PROPERTY_ORIGINAL_DATE,
		      "Date: yesterday\n", "[yesterday]")
	};
	struct fixture f;
	unsigned int i;

	test_begin("bounce property of hostile fields");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		fixture_init(&f, tests[i].header, tests[i].size);
		test_assert_strcmp_idx(t_get(&f, tests[i].property),
				       tests[i].want, i);
		fixture_deinit(&f);
	} T_END;
	test_end();
}

static void test_bounce_property_caps(void)
{
	string_t *header = t_str_new(512 * 1024);
	const char *const *values;
	struct fixture f;
	unsigned int i;

	test_begin("bounce property caps");
	str_append(header, "To: a0@example.org");
	for (i = 1; i < 5000; i++)
		str_printfa(header, ",\n a%u@example.org", i);
	str_append(header, "\nSubject: ");
	for (i = 0; i < 100000; i++)
		str_append(header, "\xc3\xa4");
	str_append_c(header, '\n');

	fixture_init(&f, str_data(header), str_len(header));
	values = bounce_property_get(f.pool, BOUNCE_PROPERTY_ORIGINAL_TO,
				     &f.verdict);
	test_assert(str_array_length(values) == 100);
	values = bounce_property_get(f.pool, BOUNCE_PROPERTY_ORIGINAL_SUBJECT,
				     &f.verdict);
	test_assert(values[0] != NULL && strlen(values[0]) == 16 * 1024);
	fixture_deinit(&f);
	test_end();
}

/* The words that a property may have; others may be anything. */
static void test_bounce_property_possible(void)
{
	static const struct {
		enum bounce_property property;
		const char *value;
		bool possible;
	} tests[] = {
		{ BOUNCE_PROPERTY_VERDICT, "genuine", TRUE },
		{ BOUNCE_PROPERTY_VERDICT, "GENUINE", TRUE },
		{ BOUNCE_PROPERTY_VERDICT, "genuin", FALSE },
		{ BOUNCE_PROPERTY_VERDICT, "", FALSE },
		{ BOUNCE_PROPERTY_REASON, "dkim-full", TRUE },
		{ BOUNCE_PROPERTY_REASON, "genuine", FALSE },
		{ BOUNCE_PROPERTY_PROOF, "claimed", TRUE },
		{ BOUNCE_PROPERTY_PROOF, "recipient", TRUE },
		{ BOUNCE_PROPERTY_PROOF, "own", TRUE },
		{ BOUNCE_PROPERTY_PROOF, "yes", FALSE },
		{ BOUNCE_PROPERTY_DOMAIN, "example.org", TRUE },
		{ BOUNCE_PROPERTY_DOMAIN, "", TRUE },
	};
	unsigned int i;

	test_begin("bounce property: possible values");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(bounce_property_value_is_possible(
			tests[i].property, tests[i].value) ==
			tests[i].possible, i);
	}
	test_end();
}

/* For structure/test-verdicts: the names, one a line. */
static void print_properties(void)
{
	unsigned int i;

	for (i = 0; i < BOUNCE_PROPERTY_COUNT; i++)
		printf("%s\n", bounce_property_name(i));
}

int main(int argc, char *argv[])
{
	static void (*const test_functions[])(void) = {
		test_bounce_property_names,
		test_bounce_property_values,
		test_bounce_property_support,
		test_bounce_property_nothing,
		test_bounce_property_hostile,
		test_bounce_property_caps,
		test_bounce_property_possible,
		NULL
	};
	if (argc > 1 && strcmp(argv[1], "--print") == 0) {
		print_properties();
		return 0;
	}
	return test_run(test_functions);
}
