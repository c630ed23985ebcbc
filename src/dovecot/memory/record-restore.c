/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Puts back what other hosts, which have locks of their own, overwrite. */

#include "lib.h"
#include "array.h"
#include "memory/record.h"

static void
record_restore_table(struct backscatter_record *record,
		     enum backscatter_record_table table,
		     enum backscatter_record_number number,
		     const struct backscatter_record *before)
{
	const struct backscatter_record_seen *seen;

	array_foreach(&before->seen[table], seen) {
		if (backscatter_record_has_seen(record, table, seen->hash))
			continue;
		if (array_count(&record->seen[table]) >=
		    BACKSCATTER_RECORD_MAX_SEEN)
			break;
		array_push_front(&record->seen[table], seen);
		if (record->numbers[number][seen->age] < UINT_MAX)
			record->numbers[number][seen->age]++;
	}
}

void backscatter_record_restore(struct backscatter_record *record,
				const struct backscatter_record *before)
{
	if (before->burst.last > record->burst.last)
		record->burst = before->burst;
	/* a host whose clock is ahead has begun another step */
	if (record->period != before->period || record->step != before->step)
		return;
	record_restore_table(record, BACKSCATTER_RECORD_OF,
			     BACKSCATTER_RECORD_ORIGINALS, before);
	record_restore_table(record, BACKSCATTER_RECORD_TO,
			     BACKSCATTER_RECORD_RECIPIENTS, before);
}
