/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-sender.h"
#include "test-bounce-input.h"
#include "test-common.h"

#define NONE BOUNCE_SENDER_MATCH_NONE
#define DOMAIN BOUNCE_SENDER_MATCH_DOMAIN
#define ADDRESS BOUNCE_SENDER_MATCH_ADDRESS

static void test_bounce_sender_matches(void)
{
	static const struct {
		enum bounce_sender_match match;
		const char *rcpt_to, *header;
		bool matches;
	} tests[] = {
		/* not asked for, or nothing known of the recipient */
		{ NONE, "alice@example.org", "From: x@example.com\n", TRUE },
		{ NONE, "alice@example.org", "", TRUE },
		{ DOMAIN, NULL, "From: x@example.com\n", TRUE },
		{ ADDRESS, NULL, "", TRUE },
		{ DOMAIN, "alice", "From: x@example.com\n", TRUE },

		{ DOMAIN, "alice@example.org", "From: alice@example.org\n",
		  TRUE },
		{ DOMAIN, "alice@example.org", "From: bob@EXAMPLE.org\n",
		  TRUE },
		{ DOMAIN, "alice@example.org",
		  "From: \"A, B\" <bob@example.org> (x)\n", TRUE },
		{ DOMAIN, "alice@example.org.", "From: bob@example.org\n",
		  TRUE },
		{ DOMAIN, "alice@example.org",
		  "From: =?utf-8?Q?x@example.com?= <a@example.org>\n", TRUE },
		/* subdomains, both ways */
		{ DOMAIN, "alice@example.org", "From: a@news.example.org\n",
		  TRUE },
		{ DOMAIN, "alice@mail.example.org", "From: a@example.org\n",
		  TRUE },
		/* but no sisters, and no names that only end alike */
		{ DOMAIN, "alice@a.example.org", "From: a@b.example.org\n",
		  FALSE },
		{ DOMAIN, "alice@example.org", "From: a@badexample.org\n",
		  FALSE },
		{ DOMAIN, "alice@badexample.org", "From: a@example.org\n",
		  FALSE },
		{ DOMAIN, "alice@example.org", "From: a@example.com\n",
		  FALSE },
		{ DOMAIN, "alice@example.org", "From: a@example.org.evil\n",
		  FALSE },
		{ DOMAIN, "alice@example.org", "From: a@org\n", TRUE },
		/* no sender */
		{ DOMAIN, "alice@example.org", "", FALSE },
		{ DOMAIN, "alice@example.org", "From: \n", FALSE },
		{ DOMAIN, "alice@example.org", "From: <>\n", FALSE },
		{ DOMAIN, "alice@example.org", "From: alice\n", FALSE },
		{ DOMAIN, "alice@example.org", "Sender: a@example.org\n",
		  FALSE },
		{ DOMAIN, "@", "From: a@example.org\n", FALSE },
		{ DOMAIN, "alice@", "From: a@\n", FALSE },
		/* only the first address and the first field */
		{ DOMAIN, "alice@example.org",
		  "From: x@example.com, a@example.org\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: x@example.com\nFrom: a@example.org\n", FALSE },
		/* what only looks like the address */
		{ DOMAIN, "alice@example.org",
		  "From: x@example.com (<a@example.org>)\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: X <x@example.com> (<a@example.org)\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: <x@example.com> <a@example.org>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: X <x@example.com> (a <a@example.org\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: \"<x@example.com>\" <a@example.org>\n", TRUE },
		/* a name with an @ in it, and no quotes */
		{ DOMAIN, "alice@example.org",
		  "From: x@example.com <a@example.org>\n", TRUE },
		{ DOMAIN, "alice@example.org",
		  "From: a@example.org <x@example.com>\n", FALSE },
		/* a quoted local part with an @ in it */
		{ DOMAIN, "\"a@example.com\"@example.org",
		  "From: b@example.org\n", TRUE },

		{ ADDRESS, "alice@example.org", "From: Alice@Example.ORG\n",
		  TRUE },
		{ ADDRESS, "alice+tag@example.org",
		  "From: alice@example.org\n", TRUE },
		{ ADDRESS, "alice@example.org",
		  "From: alice+tag@example.org\n", TRUE },
		{ ADDRESS, "alice@example.org", "From: bob@example.org\n",
		  FALSE },
		{ ADDRESS, "alice@example.org", "From: alic@example.org\n",
		  FALSE },
		{ ADDRESS, "alice@example.org",
		  "From: alice@mail.example.org\n", FALSE },
		{ ADDRESS, "alice@example.org", "From: alice@example.com\n",
		  FALSE },
		{ ADDRESS, "alice@example.org", "From: @example.org\n",
		  FALSE },
		{ ADDRESS, "alice@example.org", "", FALSE },
	};
	unsigned int i;

	test_begin("bounce sender matches");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const struct bounce_envelope envelope = {
			.rcpt_to = tests[i].rcpt_to
		};
		pool_t pool = pool_alloconly_create("sender", 1024);
		size_t size = strlen(tests[i].header);
		unsigned char *copy = test_input_copy(tests[i].header, size);
		struct bounce_policy policy;

		bounce_policy_init(&policy);
		policy.sender_match = tests[i].match;
		test_assert_idx(bounce_sender_matches(&policy, &envelope,
			bounce_header_parse(pool, copy, size)) ==
			tests[i].matches, i);
		i_free(copy);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_policy_defaults(void)
{
	struct bounce_policy policy;

	test_begin("bounce policy defaults");
	memset(&policy, 0xff, sizeof(policy));
	bounce_policy_init(&policy);
	test_assert(policy.domains == NULL);
	test_assert(policy.min_rsa_bits == 1024);
	test_assert(policy.sender_match == DOMAIN);
	test_assert(policy.max_age == 1209600);
	test_assert(policy.queue_lifetime == 432000);
	test_assert(policy.signed_since == 0 && policy.now == 0);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_sender_matches,
		test_bounce_policy_defaults,
		NULL
	};
	return test_run(test_functions);
}
