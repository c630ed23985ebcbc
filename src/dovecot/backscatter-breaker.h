#ifndef BACKSCATTER_BREAKER_H
#define BACKSCATTER_BREAKER_H

/* A circuit breaker: what has failed is left alone for a while, so that a
   service that is down costs one delivery its deadline and not all of them.
   Pure: time comes from outside. Bounded: of so many names that have failed the
   one that is due first is forgotten. */

#define BACKSCATTER_BREAKER_MAX 32

struct backscatter_breaker_entry {
	unsigned int hash;
	time_t until;
};

struct backscatter_breaker {
	/* Seconds for which a name is left alone. */
	unsigned int interval;

	struct backscatter_breaker_entry entries[BACKSCATTER_BREAKER_MAX];
	unsigned int count;
};

/* The named thing has failed now. */
void backscatter_breaker_trip(struct backscatter_breaker *breaker,
			      const char *name, time_t now);
/* TRUE if it is to be left alone. */
bool backscatter_breaker_is_open(const struct backscatter_breaker *breaker,
				 const char *name, time_t now);

#endif
