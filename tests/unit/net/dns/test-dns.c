/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "net.h"
#include "dns/dns.h"
#include "test-common.h"

#include <time.h>

static void test_bounce_dns_create(void)
{
	struct bounce_dns *dns;
	const char *error;

	test_begin("bounce dns create");
	test_assert(bounce_dns_create(NULL, &dns, &error) == 0);
	bounce_dns_destroy(&dns);
	test_assert(dns == NULL);
	bounce_dns_destroy(&dns);
	test_assert(bounce_dns_create("127.0.0.1 localhost", &dns,
				      &error) < 0);
	test_assert(strstr(error, "'localhost'") != NULL);
	test_end();
}

static uint64_t clock_msecs(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) < 0)
		i_fatal("clock_gettime() failed: %m");
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

static void test_bounce_dns_now(void)
{
	uint64_t before, now, after;

	test_begin("bounce dns now");
	before = clock_msecs();
	now = bounce_dns_now();
	after = clock_msecs();
	test_assert(now >= before && now <= after);
	test_end();
}

/* What an earlier answer has left must not be taken for the next one. */
static void test_bounce_dns_query_reset(void)
{
	struct bounce_dns_query query = {
		.name = "a.example", .type = BOUNCE_DNS_TYPE_MX,
		.status = BOUNCE_DNS_OK, .error = "an error", .ttl = 7,
		.records_count = 3, .timed_out = TRUE
	};

	test_begin("bounce dns query reset");
	bounce_dns_query_reset(&query);
	test_assert_strcmp(query.name, "a.example");
	test_assert(query.type == BOUNCE_DNS_TYPE_MX);
	test_assert(query.status == BOUNCE_DNS_TEMPERROR);
	test_assert(query.error == NULL && query.ttl == 0);
	test_assert(query.records_count == 0 && !query.timed_out);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dns_create,
		test_bounce_dns_now,
		test_bounce_dns_query_reset,
		NULL
	};
	return test_run(test_functions);
}
