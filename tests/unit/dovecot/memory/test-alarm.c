/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "test-common.h"
#include "memory/alarm.h"

#define NOW 1790000000
#define PERIOD 3600
#define MAX_AGE (14 * 24 * 3600)

#define OWN BOUNCE_PROOF_OWN
#define RECIPIENT BOUNCE_PROOF_RECIPIENT
#define CLAIMED BOUNCE_PROOF_CLAIMED
#define NONE BACKSCATTER_ALARM_NONE
#define ORIGINALS BACKSCATTER_ALARM_ORIGINALS
#define RECIPIENTS BACKSCATTER_ALARM_RECIPIENTS
#define HOSTS BACKSCATTER_ALARM_HOSTS

static const struct backscatter_alarm_limits test_limits = {
	.originals = 20, .recipients = 100, .hosts = 3
};

static struct backscatter_record *record_new(void)
{
	struct backscatter_record *record = t_new(struct backscatter_record, 1);
	const char *error = NULL;

	test_assert(backscatter_record_parse(pool_datastack_create(), NULL,
					     record, &error) == 0);
	backscatter_record_advance(record, NOW, PERIOD, MAX_AGE);
	return record;
}

static const char *hash_of(const char *name, unsigned int number)
{
	const char *text = t_strdup_printf("%s %u", name, number);

	return backscatter_record_hash(text, strlen(text));
}

/* Failures, numbered from 0. What they have in common has the number 0. */
struct test_failures {
	const char *name;
	unsigned int count;
	enum bounce_proof_strength proof;
	bool same_original, same_recipient, alive;
	/* of each failure */
	unsigned int recipients;
	/* different ones; 0: they are not known */
	unsigned int networks;
	/* NULL: all have the same domain; the proof is RECIPIENT */
	bool domains;
	enum backscatter_alarm_signal warning, proven;
};

static const struct test_failures tests[] = {
	{ .name = "nothing" },
	/* originals */
	{ .name = "19 mails", .count = 19, .proof = OWN, .recipients = 1 },
	{ .name = "20 mails", .count = 20, .proof = OWN, .recipients = 1,
	  .warning = ORIGINALS },
	{ .name = "199 mails to one", .count = 199, .proof = OWN,
	  .recipients = 1, .same_recipient = TRUE, .warning = ORIGINALS },
	{ .name = "200 mails to one", .count = 200, .proof = OWN,
	  .recipients = 1, .same_recipient = TRUE, .warning = ORIGINALS,
	  .proven = ORIGINALS },
	/* a server that was down, or mailboxes that are full */
	{ .name = "400 mails to recipients who exist", .count = 400,
	  .proof = OWN, .recipients = 1, .alive = TRUE,
	  .warning = ORIGINALS },
	/* recipients */
	{ .name = "one mail to 99", .count = 99, .proof = OWN,
	  .same_original = TRUE, .recipients = 1 },
	{ .name = "one mail to 100", .count = 100, .proof = OWN,
	  .same_original = TRUE, .recipients = 1, .warning = RECIPIENTS },
	{ .name = "one mail to 100, in one report", .count = 1, .proof = OWN,
	  .same_original = TRUE, .recipients = 100, .warning = RECIPIENTS },
	{ .name = "one mail to 999", .count = 999, .proof = OWN,
	  .same_original = TRUE, .recipients = 1, .warning = RECIPIENTS },
	{ .name = "one mail to 1000", .count = 1000, .proof = OWN,
	  .same_original = TRUE, .recipients = 1, .warning = RECIPIENTS,
	  .proven = RECIPIENTS },
	{ .name = "one mail to 100 who exist", .count = 100, .proof = OWN,
	  .same_original = TRUE, .recipients = 1, .alive = TRUE },
	{ .name = "one mail 1000 times to the same", .count = 1000,
	  .proof = OWN, .same_original = TRUE, .same_recipient = TRUE,
	  .recipients = 1 },
	/* hosts */
	{ .name = "4 mails from 4 networks", .count = 4, .proof = OWN,
	  .recipients = 1, .networks = 4 },
	{ .name = "5 mails from 2 networks", .count = 5, .proof = OWN,
	  .recipients = 1, .networks = 2 },
	{ .name = "5 mails from 3 networks", .count = 5, .proof = OWN,
	  .recipients = 1, .networks = 3, .warning = HOSTS },
	{ .name = "10 mails from 3 networks", .count = 10, .proof = OWN,
	  .recipients = 1, .networks = 3, .warning = HOSTS, .proven = HOSTS },
	{ .name = "15 mails from 3 networks to recipients who exist",
	  .count = 15, .proof = OWN, .recipients = 1, .networks = 3,
	  .alive = TRUE },
	{ .name = "one mail from 50 networks", .count = 50, .proof = OWN,
	  .same_original = TRUE, .recipients = 1, .networks = 50 },
	/* what is made up proves nothing, however much it is */
	{ .name = "200 posts in forged reports", .count = 200,
	  .proof = CLAIMED, .recipients = 1, .warning = RECIPIENTS },
	{ .name = "200 posts, to one", .count = 200, .proof = CLAIMED,
	  .recipients = 1, .same_recipient = TRUE, .warning = ORIGINALS },
	{ .name = "without a proof", .count = 200, .recipients = 1,
	  .warning = RECIPIENTS },
	{ .name = "a correspondent with a domain", .count = 200,
	  .proof = RECIPIENT, .recipients = 1, .same_recipient = TRUE,
	  .warning = ORIGINALS },
	{ .name = "a correspondent with 200 domains", .count = 200,
	  .proof = RECIPIENT, .recipients = 1, .domains = TRUE,
	  .warning = RECIPIENTS }
};

