/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "hash.h"
#include "backscatter-once.h"

static bool
backscatter_once_is_over(const struct backscatter_once *once,
			 const struct backscatter_once_entry *entry, time_t now)
{
	if (once->interval == 0)
		return FALSE;
	/* a clock that went back must not silence us for long */
	return now < entry->said ||
		now - entry->said >= (time_t)once->interval;
}

bool backscatter_once(struct backscatter_once *once, const char *text,
		      time_t now)
{
	struct backscatter_once_entry *entry, *reuse = NULL, *oldest = NULL;
	unsigned int i, hash = str_hash(text);

	for (i = 0; i < once->count; i++) {
		entry = &once->entries[i];
		if (entry->hash == hash) {
			if (!backscatter_once_is_over(once, entry, now))
				return FALSE;
			entry->said = now;
			return TRUE;
		}
		if (reuse == NULL && backscatter_once_is_over(once, entry, now))
			reuse = entry;
		if (oldest == NULL || entry->said < oldest->said)
			oldest = entry;
	}
	if (once->count < N_ELEMENTS(once->entries))
		reuse = &once->entries[once->count++];
	if (reuse == NULL && once->forget)
		reuse = oldest;
	if (reuse == NULL)
		return FALSE;
	reuse->hash = hash;
	reuse->said = now;
	return TRUE;
}
