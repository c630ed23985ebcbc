/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* What is done for a key, until something answers:

     its names      a selector or domain that is not a DNS name: MISSING
     key directory  there is a file: FOUND, REVOKED or UNUSABLE
     no_dns         the DNS is not to be asked: MISSING
     deadline       the message's time is over: TEMPERROR
     cache          what the DNS has said before; or MISSING, where the budget
                    of names that nobody knows is spent
     DNS            all names that are left, at once
     kept keys      if none of these has answered FOUND or REVOKED, a copy of a
                    key that was in DNS (keys/key-keep.h): FOUND or REVOKED

   Where the key directory cannot be read, the key may be in it: then FOUND
   counts, and whatever else is answered is TEMPERROR. */

#include "lib.h"
#include "array.h"
#include "dns/dns.h"
#include "dns/dns-cache.h"
#include "name/domain-name.h"
#include "keys/key-cache.h"
#include "keys/key-dir.h"
#include "keys/key-lookup-private.h"

struct key_source {
	struct bounce_key_source source;
	struct bounce_key_lookup *lookup;
	/* 0: nothing has been looked up yet */
	uint64_t deadline;
};

/* A query that the key directory has not answered. */
struct key_ask {
	struct bounce_key_query *query;
	/* the name of the key in the DNS; NULL: it is not a DNS name */
	const char *name;
	/* why the key directory could not be read, or NULL */
	const char *dir_error;
};

struct key_batch {
	struct bounce_key_lookup *lookup;
	pool_t pool;
	uint64_t now, deadline;
	/* what the DNS has to be asked for */
	ARRAY(struct key_ask) asks;
};

static uint64_t lookup_now(struct bounce_key_lookup *lookup)
{
	return lookup->ports.now(lookup->ports.context);
}

/*
 * Answers
 */

/* Find a copy that is kept. A folder or file that is not there or cannot be
   used is not an answer: all is then as if no keys were kept. */
static bool
kept_find(struct bounce_key_lookup *lookup,
	  const struct bounce_key_query *query,
	  struct bounce_key_cache_answer *answer_r)
{
	return lookup->kept != NULL &&
		bounce_key_dir_lookup(lookup->kept, query->selector,
				      query->domain, &answer_r->status,
				      &answer_r->key, &answer_r->error) > 0 &&
		(answer_r->status == BOUNCE_KEY_FOUND ||
		 answer_r->status == BOUNCE_KEY_REVOKED);
}

/* Set the answer and its origin. Takes over the caller's reference to the
   key. */
static void
ask_answer(struct key_batch *batch, const struct key_ask *ask,
	   enum bounce_key_origin origin,
	   const struct bounce_key_cache_answer *answer)
{
	struct bounce_key_query *query = ask->query;
	struct bounce_key_cache_answer kept;
	bool unread;

	if (origin != BOUNCE_KEY_ORIGIN_DIR && ask->name != NULL &&
	    answer->status != BOUNCE_KEY_FOUND &&
	    answer->status != BOUNCE_KEY_REVOKED &&
	    kept_find(batch->lookup, query, &kept)) {
		origin = BOUNCE_KEY_ORIGIN_DIR;
		answer = &kept;
	}
	unread = ask->dir_error != NULL && answer->status != BOUNCE_KEY_FOUND;
	query->status = unread ? BOUNCE_KEY_TEMPERROR : answer->status;
	query->error = p_strdup(batch->pool, unread ? ask->dir_error :
				answer->error);
	/* a key file is the origin even if it cannot be used */
	query->origin = origin != BOUNCE_KEY_ORIGIN_DIR &&
		(query->status == BOUNCE_KEY_MISSING ||
		 query->status == BOUNCE_KEY_TEMPERROR) ?
		BOUNCE_KEY_ORIGIN_NONE : origin;
	query->key = answer->key;
}

static void
ask_fail(struct key_batch *batch, const struct key_ask *ask,
	 enum bounce_key_status status, const char *error)
{
	const struct bounce_key_cache_answer answer = {
		.status = status, .error = error
	};

	ask_answer(batch, ask, BOUNCE_KEY_ORIGIN_NONE, &answer);
}

