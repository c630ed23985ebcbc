/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "verdict/reasons.h"

#define ASK(question) (1U << BOUNCE_QUESTION_##question)
/* Nothing can change the reason; or our own signature counts against the
   message because of its time, and then a copy or a host of ours shows nothing
   new, as we did send the mail once. */
#define ASK_NOTHING 0
/* we sent it */
#define ASK_OURS (ASK(DISOWNED) | ASK(REPLAYED))
/* Our key made the signature of an altered header, too. As it is easy to damage
   a signature, the benefit of the doubt has a limit. When the mail was signed
   is not certain, so we do not ask whether somebody else used the account. */
#define ASK_BROKEN (ASK(SENT_COPY) | ASK(REPLAYED))
/* there is a doubt */
#define ASK_DOUBT ASK(SENT_COPY)
/* a signature in our name counts against the message */
#define ASK_CLAIMED (ASK(SENT_COPY) | ASK(SPF))
/* there is nothing of ours in the message */
#define ASK_NOT_OURS (ASK_CLAIMED | ASK(FORWARDED))

#define ROW(reason, name, verdict, rank, asks, text) \
	[BOUNCE_REASON_##reason] = \
		{ name, BOUNCE_VERDICT_##verdict, rank, ASK_##asks, text }
static const struct {
	const char *name;
	enum bounce_verdict_value verdict;
	/* the result of bounce_reason_rank(); 0: a signature cannot have this
	   reason */
	unsigned int rank;
	/* the bits of the questions whose answers can change the reason */
	unsigned int asks;
	const char *text;
} reasons[] = {
	ROW(NONE, "none", NONE, 0, NOTHING,
	    "This is not a bounce."),
	ROW(DKIM_FULL, "dkim-full", GENUINE, 1, OURS,
	    "We sent the original: its header and its body carry our "
	    "signature."),
	ROW(DKIM_HEADERS, "dkim-headers", GENUINE, 2, OURS,
	    "We sent the original: its header carries our signature."),
	ROW(SENT_COPY, "sent-copy", GENUINE, 0, OURS,
	    "We sent the original: there is a copy of it in the mailbox of "
	    "sent mail."),
	ROW(UNSIGNED, "unsigned", BACKSCATTER, 0, NOT_OURS,
	    "We did not send the original: it is not signed."),
	ROW(BAD_SIGNATURE, "bad-signature", BACKSCATTER, 17, CLAIMED,
	    "We did not send the original: the signature that it bears in "
	    "our name is not ours."),
	ROW(FOREIGN_SIGNATURE, "foreign-signature", BACKSCATTER, 19, NOT_OURS,
	    "We did not send the original: only others have signed it."),
	ROW(KEY_MISSING, "key-missing", BACKSCATTER, 18, CLAIMED,
	    "We did not send the original: it bears a signature by a key "
	    "that we do not have."),
	ROW(KEY_REVOKED, "key-revoked", BACKSCATTER, 15, CLAIMED,
	    "The original is signed by a key that we have revoked."),
	ROW(KEY_UNUSABLE, "key-unusable", BACKSCATTER, 14, CLAIMED,
	    "The original is signed by a key of ours that cannot be used."),
	ROW(KEY_RETIRED, "key-retired", BACKSCATTER, 13, NOTHING,
	    "The original was signed after its key had been retired."),
	ROW(WEAK_KEY, "weak-key", BACKSCATTER, 16, CLAIMED,
	    "The original is signed by a key that is too weak."),
	ROW(EXPIRED, "expired", BACKSCATTER, 11, NOTHING,
	    "The signature of the original expired too long ago."),
	ROW(FUTURE, "future", BACKSCATTER, 12, NOTHING,
	    "The signature of the original is dated in the future."),
	ROW(STALE, "stale", BACKSCATTER, 10, NOTHING,
	    "The signature of the original is older than a bounce can be."),
	ROW(REPLAYED, "replayed", BACKSCATTER, 0, NOTHING,
	    "The signature of the original has come back more often than it "
	    "was sent."),
	ROW(DISOWNED, "disowned", DISOWNED, 0, NOTHING,
	    "The original was sent from the account while somebody else "
	    "used it."),
	ROW(NO_ORIGINAL, "no-original", UNVERIFIABLE, 0, NOTHING,
	    "The original did not come back: there is nothing to check."),
	ROW(ALTERED, "altered", UNVERIFIABLE, 3, BROKEN,
	    "Our key signed the original, and its header was changed on the "
	    "way."),
	ROW(DAMAGED, "damaged", UNVERIFIABLE, 8, BROKEN,
	    "The original bears a signature that may be ours, and came back "
	    "too damaged to be checked."),
	ROW(FORWARDED, "forwarded", UNVERIFIABLE, 0, NOTHING,
	    "The original is mail of somebody else that had come to this "
	    "mailbox and was sent on."),
	ROW(SUBMITTED, "submitted", UNVERIFIABLE, 0, DOUBT,
	    "Our own server returned the original, which had been submitted "
	    "to us but was not signed."),
	ROW(NO_SIGNATURE_YET, "no-signature-yet", UNVERIFIABLE, 0, DOUBT,
	    "The original dates from a time when not all of our mail was "
	    "signed."),
	ROW(SENDER_MISMATCH, "sender-mismatch", UNVERIFIABLE, 4, DOUBT,
	    "We sent the original, but not for the mailbox that the bounce "
	    "came to."),
	ROW(TRUNCATED, "truncated", UNVERIFIABLE, 7, DOUBT,
	    "Too little of the original's header came back to check it: it "
	    "was cut, is a summary for readers or HTML, or has no From."),
	ROW(OVER_LIMIT, "over-limit", UNVERIFIABLE, 9, DOUBT,
	    "The message is larger or more complicated than what is "
	    "checked."),
	ROW(SPF_PASS, "spf-pass", UNVERIFIABLE, 0, NOTHING,
	    "The original is not signed, but came from one of our hosts."),
	ROW(DNS, "dns", TEMPERROR, 5, DOUBT,
	    "The key of the signature could not be looked up."),
	ROW(STATE, "state", TEMPERROR, 6, DOUBT,
	    "Something that the check needs could not be looked up."),
};
_Static_assert(N_ELEMENTS(reasons) == BOUNCE_REASON_COUNT,
	       "reasons is complete");

/* The reasons that take the place of one that asks the question, if the answer
   is yes. If REPLAYED is asked for DAMAGED, the result is BAD_SIGNATURE
   instead. */
static const enum bounce_reason question_reasons[] = {
	[BOUNCE_QUESTION_SENT_COPY] = BOUNCE_REASON_SENT_COPY,
	[BOUNCE_QUESTION_DISOWNED] = BOUNCE_REASON_DISOWNED,
	[BOUNCE_QUESTION_REPLAYED] = BOUNCE_REASON_REPLAYED,
	[BOUNCE_QUESTION_SPF] = BOUNCE_REASON_SPF_PASS,
	[BOUNCE_QUESTION_FORWARDED] = BOUNCE_REASON_FORWARDED
};
_Static_assert(N_ELEMENTS(question_reasons) == BOUNCE_QUESTION_COUNT,
	       "question_reasons is complete");

const char *bounce_reason_name(enum bounce_reason reason)
{
	i_assert(reason < BOUNCE_REASON_COUNT);
	return reasons[reason].name;
}

enum bounce_verdict_value bounce_reason_to_verdict(enum bounce_reason reason)
{
	i_assert(reason < BOUNCE_REASON_COUNT);
	return reasons[reason].verdict;
}

const char *bounce_reason_text(enum bounce_reason reason)
{
	i_assert(reason < BOUNCE_REASON_COUNT);
	return reasons[reason].text;
}

unsigned int bounce_reason_rank(enum bounce_reason reason)
{
	i_assert(reason < BOUNCE_REASON_COUNT && reasons[reason].rank > 0);
	return reasons[reason].rank;
}

bool bounce_reason_asks(enum bounce_reason reason,
			enum bounce_question question)
{
	i_assert(reason < BOUNCE_REASON_COUNT);
	return (reasons[reason].asks & (1U << question)) != 0;
}

/* Returns the reason that the facts give before any question is asked. */
static enum bounce_reason facts_reason(const struct bounce_facts *facts)
{
	if (facts->no_original) {
		return facts->over_limit ? BOUNCE_REASON_OVER_LIMIT :
			BOUNCE_REASON_NO_ORIGINAL;
	}
	if (facts->signature == BOUNCE_REASON_DAMAGED) {
		return facts->truncated && !facts->over_limit ?
			BOUNCE_REASON_TRUNCATED : BOUNCE_REASON_DAMAGED;
	}
	if (reasons[facts->signature].verdict != BOUNCE_VERDICT_BACKSCATTER)
		return facts->signature;
	if (facts->over_limit)
		return BOUNCE_REASON_OVER_LIMIT;
	if (reasons[facts->signature].asks == ASK_NOT_OURS) {
		if (facts->truncated)
			return BOUNCE_REASON_TRUNCATED;
		if (facts->submitted)
			return BOUNCE_REASON_SUBMITTED;
		if (facts->forwarded.forwarding == BOUNCE_FORWARDED_YES)
			return BOUNCE_REASON_FORWARDED;
		if (facts->predates_signing)
			return BOUNCE_REASON_NO_SIGNATURE_YET;
	}
	return facts->signature;
}

/* Returns the reason, or one of temperror if a question that could vouch for
   the message could not be answered: nothing may be held against the message
   then. */
static enum bounce_reason
reason_doubt(enum bounce_reason reason, const struct bounce_facts *facts,
	     const struct bounce_asked *asked)
{
	if (!bounce_reason_asks(reason, BOUNCE_QUESTION_SPF))
		return reason;
	if (asked[BOUNCE_QUESTION_SENT_COPY].finding == BOUNCE_FINDING_FAILED)
		return BOUNCE_REASON_STATE;
	if (asked[BOUNCE_QUESTION_SPF].finding == BOUNCE_FINDING_FAILED)
		return BOUNCE_REASON_DNS;
	if (!bounce_reason_asks(reason, BOUNCE_QUESTION_FORWARDED))
		return reason;
	if (asked[BOUNCE_QUESTION_FORWARDED].finding == BOUNCE_FINDING_FAILED)
		return BOUNCE_REASON_DNS;
	return facts->forwarded.unknown ? BOUNCE_REASON_STATE : reason;
}

static bool reason_may_be_weak(enum bounce_reason reason)
{
	return reasons[reason].verdict == BOUNCE_VERDICT_GENUINE;
}

enum bounce_reason
bounce_reason_find(const struct bounce_facts *facts,
		   const struct bounce_answers *answers,
		   enum bounce_question *open_r)
{
	enum bounce_reason reason = facts_reason(facts);
	enum bounce_question q;

	*open_r = BOUNCE_QUESTION_COUNT;
	/* with a weak rule, only a signature that vouches counts */
	if (facts->weak && !reason_may_be_weak(reason))
		return BOUNCE_REASON_NONE;
	for (q = 0; q < BOUNCE_QUESTION_COUNT; q++) {
		if (!bounce_reason_asks(reason, q))
			continue;
		if (answers->asked[q].finding == BOUNCE_FINDING_NOT_ASKED) {
			*open_r = q;
			return reason;
		}
		if (answers->asked[q].finding == BOUNCE_FINDING_YES) {
			reason = reason == BOUNCE_REASON_DAMAGED &&
				q == BOUNCE_QUESTION_REPLAYED ?
				BOUNCE_REASON_BAD_SIGNATURE :
				question_reasons[q];
		}
	}
	reason = reason_doubt(reason, facts, answers->asked);
	return facts->weak && !reason_may_be_weak(reason) ?
		BOUNCE_REASON_NONE : reason;
}
