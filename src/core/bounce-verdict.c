/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "message-date.h"
#include "bounce-message.h"
#include "bounce-policy.h"
#include "bounce-text.h"
#include "bounce-verdict.h"

/* Of several signatures the one decides whose reason comes first here: what
   vouches, then what leaves a doubt, then what is held against the message,
   that which is nearest to vouching first. */
static const enum bounce_reason reason_order[] = {
	BOUNCE_REASON_DKIM_FULL,
	BOUNCE_REASON_DKIM_HEADERS,
	BOUNCE_REASON_ALTERED,
	BOUNCE_REASON_SENDER_MISMATCH,
	BOUNCE_REASON_DNS,
	BOUNCE_REASON_STATE,
	BOUNCE_REASON_TRUNCATED,
	BOUNCE_REASON_OVER_LIMIT,
	BOUNCE_REASON_STALE,
	BOUNCE_REASON_EXPIRED,
	BOUNCE_REASON_FUTURE,
	BOUNCE_REASON_KEY_RETIRED,
	BOUNCE_REASON_KEY_UNUSABLE,
	BOUNCE_REASON_KEY_REVOKED,
	BOUNCE_REASON_WEAK_KEY,
	BOUNCE_REASON_BAD_SIGNATURE,
	BOUNCE_REASON_KEY_MISSING,
	BOUNCE_REASON_FOREIGN_SIGNATURE,
};

static const char *const reason_texts[BOUNCE_REASON_COUNT] = {
	[BOUNCE_REASON_NONE] = "This is no bounce.",
	[BOUNCE_REASON_DKIM_FULL] =
		"We sent the original: its header and its body carry our "
		"signature.",
	[BOUNCE_REASON_DKIM_HEADERS] =
		"We sent the original: its header carries our signature.",
	[BOUNCE_REASON_SENT_COPY] =
		"We sent the original: there is a copy of it in the mailbox "
		"of sent mail.",
	[BOUNCE_REASON_UNSIGNED] =
		"We did not send the original: it is not signed.",
	[BOUNCE_REASON_BAD_SIGNATURE] =
		"We did not send the original: the signature that it bears "
		"in our name is not ours.",
	[BOUNCE_REASON_FOREIGN_SIGNATURE] =
		"We did not send the original: only others have signed it.",
	[BOUNCE_REASON_KEY_MISSING] =
		"We did not send the original: it bears a signature by a key "
		"that we do not have.",
	[BOUNCE_REASON_KEY_REVOKED] =
		"The original is signed by a key that we have revoked.",
	[BOUNCE_REASON_KEY_UNUSABLE] =
		"The original is signed by a key of ours that cannot be "
		"used.",
	[BOUNCE_REASON_KEY_RETIRED] =
		"The original was signed after its key had been retired.",
	[BOUNCE_REASON_WEAK_KEY] =
		"The original is signed by a key that is too weak.",
	[BOUNCE_REASON_EXPIRED] =
		"The signature of the original has expired too long ago.",
	[BOUNCE_REASON_FUTURE] =
		"The signature of the original is dated in the future.",
	[BOUNCE_REASON_STALE] =
		"The signature of the original is older than a bounce can "
		"be.",
	[BOUNCE_REASON_REPLAYED] =
		"The signature of the original has come back more often than "
		"it was sent.",
	[BOUNCE_REASON_DISOWNED] =
		"We sent the original, while the account was in other hands.",
	[BOUNCE_REASON_NO_ORIGINAL] =
		"The original did not come back: there is nothing to check.",
	[BOUNCE_REASON_ALTERED] =
		"Our key signed the original, and its header was changed on "
		"the way.",
	[BOUNCE_REASON_NO_SIGNATURE_YET] =
		"The original dates from a time when not all of our mail was "
		"signed.",
	[BOUNCE_REASON_SENDER_MISMATCH] =
		"We sent the original, but not for the mailbox that the "
		"bounce came to.",
	[BOUNCE_REASON_TRUNCATED] =
		"Too little of the original's header came back to check it.",
	[BOUNCE_REASON_OVER_LIMIT] =
		"The message is larger or more complicated than what is "
		"checked.",
	[BOUNCE_REASON_SPF_PASS] =
		"The original is not signed, but came from one of our hosts.",
	[BOUNCE_REASON_DNS] =
		"The key of the signature could not be looked up.",
	[BOUNCE_REASON_STATE] =
		"What the check needs could not be had now.",
};

static unsigned int reason_rank(enum bounce_reason reason)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(reason_order); i++) {
		if (reason_order[i] == reason)
			return i;
	}
	i_unreached();
}

static const struct bounce_signature_evidence *
evidence_best(const struct bounce_evidence *evidence)
{
	const struct bounce_signature_evidence *best = NULL;
	unsigned int i;

	for (i = 0; i < evidence->sigs_count; i++) {
		if (best == NULL || reason_rank(evidence->sigs[i].reason) <
		    reason_rank(best->reason))
			best = &evidence->sigs[i];
	}
	return best;
}

/* Mail from before the day on which we began to sign all of it. */
static bool
original_predates_signing(const struct bounce_policy *policy,
			  const struct bounce_original *original)
{
	const char *date;
	time_t timestamp;
	int offset;
	bool ret;

	if (policy->signed_since == 0)
		return FALSE;
	T_BEGIN {
		date = t_bounce_header_value(original->message.header, "Date");
		ret = date != NULL &&
			message_date_parse((const unsigned char *)date,
					   strlen(date), &timestamp,
					   &offset) &&
			timestamp < policy->signed_since;
	} T_END;
	return ret;
}

