/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "dkim/dkim.h"
#include "header/header.h"
#include "message/message.h"
#include "name/address.h"
#include "name/domain-name.h"
#include "name/networks.h"
#include "name/own-domains.h"
#include "base/envelope.h"
#include "base/limits.h"
#include "report/delivery-status.h"
#include "trace/authres.h"
#include "trace/trace.h"
#include "verdict/linkage.h"
#include "verdict/mailbox-match.h"
#include "verdict/policy.h"
#include "verdict/ports.h"
#include "verdict/proof.h"
#include "verdict/signatures.h"
#include "wording/marks.h"

static const char *const proof_names[] = {
	[BOUNCE_PROOF_NONE] = NULL,
	[BOUNCE_PROOF_CLAIMED] = "claimed",
	[BOUNCE_PROOF_RECIPIENT] = "recipient",
	[BOUNCE_PROOF_OWN] = "own"
};
_Static_assert(N_ELEMENTS(proof_names) == BOUNCE_PROOF_COUNT,
	       "proof_names is complete");

const char *bounce_proof_name(enum bounce_proof_strength strength)
{
	i_assert(strength < BOUNCE_PROOF_COUNT);
	return proof_names[strength];
}

struct proof_context {
	pool_t pool;
	const struct bounce_policy *policy;
	const struct bounce_envelope *envelope;
	const struct bounce_message *message;
	/* what came back, and the signature that vouches for it, or NULL */
	const struct bounce_original *original;
	const struct bounce_signature_evidence *sig;

	/* The host that brought the bounce to us, or NULL; and how many fields
	   above the one that names it our servers wrote. */
	const struct bounce_received *reporter;
	unsigned int fields_count;
	/* Its HELO name, if SPF passes for it; or NULL. */
	const char *spf_helo;
};

/*
 * Traces
 */

static bool
ip_is_trusted(const struct proof_context *ctx, const struct ip_addr *ip)
{
	return bounce_networks_match(ctx->policy->trusted_networks, ip);
}

/* TRUE if a server of ours took the message from another one, or from itself:
   inside one host, by LMTP over a socket or when a server makes a message,
   there is no address. */
static bool
step_is_inside(const struct proof_context *ctx,
	       const struct bounce_received *received)
{
	if (received->ip.family != 0)
		return ip_is_trusted(ctx, &received->ip);
	if (received->by_user)
		return FALSE;
	return received->with == NULL ||
		strncasecmp(received->with, "LMTP", 4) == 0 ||
		strcasecmp(received->with, "local") == 0;
}

/* TRUE if servers of ours wrote the fields of the bounce down to the one that
   names the host that brought it, or all of them if there is no such host. Who
   has logged in is a customer, and not a server. */
static bool trace_is_ours(const struct proof_context *ctx)
{
	const ARRAY_TYPE(bounce_received) *trace =
		bounce_received_get(ctx->message->header);
	const struct bounce_received *received;

	array_foreach(trace, received) {
		if (received->field >= ctx->fields_count)
			break;
		if (received->authenticated || !step_is_inside(ctx, received))
			return FALSE;
	}
	return array_count(trace) > 0 &&
		array_count(trace) < BOUNCE_RECEIVED_MAX_FIELDS;
}

/*
 * A bounce that our own server has made
 */

/* TRUE if the server is one of ours: by its name or address, or because it took
   the bounce as well, whose fields are all ours. */
static bool
server_is_ours(const struct proof_context *ctx,
	       const struct bounce_received *received)
{
	const struct bounce_received *own;

	if (received->by == NULL)
		return FALSE;
	if (bounce_domains_match_host(ctx->policy->domains, received->by) ||
	    (received->by_ip.family != 0 &&
	     ip_is_trusted(ctx, &received->by_ip)))
		return TRUE;
	array_foreach(bounce_received_get(ctx->message->header), own) {
		if (null_strcasecmp(own->by, received->by) == 0)
			return TRUE;
	}
	return FALSE;
}

/* What is below the field of the login was there before, and anybody may have
   written it. */
static bool
original_was_submitted(const struct proof_context *ctx,
		       struct ip_addr *client_r)
{
	const ARRAY_TYPE(bounce_received) *trace =
		bounce_received_get(ctx->original->message.header);
	const struct bounce_received *received;

	array_foreach(trace, received) {
		if (received->authenticated) {
			if (received->ip.family != 0 &&
			    !ip_is_trusted(ctx, &received->ip) &&
			    server_is_ours(ctx, received))
				*client_r = received->ip;
			return received->auth_user == NULL ||
				bounce_sender_is_mailbox(ctx->policy,
					ctx->envelope, received->auth_user) ||
				null_strcasecmp(received->auth_user,
						ctx->envelope->user) == 0;
		}
		if (!step_is_inside(ctx, received))
			return FALSE;
	}
	return array_count(trace) < BOUNCE_RECEIVED_MAX_FIELDS;
}

