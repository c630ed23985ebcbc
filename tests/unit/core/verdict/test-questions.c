/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "base/envelope.h"
#include "base/limits.h"
#include "message/message.h"
#include "verdict/policy.h"
#include "verdict/questions.h"
#include "report/delivery-status.h"
#include "verdict/verdict.h"
#include "test-common.h"

#define DATE_2020 "Wed, 01 Jan 2020 00:00:00 +0000"
#define TIME_2020 1577836800
#define HEADER \
	"Received: from a by b\n" \
	"From: alice@example.org\nTo: bob@example.net, carol@example.net\n" \
	"Cc: group: dave@example.com, eve@example.com;\n" \
	"Message-ID: <1@example.org>\nDate: " DATE_2020 "\n"

/* Answers as it was told to, and remembers what it was asked. */
struct world {
	struct bounce_replay_source replay;
	struct bounce_disown_source disown;
	struct bounce_sent_source sent;
	struct bounce_spf_source spf;

	int replay_ret, disown_ret, sent_ret;
	unsigned int count;
	enum bounce_spf spf_result;
	/* of one host after the other */
	const enum bounce_spf *hosts;

	const char *id, *message_id;
	time_t sent_at;
	bool spf_asked;
};

static int
world_replay(struct bounce_replay_source *source, pool_t pool ATTR_UNUSED,
	     const char *id, unsigned int *count_r, const char **error_r)
{
	struct world *world = container_of(source, struct world, replay);

	world->id = t_strdup(id);
	*count_r = world->count;
	*error_r = "no dict";
	return world->replay_ret;
}

static int
world_disown(struct bounce_disown_source *source, pool_t pool ATTR_UNUSED,
	     time_t sent_at, const char **error_r)
{
	struct world *world = container_of(source, struct world, disown);

	world->sent_at = sent_at;
	*error_r = "no dict";
	return world->disown_ret;
}

static int
world_sent(struct bounce_sent_source *source, pool_t pool ATTR_UNUSED,
	   const char *message_id, const char **error_r)
{
	struct world *world = container_of(source, struct world, sent);

	world->message_id = t_strdup(message_id);
	*error_r = "no mailbox";
	return world->sent_ret;
}

static void
world_spf(struct bounce_spf_source *source, pool_t pool ATTR_UNUSED,
	  const struct bounce_policy *policy ATTR_UNUSED,
	  const struct bounce_message *bounce ATTR_UNUSED,
	  const struct bounce_header *original ATTR_UNUSED,
	  struct bounce_spf_result *result_r)
{
	struct world *world = container_of(source, struct world, spf);

	world->spf_asked = TRUE;
	i_zero(result_r);
	result_r->spf = world->spf_result;
}

static void
world_host(struct bounce_spf_source *source, pool_t pool ATTR_UNUSED,
	   const struct ip_addr *ip ATTR_UNUSED, const char *domain,
	   struct bounce_spf_result *result_r)
{
	struct world *world = container_of(source, struct world, spf);

	test_assert_strcmp(domain, "example.org");
	i_zero(result_r);
	result_r->spf = *world->hosts++;
}

static void
world_reporter(struct bounce_spf_source *source ATTR_UNUSED,
	       pool_t pool ATTR_UNUSED,
	       const struct bounce_policy *policy ATTR_UNUSED,
	       const struct bounce_message *bounce ATTR_UNUSED,
	       struct bounce_spf_result *result_r)
{
	i_zero(result_r);
	result_r->spf = BOUNCE_SPF_SOFTFAIL;
}

/* A bounce with one original and one signature of ours. */
struct fixture {
	pool_t pool;
	struct world world;
	struct bounce_policy policy;
	struct bounce_kind_result kind;
	struct bounce_message message;
	struct bounce_original original;
	struct bounce_dkim_signature sig;
	struct bounce_signature_evidence sig_evidence;
	struct bounce_signatures signatures;
	struct bounce_forwarded forwarded;
	struct bounce_answers answers;
};

