/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "keys/key-cache.h"
#include "base/lru.h"

#define CACHE_MAX_DOMAINS 1000

#define KEY_NAME_INFIX "._domainkey."

#define MSECS_PER_MINUTE (60 * 1000)

struct cache_entry {
	struct bounce_lru_entry lru;
	uint64_t expires;
	enum bounce_key_status status;
	struct bounce_key *key;
	char *error;
};

struct bounce_key_cache {
	/* A key stays here after it has expired, so that the lookup of its name
	   does not count against the limit. */
	struct bounce_lru *keys;
	struct bounce_lru *others;
	/* Domains that have a known key. The entries have only names. */
	struct bounce_lru *domains;

	/* The limit of lookups: per_minute of them a minute, and as many saved
	   up. It is kept as a time on a clock that runs per_minute times as
	   fast as ours, where each lookup costs one minute: everything before
	   spent_until is used up. */
	uint64_t per_minute, spent_until;
};

static void cache_entry_free(struct bounce_lru_entry *lru)
{
	struct cache_entry *entry = (struct cache_entry *)lru;

	if (entry->key != NULL)
		bounce_key_unref(&entry->key);
	i_free(entry->error);
	i_free(entry);
}

static struct cache_entry *cache_find(struct bounce_lru *lru, const char *name)
{
	return (struct cache_entry *)bounce_lru_find(lru, name);
}

static void
cache_add(struct bounce_lru *lru, const char *name, uint64_t expires,
	  const struct bounce_key_cache_answer *answer)
{
	struct cache_entry *entry = i_new(struct cache_entry, 1);

	entry->expires = expires;
	entry->status = answer->status;
	entry->error = i_strdup(answer->error);
	entry->key = answer->key;
	if (entry->key != NULL)
		bounce_key_ref(entry->key);
	bounce_lru_add(lru, &entry->lru, name);
}

struct bounce_key_cache *
bounce_key_cache_init(const struct bounce_key_cache_settings *settings)
{
	static const struct bounce_key_cache_settings defaults = {
		.max_keys = 1000,
		.max_others = 1000,
		.lookups_per_minute = BOUNCE_KEY_CACHE_LOOKUPS_PER_MINUTE
	};
	struct bounce_key_cache *cache = i_new(struct bounce_key_cache, 1);

	if (settings == NULL)
		settings = &defaults;
	cache->keys = bounce_lru_init(settings->max_keys, cache_entry_free);
	cache->others = bounce_lru_init(settings->max_others,
					cache_entry_free);
	cache->domains = bounce_lru_init(CACHE_MAX_DOMAINS, cache_entry_free);
	cache->per_minute = settings->lookups_per_minute;
	return cache;
}

void bounce_key_cache_deinit(struct bounce_key_cache **_cache)
{
	struct bounce_key_cache *cache = *_cache;

	if (cache == NULL)
		return;
	*_cache = NULL;
	bounce_lru_deinit(&cache->keys);
	bounce_lru_deinit(&cache->others);
	bounce_lru_deinit(&cache->domains);
	i_free(cache);
}

/* Returns FALSE if the budget does not allow one more lookup. */
static bool cache_spend_lookup(struct bounce_key_cache *cache, uint64_t now)
{
	uint64_t start = now * cache->per_minute;
	uint64_t end = start + cache->per_minute * MSECS_PER_MINUTE;

	/* no more than one minute's lookups are saved up, and none are owed if
	   our clock went backwards */
	cache->spent_until = I_MIN(I_MAX(cache->spent_until, start), end);
	if (end - cache->spent_until < MSECS_PER_MINUTE)
		return FALSE;
	cache->spent_until += MSECS_PER_MINUTE;
	return TRUE;
}

void bounce_key_cache_add_domain(struct bounce_key_cache *cache,
				 const char *domain)
{
	static const struct bounce_key_cache_answer none;

	if (cache_find(cache->domains, domain) == NULL)
		cache_add(cache->domains, domain, 0, &none);
}

/* A stranger may put the infix into a selector or a domain, too: take what
   follows the last one as the domain. */
static const char *key_name_domain(const char *name)
{
	const char *next, *domain = NULL;

	while ((next = strstr(name, KEY_NAME_INFIX)) != NULL)
		domain = name = next + strlen(KEY_NAME_INFIX);
	return domain;
}

