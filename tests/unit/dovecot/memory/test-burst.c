/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "test-common.h"
#include "header/header.h"
#include "message/message.h"
#include "report/delivery-status.h"
#include "verdict/verdict.h"
#include "memory/alarm.h"
#include "memory/burst.h"
#include "settings/plugin-settings.h"
#include "dovecot-backscatter.h"

#define NOW 1790000000
#define PERIOD 3600
#define STEP (PERIOD / BACKSCATTER_RECORD_STEPS)
#define MAX_AGE (14 * 24 * 3600)
#define LIMIT 5

/* A bounce that is being delivered: of a mail, to a recipient. */
struct test_bounce {
	struct bounce_report_recipient recipient;
	const struct bounce_report_recipient *recipients[1];
	struct bounce_message message;
	struct bounce_answers answers;
	struct bounce_dkim_signature sig;
	struct bounce_signature_evidence evidence;
	struct bounce_verdict verdict;
	struct backscatter_result result;
};

static void
test_bounce_init(struct test_bounce *b, const char *mail,
		 const char *recipient, time_t now)
{
	i_zero(b);
	b->recipient.final_recipient = recipient;
	b->recipient.status = "5.1.1";
	b->recipients[0] = &b->recipient;
	b->answers.proof.strength = BOUNCE_PROOF_CLAIMED;
	b->answers.proof.recipients = b->recipients;
	b->answers.proof.recipients_count = 1;
	b->sig.b = (const unsigned char *)mail;
	b->sig.b_size = strlen(mail);
	b->evidence.sig = &b->sig;
	b->verdict.value = BOUNCE_VERDICT_GENUINE;
	b->verdict.kind.kind = BOUNCE_KIND_FAILED;
	b->verdict.message = &b->message;
	b->verdict.answers = &b->answers;
	b->verdict.sig = &b->evidence;
	b->result.verdict = &b->verdict;
	b->result.is_bounce = b->result.delivery = TRUE;
	b->result.now = now;
}

/* One of a user who has had no bounce yet. */
static struct backscatter_record *record_new(void)
{
	struct backscatter_record *record = t_new(struct backscatter_record, 1);
	const char *error = NULL;

	test_assert(backscatter_record_parse(pool_datastack_create(), NULL,
					     record, &error) == 0);
	backscatter_record_advance(record, NOW, PERIOD, MAX_AGE);
	return record;
}

static const struct backscatter_settings test_set = {
	.burst_limit = LIMIT, .burst_period = PERIOD
};

/* Deliver the bounce of mail number i. Returns TRUE if the alarm rings. */
static bool deliver(struct backscatter_record *record, unsigned int i,
		    time_t now)
{
	struct test_bounce b;
	struct backscatter_record_burst burst;
	bool foreseen, rings;

	test_bounce_init(&b, t_strdup_printf("mail %u", i),
			 t_strdup_printf("%u@example.com", i), now);
	backscatter_record_advance(record, now, PERIOD, MAX_AGE);
	foreseen = backscatter_burst_alarm(record, &test_set, &b.result,
					   &burst);
	rings = backscatter_burst_count(record, &test_set, &b.result);
	test_assert_idx(!rings || foreseen, i);
	return rings;
}

static unsigned int deliver_some(struct backscatter_record *record,
				 unsigned int first, unsigned int count,
				 time_t now)
{
	unsigned int i, rung = 0;

	for (i = first; i < first + count; i++) {
		if (deliver(record, i, now))
			rung++;
	}
	return rung;
}

