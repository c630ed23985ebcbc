/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "message-date.h"
#include "bounce-facts.h"
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
	BOUNCE_REASON_DAMAGED,
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

static unsigned int reason_rank(enum bounce_reason reason)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(reason_order); i++) {
		if (reason_order[i] == reason)
			return i;
	}
	i_unreached();
}

const struct bounce_signature_evidence *
bounce_facts_signature(const struct bounce_evidence *evidence)
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
const struct bounce_original *
bounce_facts_original(const struct bounce_evidence *evidence)
{
	const struct bounce_signature_evidence *best =
		bounce_facts_signature(evidence);
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

/* Only what a program would tell a reader of: From, To, Cc, Subject, Date,
   Message-ID and MIME fields, but for the one that is for transports. A mail
   that was on its way has a trace as well, and whoever left that out may have
   left out a signature. */
static bool header_is_summary(const struct bounce_header *header)
{
	static const char *const names[] = {
		"From", "To", "Cc", "Subject", "Date", "Message-ID",
		"MIME-Version", "Content-Type", "Content-Disposition",
		"Content-ID", "Content-Description", "Content-Language"
	};
	unsigned int i, j;

	for (i = 0; i < header->fields_count; i++) {
		for (j = 0; j < N_ELEMENTS(names); j++) {
			if (bounce_field_is(header, &header->fields[i],
					    names[j]))
				break;
		}
		if (j == N_ELEMENTS(names))
			return FALSE;
	}
	return TRUE;
}

static bool
original_has_signature(const struct bounce_evidence *evidence,
		       const struct bounce_original *original)
{
	unsigned int i;

	for (i = 0; i < evidence->sigs_count; i++) {
		if (evidence->sigs[i].original == original)
			return TRUE;
	}
	return FALSE;
}

static bool original_is_truncated(const struct bounce_evidence *evidence,
				  const struct bounce_original *original)
{
	/* HTML may have lost a signature, too */
	if (original->source == BOUNCE_SOURCE_HTML &&
	    !original_has_signature(evidence, original))
		return TRUE;
	if (header_is_summary(original->message.header))
		return TRUE;
	if (original->state == BOUNCE_ORIGINAL_TRUNCATED &&
	    (original->body_size == 0 ||
	     !bounce_text_block_is_original(original->message.header)))
		return TRUE;
	/* RFC 5322 section 3.6: it was cut above From, maybe with a signature
	   that stood there too */
	return bounce_header_find(original->message.header, "From") == NULL;
}

static bool reason_is_unsigned(enum bounce_reason reason)
{
	return reason == BOUNCE_REASON_UNSIGNED ||
		reason == BOUNCE_REASON_FOREIGN_SIGNATURE;
}

/* How much of the original came back makes a difference. */
static bool reason_asks_original(enum bounce_reason reason)
{
	return reason_is_unsigned(reason) || reason == BOUNCE_REASON_DAMAGED;
}

static enum bounce_finding
evidence_spf_pass(const struct bounce_policy *policy,
		  const struct bounce_evidence *evidence)
{
	if (!policy->spf_rescue)
		return BOUNCE_FINDING_NOT_ASKED;
	switch (evidence->spf.spf) {
	case BOUNCE_SPF_NOT_ASKED:
		return BOUNCE_FINDING_NOT_ASKED;
	case BOUNCE_SPF_PASS:
		return BOUNCE_FINDING_YES;
	case BOUNCE_SPF_TEMPERROR:
		return BOUNCE_FINDING_FAILED;
	default:
		return BOUNCE_FINDING_NO;
	}
}

static enum bounce_reason
evidence_forwarded(const struct bounce_evidence *evidence)
{
	const struct bounce_forwarded *forwarded = &evidence->forwarded;

	if (forwarded->forwarding == BOUNCE_FORWARDED_YES ||
	    evidence->forwarded_spf == BOUNCE_SPF_PASS)
		return BOUNCE_REASON_FORWARDED;
	if (evidence->forwarded_spf == BOUNCE_SPF_TEMPERROR)
		return BOUNCE_REASON_DNS;
	return forwarded->unknown ? BOUNCE_REASON_STATE : BOUNCE_REASON_NONE;
}

void bounce_facts_collect(const struct bounce_policy *policy,
			  const struct bounce_kind_result *kind,
			  const struct bounce_message *message,
			  const struct bounce_evidence *evidence,
			  struct bounce_facts *facts_r)
{
	const struct bounce_signature_evidence *best =
		bounce_facts_signature(evidence);
	const struct bounce_original *original =
		bounce_facts_original(evidence);

	i_zero(facts_r);
	facts_r->signature = best == NULL ?
		BOUNCE_REASON_UNSIGNED : best->reason;
	facts_r->weak = kind->weak;
	facts_r->over_limit = evidence->over_limit || message->over_limit;
	facts_r->no_original = original == NULL;
	if (original != NULL && reason_asks_original(facts_r->signature)) {
		if (original->message.over_limit)
			facts_r->over_limit = TRUE;
		facts_r->truncated = original_is_truncated(evidence,
							   original);
		facts_r->predates_signing =
			original_predates_signing(policy, original);
	}
	if (reason_is_unsigned(facts_r->signature))
		facts_r->forwarded = evidence_forwarded(evidence);
	facts_r->replayed = evidence->replayed.finding;
	facts_r->disowned = evidence->disowned.finding;
	facts_r->sent_copy = evidence->sent_copy.finding;
	facts_r->spf_pass = evidence_spf_pass(policy, evidence);
}

enum bounce_reason
bounce_facts_original_reason(const struct bounce_facts *facts)
{
	if (facts->no_original) {
		return facts->over_limit ? BOUNCE_REASON_OVER_LIMIT :
			BOUNCE_REASON_NO_ORIGINAL;
	}
	if (facts->signature == BOUNCE_REASON_DAMAGED) {
		return facts->truncated && !facts->over_limit ?
			BOUNCE_REASON_TRUNCATED : BOUNCE_REASON_DAMAGED;
	}
	if (bounce_reason_to_verdict(facts->signature) !=
	    BOUNCE_VERDICT_BACKSCATTER)
		return facts->signature;
	if (facts->over_limit)
		return BOUNCE_REASON_OVER_LIMIT;
	if (reason_is_unsigned(facts->signature)) {
		if (facts->truncated)
			return BOUNCE_REASON_TRUNCATED;
		if (facts->forwarded == BOUNCE_REASON_FORWARDED)
			return BOUNCE_REASON_FORWARDED;
		if (facts->predates_signing)
			return BOUNCE_REASON_NO_SIGNATURE_YET;
	}
	return facts->signature;
}

bool bounce_reason_asks_replay(enum bounce_reason reason)
{
	/* our key made the signature of an altered header, too; and to damage
	   one is easy: the benefit of the doubt has a limit */
	return bounce_reason_to_verdict(reason) == BOUNCE_VERDICT_GENUINE ||
		reason == BOUNCE_REASON_ALTERED ||
		reason == BOUNCE_REASON_DAMAGED;
}

bool bounce_reason_asks_disown(enum bounce_reason reason)
{
	/* when an altered header was signed is anybody's word */
	return bounce_reason_to_verdict(reason) == BOUNCE_VERDICT_GENUINE;
}

bool bounce_reason_asks_sent_copy(enum bounce_reason reason)
{
	switch (reason) {
	case BOUNCE_REASON_ALTERED:
	case BOUNCE_REASON_DAMAGED:
	case BOUNCE_REASON_NO_SIGNATURE_YET:
	case BOUNCE_REASON_SENDER_MISMATCH:
	case BOUNCE_REASON_TRUNCATED:
	case BOUNCE_REASON_OVER_LIMIT:
	case BOUNCE_REASON_DNS:
	case BOUNCE_REASON_STATE:
		return TRUE;
	default:
		return bounce_reason_asks_spf(reason);
	}
}

/* Not where our own signature is held against the message for its time: what
   was once sent has a copy, and a host, for ever. */
bool bounce_reason_asks_spf(enum bounce_reason reason)
{
	switch (reason) {
	case BOUNCE_REASON_UNSIGNED:
	case BOUNCE_REASON_BAD_SIGNATURE:
	case BOUNCE_REASON_FOREIGN_SIGNATURE:
	case BOUNCE_REASON_KEY_MISSING:
	case BOUNCE_REASON_KEY_REVOKED:
	case BOUNCE_REASON_KEY_UNUSABLE:
	case BOUNCE_REASON_WEAK_KEY:
		return TRUE;
	default:
		return FALSE;
	}
}

enum bounce_reason bounce_facts_reason(const struct bounce_facts *facts)
{
	enum bounce_reason reason = bounce_facts_original_reason(facts);

	if (bounce_reason_asks_sent_copy(reason) &&
	    facts->sent_copy == BOUNCE_FINDING_YES)
		reason = BOUNCE_REASON_SENT_COPY;
	if (bounce_reason_asks_disown(reason) &&
	    facts->disowned == BOUNCE_FINDING_YES)
		reason = BOUNCE_REASON_DISOWNED;
	else if (bounce_reason_asks_replay(reason) &&
		 facts->replayed == BOUNCE_FINDING_YES) {
		reason = reason == BOUNCE_REASON_DAMAGED ?
			BOUNCE_REASON_BAD_SIGNATURE : BOUNCE_REASON_REPLAYED;
	}
	if (bounce_reason_asks_spf(reason)) {
		/* nothing is held against a message while something that
		   could vouch for it is not known */
		if (facts->spf_pass == BOUNCE_FINDING_YES)
			reason = BOUNCE_REASON_SPF_PASS;
		else if (facts->sent_copy == BOUNCE_FINDING_FAILED)
			reason = BOUNCE_REASON_STATE;
		else if (facts->spf_pass == BOUNCE_FINDING_FAILED)
			reason = BOUNCE_REASON_DNS;
		else if (reason_is_unsigned(reason) &&
			 facts->forwarded != BOUNCE_REASON_NONE)
			reason = facts->forwarded;
	}
	if (facts->weak &&
	    bounce_reason_to_verdict(reason) != BOUNCE_VERDICT_GENUINE)
		reason = BOUNCE_REASON_NONE;
	return reason;
}
