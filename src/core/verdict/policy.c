/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "verdict/policy.h"

void bounce_policy_init(struct bounce_policy *policy_r)
{
	i_zero(policy_r);
	policy_r->min_rsa_bits = BOUNCE_POLICY_MIN_RSA_BITS;
	policy_r->sender_match = BOUNCE_SENDER_MATCH_DOMAIN;
	policy_r->recipient_delimiter = "+";
	policy_r->max_age = BOUNCE_POLICY_MAX_AGE;
	policy_r->replay_limit = BOUNCE_POLICY_REPLAY_LIMIT;
	policy_r->queue_lifetime = BOUNCE_POLICY_QUEUE_LIFETIME;
}
