/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "net.h"
#include "dns/dns.h"
#include "test-common.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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

/* In place of libc's. */
static struct timespec test_clock;
static bool test_clock_fails = FALSE;

int clock_gettime(clockid_t id, struct timespec *ts_r)
{
	if (id != CLOCK_MONOTONIC)
		return syscall(SYS_clock_gettime, id, ts_r);
	if (test_clock_fails) {
		errno = EPERM;
		return -1;
	}
	*ts_r = test_clock;
	return 0;
}

static void test_bounce_dns_now(void)
{
	static const struct {
		struct timespec clock;
		uint64_t msecs;
	} tests[] = {
		{ { 0, 0 }, 0 },
		{ { 0, 999999 }, 0 },
		{ { 0, 1000000 }, 1 },
		{ { 12, 345678901 }, 12345 },
		{ { 5, 999999999 }, 5999 },
		/* longer than 49 days, where 32 bits end */
		{ { 4294968, 0 }, 4294968000 }
	};
	unsigned int i;

	test_begin("bounce dns now");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_clock = tests[i].clock;
		test_assert_idx(bounce_dns_now() == tests[i].msecs, i);
	}
	test_end();
}

/* Without a clock no deadline would hold. */
static enum fatal_test_state test_bounce_dns_no_clock(unsigned int stage)
{
	if (stage == 0) {
		test_begin("bounce dns now: no clock");
		test_clock_fails = TRUE;
		test_expect_fatal_string("clock_gettime(CLOCK_MONOTONIC) "
			"failed: Operation not permitted");
		(void)bounce_dns_now();
		return FATAL_TEST_FAILURE;
	}
	test_clock_fails = FALSE;
	test_end();
	return FATAL_TEST_FINISHED;
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
	static test_fatal_func_t *const fatal_functions[] = {
		test_bounce_dns_no_clock,
		NULL
	};
	return test_run_with_fatals(test_functions, fatal_functions);
}
