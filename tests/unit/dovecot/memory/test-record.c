/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "test-common.h"
#include "memory/alarm.h"
#include "memory/record.h"
#include "dovecot-backscatter.h"

#define NOW 1790000000
#define PERIOD 3600
#define STEP (PERIOD / BACKSCATTER_RECORD_STEPS)
#define MAX_AGE (14 * 24 * 3600)

static void
record_read(pool_t pool, const char *text, struct backscatter_record *record_r)
{
	const char *error = NULL;

	test_assert(backscatter_record_parse(pool, text, record_r,
					     &error) == 0);
}

/* What is written and read again says the same. */
static void test_record_again(const struct backscatter_record *record)
{
	struct backscatter_record again;
	const char *text = backscatter_record_text(record);

	record_read(pool_datastack_create(), text, &again);
	test_assert_strcmp(backscatter_record_text(&again), text);
}

static void test_record_empty(void)
{
	static const char *const texts[] = {
		NULL, "", " ", "v2", "v2 ", "v2 writer=abcdefghijk"
	};
	struct backscatter_record record;
	unsigned int i;

	test_begin("record: empty");
	for (i = 0; i < N_ELEMENTS(texts); i++) {
		record_read(pool_datastack_create(), texts[i], &record);
		test_assert_strcmp_idx(backscatter_record_text(&record), "",
				       i);
	}
	test_end();
}

static void test_record_broken(void)
{
	static const struct {
		const char *text, *error;
	} tests[] = {
		{ "v3 whatever=1", "a newer version of the plugin has written "
			"it" },
		{ "v20", "a newer version of the plugin has written it" },
		{ "x", "it is broken" },
		{ "1-2 x", "it is broken" },
		{ "v2 genuine", "it is broken" },
		{ "v2 unknown=1", "it is broken" },
		{ "v2 genuine=", "it is broken" },
		{ "v2 genuine=-1", "it is broken" },
		{ "v2 genuine=99999999999", "it is broken" },
		{ "v2 genuine=1,1,1,1,1,1,1,1", "it is broken" },
		{ "v2 step=x", "it is broken" },
		{ "v2 step=99999999999999999999", "it is broken" },
		{ "v2 period=600 step=5 of=abcdefghijk7", "it is broken" },
		{ "v2 period=600 step=5 of=abcdefghijkv", "it is broken" },
		{ "v2 period=600 step=5 of=short1", "it is broken" },
		{ "v2 period=600 step=5 of=", "it is broken" },
		{ "v2 of=abcdefghij:0", "it is broken" },
		{ "v2 burst=1,2,3,4", "it is broken" },
		{ "v2 burst=2,1,3,4,5", "it is broken" },
		{ "v2 burst=1,2,3,4,5,6,7", "it is broken" },
		{ "v2 burst=1,2,3,4,5,6,7,99", "it is broken" },
		{ "v2 burst=1,2,3,4,5,6,7,1,1", "it is broken" },
		{ "v2 burst=1,253402300800,3,4,5", "it is broken" },
		{ "v2 replays=abcdefghijk:1", "it is broken" },
		{ "v2 replays=abcdefghij:1:2", "it is broken" },
		{ "v2 times=2-1", "it is broken" },
		{ "v2 pushed=", "it is broken" },
		{ "v2 genuine=1 writer=me", "it is broken" },
		{ "v2 genuine=1 hosts=2", "it is broken" }
	};
	struct backscatter_record record;
	const char *error;
	unsigned int i;

	test_begin("record: broken, or newer");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		error = NULL;
		test_assert_idx(backscatter_record_parse(
			pool_datastack_create(), tests[i].text, &record,
			&error) < 0, i);
		test_assert_strcmp_idx(error, tests[i].error, i);
		test_assert_strcmp_idx(backscatter_record_text(&record), "",
				       i);
	}
	test_end();
}

