/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "verdict/forwarded.h"
#include "message/message.h"
#include "verdict/policy.h"
#include "verdict/questions.h"
#include "verdict/verdict.h"
#include "trace/trace.h"
#include "wording/marks.h"

static struct bounce_verdict *
verdict_init(pool_t pool, const struct bounce_kind_result *kind,
	     const struct bounce_message *message)
{
	struct bounce_verdict *verdict = p_new(pool, struct bounce_verdict, 1);

	verdict->kind = *kind;
	verdict->message = message;
	verdict->text = bounce_reason_text(BOUNCE_REASON_NONE);
	return verdict;
}

const struct bounce_verdict *
bounce_verdict_judge(pool_t pool, const struct bounce_kind_result *kind,
		     const struct bounce_message *message,
		     const struct bounce_signatures *signatures,
		     const struct bounce_facts *facts,
		     const struct bounce_answers *answers)
{
	struct bounce_verdict *verdict = verdict_init(pool, kind, message);
	const struct bounce_signature_evidence *best = signatures->best;
	enum bounce_question open;

	verdict->reason = bounce_reason_find(facts, answers, &open);
	i_assert(open == BOUNCE_QUESTION_COUNT);
	if (verdict->reason == BOUNCE_REASON_NONE) {
		/* a weak rule matched, and nothing vouches for the message */
		verdict->kind.kind = BOUNCE_KIND_NONE;
		verdict->kind.weak = FALSE;
		return verdict;
	}
	verdict->value = bounce_reason_to_verdict(verdict->reason);
	verdict->text = bounce_reason_text(verdict->reason);
	if (best != NULL && best->repair != NULL &&
	    best->reason == verdict->reason) {
		verdict->text = p_strdup_printf(pool, "%s (%s.)",
						verdict->text, best->repair);
	}
	verdict->sig = best;
	verdict->original = signatures->original;
	verdict->signatures = signatures;
	verdict->answers = answers;
	return verdict;
}

static void
verdict_get_facts(pool_t pool, const struct bounce_policy *policy,
		  const struct bounce_envelope *envelope,
		  const struct bounce_kind_result *kind,
		  const struct bounce_message *message,
		  const struct bounce_signatures *signatures,
		  struct bounce_facts *facts_r)
{
	bounce_facts_collect(policy, kind, message, signatures, facts_r);
	/* only mail that bears no signature in our name can have been
	   forwarded, or have left us unsigned */
	if (signatures->original != NULL &&
	    bounce_reason_asks(facts_r->signature, BOUNCE_QUESTION_FORWARDED)) {
		bounce_forwarded_find(pool, policy, envelope, message->header,
				      signatures->original->message.header,
				      &facts_r->forwarded);
		facts_r->submitted =
			bounce_proof_was_submitted(policy, envelope, message,
						   signatures->original);
	}
}

/* Our own notice of a burst is about mail that came back, so its words look
   like those of a bounce. It is known by a mark in its header. Since anybody
   can write this mark, it is ignored in mail from elsewhere. */
static void
verdict_classify(const struct bounce_policy *policy,
		 const struct bounce_envelope *envelope,
		 const struct bounce_message *message,
		 struct bounce_kind_result *kind_r)
{
	bounce_kind_classify(message, envelope, kind_r);
	if (bounce_kind_is_bounce(kind_r->kind) && message->marks->notice &&
	    bounce_trace_is_from_here(message->header,
				      policy->trusted_networks)) {
		i_zero(kind_r);
		kind_r->rule = "0: our own notice of a burst";
	}
}

/* Find out what a genuine failure proves. DNS is asked for SPF of the server
   that reports only if that is allowed, and if it matters here. */
static void
verdict_find_proof(pool_t pool, const struct bounce_policy *policy,
		   const struct bounce_envelope *envelope,
		   const struct bounce_message *message,
		   const struct bounce_signature_evidence *sig,
		   struct bounce_spf_source *spf,
		   struct bounce_answers *answers)
{
	if (spf != NULL && spf->check_reporter != NULL &&
	    answers->reporter_spf.spf == BOUNCE_SPF_NOT_ASKED &&
	    bounce_proof_asks_spf(policy, message, sig)) {
		spf->check_reporter(spf, pool, policy, message,
				    &answers->reporter_spf);
	}
	bounce_proof_find(pool, policy, envelope, message, sig,
			  &answers->reporter_spf, &answers->proof);
}

const struct bounce_verdict *
bounce_judge(pool_t pool, const struct bounce_policy *policy,
	     const struct bounce_envelope *envelope,
	     const struct bounce_message *message,
	     const struct bounce_ports *ports)
{
	const struct bounce_signatures *signatures;
	struct bounce_kind_result kind;
	struct bounce_answers *answers;
	enum bounce_question open;
	enum bounce_reason reason;
	struct bounce_facts facts;

	verdict_classify(policy, envelope, message, &kind);
	if (!bounce_kind_is_bounce(kind.kind))
		return verdict_init(pool, &kind, message);

	signatures = bounce_signatures_verify(pool, policy, envelope, message,
					      ports->keys);
	verdict_get_facts(pool, policy, envelope, &kind, message, signatures,
			  &facts);
	answers = p_new(pool, struct bounce_answers, 1);
	T_BEGIN {
		bounce_questions_ask(pool, policy, &kind, message, signatures,
				     &facts, ports, answers);
		reason = bounce_reason_find(&facts, answers, &open);
		if (kind.kind == BOUNCE_KIND_FAILED &&
		    bounce_reason_to_verdict(reason) ==
		    BOUNCE_VERDICT_GENUINE) {
			verdict_find_proof(pool, policy, envelope, message,
					   reason == BOUNCE_REASON_SENT_COPY ?
					   NULL : signatures->best,
					   ports->spf, answers);
		}
	} T_END;
	return bounce_verdict_judge(pool, &kind, message, signatures, &facts,
				    answers);
}

const struct bounce_verdict *
bounce_verdict_give_up(pool_t pool, const struct bounce_envelope *envelope,
		       const struct bounce_message *message,
		       const char *error)
{
	struct bounce_kind_result kind;
	struct bounce_verdict *verdict;

	bounce_kind_classify(message, envelope, &kind);
	verdict = verdict_init(pool, &kind, message);
	if (bounce_kind_is_bounce(kind.kind)) {
		verdict->value = BOUNCE_VERDICT_TEMPERROR;
		verdict->reason = BOUNCE_REASON_STATE;
	}
	verdict->text = p_strdup(pool, error);
	return verdict;
}
