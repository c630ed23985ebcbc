/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "verdict/damaged.h"
#include "base/envelope.h"
#include "kind/kind.h"
#include "base/limits.h"
#include "message/message.h"
#include "verdict/policy.h"
#include "verdict/reasons.h"
#include "verdict/mailbox-match.h"
#include "verdict/signatures.h"

struct evidence_context {
	pool_t pool;
	const struct bounce_policy *policy;
	const struct bounce_envelope *envelope;
	struct bounce_signatures *signatures;
	ARRAY(struct bounce_signature_evidence) sigs;

	struct bounce_key_query queries[BOUNCE_DKIM_MAX_OWN];
	unsigned int queries_count;
	struct bounce_damaged damaged;
	/* how many signatures that may be ours are looked at */
	unsigned int own_count;
	/* the bounce's own */
	const struct bounce_header *header;
};

/*
 * Which originals there are
 */

static const struct bounce_envelope no_envelope;

/* TRUE if the original is a bounce itself. Only then the messages inside it
   count as originals. */
static bool original_is_bounce(const struct bounce_original *original)
{
	struct bounce_kind_result kind;

	bounce_kind_classify(&original->message, &no_envelope, &kind);
	return bounce_kind_is_bounce(kind.kind) && !kind.weak;
}

/* Collect the originals, the innermost one first; at the same level, parts come
   before texts, which may be copies of them. The levels and the originals are
   limited, and so is the recursion. */
static void originals_collect(const struct bounce_message *message,
			      ARRAY_TYPE(bounce_original) *originals)
{
	static const enum bounce_original_source sources[] = {
		BOUNCE_SOURCE_PART, BOUNCE_SOURCE_TEXT, BOUNCE_SOURCE_HTML
	};
	const struct bounce_original *original;
	unsigned int i;

	for (original = message->originals; original != NULL;
	     original = original->next) {
		if (original->message.originals != NULL &&
		    original_is_bounce(original))
			originals_collect(&original->message, originals);
	}
	for (i = 0; i < N_ELEMENTS(sources); i++) {
		for (original = message->originals; original != NULL;
		     original = original->next) {
			if (original->source == sources[i])
				array_push_back(originals, &original);
		}
	}
}

/*
 * Keys
 */

static struct bounce_key_query *
evidence_query_find(struct evidence_context *ctx,
		    const struct bounce_dkim_signature *sig)
{
	struct bounce_key_query *query;
	unsigned int i;

	for (i = 0; i < ctx->queries_count; i++) {
		query = &ctx->queries[i];
		if (strcmp(query->selector, sig->selector) == 0 &&
		    strcmp(query->domain, sig->domain) == 0)
			return query;
	}
	return NULL;
}

static bool signature_needs_key(const struct bounce_dkim_signature *sig)
{
	return sig->own && sig->selector[0] != '\0' &&
		sig->domain[0] != '\0';
}

/* Returns how the body compares with the signature. If there are only line ends
   between the header and a boundary, no body came back. */
static enum bounce_dkim_body
signature_body(const struct bounce_original *original,
	       const struct bounce_dkim_signature *sig)
{
	enum bounce_dkim_body body =
		bounce_dkim_body_check(original->body, sig);

	return original->body_size == 0 && body == BOUNCE_DKIM_BODY_MISMATCH ?
		BOUNCE_DKIM_BODY_UNTESTED : body;
}

static void
evidence_add_original(struct evidence_context *ctx,
		      const struct bounce_original *original)
{
	struct bounce_signature_evidence *evidence;
	const struct bounce_dkim_signatures *sigs;
	const struct bounce_dkim_signature *sig;
	struct bounce_key_query *query;
	unsigned int i;

	sigs = bounce_dkim_signatures_parse(ctx->pool,
					    original->message.header,
					    ctx->policy->domains);
	for (i = 0; i < sigs->count; i++) {
		sig = &sigs->sigs[i];
		if (bounce_dkim_signature_may_be_own(sig) &&
		    ctx->own_count == BOUNCE_DKIM_MAX_OWN) {
			ctx->signatures->over_limit = TRUE;
			continue;
		}
		evidence = array_append_space(&ctx->sigs);
		evidence->original = original;
		evidence->sig = sig;
		evidence->body = signature_body(original, sig);
		if (!bounce_dkim_signature_may_be_own(sig))
			continue;
		ctx->own_count++;
		if (signature_needs_key(sig) &&
		    evidence_query_find(ctx, sig) == NULL) {
			query = &ctx->queries[ctx->queries_count++];
			query->selector = sig->selector;
			query->domain = sig->domain;
		}
	}
	if (sigs->over_limit)
		ctx->signatures->over_limit = TRUE;
}

