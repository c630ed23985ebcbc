/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "explain/check.h"
#include "message/message.h"
#include "report/delivery-status.h"
#include "verdict/verdict.h"
#include "input.h"
#include "test-common.h"

static const char bounce_text[] =
	"Return-Path: <mailer@mx.example.com>\n"
	"From: MAILER-DAEMON@mx.example.com\n"
	"Subject: Undelivered Mail Returned to Sender\n"
	"Content-Type: multipart/report; report-type=delivery-status;"
	" boundary=x\n"
	"\n"
	"--x\n"
	"Content-Type: message/delivery-status\n"
	"\n"
	"Reporting-MTA: dns; mx\033[2J.example.com\n"
	"\n"
	"Final-Recipient: rfc822; nobody@example.com\n"
	"Action: failed\n"
	"Status: 5.1.1\n"
	"Diagnostic-Code: smtp; 550 it has many words and then some more of"
	" them and at last so many that no line of a terminal could take them"
	" all\n"
	"\n"
	"--x\n"
	"Content-Type: message/rfc822\n"
	"\n"
	"Received: from a by b\n"
	"From: a@example.org\n"
	"Subject: \302\233 is a control character\n"
	"Message-ID: <1@example.org>\n"
	"\n"
	"Hello\n"
	"--x--\n";

/* The message is read, all else is made up: what a judge would have found. */
struct fixture {
	pool_t pool;
	struct bounce_check check;
	struct bounce_verdict verdict;
	struct bounce_signatures signatures;
	struct bounce_answers answers;
	struct bounce_dkim_signature sig;
	struct bounce_signature_evidence evidence;
};

static void fixture_init(struct fixture *f)
{
	static const struct bounce_message_settings set;

	i_zero(f);
	f->pool = pool_alloconly_create("check text", 8192);
	f->check.file = "a\033[31mfile";
	f->check.number = 1;
	f->check.verdict = &f->verdict;
	f->verdict.message = test_input_parse(f->pool, &set, bounce_text,
					      sizeof(bounce_text) - 1, 0);
	f->verdict.kind.kind = BOUNCE_KIND_FAILED;
	f->verdict.kind.rule = "1: a rule";
	f->verdict.value = BOUNCE_VERDICT_BACKSCATTER;
	f->verdict.reason = BOUNCE_REASON_BAD_SIGNATURE;
	f->verdict.text = "It is not ours.";
	f->verdict.original = f->verdict.message->originals;
	f->verdict.signatures = &f->signatures;
	f->verdict.answers = &f->answers;
	f->sig.domain = "example.org";
	f->sig.selector = "mail";
	f->sig.algorithm_name = "rsa-sha256";
	f->sig.own = TRUE;
	f->evidence.original = f->verdict.original;
	f->evidence.sig = &f->sig;
	f->evidence.header = BOUNCE_DKIM_HEADER_FAIL;
	f->evidence.reason = BOUNCE_REASON_BAD_SIGNATURE;
	f->evidence.text = "no digest of ours";
	f->evidence.key_origin = BOUNCE_KEY_ORIGIN_DIR;
	f->evidence.key_bits = 2048;
	f->signatures.sigs = &f->evidence;
	f->signatures.sigs_count = 1;
}

/* The explanation with its white space made one, which is harmless, and of lines
   that a terminal has room for. */
static const char *t_text(struct fixture *f)
{
	string_t *text = str_new(default_pool, 1024);
	const char *const *lines, *p, *ret;

	bounce_check_text(text, &f->check);
	for (p = str_c(text); *p != '\0'; p++)
		test_assert((unsigned char)*p >= 32 || *p == '\n');
	test_assert(strstr(str_c(text), "\302\233") == NULL);
	for (lines = t_strsplit(str_c(text), "\n"); *lines != NULL; lines++)
		test_assert(strlen(*lines) <= 79);
	test_assert(strcmp(str_c(text) + str_len(text) - 2, "\n\n") == 0);
	ret = t_strarray_join(t_strsplit_spaces(str_c(text), " \n"), " ");
	str_free(&text);
	return ret;
}