static void test_burst_rings(void)
{
	struct backscatter_record *record = record_new();
	struct test_bounce b;

	test_begin("burst: rings once, at the limit");
	test_bounce_init(&b, "another", "x@example.com", NOW);
	test_assert(backscatter_burst_approaches(record, &test_set,
						 &b.result));
	test_assert(deliver_some(record, 0, LIMIT - 1, NOW) == 0);
	test_assert(record->burst.last == 0);
	/* what is near the alarm may not be lost: a new original, or a new
	   recipient */
	test_assert(backscatter_burst_approaches(record, &test_set,
						 &b.result));
	test_bounce_init(&b, "mail 0", "x@example.com", NOW);
	test_assert(backscatter_burst_approaches(record, &test_set,
						 &b.result));
	test_bounce_init(&b, "mail 0", "0@example.com", NOW);
	test_assert(!backscatter_burst_approaches(record, &test_set,
						  &b.result));
	test_assert(deliver(record, LIMIT, NOW));
	test_bounce_init(&b, "another", "x@example.com", NOW);
	test_assert(!backscatter_burst_approaches(record, &test_set,
						  &b.result));
	test_assert(record->burst.since == NOW && record->burst.last == NOW);
	test_assert(record->burst.originals == LIMIT &&
		    record->burst.recipients == LIMIT &&
		    record->burst.bounces == LIMIT);
	test_assert(deliver_some(record, 100, 50, NOW + 60) == 0);
	test_assert(record->burst.since == NOW &&
		    record->burst.last == NOW + 60);
	test_assert(record->burst.originals == LIMIT + 50);
	test_end();
}

static void test_burst_newsletter(void)
{
	struct backscatter_record *record = record_new();
	struct test_bounce b;
	unsigned int i;

	test_begin("burst: one mail to many is no burst");
	for (i = 0; i < LIMIT * 3; i++) {
		test_bounce_init(&b, "newsletter",
				 t_strdup_printf("%u@example.com", i), NOW);
		test_assert_idx(!backscatter_burst_count(record, &test_set,
							 &b.result), i);
	}
	test_assert(backscatter_record_sum(record,
			BACKSCATTER_RECORD_ORIGINALS) == 1);
	test_assert(backscatter_record_sum(record,
			BACKSCATTER_RECORD_RECIPIENTS) == LIMIT * 3);
	/* nor is a recipient another one for being written otherwise */
	test_bounce_init(&b, "newsletter", "0@EXAMPLE.com", NOW);
	(void)backscatter_burst_count(record, &test_set, &b.result);
	test_assert(backscatter_record_sum(record,
			BACKSCATTER_RECORD_RECIPIENTS) == LIMIT * 3);
	test_end();
}

static void test_burst_others(void)
{
	static const struct {
		enum bounce_verdict_value value;
		enum bounce_kind kind;
	} others[] = {
		{ BOUNCE_VERDICT_BACKSCATTER, BOUNCE_KIND_FAILED },
		{ BOUNCE_VERDICT_DISOWNED, BOUNCE_KIND_FAILED },
		{ BOUNCE_VERDICT_UNVERIFIABLE, BOUNCE_KIND_FAILED },
		{ BOUNCE_VERDICT_TEMPERROR, BOUNCE_KIND_FAILED },
		{ BOUNCE_VERDICT_GENUINE, BOUNCE_KIND_DELAYED }
	};
	struct backscatter_record *record;
	struct test_bounce b;
	struct backscatter_record_burst burst;
	unsigned int i, j;

	test_begin("burst: what raises no alarm is counted by its verdict");
	for (i = 0; i < N_ELEMENTS(others); i++) {
		record = record_new();
		for (j = 0; j < LIMIT * 2; j++) {
			test_bounce_init(&b, t_strdup_printf("%u", j),
					 "x@example.com", NOW);
			b.verdict.value = others[i].value;
			b.verdict.kind.kind = others[i].kind;
			test_assert_ucmp_idx(backscatter_burst_bounces(
				record, &b.result), ==, j + 1, i);
			test_assert_idx(!backscatter_burst_alarm(record,
				&test_set, &b.result, &burst), i);
			test_assert_idx(!backscatter_burst_count(record,
				&test_set, &b.result), i);
		}
		test_assert_idx(backscatter_record_sum(record,
			BACKSCATTER_RECORD_ORIGINALS) == 0, i);
	}
	test_end();
}

