/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "header/header.h"
#include "name/networks.h"
#include "trace/trace.h"
#include "test-common.h"

#define FROM(name, ip, by) \
	"Received: from "name" ("name" ["ip"])\r\n\tby "by" with ESMTP id 1;\r\n" \
	"\tMon, 2 Nov 2026 10:00:00 +0100\r\n"
#define LOCAL "Received: by mx.example.net (Postfix, from userid 1) id 2; x\r\n"

#define TRUSTED "192.0.2.0/28 2001:db8:1::/64"
#define RELAY FROM("out.example.org", "192.0.2.1", "mx.example.net")
#define CLIENT FROM("laptop", "198.51.100.9", "out.example.org")
#define AMAVIS FROM("localhost", "127.0.0.1", "mx.example.net")
#define LAN FROM("edge.example.net", "10.1.2.3", "store.example.net")

struct trace_test {
	const char *header;
	/* reporter: the address and the field; origin from a stranger's report
	   and from our own */
	const char *reporter;
	unsigned int field;
	const char *foreign, *own;
};

static const struct trace_test tests[] = {
	{ "Subject: x\r\n", NULL, 1, NULL, NULL },
	{ RELAY CLIENT, "198.51.100.9", 1, "192.0.2.1", "198.51.100.9" },
	{ "X: y\r\n" AMAVIS RELAY CLIENT, "198.51.100.9", 3, "192.0.2.1",
	  "198.51.100.9" },
	{ LAN LOCAL AMAVIS RELAY CLIENT, "198.51.100.9", 4, "192.0.2.1",
	  "198.51.100.9" },
	{ CLIENT RELAY, "198.51.100.9", 0, "198.51.100.9", "198.51.100.9" },
	/* all of them are ours */
	{ RELAY AMAVIS, NULL, 2, "192.0.2.1", NULL },
	{ FROM("six.example.org", "IPv6:2001:db8:1::7", "mx.example.net")
	  FROM("far", "IPv6:2001:db8:2::7", "six.example.org"),
	  "2001:db8:2::7", 1, "2001:db8:1::7", "2001:db8:2::7" },
	/* inside of a stranger's network with public addresses */
	{ FROM("a.prod.example.com", "203.0.113.1", "b.prod.example.com")
	  FROM("out.example.org", "203.0.113.77", "a.prod.example.com"),
	  "203.0.113.1", 0, "203.0.113.77", "203.0.113.1" },
	/* that both are below one registry says nothing */
	{ FROM("mail.a.co.example", "203.0.113.1", "mx.b.co.example") CLIENT,
	  "203.0.113.1", 0, "203.0.113.1", "203.0.113.1" },
	{ FROM("example.com", "203.0.113.1", "mx.example.com") CLIENT,
	  "203.0.113.1", 0, "203.0.113.1", "203.0.113.1" },
	{ FROM("xexample.com", "203.0.113.1", "mx.example.com") CLIENT,
	  "203.0.113.1", 0, "203.0.113.1", "203.0.113.1" },
};

static void
test_hop(const struct bounce_received *hop, const char *want, unsigned int idx)
{
	const char *got = hop == NULL ? NULL : net_ip2addr(&hop->ip);

	test_assert_idx(null_strcmp(got, want) == 0, idx);
	if (null_strcmp(got, want) != 0)
		i_info("#%u: got %s, want %s", idx, got, want);
}

static void test_bounce_trace_find(void)
{
	static const char local[] = "Received: from x ([127.0.0.1]) by y\n";
	const struct bounce_networks *trusted;
	const struct bounce_header *header, *own, *none;
	const char *error;
	unsigned int i, field;
	pool_t pool;

	test_begin("bounce trace");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		const struct trace_test *t = &tests[i];

		pool = pool_alloconly_create("trace", 1024);
		if (bounce_networks_parse(pool, TRUSTED, &trusted, &error) < 0)
			i_panic("%s", error);
		header = bounce_header_parse(pool,
			(const unsigned char *)t->header, strlen(t->header));
		own = bounce_header_parse(pool, (const unsigned char *)local,
					  strlen(local));
		none = bounce_header_parse(pool, (const unsigned char *)"", 0);
		test_hop(bounce_trace_reporter(header, trusted, &field),
			 t->reporter, i);
		test_assert_idx(field == t->field, i);
		test_hop(bounce_trace_origin(NULL, header, trusted),
			 t->foreign, i);
		test_hop(bounce_trace_origin(own, header, trusted),
			 t->own, i);
		/* nothing says where the bounce was made */
		test_hop(bounce_trace_origin(none, header, trusted),
			 t->foreign, i);
		pool_unref(&pool);
	}
	test_end();
}

/* Whether a host of the server's own domain gave it the mail. */
static void test_bounce_received_is_internal(void)
{
	static const struct {
		const char *helo, *by;
		bool internal;
	} hosts[] = {
		{ NULL, NULL, FALSE },
		{ "a.example.com", NULL, FALSE },
		{ NULL, "mx.example.com", FALSE },
		{ "a.example.com", "mx.example.com", TRUE },
		{ "A.b.EXAMPLE.com", "mx.example.com", TRUE },
		{ "example.com", "mx.example.com", FALSE },
		{ "a.example.net", "mx.example.com", FALSE },
		/* the server is not in a domain, or in a top-level one */
		{ "a.mx", "mx", FALSE },
		{ "a.com", "example.com", FALSE },
		/* nor is it with a broken name */
		{ "a.com", "com.", FALSE },
	};
	unsigned int i;

	test_begin("bounce received: internal");
	for (i = 0; i < N_ELEMENTS(hosts); i++) {
		/* a copy, so that an overread is seen */
		char *by = i_strdup(hosts[i].by);
		const struct bounce_received received = {
			.helo = hosts[i].helo, .by = by
		};

		test_assert_idx(bounce_received_is_internal(&received) ==
				hosts[i].internal, i);
		i_free(by);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_trace_find,
		test_bounce_received_is_internal,
		NULL
	};
	return test_run(test_functions);
}
