/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "net.h"
#include "name/networks.h"
#include "test-common.h"

static struct ip_addr test_ip(const char *str)
{
	struct ip_addr ip;

	if (net_addr2ip(str, &ip) < 0)
		i_panic("%s is no address", str);
	return ip;
}

static void test_bounce_ip_parse(void)
{
	static const struct {
		const char *str;
		int ret;
	} tests[] = {
		{ "192.0.2.1", 0 }, { "::1", 0 }, { "2001:db8::192.0.2.1", 0 },
		{ "192.0.2", -1 }, { "192.0.2.1.1", -1 }, { "1", -1 },
		{ "", -1 }, { "a.b.c.d", -1 }, { "::x", -1 }, { ":", -1 }
	};
	struct ip_addr ip;
	unsigned int i;

	test_begin("bounce ip parse");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		/* in a block of its size */
		char *copy = i_strdup(tests[i].str);

		test_assert_idx(bounce_ip_parse(copy, &ip) == tests[i].ret, i);
		i_free(copy);
	}
	test_end();
}

static void test_bounce_networks_match(void)
{
	static const struct {
		const char *list, *ip;
		bool match;
	} tests[] = {
		{ "127.0.0.0/8 ::1", "127.0.0.1", TRUE },
		{ "127.0.0.0/8 ::1", "127.255.0.9", TRUE },
		{ "127.0.0.0/8 ::1", "::1", TRUE },
		{ "127.0.0.0/8 ::1", "::2", FALSE },
		{ "127.0.0.0/8 ::1", "128.0.0.1", FALSE },
		{ "192.0.2.1", "192.0.2.1", TRUE },
		{ "192.0.2.1", "192.0.2.2", FALSE },
		{ "192.0.2.0/24,2001:db8::/32\t198.51.100.0/25",
		  "198.51.100.127", TRUE },
		{ "192.0.2.0/24,2001:db8::/32\t198.51.100.0/25",
		  "198.51.100.128", FALSE },
		{ "192.0.2.0/24,2001:db8::/32", "2001:db8:ffff::1", TRUE },
		{ "192.0.2.0/24,2001:db8::/32", "2001:db9::1", FALSE },
		{ "0.0.0.0/0", "203.0.113.9", TRUE },
		{ "0.0.0.0/0", "2001:db8::1", FALSE },
		{ "", "127.0.0.1", FALSE },
	};
	const struct bounce_networks *networks;
	const char *error;
	unsigned int i;
	pool_t pool;

	test_begin("bounce networks: match");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		struct ip_addr ip = test_ip(tests[i].ip);

		pool = pool_alloconly_create("networks", 256);
		test_assert_idx(bounce_networks_parse(pool, tests[i].list,
						      &networks, &error) == 0, i);
		test_assert_idx(bounce_networks_match(networks, &ip) ==
				tests[i].match, i);
		test_assert_idx(!bounce_networks_match(NULL, &ip), i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_bounce_networks_errors(void)
{
	static const char *const bad[] = {
		"relay.example.org", "192.0.2.0/33", "192.0.2.0/", "192.0.2",
		"192.0.2.0/x", "192.0.2.0/24/8", "2001:db8::/129", "/8",
		"192.0.2.0/-1"
	};
	const struct bounce_networks *networks;
	const char *error;
	unsigned int i;
	pool_t pool;

	test_begin("bounce networks: errors");
	for (i = 0; i < N_ELEMENTS(bad); i++) {
		pool = pool_alloconly_create("networks", 256);
		error = NULL;
		test_assert_idx(bounce_networks_parse(pool,
				t_strconcat("::1 ", bad[i], NULL), &networks,
				&error) == -1, i);
		test_assert_idx(error != NULL && strstr(error, bad[i]) != NULL,
				i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_bounce_networks_private(void)
{
	static const struct {
		const char *ip;
		bool private;
	} tests[] = {
		{ "0.0.0.0", TRUE }, { "10.255.0.1", TRUE },
		{ "11.0.0.1", FALSE }, { "100.64.0.1", TRUE },
		{ "100.128.0.1", FALSE }, { "127.0.0.1", TRUE },
		{ "169.254.1.1", TRUE }, { "172.15.0.1", FALSE },
		{ "172.31.255.1", TRUE }, { "172.32.0.1", FALSE },
		{ "192.168.1.1", TRUE }, { "192.169.1.1", FALSE },
		{ "192.0.2.1", FALSE }, { "::", TRUE }, { "::1", TRUE },
		{ "::2", FALSE }, { "fc00::1", TRUE }, { "fd12::1", TRUE },
		{ "fe80::1", TRUE }, { "2001:db8::1", FALSE },
		/* the first and the last of each range, and those beside it */
		{ "0.255.255.255", TRUE }, { "1.0.0.0", FALSE },
		{ "9.255.255.255", FALSE }, { "10.0.0.0", TRUE },
		{ "10.255.255.255", TRUE }, { "100.63.255.255", FALSE },
		{ "100.64.0.0", TRUE }, { "100.127.255.255", TRUE },
		{ "126.255.255.255", FALSE }, { "127.0.0.0", TRUE },
		{ "127.255.255.255", TRUE }, { "128.0.0.0", FALSE },
		{ "169.253.255.255", FALSE }, { "169.254.0.0", TRUE },
		{ "169.254.255.255", TRUE }, { "169.255.0.0", FALSE },
		{ "172.15.255.255", FALSE }, { "172.16.0.0", TRUE },
		{ "172.31.255.255", TRUE }, { "192.167.255.255", FALSE },
		{ "192.168.0.0", TRUE }, { "192.168.255.255", TRUE },
		{ "255.255.255.255", FALSE }, { "1::", FALSE },
		{ "a00::", FALSE }, { "7f00::1", FALSE },
		{ "fbff:ffff::", FALSE }, { "fc00::", TRUE },
		{ "fdff:ffff::", TRUE }, { "fe00::", FALSE },
		{ "fe7f:ffff::", FALSE }, { "fe80::", TRUE },
		{ "febf:ffff::", TRUE }, { "fec0::", TRUE },
		{ "feff:ffff::", TRUE }, { "ff00::", FALSE }
	};
	unsigned int i;

	test_begin("bounce networks: private");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		struct ip_addr ip = test_ip(tests[i].ip);

		test_assert_idx(bounce_ip_is_private(&ip) == tests[i].private,
				i);
	}
	test_end();
}

static void test_bounce_network_name(void)
{
	static const struct {
		const char *ip, *name;
	} tests[] = {
		{ "192.0.2.255", "192.0.2.0/24" },
		{ "10.1.2.3", "10.1.2.0/24" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1::/48" },
		{ "2001:db8:ffff::1", "2001:db8:ffff::/48" },
		{ "::1", "::/48" }
	};
	unsigned int i;

	test_begin("bounce networks: name");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		struct ip_addr ip = test_ip(tests[i].ip);

		test_assert_strcmp_idx(t_bounce_network_name(&ip),
				       tests[i].name, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_ip_parse,
		test_bounce_networks_match,
		test_bounce_networks_errors,
		test_bounce_networks_private,
		test_bounce_network_name,
		NULL
	};
	return test_run(test_functions);
}
