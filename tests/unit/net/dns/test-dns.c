/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "net.h"
#include "dns/dns.h"
#include "test-common.h"

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

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dns_create,
		NULL
	};
	return test_run(test_functions);
}
