/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "hash.h"
#include "base/throttle.h"

static bool throttle_is_due(const struct backscatter_throttle *throttle,
			    const struct backscatter_throttle_entry *entry,
			    time_t now)
{
	/* if the clock was set back, the name must not be held for longer */
	return throttle->interval > 0 &&
		(now < entry->since ||
		 now - entry->since >= (time_t)throttle->interval);
}

/* Returns the entry with this hash, or else an entry that may be overwritten;
   NULL if all places are taken. */
static struct backscatter_throttle_entry *
throttle_find(struct backscatter_throttle *throttle, unsigned int hash,
	      time_t now)
{
	struct backscatter_throttle_entry *entry, *due = NULL, *oldest = NULL;
	unsigned int i;

	for (i = 0; i < throttle->count; i++) {
		entry = &throttle->entries[i];
		if (entry->hash == hash)
			return entry;
		if (due == NULL && throttle_is_due(throttle, entry, now))
			due = entry;
		if (oldest == NULL || entry->since < oldest->since)
			oldest = entry;
	}
	if (throttle->count < N_ELEMENTS(throttle->entries))
		return &throttle->entries[throttle->count++];
	return due == NULL && throttle->forget ? oldest : due;
}

bool backscatter_throttle_hold(struct backscatter_throttle *throttle,
			       const char *name, time_t now)
{
	unsigned int hash = str_hash(name);
	struct backscatter_throttle_entry *entry =
		throttle_find(throttle, hash, now);

	if (entry == NULL)
		return FALSE;
	entry->hash = hash;
	entry->since = now;
	return TRUE;
}

bool backscatter_throttle_is_held(const struct backscatter_throttle *throttle,
				  const char *name, time_t now)
{
	unsigned int i, hash = str_hash(name);

	for (i = 0; i < throttle->count; i++) {
		if (throttle->entries[i].hash == hash) {
			return !throttle_is_due(throttle, &throttle->entries[i],
						now);
		}
	}
	return FALSE;
}

bool backscatter_throttle_once(struct backscatter_throttle *throttle,
			       const char *name, time_t now)
{
	return !backscatter_throttle_is_held(throttle, name, now) &&
		backscatter_throttle_hold(throttle, name, now);
}
