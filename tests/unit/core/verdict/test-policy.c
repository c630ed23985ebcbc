/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "verdict/policy.h"
#include "test-common.h"

/* What the manual says of an installation that sets nothing. */
static void test_bounce_policy_init(void)
{
	struct bounce_policy policy;

	test_begin("bounce policy: defaults");
	memset(&policy, 0xff, sizeof(policy));
	bounce_policy_init(&policy);
	test_assert(policy.domains == NULL);
	test_assert(policy.min_rsa_bits == 1024);
	test_assert(policy.sender_match == BOUNCE_SENDER_MATCH_DOMAIN);
	test_assert_strcmp(policy.recipient_delimiter, "+");
	test_assert(policy.aliases == NULL);
	test_assert(policy.max_age == 14 * 24 * 3600);
	test_assert(policy.queue_lifetime == 5 * 24 * 3600);
	test_assert(policy.signed_since == 0);
	test_assert(policy.replay_limit == 3);
	/* where nothing is remembered all are given the benefit of the doubt */
	test_assert(policy.damaged_limit == 0);
	test_assert(!policy.spf_rescue);
	test_assert(policy.trusted_networks == NULL);
	test_assert(policy.authserv_id == NULL);
	test_assert(policy.now == 0);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_policy_init,
		NULL
	};
	return test_run(test_functions);
}
