/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Covers: src/core/verdict/questions.c */
/* Covers: src/core/verdict/signatures.c */

#include "lib.h"
#include "base/envelope.h"
#include "name/own-domains.h"
#include "verdict/policy.h"
#include "verdict/questions.h"
#include "verdict/verdict.h"
#include "dkim-signer.h"
#include "input.h"
#include "test-common.h"

#define DATE_2020 "Wed, 01 Jan 2020 00:00:00 +0000"
#define TIME_2020 1577836800

/* Enough of a header to be a whole one */
#define WHOLE \
	"Received: from a by b\nFrom: alice@example.org\n" \
	"To: bob@example.net\nMessage-ID: <1@example.org>\n"

/* The notice of a burst, as a reader of bounces may take it for one */
#define NOTICE \
	"From: MAILER-DAEMON@mx\nSubject: Returned mail\n" \
	"X-Backscatter-Notice: user\n"

#define MAX_SIGS 4

/* A bounce with one original and these signatures, as the earlier stages
   would have found it. */
struct fixture {
	pool_t pool;
	struct bounce_policy policy;
	struct bounce_kind_result kind;
	struct bounce_message message;
	struct bounce_original original;
	struct bounce_signature_evidence sigs[MAX_SIGS];
	struct bounce_signatures signatures;
};

static void fixture_init(struct fixture *f, const char *header)
{
	const struct bounce_original *original = &f->original;

	i_zero(f);
	f->pool = pool_alloconly_create("fixture", 2048);
	bounce_policy_init(&f->policy);
	f->policy.now = TIME_2020;
	f->kind.kind = BOUNCE_KIND_FAILED;
	f->kind.rule = "3: test";
	f->signatures.sigs = f->sigs;
	p_array_init(&f->signatures.originals, f->pool, 1);
	if (header == NULL)
		return;
	f->original.message.header = bounce_header_parse(
		f->pool, (const void *)header, strlen(header));
	f->original.state = BOUNCE_ORIGINAL_HEADERS;
	f->message.originals = &f->original;
	array_push_back(&f->signatures.originals, &original);
}

static void fixture_add(struct fixture *f, enum bounce_reason reason)
{
	i_assert(f->signatures.sigs_count < MAX_SIGS);
	f->sigs[f->signatures.sigs_count].original = &f->original;
	f->sigs[f->signatures.sigs_count].reason = reason;
	f->signatures.sigs_count++;
}

static const struct bounce_verdict *fixture_judge(struct fixture *f)
{
	static const struct bounce_ports no_ports;
	const struct bounce_verdict *verdict;
	struct bounce_answers answers;
	struct bounce_facts facts;

	bounce_signatures_decide(&f->signatures);
	bounce_facts_collect(&f->policy, &f->kind, &f->message,
			     &f->signatures, &facts);
	bounce_questions_ask(f->pool, &f->policy, &f->kind, &f->message,
			     &f->signatures, &facts, &no_ports, &answers);
	verdict = bounce_verdict_judge(f->pool, &f->kind, &f->message,
				       &f->signatures, &facts, &answers);
	test_assert(verdict->text != NULL && *verdict->text != '\0');
	test_assert(verdict->value ==
		    bounce_reason_to_verdict(verdict->reason));
	return verdict;
}