/* 0.1 kept the disowned times alone. */
static void test_record_old(void)
{
	struct backscatter_record record;

	test_begin("record: of 0.1");
	record_read(pool_datastack_create(), "100-200 300-400", &record);
	test_assert(record.disowned.count == 2);
	test_assert(bounce_windows_have(&record.disowned, 350));
	test_assert_strcmp(backscatter_record_text(&record),
			   "v2 times=100-200,300-400");
	test_record_again(&record);
	test_end();
}

static void test_record_steps(void)
{
	static const struct {
		int after;
		uint64_t sum;
	} tests[] = {
		{ 0, 3 }, { STEP, 3 }, { PERIOD - 1, 3 }, { PERIOD, 3 },
		/* a step longer than the period at most */
		{ PERIOD + 2 * STEP, 0 }, { 100 * PERIOD, 0 },
		/* a clock that went back */
		{ -STEP, 3 }, { -PERIOD, 3 }, { -100 * PERIOD, 3 }
	};
	struct backscatter_record record;
	unsigned int i;

	test_begin("record: numbers by steps");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		record_read(pool_datastack_create(), NULL, &record);
		backscatter_record_advance(&record, NOW, PERIOD, MAX_AGE);
		backscatter_record_add(&record, BOUNCE_VERDICT_GENUINE, 2);
		backscatter_record_add(&record, BOUNCE_VERDICT_GENUINE, 1);
		backscatter_record_advance(&record, NOW + tests[i].after,
					   PERIOD, MAX_AGE);
		test_assert_ucmp_idx(backscatter_record_sum(&record,
			BOUNCE_VERDICT_GENUINE), ==, tests[i].sum, i);
		test_assert_idx(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_ORIGINALS) == 0, i);
		test_record_again(&record);
	}
	/* another period is another count */
	backscatter_record_add(&record, BOUNCE_VERDICT_GENUINE, 1);
	backscatter_record_advance(&record, NOW, PERIOD * 2, MAX_AGE);
	test_assert(backscatter_record_sum(&record,
					   BOUNCE_VERDICT_GENUINE) == 0);
	/* it does not turn over */
	backscatter_record_add(&record, BOUNCE_VERDICT_GENUINE, UINT_MAX);
	backscatter_record_add(&record, BOUNCE_VERDICT_GENUINE, 5);
	test_assert(backscatter_record_sum(&record, BOUNCE_VERDICT_GENUINE) ==
		    UINT_MAX);
	test_end();
}

static const char *hash_of(unsigned int number)
{
	return backscatter_record_hash(&number, sizeof(number));
}

static void test_record_seen(void)
{
	struct backscatter_record record;
	unsigned int i;

	test_begin("record: different originals");
	record_read(pool_datastack_create(), NULL, &record);
	backscatter_record_advance(&record, NOW, PERIOD, MAX_AGE);
	for (i = 0; i < BACKSCATTER_RECORD_MAX_SEEN; i++) {
		test_assert_idx(!backscatter_record_see(&record,
			BACKSCATTER_RECORD_OF, hash_of(i), NOW), i);
	}
	test_assert(backscatter_record_see(&record, BACKSCATTER_RECORD_OF,
					   hash_of(0), NOW));
	test_assert(!backscatter_record_has_seen(&record,
		BACKSCATTER_RECORD_TO, hash_of(0)));
	test_assert(record.pushed == 0);
	/* one more than it holds */
	test_assert(!backscatter_record_see(&record, BACKSCATTER_RECORD_OF,
					    hash_of(i), NOW + 1));
	test_assert(record.pushed == NOW + 1);
	test_assert(!backscatter_record_has_seen(&record,
		BACKSCATTER_RECORD_OF, hash_of(0)));
	test_assert(backscatter_record_has_seen(&record,
		BACKSCATTER_RECORD_OF, hash_of(1)));
	test_record_again(&record);
	test_assert(strlen(backscatter_record_text(&record)) < 2048);

	backscatter_record_advance(&record, NOW + PERIOD, PERIOD, MAX_AGE);
	test_assert(backscatter_record_has_seen(&record,
		BACKSCATTER_RECORD_OF, hash_of(1)));
	test_record_again(&record);
	backscatter_record_advance(&record, NOW + PERIOD + 2 * STEP, PERIOD,
				   MAX_AGE);
	test_assert(array_count(&record.seen[BACKSCATTER_RECORD_OF]) == 0);
	/* when it was last pushed is remembered; else there is nothing */
	record.pushed = 0;
	test_assert_strcmp(backscatter_record_text(&record), "");
	test_end();
}

