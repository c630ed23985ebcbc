#ifndef BOUNCE_KEY_CACHE_H
#define BOUNCE_KEY_CACHE_H

/* Caches the answers of the DNS about keys, for the lifetime that they give.

   A forger can ask for any number of selectors that he made up below one of our
   domains. So keys that were found are kept apart from all other answers, and
   both caches are bounded. If a key of the domain is known, names without a
   known key may be looked up only at a limited rate. Above that rate the cache
   answers LIMIT: the name is not one of the domain's known keys. If no key of
   the domain is known, nothing can be said without a lookup, so the rate is not
   limited.

   All times are milliseconds of a monotonic clock. */

#include "dkim/key.h"

struct bounce_key_cache;

struct bounce_key_cache_settings {
	/* At most this many keys are kept; the least recently used one is
	   dropped. */
	unsigned int max_keys;
	/* At most this many other answers are kept. */
	unsigned int max_others;
	/* So many names without a known key, in domains with one, may be looked
	   up in a minute. What is not used is saved up, but no more than one
	   minute's lookups. */
	unsigned int lookups_per_minute;
};

/* TTLs are brought into these bounds, in seconds. A key with TTL 0 is asked for
   anew each time. */
#define BOUNCE_KEY_CACHE_MIN_TTL 30
#define BOUNCE_KEY_CACHE_MAX_TTL (24 * 60 * 60)
#define BOUNCE_KEY_CACHE_MAX_OTHER_TTL (60 * 60)
/* A temporary failure is kept for this many seconds, so that a DNS server that
   is down does not cost each message its whole deadline. */
#define BOUNCE_KEY_CACHE_TEMPERROR_TTL 5
/* The default of lookups_per_minute; backscatter(7) names it. */
#define BOUNCE_KEY_CACHE_LOOKUPS_PER_MINUTE 1000

enum bounce_key_cache_result {
	/* Nothing is known: ask the DNS. */
	BOUNCE_KEY_CACHE_MISS,
	/* The answer is known. */
	BOUNCE_KEY_CACHE_HIT,
	/* The name is not one of the domain's known keys, and too many such
	   names were asked for: do not ask the DNS. */
	BOUNCE_KEY_CACHE_LIMIT
};

struct bounce_key_cache_answer {
	enum bounce_key_status status;
	/* FOUND: the key; otherwise NULL. bounce_key_cache_lookup() returns a
	   reference that the caller drops; bounce_key_cache_store() takes a
	   reference of its own. */
	struct bounce_key *key;
	/* Why there is no key; NULL if the status is FOUND.
	   bounce_key_cache_lookup() returns text that is valid until the next
	   bounce_key_cache_store(). */
	const char *error;
};

/* Create a cache. If settings is NULL the defaults are used. */
struct bounce_key_cache *
bounce_key_cache_init(const struct bounce_key_cache_settings *settings);
void bounce_key_cache_deinit(struct bounce_key_cache **cache);

/* Tell the cache that the domain has a key that is known from elsewhere. */
void bounce_key_cache_add_domain(struct bounce_key_cache *cache,
				 const char *domain);
/* Look up a name, "selector._domainkey.domain" in lower case. answer_r is set
   only on HIT; if a lookup would exceed the limit, the answer may be one that
   has expired. A MISS uses up one lookup of the limit if no key of this name,
   but a key of its domain is known. */
enum bounce_key_cache_result
bounce_key_cache_lookup(struct bounce_key_cache *cache, const char *name,
			uint64_t now, struct bounce_key_cache_answer *answer_r);
/* Store an answer. ttl is in seconds, and is not used for TEMPERROR. */
void bounce_key_cache_store(struct bounce_key_cache *cache, const char *name,
			    uint64_t now, unsigned int ttl,
			    const struct bounce_key_cache_answer *answer);
/* Get the selectors of the domain's keys that have not expired: at most max of
   them, the most recently used first, allocated from the data stack. Returns
   how many there are in selectors_r. */
unsigned int
bounce_key_cache_selectors(const struct bounce_key_cache *cache,
			   const char *domain, uint64_t now,
			   const char **selectors_r, unsigned int max);
/* How many keys, and how many other answers, are kept. */
unsigned int bounce_key_cache_keys_count(const struct bounce_key_cache *cache);
unsigned int
bounce_key_cache_others_count(const struct bounce_key_cache *cache);

#endif