static void
fixture_init(struct fixture *f, const char *header, enum bounce_reason reason)
{
	static const char names[] = "from:to:cc";
	const struct bounce_original *original = &f->original;

	i_zero(f);
	f->pool = pool_alloconly_create("fixture", 2048);
	f->world.replay.count = world_replay;
	f->world.disown.find = world_disown;
	f->world.sent.find = world_sent;
	f->world.spf.check = world_spf;
	f->world.spf.check_host = world_host;
	f->world.count = 1;
	bounce_policy_init(&f->policy);
	f->kind.kind = BOUNCE_KIND_FAILED;
	f->original.message.header = bounce_header_parse(
		f->pool, (const void *)header, strlen(header));
	f->original.state = BOUNCE_ORIGINAL_FULL;
	f->original.body_size = 9;
	f->message.originals = &f->original;
	f->message.header = bounce_header_parse(f->pool, (const void *)"", 0);
	f->sig.own = TRUE;
	f->sig.timestamp = TIME_2020 + 5;
	f->sig.b = (const void *)"b=";
	f->sig.b_size = 2;
	f->sig.names = (const void *)names;
	f->sig.names_size = strlen(names);
	f->sig_evidence.original = original;
	f->sig_evidence.sig = &f->sig;
	f->sig_evidence.header = BOUNCE_DKIM_HEADER_PASS;
	f->sig_evidence.reason = reason;
	f->signatures.sigs = &f->sig_evidence;
	f->signatures.sigs_count = reason == BOUNCE_REASON_UNSIGNED ? 0 : 1;
	p_array_init(&f->signatures.originals, f->pool, 1);
	array_push_back(&f->signatures.originals, &original);
	bounce_signatures_decide(&f->signatures);
}

static enum bounce_reason
fixture_ask_ports(struct fixture *f, const struct bounce_ports *ports)
{
	enum bounce_question open;
	enum bounce_reason reason;
	struct bounce_facts facts;

	bounce_facts_collect(&f->policy, &f->kind, &f->message,
			     &f->signatures, &facts);
	facts.forwarded = f->forwarded;
	bounce_questions_ask(f->pool, &f->policy, &f->kind, &f->message,
			     &f->signatures, &facts, ports, &f->answers);
	reason = bounce_reason_find(&facts, &f->answers, &open);
	test_assert(open == BOUNCE_QUESTION_COUNT);
	return reason;
}

static enum bounce_reason fixture_ask(struct fixture *f)
{
	const struct bounce_ports ports = {
		.replay = &f->world.replay,
		.disown = &f->world.disown,
		.sent = &f->world.sent,
		.spf = &f->world.spf
	};

	return fixture_ask_ports(f, &ports);
}

static void test_bounce_questions_genuine(void)
{
	struct fixture f;

	test_begin("bounce questions: what is genuine");
	fixture_init(&f, HEADER, BOUNCE_REASON_DKIM_FULL);
	test_assert(fixture_ask(&f) == BOUNCE_REASON_DKIM_FULL);
	test_assert(f.world.sent_at == TIME_2020 + 5);
	test_assert(f.world.id != NULL && strlen(f.world.id) == 64);
	test_assert(f.world.message_id == NULL && !f.world.spf_asked);
	test_assert(f.answers.asked[BOUNCE_QUESTION_REPLAYED].finding == BOUNCE_FINDING_NO);
	test_assert(f.answers.asked[BOUNCE_QUESTION_DISOWNED].finding == BOUNCE_FINDING_NO);
	test_assert(f.answers.asked[BOUNCE_QUESTION_SENT_COPY].finding == BOUNCE_FINDING_NOT_ASKED);
	pool_unref(&f.pool);

	fixture_init(&f, HEADER, BOUNCE_REASON_DKIM_FULL);
	f.world.disown_ret = 1;
	test_assert(fixture_ask(&f) == BOUNCE_REASON_DISOWNED);
	pool_unref(&f.pool);

	/* broken state holds nothing against the message */
	fixture_init(&f, HEADER, BOUNCE_REASON_DKIM_FULL);
	f.world.disown_ret = f.world.replay_ret = -1;
	f.world.count = UINT_MAX;
	test_assert(fixture_ask(&f) == BOUNCE_REASON_DKIM_FULL);
	test_assert(f.answers.asked[BOUNCE_QUESTION_REPLAYED].finding == BOUNCE_FINDING_FAILED);
	test_assert_strcmp(f.answers.asked[BOUNCE_QUESTION_REPLAYED].text, "no dict");
	test_assert_strcmp(f.answers.asked[BOUNCE_QUESTION_DISOWNED].text, "no dict");
	pool_unref(&f.pool);
	test_end();
}