static void test_burst_time(void)
{
	struct backscatter_record *record = record_new();
	unsigned int i;

	test_begin("burst: within the period, and a new one after a rest");
	/* as many in a day, but not in an hour */
	for (i = 0; i < LIMIT * 4; i++) {
		test_assert_idx(!deliver(record, i,
					 NOW + i * (PERIOD / 3)), i);
	}
	record = record_new();
	test_assert(deliver_some(record, 0, LIMIT, NOW) == 1);
	/* it goes on as long as the limit is reached within the period */
	test_assert(deliver_some(record, 100, LIMIT, NOW + PERIOD) == 0);
	test_assert(record->burst.since == NOW);
	test_assert(deliver_some(record, 200, LIMIT - 1,
				 NOW + 3 * PERIOD + STEP) == 0);
	test_assert(deliver(record, 300, NOW + 3 * PERIOD + STEP));
	test_assert(record->burst.since == NOW + 3 * PERIOD + STEP);
	test_end();
}

static void test_burst_alarm(void)
{
	struct backscatter_record *record = record_new();
	struct backscatter_settings off = test_set;
	struct test_bounce b;
	struct backscatter_record_burst burst;

	test_begin("burst: what Sieve is told");
	off.burst_limit = 0;
	(void)deliver_some(record, 0, LIMIT - 1, NOW);
	/* the one that will raise it is told that it does */
	test_bounce_init(&b, "another", "x@example.com", NOW);
	test_assert(backscatter_burst_alarm(record, &test_set, &b.result,
					    &burst));
	test_assert(burst.originals == LIMIT);
	test_assert(!backscatter_burst_alarm(record, &off, &b.result,
					     &burst));
	/* but not if it is only looked at, or came back before */
	b.result.delivery = FALSE;
	test_assert(!backscatter_burst_alarm(record, &test_set, &b.result,
					     &burst));
	test_bounce_init(&b, "mail 0", "x@example.com", NOW);
	test_assert(!backscatter_burst_alarm(record, &test_set, &b.result,
					     &burst));
	/* while it lasts all are told, and then nobody is */
	test_assert(deliver(record, LIMIT, NOW));
	b.verdict.value = BOUNCE_VERDICT_BACKSCATTER;
	test_assert(backscatter_burst_alarm(record, &test_set, &b.result,
					    &burst));
	test_assert(burst.originals == LIMIT);
	b.result.now = NOW + PERIOD;
	test_assert(backscatter_burst_alarm(record, &test_set, &b.result,
					    &burst));
	b.result.now = NOW + PERIOD + 1;
	test_assert(!backscatter_burst_alarm(record, &test_set, &b.result,
					     &burst));
	test_assert(!backscatter_burst_count(record, &off, &b.result));
	test_end();
}

/* Whose status, or diagnostic, says that there is no such address. */
static void test_burst_dead(void)
{
	static const struct {
		const char *status, *diagnostic;
		bool dead;
	} tests[] = {
		{ "5.1.1", NULL, TRUE },
		{ "5.1.10", NULL, TRUE },
		{ "5.2.2", "smtp; 550 5.1.1 it is full", FALSE },
		{ "4.1.1", NULL, FALSE },
		{ "5.11.1", NULL, FALSE },
		/* Exim */
		{ "5.0.0", "smtp; 550 5.1.1 <x@example.com>: unknown", TRUE },
		{ "5.0.0", "smtp; 550 5.7.1 no", FALSE },
		{ "5.0.0", NULL, FALSE },
		{ NULL, "smtp; 550 5.1.1 unknown", TRUE },
		{ NULL, NULL, FALSE }
	};
	struct backscatter_record *record;
	struct test_bounce b;
	unsigned int i;

	test_begin("burst: who is not there");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		record = record_new();
		test_bounce_init(&b, "mail", "x@example.com", NOW);
		b.recipient.status = tests[i].status;
		b.recipient.diagnostic_code = tests[i].diagnostic;
		(void)backscatter_burst_count(record, &test_set, &b.result);
		test_assert_idx(backscatter_record_sum(record,
			BACKSCATTER_RECORD_RECIPIENTS) == 1, i);
		test_assert_idx(backscatter_record_sum(record,
			BACKSCATTER_RECORD_DEAD) ==
			(tests[i].dead ? 1 : 0), i);
	}
	test_end();
}

