/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "bounce-address.h"
#include "bounce-domain-name.h"
#include "bounce-domains.h"
#include "bounce-envelope.h"
#include "bounce-forwarded.h"
#include "bounce-header.h"
#include "bounce-limits.h"
#include "bounce-networks.h"
#include "bounce-policy.h"
#include "bounce-sender.h"
#include "bounce-trace.h"

struct forwarded_field {
	struct bounce_received received;
	/* right above it stands that it is the mailbox's */
	bool named;
};

struct forwarded_context {
	pool_t pool;
	const struct bounce_policy *policy;
	const struct bounce_envelope *envelope;
	const struct bounce_header *original;
	ARRAY(struct forwarded_field) array;
	/* from the top */
	const struct forwarded_field *fields;
	unsigned int count;

	/* who brought the bounce to us; NULL: it was made here, and this is its
	   trace, or it has none and nothing is known of that */
	const struct bounce_received *reporter;
	ARRAY_TYPE(bounce_received) trace;

	struct bounce_forwarded *result;
};

/*
 * The fields
 */

static const char *
t_forwarded_value(const struct forwarded_context *ctx,
		  const struct bounce_field *field)
{
	return t_bounce_field_value(ctx->original, field,
				    BOUNCE_RECEIVED_MAX_SIZE);
}

static bool
address_is_mailbox(const struct forwarded_context *ctx, const char *text)
{
	size_t size = strlen(text);

	if (size >= 2 && text[0] == '<' && text[size - 1] == '>')
		text = t_strndup(text + 1, size - 2);
	return bounce_sender_is_mailbox(ctx->policy, ctx->envelope, text);
}

static bool
field_names_somebody(const struct forwarded_context *ctx,
		     const struct bounce_field *field)
{
	return bounce_field_is(ctx->original, field, "Delivered-To") ||
		bounce_field_is(ctx->original, field,
				"X-Sieve-Redirected-From");
}

static void forwarded_collect(struct forwarded_context *ctx)
{
	const struct bounce_field *field;
	struct forwarded_field *new_field;
	unsigned int i, names = 0;
	bool named = FALSE;

	t_array_init(&ctx->array, 8);
	for (i = 0; i < ctx->original->fields_count &&
	     array_count(&ctx->array) < BOUNCE_RECEIVED_MAX_FIELDS; i++) {
		field = &ctx->original->fields[i];
		if (bounce_field_is(ctx->original, field, "Received")) {
			new_field = array_append_space(&ctx->array);
			new_field->named = named;
			bounce_received_parse(ctx->pool,
				t_forwarded_value(ctx, field),
				&new_field->received);
			/* qmail writes down its programs, too */
			if (new_field->received.by != NULL)
				named = FALSE;
		} else if (!named && field_names_somebody(ctx, field) &&
			   ++names <= BOUNCE_RECEIVED_MAX_FIELDS) {
			named = address_is_mailbox(ctx,
				t_forwarded_value(ctx, field));
		}
	}
	ctx->fields = array_get(&ctx->array, &ctx->count);
}

/* Who has sent the bounce? */
static void
forwarded_find_reporter(struct forwarded_context *ctx,
			const struct bounce_header *bounce)
{
	unsigned int field;

	t_array_init(&ctx->trace, 8);
	ctx->reporter = bounce_trace_reporter(ctx->pool, bounce,
					      ctx->policy->trusted_networks,
					      &field);
	if (ctx->reporter == NULL)
		bounce_received_collect(ctx->pool, bounce, &ctx->trace);
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

/* It is an own domain, or below one. */
static bool name_is_ours(struct forwarded_context *ctx, const char *host)
{
	const char *name = host == NULL ? NULL :
		t_bounce_domain_normalise(host);
	unsigned int i;

	for (i = 0; i < BOUNCE_FORWARDED_MAX_LABELS && name != NULL; i++) {
		if (domain_is_own(ctx, name))
			return TRUE;
		/* a whole top-level domain is nobody's */
		name = strchr(name, '.');
		if (name != NULL && strchr(++name, '.') == NULL)
			break;
	}
	return FALSE;
}

/* Each host is its own loopback address. */
static bool
ip_is_ours(const struct forwarded_context *ctx, const struct ip_addr *ip)
{
	bool loopback = ip->family == AF_INET ?
		ntohl(ip->u.ip4.s_addr) >> 24 == IN_LOOPBACKNET :
		IN6_IS_ADDR_LOOPBACK(&ip->u.ip6);

	return !loopback &&
		bounce_networks_match(ctx->policy->trusted_networks, ip);
}

/* It took mail from the host of this name, and saw an address of ours. */
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
	const struct bounce_received *hop, *received = &ctx->fields[i].received;

	if (received->by == NULL)
		return FALSE;
	if (ip_is_ours(ctx, &received->by_ip) ||
	    name_is_ours(ctx, received->by))
		return TRUE;
	if (i > 0) {
		return hop_names_ours(ctx, &ctx->fields[i - 1].received,
				      received->by);
	}
	array_foreach(&ctx->trace, hop) {
		if (hop_names_ours(ctx, hop, received->by))
			return TRUE;
	}
	return FALSE;
}

