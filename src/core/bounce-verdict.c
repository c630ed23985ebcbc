/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-facts.h"
#include "bounce-message.h"
#include "bounce-policy.h"
#include "bounce-verdict.h"

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
	[BOUNCE_REASON_DAMAGED] =
		"The original bears a signature that may be ours, and came "
		"back too damaged to be checked.",
	[BOUNCE_REASON_FORWARDED] =
		"The original is mail of somebody else that had come to this "
		"mailbox and was sent on.",
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

const struct bounce_verdict *
bounce_verdict_judge(pool_t pool, const struct bounce_policy *policy,
		     const struct bounce_kind_result *kind,
		     const struct bounce_message *message,
		     const struct bounce_evidence *evidence)
{
	struct bounce_verdict *verdict = p_new(pool, struct bounce_verdict, 1);
	struct bounce_facts facts;

	verdict->kind = *kind;
	if (!bounce_kind_is_bounce(kind->kind)) {
		verdict->text = reason_texts[BOUNCE_REASON_NONE];
		return verdict;
	}
	bounce_facts_collect(policy, kind, message, evidence, &facts);
	verdict->reason = bounce_facts_reason(&facts);
	if (verdict->reason == BOUNCE_REASON_NONE) {
		/* may be genuine, and is not */
		verdict->kind.kind = BOUNCE_KIND_NONE;
		verdict->kind.weak = FALSE;
		verdict->text = reason_texts[BOUNCE_REASON_NONE];
		return verdict;
	}
	verdict->evidence = evidence;
	verdict->sig = bounce_facts_signature(evidence);
	verdict->original = bounce_facts_original(evidence);
	verdict->value = bounce_reason_to_verdict(verdict->reason);
	verdict->text = verdict_text(pool, verdict->reason, verdict->sig);
	return verdict;
}

const struct bounce_verdict *
bounce_judge(pool_t pool, const struct bounce_policy *policy,
	     const struct bounce_envelope *envelope,
	     const struct bounce_message *message,
	     const struct bounce_ports *ports,
	     const struct bounce_evidence **evidence_r)
{
	const struct bounce_evidence *evidence = NULL;
	const struct bounce_verdict *verdict;
	struct bounce_kind_result kind;

	bounce_kind_classify(message, envelope, &kind);
	if (bounce_kind_is_bounce(kind.kind)) {
		evidence = bounce_evidence_collect(pool, policy, envelope,
						   &kind, message, ports);
	}
	verdict = bounce_verdict_judge(pool, policy, &kind, message, evidence);
	if (evidence_r != NULL)
		*evidence_r = verdict->kind.kind == BOUNCE_KIND_NONE ?
			NULL : evidence;
	return verdict;
}