/* The other two signals ring, are foreseen and are told. */
static void test_burst_recipients(void)
{
	struct backscatter_settings set = test_set;
	struct backscatter_record *record = record_new();
	struct test_bounce b;
	struct backscatter_record_burst burst;
	unsigned int i;

	test_begin("burst: one mail to many dead addresses");
	set.burst_recipients = 30;
	for (i = 0; i < 30; i++) {
		test_bounce_init(&b, "mail",
				 t_strdup_printf("%u@example.com", i), NOW);
		test_assert_idx(backscatter_burst_alarm(record, &set, &b.result,
							&burst) == (i == 29),
				i);
		test_assert_idx(backscatter_burst_count(record, &set,
							&b.result) == (i == 29),
				i);
	}
	test_assert(burst.originals == 1);
	test_assert(record->burst.signal == BACKSCATTER_ALARM_RECIPIENTS &&
		    record->burst.originals == 1 && record->burst.dead == 30);
	test_end();
}

static void test_burst_hosts(void)
{
	static const char *const addresses[] = {
		"192.0.2.1", "192.0.2.200", "192.0.3.1", "2001:db8:1:2::3",
		"2001:db8:1:4::5", "2001:db8:2::1"
	};
	struct backscatter_settings set = test_set;
	struct backscatter_record *record = record_new();
	struct test_bounce b;
	unsigned int i;

	test_begin("burst: from several networks");
	set.burst_limit = 20;
	set.burst_hosts = 4;
	for (i = 0; i < N_ELEMENTS(addresses); i++) {
		test_bounce_init(&b, t_strdup_printf("mail %u", i),
				 "x@example.com", NOW);
		b.answers.proof.strength = BOUNCE_PROOF_OWN;
		test_assert(net_addr2ip(addresses[i],
					&b.answers.proof.client) == 0);
		test_assert_idx(backscatter_burst_count(record, &set,
							&b.result) == (i == 5),
				i);
	}
	test_assert(record->burst.signal == BACKSCATTER_ALARM_HOSTS &&
		    record->burst.hosts == 4);
	test_end();
}

/* Who returns what he has received proves one domain. */
static void test_burst_domains(void)
{
	struct backscatter_record *record = record_new();
	struct test_bounce b;
	unsigned int i;

	test_begin("burst: reports of recipients");
	for (i = 0; i < 4; i++) {
		test_bounce_init(&b, t_strdup_printf("mail %u", i),
				 t_strdup_printf("%u@EXAMPLE.com", i), NOW);
		b.answers.proof.strength = BOUNCE_PROOF_RECIPIENT;
		(void)backscatter_burst_count(record, &test_set, &b.result);
	}
	test_assert(backscatter_record_sum(record,
			BACKSCATTER_RECORD_DOMAINS) == 1);
	test_assert(backscatter_record_sum(record,
			BACKSCATTER_RECORD_PROVEN) == 0);
	test_end();
}

/* Deliver so many bounces that our own server made, of different mails that
   were sent at that time. Returns how many of them suspend the user. */
static unsigned int
deliver_proven(struct backscatter_record *record,
	       const struct backscatter_settings *set, unsigned int count,
	       time_t sent, time_t now)
{
	static const struct backscatter_suspension suspension = {
		.since = NOW, .by = "alarm", .why = ""
	};
	static unsigned int serial;
	struct test_bounce b;
	unsigned int i, suspended = 0;

	for (i = 0; i < count; i++) {
		test_bounce_init(&b, t_strdup_printf("proven %u", serial),
				 t_strdup_printf("%u@example.com", serial),
				 now);
		serial++;
		b.sig.timestamp = sent;
		b.answers.proof.strength = BOUNCE_PROOF_OWN;
		b.result.mode = BACKSCATTER_MODE_ENFORCE;
		backscatter_record_advance(record, now, PERIOD, MAX_AGE);
		test_assert(backscatter_burst_suspends(record, set,
			&b.result) == BACKSCATTER_ALARM_NONE);
		(void)backscatter_burst_count(record, set, &b.result);
		if (backscatter_burst_suspends(record, set, &b.result) ==
		    BACKSCATTER_ALARM_NONE)
			continue;
		suspended++;
		backscatter_record_suspend(record, &suspension);
	}
	return suspended;
}