/* An original without a signature that could be ours. */
static enum bounce_reason
unsigned_reason(const struct bounce_policy *policy,
		const struct bounce_message *message,
		const struct bounce_evidence *evidence,
		const struct bounce_original *original,
		enum bounce_reason reason)
{
	if (evidence->over_limit || message->over_limit ||
	    original->message.over_limit)
		return BOUNCE_REASON_OVER_LIMIT;
	if (original->state == BOUNCE_ORIGINAL_TRUNCATED &&
	    (original->body_size == 0 ||
	     !bounce_text_block_is_original(original->message.header)))
		return BOUNCE_REASON_TRUNCATED;
	/* RFC 5322 section 3.6: it was cut above From, maybe with a signature
	   that stood there too */
	if (bounce_header_find(original->message.header, "From") == NULL)
		return BOUNCE_REASON_TRUNCATED;
	if (original_predates_signing(policy, original))
		return BOUNCE_REASON_NO_SIGNATURE_YET;
	return reason;
}

static enum bounce_reason
verdict_reason(const struct bounce_policy *policy,
	       const struct bounce_message *message,
	       const struct bounce_evidence *evidence,
	       const struct bounce_original *original,
	       const struct bounce_signature_evidence *best)
{
	enum bounce_reason reason;

	if (original == NULL) {
		return message->over_limit ? BOUNCE_REASON_OVER_LIMIT :
			BOUNCE_REASON_NO_ORIGINAL;
	}
	reason = best == NULL ? BOUNCE_REASON_UNSIGNED : best->reason;
	if (bounce_reason_to_verdict(reason) != BOUNCE_VERDICT_BACKSCATTER)
		return reason;
	if (reason == BOUNCE_REASON_UNSIGNED ||
	    reason == BOUNCE_REASON_FOREIGN_SIGNATURE) {
		return unsigned_reason(policy, message, evidence, original,
				       reason);
	}
	return evidence->over_limit || message->over_limit ?
		BOUNCE_REASON_OVER_LIMIT : reason;
}

static const char *
verdict_text(pool_t pool, enum bounce_reason reason,
	     const struct bounce_signature_evidence *best)
{
	const char *text = reason_texts[reason];

	i_assert(text != NULL);
	if (best != NULL && best->repair != NULL && best->reason == reason)
		return p_strdup_printf(pool, "%s (%s.)", text, best->repair);
	return text;
}

/* TRUE if inner came back in outer. Levels are capped, and so is this. */
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

/* The innermost one, but nothing that a stranger laid beside one that
   vouches. */
static const struct bounce_original *
verdict_original(const struct bounce_evidence *evidence,
		 const struct bounce_signature_evidence *best)
{
	const struct bounce_original *original;

	if (array_count(&evidence->originals) == 0)
		return NULL;
	original = array_idx_elem(&evidence->originals, 0);
	if (best != NULL && bounce_reason_to_verdict(best->reason) ==
	    BOUNCE_VERDICT_GENUINE && best->original != original &&
	    !original_holds(best->original, original))
		original = best->original;
	return original;
}

const struct bounce_verdict *
bounce_verdict_judge(pool_t pool, const struct bounce_policy *policy,
		     const struct bounce_kind_result *kind,
		     const struct bounce_message *message,
		     const struct bounce_evidence *evidence)
{
	struct bounce_verdict *verdict = p_new(pool, struct bounce_verdict, 1);

	verdict->kind = *kind;
	if (!bounce_kind_is_bounce(kind->kind)) {
		verdict->text = reason_texts[BOUNCE_REASON_NONE];
		return verdict;
	}
	verdict->sig = evidence_best(evidence);
	verdict->original = verdict_original(evidence, verdict->sig);
	verdict->reason = verdict_reason(policy, message, evidence,
					 verdict->original, verdict->sig);
	verdict->value = bounce_reason_to_verdict(verdict->reason);
	verdict->text = verdict_text(pool, verdict->reason, verdict->sig);
	return verdict;
}

/* A message that a weak rule takes for a bounce may be genuine. Nothing is
   held against it. */
static const struct bounce_verdict *
verdict_without_weak(pool_t pool, const struct bounce_verdict *verdict)
{
	struct bounce_verdict *none;

	if (!verdict->kind.weak || verdict->value == BOUNCE_VERDICT_GENUINE)
		return verdict;
	none = p_new(pool, struct bounce_verdict, 1);
	none->kind.rule = verdict->kind.rule;
	none->text = reason_texts[BOUNCE_REASON_NONE];
	return none;
}

const struct bounce_verdict *
bounce_judge(pool_t pool, const struct bounce_policy *policy,
	     const struct bounce_envelope *envelope,
	     const struct bounce_message *message,
	     struct bounce_key_source *keys,
	     const struct bounce_evidence **evidence_r)
{
	const struct bounce_evidence *evidence = NULL;
	const struct bounce_verdict *verdict;
	struct bounce_kind_result kind;

	bounce_kind_classify(message, envelope, &kind);
	if (bounce_kind_is_bounce(kind.kind)) {
		evidence = bounce_evidence_collect(pool, policy, envelope,
						   message, keys);
	}
	verdict = bounce_verdict_judge(pool, policy, &kind, message, evidence);
	verdict = verdict_without_weak(pool, verdict);
	if (evidence_r != NULL)
		*evidence_r = verdict->kind.kind == BOUNCE_KIND_NONE ?
			NULL : evidence;
	return verdict;
}
