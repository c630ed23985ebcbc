/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "llist.h"
#include "bounce-dns.h"
#include "bounce-dns-cache.h"
#include "bounce-domain-name.h"
#include "bounce-key-cache.h"
#include "bounce-key-dir.h"
#include "bounce-key-lookup.h"
#include "bounce-lru.h"

struct bounce_key_lookup {
	/* used last: at the tail */
	struct bounce_key_lookup *prev, *next;
	int refcount;
	/* given out by get: others may share it */
	bool shared;

	char *key_dir, *dns_servers;
	unsigned int timeout_msecs;
	bool no_dns;

	struct bounce_key_dir *dir;
	struct bounce_dns *dns;
	struct bounce_key_cache *cache;
	/* what is asked for beside keys */
	struct bounce_lru *answers;
	struct bounce_key_lookup_ports ports;
	struct bounce_key_lookup_stats stats;
};

struct key_source {
	struct bounce_key_source source;
	struct bounce_key_lookup *lookup;
	/* 0: nothing has been looked up yet */
	uint64_t deadline;
};

/* A query that needs the DNS. */
struct key_ask {
	struct bounce_key_query *query;
	const char *name;
	/* the key directory could not be read; the key may be in it */
	const char *dir_error;
};

struct key_batch {
	struct bounce_key_lookup *lookup;
	pool_t pool;
	uint64_t now, deadline;
	ARRAY(struct key_ask) asks;
};

/* The shared ones: this process has few, and mostly one. */
static struct bounce_key_lookup *lookups_head, *lookups_tail;

static void
port_dns(void *context, pool_t pool, struct bounce_dns_query *queries,
	 unsigned int count, uint64_t deadline)
{
	struct bounce_key_lookup *lookup = context;

	bounce_dns_lookup(lookup->dns, pool, queries, count, deadline);
}

static uint64_t port_now(void *context ATTR_UNUSED)
{
	return bounce_dns_now();
}

/*
 * Contexts
 */

static bool
settings_are_equal(const struct bounce_key_lookup_settings *set,
		   const struct bounce_key_lookup *lookup)
{
	return null_strcmp(set->key_dir, lookup->key_dir) == 0 &&
		null_strcmp(set->dns_servers, lookup->dns_servers) == 0 &&
		set->timeout_msecs == lookup->timeout_msecs &&
		set->no_dns == lookup->no_dns;
}

int bounce_key_lookup_create(const struct bounce_key_lookup_settings *set,
			     const struct bounce_key_lookup_ports *ports,
			     struct bounce_key_lookup **lookup_r,
			     const char **error_r)
{
	struct bounce_key_lookup *lookup;
	struct bounce_dns *dns = NULL;

	/* with no_dns the list is checked all the same, and not used */
	if (bounce_dns_create(set->dns_servers, &dns, error_r) < 0)
		return -1;

	lookup = i_new(struct bounce_key_lookup, 1);
	lookup->refcount = 1;
	lookup->dns = dns;
	lookup->key_dir = i_strdup(set->key_dir);
	lookup->dns_servers = i_strdup(set->dns_servers);
	lookup->timeout_msecs = set->timeout_msecs;
	lookup->no_dns = set->no_dns;
	if (set->key_dir != NULL && set->key_dir[0] != '\0')
		lookup->dir = bounce_key_dir_init(set->key_dir);
	lookup->cache = bounce_key_cache_init(NULL);
	lookup->answers = bounce_dns_cache_init();
	if (ports != NULL)
		lookup->ports = *ports;
	else {
		lookup->ports.dns = port_dns;
		lookup->ports.now = port_now;
		lookup->ports.context = lookup;
	}
	*lookup_r = lookup;
	return 0;
}

static void bounce_key_lookup_free(struct bounce_key_lookup *lookup)
{
	if (lookup->shared)
		DLLIST2_REMOVE(&lookups_head, &lookups_tail, lookup);
	bounce_key_cache_deinit(&lookup->cache);
	bounce_lru_deinit(&lookup->answers);
	bounce_key_dir_deinit(&lookup->dir);
	bounce_dns_destroy(&lookup->dns);
	i_free(lookup->key_dir);
	i_free(lookup->dns_servers);
	i_free(lookup);
}

