/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "name/address.h"
#include "name/domain-name.h"
#include "name/own-domains.h"
#include "base/envelope.h"
#include "verdict/forwarded.h"
#include "header/header.h"
#include "base/limits.h"
#include "name/networks.h"
#include "verdict/policy.h"
#include "verdict/mailbox-match.h"
#include "trace/trace.h"

struct forwarded_context {
	pool_t pool;
	const struct bounce_policy *policy;
	const struct bounce_envelope *envelope;
	const struct bounce_header *original;
	/* the Received fields of the original, from the top */
	const struct bounce_received *fields;
	unsigned int count;
	/* how many fields that may name the mailbox were looked at */
	unsigned int names;

	/* The Received fields of the bounce, and the host that brought it to
	   us. reporter is NULL if the bounce was made here; if it has no such
	   field, nothing is known of that. */
	const ARRAY_TYPE(bounce_received) *trace;
	const struct bounce_received *reporter;

	struct bounce_forwarded *result;
};

/*
 * The mailbox
 */

static bool
address_is_mailbox(const struct forwarded_context *ctx, const char *text)
{
	return bounce_sender_is_mailbox(ctx->policy, ctx->envelope,
					t_bounce_address_strip(text));
}

static bool
field_names_mailbox(struct forwarded_context *ctx,
		    const struct bounce_field *field)
{
	return (bounce_field_is(ctx->original, field, "Delivered-To") ||
		bounce_field_is(ctx->original, field,
				"X-Sieve-Redirected-From")) &&
		++ctx->names <= BOUNCE_RECEIVED_MAX_FIELDS &&
		address_is_mailbox(ctx, t_bounce_field_value(ctx->original,
					field, BOUNCE_RECEIVED_MAX_SIZE));
}

/* TRUE if a field names the mailbox between this Received field, which has a by
   clause, and the next one above it that has one. (qmail writes Received fields
   for its own programs, too, without such a clause.) */
static bool field_is_named(struct forwarded_context *ctx, unsigned int i)
{
	unsigned int pos = ctx->fields[i].field;

	while (pos-- > 0) {
		if (i == 0 || pos > ctx->fields[i - 1].field) {
			if (field_names_mailbox(ctx,
						&ctx->original->fields[pos]))
				return TRUE;
		} else if (ctx->fields[--i].by != NULL) {
			break;
		}
	}
	return FALSE;
}

/*
 * Hosts
 */

static bool
domain_is_own(struct forwarded_context *ctx, const char *domain)
{
	enum bounce_domains_answer answer =
		bounce_domains_lookup(ctx->policy->domains, domain);

	if (answer == BOUNCE_DOMAINS_UNKNOWN)
		ctx->result->unknown = TRUE;
	return answer == BOUNCE_DOMAINS_OWN;
}

/* TRUE if the host is an own domain, or below one. */
static bool name_is_ours(struct forwarded_context *ctx, const char *host)
{
	const char *name = host == NULL ? NULL :
		t_bounce_domain_normalise(host);
	unsigned int i;

	for (i = 0; i < BOUNCE_FORWARDED_MAX_LABELS && name != NULL; i++) {
		if (domain_is_own(ctx, name))
			return TRUE;
		/* a top-level domain does not belong to anybody */
		name = strchr(name, '.');
		if (name != NULL && strchr(++name, '.') == NULL)
			break;
	}
	return FALSE;
}

/* TRUE if the address is trusted. Loopback addresses are not, because each host
   has them. */
static bool
ip_is_ours(const struct forwarded_context *ctx, const struct ip_addr *ip)
{
	bool loopback = ip->family == AF_INET ?
		ntohl(ip->u.ip4.s_addr) >> 24 == IN_LOOPBACKNET :
		IN6_IS_ADDR_LOOPBACK(&ip->u.ip6);

	return !loopback &&
		bounce_networks_match(ctx->policy->trusted_networks, ip);
}

/* TRUE if this hop took mail from the host of this name, and saw an address of
   ours. */
static bool
hop_names_ours(const struct forwarded_context *ctx,
	       const struct bounce_received *hop, const char *name)
{
	return ip_is_ours(ctx, &hop->ip) &&
		(null_strcasecmp(hop->helo, name) == 0 ||
		 null_strcasecmp(hop->host, name) == 0);
}

static bool
writer_is_ours(struct forwarded_context *ctx, unsigned int i)
{
	const struct bounce_received *received = &ctx->fields[i], *hop;
	unsigned int count = 1;

	if (received->by == NULL)
		return FALSE;
	if (ip_is_ours(ctx, &received->by_ip) ||
	    name_is_ours(ctx, received->by))
		return TRUE;
	/* the host that took the mail next, or those that took the bounce, if
	   all of them are ours */
	if (i > 0)
		hop = &received[-1];
	else if (ctx->reporter == NULL)
		hop = array_get(ctx->trace, &count);
	else
		return FALSE;
	for (; count > 0; count--, hop++) {
		if (hop_names_ours(ctx, hop, received->by))
			return TRUE;
	}
	return FALSE;
}

/* TRUE if the step does not leave the network: it is over a private address, or
   over none because the mail was submitted anew or went through a filter. */
static bool
step_is_inside(const struct forwarded_context *ctx, unsigned int i)
{
	const struct ip_addr *ip = &ctx->fields[i].ip;

	return ip->family == 0 || bounce_ip_is_private(ip);
}

/*
 * The way
 */

