/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "net.h"
#include "str.h"
#include "dns/dns.h"
#include "test-common.h"

static void test_bounce_dns_servers_good(void)
{
	static const struct {
		const char *list, *servers;
	} tests[] = {
		{ NULL, "" },
		{ "", "" },
		{ " ,, \t", "" },
		{ "127.0.0.1", "127.0.0.1:53" },
		{ "127.0.0.1:5353", "127.0.0.1:5353" },
		{ "127.0.0.1:1", "127.0.0.1:1" },
		{ "::1", "[::1]:53" },
		{ "[::1]", "[::1]:53" },
		{ "[::1]:5353", "[::1]:5353" },
		{ "127.0.0.1:5353, [::1]:53 192.0.2.1",
		  "127.0.0.1:5353,[::1]:53,192.0.2.1:53" },
		/* in the shortest form */
		{ "0:0:0:0:0:0:0:1 [2001:DB8::0:1]:54",
		  "[::1]:53,[2001:db8::1]:54" },
		{ "127.0.0.1,127.0.0.2", "127.0.0.1:53,127.0.0.2:53" },
		{ "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 "
		  "1.1.1.8",
		  "1.1.1.1:53,1.1.1.2:53,1.1.1.3:53,1.1.1.4:53,1.1.1.5:53,"
		  "1.1.1.6:53,1.1.1.7:53,1.1.1.8:53" }
	};
	const char *error;
	string_t *str;
	unsigned int i;

	test_begin("bounce dns servers");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		str = t_str_new(128);
		test_assert_idx(bounce_dns_servers_parse(tests[i].list, str,
							 &error) == 0, i);
		test_assert_strcmp_idx(str_c(str), tests[i].servers, i);
	}
	test_end();
}

static void test_bounce_dns_servers_bad(void)
{
	/* the word that the error must name */
	static const struct {
		const char *list, *word;
	} tests[] = {
		{ "localhost", "'localhost'" },
		{ "127.0.0.1 dns.example.org:53", "'dns.example.org:53'" },
		{ "127.0.0.1:", "'127.0.0.1:'" },
		{ "127.0.0.1:0", "'127.0.0.1:0'" },
		{ "127.0.0.1:65536", "'127.0.0.1:65536'" },
		{ "127.0.0.1:5x", "'127.0.0.1:5x'" },
		{ "127.1", "'127.1'" },
		{ "1.2.3.4.5", "'1.2.3.4.5'" },
		{ "[::1", "'[::1'" },
		{ "[::1]5", "'[::1]5'" },
		{ "::g", "'::g'" },
		{ "127.0.0.1;127.0.0.2", "'127.0.0.1;127.0.0.2'" },
		{ "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 "
		  "1.1.1.8 1.1.1.9", "More than 8" }
	};
	const char *error;
	unsigned int i;

	test_begin("bounce dns servers (bad)");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		error = "";
		test_assert_idx(bounce_dns_servers_parse(tests[i].list,
				t_str_new(128), &error) < 0, i);
		test_assert_idx(strstr(error, tests[i].word) != NULL, i);
	}
	test_end();
}

static void test_bounce_dns_servers_prefer(void)
{
	static const struct {
		const char *servers, *ip;
		in_port_t port;
		const char *result;
	} tests[] = {
		{ "", "127.0.0.1", 53, "" },
		{ "127.0.0.1:53", "127.0.0.1", 53, "127.0.0.1:53" },
		{ "127.0.0.1:53", "127.0.0.2", 53, "127.0.0.1:53" },
		{ "127.0.0.1:53,127.0.0.2:53,[::1]:53", "127.0.0.2", 53,
		  "127.0.0.2:53,127.0.0.1:53,[::1]:53" },
		{ "127.0.0.1:53,127.0.0.2:53,[::1]:53", "::1", 53,
		  "[::1]:53,127.0.0.1:53,127.0.0.2:53" },
		{ "127.0.0.1:53,127.0.0.1:54", "127.0.0.1", 54,
		  "127.0.0.1:54,127.0.0.1:53" },
		{ "127.0.0.1:53,127.0.0.1:54", "127.0.0.1", 55,
		  "127.0.0.1:53,127.0.0.1:54" },
		/* of the system's: the port may be missing, or there is more */
		{ "127.0.0.1,127.0.0.2", "127.0.0.2", 53,
		  "127.0.0.2,127.0.0.1" },
		{ "[fe80::1%eth0]:53,127.0.0.2:53", "127.0.0.2", 53,
		  "127.0.0.2:53,[fe80::1%eth0]:53" },
		{ "a,b,a", "127.0.0.2", 53, "a,b,a" },
	};
	struct ip_addr ip;
	unsigned int i;

	test_begin("bounce dns servers, one of them preferred");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(net_addr2ip(tests[i].ip, &ip) == 0, i);
		test_assert_strcmp_idx(bounce_dns_servers_prefer(
			tests[i].servers, &ip, tests[i].port),
			tests[i].result, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dns_servers_good,
		test_bounce_dns_servers_bad,
		test_bounce_dns_servers_prefer,
		NULL
	};
	return test_run(test_functions);
}