/* Where nobody is there to ask */
static void test_bounce_questions_no_ports(void)
{
	const struct bounce_ports ports = { .keys = NULL };
	struct fixture f;

	test_begin("bounce questions without ports");
	fixture_init(&f, HEADER, BOUNCE_REASON_DKIM_FULL);
	(void)fixture_ask_ports(&f, &ports);
	test_assert(f.answers.asked[BOUNCE_QUESTION_REPLAYED].finding == BOUNCE_FINDING_NOBODY);
	f.sig_evidence.reason = BOUNCE_REASON_BAD_SIGNATURE;
	(void)fixture_ask_ports(&f, &ports);
	test_assert(f.answers.asked[BOUNCE_QUESTION_SENT_COPY].finding == BOUNCE_FINDING_NOBODY);
	test_assert(f.answers.spf.spf == BOUNCE_SPF_NOT_ASKED);
	pool_unref(&f.pool);
	test_end();
}

/* Exim warns of a delay each day, and then the mail fails. */
static void test_bounce_questions_replay_kinds(void)
{
#define DAY (24 * 3600)
	static const struct {
		enum bounce_kind kind;
		unsigned int queue_lifetime, limit, want;
	} tests[] = {
		/* four recipients are named */
		{ BOUNCE_KIND_FAILED, 5 * DAY, 3, 3 + 4 },
		{ BOUNCE_KIND_DELIVERED, 5 * DAY, 3, 3 + 4 },
		{ BOUNCE_KIND_RELAYED, 5 * DAY, 3, 3 + 4 },
		{ BOUNCE_KIND_EXPANDED, 5 * DAY, 3, 3 + 4 },
		{ BOUNCE_KIND_DELAYED, 5 * DAY, 3, 3 + 4 * 5 },
		{ BOUNCE_KIND_DELAYED, 5 * DAY, 1, 1 + 4 * 5 },
		{ BOUNCE_KIND_DELAYED, 5 * DAY + 1, 3, 3 + 4 * 6 },
		{ BOUNCE_KIND_DELAYED, DAY, 3, 3 + 4 },
		{ BOUNCE_KIND_DELAYED, 3600, 3, 3 + 4 },
		{ BOUNCE_KIND_DELAYED, 0, 3, 3 + 4 },
		{ BOUNCE_KIND_DELAYED, UINT_MAX, 3, 3 + 4 * 49711 },
	};
	struct fixture f;
	unsigned int i, allowed;

	test_begin("bounce questions: replays of each kind");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		fixture_init(&f, HEADER, BOUNCE_REASON_DKIM_FULL);
		f.policy.queue_lifetime = tests[i].queue_lifetime;
		f.policy.replay_limit = tests[i].limit;
		allowed = bounce_replay_allowed(&f.policy, tests[i].kind,
						&f.signatures);
		test_assert_ucmp_idx(allowed, ==, tests[i].want, i);
		/* this many are none too many, and one more is */
		f.kind.kind = tests[i].kind;
		f.world.count = allowed;
		test_assert_idx(fixture_ask(&f) == BOUNCE_REASON_DKIM_FULL, i);
		f.world.count++;
		test_assert_idx(fixture_ask(&f) == BOUNCE_REASON_REPLAYED, i);
		pool_unref(&f.pool);
	}
	test_end();
}