/* What one signature can say, that which decides first on top. */
static const struct {
	enum bounce_reason reason;
	enum bounce_verdict_value value;
} order[] = {
	{ BOUNCE_REASON_DKIM_FULL, BOUNCE_VERDICT_GENUINE },
	{ BOUNCE_REASON_DKIM_HEADERS, BOUNCE_VERDICT_GENUINE },
	{ BOUNCE_REASON_ALTERED, BOUNCE_VERDICT_UNVERIFIABLE },
	{ BOUNCE_REASON_SENDER_MISMATCH, BOUNCE_VERDICT_UNVERIFIABLE },
	{ BOUNCE_REASON_DNS, BOUNCE_VERDICT_TEMPERROR },
	{ BOUNCE_REASON_STATE, BOUNCE_VERDICT_TEMPERROR },
	{ BOUNCE_REASON_TRUNCATED, BOUNCE_VERDICT_UNVERIFIABLE },
	{ BOUNCE_REASON_OVER_LIMIT, BOUNCE_VERDICT_UNVERIFIABLE },
	{ BOUNCE_REASON_STALE, BOUNCE_VERDICT_BACKSCATTER },
	{ BOUNCE_REASON_EXPIRED, BOUNCE_VERDICT_BACKSCATTER },
	{ BOUNCE_REASON_FUTURE, BOUNCE_VERDICT_BACKSCATTER },
	{ BOUNCE_REASON_KEY_RETIRED, BOUNCE_VERDICT_BACKSCATTER },
	{ BOUNCE_REASON_KEY_UNUSABLE, BOUNCE_VERDICT_BACKSCATTER },
	{ BOUNCE_REASON_KEY_REVOKED, BOUNCE_VERDICT_BACKSCATTER },
	{ BOUNCE_REASON_WEAK_KEY, BOUNCE_VERDICT_BACKSCATTER },
	{ BOUNCE_REASON_BAD_SIGNATURE, BOUNCE_VERDICT_BACKSCATTER },
	{ BOUNCE_REASON_KEY_MISSING, BOUNCE_VERDICT_BACKSCATTER },
	{ BOUNCE_REASON_FOREIGN_SIGNATURE, BOUNCE_VERDICT_BACKSCATTER },
};

static void test_bounce_verdict_reasons(void)
{
	unsigned int i, j;

	test_begin("bounce verdict of one signature");
	for (i = 0; i < N_ELEMENTS(order); i++) {
		const struct bounce_verdict *verdict;
		struct fixture f;

		fixture_init(&f, WHOLE);
		fixture_add(&f, order[i].reason);
		verdict = fixture_judge(&f);
		test_assert_idx(verdict->reason == order[i].reason, i);
		test_assert_idx(verdict->value == order[i].value, i);
		test_assert_idx(verdict->sig == &f.sigs[0], i);
		test_assert_idx(verdict->original == &f.original, i);
		test_assert_idx(verdict->kind.kind == BOUNCE_KIND_FAILED, i);
		pool_unref(&f.pool);
	}
	test_end();

	/* whatever the order that they come in */
	test_begin("bounce verdict of several signatures");
	for (i = 0; i < N_ELEMENTS(order); i++) {
		for (j = 0; j < N_ELEMENTS(order); j++) {
			const struct bounce_verdict *verdict;
			struct fixture f;

			fixture_init(&f, WHOLE);
			fixture_add(&f, order[i].reason);
			fixture_add(&f, order[j].reason);
			fixture_add(&f, BOUNCE_REASON_FOREIGN_SIGNATURE);
			verdict = fixture_judge(&f);
			test_assert_idx(verdict->reason ==
					order[I_MIN(i, j)].reason,
					i * 100 + j);
			/* of equals the first */
			test_assert_idx(verdict->sig ==
					&f.sigs[i <= j ? 0 : 1],
					i * 100 + j);
			pool_unref(&f.pool);
		}
	}
	test_end();
}

