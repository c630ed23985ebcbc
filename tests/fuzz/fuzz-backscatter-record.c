/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* What is remembered of a user, as it is kept. The first line has numbers: when
   it is read, the burst period, and how many are counted; the others are the
   text.
   Covers: src/dovecot/memory/record.c */

#include "fuzz-common.h"
#include "array.h"
#include "memory/record.h"

#define FUZZ_MAX_AGE (14 * 24 * 3600)
#define FUZZ_MAX_COUNTED 300
#define FUZZ_MAX_REPLAYS 100

enum fuzz_number { FUZZ_NOW, FUZZ_PERIOD, FUZZ_COUNTED, FUZZ_COUNT };

static int fuzz_parse(const char *line, uint64_t numbers[FUZZ_COUNT])
{
	const char *const *words = t_strsplit(line, " ");
	unsigned int i;

	if (str_array_length(words) != FUZZ_COUNT)
		return -1;
	for (i = 0; i < FUZZ_COUNT; i++) {
		if (str_to_uint64(words[i], &numbers[i]) < 0)
			return -1;
	}
	return numbers[FUZZ_NOW] > BOUNCE_WINDOWS_TIME_MAX ||
		numbers[FUZZ_PERIOD] < 1 || numbers[FUZZ_PERIOD] > UINT_MAX ||
		numbers[FUZZ_COUNTED] > FUZZ_MAX_COUNTED ? -1 : 0;
}

/* What is written can be read, and says the same. */
static void fuzz_same(pool_t pool, const struct backscatter_record *record)
{
	struct backscatter_record again;
	const char *text = backscatter_record_text(record), *error = NULL;

	i_assert(array_count(&record->seen[BACKSCATTER_RECORD_OF]) <=
		 BACKSCATTER_RECORD_MAX_SEEN);
	i_assert(array_count(&record->seen[BACKSCATTER_RECORD_TO]) <=
		 BACKSCATTER_RECORD_MAX_SEEN);
	if (backscatter_record_parse(pool, text, &again, &error) < 0)
		i_panic("%s: %s", error, text);
	i_assert(strcmp(backscatter_record_text(&again), text) == 0);
}

static void
fuzz_count(struct backscatter_record *record, unsigned int count, time_t now)
{
	const char *hash;
	unsigned int i, number, replays;
	uint64_t sum;

	for (i = 0; i < count; i++) {
		number = i % BACKSCATTER_RECORD_NUMBERS;
		sum = backscatter_record_sum(record, number);
		backscatter_record_add(record, number, i);
		i_assert(backscatter_record_sum(record, number) >= sum);

		hash = backscatter_record_hash(&i, sizeof(i));
		(void)backscatter_record_see(record,
			i % BACKSCATTER_RECORD_TABLES, hash, now);
		i_assert(backscatter_record_has_seen(record,
			i % BACKSCATTER_RECORD_TABLES, hash));
		replays = backscatter_record_replays(record, hash);
		backscatter_record_replay_add(record, hash, now,
					      FUZZ_MAX_REPLAYS);
		i_assert(backscatter_record_replays(record, hash) > replays ||
			 replays == UINT_MAX);
		i_assert(array_count(&record->replays) <= FUZZ_MAX_REPLAYS);
	}
}

static void
fuzz_record(pool_t pool, const uint64_t numbers[FUZZ_COUNT], const char *text)
{
	struct backscatter_record record;
	const char *error = NULL;
	time_t now = numbers[FUZZ_NOW];

	if (backscatter_record_parse(pool, text, &record, &error) < 0) {
		i_assert(error != NULL);
		i_assert(*backscatter_record_text(&record) == '\0');
		return;
	}
	fuzz_same(pool, &record);
	backscatter_record_advance(&record, now, numbers[FUZZ_PERIOD],
				   FUZZ_MAX_AGE);
	i_assert(record.burst.since <= record.burst.last);
	i_assert(record.burst.last <= now && record.pushed <= now);
	fuzz_same(pool, &record);
	fuzz_count(&record, numbers[FUZZ_COUNTED], now);
	fuzz_same(pool, &record);
	/* a step, and all of them */
	backscatter_record_advance(&record, now + numbers[FUZZ_PERIOD] /
				   BACKSCATTER_RECORD_STEPS,
				   numbers[FUZZ_PERIOD], FUZZ_MAX_AGE);
	fuzz_same(pool, &record);
}

FUZZ_BEGIN_STR(const char *str)
{
	const char *p = strchr(str, '\n');
	uint64_t numbers[FUZZ_COUNT];
	pool_t pool;

	if (p != NULL && fuzz_parse(t_strdup_until(str, p), numbers) == 0) {
		pool = pool_allocfree_create("fuzz");
		fuzz_record(pool, numbers, p + 1);
		pool_unref(&pool);
	}
}
FUZZ_END