/*
 * Signatures
 */

static void
evidence_set(struct bounce_signature_evidence *evidence,
	     enum bounce_dkim_header header, enum bounce_reason reason,
	     const char *text)
{
	evidence->header = header;
	evidence->reason = reason;
	evidence->text = text;
}

/* Returns FALSE if there is no key to verify with; the evidence then says
   why. */
static bool
evidence_use_key(struct evidence_context *ctx,
		 struct bounce_signature_evidence *evidence,
		 const struct bounce_key_query *query)
{
	static const struct {
		enum bounce_reason reason;
		enum bounce_dkim_header header;
	} failures[] = {
		[BOUNCE_KEY_FOUND] = { BOUNCE_REASON_NONE,
			BOUNCE_DKIM_HEADER_PASS },
		[BOUNCE_KEY_MISSING] = { BOUNCE_REASON_KEY_MISSING,
			BOUNCE_DKIM_HEADER_PERMERROR },
		[BOUNCE_KEY_REVOKED] = { BOUNCE_REASON_KEY_REVOKED,
			BOUNCE_DKIM_HEADER_PERMERROR },
		[BOUNCE_KEY_UNUSABLE] = { BOUNCE_REASON_KEY_UNUSABLE,
			BOUNCE_DKIM_HEADER_PERMERROR },
		[BOUNCE_KEY_TEMPERROR] = { BOUNCE_REASON_DNS,
			BOUNCE_DKIM_HEADER_TEMPERROR },
	};
	const struct bounce_key *key = query->key;

	evidence->key_origin = query->origin;
	if (query->status != BOUNCE_KEY_FOUND) {
		evidence_set(evidence, failures[query->status].header,
			     failures[query->status].reason, query->error);
		/* if our own file is broken or half written, this says nothing
		   about the message */
		if (query->status == BOUNCE_KEY_UNUSABLE &&
		    query->origin == BOUNCE_KEY_ORIGIN_DIR) {
			evidence->header = BOUNCE_DKIM_HEADER_TEMPERROR;
			evidence->reason = BOUNCE_REASON_STATE;
		}
		if (query->status == BOUNCE_KEY_UNUSABLE &&
		    ctx->signatures->warning == NULL) {
			ctx->signatures->warning = p_strdup_printf(ctx->pool,
				"The key %s._domainkey.%s cannot be used: %s",
				query->selector, query->domain, query->error);
		}
		return FALSE;
	}
	evidence->key_bits = key->bits;
	evidence->key_retired = key->retired;
	if (key->type == BOUNCE_KEY_TYPE_RSA &&
	    key->bits < ctx->policy->min_rsa_bits) {
		evidence_set(evidence, BOUNCE_DKIM_HEADER_PERMERROR,
			     BOUNCE_REASON_WEAK_KEY, p_strdup_printf(ctx->pool,
			     "the RSA key has %u bits, less than the %u "
			     "that are wanted", key->bits,
			     ctx->policy->min_rsa_bits));
		return FALSE;
	}
	return TRUE;
}

time_t
bounce_signature_time(const struct bounce_signature_evidence *evidence)
{
	if (evidence->sig->timestamp >= 0)
		return evidence->sig->timestamp;
	if (evidence->header != BOUNCE_DKIM_HEADER_PASS ||
	    !bounce_dkim_signature_covers(evidence->sig, "Date"))
		return 0;
	return bounce_header_date(evidence->original->message.header);
}

/* Returns the reason why the time forbids a signature of ours to vouch; NONE:
   it does not. */
