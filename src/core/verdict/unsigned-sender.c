/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "net.h"
#include "name/address.h"
#include "name/own-domains.h"
#include "message/message.h"
#include "verdict/policy.h"
#include "base/sanitize.h"
#include "trace/trace.h"
#include "verdict/unsigned-sender.h"
#include "verdict/verdict.h"

/* TRUE if no original has a signature of ours. A signature of ours has a lower
   rank than that of a stranger, so it is enough to look at the one that
   decided. */
static bool verdict_is_unsigned(const struct bounce_verdict *verdict)
{
	if (!bounce_kind_is_bounce(verdict->kind.kind) ||
	    verdict->original == NULL)
		return FALSE;
	/* there may have been a signature that did not come back */
	if (verdict->reason == BOUNCE_REASON_TRUNCATED ||
	    verdict->reason == BOUNCE_REASON_OVER_LIMIT)
		return FALSE;
	return verdict->sig == NULL || !verdict->sig->sig->own;
}

static bool
unsigned_find(pool_t pool, const struct bounce_policy *policy,
	      const struct bounce_verdict *verdict,
	      struct bounce_unsigned_sender *sender_r)
{
	const struct bounce_header *original =
		verdict->original->message.header;
	const char *host, *value = t_bounce_header_value(original, "From");
	const struct bounce_received *origin;
	struct bounce_address from;

	if (!t_bounce_address_parse_first(value, &from) ||
	    !bounce_domains_match(policy->domains, from.domain))
		return FALSE;
	origin = bounce_trace_origin(verdict->message->header, original,
				     policy->trusted_networks);
	sender_r->reported_here =
		bounce_trace_is_from_here(verdict->message->header,
					  policy->trusted_networks);
	if (origin == NULL && !sender_r->reported_here)
		return FALSE;
	/* this needs no sanitising, as it is one of our domains */
	sender_r->domain = p_strdup(pool, from.domain);
	if (origin == NULL)
		return TRUE;
	sender_r->address = p_strdup(pool, net_ip2addr(&origin->ip));
	host = origin->host != NULL ? origin->host : origin->helo;
	if (host != NULL) {
		sender_r->host = p_strdup(pool, t_bounce_sanitize(host,
							strlen(host)));
	}
	return TRUE;
}

bool bounce_unsigned_sender_find(pool_t pool,
				 const struct bounce_policy *policy,
				 const struct bounce_verdict *verdict,
				 struct bounce_unsigned_sender *sender_r)
{
	bool ret;

	i_zero(sender_r);
	if (!verdict_is_unsigned(verdict))
		return FALSE;
	T_BEGIN {
		ret = unsigned_find(pool, policy, verdict, sender_r);
	} T_END;
	return ret;
}
