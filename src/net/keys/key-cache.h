#ifndef BOUNCE_KEY_CACHE_H
#define BOUNCE_KEY_CACHE_H

/* Remembers what the DNS said of a key, for as long as it said. The names come
   from strangers: a forger can make up selectors of our domains without end.
   So keys that were found and all other answers are kept apart, each in a
   bounded number, and of a domain whose keys are known, names at which no key
   was ever found may only be looked up at a bounded rate. What is refused is
   answered from what is known: it is not one of the domain's keys. Of a domain
   of which no key is known nothing can be said without asking, so there all
   names are looked up. All times are milliseconds of a monotonic clock. */

#include "dkim/key.h"

struct bounce_key_cache;

struct bounce_key_cache_settings {
	/* Keys kept; the one that was not used for the longest time goes. */
	unsigned int max_keys;
	/* Other answers kept. */
	unsigned int max_others;
	/* Lookups a minute of names without a known key, of domains with one;
	   as many again may have been saved up. */
	unsigned int lookups_per_minute;
};

/* TTLs are brought into these bounds, in seconds. A key with TTL 0 is asked for
   anew each time. */
#define BOUNCE_KEY_CACHE_MIN_TTL 30
#define BOUNCE_KEY_CACHE_MAX_TTL (24 * 60 * 60)
#define BOUNCE_KEY_CACHE_MAX_OTHER_TTL (60 * 60)
/* How long a temporary failure is believed, so that a dead DNS server does not
   cost each message its deadline. */
#define BOUNCE_KEY_CACHE_TEMPERROR_TTL 5
/* The default of lookups_per_minute; backscatter(7) names it. */
#define BOUNCE_KEY_CACHE_LOOKUPS_PER_MINUTE 1000

enum bounce_key_cache_result {
	/* Not known: ask. */
	BOUNCE_KEY_CACHE_MISS,
	/* Here it is. */
	BOUNCE_KEY_CACHE_HIT,
	/* Not one of the keys that are known of its domain, and too many such
	   names were asked for: do not ask. */
	BOUNCE_KEY_CACHE_LIMIT
};

struct bounce_key_cache_answer {
	enum bounce_key_status status;
	/* FOUND: the key, and nothing else. From lookup it has a reference
	   that the caller drops; store takes its own. */
	struct bounce_key *key;
	/* All but FOUND; from lookup it is valid until the next store. */
	const char *error;
};

/* settings: NULL for the defaults. */
struct bounce_key_cache *
bounce_key_cache_init(const struct bounce_key_cache_settings *settings);
void bounce_key_cache_deinit(struct bounce_key_cache **cache);

/* A key of the domain is known from elsewhere. */
void bounce_key_cache_add_domain(struct bounce_key_cache *cache,
				 const char *domain);
/* Look up a name, "selector._domainkey.domain" in lower case. answer_r is set
   for HIT alone; where a lookup would be refused it may be one that has
   expired. Each MISS counts that is of a name without a known key and of a
   domain with one. */
enum bounce_key_cache_result
bounce_key_cache_lookup(struct bounce_key_cache *cache, const char *name,
			uint64_t now, struct bounce_key_cache_answer *answer_r);
/* Store what was found out. ttl is in seconds and is not used for
   TEMPERROR. */
void bounce_key_cache_store(struct bounce_key_cache *cache, const char *name,
			    uint64_t now, unsigned int ttl,
			    const struct bounce_key_cache_answer *answer);
/* The selectors of keys of the domain that have not expired: at most max of
   them, those used last first, from the data stack. Returns their number. */
unsigned int
bounce_key_cache_selectors(const struct bounce_key_cache *cache,
			   const char *domain, uint64_t now,
			   const char **selectors_r, unsigned int max);
/* How many are kept. */
unsigned int bounce_key_cache_keys_count(const struct bounce_key_cache *cache);
unsigned int
bounce_key_cache_others_count(const struct bounce_key_cache *cache);

#endif