/* Frees those not used for the longest time, until so many idle ones are
   left. */
static void lookups_trim(unsigned int max_idle)
{
	struct bounce_key_lookup *lookup, *prev;
	unsigned int idle = 0;

	for (lookup = lookups_tail; lookup != NULL; lookup = prev) {
		prev = lookup->prev;
		if (lookup->refcount == 0 && ++idle > max_idle)
			bounce_key_lookup_free(lookup);
	}
}

int bounce_key_lookup_get(const struct bounce_key_lookup_settings *set,
			  struct bounce_key_lookup **lookup_r,
			  const char **error_r)
{
	struct bounce_key_lookup *lookup = lookups_head;

	while (lookup != NULL && !settings_are_equal(set, lookup))
		lookup = lookup->next;
	if (lookup != NULL) {
		lookup->refcount++;
		DLLIST2_REMOVE(&lookups_head, &lookups_tail, lookup);
	} else {
		if (bounce_key_lookup_create(set, NULL, &lookup, error_r) < 0)
			return -1;
		lookup->shared = TRUE;
	}
	DLLIST2_APPEND(&lookups_head, &lookups_tail, lookup);
	*lookup_r = lookup;
	return 0;
}

void bounce_key_lookup_unref(struct bounce_key_lookup **_lookup)
{
	struct bounce_key_lookup *lookup = *_lookup;

	if (lookup == NULL)
		return;
	*_lookup = NULL;
	i_assert(lookup->refcount > 0);
	if (--lookup->refcount > 0)
		return;
	if (lookup->shared)
		lookups_trim(BOUNCE_KEY_LOOKUP_MAX_IDLE);
	else
		bounce_key_lookup_free(lookup);
}

void bounce_key_lookups_deinit(void)
{
	lookups_trim(0);
}

const struct bounce_key_lookup_stats *
bounce_key_lookup_stats(const struct bounce_key_lookup *lookup)
{
	return &lookup->stats;
}

/*
 * Answers
 */

static void
query_answer(struct key_batch *batch, struct bounce_key_query *query,
	     enum bounce_key_status status, const char *error)
{
	query->status = status;
	query->error = p_strdup(batch->pool, error);
}

/* Takes over the reference to the key. */
static void
query_found(struct bounce_key_query *query, struct bounce_key *key)
{
	query->status = BOUNCE_KEY_FOUND;
	query->key = key;
}

/* The name may have several TXT records; RFC 6376 section 6.1.2 leaves it open
   what then. The first that is a usable key counts; without one, that a key was
   revoked says more than what else is there, and that a record could not be
   read more than all. */
static void
answer_from_records(const struct bounce_dns_query *dns_query,
		    struct bounce_key_cache_answer *answer_r)
{
	const struct bounce_dns_record *record;
	enum bounce_key_status status;
	const char *error;
	unsigned int i;

	answer_r->status = BOUNCE_KEY_UNUSABLE;
	answer_r->error = NULL;
	for (i = 0; i < dns_query->records_count; i++) {
		record = &dns_query->records[i];
		status = bounce_key_parse(record->data, record->size,
					  &answer_r->key, &error);
		if (status == BOUNCE_KEY_FOUND) {
			answer_r->status = status;
			answer_r->error = NULL;
			return;
		}
		if (answer_r->error == NULL ||
		    status == BOUNCE_KEY_TEMPERROR ||
		    (status == BOUNCE_KEY_REVOKED &&
		     answer_r->status == BOUNCE_KEY_UNUSABLE)) {
			answer_r->status = status;
			answer_r->error = error;
		}
	}
	if (dns_query->records_count > 1) {
		answer_r->error = t_strdup_printf(
			"%u TXT records, none of them a key: %s",
			dns_query->records_count, answer_r->error);
	}
}

