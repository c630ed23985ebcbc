/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "name/own-domains.h"
#include "name/networks.h"
#include "verdict/policy.h"
#include "verdict/unsigned-sender.h"
#include "verdict/verdict.h"
#include "input.h"
#include "test-common.h"

#define RECEIVED "Received: from printer.example.org (printer.example.org " \
	"[198.51.100.7])\n\tby mx.example.net (Postfix) with ESMTP id 1;\n" \
	"\tSun, 23 Nov 2025 12:13:21 +0000\n"
#define FROM "From: Printer <Printer@Example.org>\n"

struct fixture {
	pool_t pool;
	struct bounce_policy policy;
	struct bounce_message message;
	struct bounce_original original;
	struct bounce_dkim_signature sig;
	struct bounce_signature_evidence evidence;
	struct bounce_verdict verdict;
};

static void fixture_init(struct fixture *f, const char *received,
			 const char *header)
{
	struct bounce_domains *domains;
	const char *error;

	i_zero(f);
	f->pool = pool_alloconly_create("unsigned", 4096);
	bounce_policy_init(&f->policy);
	if (bounce_domains_parse(f->pool, "example.org", &domains, &error) < 0)
		i_unreached();
	f->policy.domains = domains;
	f->message.header = bounce_header_parse(f->pool,
		(const unsigned char *)received, strlen(received));
	f->original.message.header = bounce_header_parse(f->pool,
		(const unsigned char *)header, strlen(header));
	f->verdict.kind.kind = BOUNCE_KIND_FAILED;
	f->verdict.value = BOUNCE_VERDICT_BACKSCATTER;
	f->verdict.reason = BOUNCE_REASON_UNSIGNED;
	f->verdict.message = &f->message;
	f->verdict.original = &f->original;
	f->evidence.sig = &f->sig;
}

static const char bounce_received[] = "Received: from mx.example.net "
	"(mx.example.net [192.0.2.25])\n\tby mail.example.org\n";

static bool
fixture_find(struct fixture *f, struct bounce_unsigned_sender *sender_r)
{
	return bounce_unsigned_sender_find(f->pool, &f->policy,
					   &f->verdict, sender_r);
}

static void test_bounce_unsigned_headers(void)
{
	static const struct {
		const char *header, *address, *host;
	} tests[] = {
		{ RECEIVED FROM, "198.51.100.7", "printer.example.org" },
		{ FROM RECEIVED, "198.51.100.7", "printer.example.org" },
		{ "Received: from crm ([2001:db8::7]) by mx.example.net\n"
		  FROM, "2001:db8::7", "crm" },
		/* not ours, or nobody knows from where */
		{ RECEIVED "From: eve@example.com\n", NULL, NULL },
		{ RECEIVED "From: eve@mail.example.org\n", NULL, NULL },
		{ RECEIVED "From: eve\n", NULL, NULL },
		{ RECEIVED, NULL, NULL },
		{ FROM, NULL, NULL },
		{ "Received: from x (x [10.0.0.1]) by y\n" FROM, NULL, NULL },
		{ "", NULL, NULL },
	};
	struct bounce_unsigned_sender sender;
	struct fixture f;
	unsigned int i;

	test_begin("bounce unsigned: headers");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		fixture_init(&f, bounce_received, tests[i].header);
		test_assert_idx(fixture_find(&f, &sender) ==
				(tests[i].address != NULL), i);
		if (tests[i].address != NULL) {
			test_assert_strcmp_idx(sender.address,
					       tests[i].address, i);
			test_assert_strcmp_idx(sender.host, tests[i].host, i);
			test_assert_strcmp_idx(sender.domain, "example.org",
					       i);
		}
		pool_unref(&f.pool);
	}
	test_end();
}

static void test_bounce_unsigned_verdicts(void)
{
	static const struct {
		enum bounce_reason reason;
		bool sig, own, found;
	} tests[] = {
		{ BOUNCE_REASON_UNSIGNED, FALSE, FALSE, TRUE },
		{ BOUNCE_REASON_FOREIGN_SIGNATURE, TRUE, FALSE, TRUE },
		{ BOUNCE_REASON_NO_SIGNATURE_YET, FALSE, FALSE, TRUE },
		{ BOUNCE_REASON_SUBMITTED, FALSE, FALSE, TRUE },
		{ BOUNCE_REASON_SPF_PASS, TRUE, FALSE, TRUE },
		{ BOUNCE_REASON_SENT_COPY, FALSE, FALSE, TRUE },
		{ BOUNCE_REASON_DKIM_FULL, TRUE, TRUE, FALSE },
		{ BOUNCE_REASON_BAD_SIGNATURE, TRUE, TRUE, FALSE },
		{ BOUNCE_REASON_TRUNCATED, FALSE, FALSE, FALSE },
		{ BOUNCE_REASON_OVER_LIMIT, FALSE, FALSE, FALSE },
	};
	struct bounce_unsigned_sender sender;
	struct fixture f;
	unsigned int i;

	test_begin("bounce unsigned: verdicts");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		fixture_init(&f, bounce_received, RECEIVED FROM);
		f.verdict.reason = tests[i].reason;
		f.verdict.value = bounce_reason_to_verdict(tests[i].reason);
		if (tests[i].sig)
			f.verdict.sig = &f.evidence;
		f.sig.own = tests[i].own;
		test_assert_idx(fixture_find(&f, &sender) == tests[i].found,
				i);
		pool_unref(&f.pool);
	}
	fixture_init(&f, bounce_received, RECEIVED FROM);
	f.verdict.kind.kind = BOUNCE_KIND_AUTOREPLY;
	test_assert(!fixture_find(&f, &sender));
	f.verdict.kind.kind = BOUNCE_KIND_FAILED;
	f.verdict.original = NULL;
	test_assert(!fixture_find(&f, &sender));
	pool_unref(&f.pool);
	test_end();
}

/* A bounce that our own server made: our relays are passed over, and it counts
   even if nobody else had the mail. */
static void test_bounce_unsigned_trusted(void)
{
	static const char webmail[] = "Received: from webmail (webmail "
		"[10.0.0.1]) by mail.example.org\n" FROM;
	static const char made_here[] = "Received: by mail.example.org\n";
	const struct bounce_networks *networks;
	struct bounce_unsigned_sender sender;
	const char *error;
	struct fixture f;

	test_begin("bounce unsigned: trusted networks");
	fixture_init(&f, bounce_received,
		     "Received: from relay.example.org (relay.example.org "
		     "[192.0.2.25]) by mail.example.org\n" RECEIVED FROM);
	test_assert(bounce_networks_parse(f.pool, "192.0.2.0/24", &networks,
					  &error) == 0);
	f.policy.trusted_networks = networks;
	test_assert(fixture_find(&f, &sender));
	test_assert_strcmp(sender.address, "198.51.100.7");
	test_assert(sender.reported_here);
	pool_unref(&f.pool);

	fixture_init(&f, made_here, webmail);
	test_assert(fixture_find(&f, &sender));
	test_assert(sender.reported_here);
	test_assert(sender.address == NULL && sender.host == NULL);
	test_assert_strcmp(sender.domain, "example.org");
	pool_unref(&f.pool);

	/* a message without Received fields may have been made anywhere */
	fixture_init(&f, "Subject: x\n", RECEIVED FROM);
	test_assert(fixture_find(&f, &sender));
	test_assert(!sender.reported_here);
	pool_unref(&f.pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_unsigned_headers,
		test_bounce_unsigned_verdicts,
		test_bounce_unsigned_trusted,
		NULL
	};
	return test_run(test_functions);
}