static enum bounce_reason
evidence_time_reason(const struct bounce_policy *policy,
		     const struct bounce_signature_evidence *evidence,
		     const char **text_r)
{
	time_t signed_at = bounce_signature_time(evidence);

	if (signed_at > policy->now + BOUNCE_POLICY_DRIFT) {
		*text_r = "it was made in the future";
		return BOUNCE_REASON_FUTURE;
	}
	/* a t= that cannot be read does not count against the signature */
	if (evidence->key_retired != 0 &&
	    ((signed_at == 0 && !evidence->sig->timestamp_broken) ||
	     signed_at > evidence->key_retired)) {
		*text_r = "it was made after its key was retired";
		return BOUNCE_REASON_KEY_RETIRED;
	}
	if (evidence->sig->expires >= 0 &&
	    evidence->sig->expires + policy->queue_lifetime < policy->now) {
		*text_r = "it expired longer ago than a queue holds mail";
		return BOUNCE_REASON_EXPIRED;
	}
	if (signed_at != 0 && signed_at + policy->max_age < policy->now) {
		*text_r = "it is older than a bounce can be";
		return BOUNCE_REASON_STALE;
	}
	return BOUNCE_REASON_NONE;
}

/* TRUE if a signature of the future shows that the clock of this host is
   probably wrong. Anybody may date a bounce, and whoever sends mail through us
   may date that, so only the time counts that our signer has written. */
static bool
evidence_clock_is_wrong(const struct evidence_context *ctx,
			const struct bounce_signature_evidence *evidence)
{
	return ctx->policy->now_is_doubtful && evidence->sig->timestamp >= 0 &&
		bounce_header_date(ctx->header) >
		ctx->policy->now + BOUNCE_POLICY_DRIFT &&
		bounce_sender_matches(ctx->policy, ctx->envelope,
				      evidence->original->message.header,
				      evidence->sig);
}

/* Our key made the signature: decide whether it vouches for the original. */
static void
evidence_apply_policy(struct evidence_context *ctx,
		      struct bounce_signature_evidence *evidence)
{
	enum bounce_reason reason;
	const char *text;

	reason = evidence_time_reason(ctx->policy, evidence, &text);
	if (reason == BOUNCE_REASON_FUTURE &&
	    evidence_clock_is_wrong(ctx, evidence)) {
		reason = BOUNCE_REASON_STATE;
		text = "it was made in the future, and so was the bounce";
		ctx->signatures->warning = "A bounce and the signature in it "
			"are dated in the future: see whether the clock of "
			"this host is right";
	}
	if (reason == BOUNCE_REASON_NONE &&
	    !bounce_sender_matches(ctx->policy, ctx->envelope,
				   evidence->original->message.header,
				   evidence->sig)) {
		reason = BOUNCE_REASON_SENDER_MISMATCH;
		text = "it signs mail that is not the recipient's";
	}
	if (reason != BOUNCE_REASON_NONE) {
		evidence->reason = reason;
		evidence->text = text;
	} else if (evidence->header == BOUNCE_DKIM_HEADER_PASS) {
		evidence->reason = evidence->body == BOUNCE_DKIM_BODY_MATCH ?
			BOUNCE_REASON_DKIM_FULL : BOUNCE_REASON_DKIM_HEADERS;
	}
}

static void
evidence_verify(struct evidence_context *ctx,
		struct bounce_signature_evidence *evidence,
		const struct bounce_key_query *query)
{
	const struct bounce_header *header =
		evidence->original->message.header;
	struct bounce_dkim_result result;

	bounce_dkim_verify_header(ctx->pool, header, evidence->sig, query->key,
				  &result);
	evidence_set(evidence, result.header, result.reason, result.text);
	evidence->repair = result.repair;
	/* if a body came after the header, the header was not cut */
	if (result.reason == BOUNCE_REASON_DAMAGED ||
	    (result.reason == BOUNCE_REASON_BAD_SIGNATURE &&
	     query->key->type == BOUNCE_KEY_TYPE_ED25519) ||
	    (result.reason == BOUNCE_REASON_TRUNCATED &&
	     evidence->original->body_size > 0))
		bounce_damaged_check(&ctx->damaged, evidence, query);
}

