/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "name/own-domains.h"
#include "header/header.h"
#include "message/message.h"
#include "name/networks.h"
#include "verdict/policy.h"
#include "spf/spf-source.h"
#include "test-common.h"
#include "zone.h"

#define RECEIVED(name, ip, by) \
	"Received: from "name" ("name" ["ip"]) by "by" with ESMTP; x\r\n"
#define RELAY "192.0.2.1"
#define FORGER "203.0.113.66"
#define OWN "From: Alice <alice@example.org>\r\n"
#define FOREIGN "From: eve@evil.example\r\n"
#define RETURN_PATH "Return-Path: <alice@mail.example.org>\r\n"

#define REPORTER RECEIVED("mx.b.example", "198.51.100.5", "mx.example.org")
#define LMTP RECEIVED("mx.example.org", "127.0.0.1", "imap.example.org")

static const struct test_zone_record test_records[] = {
	{ "example.org", BOUNCE_DNS_TYPE_TXT, { "v=spf1 ip4:192.0.2.0/28 -all" },
	  0 },
	{ "mail.example.org", BOUNCE_DNS_TYPE_TXT,
	  { "v=spf1 ip4:203.0.113.66 -all" }, 0 },
	{ "mx.b.example", BOUNCE_DNS_TYPE_TXT, { "v=spf1 a -all" }, 0 },
	{ "mx.b.example", BOUNCE_DNS_TYPE_A, { "198.51.100.5" }, 0 },
	{ "evil.example", BOUNCE_DNS_TYPE_TXT, { "v=spf1 +all" }, 0 },
	{ NULL, 0, { NULL }, 0 }
};

struct source_test {
	const char *bounce, *original;
	enum bounce_spf spf;
	const char *address, *domain;
	enum bounce_spf reporter;
};

static const struct source_test tests[] = {
	{ REPORTER, RECEIVED("out.example.org", RELAY, "mx.b.example") OWN,
	  BOUNCE_SPF_PASS, RELAY, "example.org", BOUNCE_SPF_PASS },
	{ LMTP REPORTER, RECEIVED("out.example.org", FORGER, "mx.b.example")
	  OWN, BOUNCE_SPF_FAIL, FORGER, "example.org", BOUNCE_SPF_PASS },
	/* what the forger wrote below is not looked at */
	{ REPORTER, RECEIVED("pc", FORGER, "mx.b.example")
	  RECEIVED("out.example.org", RELAY, "pc") OWN,
	  BOUNCE_SPF_FAIL, FORGER, "example.org", BOUNCE_SPF_PASS },
	/* made here: the relay is where it came through, not from */
	{ LMTP, RECEIVED("mx1.example.org", RELAY, "mx2.example.org")
	  RECEIVED("pc", FORGER, "mx1.example.org") OWN,
	  BOUNCE_SPF_FAIL, FORGER, "example.org", BOUNCE_SPF_NOT_ASKED },
	{ "Subject: x\r\n",
	  RECEIVED("mx1.example.org", RELAY, "mx2.example.org")
	  RECEIVED("pc", FORGER, "mx1.example.org") OWN,
	  BOUNCE_SPF_PASS, RELAY, "example.org", BOUNCE_SPF_NOT_ASKED },
	/* MAIL FROM, if it is ours */
	{ REPORTER, RETURN_PATH RECEIVED("pc", FORGER, "mx.b.example") OWN,
	  BOUNCE_SPF_PASS, FORGER, "mail.example.org", BOUNCE_SPF_PASS },
	{ REPORTER, "Return-Path: <x@evil.example>\r\n"
	  RECEIVED("pc", FORGER, "mx.b.example") OWN,
	  BOUNCE_SPF_FAIL, FORGER, "example.org", BOUNCE_SPF_PASS },
	{ REPORTER, "Return-Path: <>\r\n"
	  RECEIVED("pc", FORGER, "mx.b.example") OWN,
	  BOUNCE_SPF_FAIL, FORGER, "example.org", BOUNCE_SPF_PASS },
	/* nobody else's domain */
	{ REPORTER, RECEIVED("pc", FORGER, "mx.b.example") FOREIGN,
	  BOUNCE_SPF_NOT_ASKED, NULL, NULL, BOUNCE_SPF_PASS },
	{ REPORTER, RECEIVED("pc", FORGER, "mx.b.example") "From: x\r\n",
	  BOUNCE_SPF_NOT_ASKED, NULL, NULL, BOUNCE_SPF_PASS },
	{ REPORTER, RECEIVED("pc", FORGER, "mx.b.example"),
	  BOUNCE_SPF_NOT_ASKED, NULL, NULL, BOUNCE_SPF_PASS },
	/* no trace */
	{ REPORTER, OWN, BOUNCE_SPF_NOT_ASKED, NULL, NULL, BOUNCE_SPF_PASS },
	{ RECEIVED("mx.b.example", FORGER, "mx.example.org"),
	  RECEIVED("pc", "10.0.0.1", "mx.b.example") OWN,
	  BOUNCE_SPF_NOT_ASKED, NULL, NULL, BOUNCE_SPF_FAIL },
	{ RECEIVED("nospf.example", FORGER, "mx.example.org"), OWN,
	  BOUNCE_SPF_NOT_ASKED, NULL, NULL, BOUNCE_SPF_NONE },
};

