/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "net.h"
#include "dns/dns.h"
#include "test-common.h"

/* Others than these are asked in test-dns-matrix. */
static void test_bounce_dns_lookup_offline(void)
{
	static const char *const bad_names[] = {
		"a..d",
		"0123456789012345678901234567890123456789012345678901234567890"
		"123.d"
	};
	pool_t pool = pool_alloconly_create("test lookup", 1024);
	struct bounce_dns_query queries[2];
	struct bounce_dns *dns;
	const char *error;
	unsigned int i;

	test_begin("bounce dns lookup, offline");
	/* nobody listens there, and nobody is asked */
	test_assert(bounce_dns_create("127.0.0.1:1", &dns, &error) == 0);
	memset(queries, 0xff, sizeof(queries));
	for (i = 0; i < N_ELEMENTS(queries); i++) {
		queries[i].name = bad_names[i];
		queries[i].type = BOUNCE_DNS_TYPE_TXT;
	}
	bounce_dns_lookup(dns, pool, queries, N_ELEMENTS(queries),
			  bounce_dns_now() + 10000);
	for (i = 0; i < N_ELEMENTS(queries); i++) {
		test_assert_idx(queries[i].status == BOUNCE_DNS_NXDOMAIN, i);
		test_assert_idx(queries[i].records_count == 0, i);
		queries[i].name = "k.d";
	}
	/* the deadline has passed */
	bounce_dns_lookup(dns, pool, queries, N_ELEMENTS(queries),
			  bounce_dns_now());
	for (i = 0; i < N_ELEMENTS(queries); i++) {
		test_assert_idx(queries[i].status == BOUNCE_DNS_TEMPERROR, i);
		test_assert_idx(queries[i].timed_out, i);
		test_assert_idx(strstr(queries[i].error,
				       "127.0.0.1:1") != NULL, i);
	}
	bounce_dns_lookup(dns, pool, NULL, 0, bounce_dns_now() + 10000);
	bounce_dns_destroy(&dns);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dns_lookup_offline,
		NULL
	};
	return test_run(test_functions);
}
