/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "name/own-domains.h"
#include "base/envelope.h"
#include "verdict/forwarded.h"
#include "header/header.h"
#include "name/networks.h"
#include "verdict/policy.h"
#include "test-common.h"

/* What is expected: NULL for NO, "" for YES, and the clients for IF_SPF. */
#define NO NULL
#define YES ""

#define FIELD(value) "Received: " value ";\n\tFri, 27 Nov 2026 08:00:00 +0000\n"
#define FROM_OUTSIDE "from a.example (a.example [203.0.113.9])\n\tby "
#define ALICE " for <alice@example.org>"
#define HOME " for <alice@home.example>"

/* Fields of the returned header: how the mail came to the mailbox, ... */
#define IN_BY(host) FIELD(FROM_OUTSIDE host " with ESMTP id 1" ALICE)
#define IN FIELD(FROM_OUTSIDE "mx.example.org (Postfix) with ESMTPS id 1\n\t" \
		 ALICE)
#define IN_EXIM FIELD("from a.example ([203.0.113.9])\n\tby mx.example.org " \
	"with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384\n\t(Exim 4.96)\n\t" \
	"(envelope-from <carla@a.example>)\n\tid 1abc-1 for alice@example.org")
#define IN_SENDMAIL FIELD(FROM_OUTSIDE "mx.example.org (8.17.1/8.17.1) with " \
	"ESMTPS id 3A2\n\t(version=TLSv1.3 cipher=X bits=256 verify=NOT)\n\t" \
	"for <Alice+x@Example.ORG>")
#define IN_LMTP FIELD("from mx.example.org ([192.0.2.1])\n\tby " \
	"store.example.org with LMTP\n\tid oA8\n\t(envelope-from " \
	"<carla@a.example>)\n\t" ALICE)
#define IN_NOBODY FIELD(FROM_OUTSIDE "mx.example.org with ESMTP id 1")
#define IN_OTHER(rcpt) FIELD(FROM_OUTSIDE "mx.example.org with ESMTP id 1 " \
			     "for <" rcpt ">")
#define NAMED "Delivered-To: alice@example.org\n"
/* ... how it went on among us, ... */
#define WITHIN FIELD("from mx.example.org ([192.0.2.1])\n\tby " \
		     "out.example.org with ESMTP id 2" HOME)
#define WITHIN_LOCAL FIELD("from localhost (localhost [127.0.0.1])\n\tby " \
			   "mx.example.org (Postfix) with ESMTP id 3" HOME)
#define WITHIN_AMAVIS FIELD("from mx.example.org ([127.0.0.1])\n\tby " \
	"localhost (mx.example.org [127.0.0.1]) (amavisd-new, port 10024)\n\t" \
	"with ESMTP id a-01" HOME)
#define WITHIN_USER FIELD("by store.example.org (Postfix, from userid 1000)" \
			  "\n\tid 5AbC")
#define WITHIN_PRIVATE FIELD("from store.lan ([10.0.0.7]) by relay.lan " \
			     "with ESMTP id 4")
#define WITHIN_EXCHANGE FIELD("from mx.example.org (192.0.2.1) by " \
	"ex1.corp.lan (192.0.2.11)\n\twith Microsoft SMTP Server " \
	"(version=TLS1_2, cipher=X)\n\tid 15.1.2507.39")
#define WITHIN_NAME FIELD("from mx.example.org (mx.example.org " \
	"[198.51.100.1])\n\tby out.example.org with ESMTP id 2" HOME)
#define WITHIN_HELO FIELD("from mx.example.org (unknown [198.51.100.2])" \
	"\n\tby out.example.org with ESMTP id 2" HOME)
/* ... how the next server took it, ... */
#define OUT_FROM(client) FIELD("from " client "\n\tby mx.home.example with " \
			       "ESMTP id 5" HOME)