static void
test_count(struct backscatter_record *record, const struct test_failures *test,
	   unsigned int first)
{
	struct backscatter_failure failure;
	struct backscatter_failed_recipient *recipients;
	unsigned int i, j;

	recipients = t_new(struct backscatter_failed_recipient,
			   test->recipients + 1);
	for (i = first; i < first + test->count; i++) {
		i_zero(&failure);
		failure.proof = test->proof;
		failure.original = hash_of("original",
					   test->same_original ? 0 : i);
		for (j = 0; j < test->recipients; j++) {
			recipients[j].hash = hash_of("recipient",
				test->same_recipient ? 0 :
				i * test->recipients + j);
			recipients[j].dead = !test->alive;
		}
		failure.recipients = recipients;
		failure.recipients_count = test->recipients;
		if (test->networks > 0) {
			failure.network = hash_of("network",
						  i % test->networks);
		}
		if (test->proof == RECIPIENT) {
			failure.domain = hash_of("domain",
						 test->domains ? i : 0);
		}
		backscatter_alarm_count(record, &failure, NOW);
	}
}

static void test_alarm_signals(void)
{
	struct backscatter_record *record;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		test_begin(t_strconcat("alarm: ", tests[i].name, NULL));
		record = record_new();
		test_count(record, &tests[i], 0);
		test_assert_cmp(backscatter_alarm_find(record, &test_limits,
						       FALSE), ==,
				tests[i].warning);
		test_assert_cmp(backscatter_alarm_find(record, &test_limits,
						       TRUE), ==,
				tests[i].proven);
		test_end();
	} T_END;
}

static void test_alarm_limits(void)
{
	static const struct test_failures some = {
		.count = 100, .proof = OWN, .recipients = 1, .networks = 10
	};
	struct backscatter_record *record = record_new();
	struct backscatter_alarm_limits limits;

	test_begin("alarm: limits");
	test_count(record, &some, 0);
	i_zero(&limits);
	test_assert(backscatter_alarm_find(record, &limits, FALSE) == NONE);
	limits.originals = 101;
	test_assert(backscatter_alarm_find(record, &limits, FALSE) == NONE);
	limits.recipients = 101;
	limits.hosts = 11;
	test_assert(backscatter_alarm_find(record, &limits, FALSE) == NONE);
	limits.recipients = 100;
	test_assert(backscatter_alarm_find(record, &limits, FALSE) ==
		    RECIPIENTS);
	limits.hosts = 10;
	test_assert(backscatter_alarm_find(record, &limits, FALSE) == HOSTS);
	/* it turns off all of them */
	limits.originals = 0;
	test_assert(backscatter_alarm_find(record, &limits, FALSE) == NONE);
	/* a limit of originals below that of several hosts stays */
	limits.originals = 2;
	limits.recipients = 0;
	record = record_new();
	test_count(record, &tests[1], 0);
	test_assert(backscatter_alarm_find(record, &limits, FALSE) ==
		    ORIGINALS);
	test_end();
}

/* Domains of strangers are no more than a quarter. */
static void test_alarm_domains(void)
{
	static const struct test_failures domains = {
		.count = 500, .proof = RECIPIENT, .recipients = 1,
		.same_recipient = TRUE, .domains = TRUE
	};
	static const struct test_failures own = {
		.count = 1, .proof = OWN, .recipients = 1
	};
	struct backscatter_record *record = record_new();
	unsigned int i;

	test_begin("alarm: domains that report");
	test_count(record, &domains, 1000);
	for (i = 0; i < 149; i++)
		test_count(record, &own, i);
	test_assert(backscatter_alarm_find(record, &test_limits, TRUE) ==
		    NONE);
	test_count(record, &own, i);
	test_assert(backscatter_alarm_find(record, &test_limits, TRUE) ==
		    ORIGINALS);
	test_end();
}

/* What was claimed before can be proven later. */
static void test_alarm_later(void)
{
	static const struct test_failures claimed = {
		.count = 10, .proof = CLAIMED, .recipients = 1
	};
	static const struct test_failures own = {
		.count = 10, .proof = OWN, .recipients = 1, .networks = 3
	};
	struct backscatter_record *record = record_new();

	test_begin("alarm: claimed, and proven later");
	test_count(record, &claimed, 0);
	test_assert(backscatter_alarm_find(record, &test_limits, TRUE) ==
		    NONE);
	test_count(record, &own, 0);
	test_assert(backscatter_record_sum(record,
			BACKSCATTER_RECORD_ORIGINALS) == 10);
	test_assert(backscatter_alarm_find(record, &test_limits, TRUE) ==
		    HOSTS);
	backscatter_record_advance(record, NOW + 3 * PERIOD, PERIOD, MAX_AGE);
	test_assert(backscatter_alarm_find(record, &test_limits, FALSE) ==
		    NONE);
	test_end();
}

static void test_alarm_names(void)
{
	test_begin("alarm: names");
	test_assert_strcmp(backscatter_alarm_name(NONE), "");
	test_assert_strcmp(backscatter_alarm_name(ORIGINALS), "originals");
	test_assert_strcmp(backscatter_alarm_name(RECIPIENTS), "recipients");
	test_assert_strcmp(backscatter_alarm_name(HOSTS), "hosts");
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_alarm_signals,
		test_alarm_limits,
		test_alarm_domains,
		test_alarm_later,
		test_alarm_names,
		NULL
	};
	return test_run(test_functions);
}
