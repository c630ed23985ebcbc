#ifndef BOUNCE_DNS_CACHE_H
#define BOUNCE_DNS_CACHE_H

/* Remembers answers of the DNS as they came, for as long as they said. Bounded
   in their number and size. All times are milliseconds of a monotonic
   clock. */

struct bounce_dns_query;
struct bounce_lru;

/* Answers kept: the one that was not used for the longest time goes. A larger
   answer is not kept. */
#define BOUNCE_DNS_CACHE_MAX_COUNT 500
#define BOUNCE_DNS_CACHE_MAX_SIZE 8192
/* TTLs are brought into these bounds, in seconds. An answer that says 0 is not
   kept. */
#define BOUNCE_DNS_CACHE_MIN_TTL 30
#define BOUNCE_DNS_CACHE_MAX_TTL (60 * 60)
/* How long a temporary failure is believed. */
#define BOUNCE_DNS_CACHE_TEMPERROR_TTL 5

/* A cache that bounce_lru_deinit() frees. */
struct bounce_lru *bounce_dns_cache_init(void);

/* Answer a query, its memory from the pool. Returns FALSE if the answer is not
   known. */
bool bounce_dns_cache_lookup(struct bounce_lru *cache, pool_t pool,
			     uint64_t now, struct bounce_dns_query *query);
/* Keep what a query was answered. */
void bounce_dns_cache_store(struct bounce_lru *cache, uint64_t now,
			    const struct bounce_dns_query *query);

#endif
