/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "hash.h"
#include "backscatter-breaker.h"

void backscatter_breaker_trip(struct backscatter_breaker *breaker,
			      const char *name, time_t now)
{
	struct backscatter_breaker_entry *entry, *use = NULL;
	unsigned int i, hash = str_hash(name);

	for (i = 0; i < breaker->count; i++) {
		entry = &breaker->entries[i];
		if (entry->hash == hash) {
			use = entry;
			break;
		}
		if (use == NULL || entry->until < use->until)
			use = entry;
	}
	if (i == breaker->count &&
	    breaker->count < N_ELEMENTS(breaker->entries))
		use = &breaker->entries[breaker->count++];
	use->hash = hash;
	use->until = now + breaker->interval;
}

bool backscatter_breaker_is_open(const struct backscatter_breaker *breaker,
				 const char *name, time_t now)
{
	unsigned int i, hash = str_hash(name);
	time_t until;

	for (i = 0; i < breaker->count; i++) {
		if (breaker->entries[i].hash != hash)
			continue;
		until = breaker->entries[i].until;
		/* a clock that went back must not leave it alone for long */
		return now < until && until - now <= (time_t)breaker->interval;
	}
	return FALSE;
}