static void
answer_from_dns(struct bounce_key_lookup *lookup,
		const struct bounce_dns_query *dns_query,
		struct bounce_key_cache_answer *answer_r)
{
	i_zero(answer_r);
	switch (dns_query->status) {
	case BOUNCE_DNS_OK:
		answer_from_records(dns_query, answer_r);
		break;
	case BOUNCE_DNS_NXDOMAIN:
	case BOUNCE_DNS_NODATA:
		answer_r->status = BOUNCE_KEY_MISSING;
		answer_r->error = dns_query->error;
		break;
	case BOUNCE_DNS_TEMPERROR:
		lookup->stats.dns_temperrors++;
		if (dns_query->timed_out)
			lookup->stats.dns_timeouts++;
		answer_r->status = BOUNCE_KEY_TEMPERROR;
		answer_r->error = dns_query->error;
		break;
	}
	if (answer_r->error != NULL) {
		answer_r->error = t_strdup_printf("DNS: %s: %s",
						  dns_query->name,
						  answer_r->error);
	}
}

/* An answer of the DNS or of the cache; takes over the reference. Where the
   directory could not be read, only a key settles the matter. */
static void
ask_finish(struct key_batch *batch, const struct key_ask *ask,
	   const struct bounce_key_cache_answer *answer)
{
	struct bounce_key_query *query = ask->query;

	if (answer->status == BOUNCE_KEY_FOUND) {
		query->origin = BOUNCE_KEY_ORIGIN_DNS;
		query_found(query, answer->key);
		return;
	}
	if (ask->dir_error != NULL) {
		query_answer(batch, query, BOUNCE_KEY_TEMPERROR,
			     ask->dir_error);
		return;
	}
	if (answer->status == BOUNCE_KEY_REVOKED ||
	    answer->status == BOUNCE_KEY_UNUSABLE)
		query->origin = BOUNCE_KEY_ORIGIN_DNS;
	query_answer(batch, query, answer->status, answer->error);
}

/*
 * Lookups
 */

/* Returns TRUE if the directory answered the query. */
static bool batch_try_dir(struct key_batch *batch, struct key_ask *ask)
{
	struct bounce_key_query *query = ask->query;
	enum bounce_key_status status;
	struct bounce_key *key;
	const char *error;
	int ret;

	if (batch->lookup->dir == NULL)
		return FALSE;
	ret = bounce_key_dir_lookup(batch->lookup->dir, query->selector,
				    query->domain, &status, &key, &error);
	if (ret < 0) {
		batch->lookup->stats.dir_errors++;
		ask->dir_error = p_strdup(batch->pool, error);
	}
	if (ret <= 0)
		return FALSE;

	batch->lookup->stats.dir_hits++;
	query->origin = BOUNCE_KEY_ORIGIN_DIR;
	if (status == BOUNCE_KEY_FOUND) {
		if (key->retired == 0) {
			bounce_key_cache_add_domain(batch->lookup->cache,
						    query->domain);
		}
		query_found(query, key);
	} else
		query_answer(batch, query, status, error);
	return TRUE;
}

/* Returns TRUE if the query was answered and the DNS is not to be asked. */
static bool batch_try_cache(struct key_batch *batch, const struct key_ask *ask)
{
	struct bounce_key_lookup *lookup = batch->lookup;
	struct bounce_key_cache_answer answer;

	if (batch->now >= batch->deadline) {
		i_zero(&answer);
		answer.status = BOUNCE_KEY_TEMPERROR;
		answer.error = "DNS: no time is left for this message";
		ask_finish(batch, ask, &answer);
		return TRUE;
	}
	switch (bounce_key_cache_lookup(lookup->cache, ask->name, batch->now,
					&answer)) {
	case BOUNCE_KEY_CACHE_MISS:
		return FALSE;
	case BOUNCE_KEY_CACHE_HIT:
		lookup->stats.cache_hits++;
		break;
	case BOUNCE_KEY_CACHE_LIMIT:
		lookup->stats.dns_limited++;
		i_zero(&answer);
		answer.status = BOUNCE_KEY_MISSING;
		answer.error = "it is not one of the domain's keys that are "
			"known, and was not looked up in DNS: too many unknown "
			"names were asked for in the last minute";
		break;
	}
	ask_finish(batch, ask, &answer);
	return TRUE;
}