/* TRUE if it is known that the bounce was handed over between servers of ours.
   A message in a file may be from anywhere. */
static bool bounce_has_come(const struct proof_context *ctx)
{
	const struct bounce_received *received;

	array_foreach(bounce_received_get(ctx->message->header), received) {
		if (received->ip.family != 0 ||
		    (received->with != NULL &&
		     strncasecmp(received->with, "LMTP", 4) == 0))
			return TRUE;
	}
	return FALSE;
}

static bool original_has_login(const struct proof_context *ctx)
{
	const struct bounce_received *received;

	array_foreach(bounce_received_get(ctx->original->message.header),
		      received) {
		if (received->authenticated)
			return TRUE;
	}
	return FALSE;
}

/* Mail of somebody else in the same domain is genuine as well. */
static bool from_is_mailbox(const struct proof_context *ctx)
{
	struct bounce_policy policy = *ctx->policy;

	policy.sender_match = BOUNCE_SENDER_MATCH_ADDRESS;
	return ctx->envelope->rcpt_to != NULL &&
		bounce_sender_matches(&policy, ctx->envelope,
				      ctx->original->message.header,
				      ctx->sig == NULL ? NULL : ctx->sig->sig);
}

/*
 * A bounce of the server of a recipient
 */

/* The addresses of a field that the signature covers. If there are several of
   that name, it is not known which one is covered. */
static void
proof_add_signed(const struct proof_context *ctx, const char *name,
		 ARRAY_TYPE(bounce_address) *addresses)
{
	const struct bounce_header *header =
		ctx->sig->original->message.header;

	if (bounce_dkim_signature_covers(ctx->sig->sig, name) &&
	    bounce_header_count(header, name) == 1)
		t_bounce_linkage_add_field(header, name, addresses);
}

/* A top-level domain does not belong to anybody. */
static bool name_is_of(const char *name, const char *domain)
{
	return name != NULL && strchr(domain, '.') != NULL &&
		bounce_domain_is_within(name, domain);
}

static bool
reporter_is_of(const struct proof_context *ctx, const char *domain)
{
	const struct bounce_received *reporter = ctx->reporter;

	return (reporter->host_verified &&
		name_is_of(reporter->host, domain)) ||
		name_is_of(ctx->spf_helo, domain) ||
		(ctx->policy->authserv_id != NULL &&
		 strchr(domain, '.') != NULL &&
		 bounce_authres_spf_passes(ctx->message->header,
					   ctx->fields_count,
					   ctx->policy->authserv_id, domain));
}

static bool recipient_failed(const struct bounce_report_recipient *recipient)
{
	return recipient->action == NULL ||
		strcmp(recipient->action, "failed") == 0;
}

/* A failed recipient, and the signed address that it is; NULL: it is none. */
struct proof_failed {
	const struct bounce_report_recipient *recipient;
	const struct bounce_address *address;
};
ARRAY_DEFINE_TYPE(proof_failed, struct proof_failed);

static void
proof_find_failed(const struct proof_context *ctx,
		  ARRAY_TYPE(proof_failed) *list)
{
	const struct bounce_report *report = ctx->message->report;
	ARRAY_TYPE(bounce_address) addresses;
	struct proof_failed failed;
	const char *text;
	unsigned int i;

	t_array_init(&addresses, 16);
	if (ctx->sig != NULL) {
		proof_add_signed(ctx, "To", &addresses);
		proof_add_signed(ctx, "Cc", &addresses);
	}
	t_array_init(list, 16);
	for (i = 0; report != NULL && i < report->recipients_count; i++) {
		failed.recipient = &report->recipients[i];
		if (!recipient_failed(failed.recipient))
			continue;
		failed.address = bounce_linkage_match(&addresses,
						      failed.recipient, &text);
		array_push_back(list, &failed);
	}
}

/*
 * The proof
 */

/* Returns FALSE if it cannot be more than claimed, whoever made the bounce. */
static bool proof_init(struct proof_context *ctx)
{
	const struct bounce_original *original = ctx->message->originals;

	if (ctx->original == NULL ||
	    ctx->message->marks->sender != BOUNCE_SENDER_NULL)
		return FALSE;
	/* what is inside of something else that came back may have come from
	   anywhere */
	while (original != NULL && original != ctx->original)
		original = original->next;
	if (original == NULL)
		return FALSE;
	ctx->reporter = bounce_trace_reporter(ctx->message->header,
					      ctx->policy->trusted_networks,
					      &ctx->fields_count);
	return trace_is_ours(ctx);
}

static bool
proof_is_own(const struct proof_context *ctx, struct ip_addr *client_r)
{
	return ctx->reporter == NULL && from_is_mailbox(ctx) &&
		original_was_submitted(ctx, client_r);
}