/* Without a signature that could be ours */
static void test_bounce_verdict_unsigned(void)
{
	static const char old[] = WHOLE "Date: " DATE_2020 "\n";
	static const struct {
		const char *header;
		bool foreign, message_limit, original_limit, evidence_limit;
		enum bounce_original_state state;
		unsigned int body_size;
		time_t signed_since;
		enum bounce_reason reason;
	} tests[] = {
#define FULL BOUNCE_ORIGINAL_FULL, 9
#define HEADERS BOUNCE_ORIGINAL_HEADERS, 0
#define CUT BOUNCE_ORIGINAL_TRUNCATED
		{ NULL, 0, 0, 0, 0, HEADERS, 0, BOUNCE_REASON_NO_ORIGINAL },
		{ NULL, 0, 1, 0, 0, HEADERS, 0, BOUNCE_REASON_OVER_LIMIT },
		{ NULL, 0, 0, 0, 0, HEADERS, 1, BOUNCE_REASON_NO_ORIGINAL },
		{ WHOLE, 0, 0, 0, 0, FULL, 0, BOUNCE_REASON_UNSIGNED },
		{ WHOLE, 0, 0, 0, 0, HEADERS, 0, BOUNCE_REASON_UNSIGNED },
		{ WHOLE, 1, 0, 0, 0, FULL, 0,
		  BOUNCE_REASON_FOREIGN_SIGNATURE },
		/* a cap: the signature could be beyond it */
		{ WHOLE, 0, 1, 0, 0, FULL, 0, BOUNCE_REASON_OVER_LIMIT },
		{ WHOLE, 0, 0, 1, 0, FULL, 0, BOUNCE_REASON_OVER_LIMIT },
		{ WHOLE, 0, 0, 0, 1, FULL, 0, BOUNCE_REASON_OVER_LIMIT },
		{ WHOLE, 1, 1, 0, 0, FULL, 0, BOUNCE_REASON_OVER_LIMIT },
		/* the header is cut; not so where only the body is */
		{ WHOLE, 0, 0, 0, 0, CUT, 0, 0, BOUNCE_REASON_TRUNCATED },
		{ WHOLE, 0, 0, 0, 0, CUT, 9, 0, BOUNCE_REASON_UNSIGNED },
		{ WHOLE, 1, 0, 0, 0, CUT, 0, 0, BOUNCE_REASON_TRUNCATED },
		/* a summary */
		{ "From: a\nTo: b\nSubject: c\nDate: " DATE_2020 "\n",
		  0, 0, 0, 0, CUT, 9, 0, BOUNCE_REASON_TRUNCATED },
		/* cut above From, which every message has */
		{ "Received: a\nReceived: b\nMessage-ID: <1>\n",
		  0, 0, 0, 0, HEADERS, 0, BOUNCE_REASON_TRUNCATED },
		{ "Received: a\nReceived: b\nMessage-ID: <1>\n",
		  1, 0, 0, 0, FULL, 0, BOUNCE_REASON_TRUNCATED },
		/* from before we signed all */
		{ old, 0, 0, 0, 0, FULL, TIME_2020,
		  BOUNCE_REASON_UNSIGNED },
		{ old, 0, 0, 0, 0, FULL, TIME_2020 + 1,
		  BOUNCE_REASON_NO_SIGNATURE_YET },
		{ old, 1, 0, 0, 0, FULL, TIME_2020 + 1,
		  BOUNCE_REASON_NO_SIGNATURE_YET },
		{ old, 0, 0, 0, 0, FULL, 0, BOUNCE_REASON_UNSIGNED },
		{ WHOLE, 0, 0, 0, 0, FULL, TIME_2020 + 1,
		  BOUNCE_REASON_UNSIGNED },
		{ WHOLE "Date: long ago\n", 0, 0, 0, 0, FULL, TIME_2020 + 1,
		  BOUNCE_REASON_UNSIGNED },
		{ old, 0, 1, 0, 0, FULL, TIME_2020 + 1,
		  BOUNCE_REASON_OVER_LIMIT },
	};
	unsigned int i;

	test_begin("bounce verdict without a signature");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		const struct bounce_verdict *verdict;
		struct fixture f;

		fixture_init(&f, tests[i].header);
		f.message.over_limit = tests[i].message_limit;
		f.original.message.over_limit = tests[i].original_limit;
		f.signatures.over_limit = tests[i].evidence_limit;
		f.original.state = tests[i].state;
		f.original.body_size = tests[i].body_size;
		f.policy.signed_since = tests[i].signed_since;
		if (tests[i].foreign)
			fixture_add(&f, BOUNCE_REASON_FOREIGN_SIGNATURE);
		verdict = fixture_judge(&f);
		test_assert_strcmp_idx(bounce_reason_name(verdict->reason),
				       bounce_reason_name(tests[i].reason),
				       i);
		test_assert_idx((verdict->original != NULL) ==
				(tests[i].header != NULL), i);
		pool_unref(&f.pool);
	}
	test_end();
}