/* Returns TRUE if a key is known of the domain or of one above it: a stranger
   can make up subdomains as well. */
static bool
cache_knows_domain(struct bounce_key_cache *cache, const char *domain)
{
	while (domain != NULL) {
		if (cache_find(cache->domains, domain) != NULL)
			return TRUE;
		domain = strchr(domain, '.');
		if (domain != NULL)
			domain++;
	}
	return FALSE;
}

static enum bounce_key_cache_result
cache_answer(const struct cache_entry *entry,
	     struct bounce_key_cache_answer *answer_r)
{
	answer_r->status = entry->status;
	answer_r->error = entry->error;
	answer_r->key = entry->key;
	if (entry->key != NULL)
		bounce_key_ref(entry->key);
	return BOUNCE_KEY_CACHE_HIT;
}

enum bounce_key_cache_result
bounce_key_cache_lookup(struct bounce_key_cache *cache, const char *name,
			uint64_t now, struct bounce_key_cache_answer *answer_r)
{
	struct cache_entry *known, *entry;

	entry = known = cache_find(cache->keys, name);
	if (entry == NULL || entry->expires <= now)
		entry = cache_find(cache->others, name);
	if (entry != NULL && entry->expires > now)
		return cache_answer(entry, answer_r);
	if (known != NULL ||
	    !cache_knows_domain(cache, key_name_domain(name)) ||
	    cache_spend_lookup(cache, now))
		return BOUNCE_KEY_CACHE_MISS;
	/* an answer that has expired is better than none */
	if (entry != NULL && entry->status != BOUNCE_KEY_TEMPERROR)
		return cache_answer(entry, answer_r);
	return BOUNCE_KEY_CACHE_LIMIT;
}

void bounce_key_cache_store(struct bounce_key_cache *cache, const char *name,
			    uint64_t now, unsigned int ttl,
			    const struct bounce_key_cache_answer *answer)
{
	const char *domain;

	i_assert((answer->status == BOUNCE_KEY_FOUND) ==
		 (answer->key != NULL));

	if (answer->status == BOUNCE_KEY_FOUND) {
		ttl = ttl == 0 ? 0 :
			I_MAX(ttl, BOUNCE_KEY_CACHE_MIN_TTL);
		ttl = I_MIN(ttl, BOUNCE_KEY_CACHE_MAX_TTL);
		cache_add(cache->keys, name, now + ttl * 1000ULL, answer);
		bounce_lru_remove(cache->others, name);
		if ((domain = key_name_domain(name)) != NULL)
			bounce_key_cache_add_domain(cache, domain);
		return;
	}
	if (answer->status == BOUNCE_KEY_TEMPERROR) {
		/* a failure does not remove a key that is known by that name */
		ttl = BOUNCE_KEY_CACHE_TEMPERROR_TTL;
	} else {
		ttl = I_MAX(ttl, BOUNCE_KEY_CACHE_MIN_TTL);
		ttl = I_MIN(ttl, BOUNCE_KEY_CACHE_MAX_OTHER_TTL);
		bounce_lru_remove(cache->keys, name);
	}
	cache_add(cache->others, name, now + ttl * 1000ULL, answer);
}

unsigned int
bounce_key_cache_selectors(const struct bounce_key_cache *cache,
			   const char *domain, uint64_t now,
			   const char **selectors_r, unsigned int max)
{
	const char *suffix = t_strconcat("._domainkey.", domain, NULL);
	const struct bounce_lru_entry *lru;
	const struct cache_entry *entry;
	size_t size, suffix_size = strlen(suffix);
	unsigned int count = 0;

	for (lru = bounce_lru_last(cache->keys); lru != NULL && count < max;
	     lru = lru->prev) {
		entry = (const struct cache_entry *)lru;
		size = strlen(lru->name);
		if (entry->expires <= now || size <= suffix_size ||
		    strcmp(lru->name + size - suffix_size, suffix) != 0)
			continue;
		selectors_r[count++] = t_strndup(lru->name, size - suffix_size);
	}
	return count;
}

unsigned int bounce_key_cache_keys_count(const struct bounce_key_cache *cache)
{
	return bounce_lru_count(cache->keys);
}

unsigned int
bounce_key_cache_others_count(const struct bounce_key_cache *cache)
{
	return bounce_lru_count(cache->others);
}