/* Set the final reason of a signature that is ours or may be. */
static void
evidence_conclude(struct evidence_context *ctx,
		  struct bounce_signature_evidence *evidence)
{
	/* what was not read may have been signed, or may be another From */
	if (evidence->original->message.header->over_limit &&
	    evidence->reason != BOUNCE_REASON_ALTERED) {
		evidence->reason = BOUNCE_REASON_OVER_LIMIT;
		evidence->text = "the returned header is larger than what "
			"is read of one";
	} else if (evidence->header == BOUNCE_DKIM_HEADER_PASS ||
		   evidence->reason == BOUNCE_REASON_ALTERED)
		evidence_apply_policy(ctx, evidence);
}

/* Check a signature that cannot be read, or that breaks a rule which our
   signers keep. */
static void
evidence_check_damaged(struct evidence_context *ctx,
		       struct bounce_signature_evidence *evidence,
		       const struct bounce_key_query *query)
{
	const struct bounce_dkim_signature *sig = evidence->sig;

	if (query != NULL && !evidence_use_key(ctx, evidence, query)) {
		/* the names of the key may be damaged, too */
		if (sig->damaged &&
		    evidence->reason == BOUNCE_REASON_KEY_MISSING)
			evidence->reason = BOUNCE_REASON_DAMAGED;
		return;
	}
	bounce_damaged_check(&ctx->damaged, evidence, query);
	evidence_conclude(ctx, evidence);
}

/* There is no key with this selector: try the known keys, because the selector
   may have been another one. */
static void
evidence_try_known(struct evidence_context *ctx,
		   struct bounce_signature_evidence *evidence,
		   const struct bounce_key_query *query)
{
	struct bounce_signature_evidence tried = *evidence;

	bounce_damaged_check(&ctx->damaged, &tried, NULL);
	if (tried.header == BOUNCE_DKIM_HEADER_PASS ||
	    tried.reason == BOUNCE_REASON_ALTERED) {
		*evidence = tried;
		evidence_conclude(ctx, evidence);
	} else if (evidence->sig->marked) {
		evidence->reason = BOUNCE_REASON_DAMAGED;
		evidence->text = query->error;
	}
}

static void
evidence_check_signature(struct evidence_context *ctx,
			 struct bounce_signature_evidence *evidence)
{
	const struct bounce_dkim_signature *sig = evidence->sig;
	struct bounce_key_query *query;

	if (sig->own_unknown) {
		evidence_set(evidence, BOUNCE_DKIM_HEADER_TEMPERROR,
			     BOUNCE_REASON_STATE,
			     "whether its domain is ours could not be looked "
			     "up");
	} else if (sig->own_over_limit) {
		evidence_set(evidence, BOUNCE_DKIM_HEADER_SKIPPED,
			     BOUNCE_REASON_OVER_LIMIT,
			     "it is of more domains than are looked up");
	} else if (!bounce_dkim_signature_may_be_own(sig)) {
		evidence_set(evidence, BOUNCE_DKIM_HEADER_SKIPPED,
			     BOUNCE_REASON_FOREIGN_SIGNATURE,
			     "it is another domain's");
	} else if (sig->truncated && evidence->original->body_size == 0) {
		evidence_set(evidence, BOUNCE_DKIM_HEADER_PERMERROR,
			     BOUNCE_REASON_TRUNCATED,
			     "the returned header ends inside it");
	} else if (sig->error != NULL || sig->damaged) {
		evidence_check_damaged(ctx, evidence,
			signature_needs_key(sig) ?
			evidence_query_find(ctx, sig) : NULL);
	} else if (!signature_needs_key(sig)) {
		evidence_set(evidence, BOUNCE_DKIM_HEADER_PERMERROR,
			     BOUNCE_REASON_KEY_MISSING,
			     "its selector is not a name in DNS");
	} else {
		query = evidence_query_find(ctx, sig);
		i_assert(query != NULL);
		if (evidence_use_key(ctx, evidence, query)) {
			evidence_verify(ctx, evidence, query);
			evidence_conclude(ctx, evidence);
		} else if (evidence->reason == BOUNCE_REASON_KEY_MISSING) {
			evidence_try_known(ctx, evidence, query);
		}
	}
}