#define OUT OUT_FROM("out.example.org (out.example.org [192.0.2.2])")
#define OUT_IPV6 OUT_FROM("out.example.org ([IPv6:2001:db8::2])")
#define OUT_EXCHANGE FIELD("from out.example.org (2001:db8::2) by " \
	"DB5.mail.home.example (2001:db8:1::7)\n\twith Microsoft SMTP Server " \
	"(version=TLS1_3, cipher=X)\n\tid 15.20.1 via Frontend Transport")
#define OUT_UNKNOWN OUT_FROM("out.example.org (unknown [198.51.100.7])")
#define OUT_BOX OUT_FROM("box7.hosting.example ([192.0.2.7])")
/* ... and what happened to it there. */
#define INSIDE FIELD("from mx.home.example ([198.51.100.9])\n\tby " \
		     "store.home.example with LMTP id 6" HOME)
#define INSIDE_NAMED(client) FIELD("from " client "\n\tby mx.home.example " \
				   "with ESMTP id 8" HOME)
#define FOREIGN FIELD("from b.example ([203.0.113.8])\n\tby " \
		      "relay.bad.example with ESMTP id 7" ALICE)
/* The bounce's */
#define FROM(client) FIELD("from " client " by mx.example.org with ESMTP id 9")
#define FROM_US FROM("out.example.org ([192.0.2.2])")
#define FROM_BOX FROM("box7.hosting.example ([192.0.2.7])")
#define FROM_THEM FROM("mx.home.example ([198.51.100.25])")
#define FROM_HERE FIELD("by store.example.org (Postfix) id 8")

static const char *const test_aliases[] = { "smith@example.org", NULL };

struct forwarded_test {
	const char *bounce, *original, *want;
};

static void test_policy_init(struct bounce_policy *policy, pool_t pool)
{
	const char *error;

	bounce_policy_init(policy);
	policy->recipient_delimiter = "+";
	policy->aliases = test_aliases;
	if (bounce_networks_parse(pool, "192.0.2.0/24 2001:db8::/64 127.0.0.0/8",
				  &policy->trusted_networks, &error) < 0)
		i_fatal("%s", error);
}

static struct bounce_domains *test_domains(pool_t pool)
{
	struct bounce_domains *domains;
	const char *error;

	if (bounce_domains_parse(pool, "example.org", &domains, &error) < 0)
		i_fatal("%s", error);
	return domains;
}

static const struct bounce_header *test_header(pool_t pool, const char *text)
{
	return bounce_header_parse(pool, (const void *)text, strlen(text));
}

static void
test_find(pool_t pool, const struct bounce_policy *policy, const char *bounce,
	  const char *original, struct bounce_forwarded *forwarded_r)
{
	const struct bounce_envelope envelope = {
		.rcpt_to = "alice@example.org"
	};

	bounce_forwarded_find(pool, policy, &envelope,
			      test_header(pool, bounce),
			      test_header(pool, original), forwarded_r);
}

static const char *test_result(const struct bounce_forwarded *forwarded)
{
	string_t *clients = t_str_new(64);
	unsigned int i;

	if (forwarded->forwarding == BOUNCE_FORWARDED_NO)
		return NO;
	for (i = 0; i < forwarded->clients_count; i++) {
		str_printfa(clients, "%s%s", i == 0 ? "" : " ",
			    net_ip2addr(&forwarded->clients[i]));
	}
	test_assert((forwarded->forwarding == BOUNCE_FORWARDED_IF_SPF) ==
		    (i > 0 && forwarded->domain != NULL));
	return str_c(clients);
}

static void
test_table(const char *name, const struct forwarded_test *tests,
	   unsigned int count)
{
	struct bounce_policy policy;
	struct bounce_forwarded forwarded;
	pool_t pool = pool_alloconly_create("forwarded", 4096);
	const char *got;
	unsigned int i;

	test_begin(name);
	test_policy_init(&policy, pool);
	policy.domains = test_domains(pool);
	for (i = 0; i < count; i++) {
		test_find(pool, &policy, tests[i].bounce, tests[i].original,
			  &forwarded);
		got = test_result(&forwarded);
		test_assert_strcmp_idx(got == NULL ? "NO" : got,
				       tests[i].want == NULL ? "NO" :
				       tests[i].want, i);
		test_assert_idx(!forwarded.unknown, i);
	}
	pool_unref(&pool);
	test_end();
}

