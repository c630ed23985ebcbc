#ifndef BOUNCE_DNS_CACHE_H
#define BOUNCE_DNS_CACHE_H

/* Caches answers of the DNS as they came, for the lifetime that they give. The
   number and the size of the answers are bounded. All times are milliseconds of
   a monotonic clock. */

struct bounce_dns_query;
struct bounce_lru;

/* At most this many answers are kept: the least recently used one is dropped.
   An answer of more octets than MAX_SIZE is not kept. */
#define BOUNCE_DNS_CACHE_MAX_COUNT 500
#define BOUNCE_DNS_CACHE_MAX_SIZE 8192
/* A TTL is raised or lowered to these bounds, in seconds. An answer with a TTL
   of 0 is not kept. */
#define BOUNCE_DNS_CACHE_MIN_TTL 30
#define BOUNCE_DNS_CACHE_MAX_TTL (60 * 60)
/* A temporary failure is kept for this many seconds. */
#define BOUNCE_DNS_CACHE_TEMPERROR_TTL 5

/* Returns a new cache. The caller frees it with bounce_lru_deinit(). */
struct bounce_lru *bounce_dns_cache_init(void);

/* Answer a query from the cache; what the answer points to is allocated from
   the pool. Returns FALSE if the cache has no answer. */
bool bounce_dns_cache_lookup(struct bounce_lru *cache, pool_t pool,
			     uint64_t now, struct bounce_dns_query *query);
/* Store the answer that the query has got. */
void bounce_dns_cache_store(struct bounce_lru *cache, uint64_t now,
			    const struct bounce_dns_query *query);

#endif