static void test_policy(pool_t pool, struct bounce_policy *policy_r)
{
	struct bounce_domains *domains;
	const char *error;

	bounce_policy_init(policy_r);
	if (bounce_domains_parse(pool, ".example.org", &domains, &error) < 0 ||
	    bounce_networks_parse(pool, "192.0.2.0/28",
				  &policy_r->trusted_networks, &error) < 0)
		i_panic("%s", error);
	policy_r->domains = domains;
}

static const struct bounce_header *test_header(pool_t pool, const char *text)
{
	return bounce_header_parse(pool, (const unsigned char *)text,
				   strlen(text));
}

static void
test_one(struct test_zone *zone, struct bounce_key_lookup *lookup, pool_t pool,
	 const struct source_test *t, unsigned int i)
{
	struct bounce_spf_source *source;
	struct bounce_message bounce = {
		.header = test_header(pool, t->bounce)
	};
	struct bounce_spf_result result;
	struct bounce_policy policy;
	unsigned int queries = zone->queries;

	test_policy(pool, &policy);
	source = bounce_spf_source_init(pool,
			bounce_key_lookup_source(lookup, pool), TRUE);
	source->check(source, pool, &policy, &bounce,
		      test_header(pool, t->original), &result);
	test_assert_idx(result.spf == t->spf, i);
	test_assert_idx(null_strcmp(result.address, t->address) == 0, i);
	test_assert_idx(null_strcmp(result.domain, t->domain) == 0, i);
	if (t->spf == BOUNCE_SPF_NOT_ASKED)
		test_assert_idx(zone->queries == queries, i);
	source->check_reporter(source, pool, &policy, &bounce, &result);
	test_assert_idx(result.spf == t->reporter, i);
	test_assert_strcmp_idx(result.domain,
		t->reporter == BOUNCE_SPF_NOT_ASKED ? NULL :
		t->reporter == BOUNCE_SPF_NONE ? "nospf.example" :
		"mx.b.example", i);
}

static void test_bounce_spf_source(void)
{
	struct test_zone zone = { .records = test_records, .ttl = 60 };
	struct bounce_key_lookup *lookup = test_zone_lookup(&zone);
	unsigned int i;
	pool_t pool;

	test_begin("bounce spf source");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool = pool_alloconly_create("source", 4096);
		test_one(&zone, lookup, pool, &tests[i], i);
		pool_unref(&pool);
	}
	pool = pool_alloconly_create("source", 256);
	test_assert(bounce_spf_source_init(pool,
			bounce_key_lookup_source(lookup, pool), FALSE)->
			check_reporter == NULL);
	pool_unref(&pool);
	bounce_key_lookup_unref(&lookup);
	test_end();
}

static void test_bounce_spf_source_host(void)
{
	static const struct {
		const char *ip, *domain;
		enum bounce_spf spf;
	} hosts[] = {
		{ RELAY, "example.org", BOUNCE_SPF_PASS },
		{ FORGER, "example.org", BOUNCE_SPF_FAIL },
		{ FORGER, "mail.example.org", BOUNCE_SPF_PASS },
		{ "2001:db8::1", "example.org", BOUNCE_SPF_FAIL },
		{ RELAY, "nospf.example", BOUNCE_SPF_NONE },
	};
	struct test_zone zone = { .records = test_records, .ttl = 60 };
	struct bounce_key_lookup *lookup = test_zone_lookup(&zone);
	struct bounce_spf_source *source;
	struct bounce_spf_result result;
	struct ip_addr ip;
	unsigned int i;
	pool_t pool = pool_alloconly_create("source", 4096);

	test_begin("bounce spf source: a host");
	source = bounce_spf_source_init(pool,
			bounce_key_lookup_source(lookup, pool), FALSE);
	for (i = 0; i < N_ELEMENTS(hosts); i++) {
		if (net_addr2ip(hosts[i].ip, &ip) < 0)
			i_unreached();
		source->check_host(source, pool, &ip, hosts[i].domain,
				   &result);
		test_assert_idx(result.spf == hosts[i].spf, i);
		test_assert_strcmp_idx(result.address, hosts[i].ip, i);
		test_assert_strcmp_idx(result.domain, hosts[i].domain, i);
	}
	pool_unref(&pool);
	bounce_key_lookup_unref(&lookup);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_spf_source,
		test_bounce_spf_source_host,
		NULL
	};
	return test_run(test_functions);
}