/* How counters are written is remembered, whatever else there is. */
static void test_record_counters(void)
{
	struct backscatter_record record;

	test_begin("record: counters");
	record_read(pool_datastack_create(), "v2 counters=add", &record);
	test_assert(record.counters_add);
	backscatter_record_advance(&record, NOW, PERIOD, MAX_AGE);
	test_assert_strcmp(backscatter_record_text(&record),
			   "v2 counters=add");
	record.counters_add = FALSE;
	test_assert_strcmp(backscatter_record_text(&record), "");
	test_end();
}

/* Only what came back today is a loss when it is pushed out. */
static void test_record_pushed(void)
{
	struct backscatter_record record;

	test_begin("record: pushed out");
	record_read(pool_datastack_create(), NULL, &record);
	backscatter_record_advance(&record, NOW, PERIOD, MAX_AGE);
	backscatter_record_replay_add(&record, "AAAAAAAAAAA",
				      NOW - 24 * 3600, 1);
	backscatter_record_replay_add(&record, "BBBBBBBBBBB", NOW, 1);
	test_assert(record.pushed == 0);
	test_assert(backscatter_record_replays(&record, "AAAAAAAAAAA") == 0);
	backscatter_record_replay_add(&record, "CCCCCCCCCCC", NOW, 1);
	test_assert(record.pushed == NOW);
	test_end();
}

/* What was written before there were three signals. */
static void test_record_one_signal(void)
{
	struct backscatter_record record;

	test_begin("record: of one signal");
	record_read(pool_datastack_create(), t_strdup_printf(
		"v2 period=%u step=%u originals=2 recipients=3 "
		"of=abcdefghijk0 to=abcdefghijk0 burst=5,6,7,8,9",
		PERIOD, NOW / STEP), &record);
	backscatter_record_advance(&record, NOW, PERIOD, MAX_AGE);
	test_assert(record.burst.bounces == 9 && record.burst.dead == 0 &&
		    record.burst.hosts == 0 &&
		    record.burst.signal == BACKSCATTER_ALARM_ORIGINALS);
	test_assert(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_ORIGINALS) == 2);
	test_assert(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_PROVEN) == 0);
	test_record_again(&record);
	test_end();
}

/* What was written by others, or by a version that held more. */
static void test_record_others(void)
{
	string_t *text = t_str_new(4096);
	struct backscatter_record record;
	unsigned int i, j;

	test_begin("record: in another order, and more than it holds");
	record_read(pool_datastack_create(), t_strdup_printf(
		"v2 of=abcdefghijk0,ABCDEFGHIJ_6,ABCDEFGHIJK6,abcdefghijl5 "
		"step=%u period=%u", NOW / STEP, PERIOD), &record);
	backscatter_record_advance(&record, NOW + STEP, PERIOD, MAX_AGE);
	test_assert_strcmp(backscatter_record_text(&record), t_strdup_printf(
		"v2 period=%u step=%u of=abcdefghijk1,abcdefghijl6",
		PERIOD, NOW / STEP + 1));
	test_record_again(&record);

	str_append(text, "v2 of=");
	for (i = 0; i < BACKSCATTER_RECORD_MAX_SEEN * 2; i++)
		str_printfa(text, "%s%s0", i == 0 ? "" : ",", hash_of(i));
	record_read(pool_datastack_create(), str_c(text), &record);
	j = array_count(&record.seen[BACKSCATTER_RECORD_OF]);
	test_assert_ucmp(j, ==, BACKSCATTER_RECORD_MAX_SEEN);
	test_assert(backscatter_record_has_seen(&record,
		BACKSCATTER_RECORD_OF, hash_of(i - 1)));
	test_assert(!backscatter_record_has_seen(&record,
		BACKSCATTER_RECORD_OF, hash_of(0)));
	test_end();
}

