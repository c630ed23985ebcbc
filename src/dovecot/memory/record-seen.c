/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The tables of a record: what was seen within the period, and is counted once.
   Puts back what other hosts, which have locks of their own, overwrite. */

#include "lib.h"
#include "array.h"
#include "memory/record.h"
#include "dovecot-backscatter.h"

/* The numbers of each table; 0: there is none. */
static const struct {
	enum backscatter_record_number all, dead, proven;
} table_numbers[BACKSCATTER_RECORD_TABLES] = {
	[BACKSCATTER_RECORD_OF] = {
		BACKSCATTER_RECORD_ORIGINALS, 0, BACKSCATTER_RECORD_PROVEN
	},
	[BACKSCATTER_RECORD_TO] = {
		BACKSCATTER_RECORD_RECIPIENTS, BACKSCATTER_RECORD_DEAD,
		BACKSCATTER_RECORD_PROVEN_DEAD
	},
	[BACKSCATTER_RECORD_FROM] = { BACKSCATTER_RECORD_NETWORKS, 0, 0 },
	[BACKSCATTER_RECORD_BY] = { BACKSCATTER_RECORD_DOMAINS, 0, 0 }
};

/* Returns NULL if it was not seen, or is not known any more. */
static const struct backscatter_record_seen *
record_find_seen(const struct backscatter_record *record,
		 enum backscatter_record_table table, const char *hash)
{
	const struct backscatter_record_seen *seen;

	array_foreach(&record->seen[table], seen) {
		if (strcmp(seen->hash, hash) == 0)
			return seen;
	}
	return NULL;
}

bool backscatter_record_has_seen(const struct backscatter_record *record,
				 enum backscatter_record_table table,
				 const char *hash)
{
	return record_find_seen(record, table, hash) != NULL;
}

bool backscatter_record_see(struct backscatter_record *record,
			    enum backscatter_record_table table,
			    const char *hash, time_t now)
{
	struct backscatter_record_seen *seen;

	i_assert(strlen(hash) == BACKSCATTER_RECORD_HASH_LEN);

	if (backscatter_record_has_seen(record, table, hash))
		return TRUE;
	if (array_count(&record->seen[table]) >= BACKSCATTER_RECORD_MAX_SEEN) {
		array_pop_front(&record->seen[table]);
		record->pushed = now;
	}
	seen = array_append_space(&record->seen[table]);
	i_strocpy(seen->hash, hash, sizeof(seen->hash));
	return FALSE;
}

static void
record_add_one(struct backscatter_record *record,
	       enum backscatter_record_number number, unsigned int age)
{
	unsigned int *count = &record->numbers[number][age];

	if (number != 0 && *count < UINT_MAX)
		(*count)++;
}

/* Count those flags that the hash did not have. */
static void
record_set_flags(struct backscatter_record *record,
		 enum backscatter_record_table table, const char *hash,
		 enum backscatter_record_flag flags, unsigned int age)
{
	struct backscatter_record_seen *seen;

	array_foreach_modifiable(&record->seen[table], seen) {
		if (strcmp(seen->hash, hash) != 0)
			continue;
		flags &= ~seen->flags;
		seen->flags |= flags;
		if ((flags & BACKSCATTER_RECORD_IS_DEAD) != 0) {
			record_add_one(record, table_numbers[table].dead, age);
		}
		if ((flags & BACKSCATTER_RECORD_IS_PROVEN) != 0) {
			record_add_one(record, table_numbers[table].proven,
				       age);
		}
	}
}

void backscatter_record_count(struct backscatter_record *record,
			      enum backscatter_record_table table,
			      const char *hash,
			      enum backscatter_record_flag flags, time_t now)
{
	if (!backscatter_record_see(record, table, hash, now))
		record_add_one(record, table_numbers[table].all, 0);
	record_set_flags(record, table, hash, flags, 0);
}

bool backscatter_record_is_new(const struct backscatter_record *record,
			       enum backscatter_record_table table,
			       const char *hash,
			       enum backscatter_record_flag flags)
{
	const struct backscatter_record_seen *seen =
		record_find_seen(record, table, hash);

	return seen == NULL || (flags & ~seen->flags) != 0;
}

void
backscatter_record_suspend(struct backscatter_record *record,
			   const struct backscatter_suspension *suspension)
{
	struct backscatter_record_seen *seen;
	unsigned int i;

	for (i = 0; i < BACKSCATTER_RECORD_TABLES; i++) {
		array_foreach_modifiable(&record->seen[i], seen)
			seen->flags &= ~BACKSCATTER_RECORD_IS_PROVEN;
	}
	/* these two are read in proven bounces alone */
	array_clear(&record->seen[BACKSCATTER_RECORD_FROM]);
	array_clear(&record->seen[BACKSCATTER_RECORD_BY]);
	i_zero(&record->numbers[BACKSCATTER_RECORD_NETWORKS]);
	i_zero(&record->numbers[BACKSCATTER_RECORD_PROVEN]);
	i_zero(&record->numbers[BACKSCATTER_RECORD_PROVEN_DEAD]);
	i_zero(&record->numbers[BACKSCATTER_RECORD_DOMAINS]);
	record->suspended = suspension->until > 0 ? suspension->until :
		BOUNCE_WINDOWS_TIME_MAX;
	record->suspension = suspension;
}

static void
record_restore_table(struct backscatter_record *record,
		     enum backscatter_record_table table,
		     const struct backscatter_record *before)
{
	const struct backscatter_record_seen *seen;
	struct backscatter_record_seen copy;

	array_foreach(&before->seen[table], seen) {
		if (!backscatter_record_has_seen(record, table, seen->hash)) {
			if (array_count(&record->seen[table]) >=
			    BACKSCATTER_RECORD_MAX_SEEN)
				break;
			copy = *seen;
			copy.flags = 0;
			array_push_front(&record->seen[table], &copy);
			record_add_one(record, table_numbers[table].all,
				       seen->age);
		}
		record_set_flags(record, table, seen->hash, seen->flags,
				 seen->age);
	}
}

void backscatter_record_restore(struct backscatter_record *record,
				const struct backscatter_record *before)
{
	unsigned int i;

	if (before->burst.last > record->burst.last)
		record->burst = before->burst;
	/* with the same id, it was not lost: it could not be sent */
	if (before->told > record->told &&
	    strcmp(before->told_id, record->told_id) != 0) {
		record->told = before->told;
		memcpy(record->told_id, before->told_id,
		       sizeof(record->told_id));
	}
	/* a host whose clock is ahead has begun another step */
	if (record->period != before->period || record->step != before->step ||
	    record->suspended != before->suspended)
		return;
	for (i = 0; i < BACKSCATTER_RECORD_TABLES; i++)
		record_restore_table(record, i, before);
}
