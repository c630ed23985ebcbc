/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dns/dns.h"
#include "dns/dns-cache.h"
#include "base/lru.h"

/* Its name in the cache is the type and the name asked for, such as "16
   example.org". */
struct dns_cache_entry {
	struct bounce_lru_entry lru;
	uint64_t expires;

	/* NULL if this is a temporary failure, which error explains */
	unsigned char *answer;
	size_t answer_size;
	char *error;
	bool timed_out;
};

static void dns_cache_free_entry(struct bounce_lru_entry *lru)
{
	struct dns_cache_entry *entry = (struct dns_cache_entry *)lru;

	i_free(entry->answer);
	i_free(entry->error);
	i_free(entry);
}

struct bounce_lru *bounce_dns_cache_init(void)
{
	return bounce_lru_init(BOUNCE_DNS_CACHE_MAX_COUNT,
			       dns_cache_free_entry);
}

static const char *t_dns_cache_key(const struct bounce_dns_query *query)
{
	return t_strdup_printf("%u %s", (unsigned int)query->type,
			       t_str_lcase(query->name));
}

bool bounce_dns_cache_lookup(struct bounce_lru *cache, pool_t pool,
			     uint64_t now, struct bounce_dns_query *query)
{
	struct dns_cache_entry *entry;

	T_BEGIN {
		entry = (struct dns_cache_entry *)
			bounce_lru_find(cache, t_dns_cache_key(query));
	} T_END;
	if (entry == NULL || entry->expires <= now)
		return FALSE;

	if (entry->answer != NULL) {
		bounce_dns_answer_parse(pool, entry->answer,
					entry->answer_size, query);
	} else {
		bounce_dns_query_reset(query);
		query->timed_out = entry->timed_out;
		query->error = p_strdup(pool, entry->error);
	}
	return TRUE;
}

/* Returns for how many milliseconds the answer is kept; 0: not at all. */
static uint64_t dns_cache_lifetime(const struct bounce_dns_query *query)
{
	unsigned int ttl = query->ttl;

	if (query->status == BOUNCE_DNS_TEMPERROR)
		return BOUNCE_DNS_CACHE_TEMPERROR_TTL * 1000;
	if (query->answer == NULL ||
	    query->answer_size > BOUNCE_DNS_CACHE_MAX_SIZE ||
	    (ttl == 0 && query->status == BOUNCE_DNS_OK))
		return 0;
	ttl = I_MAX(ttl, BOUNCE_DNS_CACHE_MIN_TTL);
	return I_MIN(ttl, BOUNCE_DNS_CACHE_MAX_TTL) * 1000;
}

void bounce_dns_cache_store(struct bounce_lru *cache, uint64_t now,
			    const struct bounce_dns_query *query)
{
	uint64_t lifetime = dns_cache_lifetime(query);
	struct dns_cache_entry *entry;

	if (lifetime == 0) {
		T_BEGIN {
			bounce_lru_remove(cache,
					  t_dns_cache_key(query));
		} T_END;
		return;
	}
	entry = i_new(struct dns_cache_entry, 1);
	entry->expires = now + lifetime;
	if (query->status == BOUNCE_DNS_TEMPERROR) {
		entry->error = i_strdup(query->error);
		entry->timed_out = query->timed_out;
	} else {
		entry->answer = i_memdup(query->answer, query->answer_size);
		entry->answer_size = query->answer_size;
	}
	T_BEGIN {
		bounce_lru_add(cache, &entry->lru,
			       t_dns_cache_key(query));
	} T_END;
}