static void test_bounce_forwarded_shown(void)
{
	static const struct forwarded_test tests[] = {
		/* refused while a host of ours handed it over */
		{ FROM_US, IN, YES },
		{ FROM_US, IN_EXIM, YES },
		{ FROM_US, IN_SENDMAIL, YES },
		{ FROM_US, IN_LMTP, YES },
		{ FROM_US, IN_LMTP IN, YES },
		{ FROM_US, IN_OTHER("alice"), YES },
		{ FROM_US, IN_OTHER("smith@example.org"), YES },
		{ FROM_HERE, IN, YES },
		/* one that is known to be ours by its address alone */
		{ FROM_US, IN_BY("192.0.2.1"), YES },
		{ FROM_US, IN_BY("[IPv6:2001:db8::25]"), YES },
		{ FROM_US, IN_BY("ex1.corp.lan (192.0.2.11)"), YES },
		{ FROM_BOX, IN_BY("box7.hosting.example"), YES },
		{ FROM_THEM, OUT_BOX IN_BY("box7.hosting.example"), YES },
		{ FROM_THEM, OUT WITHIN_EXCHANGE IN, YES },
		{ FROM_US, IN_BY("a.b.c.d.e.f.g.example.org"), YES },
		/* several hops */
		{ FROM_US, WITHIN IN, YES },
		{ FROM_US, WITHIN_LOCAL WITHIN_AMAVIS IN, YES },
		{ FROM_US, WITHIN WITHIN_USER IN_LMTP IN, YES },
		{ FROM_THEM, OUT WITHIN WITHIN_PRIVATE IN_LMTP IN, YES },
		{ FROM_THEM, OUT WITHIN_NAME IN, YES },
		/* the next server took it */
		{ FROM_THEM, OUT IN, YES },
		{ FROM_THEM, OUT_IPV6 IN_EXIM, YES },
		{ FROM_THEM, OUT_EXCHANGE IN_SENDMAIL, YES },
		{ FROM_THEM, INSIDE OUT WITHIN IN, YES },
		/* steps that name no address, and nobody else either */
		{ FROM_THEM, FIELD("by mx.home.example (Postfix, from userid "
				   "33)\n\tid 8") OUT IN, YES },
		{ FROM_THEM, FIELD("(qmail 7 invoked by uid 33)") OUT IN, YES },
		{ FROM_THEM, FIELD("(from www@web.home.example)\n\tby "
				   "web.home.example (8.17/Submit) id 8")
		  OUT IN, YES },
		{ FROM_THEM, FIELD("(from www@home.example)\n\tby "
				   "home.example (8.17/Submit) id 8")
		  OUT IN, YES },
		{ FROM_THEM, INSIDE_NAMED("localhost") OUT IN, YES },
		{ FROM_THEM, INSIDE_NAMED("Mx2.Home.example.") OUT IN, YES },
		{ FROM_THEM, INSIDE_NAMED("home.example") OUT IN, YES },
		{ FROM_THEM, INSIDE_NAMED("a.mx.home.example") OUT IN, YES },
		/* for several, or an alias */
		{ FROM_US, NAMED IN_NOBODY, YES },
		{ FROM_US, NAMED IN_OTHER("info@example.org"), YES },
		{ FROM_THEM, OUT "X-Sieve-Redirected-From: alice@example.org\n"
		  IN_NOBODY, YES },
		{ FROM_US, "Delivered-To: <alice+x@example.org>\n" IN_NOBODY,
		  YES },
		{ FROM_US, NAMED FIELD("(qmail 7 invoked by uid 33)")
		  FIELD("from unknown (HELO a.example) (203.0.113.9)\n"
			"  by mx.example.org with SMTP"), YES },
		/* it has to pass SPF */
		{ FROM_THEM, OUT_UNKNOWN IN, "198.51.100.7" },
		{ FROM_THEM, OUT WITHIN_HELO IN, "198.51.100.2" },
		{ FROM_THEM, OUT_UNKNOWN WITHIN_HELO IN,
		  "198.51.100.2 198.51.100.7" },
		{ FROM_THEM, IN, "198.51.100.25" },
	};

	test_table("bounce forwarded: shown", tests, N_ELEMENTS(tests));
}