static bool
failed_is_proven(const struct proof_context *ctx,
		 const struct proof_failed *failed)
{
	return ctx->reporter != NULL && failed->address != NULL &&
		failed->address->domain != NULL &&
		reporter_is_of(ctx, failed->address->domain);
}

static enum bounce_proof_strength
proof_find_strength(struct proof_context *ctx,
		    const ARRAY_TYPE(proof_failed) *list,
		    struct bounce_proof *proof)
{
	const struct proof_failed *failed;

	if (!proof_init(ctx))
		return BOUNCE_PROOF_CLAIMED;
	if (proof_is_own(ctx, &proof->client))
		return BOUNCE_PROOF_OWN;
	array_foreach(list, failed) {
		if (failed_is_proven(ctx, failed))
			return BOUNCE_PROOF_RECIPIENT;
	}
	return BOUNCE_PROOF_CLAIMED;
}

/* TRUE if the bounce speaks for this recipient. */
static bool
proof_has_failed(const struct proof_context *ctx,
		 enum bounce_proof_strength strength,
		 const struct proof_failed *failed)
{
	switch (strength) {
	case BOUNCE_PROOF_OWN:
		return TRUE;
	case BOUNCE_PROOF_RECIPIENT:
		return failed_is_proven(ctx, failed);
	default:
		return failed->address != NULL;
	}
}

static void proof_find(struct proof_context *ctx, struct bounce_proof *proof)
{
	ARRAY(const struct bounce_report_recipient *) recipients;
	ARRAY_TYPE(proof_failed) list;
	const struct proof_failed *failed;

	proof_find_failed(ctx, &list);
	proof->strength = proof_find_strength(ctx, &list, proof);
	if (proof->strength != BOUNCE_PROOF_OWN)
		i_zero(&proof->client);
	p_array_init(&recipients, ctx->pool, 1);
	array_foreach(&list, failed) {
		if (proof_has_failed(ctx, proof->strength, failed))
			array_push_back(&recipients, &failed->recipient);
	}
	if (array_is_empty(&recipients) && !array_is_empty(&list)) {
		failed = array_front(&list);
		array_push_back(&recipients, &failed->recipient);
	}
	proof->recipients = array_get(&recipients, &proof->recipients_count);
}

void bounce_proof_find(pool_t pool, const struct bounce_policy *policy,
		       const struct bounce_envelope *envelope,
		       const struct bounce_message *message,
		       const struct bounce_signature_evidence *sig,
		       const struct bounce_spf_result *reporter_spf,
		       struct bounce_proof *proof_r)
{
	struct proof_context ctx = {
		.pool = pool,
		.policy = policy,
		.envelope = envelope,
		.message = message,
		.original = sig == NULL ? NULL : sig->original,
		.sig = sig
	};

	i_zero(proof_r);
	if (reporter_spf != NULL && reporter_spf->spf == BOUNCE_SPF_PASS)
		ctx.spf_helo = reporter_spf->domain;
	T_BEGIN {
		proof_find(&ctx, proof_r);
	} T_END;
}

bool bounce_proof_was_submitted(const struct bounce_policy *policy,
				const struct bounce_envelope *envelope,
				const struct bounce_message *message,
				const struct bounce_original *original)
{
	struct proof_context ctx = {
		.policy = policy,
		.envelope = envelope,
		.message = message,
		.original = original
	};
	struct ip_addr client;
	bool ret;

	T_BEGIN {
		ret = proof_init(&ctx) && proof_is_own(&ctx, &client) &&
			bounce_has_come(&ctx) && original_has_login(&ctx);
	} T_END;
	return ret;
}

/* Whether a recipient that failed is of the domain that the reporter calls
   itself by, and is not proven without SPF. */
static bool proof_has_unproven(const struct proof_context *ctx)
{
	ARRAY_TYPE(proof_failed) list;
	const struct proof_failed *failed;

	proof_find_failed(ctx, &list);
	array_foreach(&list, failed) {
		if (failed->address != NULL &&
		    failed->address->domain != NULL &&
		    name_is_of(ctx->reporter->helo,
			       failed->address->domain) &&
		    !failed_is_proven(ctx, failed))
			return TRUE;
	}
	return FALSE;
}

bool bounce_proof_asks_spf(const struct bounce_policy *policy,
			   const struct bounce_message *message,
			   const struct bounce_signature_evidence *sig)
{
	struct proof_context ctx = {
		.policy = policy,
		.message = message,
		.original = sig == NULL ? NULL : sig->original,
		.sig = sig
	};
	bool asks;

	T_BEGIN {
		asks = proof_init(&ctx) && ctx.reporter != NULL &&
			proof_has_unproven(&ctx);
	} T_END;
	return asks;
}