/* TRUE if the mail came to the mailbox by this field. */
static bool field_is_arrival(struct forwarded_context *ctx, unsigned int i)
{
	const char *rcpt = ctx->fields[i].rcpt;

	if (ctx->fields[i].by == NULL)
		return FALSE;
	/* it may have been for several recipients, or for an alias */
	if ((rcpt == NULL || !address_is_mailbox(ctx, rcpt)) &&
	    (!field_is_named(ctx, i) ||
	     (rcpt != NULL &&
	      !domain_is_own(ctx, bounce_address_domain(rcpt)))))
		return FALSE;
	return writer_is_ours(ctx, i);
}

/* TRUE if a server took the mail, without naming an address, from a client
   whose name is not in the domain of the server. */
static bool client_is_elsewhere(const struct bounce_received *received)
{
	const char *name = received->helo;

	if (received->ip.family != 0 || name == NULL)
		return FALSE;
	if (strchr(name, '@') != NULL)
		name = bounce_address_domain(name);
	if (name == NULL || strchr(name, '.') == NULL)
		return FALSE;
	return received->by == NULL ||
		(!bounce_domain_is_within(name, received->by) &&
		 !bounce_domain_is_within(received->by, name) &&
		 !bounce_received_is_internal(received));
}

/* TRUE if the host of the stranger took the mail from this client. If other
   strangers wrote fields above it, anybody could claim that. */
static bool
field_is_handover(const struct forwarded_context *ctx, unsigned int pos)
{
	const struct bounce_received *origin =
		bounce_trace_origin(NULL, ctx->original,
				    ctx->policy->trusted_networks);
	const struct ip_addr *ip = &ctx->fields[pos].ip;

	if (ip->family == 0 || origin == NULL ||
	    !net_ip_compare(&origin->ip, ip))
		return FALSE;
	while (pos > 0) {
		if (client_is_elsewhere(&ctx->fields[--pos]))
			return FALSE;
	}
	return TRUE;
}

/* Returns the domain of ours for which the forwarding hosts must be permitted
   to send, or NULL if there is none. */
static const char *t_forwarded_domain(struct forwarded_context *ctx)
{
	struct bounce_address address;

	if (t_bounce_address_parse_first(
			t_bounce_header_value(ctx->original, "Return-Path"),
			&address) && domain_is_own(ctx, address.domain))
		return address.domain;
	return t_bounce_address_parse(ctx->envelope->rcpt_to, &address) == 0 &&
		domain_is_own(ctx, address.domain) ? address.domain : NULL;
}

/* Require that this client is ours. Returns FALSE if there are too many clients
   that are not known to be. */
static bool
forwarded_needs(struct forwarded_context *ctx, const struct ip_addr *client)
{
	struct bounce_forwarded *result = ctx->result;

	if (ip_is_ours(ctx, client))
		return TRUE;
	if (result->clients_count == N_ELEMENTS(result->clients))
		return FALSE;
	result->clients[result->clients_count++] = *client;
	return TRUE;
}

/* Go up from a field to the one by which the mail left us, as long as one host
   of ours hands it on to another. Returns FALSE if the mail came from elsewhere
   on the way. */
static bool forwarded_climb(struct forwarded_context *ctx, unsigned int *pos)
{
	const struct bounce_received *received;

	for (; *pos > 0; (*pos)--) {
		received = &ctx->fields[*pos - 1];
		if (step_is_inside(ctx, *pos - 1))
			continue;
		if (!writer_is_ours(ctx, *pos - 1))
			break;
		if (!name_is_ours(ctx, received->host) &&
		    !forwarded_needs(ctx, &received->ip))
			return FALSE;
	}
	return TRUE;
}

/* TRUE if the mail left us, which is known by the addresses of hosts of
   ours. */
static bool forwarded_has_left(struct forwarded_context *ctx, unsigned int pos)
{
	if (pos == 0) {
		return ctx->reporter == NULL ? array_count(ctx->trace) > 0 :
			forwarded_needs(ctx, &ctx->reporter->ip);
	}
	return field_is_handover(ctx, pos - 1) &&
		forwarded_needs(ctx, &ctx->fields[pos - 1].ip);
}

static void forwarded_find(struct forwarded_context *ctx)
{
	struct bounce_forwarded *result = ctx->result;
	unsigned int pos;
	const char *domain;

	for (pos = 0; pos < ctx->count && !field_is_arrival(ctx, pos); pos++) ;
	if (pos == ctx->count || !forwarded_climb(ctx, &pos) ||
	    !forwarded_has_left(ctx, pos))
		return;
	if (result->clients_count == 0) {
		result->forwarding = BOUNCE_FORWARDED_YES;
	} else if ((domain = t_forwarded_domain(ctx)) != NULL) {
		result->forwarding = BOUNCE_FORWARDED_IF_SPF;
		result->domain = p_strdup(ctx->pool, domain);
	}
}

void bounce_forwarded_find(pool_t pool, const struct bounce_policy *policy,
			   const struct bounce_envelope *envelope,
			   const struct bounce_header *bounce,
			   const struct bounce_header *original,
			   struct bounce_forwarded *forwarded_r)
{
	struct forwarded_context ctx = {
		.pool = pool,
		.policy = policy,
		.envelope = envelope,
		.original = original,
		.result = forwarded_r
	};
	unsigned int field;

	i_zero(forwarded_r);
	T_BEGIN {
		ctx.fields = array_get(bounce_received_get(original),
				       &ctx.count);
		ctx.reporter = bounce_trace_reporter(bounce,
						     policy->trusted_networks,
						     &field);
		ctx.trace = bounce_received_get(bounce);
		forwarded_find(&ctx);
	} T_END;
}