static void test_record_clock(void)
{
	static const int backs[] = { 0, 1, STEP, PERIOD, 24 * 3600, 90000000 };
	struct backscatter_record record;
	unsigned int i;
	time_t now;

	test_begin("record: the clock went back");
	for (i = 0; i < N_ELEMENTS(backs); i++) {
		record_read(pool_datastack_create(), t_strdup_printf(
			"v2 burst=%u,%u,20,20,20 replays=%s:3:%u "
			"pushed=%u", NOW - 100, NOW, hash_of(1),
			NOW / (24 * 3600), NOW), &record);
		backscatter_record_advance(&record, NOW, PERIOD, MAX_AGE);
		backscatter_record_add(&record, BOUNCE_VERDICT_GENUINE, 19);
		now = NOW - backs[i];
		backscatter_record_advance(&record, now, PERIOD, MAX_AGE);
		/* nothing that was counted is lost */
		test_assert_ucmp_idx(backscatter_record_sum(&record,
			BOUNCE_VERDICT_GENUINE), ==, 19, i);
		test_assert_ucmp_idx(backscatter_record_replays(&record,
			hash_of(1)), ==, 3, i);
		/* and nothing lies ahead */
		test_assert_idx(record.burst.last == now &&
				record.burst.since <= now &&
				record.pushed == now, i);
		test_record_again(&record);
		/* it ends as it would have */
		now += 2 * PERIOD + 2 * STEP;
		backscatter_record_advance(&record, now, PERIOD, MAX_AGE);
		test_assert_idx(backscatter_record_sum(&record,
			BOUNCE_VERDICT_GENUINE) == 0, i);
		now += MAX_AGE + 3 * 24 * 3600;
		backscatter_record_advance(&record, now, PERIOD, MAX_AGE);
		test_assert_idx(backscatter_record_replays(&record,
			hash_of(1)) == 0, i);
	}
	/* a clock without sense: what is written can be read again */
	backscatter_record_advance(&record, BOUNCE_WINDOWS_TIME_MAX + 2LL, 6,
				   MAX_AGE);
	backscatter_record_add(&record, BOUNCE_VERDICT_GENUINE, 1);
	test_record_again(&record);
	backscatter_record_advance(&record, -5, 6, MAX_AGE);
	test_record_again(&record);
	/* two hosts, one of them a step behind, take turns */
	record_read(pool_datastack_create(), NULL, &record);
	backscatter_record_advance(&record, NOW, PERIOD, MAX_AGE);
	backscatter_record_add(&record, BOUNCE_VERDICT_GENUINE, 1);
	for (i = 0; i < 20; i++) {
		backscatter_record_advance(&record, NOW - (i % 2) * STEP,
					   PERIOD, MAX_AGE);
	}
	test_assert(backscatter_record_sum(&record,
					   BOUNCE_VERDICT_GENUINE) == 1);
	test_end();
}

/* A record that somebody has damaged may have the same mail twice. */
static void test_record_replays_twice(void)
{
	pool_t pool = pool_alloconly_create("record", 1024);
	struct backscatter_record record;
	const char *id = hash_of(1), *error;

	test_begin("record: the same replay twice");
	test_assert(backscatter_record_parse(pool, t_strdup_printf(
		"v2 replays=%s:7:3,%s:3:4", id, id), &record, &error) == 0);
	test_assert_ucmp(backscatter_record_replays(&record, id), ==, 3);
	backscatter_record_replay_add(&record, id, NOW, 10);
	test_assert_ucmp(backscatter_record_replays(&record, id), ==, 4);
	pool_unref(&pool);
	test_end();
}