static void test_burst_suspends(void)
{
	const unsigned int limit = LIMIT * BACKSCATTER_ALARM_PROVEN_FACTOR;
	const struct backscatter_suspension resume = { .until = NOW + 60 };
	struct backscatter_settings set = test_set;
	struct backscatter_record *record = record_new();
	struct test_bounce b;

	test_begin("burst: suspends");
	test_assert(deliver_proven(record, &set, limit + 1, NOW, NOW) == 0);
	record = record_new();
	set.suspend = BACKSCATTER_SUSPEND_ALARM;
	test_assert(deliver_proven(record, &set, limit - 1, NOW, NOW) == 0);
	/* the burst has rung, and the suspension depends on the next one */
	test_bounce_init(&b, "mail", "x@example.com", NOW);
	b.result.mode = BACKSCATTER_MODE_ENFORCE;
	test_assert(backscatter_burst_approaches(record, &set, &b.result));
	b.result.mode = BACKSCATTER_MODE_AUDIT;
	test_assert(!backscatter_burst_approaches(record, &set, &b.result));
	test_assert(deliver_proven(record, &set, 1, NOW, NOW) == 1);
	/* who is suspended is not suspended once more */
	test_assert(deliver_proven(record, &set, 2 * limit, NOW, NOW) == 0);
	/* what comes back of the mail of before, or at an unknown time */
	backscatter_record_suspend(record, &resume);
	test_assert(deliver_proven(record, &set, limit, NOW + 60,
				   NOW + 61) == 0);
	test_assert(deliver_proven(record, &set, limit, 0, NOW + 61) == 0);
	/* and of the mail after that, which counts from zero */
	test_assert(deliver_proven(record, &set, limit - 1, NOW + 61,
				   NOW + 62) == 0);
	test_assert(deliver_proven(record, &set, 1, NOW + 61, NOW + 62) == 1);
	test_end();
}

static void test_burst_suspends_not(void)
{
	const struct {
		enum bounce_proof_strength proof;
		enum backscatter_mode mode;
		enum bounce_verdict_value value;
		bool suspends;
	} tests[] = {
		{ BOUNCE_PROOF_OWN, BACKSCATTER_MODE_ENFORCE,
		  BOUNCE_VERDICT_GENUINE, TRUE },
		{ BOUNCE_PROOF_OWN, BACKSCATTER_MODE_AUDIT,
		  BOUNCE_VERDICT_GENUINE, FALSE },
		{ BOUNCE_PROOF_OWN, BACKSCATTER_MODE_ENFORCE,
		  BOUNCE_VERDICT_DISOWNED, FALSE },
		{ BOUNCE_PROOF_CLAIMED, BACKSCATTER_MODE_ENFORCE,
		  BOUNCE_VERDICT_GENUINE, FALSE },
		{ BOUNCE_PROOF_RECIPIENT, BACKSCATTER_MODE_ENFORCE,
		  BOUNCE_VERDICT_GENUINE, FALSE },
		{ BOUNCE_PROOF_NONE, BACKSCATTER_MODE_ENFORCE,
		  BOUNCE_VERDICT_GENUINE, FALSE }
	};
	struct backscatter_settings set = test_set;
	struct backscatter_record *record;
	struct test_bounce b;
	unsigned int i, j;
	bool suspends;

	test_begin("burst: what suspends nobody");
	set.suspend = BACKSCATTER_SUSPEND_ALARM;
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		record = record_new();
		suspends = FALSE;
		for (j = 0; j < 1000; j++) {
			test_bounce_init(&b, t_strdup_printf("mail %u", j),
				t_strdup_printf("x@%u.example", j), NOW);
			b.sig.timestamp = NOW;
			b.answers.proof.strength = tests[i].proof;
			b.result.mode = tests[i].mode;
			b.verdict.value = tests[i].value;
			(void)backscatter_burst_count(record, &set, &b.result);
			if (backscatter_burst_suspends(record, &set, &b.result)
			    != BACKSCATTER_ALARM_NONE)
				suspends = TRUE;
		}
		test_assert_idx(suspends == tests[i].suspends, i);
	}
	test_end();
}

/* Mail number i comes back. Returns TRUE if a notice is to be sent. */
static bool tells(struct backscatter_record *record, unsigned int i, time_t now,
		  enum backscatter_mode mode)
{
	struct backscatter_settings set = test_set;
	struct test_bounce b;

