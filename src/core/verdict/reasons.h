#ifndef BOUNCE_REASONS_H
#define BOUNCE_REASONS_H

/* The table of reasons, and the function that chooses one of them by all that
   is known. It does no I/O, and is tested with every combination.
   doc/verdicts.md shows the table. */

#include "verdict/forwarded.h"
#include "verdict/proof.h"
#include "verdict/ports.h"
#include "base/types.h"

/* The questions for the ports, in the order in which they are asked. */
enum bounce_question {
	/* Is there a copy of the original in the mailbox of sent mail? */
	BOUNCE_QUESTION_SENT_COPY = 0,
	/* Was the account in the hands of somebody else when the original was
	   sent? */
	BOUNCE_QUESTION_DISOWNED,
	/* Has the original come back too often? For a damaged signature: have
	   too many such bounces come recently? */
	BOUNCE_QUESTION_REPLAYED,
	/* Did one of our hosts send the original? */
	BOUNCE_QUESTION_SPF,
	/* Are the hosts that forwarded the original ours, if they are not known
	   by their names? */
	BOUNCE_QUESTION_FORWARDED,

	BOUNCE_QUESTION_COUNT
};

/* Returns the name of a reason, such as "bad-signature", a static string. */
const char *bounce_reason_name(enum bounce_reason reason);
/* Returns the verdict to which a reason belongs. */
enum bounce_verdict_value bounce_reason_to_verdict(enum bounce_reason reason);
/* Returns one sentence about the reason for people, a static string. */
const char *bounce_reason_text(enum bounce_reason reason);
/* Returns the rank of a reason that a signature can have. If there are several
   signatures, the one whose reason has the lowest rank decides. Reasons that
   vouch for the message have the lowest ranks, then come those that leave a
   doubt, and then those that count against the message. */
unsigned int bounce_reason_rank(enum bounce_reason reason);
/* TRUE if an answer to the question can change this reason. */
bool bounce_reason_asks(enum bounce_reason reason,
			enum bounce_question question);

/* What the message and the signatures show before any question is asked. */
struct bounce_facts {
	/* The reason that the best signature gives on its own; UNSIGNED: there
	   is no signature. */
	enum bounce_reason signature;
	/* The rule by which the message is taken for a bounce is too weak to
	   hold anything against it. */
	bool weak:1;
	/* No original came back. */
	bool no_original:1;
	/* A cap was reached, and something that vouches for the message may be
	   beyond it. */
	bool over_limit:1;
	/* So little of the header came back that a signature of ours may be
	   missing for that reason. */
	bool truncated:1;
	/* The Date of the original is before we began to sign all mail. */
	bool predates_signing:1;
	/* Our own server made the bounce, and the original was submitted to
	   us; FALSE if it may be signed by us. */
	bool submitted:1;

	/* Whether the trace shows that the mailbox had forwarded the original;
	   zeroed if it may be ours. */
	struct bounce_forwarded forwarded;
};

/* The answer to a question. */
struct bounce_asked {
	enum bounce_finding finding;
	/* An explanation for people, from the pool, or NULL. With FAILED it is
	   the error. */
	const char *text;
};

/* The answers of the ports. A question whose finding is NOT_ASKED is still
   open. */
struct bounce_answers {
	struct bounce_asked asked[BOUNCE_QUESTION_COUNT];
	/* SPF of the host that handed over the original, and of the host that
	   sent the bounce. */
	struct bounce_spf_result spf;
	struct bounce_spf_result reporter_spf;
	/* The result of bounce_alignment_name(); NULL: it was not looked up. */
	const char *reporter_alignment;
	/* What a genuine failure proves. */
	struct bounce_proof proof;
};

/* Returns the reason by what is known so far; it decides the verdict. NONE: the
   message is not called a bounce. open_r is set to the next question whose
   answer can change the reason, or to BOUNCE_QUESTION_COUNT if the reason is
   final. */
enum bounce_reason
bounce_reason_find(const struct bounce_facts *facts,
		   const struct bounce_answers *answers,
		   enum bounce_question *open_r);

#endif