static void test_bounce_questions_replay(void)
{
	static const struct {
		unsigned int limit, count;
		enum bounce_dkim_header header;
		enum bounce_reason reason, want;
	} tests[] = {
#define PASS BOUNCE_DKIM_HEADER_PASS
#define FAIL BOUNCE_DKIM_HEADER_FAIL
#define FULL BOUNCE_REASON_DKIM_FULL
#define ALTERED BOUNCE_REASON_ALTERED
#define REPLAYED BOUNCE_REASON_REPLAYED
		/* four recipients are named, by a signature that covers them */
		{ 3, 7, PASS, FULL, FULL },
		{ 3, 8, PASS, FULL, REPLAYED },
		{ 1, 5, PASS, FULL, FULL },
		{ 1, 6, PASS, FULL, REPLAYED },
		{ 0, UINT_MAX, PASS, FULL, FULL },
		/* an altered header names whom a stranger likes */
		{ 3, 4, FAIL, ALTERED, ALTERED },
		{ 3, 5, FAIL, ALTERED, REPLAYED },
	};
	struct fixture f;
	unsigned int i;

	test_begin("bounce questions: replayed");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		fixture_init(&f, HEADER, tests[i].reason);
		f.policy.replay_limit = tests[i].limit;
		f.world.count = tests[i].count;
		f.sig_evidence.header = tests[i].header;
		test_assert_strcmp_idx(bounce_reason_name(fixture_ask(&f)),
				       bounce_reason_name(tests[i].want), i);
		test_assert_idx((f.world.id == NULL) == (tests[i].limit == 0),
				i);
		pool_unref(&f.pool);
	}
	/* what has no domain is not an address */
	fixture_init(&f, "To: bob, carol, dave@example.com\n", FULL);
	test_assert(bounce_replay_allowed(&f.policy, BOUNCE_KIND_FAILED,
					  &f.signatures) == 3 + 1);
	pool_unref(&f.pool);
	/* h= without To */
	fixture_init(&f, HEADER, FULL);
	f.sig.names_size = strlen("from");
	test_assert(bounce_replay_allowed(&f.policy, BOUNCE_KIND_FAILED,
					  &f.signatures) == 3 + 1);
	pool_unref(&f.pool);

	/* fields of any length; an address counts once, whatever its case; and
	   there is a limit */
	for (i = 100; i <= 10000; i *= 10) {
		string_t *header = t_str_new(65536);
		unsigned int j;

		str_append(header, HEADER);
		str_append(header, "To: dave@example.com, Alice@Example.COM");
		for (j = 0; j < i; j++)
			str_printfa(header, ",\r\n r%u@example.com", j / 2);
		str_append(header, "\n");
		fixture_init(&f, strstr(str_c(header), "Cc:"), FULL);
		test_assert_idx(bounce_replay_allowed(&f.policy,
			BOUNCE_KIND_FAILED, &f.signatures) == 3 +
			I_MIN(i / 2 + 3, BOUNCE_REPLAY_MAX_RECIPIENTS), i);
		pool_unref(&f.pool);
	}
	test_end();

	/* kind and signature make the id, and nothing else does */
	test_begin("bounce questions: replay id");
	fixture_init(&f, HEADER, FULL);
	(void)fixture_ask(&f);
	test_assert_strcmp(f.world.id,
			   t_bounce_replay_id(f.kind.kind, "b=", 2));
	test_assert(strcmp(f.world.id,
			   t_bounce_replay_id(f.kind.kind, "b", 1)) != 0);
	f.kind.kind = BOUNCE_KIND_DELAYED;
	test_assert(strcmp(f.world.id,
			   t_bounce_replay_id(f.kind.kind, "b=", 2)) != 0);
	pool_unref(&f.pool);
	test_end();
}

static void test_bounce_questions_sent(void)
{
	struct fixture f;
	string_t *header;
	unsigned int i;

	test_begin("bounce questions: sent copy");
	fixture_init(&f, HEADER, BOUNCE_REASON_UNSIGNED);
	f.world.sent_ret = 1;
	test_assert(fixture_ask(&f) == BOUNCE_REASON_SENT_COPY);
	test_assert_strcmp(f.world.message_id, "<1@example.org>");
	test_assert(!f.world.spf_asked);
	/* its Date, and a replay by its Message-ID */
	test_assert(f.world.sent_at == TIME_2020);
	test_assert_strcmp(f.world.id, t_bounce_replay_id(f.kind.kind,
			   "<1@example.org>", strlen("<1@example.org>")));
	pool_unref(&f.pool);

	fixture_init(&f, HEADER, BOUNCE_REASON_BAD_SIGNATURE);
	f.world.sent_ret = -1;
	test_assert(fixture_ask(&f) == BOUNCE_REASON_STATE);
	test_assert(f.world.id == NULL && f.world.sent_at == 0);
	pool_unref(&f.pool);

	/* what was once sent has a copy for ever */
	fixture_init(&f, HEADER, BOUNCE_REASON_STALE);
	f.world.sent_ret = 1;
	test_assert(fixture_ask(&f) == BOUNCE_REASON_STALE);
	test_assert(f.world.message_id == NULL && !f.world.spf_asked);
	pool_unref(&f.pool);

	/* nothing to look for, or too much */
	fixture_init(&f, "Received: from a by b\n"
		     "From: alice@example.org\n", BOUNCE_REASON_UNSIGNED);
	f.world.sent_ret = 1;
	test_assert(fixture_ask(&f) == BOUNCE_REASON_UNSIGNED);
	pool_unref(&f.pool);
	fixture_init(&f, "Received: from a by b\nMessage-ID: \n"
		     "From: alice@example.org\n", BOUNCE_REASON_UNSIGNED);
	f.world.sent_ret = 1;
	test_assert(fixture_ask(&f) == BOUNCE_REASON_UNSIGNED);
	test_assert(f.world.message_id == NULL);
	pool_unref(&f.pool);
	/* the whole field, with its line end, may be so large, and no larger */
	for (i = 0; i < 2; i++) {
		header = t_str_new(2048);
		str_append(header, "Message-ID: <");
		while (str_len(header) + 2 < BOUNCE_MESSAGE_ID_MAX_SIZE + i)
			str_append_c(header, 'x');
		str_append(header, ">\nReceived: from a by b\n"
			   "From: alice@example.org\n");
		fixture_init(&f, str_c(header), BOUNCE_REASON_UNSIGNED);
		f.world.sent_ret = 1;
		test_assert_idx(fixture_ask(&f) == (i == 0 ?
				BOUNCE_REASON_SENT_COPY :
				BOUNCE_REASON_UNSIGNED), i);
		pool_unref(&f.pool);
	}
	header = t_str_new(2048);
	str_append(header, "Received: from a by b\n"
		   "From: alice@example.org\nMessage-ID: <");
	while (str_len(header) < BOUNCE_MESSAGE_ID_MAX_SIZE + 80)
		str_append_c(header, 'x');
	str_append(header, ">\n");
	fixture_init(&f, str_c(header), BOUNCE_REASON_UNSIGNED);
	f.world.sent_ret = 1;
	test_assert(fixture_ask(&f) == BOUNCE_REASON_UNSIGNED);
	test_assert(f.world.message_id == NULL && f.world.spf_asked);
	pool_unref(&f.pool);
	test_end();
}

