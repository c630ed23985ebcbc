/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* How often each mail has come back. */

#include "lib.h"
#include "array.h"
#include "memory/record.h"

/* Returns NULL if the record does not have it. In a damaged record it may be
   there twice: the one that was counted last is the one. */
static const struct backscatter_record_replay *
record_find_replay(const struct backscatter_record *record, const char *id)
{
	const struct backscatter_record_replay *replay;

	array_foreach_reverse(&record->replays, replay) {
		if (strcmp(replay->id, id) == 0)
			return replay;
	}
	return NULL;
}

unsigned int
backscatter_record_replays(const struct backscatter_record *record,
			   const char *id)
{
	const struct backscatter_record_replay *replay =
		record_find_replay(record, id);

	return replay == NULL ? 0 : replay->count;
}

/* Only if it was counted today does its loss matter enough for a warning. */
static void
record_replay_push_out(struct backscatter_record *record, time_t now,
		       unsigned int today)
{
	const struct backscatter_record_replay *oldest =
		array_front(&record->replays);

	if (oldest->day >= today)
		record->pushed = now;
	array_pop_front(&record->replays);
}

void backscatter_record_replay_add(struct backscatter_record *record,
				   const char *id, time_t now,
				   unsigned int max)
{
	const struct backscatter_record_replay *known =
		record_find_replay(record, id);
	struct backscatter_record_replay replay;

	i_assert(max > 0);
	i_assert(strlen(id) == BACKSCATTER_RECORD_HASH_LEN);

	i_zero(&replay);
	if (known != NULL) {
		replay = *known;
		array_delete(&record->replays,
			     array_ptr_to_idx(&record->replays, known), 1);
	}
	i_strocpy(replay.id, id, sizeof(replay.id));
	replay.count = I_MIN(replay.count, UINT_MAX - 1) + 1;
	replay.day = I_MAX(now, 0) / BACKSCATTER_RECORD_DAY_SECS;
	while (array_count(&record->replays) >= max)
		record_replay_push_out(record, now, replay.day);
	array_push_back(&record->replays, &replay);
}