#define HAS(f, what) test_assert(strstr(t_text(f), what) != NULL)
#define HAS_NOT(f, what) test_assert(strstr(t_text(f), what) == NULL)

/* The names of the steps at the left, and what there is to say beside them. */
static void test_bounce_check_text_steps(void)
{
#define IN "              "
	static const char steps[] =
		"a?[31mfile\n"
		"  Message     a bounce: delivery failed (failed)\n"
		IN "rule 1: a rule\n"
		"  Envelope    from <mailer@mx.example.com> (Return-Path) to "
		"an unknown\n"
		IN "recipient\n"
		"  Report      by mx?[2J.example.com\n"
		IN "nobody@example.com: failed 5.1.1\n"
		IN "  smtp; 550 it has many words and then some more of them "
		"and at\n"
		IN "  last so many that no line of a terminal could take them "
		"all\n"
		"  Original    came back whole (full), 4 header fields, as a "
		"part of its own\n"
		IN "Message-ID: <1@example.org>\n"
		IN "From: a@example.org\n"
		IN "Subject: ? is a control character\n"
		IN "names the failed recipient: unknown\n"
		"  Signature   d=example.org s=mail a=rsa-sha256, ours\n"
		IN "header: fail; body: untested\n"
		IN "key: 2048 bits, from the key directory\n"
		IN "bad-signature: no digest of ours\n"
		"  Verdict     backscatter, bad-signature\n"
		IN "It is not ours.\n"
		"\n";
	string_t *text = str_new(default_pool, 1024);
	struct fixture f;

	test_begin("bounce check text: all steps");
	fixture_init(&f);
	bounce_check_text(text, &f.check);
	test_assert_strcmp(str_c(text), steps);
	str_free(&text);
	pool_unref(&f.pool);
	test_end();
}

static void test_bounce_check_text_envelope(void)
{
	struct fixture f;

	test_begin("bounce check text: envelope");
	fixture_init(&f);
	f.check.envelope.mail_from = "";
	f.check.envelope.rcpt_to = "a@example.org";
	HAS(&f, "Envelope from <> to <a@example.org> Report");
	f.check.rcpt_to_field = "Delivered-To";
	f.check.envelope.orcpt = "b\033@example.org";
	HAS(&f, "to <a@example.org> (Delivered-To), once <b?@example.org> ");
	f.check.number = 2;
	HAS(&f, "file, message 2 ");
	pool_unref(&f.pool);
	test_end();
}

static void test_bounce_check_text_report(void)
{
	struct bounce_report_recipient recipients[12] = {
		{ .final_recipient = "first@example.com" },
		{ .original_recipient = "second@example.com" }
	};
	struct bounce_report report = {
		.arrival_date = 1800000000, .recipients = recipients
	};
	struct bounce_message message;
	struct fixture f;

	test_begin("bounce check text: report");
	fixture_init(&f);
	message = *f.verdict.message;
	message.report = &report;
	f.verdict.message = &message;
	recipients[9].final_recipient = "tenth@example.com";
	report.recipients_count = 10;
	HAS(&f, "Report by an unnamed server, message arrived "
	    "2027-01-15T08:00:00Z first@example.com: second@example.com: "
	    "an unnamed recipient: ");
	HAS(&f, "tenth@example.com: Original");
	report.recipients_count = 11;
	HAS(&f, "tenth@example.com: and 1 more Original");
	report.recipients_count = 12;
	HAS(&f, "tenth@example.com: and 2 more Original");
	message.report = NULL;
	HAS(&f, "Report none that a program could read Original");
	pool_unref(&f.pool);
	test_end();
}

/* Whoever sends a bounce does not flood the terminal. */
static void test_bounce_check_text_long(void)
{
	char value[502];
	struct fixture f;
	unsigned int i;

	test_begin("bounce check text: long values");
	fixture_init(&f);
	for (i = 0; i < sizeof(value) - 1; i++)
		value[i] = i % 5 == 3 ? ' ' : 'x';
	value[501] = '\0';
	f.verdict.text = value;
	HAS_NOT(&f, value);
	value[500] = '\0';
	HAS(&f, value);
	pool_unref(&f.pool);
	test_end();
}