static void test_record_replays(void)
{
	struct backscatter_record record;
	unsigned int i;

	test_begin("record: replays");
	record_read(pool_datastack_create(), NULL, &record);
	backscatter_record_advance(&record, NOW, PERIOD, MAX_AGE);
	for (i = 0; i < 3; i++) {
		backscatter_record_replay_add(&record, hash_of(1), NOW, 2);
		test_assert_ucmp_idx(backscatter_record_replays(&record,
			hash_of(1)), ==, i + 1, i);
	}
	backscatter_record_replay_add(&record, hash_of(2), NOW, 2);
	backscatter_record_replay_add(&record, hash_of(1), NOW, 2);
	test_assert(record.pushed == 0);
	backscatter_record_replay_add(&record, hash_of(3), NOW + 5, 2);
	/* the one that was counted last the longest ago is forgotten */
	test_assert(record.pushed == NOW + 5);
	test_assert(backscatter_record_replays(&record, hash_of(2)) == 0);
	test_assert(backscatter_record_replays(&record, hash_of(1)) == 4);
	test_record_again(&record);

	backscatter_record_advance(&record, NOW + MAX_AGE, PERIOD, MAX_AGE);
	test_assert(backscatter_record_replays(&record, hash_of(1)) == 4);
	backscatter_record_advance(&record, NOW + MAX_AGE + 3 * 24 * 3600,
				   PERIOD, MAX_AGE);
	test_assert(backscatter_record_replays(&record, hash_of(1)) == 0);
	test_end();
}

/* Of a record that other hosts have overwritten, what was seen before. */
static void test_record_restore(void)
{
	struct backscatter_record record, before;
	unsigned int i;

	test_begin("record: what another host has overwritten");
	record_read(pool_datastack_create(), t_strdup_printf(
		"v2 period=%u step=%u originals=2,1 recipients=1 "
		"of=%s1,%s0,%s0 to=%s0 burst=5,6,7,8,9", PERIOD, NOW / STEP,
		hash_of(1), hash_of(2), hash_of(3), hash_of(1)), &before);
	record_read(pool_datastack_create(), t_strdup_printf(
		"v2 period=%u step=%u originals=2 of=%s0,%s0",
		PERIOD, NOW / STEP, hash_of(3), hash_of(4)), &record);
	backscatter_record_restore(&record, &before);
	test_assert(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_ORIGINALS) == 4);
	test_assert(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_RECIPIENTS) == 1);
	test_assert(record.numbers[BACKSCATTER_RECORD_ORIGINALS][1] == 1);
	for (i = 1; i <= 4; i++) {
		test_assert_idx(backscatter_record_has_seen(&record,
			BACKSCATTER_RECORD_OF, hash_of(i)), i);
	}
	test_assert(record.burst.last == 6 && record.burst.bounces == 9);
	/* nothing is counted twice */
	backscatter_record_restore(&record, &before);
	backscatter_record_restore(&record, &record);
	test_assert(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_ORIGINALS) == 4);
	test_record_again(&record);
	/* nor is what was pushed out, nor what is of another time */
	for (i = 5; i < 4 + BACKSCATTER_RECORD_MAX_SEEN; i++) {
		(void)backscatter_record_see(&record, BACKSCATTER_RECORD_OF,
					     hash_of(i), NOW);
	}
	backscatter_record_restore(&record, &before);
	test_assert(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_ORIGINALS) == 4);
	record_read(pool_datastack_create(), NULL, &record);
	backscatter_record_advance(&record, NOW + STEP, PERIOD, MAX_AGE);
	backscatter_record_restore(&record, &before);
	test_assert(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_ORIGINALS) == 0);
	test_end();
}