static void test_bounce_questions_forwarded(void)
{
	static const struct {
		enum bounce_forwarding forwarding;
		bool unknown;
		/* of the two hosts, and how many are asked */
		enum bounce_spf hosts[2];
		unsigned int asked;
		enum bounce_reason signature, reason;
	} tests[] = {
#define FOREIGN BOUNCE_REASON_FOREIGN_SIGNATURE
#define UNSIGNED BOUNCE_REASON_UNSIGNED
#define FORWARDED BOUNCE_REASON_FORWARDED
#define BAD BOUNCE_REASON_BAD_SIGNATURE
#define NO BOUNCE_FORWARDED_NO
#define YES BOUNCE_FORWARDED_YES
#define IF_SPF BOUNCE_FORWARDED_IF_SPF
#define SPF(a, b) { BOUNCE_SPF_##a, BOUNCE_SPF_##b }
		{ NO, FALSE, SPF(PASS, PASS), 0, FOREIGN, FOREIGN },
		{ NO, TRUE, SPF(PASS, PASS), 0, FOREIGN, BOUNCE_REASON_STATE },
		{ YES, FALSE, SPF(FAIL, FAIL), 0, FOREIGN, FORWARDED },
		{ YES, TRUE, SPF(FAIL, FAIL), 0, UNSIGNED, FORWARDED },
		{ IF_SPF, FALSE, SPF(PASS, PASS), 2, FOREIGN, FORWARDED },
		{ IF_SPF, TRUE, SPF(PASS, PASS), 2, UNSIGNED, FORWARDED },
		{ IF_SPF, FALSE, SPF(PASS, FAIL), 2, FOREIGN, FOREIGN },
		{ IF_SPF, FALSE, SPF(NONE, PASS), 1, UNSIGNED, UNSIGNED },
		{ IF_SPF, FALSE, SPF(PASS, TEMPERROR), 2, FOREIGN,
		  BOUNCE_REASON_DNS },
		/* it is ours, and bad */
		{ YES, TRUE, SPF(PASS, PASS), 0, BAD, BAD },
	};
	struct fixture f;
	unsigned int i;

	test_begin("bounce questions: forwarded");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		fixture_init(&f, HEADER, tests[i].signature);
		f.world.hosts = tests[i].hosts;
		f.forwarded.forwarding = tests[i].forwarding;
		f.forwarded.clients_count = 2;
		f.forwarded.domain = "example.org";
		f.forwarded.unknown = tests[i].unknown;
		test_assert_strcmp_idx(bounce_reason_name(fixture_ask(&f)),
				       bounce_reason_name(tests[i].reason), i);
		test_assert_idx(f.world.hosts ==
				tests[i].hosts + tests[i].asked, i);
		pool_unref(&f.pool);
	}
	test_end();
}