static void test_bounce_forwarded_not_shown(void)
{
	static const struct forwarded_test tests[] = {
		{ FROM_US, "", NO },
		{ FROM_US, "Subject: x\n", NO },
		/* a file without a trace does not say who sent it */
		{ "", IN, NO },
		/* a stranger handed it on: the rest may be made up */
		{ FROM_THEM, FOREIGN OUT IN, NO },
		{ FROM_THEM, FIELD("from bot.bad.example ([203.0.113.66])\n\t"
				   "by mx.home.example with ESMTP id 1")
		  OUT WITHIN IN, NO },
		{ FROM_THEM, INSIDE_NAMED("bot.bad.example") OUT IN, NO },
		{ FROM_THEM, INSIDE INSIDE_NAMED("bot.bad.example") INSIDE
		  OUT WITHIN IN, NO },
		{ FROM_THEM, INSIDE_NAMED("otherhome.example") OUT IN, NO },
		{ FROM_THEM, FIELD("from bot.bad.example with ESMTP id 9")
		  OUT IN, NO },
		{ FROM_THEM, FIELD("(from eve@bad.example) by mx.home.example")
		  OUT IN, NO },
		/* it came from elsewhere after it had been here */
		{ FROM_US, IN_OTHER("bob@example.org") IN, "203.0.113.9" },
		{ FROM_US, FOREIGN IN, "203.0.113.8" },
		{ FROM_THEM, OUT IN_OTHER("bob@example.org") IN,
		  "203.0.113.9" },
		/* too many to ask SPF of */
		{ FROM_THEM, OUT_UNKNOWN WITHIN_HELO WITHIN_HELO WITHIN_HELO
		  WITHIN_HELO IN, NO },
		/* by no host of ours */
		{ FROM_US, IN_BY("mx.example"), NO },
		{ FROM_US, IN_BY("notexample.org"), NO },
		{ FROM_US, IN_BY("org"), NO },
		{ FROM_US, IN_BY("a.b.c.d.e.f.g.h.example.org"), NO },
		{ FROM_US, IN_BY("127.0.0.1"), NO },
		{ FROM_US, IN_BY("localhost (localhost [127.0.0.1])"), NO },
		{ FROM_US, IN_BY("203.0.113.1 (mx.example.org)"), NO },
		{ FROM_THEM, OUT WITHIN IN_BY("relay.bad.example"), NO },
		{ FROM_US, IN_BY("relay.bad.example"), NO },
		{ FROM_US, FIELD("from a.example" ALICE), NO },
		/* to another mailbox */
		{ FROM_US, IN_OTHER("bob@example.org"), NO },
		{ FROM_US, IN_OTHER("alice@example.com"), NO },
		{ FROM_US, IN_OTHER("bob"), NO },
		{ FROM_THEM, OUT IN_OTHER("bob@example.org"), NO },
		{ FROM_US, "Delivered-To: bob@example.org\n" IN_NOBODY, NO },
		/* Delivered-To alone, or beside a stranger's field */
		{ FROM_US, NAMED, NO },
		{ FROM_US, IN_NOBODY NAMED, NO },
		{ FROM_US, NAMED WITHIN_PRIVATE, NO },
		{ FROM_US, NAMED IN_OTHER("bob@example.com"), NO },
		{ FROM_US, NAMED FIELD(FROM_OUTSIDE "mx.bad.example"), NO },
		{ FROM_THEM, OUT_FROM("bot.bad.example ([203.0.113.66])")
		  "X-Sieve-Redirected-From: alice@example.org\n", NO },
	};

	test_table("bounce forwarded: not shown", tests, N_ELEMENTS(tests));
}