/* An earlier query of the batch for the same name, or NULL. */
static struct bounce_key_query *
query_find_same(struct bounce_key_query *queries, unsigned int count,
		const struct bounce_key_query *query)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (strcmp(queries[i].selector, query->selector) == 0 &&
		    strcmp(queries[i].domain, query->domain) == 0)
			return &queries[i];
	}
	return NULL;
}

/* Answers the query, or leaves it to the DNS. */
static void batch_add(struct key_batch *batch, struct bounce_key_query *query)
{
	struct bounce_key_lookup *lookup = batch->lookup;
	struct key_ask ask;

	i_zero(&ask);
	ask.query = query;
	lookup->stats.lookups++;
	if (!bounce_dns_name_is_valid(query->selector) ||
	    !bounce_dns_name_is_valid(query->domain)) {
		query_answer(batch, query, BOUNCE_KEY_MISSING,
			     "the selector or the domain is no DNS name");
		return;
	}
	if (batch_try_dir(batch, &ask))
		return;
	if (lookup->no_dns) {
		query_answer(batch, query, ask.dir_error != NULL ?
			     BOUNCE_KEY_TEMPERROR : BOUNCE_KEY_MISSING,
			     ask.dir_error != NULL ? ask.dir_error :
			     "it is not in the key directory");
		return;
	}
	ask.name = p_strconcat(batch->pool, query->selector, "._domainkey.",
			       query->domain, NULL);
	if (!batch_try_cache(batch, &ask))
		array_push_back(&batch->asks, &ask);
}

static void batch_ask_dns(struct key_batch *batch)
{
	struct bounce_key_lookup *lookup = batch->lookup;
	struct bounce_key_cache_answer answer;
	struct bounce_dns_query *dns_queries;
	const struct key_ask *asks;
	unsigned int i, count;

	asks = array_get(&batch->asks, &count);
	if (count == 0)
		return;
	dns_queries = p_new(batch->pool, struct bounce_dns_query, count);
	for (i = 0; i < count; i++) {
		dns_queries[i].name = asks[i].name;
		dns_queries[i].type = BOUNCE_DNS_TYPE_TXT;
	}
	lookup->stats.dns_queries += count;
	lookup->ports.dns(lookup->ports.context, batch->pool, dns_queries,
			  count, batch->deadline);
	batch->now = lookup->ports.now(lookup->ports.context);

	for (i = 0; i < count; i++) {
		answer_from_dns(lookup, &dns_queries[i], &answer);
		bounce_key_cache_store(lookup->cache, asks[i].name, batch->now,
				       dns_queries[i].ttl, &answer);
		ask_finish(batch, &asks[i], &answer);
	}
}

/* The first lookup of a message sets the time. */
static uint64_t source_deadline(struct key_source *source, uint64_t now)
{
	const struct bounce_key_lookup *lookup = source->lookup;

	if (source->deadline == 0) {
		source->deadline = now + (lookup->timeout_msecs != 0 ?
			lookup->timeout_msecs :
			BOUNCE_KEY_LOOKUP_DEFAULT_TIMEOUT_MSECS);
	}
	return source->deadline;
}

static void
key_source_lookup(struct bounce_key_source *_source, pool_t pool,
		  struct bounce_key_query *queries, unsigned int count)
{
	struct key_source *source =
		container_of(_source, struct key_source, source);
	struct bounce_key_lookup *lookup = source->lookup;
	struct bounce_key_query *same;
	struct key_batch batch;
	unsigned int i;

	i_zero(&batch);
	batch.lookup = lookup;
	batch.pool = pool;
	batch.now = lookup->ports.now(lookup->ports.context);
	batch.deadline = source_deadline(source, batch.now);
	t_array_init(&batch.asks, count);

	for (i = 0; i < count; i++) {
		queries[i].origin = BOUNCE_KEY_ORIGIN_NONE;
		queries[i].key = NULL;
		queries[i].error = NULL;
		if (query_find_same(queries, i, &queries[i]) == NULL)
			batch_add(&batch, &queries[i]);
	}
	batch_ask_dns(&batch);