	test_bounce_init(&b, "mail", "x@example.com", now);
	b.result.mode = mode;
	(void)deliver(record, i, now);
	if (backscatter_burst_tells(record, &set, &b.result))
		test_assert(FALSE);
	set.notice_to = "owner@example.net";
	return backscatter_burst_tells(record, &set, &b.result);
}

static void test_burst_tells(void)
{
	const time_t day = 24 * 3600;
	const enum backscatter_mode mode = BACKSCATTER_MODE_ENFORCE;
	struct backscatter_record *record = record_new(), before;
	const char *error;
	char id[BACKSCATTER_RECORD_HASH_LEN + 1];
	unsigned int i;

	test_begin("burst: tells once, and once a day");
	for (i = 0; i < LIMIT - 1; i++)
		test_assert_idx(!tells(record, i, NOW, mode), i);
	test_assert(!tells(record, i, NOW, BACKSCATTER_MODE_AUDIT));
	test_assert(tells(record, i, NOW, mode));
	test_assert(!tells(record, i, NOW, mode));
	i_strocpy(id, record->told_id, sizeof(id));

	/* it could not be sent */
	test_assert(backscatter_record_parse(pool_datastack_create(),
			backscatter_record_text(record), &before,
			&error) == 0);
	backscatter_burst_not_told(record);
	/* what is known of the time before this does not hide it */
	backscatter_record_restore(record, &before);
	test_assert(!tells(record, 100, NOW + 599, mode));
	test_assert(tells(record, 101, NOW + 600, mode));
	test_assert(strcmp(record->told_id, id) != 0);
	/* another host has overwritten it */
	before.told = record->told + 1;
	backscatter_record_restore(record, &before);
	test_assert(record->told == before.told);
	test_assert_strcmp(record->told_id, id);

	/* the same burst goes on for days */
	for (i = 0; i < 48 * 4; i++) {
		test_assert_idx(!tells(record, 200 + i * LIMIT, NOW + 900 +
				       i * 900, mode), i);
		deliver_some(record, 200 + i * LIMIT, LIMIT, NOW + 900 +
			     i * 900);
	}
	/* another one; and one within a day of it */
	deliver_some(record, 2000, LIMIT, NOW + 4 * day);
	test_assert(tells(record, 2000, NOW + 4 * day, mode));
	deliver_some(record, 3000, LIMIT, NOW + 5 * day - 1);
	test_assert(!tells(record, 3000, NOW + 5 * day - 1, mode));
	test_end();
}

static void test_burst_of_notice(void)
{
	struct backscatter_record *record = record_new();
	struct bounce_original original;
	struct test_bounce b;
	const char *header;

	test_begin("burst: a bounce of the notice does not count");
	deliver_some(record, 0, LIMIT, NOW);
	test_assert(tells(record, LIMIT, NOW, BACKSCATTER_MODE_ENFORCE));
	header = t_strdup_printf("Message-ID: %s\r\n",
		backscatter_burst_message_id(record->told_id));
	i_zero(&original);
	original.message.header = bounce_header_parse(pool_datastack_create(),
		(const void *)header, strlen(header));
	test_bounce_init(&b, "notice", "owner@example.net", NOW);
	b.verdict.original = &original;
	(void)backscatter_burst_count(record, &test_set, &b.result);
	test_assert(backscatter_record_sum(record,
			BACKSCATTER_RECORD_ORIGINALS) == LIMIT + 1);
	/* whoever does not know the id cannot use it */
	record->told_id[0]++;
	(void)backscatter_burst_count(record, &test_set, &b.result);
	test_assert(backscatter_record_sum(record,
			BACKSCATTER_RECORD_ORIGINALS) == LIMIT + 2);
	test_end();
}

int main(void)
{
	static void (*const tests[])(void) = {
		test_burst_rings,
		test_burst_newsletter,
		test_burst_others,
		test_burst_time,
		test_burst_alarm,
		test_burst_dead,
		test_burst_recipients,
		test_burst_hosts,
		test_burst_domains,
		test_burst_suspends,
		test_burst_suspends_not,
		test_burst_tells,
		test_burst_of_notice,
		NULL
	};

	return test_run(tests);
}