static void test_bounce_questions_spf(void)
{
	static const struct {
		bool rescue;
		enum bounce_spf spf;
		enum bounce_reason reason;
	} tests[] = {
		{ FALSE, BOUNCE_SPF_PASS, BOUNCE_REASON_UNSIGNED },
		{ FALSE, BOUNCE_SPF_TEMPERROR, BOUNCE_REASON_UNSIGNED },
		{ TRUE, BOUNCE_SPF_NOT_ASKED, BOUNCE_REASON_UNSIGNED },
		{ TRUE, BOUNCE_SPF_NONE, BOUNCE_REASON_UNSIGNED },
		{ TRUE, BOUNCE_SPF_NEUTRAL, BOUNCE_REASON_UNSIGNED },
		{ TRUE, BOUNCE_SPF_PASS, BOUNCE_REASON_SPF_PASS },
		{ TRUE, BOUNCE_SPF_FAIL, BOUNCE_REASON_UNSIGNED },
		{ TRUE, BOUNCE_SPF_SOFTFAIL, BOUNCE_REASON_UNSIGNED },
		{ TRUE, BOUNCE_SPF_TEMPERROR, BOUNCE_REASON_DNS },
		{ TRUE, BOUNCE_SPF_PERMERROR, BOUNCE_REASON_UNSIGNED },
	};
	struct fixture f;
	unsigned int i;

	test_begin("bounce questions: SPF");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		fixture_init(&f, HEADER, BOUNCE_REASON_UNSIGNED);
		f.policy.spf_rescue = tests[i].rescue;
		f.world.spf_result = tests[i].spf;
		test_assert_strcmp_idx(bounce_reason_name(fixture_ask(&f)),
				       bounce_reason_name(tests[i].reason), i);
		test_assert_idx(f.world.spf_asked, i);
		pool_unref(&f.pool);
	}
	test_end();
}

static void test_bounce_questions_reporter(void)
{
	static const char header[] =
		"Authentication-Results: mx; dkim=pass header.d=b.example\r\n"
		"Received: from b ([192.0.2.1]) by mx; x\r\n";
	static const struct bounce_report_recipient rcpt = {
		.final_recipient = "bob@b.example"
	};
	static const struct bounce_report report = {
		.recipients = &rcpt, .recipients_count = 1
	};
	struct fixture f;

	test_begin("bounce questions: the reporter");
	fixture_init(&f, HEADER, BOUNCE_REASON_UNSIGNED);
	f.message.header = bounce_header_parse(f.pool, (const void *)header,
					       strlen(header));
	f.message.report = &report;
	(void)fixture_ask(&f);
	test_assert(f.answers.reporter_spf.spf == BOUNCE_SPF_NOT_ASKED);
	test_assert(f.answers.reporter_alignment == NULL);
	f.world.spf.check_reporter = world_reporter;
	f.policy.authserv_id = "mx";
	(void)fixture_ask(&f);
	test_assert(f.answers.reporter_spf.spf == BOUNCE_SPF_SOFTFAIL);
	test_assert_strcmp(f.answers.reporter_alignment, "yes");
	pool_unref(&f.pool);
	/* of what is genuine nothing is asked; it costs nothing to look */
	fixture_init(&f, HEADER, BOUNCE_REASON_DKIM_FULL);
	f.world.spf.check_reporter = world_reporter;
	f.policy.authserv_id = "mx";
	f.message.report = &report;
	(void)fixture_ask(&f);
	test_assert(f.answers.reporter_spf.spf == BOUNCE_SPF_NOT_ASKED);
	test_assert_strcmp(f.answers.reporter_alignment, "unknown");
	pool_unref(&f.pool);
	test_end();
}

/* A weak rule: only a signature that vouches counts. */
static void test_bounce_questions_weak(void)
{
	struct fixture f;

	test_begin("bounce questions of a weak bounce");
	fixture_init(&f, HEADER, BOUNCE_REASON_UNSIGNED);
	f.kind.weak = TRUE;
	f.world.sent_ret = 1;
	test_assert(fixture_ask(&f) == BOUNCE_REASON_NONE);
	test_assert(f.world.message_id == NULL && !f.world.spf_asked);
	pool_unref(&f.pool);
	fixture_init(&f, HEADER, BOUNCE_REASON_DKIM_HEADERS);
	f.kind.weak = TRUE;
	f.world.count = UINT_MAX;
	test_assert(fixture_ask(&f) == BOUNCE_REASON_NONE);
	pool_unref(&f.pool);
	test_end();
}