/* A step over a private address, or over none (it was submitted anew, or went
   through a filter), does not leave the house. */
static bool
step_is_inside(const struct forwarded_context *ctx, unsigned int i)
{
	const struct ip_addr *ip = &ctx->fields[i].received.ip;

	return ip->family == 0 || bounce_ip_is_private(ip);
}

/*
 * The way
 */

static bool address_is_ours(struct forwarded_context *ctx, const char *text)
{
	struct bounce_address address;

	return t_bounce_address_parse(text, &address) == 0 &&
		domain_is_own(ctx, address.domain);
}

/* The mail came to the mailbox by this field. */
static bool field_is_arrival(struct forwarded_context *ctx, unsigned int i)
{
	const struct forwarded_field *field = &ctx->fields[i];
	const char *rcpt = field->received.rcpt;

	if (rcpt == NULL || !address_is_mailbox(ctx, rcpt)) {
		/* was it for several, or for an alias of his? */
		if (!field->named ||
		    (rcpt != NULL && !address_is_ours(ctx, rcpt)))
			return FALSE;
	}
	return writer_is_ours(ctx, i);
}

/* The stranger's host took the mail from this client. What other strangers wrote
   above it would make that anybody's word. */
static bool
received_is_handover(const struct forwarded_context *ctx,
		     const struct bounce_received *received)
{
	const struct bounce_received *origin =
		bounce_trace_origin(ctx->pool, NULL, ctx->original,
				    ctx->policy->trusted_networks);

	return received->ip.family != 0 && origin != NULL &&
		net_ip_compare(&origin->ip, &received->ip);
}

/* The domain of ours for which our hosts may send what they send on. */
static const char *forwarded_domain(struct forwarded_context *ctx)
{
	const char *value = t_bounce_header_value(ctx->original, "Return-Path");
	const struct bounce_address *list;
	struct bounce_address mailbox;
	unsigned int count = 0;

	if (value != NULL)
		(void)t_bounce_address_parse_list(value, &list, &count);
	if (count > 0 && domain_is_own(ctx, list[0].domain))
		return list[0].domain;
	return ctx->envelope->rcpt_to != NULL &&
		t_bounce_address_parse(ctx->envelope->rcpt_to,
				       &mailbox) == 0 &&
		domain_is_own(ctx, mailbox.domain) ? mailbox.domain : NULL;
}

/* It is shown only if this client is ours. FALSE: there are too many that are
   not known to be. */
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

/* Go up from a field to the one by which the mail left us, as long as it is
   handed on from one host of ours to another. FALSE: it came from elsewhere. */
static bool forwarded_climb(struct forwarded_context *ctx, unsigned int *pos)
{
	const struct bounce_received *received;

	for (; *pos > 0; (*pos)--) {
		received = &ctx->fields[*pos - 1].received;
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

/* It left us, and this is known by the addresses of hosts of ours. */
static bool forwarded_has_left(struct forwarded_context *ctx, unsigned int pos)
{
	const struct bounce_received *handover;

	if (pos == 0) {
		return ctx->reporter == NULL ? array_count(&ctx->trace) > 0 :
			forwarded_needs(ctx, &ctx->reporter->ip);
	}
	handover = &ctx->fields[pos - 1].received;
	return received_is_handover(ctx, handover) &&
		forwarded_needs(ctx, &handover->ip);
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
	} else if ((domain = forwarded_domain(ctx)) != NULL) {
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

	i_zero(forwarded_r);
	T_BEGIN {
		forwarded_collect(&ctx);
		forwarded_find_reporter(&ctx, bounce);
		forwarded_find(&ctx);
	} T_END;
}