/* A bad signature says nothing if the original came back in HTML, which changes
   it, unless it is an RSA signature that came back whole and that our key did
   not make. */
static void evidence_excuse_html(struct bounce_signature_evidence *evidence)
{
	switch (evidence->reason) {
	case BOUNCE_REASON_BAD_SIGNATURE:
		if (evidence->sig->algorithm !=
		    BOUNCE_DKIM_ALGORITHM_ED25519_SHA256)
			return;
		break;
	case BOUNCE_REASON_DAMAGED:
	case BOUNCE_REASON_KEY_MISSING:
	case BOUNCE_REASON_KEY_UNUSABLE:
		break;
	default:
		return;
	}
	if (evidence->original->source == BOUNCE_SOURCE_HTML) {
		evidence->reason = BOUNCE_REASON_TRUNCATED;
		evidence->text = "it does not verify, and came back in HTML, "
			"which does not keep it as it was";
	}
}

/* TRUE if inner came back in outer. The levels are limited, and so is the
   recursion. */
static bool original_holds(const struct bounce_original *outer,
			   const struct bounce_original *inner)
{
	const struct bounce_original *original = outer->message.originals;

	for (; original != NULL; original = original->next) {
		if (original == inner || original_holds(original, inner))
			return TRUE;
	}
	return FALSE;
}

/* The original is the innermost one, but if another one is vouched for, it is
   that or one inside it, so that a stranger cannot put his own message beside
   it. */
void bounce_signatures_decide(struct bounce_signatures *signatures)
{
	const struct bounce_signature_evidence *sig, *best = NULL;
	const struct bounce_original *original = NULL;
	unsigned int i;

	for (i = 0; i < signatures->sigs_count; i++) {
		sig = &signatures->sigs[i];
		if (best == NULL || bounce_reason_rank(sig->reason) <
		    bounce_reason_rank(best->reason))
			best = sig;
	}
	if (array_count(&signatures->originals) > 0)
		original = array_idx_elem(&signatures->originals, 0);
	if (original != NULL && best != NULL &&
	    bounce_reason_to_verdict(best->reason) == BOUNCE_VERDICT_GENUINE &&
	    best->original != original &&
	    !original_holds(best->original, original))
		original = best->original;
	signatures->best = best;
	signatures->original = original;
}

const struct bounce_signatures *
bounce_signatures_verify(pool_t pool, const struct bounce_policy *policy,
			 const struct bounce_envelope *envelope,
			 const struct bounce_message *message,
			 struct bounce_key_source *keys)
{
	struct evidence_context ctx;
	struct bounce_signature_evidence *evidence;
	const struct bounce_original *original;
	unsigned int i;

	i_zero(&ctx);
	ctx.pool = pool;
	ctx.policy = policy;
	ctx.envelope = envelope;
	ctx.header = message->header;
	ctx.signatures = p_new(pool, struct bounce_signatures, 1);
	ctx.damaged.pool = pool;
	ctx.damaged.policy = policy;
	ctx.damaged.envelope = envelope;
	ctx.damaged.keys = keys;
	p_array_init(&ctx.sigs, pool, 4);
	p_array_init(&ctx.signatures->originals, pool, 4);

	T_BEGIN {
		originals_collect(message, &ctx.signatures->originals);
		array_foreach_elem(&ctx.signatures->originals, original)
			evidence_add_original(&ctx, original);
		if (ctx.queries_count > 0) {
			keys->lookup(keys, pool, ctx.queries,
				     ctx.queries_count);
		}
		array_foreach_modifiable(&ctx.sigs, evidence) {
			evidence_check_signature(&ctx, evidence);
			evidence_excuse_html(evidence);
		}
	} T_END;
	bounce_damaged_deinit(&ctx.damaged);
	for (i = 0; i < ctx.queries_count; i++) {
		if (ctx.queries[i].key != NULL)
			bounce_key_unref(&ctx.queries[i].key);
	}
	ctx.signatures->sigs = array_get(&ctx.sigs,
					 &ctx.signatures->sigs_count);
	bounce_signatures_decide(ctx.signatures);
	return ctx.signatures;
}