/* A cap was reached, and there is a signature of ours: what vouches or leaves a
   doubt stands, what is held against the message does not. */
static void test_bounce_verdict_over_limit(void)
{
	unsigned int i, j;

	test_begin("bounce verdict over a limit");
	for (i = 0; i < N_ELEMENTS(order); i++) {
		for (j = 0; j < 2; j++) {
			struct fixture f;

			fixture_init(&f, WHOLE);
			fixture_add(&f, order[i].reason);
			f.signatures.over_limit = j == 0;
			f.message.over_limit = j == 1;
			test_assert_idx(fixture_judge(&f)->reason ==
				(order[i].value ==
				 BOUNCE_VERDICT_BACKSCATTER ?
				 BOUNCE_REASON_OVER_LIMIT : order[i].reason),
				i);
			pool_unref(&f.pool);
		}
	}
	test_end();
}

/* signed_since is about mail without a signature: one that is there and does
   not vouch is judged as such. */
static void test_bounce_verdict_signed_since(void)
{
	struct fixture f;

	test_begin("bounce verdict and signed_since");
	fixture_init(&f, WHOLE "Date: " DATE_2020 "\n");
	f.policy.signed_since = TIME_2020 + 1;
	fixture_add(&f, BOUNCE_REASON_BAD_SIGNATURE);
	test_assert(fixture_judge(&f)->reason == BOUNCE_REASON_BAD_SIGNATURE);
	fixture_add(&f, BOUNCE_REASON_DKIM_HEADERS);
	test_assert(fixture_judge(&f)->reason == BOUNCE_REASON_DKIM_HEADERS);
	pool_unref(&f.pool);
	test_end();
}

/* What is reported is what vouches, not what came back beside it. */
static void test_bounce_verdict_originals(void)
{
	struct bounce_original beside, outer;
	const struct bounce_original *p;
	struct fixture f;

	test_begin("bounce verdict of several originals");
	fixture_init(&f, WHOLE);
	i_zero(&beside);
	beside.message.header = f.original.message.header;
	f.original.next = &beside;
	p = &beside;
	array_push_back(&f.signatures.originals, &p);
	fixture_add(&f, BOUNCE_REASON_BAD_SIGNATURE);
	fixture_add(&f, BOUNCE_REASON_ALTERED);
	f.sigs[1].original = &beside;
	test_assert(fixture_judge(&f)->original == &f.original);
	f.sigs[1].reason = BOUNCE_REASON_DKIM_HEADERS;
	test_assert(fixture_judge(&f)->original == &beside);
	f.sigs[0].reason = BOUNCE_REASON_DKIM_FULL;
	test_assert(fixture_judge(&f)->original == &f.original);
	pool_unref(&f.pool);

	/* a bounce of ours that came back: the innermost is what it is about */
	fixture_init(&f, WHOLE);
	i_zero(&outer);
	outer.message.header = f.original.message.header;
	outer.message.originals = &f.original;
	f.message.originals = &outer;
	p = &outer;
	array_push_back(&f.signatures.originals, &p);
	fixture_add(&f, BOUNCE_REASON_DKIM_FULL);
	f.sigs[0].original = &outer;
	test_assert(fixture_judge(&f)->original == &f.original);
	pool_unref(&f.pool);
	test_end();
}

static void test_bounce_verdict_repair(void)
{
	struct fixture f;

	test_begin("bounce verdict tells of a repair");
	fixture_init(&f, WHOLE);
	fixture_add(&f, BOUNCE_REASON_DKIM_HEADERS);
	test_assert(strstr(fixture_judge(&f)->text, "set back") == NULL);
	f.sigs[0].repair = "a field was set back";
	test_assert(strstr(fixture_judge(&f)->text,
			   "a field was set back") != NULL);
	/* not where it did not decide */
	f.message.over_limit = TRUE;
	f.sigs[0].reason = BOUNCE_REASON_STALE;
	test_assert(strstr(fixture_judge(&f)->text, "set back") == NULL);
	pool_unref(&f.pool);
	test_end();
}

/*
 * All stages
 */