/* How much of the original came back, and how old it is. */
static void test_bounce_questions_facts(void)
{
#define CUT "Received: from a by b\nFrom: alice@example.org\nX: y\n"
#define HTML BOUNCE_SOURCE_HTML
#define PART BOUNCE_SOURCE_PART
#define WHOLE BOUNCE_ORIGINAL_FULL
#define TRUNCATED BOUNCE_ORIGINAL_TRUNCATED
	static const struct {
		const char *header;
		enum bounce_reason reason;
		enum bounce_original_source source;
		enum bounce_original_state state;
		uoff_t body_size;
		time_t signed_since;
		bool truncated, predates;
	} tests[] = {
		{ HEADER, UNSIGNED, PART, WHOLE, 9, 0, FALSE, FALSE },
		{ HEADER, FOREIGN, PART, WHOLE, 9, 0, FALSE, FALSE },
		/* what people are shown */
		{ "From: a@b\nTo: c@d\nSubject: e\n", UNSIGNED, PART, WHOLE,
		  9, 0, TRUE, FALSE },
		{ "From: a@b\nTo: c@d\nX: e\n", UNSIGNED, PART, WHOLE, 9, 0,
		  FALSE, FALSE },
		/* cut in its body, or in its header */
		{ HEADER, UNSIGNED, PART, TRUNCATED, 9, 0, FALSE, FALSE },
		{ HEADER, UNSIGNED, PART, TRUNCATED, 0, 0, TRUE, FALSE },
		{ CUT, UNSIGNED, PART, TRUNCATED, 9, 0, TRUE, FALSE },
		{ CUT, UNSIGNED, PART, WHOLE, 0, 0, FALSE, FALSE },
		{ "Received: from a by b\nTo: c@d\nDate: "DATE_2020"\n",
		  UNSIGNED, PART, WHOLE, 9, 0, TRUE, FALSE },
		/* HTML may have lost the signature, unless one is there */
		{ HEADER, UNSIGNED, HTML, WHOLE, 9, 0, TRUE, FALSE },
		{ HEADER, FOREIGN, HTML, WHOLE, 9, 0, FALSE, FALSE },
		/* its date */
		{ HEADER, UNSIGNED, PART, WHOLE, 9, TIME_2020, FALSE, FALSE },
		{ HEADER, UNSIGNED, PART, WHOLE, 9, TIME_2020 + 1, FALSE,
		  TRUE },
		{ CUT, UNSIGNED, PART, WHOLE, 9, TIME_2020 + 1, FALSE, FALSE },
		{ "Date: "DATE_2020"\n", BOUNCE_REASON_DAMAGED, PART, WHOLE, 9,
		  TIME_2020 + 1, TRUE, TRUE },
		/* for no other reason this is looked at */
		{ "Date: "DATE_2020"\n", BAD, HTML, TRUNCATED, 0,
		  TIME_2020 + 1, FALSE, FALSE },
	};
	struct bounce_facts facts;
	struct fixture f;
	unsigned int i;

	test_begin("bounce questions: facts");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		fixture_init(&f, tests[i].header, tests[i].reason);
		f.original.source = tests[i].source;
		f.original.state = tests[i].state;
		f.original.body_size = tests[i].body_size;
		f.policy.signed_since = tests[i].signed_since;
		bounce_facts_collect(&f.policy, &f.kind, &f.message,
				     &f.signatures, &facts);
		test_assert_idx(facts.signature == tests[i].reason, i);
		test_assert_idx(facts.truncated == tests[i].truncated, i);
		test_assert_idx(facts.predates_signing == tests[i].predates,
				i);
		test_assert_idx(!facts.no_original && !facts.over_limit, i);
		pool_unref(&f.pool);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_questions_genuine,
		test_bounce_questions_no_ports,
		test_bounce_questions_replay,
		test_bounce_questions_replay_kinds,
		test_bounce_questions_sent,
		test_bounce_questions_forwarded,
		test_bounce_questions_spf,
		test_bounce_questions_reporter,
		test_bounce_questions_weak,
		test_bounce_questions_facts,
		NULL
	};
	return test_run(test_functions);
}