/* What is counted once, with its flags, and is put back with them. */
static void test_record_flags(void)
{
	struct backscatter_record record, before;
	const char *text;

	test_begin("record: flags");
	record_read(pool_datastack_create(), NULL, &record);
	backscatter_record_advance(&record, NOW, PERIOD, MAX_AGE);
	test_assert(backscatter_record_is_new(&record, BACKSCATTER_RECORD_TO,
					      hash_of(1), 0));
	backscatter_record_count(&record, BACKSCATTER_RECORD_TO, hash_of(1),
				 0, NOW);
	test_assert(!backscatter_record_is_new(&record, BACKSCATTER_RECORD_TO,
					       hash_of(1), 0));
	test_assert(backscatter_record_is_new(&record, BACKSCATTER_RECORD_TO,
			hash_of(1), BACKSCATTER_RECORD_IS_DEAD));
	backscatter_record_advance(&record, NOW + STEP, PERIOD, MAX_AGE);
	backscatter_record_count(&record, BACKSCATTER_RECORD_TO, hash_of(1),
				 BACKSCATTER_RECORD_IS_DEAD, NOW);
	backscatter_record_count(&record, BACKSCATTER_RECORD_TO, hash_of(1),
				 BACKSCATTER_RECORD_ALL_FLAGS, NOW);
	backscatter_record_count(&record, BACKSCATTER_RECORD_TO, hash_of(1),
				 BACKSCATTER_RECORD_ALL_FLAGS, NOW);
	backscatter_record_count(&record, BACKSCATTER_RECORD_OF, hash_of(2),
				 BACKSCATTER_RECORD_IS_PROVEN, NOW);
	backscatter_record_count(&record, BACKSCATTER_RECORD_FROM, hash_of(3),
				 0, NOW);
	backscatter_record_count(&record, BACKSCATTER_RECORD_BY, hash_of(4),
				 0, NOW);
	text = backscatter_record_text(&record);
	test_assert_strcmp(text, t_strdup_printf(
		"v2 period=%u step=%u originals=1 recipients=0,1 dead=1 "
		"networks=1 proven=1 proven-dead=1 domains=1 of=%sh to=%sp "
		"from=%s0 by=%s0", PERIOD, NOW / STEP + 1, hash_of(2),
		hash_of(1), hash_of(3), hash_of(4)));
	test_record_again(&record);

	/* with all of it gone, and with the flags alone */
	before = record;
	record_read(pool_datastack_create(), NULL, &record);
	backscatter_record_advance(&record, NOW + STEP, PERIOD, MAX_AGE);
	backscatter_record_restore(&record, &before);
	test_assert(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_PROVEN_DEAD) == 1);
	record_read(pool_datastack_create(), NULL, &record);
	backscatter_record_advance(&record, NOW + STEP, PERIOD, MAX_AGE);
	backscatter_record_count(&record, BACKSCATTER_RECORD_OF, hash_of(2),
				 0, NOW);
	backscatter_record_restore(&record, &before);
	test_assert(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_ORIGINALS) == 1);
	test_assert(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_PROVEN) == 1);
	test_end();
}

