/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-domains.h"
#include "bounce-forwarded.h"
#include "bounce-header.h"
#include "bounce-networks.h"
#include "bounce-policy.h"
#include "test-common.h"

#define NO BOUNCE_FORWARDED_NO
#define YES BOUNCE_FORWARDED_YES
#define IF_SPF BOUNCE_FORWARDED_IF_SPF

/* Fields of the returned header */
#define IN "Received: from a.example ([203.0.113.9])\n" \
	"\tby mx.example.org with ESMTPS id 1\n" \
	"\tfor <alice@example.org>; Fri, 27 Nov 2026 08:00:00 +0000\n"
#define IN_LITERAL "Received: from a.example ([203.0.113.9])\n" \
	"\tby [IPv6:2001:db8::25] with ESMTPS id 1\n" \
	"\tfor <Alice+x@example.org>; Fri, 27 Nov 2026 08:00:00 +0000\n"
#define IN_OTHER "Received: from a.example ([203.0.113.9])\n" \
	"\tby mx.example.org with ESMTPS id 1\n" \
	"\tfor <bob@example.org>; Fri, 27 Nov 2026 08:00:00 +0000\n"
#define WITHIN "Received: from mx.example.org ([192.0.2.1])\n" \
	"\tby out.example.org with ESMTP id 2\n" \
	"\tfor <alice@home.example>; Fri, 27 Nov 2026 08:00:01 +0000\n"
#define OUT "Received: from out.example.org ([192.0.2.2])\n" \
	"\tby mx.home.example with ESMTP id 3\n" \
	"\tfor <alice@home.example>; Fri, 27 Nov 2026 08:00:02 +0000\n"
#define OUT_UNKNOWN "Received: from out.example.org ([198.51.100.7])\n" \
	"\tby mx.home.example with ESMTP id 3\n" \
	"\tfor <alice@home.example>; Fri, 27 Nov 2026 08:00:02 +0000\n"
#define FOREIGN "Received: from b.example ([203.0.113.8])\n" \
	"\tby relay.bad.example with ESMTP id 4\n" \
	"\tfor <alice@example.org>; Fri, 27 Nov 2026 08:00:00 +0000\n"
#define INSIDE "Received: from mx.home.example ([198.51.100.9])\n" \
	"\tby store.home.example with LMTP id 6\n" \
	"\tfor <alice@home.example>; Fri, 27 Nov 2026 08:00:03 +0000\n"
/* ... and of the bounce */
#define FROM_US "Received: from out.example.org ([192.0.2.2])\n" \
	"\tby mx.example.org with ESMTP id 9; Fri, 27 Nov 2026 08:01:00 +0000\n"
#define FROM_THEM "Received: from mx.home.example ([198.51.100.25])\n" \
	"\tby mx.example.org with ESMTP id 9; Fri, 27 Nov 2026 08:01:00 +0000\n"

static void test_bounce_forwarded(void)
{
	static const struct {
		const char *bounce, *original;
		enum bounce_forwarding forwarding;
	} tests[] = {
		{ FROM_US, IN, YES },
		{ FROM_US, WITHIN IN, YES },
		{ FROM_US, WITHIN "Delivered-To: alice@example.org\n" IN, YES },
		{ FROM_US, IN_LITERAL, YES },
		{ FROM_THEM, OUT WITHIN IN, YES },
		{ FROM_THEM, OUT IN, YES },
		/* steps inside of the stranger's network, and others */
		{ FROM_THEM, INSIDE OUT IN, YES },
		{ FROM_THEM, FOREIGN OUT IN, NO },
		{ FROM_THEM, OUT_UNKNOWN WITHIN IN, IF_SPF },
		/* it did not leave us */
		{ FROM_THEM, IN, NO },
		{ "", IN, NO },
		/* it did not come to this mailbox, or by no host of ours */
		{ FROM_US, IN_OTHER, NO },
		{ FROM_US, FOREIGN, NO },
		{ FROM_US, "Delivered-To: alice@example.org\n", NO },
		{ FROM_THEM, OUT "Delivered-To: alice@example.org\n", NO },
		{ FROM_THEM, OUT IN_OTHER, NO },
		{ FROM_US, "", NO },
		/* it was handed over by nobody that is known */
		{ FROM_THEM, "Received: by mx.home.example id 5; "
		  "Fri, 27 Nov 2026 08:00:02 +0000\n" IN, NO },
	};
	struct bounce_policy policy;
	struct bounce_envelope envelope = { .rcpt_to = "alice@example.org" };
	struct bounce_domains *domains;
	const struct bounce_header *bounce, *original;
	struct bounce_forwarded forwarded;
	const char *error;
	pool_t pool = pool_alloconly_create("forwarded", 4096);
	unsigned int i;

	test_begin("bounce forwarded");
	bounce_policy_init(&policy);
	policy.recipient_delimiter = "+";
	if (bounce_domains_parse(pool, "example.org", &domains, &error) < 0 ||
	    bounce_networks_parse(pool, "192.0.2.0/24 2001:db8::/64",
				  &policy.trusted_networks, &error) < 0)
		i_fatal("%s", error);
	policy.domains = domains;
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		bounce = bounce_header_parse(pool,
			(const void *)tests[i].bounce,
			strlen(tests[i].bounce));
		original = bounce_header_parse(pool,
			(const void *)tests[i].original,
			strlen(tests[i].original));
		bounce_forwarded_find(pool, &policy, &envelope, bounce,
				      original, &forwarded);
		test_assert_idx(forwarded.forwarding == tests[i].forwarding,
				i);
		test_assert_idx((forwarded.client != NULL) ==
				(tests[i].forwarding == IF_SPF), i);
		if (forwarded.client != NULL) {
			test_assert_strcmp_idx(forwarded.client,
					       "198.51.100.7", i);
			test_assert_strcmp_idx(forwarded.domain,
					       "example.org", i);
		}
	}
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_forwarded,
		NULL
	};
	return test_run(test_functions);
}