/* The name may have several TXT records, and RFC 6376 section 6.1.2 leaves open
   what to do then. The first usable key counts. If there is none, a revoked key
   has priority over unusable records, and a record that could not be read over
   both. */
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
answer_from_dns(const struct bounce_dns_query *dns_query,
		struct bounce_key_cache_answer *answer_r)
{
	i_zero(answer_r);
	if (dns_query->status == BOUNCE_DNS_OK)
		answer_from_records(dns_query, answer_r);
	else {
		answer_r->status = dns_query->status == BOUNCE_DNS_TEMPERROR ?
			BOUNCE_KEY_TEMPERROR : BOUNCE_KEY_MISSING;
		answer_r->error = dns_query->error;
	}
	if (answer_r->error != NULL) {
		answer_r->error = t_strdup_printf("DNS: %s: %s",
						  dns_query->name,
						  answer_r->error);
	}
}

/*
 * Lookups
 */

/* Returns TRUE if the directory answered the query. */
static bool batch_try_dir(struct key_batch *batch, struct key_ask *ask)
{
	struct bounce_key_lookup *lookup = batch->lookup;
	struct bounce_key_cache_answer answer;
	int ret;

	if (lookup->dir == NULL)
		return FALSE;
	ret = bounce_key_dir_lookup(lookup->dir, ask->query->selector,
				    ask->query->domain, &answer.status,
				    &answer.key, &answer.error);
	if (ret < 0)
		ask->dir_error = p_strdup(batch->pool, answer.error);
	if (ret <= 0)
		return FALSE;
	if (answer.key != NULL && answer.key->retired == 0) {
		bounce_key_cache_add_domain(lookup->cache,
					    ask->query->domain);
	}
	ask_answer(batch, ask, BOUNCE_KEY_ORIGIN_DIR, &answer);
	return TRUE;
}

/* Returns TRUE if the query was answered and the DNS is not to be asked. */
static bool batch_try_cache(struct key_batch *batch, const struct key_ask *ask)
{
	struct bounce_key_cache_answer answer;

	switch (bounce_key_cache_lookup(batch->lookup->cache, ask->name,
					batch->now, &answer)) {
	case BOUNCE_KEY_CACHE_MISS:
		return FALSE;
	case BOUNCE_KEY_CACHE_HIT:
		ask_answer(batch, ask, BOUNCE_KEY_ORIGIN_DNS, &answer);
		break;
	case BOUNCE_KEY_CACHE_LIMIT:
		ask_fail(batch, ask, BOUNCE_KEY_MISSING,
			 "it is not one of the domain's keys that are known, "
			 "and was not looked up in DNS: too many unknown names "
			 "were asked for in the last minute");
		break;
	}
	return TRUE;
}

/* Answers the query, or leaves it to the DNS. */
static void batch_add(struct key_batch *batch, struct bounce_key_query *query)
{
	struct key_ask ask = { .query = query };

	if (!bounce_dns_name_is_valid(query->selector) ||
	    !bounce_dns_name_is_valid(query->domain)) {
		ask_fail(batch, &ask, BOUNCE_KEY_MISSING,
			 "the selector or the domain is not a DNS name");
		return;
	}
	ask.name = p_strconcat(batch->pool, query->selector, "._domainkey.",
			       query->domain, NULL);
	if (batch_try_dir(batch, &ask))
		;
	else if (batch->lookup->no_dns) {
		ask_fail(batch, &ask, BOUNCE_KEY_MISSING,
			 "it is not in the key directory");
	} else if (batch->now >= batch->deadline) {
		ask_fail(batch, &ask, BOUNCE_KEY_TEMPERROR,
			 "DNS: no time is left for this message");
	} else if (!batch_try_cache(batch, &ask))
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
	lookup->ports.dns(lookup->ports.context, batch->pool, dns_queries,
			  count, batch->deadline);
	batch->now = lookup_now(lookup);

	for (i = 0; i < count; i++) {
		answer_from_dns(&dns_queries[i], &answer);
		bounce_key_cache_store(lookup->cache, asks[i].name, batch->now,
				       dns_queries[i].ttl, &answer);
		ask_answer(batch, &asks[i], BOUNCE_KEY_ORIGIN_DNS, &answer);
	}
}

static void
batch_init(struct key_batch *batch_r, struct bounce_key_lookup *lookup,
	   pool_t pool)
{
	i_zero(batch_r);
	batch_r->lookup = lookup;
	batch_r->pool = pool;
	batch_r->now = lookup_now(lookup);
	t_array_init(&batch_r->asks, 4);
}

/* The deadline is set by the first lookup of a message. */
static uint64_t source_deadline(struct key_source *source, uint64_t now)
{
	if (source->deadline == 0)
		source->deadline = now + source->lookup->timeout_msecs;
	return source->deadline;
}

/* Find an earlier query of the batch for the same name. Returns NULL if there
   is none. */
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