	for (i = 0; i < count; i++) {
		same = query_find_same(queries, i, &queries[i]);
		if (same == NULL)
			continue;
		queries[i].status = same->status;
		queries[i].origin = same->origin;
		queries[i].error = same->error;
		queries[i].key = same->key;
		if (same->key != NULL)
			bounce_key_ref(same->key);
	}
}

/* Ask the directory and the cache for one of the selectors that they have
   named. Returns TRUE if there is a key. */
static bool
source_find_known(struct bounce_key_lookup *lookup, pool_t pool,
		  const char *selector, const char *domain,
		  struct bounce_key_query *query)
{
	struct bounce_key_cache_answer answer;
	const char *error, *name;

	i_zero(query);
	query->selector = p_strdup(pool, selector);
	query->domain = p_strdup(pool, domain);
	if (lookup->dir != NULL &&
	    bounce_key_dir_lookup(lookup->dir, selector, domain,
				  &query->status, &query->key, &error) > 0) {
		query->origin = BOUNCE_KEY_ORIGIN_DIR;
		return query->key != NULL;
	}
	name = t_strconcat(selector, "._domainkey.", domain, NULL);
	if (bounce_key_cache_lookup(lookup->cache, name,
			lookup->ports.now(lookup->ports.context),
			&answer) != BOUNCE_KEY_CACHE_HIT)
		return FALSE;
	query->origin = BOUNCE_KEY_ORIGIN_DNS;
	query->status = answer.status;
	query->key = answer.key;
	return query->key != NULL;
}

static unsigned int
key_source_known(struct bounce_key_source *_source, pool_t pool,
		 const char *domain, struct bounce_key_query *queries,
		 unsigned int max)
{
	struct key_source *source =
		container_of(_source, struct key_source, source);
	struct bounce_key_lookup *lookup = source->lookup;
	unsigned int i, selectors_count = 0, count = 0;
	const char **selectors;

	T_BEGIN {
		selectors = t_new(const char *, max + 1);
		if (lookup->dir != NULL) {
			selectors_count = bounce_key_dir_selectors(
				lookup->dir, domain, selectors, max);
		}
		selectors_count += bounce_key_cache_selectors(lookup->cache,
			domain, lookup->ports.now(lookup->ports.context),
			selectors + selectors_count, max - selectors_count);
		for (i = 0; i < selectors_count; i++) {
			if (source_find_known(lookup, pool, selectors[i],
					      domain, &queries[count]) &&
			    query_find_same(queries, count,
					    &queries[count]) == NULL)
				count++;
			else if (queries[count].key != NULL)
				bounce_key_unref(&queries[count].key);
		}
	} T_END;
	return count;
}

struct bounce_key_source *
bounce_key_lookup_source(struct bounce_key_lookup *lookup, pool_t pool)
{
	struct key_source *source = p_new(pool, struct key_source, 1);

	source->source.lookup = key_source_lookup;
	source->source.known = key_source_known;
	source->lookup = lookup;
	return &source->source;
}

void bounce_key_source_ask(struct bounce_key_source *_source, pool_t pool,
			   struct bounce_dns_query *query)
{
	struct key_source *source =
		container_of(_source, struct key_source, source);
	struct bounce_key_lookup *lookup = source->lookup;
	uint64_t now = lookup->ports.now(lookup->ports.context);
	uint64_t deadline = source_deadline(source, now);

	query->status = BOUNCE_DNS_TEMPERROR;
	if (lookup->no_dns) {
		query->error = "the DNS is not to be asked";
		return;
	}
	if (bounce_dns_cache_lookup(lookup->answers, pool, now, query)) {
		lookup->stats.cache_hits++;
		return;
	}
	if (now >= deadline) {
		query->timed_out = TRUE;
		query->error = "no time is left for this message";
		return;
	}
	lookup->stats.dns_queries++;
	lookup->ports.dns(lookup->ports.context, pool, query, 1, deadline);
	if (query->status == BOUNCE_DNS_TEMPERROR) {
		lookup->stats.dns_temperrors++;
		if (query->timed_out)
			lookup->stats.dns_timeouts++;
	}
	bounce_dns_cache_store(lookup->answers,
			       lookup->ports.now(lookup->ports.context),
			       query);
}