static void
no_lookup(struct bounce_key_source *source ATTR_UNUSED,
	  pool_t pool ATTR_UNUSED,
	  struct bounce_key_query *queries ATTR_UNUSED,
	  unsigned int count ATTR_UNUSED)
{
	test_assert(FALSE);
}

static void test_bounce_judge(void)
{
	static const char original[] =
		"\n" WHOLE "Subject: hi\n\nhi\n";
	static const struct {
		const char *mail_from, *header;
		bool original;
		enum bounce_kind kind;
		enum bounce_reason reason;
		enum bounce_verdict_value value;
	} tests[] = {
		{ "", "From: MAILER-DAEMON@mx\nSubject: Returned mail\n",
		  TRUE, BOUNCE_KIND_FAILED, BOUNCE_REASON_UNSIGNED,
		  BOUNCE_VERDICT_BACKSCATTER },
		{ "", "From: MAILER-DAEMON@mx\nSubject: Returned mail\n",
		  FALSE, BOUNCE_KIND_FAILED, BOUNCE_REASON_NO_ORIGINAL,
		  BOUNCE_VERDICT_UNVERIFIABLE },
		/* weak: nothing is held against it */
		{ "a@b", "From: MAILER-DAEMON@mx\nSubject: Returned mail\n",
		  TRUE, BOUNCE_KIND_NONE, BOUNCE_REASON_NONE,
		  BOUNCE_VERDICT_NONE },
		{ "a@b", "From: carol@example.com\nSubject: hi\n", TRUE,
		  BOUNCE_KIND_NONE, BOUNCE_REASON_NONE, BOUNCE_VERDICT_NONE },
		{ "", "From: a@b\nAuto-Submitted: auto-replied\n", TRUE,
		  BOUNCE_KIND_AUTOREPLY, BOUNCE_REASON_NONE,
		  BOUNCE_VERDICT_NONE },
		{ "", "From: a@b\nContent-Type: multipart/report; "
		  "report-type=disposition-notification; boundary=x\n", TRUE,
		  BOUNCE_KIND_MDN, BOUNCE_REASON_NONE, BOUNCE_VERDICT_NONE },
		/* our own notice of a burst, and what only says so */
		{ "", "Received: from mx by imap with LMTP\n"
		  "Received: by mx (Postfix, from userid 1000)\n" NOTICE,
		  FALSE, BOUNCE_KIND_NONE, BOUNCE_REASON_NONE,
		  BOUNCE_VERDICT_NONE },
		{ "", "Received: from mx (mx [127.0.0.1]) by imap\n" NOTICE,
		  FALSE, BOUNCE_KIND_NONE, BOUNCE_REASON_NONE,
		  BOUNCE_VERDICT_NONE },
		{ "", NOTICE, FALSE, BOUNCE_KIND_FAILED,
		  BOUNCE_REASON_NO_ORIGINAL, BOUNCE_VERDICT_UNVERIFIABLE },
		{ "", "Received: from mx (mx [127.0.0.1]) by imap\n"
		  "Received: from a (b [8.8.8.8]) by mx\n" NOTICE,
		  FALSE, BOUNCE_KIND_FAILED, BOUNCE_REASON_NO_ORIGINAL,
		  BOUNCE_VERDICT_UNVERIFIABLE },
		{ "", NOTICE "Received: from a (b [8.8.8.8]) by mx\n",
		  TRUE, BOUNCE_KIND_FAILED, BOUNCE_REASON_UNSIGNED,
		  BOUNCE_VERDICT_BACKSCATTER },
	};
	struct bounce_key_source keys = { .lookup = no_lookup };
	const struct bounce_ports ports = { .keys = &keys };
	unsigned int i;

	test_begin("bounce judge");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const struct bounce_envelope envelope = {
			.mail_from = tests[i].mail_from,
			.rcpt_to = "alice@example.org"
		};
		const struct bounce_message_settings set = {
			.envelope = &envelope
		};
		pool_t pool = pool_alloconly_create("judge", 2048);
		const char *input = t_strconcat(tests[i].header,
						tests[i].original ? original :
						"\n", NULL);
		const struct bounce_verdict *verdict;
		struct bounce_policy policy;

		bounce_policy_init(&policy);
		policy.now = TIME_2020;
		verdict = bounce_judge(pool, &policy, &envelope,
				       test_input_parse(pool, &set, input,
							strlen(input), 0),
				       &ports);
		test_assert_idx(verdict->kind.kind == tests[i].kind, i);
		test_assert_idx(verdict->reason == tests[i].reason, i);
		test_assert_idx(verdict->value == tests[i].value, i);
		test_assert_idx(verdict->kind.rule != NULL, i);
		test_assert_idx((verdict->signatures != NULL) ==
				(verdict->value != BOUNCE_VERDICT_NONE), i);
		test_assert_idx((verdict->answers != NULL) ==
				(verdict->value != BOUNCE_VERDICT_NONE), i);
		test_assert_idx(verdict->message != NULL &&
				verdict->text != NULL, i);
		test_assert_idx(!verdict->kind.weak, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static int
find_sent(struct bounce_sent_source *source ATTR_UNUSED,
	  pool_t pool ATTR_UNUSED, const char *message_id,
	  const char **error_r ATTR_UNUSED)
{
	return strcmp(message_id, "<1@example.org>") == 0 ? 1 : 0;
}

static void
no_reporter(struct bounce_spf_source *source ATTR_UNUSED,
	    pool_t pool ATTR_UNUSED,
	    const struct bounce_policy *policy ATTR_UNUSED,
	    const struct bounce_message *bounce ATTR_UNUSED,
	    struct bounce_spf_result *result_r ATTR_UNUSED)
{
	test_assert(FALSE);
}

/* What a bounce proves is asked of a genuine failure, and of no other; without a
   signature no host is asked for. */
static void test_bounce_judge_proof(void)
{
#define DAEMON "From: MAILER-DAEMON@mx\nSubject: "
	static const struct {
		const char *header, *id;
		enum bounce_kind kind;
		enum bounce_reason reason;
		enum bounce_proof_strength proof;
	} tests[] = {
		{ DAEMON "Returned mail\n", "1", BOUNCE_KIND_FAILED,
		  BOUNCE_REASON_SENT_COPY, BOUNCE_PROOF_CLAIMED },
		{ DAEMON "Returned mail\n", "2", BOUNCE_KIND_FAILED,
		  BOUNCE_REASON_UNSIGNED, BOUNCE_PROOF_NONE },
		{ DAEMON "Delayed Mail (still being retried)\n", "1",
		  BOUNCE_KIND_DELAYED, BOUNCE_REASON_SENT_COPY,
		  BOUNCE_PROOF_NONE },
	};
	static const struct bounce_envelope envelope = {
		.mail_from = "", .rcpt_to = "alice@example.org"
	};
	static const struct bounce_message_settings set = {
		.envelope = &envelope
	};
	struct bounce_sent_source sent = { .find = find_sent };
	struct bounce_spf_source reporter = { .check_reporter = no_reporter };
	struct bounce_spf_source no_spf = { .check_reporter = NULL };
	struct bounce_spf_source *const spf[] = { NULL, &no_spf, &reporter };
	const struct bounce_verdict *verdict;
	struct bounce_policy policy;
	unsigned int i, j;

	test_begin("bounce judge: proof");
	bounce_policy_init(&policy);
	policy.now = TIME_2020;
	for (i = 0; i < N_ELEMENTS(tests); i++)
	for (j = 0; j < N_ELEMENTS(spf); j++) T_BEGIN {
		const struct bounce_ports ports = {
			.sent = &sent,
			.spf = tests[i].reason == BOUNCE_REASON_SENT_COPY ?
				spf[j] : NULL
		};
		pool_t pool = pool_alloconly_create("judge", 2048);
		const char *input = t_strdup_printf("%s\nReceived: from a by b\n"
			"From: alice@example.org\nTo: bob@example.net\n"
			"Message-ID: <%s@example.org>\n\nhi\n",
			tests[i].header, tests[i].id);

		verdict = bounce_judge(pool, &policy, &envelope,
				       test_input_parse(pool, &set, input,
							strlen(input), 0),
				       &ports);
		test_assert_idx(verdict->kind.kind == tests[i].kind, i);
		test_assert_idx(verdict->reason == tests[i].reason, i);
		test_assert_idx(verdict->answers != NULL &&
				verdict->answers->proof.strength ==
				tests[i].proof, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

struct test_keys {
	struct bounce_key_source source;
	struct test_signer_key key;
};

static void
test_keys_lookup(struct bounce_key_source *source, pool_t pool ATTR_UNUSED,
		 struct bounce_key_query *queries, unsigned int count)
{
	struct test_keys *keys = (struct test_keys *)source;
	unsigned int i;

	for (i = 0; i < count; i++) {
		queries[i].status = BOUNCE_KEY_FOUND;
		queries[i].key = keys->key.key;
		bounce_key_ref(queries[i].key);
	}
}

struct test_spf {
	struct bounce_spf_source source;
	unsigned int calls;
};

static void
reporter_passes(struct bounce_spf_source *source, pool_t pool ATTR_UNUSED,
		const struct bounce_policy *policy ATTR_UNUSED,
		const struct bounce_message *bounce ATTR_UNUSED,
		struct bounce_spf_result *result_r)
{
	struct test_spf *spf = (struct test_spf *)source;

	spf->calls++;
	result_r->spf = BOUNCE_SPF_PASS;
	result_r->domain = "mx1.example.net";
}

/* A server of the recipient returns mail of ours, and SPF passes for it: asked
   once, and only if somebody can be asked. */
static void test_bounce_judge_proof_signed(void)
{
	static const char bounce[] =
		"Received: from mx1.example.net (unknown [198.51.100.1])\r\n"
		"\tby mx.example.org (Postfix) with ESMTP id 2\r\n"
		"From: MAILER-DAEMON@mx1.example.net\r\n"
		"Subject: Returned mail\r\nContent-Type: multipart/report; "
		"report-type=delivery-status; boundary=b\r\n\r\n"
		"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
		"Reporting-MTA: dns; mx1.example.net\r\n\r\n"
		"Final-Recipient: rfc822; bob@example.net\r\n"
		"Action: failed\r\nStatus: 5.1.1\r\n\r\n"
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n";
	static const struct bounce_envelope envelope = {
		.mail_from = "", .rcpt_to = "alice@example.org"
	};
	static const struct bounce_message_settings set = {
		.envelope = &envelope
	};
	struct test_keys keys = { .source.lookup = test_keys_lookup };
	struct test_spf spf = { .source.check_reporter = reporter_passes };
	const struct bounce_verdict *verdict;
	struct bounce_domains *domains;
	struct bounce_policy policy;
	const char *input, *error;
	unsigned int i;

	test_begin("bounce judge: proof of signed mail");
	test_signer_key_init_rsa(&keys.key, 1024, 65537);
	input = t_strconcat(bounce, t_test_signer_header(keys.key.pkey,
		BOUNCE_DKIM_CANON_RELAXED, "From: alice@example.org\r\n"
		"To: bob@example.net\r\nMessage-ID: <1@example.org>\r\n",
		"from:to", "DKIM-Signature: v=1; a=rsa-sha256; "
		"c=relaxed/relaxed; d=example.org; s=s1; t=1577836800; "
		"h=from:to; bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=; "
		"b="TEST_SIGNER_B), "--b--\r\n", NULL);
	bounce_policy_init(&policy);
	policy.now = TIME_2020;
	for (i = 0; i < 2; i++) T_BEGIN {
		const struct bounce_ports ports = {
			.keys = &keys.source, .spf = i == 0 ? NULL : &spf.source
		};
		pool_t pool = pool_alloconly_create("judge", 4096);

		test_assert(bounce_domains_parse(pool, "example.org", &domains,
						 &error) == 0);
		policy.domains = domains;
		verdict = bounce_judge(pool, &policy, &envelope,
				       test_input_parse(pool, &set, input,
							strlen(input), 0),
				       &ports);
		test_assert_strcmp_idx(bounce_reason_name(verdict->reason),
				       "dkim-headers", i);
		test_assert_idx(verdict->answers->proof.strength == (i == 0 ?
			BOUNCE_PROOF_CLAIMED : BOUNCE_PROOF_RECIPIENT), i);
		test_assert_idx(spf.calls == i, i);
		pool_unref(&pool);
	} T_END;
	test_signer_key_deinit(&keys.key);
	test_end();
}

/* Mail of somebody else that had come to the mailbox and was sent on. */
static void test_bounce_judge_forwarded(void)
{
	static const char input[] =
		"Received: from mx by imap with LMTP\n"
		"From: MAILER-DAEMON@mx\nSubject: Returned mail\n\n"
		"Received: from a by mx.example.org for <alice@example.org>\n"
		"From: carol@example.com\nTo: alice@example.org\n"
		"Message-ID: <1@example.com>\n\nhi\n";
	static const struct bounce_envelope envelope = {
		.mail_from = "", .rcpt_to = "alice@example.org"
	};
	static const struct bounce_message_settings set = {
		.envelope = &envelope
	};
	const struct bounce_ports ports = { .keys = NULL };
	pool_t pool = pool_alloconly_create("judge", 2048);
	struct bounce_domains *domains;
	struct bounce_policy policy;
	const char *error;

	test_begin("bounce judge: forwarded");
	test_assert(bounce_domains_parse(pool, "example.org", &domains,
					 &error) == 0);
	bounce_policy_init(&policy);
	policy.now = TIME_2020;
	policy.domains = domains;
	test_assert_strcmp(bounce_reason_name(bounce_judge(pool, &policy,
		&envelope, test_input_parse(pool, &set, input,
		strlen(input), 0), &ports)->reason), "forwarded");
	pool_unref(&pool);
	test_end();
}

/* What cannot be judged is told from what is not a bounce all the same. */
static void test_bounce_verdict_give_up(void)
{
	static const struct bounce_envelope envelope = {
		.mail_from = "", .rcpt_to = "alice@example.org"
	};
	static const struct {
		const char *input;
		enum bounce_kind kind;
		enum bounce_reason reason;
		enum bounce_verdict_value value;
	} tests[] = {
		{ "From: MAILER-DAEMON@mx\nSubject: Returned mail\n\n",
		  BOUNCE_KIND_FAILED, BOUNCE_REASON_STATE,
		  BOUNCE_VERDICT_TEMPERROR },
		{ "From: a@b\nAuto-Submitted: auto-replied\n\n",
		  BOUNCE_KIND_AUTOREPLY, BOUNCE_REASON_NONE,
		  BOUNCE_VERDICT_NONE },
		{ "", BOUNCE_KIND_NONE, BOUNCE_REASON_NONE,
		  BOUNCE_VERDICT_NONE },
	};
	const struct bounce_message_settings set = { .envelope = &envelope };
	const struct bounce_verdict *verdict;
	unsigned int i;
	pool_t pool;

	test_begin("bounce verdict of what cannot be judged");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool = pool_alloconly_create("give up", 2048);
		verdict = bounce_verdict_give_up(pool, &envelope,
			test_input_parse(pool, &set, tests[i].input,
					 strlen(tests[i].input), 0), "why");
		test_assert_idx(verdict->kind.kind == tests[i].kind, i);
		test_assert_idx(verdict->reason == tests[i].reason, i);
		test_assert_idx(verdict->value == tests[i].value, i);
		test_assert_strcmp_idx(verdict->text, "why", i);
		test_assert_idx(verdict->signatures == NULL &&
				verdict->answers == NULL, i);
		pool_unref(&pool);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_verdict_reasons,
		test_bounce_verdict_unsigned,
		test_bounce_verdict_over_limit,
		test_bounce_verdict_signed_since,
		test_bounce_verdict_originals,
		test_bounce_verdict_repair,
		test_bounce_judge,
		test_bounce_judge_proof,
		test_bounce_judge_proof_signed,
		test_bounce_judge_forwarded,
		test_bounce_verdict_give_up,
		NULL
	};
	return test_run(test_functions);
}