/* So many fields may name another mailbox before the one that names ours. */
static void test_bounce_forwarded_many_names(void)
{
	struct bounce_policy policy;
	struct bounce_forwarded forwarded;
	string_t *original = t_str_new(4096);
	pool_t pool = pool_alloconly_create("forwarded", 16384);
	unsigned int i;

	test_begin("bounce forwarded: many names");
	test_policy_init(&policy, pool);
	policy.domains = test_domains(pool);
	for (i = 1; i < BOUNCE_RECEIVED_MAX_FIELDS; i++)
		str_append(original, "Delivered-To: bob@example.org\n");
	str_insert(original, 0, NAMED);
	str_append(original, IN_NOBODY);
	test_find(pool, &policy, FROM_US, str_c(original), &forwarded);
	test_assert(forwarded.forwarding == BOUNCE_FORWARDED_YES);
	str_insert(original, strlen(NAMED), "Delivered-To: bob@example.org\n");
	test_find(pool, &policy, FROM_US, str_c(original), &forwarded);
	test_assert(forwarded.forwarding == BOUNCE_FORWARDED_NO);
	pool_unref(&pool);
	test_end();
}

/* SPF is asked for the domain that our hosts send for. */
static void test_bounce_forwarded_domain(void)
{
	static const struct {
		const char *return_path, *domain;
	} tests[] = {
		{ "", "example.org" },
		{ "Return-Path: <alice@example.org>\n", "example.org" },
		{ "Return-Path: <SRS0=Ab=CD=a.example=carla@fwd.example.net>\n",
		  "fwd.example.net" },
		{ "Return-Path: <SRS1=Ab=fwd.example.net==Cd=EF=a.example="
		  "carla@example.org>\n", "example.org" },
		{ "Return-Path: <carla@a.example>\n", "example.org" },
		{ "Return-Path: <>\n", "example.org" },
	};
	struct bounce_policy policy;
	struct bounce_domains *domains;
	struct bounce_forwarded forwarded;
	pool_t pool = pool_alloconly_create("forwarded", 4096);
	const char *error;
	unsigned int i;

	test_begin("bounce forwarded: domain");
	test_policy_init(&policy, pool);
	if (bounce_domains_parse(pool, "example.org .example.net", &domains,
				 &error) < 0)
		i_fatal("%s", error);
	policy.domains = domains;
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_find(pool, &policy, FROM_THEM,
			  t_strconcat(tests[i].return_path, OUT_UNKNOWN IN,
				      NULL), &forwarded);
		test_assert_strcmp_idx(test_result(&forwarded),
				       "198.51.100.7", i);
		test_assert_strcmp_idx(forwarded.domain, tests[i].domain, i);
	}
	pool_unref(&pool);
	test_end();
}

static int
test_lookup(struct bounce_domain_source *source ATTR_UNUSED,
	    const char *const *keys ATTR_UNUSED, const char **error_r)
{
	*error_r = "no database";
	return -1;
}

static void test_bounce_forwarded_unknown(void)
{
	struct bounce_domain_source source = { .lookup = test_lookup };
	struct bounce_domain_source *const sources[] = { &source, NULL };
	struct bounce_policy policy;
	struct bounce_forwarded forwarded;
	pool_t pool = pool_alloconly_create("forwarded", 4096);

	test_begin("bounce forwarded: domains that are not known");
	test_policy_init(&policy, pool);
	policy.domains = bounce_domains_with_sources(pool, test_domains(pool),
						     sources);
	test_find(pool, &policy, FROM_US, IN_BY("mx.example.net"), &forwarded);
	test_assert(test_result(&forwarded) == NO && forwarded.unknown);
	/* they make no difference */
	test_find(pool, &policy, FROM_US, IN_OTHER("bob@example.net"),
		  &forwarded);
	test_assert(test_result(&forwarded) == NO && !forwarded.unknown);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_forwarded_shown,
		test_bounce_forwarded_not_shown,
		test_bounce_forwarded_many_names,
		test_bounce_forwarded_domain,
		test_bounce_forwarded_unknown,
		NULL
	};
	return test_run(test_functions);
}