static void
key_source_lookup(struct bounce_key_source *_source, pool_t pool,
		  struct bounce_key_query *queries, unsigned int count)
{
	struct key_source *source =
		container_of(_source, struct key_source, source);
	struct bounce_key_query *same;
	struct key_batch batch;
	unsigned int i;

	batch_init(&batch, source->lookup, pool);
	batch.deadline = source_deadline(source, batch.now);
	for (i = 0; i < count; i++) {
		if (query_find_same(queries, i, &queries[i]) == NULL)
			batch_add(&batch, &queries[i]);
	}
	batch_ask_dns(&batch);

	for (i = 0; i < count; i++) {
		same = query_find_same(queries, i, &queries[i]);
		if (same == NULL)
			continue;
		queries[i] = *same;
		if (same->key != NULL)
			bounce_key_ref(same->key);
	}
}

/* Add the kept keys of the domain to the count queries that are there. Returns
   the new count. */
static unsigned int
known_add_kept(struct bounce_key_lookup *lookup, pool_t pool,
	       const char *domain, struct bounce_key_query *queries,
	       unsigned int count, unsigned int max)
{
	const char **selectors = t_new(const char *, max + 1);
	struct bounce_key_cache_answer answer;
	struct bounce_key_query *query;
	unsigned int i, selectors_count;

	if (lookup->kept == NULL)
		return count;
	selectors_count = bounce_key_dir_selectors(lookup->kept, domain,
						   selectors, max);
	for (i = 0; i < selectors_count && count < max; i++) {
		query = &queries[count];
		i_zero(query);
		query->selector = p_strdup(pool, selectors[i]);
		query->domain = p_strdup(pool, domain);
		if (query_find_same(queries, count, query) != NULL ||
		    !kept_find(lookup, query, &answer) || answer.key == NULL)
			continue;
		query->origin = BOUNCE_KEY_ORIGIN_DIR;
		query->key = answer.key;
		count++;
	}
	return count;
}

/* The keys that the directory and the cache know by name are looked up as any
   others, except that there is no deadline and the DNS is not asked. */
static unsigned int
key_source_known(struct bounce_key_source *_source, pool_t pool,
		 const char *domain, struct bounce_key_query *queries,
		 unsigned int max)
{
	struct key_source *source =
		container_of(_source, struct key_source, source);
	struct bounce_key_lookup *lookup = source->lookup;
	const char **selectors = t_new(const char *, max + 1);
	unsigned int i, selectors_count = 0, count = 0;
	struct bounce_key_query *query;
	struct key_batch batch;

	batch_init(&batch, lookup, pool);
	batch.deadline = UINT64_MAX;
	if (lookup->dir != NULL) {
		selectors_count = bounce_key_dir_selectors(lookup->dir, domain,
							   selectors, max);
	}
	selectors_count += bounce_key_cache_selectors(lookup->cache, domain,
		batch.now, selectors + selectors_count, max - selectors_count);
	for (i = 0; i < selectors_count; i++) {
		query = &queries[count];
		i_zero(query);
		query->selector = p_strdup(pool, selectors[i]);
		query->domain = p_strdup(pool, domain);
		if (query_find_same(queries, count, query) != NULL)
			continue;
		batch_add(&batch, query);
		if (query->key != NULL)
			count++;
	}
	return known_add_kept(lookup, pool, domain, queries, count, max);
}

static void
key_source_ask(struct bounce_key_source *_source, pool_t pool,
	       struct bounce_dns_query *query)
{
	struct key_source *source =
		container_of(_source, struct key_source, source);
	struct bounce_key_lookup *lookup = source->lookup;
	uint64_t now = lookup_now(lookup);
	uint64_t deadline = source_deadline(source, now);

	query->status = BOUNCE_DNS_TEMPERROR;
	if (lookup->no_dns)
		query->error = "the DNS is not to be asked";
	else if (bounce_dns_cache_lookup(lookup->answers, pool, now, query))
		;
	else if (now >= deadline) {
		query->timed_out = TRUE;
		query->error = "no time is left for this message";
	} else {
		lookup->ports.dns(lookup->ports.context, pool, query, 1,
				  deadline);
		bounce_dns_cache_store(lookup->answers, lookup_now(lookup),
				       query);
	}
}

struct bounce_key_source *
bounce_key_lookup_source(struct bounce_key_lookup *lookup, pool_t pool)
{
	struct key_source *source = p_new(pool, struct key_source, 1);

	source->source.lookup = key_source_lookup;
	source->source.known = key_source_known;
	source->source.ask = key_source_ask;
	source->lookup = lookup;
	return &source->source;
}