static void test_record_suspend(void)
{
	const struct backscatter_suspension suspension = {
		.since = NOW, .by = "alarm", .why = ""
	}, resume = { .until = NOW + 1 };
	struct backscatter_record record, before;
	const char *hash = backscatter_record_hash("x", 1), *error = NULL;

	test_begin("record: suspended");
	test_assert(backscatter_record_parse(pool_datastack_create(), NULL,
					     &record, &error) == 0);
	backscatter_record_advance(&record, NOW, 3600, 3600);
	backscatter_record_count(&record, BACKSCATTER_RECORD_OF, hash,
				 BACKSCATTER_RECORD_IS_PROVEN, NOW);
	backscatter_record_count(&record, BACKSCATTER_RECORD_TO, hash,
				 BACKSCATTER_RECORD_ALL_FLAGS, NOW);
	backscatter_record_count(&record, BACKSCATTER_RECORD_FROM, hash, 0,
				 NOW);
	backscatter_record_count(&record, BACKSCATTER_RECORD_BY, hash, 0, NOW);
	test_assert(backscatter_record_parse(pool_datastack_create(),
			backscatter_record_text(&record), &before,
			&error) == 0);
	backscatter_record_advance(&before, NOW, 3600, 3600);

	backscatter_record_suspend(&record, &suspension);
	test_assert(record.suspension == &suspension);
	test_assert(record.suspended == BOUNCE_WINDOWS_TIME_MAX);
	/* what another host had read before does not come back */
	backscatter_record_restore(&record, &before);
	test_assert(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_PROVEN) == 0 &&
		    backscatter_record_sum(&record,
			BACKSCATTER_RECORD_PROVEN_DEAD) == 0 &&
		    backscatter_record_sum(&record,
			BACKSCATTER_RECORD_NETWORKS) == 0 &&
		    backscatter_record_sum(&record,
			BACKSCATTER_RECORD_DOMAINS) == 0);
	test_assert(backscatter_record_is_new(&record, BACKSCATTER_RECORD_OF,
			hash, BACKSCATTER_RECORD_IS_PROVEN));
	/* what warns stays */
	test_assert(!backscatter_record_is_new(&record, BACKSCATTER_RECORD_TO,
			hash, BACKSCATTER_RECORD_IS_DEAD));
	test_assert(backscatter_record_sum(&record,
			BACKSCATTER_RECORD_ORIGINALS) == 1 &&
		    backscatter_record_sum(&record,
			BACKSCATTER_RECORD_DEAD) == 1);
	test_record_again(&record);

	/* when it has ended, that is kept as long as its mail may come */
	backscatter_record_suspend(&record, &resume);
	backscatter_record_advance(&record, NOW + 3601, 3600, 3600);
	test_assert(record.suspended == NOW + 1);
	test_record_again(&record);
	backscatter_record_advance(&record, NOW + 3602, 3600, 3600);
	test_assert(record.suspended == 0);
	test_end();
}

static void test_record_all(void)
{
	static const char text[] =
		"v2 period=3600 step=49343 genuine=2,0,1 disowned=4 damaged=0,1 "
		"originals=2 recipients=3 dead=2 networks=1 proven=1 "
		"proven-dead=0,1 domains=1 of=abcdefghijkh "
		"to=abcdefghijk0,ABCDEFGHIJ_c,abcdefghijlu "
		"from=abcdefghijl0 by=abcdefghijm6 burst=5,6,7,8,9,10,11,3 "
		"replays=abcdefghijk:3:20000,ABCDEFGHIJ-:1:20001 "
		"times=1-2,4-5 suspended=70 told=66,abcdefghijm pushed=77 counters=add writer=abcdefghijk "
		"hosts=several";
	struct backscatter_record record;

	test_begin("record: all of it");
	record_read(pool_datastack_create(), text, &record);
	test_assert(record.burst.since == 5 && record.burst.last == 6 &&
		    record.burst.originals == 7 &&
		    record.burst.recipients == 8 && record.burst.bounces == 9 &&
		    record.burst.dead == 10 && record.burst.hosts == 11 &&
		    record.burst.signal == BACKSCATTER_ALARM_HOSTS);
	test_assert(backscatter_record_replays(&record, "ABCDEFGHIJ-") == 1);
	test_assert(backscatter_record_has_seen(&record,
		BACKSCATTER_RECORD_TO, "ABCDEFGHIJ_"));
	test_assert(record.suspended == 70 && record.told == 66);
	test_assert_strcmp(record.told_id, "abcdefghijm");
	test_assert_strcmp(backscatter_record_text(&record), text);
	test_end();
}

int main(void)
{
	static void (*const tests[])(void) = {
		test_record_empty,
		test_record_broken,
		test_record_old,
		test_record_steps,
		test_record_seen,
		test_record_counters,
		test_record_pushed,
		test_record_one_signal,
		test_record_others,
		test_record_clock,
		test_record_replays,
		test_record_replays_twice,
		test_record_restore,
		test_record_flags,
		test_record_suspend,
		test_record_all,
		NULL
	};

	return test_run(tests);
}