static void test_bounce_check_text_answers(void)
{
	struct fixture f;

	test_begin("bounce check text: answers");
	fixture_init(&f);
	HAS_NOT(&f, "SPF");
	HAS_NOT(&f, "Warning");
	f.answers.spf.spf = BOUNCE_SPF_SOFTFAIL;
	f.answers.spf.address = "192.0.2.1";
	f.answers.spf.domain = "example.org";
	f.answers.spf.text = "because";
	f.answers.reporter_spf.spf = BOUNCE_SPF_PASS;
	f.answers.reporter_spf.address = "192.0.2.2";
	f.answers.reporter_alignment = "no";
	f.answers.asked[BOUNCE_QUESTION_SENT_COPY].text = "no mailbox";
	f.answers.asked[BOUNCE_QUESTION_DISOWNED].text = "no dict";
	f.answers.asked[BOUNCE_QUESTION_REPLAYED].text = "twice";
	f.answers.proof.strength = BOUNCE_PROOF_CLAIMED;
	f.signatures.warning = "a key";
	f.signatures.over_limit = TRUE;
	HAS(&f, "Warning a key "
	    "SPF softfail, 192.0.2.1 for example.org because "
	    "Reporter pass, 192.0.2.2 for an unnamed host "
	    "Alignment the sender of the bounce is of the recipient's domain: "
	    "no Sent copy no mailbox Disowned no dict Replays twice "
	    "Proof claimed: that delivery failed is not proven, as whoever "
	    "has a copy of the original can report this "
	    "Limit a cap was reached");
	pool_unref(&f.pool);
	test_end();
}

static void test_bounce_check_text_signatures(void)
{
	struct fixture f;

	test_begin("bounce check text: signatures");
	fixture_init(&f);
	f.evidence.key_origin = BOUNCE_KEY_ORIGIN_DNS;
	f.evidence.key_retired = 1800000000;
	f.evidence.repair = "put back";
	f.evidence.text = NULL;
	HAS(&f, "key: 2048 bits, from DNS, retired 2027-01-15T08:00:00Z "
	    "repaired: put back bad-signature Verdict");
	f.sig.own = FALSE;
	HAS(&f, "rsa-sha256, not ours bad-signature Verdict");
	f.sig.own_unknown = TRUE;
	HAS(&f, "rsa-sha256, maybe ours ");
	f.signatures.sigs_count = 0;
	HAS(&f, "Signature none Verdict");
	pool_unref(&f.pool);
	test_end();
}

static void test_bounce_check_text_no_bounce(void)
{
	struct fixture f;

	test_begin("bounce check text: what is not a bounce");
	fixture_init(&f);
	i_zero(&f.verdict.kind);
	f.verdict.kind.kind = BOUNCE_KIND_AUTOREPLY;
	f.verdict.kind.rule = "2: a reply";
	f.verdict.value = BOUNCE_VERDICT_NONE;
	f.verdict.reason = BOUNCE_REASON_NONE;
	f.verdict.original = NULL;
	f.verdict.signatures = NULL;
	f.verdict.answers = NULL;
	test_assert_strcmp(t_text(&f), "a?[31mfile Message an automatic "
		"reply, not a bounce (autoreply) rule 2: a reply "
		"Verdict none, autoreply It is not ours.");
	/* may be one */
	f.verdict.kind.weak = TRUE;
	HAS(&f, "a weak rule: it may clear the message");
	pool_unref(&f.pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_check_text_steps,
		test_bounce_check_text_envelope,
		test_bounce_check_text_report,
		test_bounce_check_text_long,
		test_bounce_check_text_answers,
		test_bounce_check_text_signatures,
		test_bounce_check_text_no_bounce,
		NULL
	};
	return test_run(test_functions);
}
