/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dns/dns-cache.h"
#include "base/lru.h"
#include "test-common.h"
#include "zone.h"

static const struct test_zone_record test_records[] = {
	{ "a.example", BOUNCE_DNS_TYPE_TXT, { "one", "two" }, 0 },
	{ "a.example", BOUNCE_DNS_TYPE_A, { "192.0.2.1" }, 0 },
	{ "silent.example", BOUNCE_DNS_TYPE_TXT, { NULL },
	  BOUNCE_DNS_TEMPERROR },
	{ NULL, 0, { NULL }, 0 }
};

static void
test_ask(struct test_zone *zone, pool_t pool, const char *name,
	 enum bounce_dns_type type, struct bounce_dns_query *query_r)
{
	i_zero(query_r);
	query_r->name = name;
	query_r->type = type;
	test_zone_dns(zone, pool, query_r, 1, 10000);
}

static bool
test_find(struct bounce_lru *cache, pool_t pool, const char *name,
	  enum bounce_dns_type type, uint64_t now,
	  struct bounce_dns_query *query_r)
{
	i_zero(query_r);
	query_r->name = name;
	query_r->type = type;
	return bounce_dns_cache_lookup(cache, pool, now, query_r);
}

static void test_bounce_dns_cache_answers(void)
{
	struct test_zone zone = { .records = test_records, .ttl = 100 };
	struct bounce_lru *cache = bounce_dns_cache_init();
	pool_t pool = pool_alloconly_create("cache", 1024);
	struct bounce_dns_query query;

	test_begin("bounce dns cache: answers");
	test_assert(!test_find(cache, pool, "a.example", BOUNCE_DNS_TYPE_TXT, 0,
			       &query));
	test_ask(&zone, pool, "a.example", BOUNCE_DNS_TYPE_TXT, &query);
	bounce_dns_cache_store(cache, 0, &query);
	test_assert(test_find(cache, pool, "A.Example", BOUNCE_DNS_TYPE_TXT,
			      99999, &query));
	test_assert(query.status == BOUNCE_DNS_OK && query.records_count == 2);
	test_assert(query.records_count == 2 &&
		    memcmp(query.records[1].data, "two", 3) == 0);
	test_assert(!test_find(cache, pool, "a.example", BOUNCE_DNS_TYPE_A, 0,
			       &query));
	test_assert(!test_find(cache, pool, "a.example", BOUNCE_DNS_TYPE_TXT,
			       100000, &query));
	/* what does not exist */
	test_ask(&zone, pool, "none.example", BOUNCE_DNS_TYPE_A, &query);
	bounce_dns_cache_store(cache, 0, &query);
	test_assert(test_find(cache, pool, "none.example", BOUNCE_DNS_TYPE_A,
			      29999, &query));
	test_assert(query.status == BOUNCE_DNS_NXDOMAIN);
	test_ask(&zone, pool, "a.example", BOUNCE_DNS_TYPE_MX, &query);
	bounce_dns_cache_store(cache, 0, &query);
	test_assert(test_find(cache, pool, "a.example", BOUNCE_DNS_TYPE_MX,
			      29999, &query));
	test_assert(query.status == BOUNCE_DNS_NODATA);
	/* a failure */
	test_ask(&zone, pool, "silent.example", BOUNCE_DNS_TYPE_TXT, &query);
	bounce_dns_cache_store(cache, 0, &query);
	test_assert(test_find(cache, pool, "silent.example",
			      BOUNCE_DNS_TYPE_TXT, 4999, &query));
	test_assert(query.status == BOUNCE_DNS_TEMPERROR && query.timed_out);
	test_assert_strcmp(query.error, "no answer in time");
	test_assert(!test_find(cache, pool, "silent.example",
			       BOUNCE_DNS_TYPE_TXT, 5000, &query));
	bounce_lru_deinit(&cache);
	test_assert(cache == NULL);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_dns_cache_bounds(void)
{
	struct test_zone zone = { .records = test_records, .ttl = 0 };
	struct bounce_lru *cache = bounce_dns_cache_init();
	pool_t pool = pool_alloconly_create("cache", 1024);
	struct bounce_dns_query query, found;
	unsigned char *answer;
	unsigned int i;

	test_begin("bounce dns cache: bounds");
	/* TTL 0 */
	test_ask(&zone, pool, "a.example", BOUNCE_DNS_TYPE_TXT, &query);
	bounce_dns_cache_store(cache, 0, &query);
	test_assert(bounce_lru_count(cache) == 0);
	zone.ttl = 1;
	test_ask(&zone, pool, "a.example", BOUNCE_DNS_TYPE_TXT, &query);
	bounce_dns_cache_store(cache, 0, &query);
	test_assert(test_find(cache, pool, "a.example", BOUNCE_DNS_TYPE_TXT,
			      29999, &query));
	zone.ttl = 100 * 24 * 3600;
	test_ask(&zone, pool, "a.example", BOUNCE_DNS_TYPE_TXT, &query);
	bounce_dns_cache_store(cache, 0, &query);
	test_assert(test_find(cache, pool, "a.example", BOUNCE_DNS_TYPE_TXT,
			      3600 * 1000 - 1, &query));
	test_assert(!test_find(cache, pool, "a.example", BOUNCE_DNS_TYPE_TXT,
			       3600 * 1000, &query));
	/* the number; what is used stays */
	for (i = 0; i < 2 * BOUNCE_DNS_CACHE_MAX_COUNT; i++) {
		test_ask(&zone, pool, p_strdup_printf(pool, "%u.example", i),
			 BOUNCE_DNS_TYPE_A, &query);
		bounce_dns_cache_store(cache, 0, &query);
		test_assert_idx(test_find(cache, pool, "a.example",
					  BOUNCE_DNS_TYPE_TXT, 1, &query), i);
	}
	test_assert(bounce_lru_count(cache) ==
		    BOUNCE_DNS_CACHE_MAX_COUNT);
	/* the size: as large as it may be, and one octet more */
	test_ask(&zone, pool, "a.example", BOUNCE_DNS_TYPE_TXT, &query);
	answer = p_malloc(pool, BOUNCE_DNS_CACHE_MAX_SIZE + 1);
	memcpy(answer, query.answer, query.answer_size);
	query.answer = answer;
	query.answer_size = BOUNCE_DNS_CACHE_MAX_SIZE;
	bounce_dns_cache_store(cache, 0, &query);
	test_assert(test_find(cache, pool, "a.example", BOUNCE_DNS_TYPE_TXT,
			      1, &found));
	query.answer_size++;
	bounce_dns_cache_store(cache, 0, &query);
	test_assert(!test_find(cache, pool, "a.example", BOUNCE_DNS_TYPE_TXT,
			       1, &query));
	bounce_lru_deinit(&cache);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dns_cache_answers,
		test_bounce_dns_cache_bounds,
		NULL
	};
	return test_run(test_functions);
}
