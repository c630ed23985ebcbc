/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "hash.h"
#include "llist.h"
#include "bounce-dns.h"
#include "bounce-dns-cache.h"

struct dns_cache_entry {
	/* used last: at the tail */
	struct dns_cache_entry *prev, *next;
	/* "16 example.org", in lower case */
	char *key;
	uint64_t expires;

	/* NULL: a temporary failure, with its error */
	unsigned char *answer;
	size_t answer_size;
	char *error;
	bool timed_out;
};

struct bounce_dns_cache {
	HASH_TABLE(char *, struct dns_cache_entry *) entries;
	struct dns_cache_entry *head, *tail;
};

struct bounce_dns_cache *bounce_dns_cache_init(void)
{
	struct bounce_dns_cache *cache = i_new(struct bounce_dns_cache, 1);

	hash_table_create(&cache->entries, default_pool, 0, str_hash, strcmp);
	return cache;
}

static void
dns_cache_remove(struct bounce_dns_cache *cache, struct dns_cache_entry *entry)
{
	hash_table_remove(cache->entries, entry->key);
	DLLIST2_REMOVE(&cache->head, &cache->tail, entry);
	i_free(entry->key);
	i_free(entry->answer);
	i_free(entry->error);
	i_free(entry);
}

void bounce_dns_cache_deinit(struct bounce_dns_cache **_cache)
{
	struct bounce_dns_cache *cache = *_cache;

	if (cache == NULL)
		return;
	*_cache = NULL;
	while (cache->head != NULL)
		dns_cache_remove(cache, cache->head);
	hash_table_destroy(&cache->entries);
	i_free(cache);
}

static const char *t_dns_cache_key(const struct bounce_dns_query *query)
{
	return t_strdup_printf("%u %s", (unsigned int)query->type,
			       t_str_lcase(query->name));
}

bool bounce_dns_cache_lookup(struct bounce_dns_cache *cache, pool_t pool,
			     uint64_t now, struct bounce_dns_query *query)
{
	struct dns_cache_entry *entry;

	T_BEGIN {
		entry = hash_table_lookup(cache->entries,
					  t_dns_cache_key(query));
	} T_END;
	if (entry == NULL || entry->expires <= now)
		return FALSE;

	DLLIST2_REMOVE(&cache->head, &cache->tail, entry);
	DLLIST2_APPEND(&cache->head, &cache->tail, entry);
	if (entry->answer != NULL) {
		bounce_dns_answer_parse(pool, entry->answer,
					entry->answer_size, query);
	} else {
		query->status = BOUNCE_DNS_TEMPERROR;
		query->timed_out = entry->timed_out;
		query->error = p_strdup(pool, entry->error);
	}
	return TRUE;
}

/* Milliseconds; 0: it is not to be kept. */
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

static void
dns_cache_add(struct bounce_dns_cache *cache, const char *key,
	      const struct bounce_dns_query *query, uint64_t expires)
{
	struct dns_cache_entry *entry = i_new(struct dns_cache_entry, 1);

	entry->key = i_strdup(key);
	entry->expires = expires;
	if (query->status == BOUNCE_DNS_TEMPERROR) {
		entry->error = i_strdup(query->error);
		entry->timed_out = query->timed_out;
	} else {
		entry->answer = i_memdup(query->answer, query->answer_size);
		entry->answer_size = query->answer_size;
	}
	hash_table_insert(cache->entries, entry->key, entry);
	DLLIST2_APPEND(&cache->head, &cache->tail, entry);
}

void bounce_dns_cache_store(struct bounce_dns_cache *cache, uint64_t now,
			    const struct bounce_dns_query *query)
{
	uint64_t lifetime = dns_cache_lifetime(query);
	struct dns_cache_entry *entry;

	T_BEGIN {
		const char *key = t_dns_cache_key(query);

		entry = hash_table_lookup(cache->entries, key);
		if (entry != NULL)
			dns_cache_remove(cache, entry);
		if (hash_table_count(cache->entries) >=
		    BOUNCE_DNS_CACHE_MAX_COUNT)
			dns_cache_remove(cache, cache->head);
		if (lifetime > 0) {
			dns_cache_add(cache, key, query, now + lifetime);
		}
	} T_END;
}

unsigned int bounce_dns_cache_count(const struct bounce_dns_cache *cache)
{
	return hash_table_count(cache->entries);
}
