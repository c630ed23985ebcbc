#ifndef BOUNCE_REASONS_H
#define BOUNCE_REASONS_H

/* The table of reasons, and which of them follows from what is known: the table
   of the verdicts. Pure, and tested with every combination; doc/verdicts.md
   shows it. */

#include "verdict/forwarded.h"
#include "verdict/ports.h"
#include "base/types.h"

/* What the world is asked, in the order in which it is asked. */
enum bounce_question {
	/* Is there a copy of the original in the mailbox of sent mail? */
	BOUNCE_QUESTION_SENT_COPY = 0,
	/* Was the account in other hands when the original was sent? */
	BOUNCE_QUESTION_DISOWNED,
	/* Has it come back too often? Of a damaged signature: have too many such
	   bounces come of late? */
	BOUNCE_QUESTION_REPLAYED,
	/* Did one of our hosts send it? */
	BOUNCE_QUESTION_SPF,
	/* Did hosts of ours send it on that are not known by their names? */
	BOUNCE_QUESTION_FORWARDED,

	BOUNCE_QUESTION_COUNT
};

/* "bad-signature"; static. */
const char *bounce_reason_name(enum bounce_reason reason);
/* The verdict that a reason belongs to. */
enum bounce_verdict_value bounce_reason_to_verdict(enum bounce_reason reason);
/* One sentence, or NONE's, for a human; static. */
const char *bounce_reason_text(enum bounce_reason reason);
/* Of several signatures the one decides whose reason has the lowest rank: what
   vouches, then what leaves a doubt, then what is held against the message, that
   which is nearest to vouching first. The reason must be one that a signature
   can have. */
unsigned int bounce_reason_rank(enum bounce_reason reason);
/* TRUE if an answer to the question can change this reason. */
bool bounce_reason_asks(enum bounce_reason reason,
			enum bounce_question question);

/* What the message and the signatures say, before anybody else is asked. */
struct bounce_facts {
	/* What the best of the signatures says on its own; UNSIGNED: there is
	   none. */
	enum bounce_reason signature;
	/* The message is taken for a bounce by a rule that is too weak to hold
	   anything against it. */
	bool weak:1;
	/* Nothing came back. */
	bool no_original:1;
	/* A cap was reached, and what would vouch may be beyond it. */
	bool over_limit:1;
	/* Too little of the header came back to hold against it that no
	   signature of ours is there. */
	bool truncated:1;
	/* It is dated before we began to sign all mail. */
	bool predates_signing:1;

	/* Of what is not ours: the trace shows that the mailbox had sent it
	   on. */
	struct bounce_forwarded forwarded;
};

/* What came of a question. */
struct bounce_asked {
	enum bounce_finding finding;
	/* More of it for a human, from the pool, or NULL; FAILED: why. */
	const char *text;
};

/* What the world answered: what is NOT_ASKED is still open. */
struct bounce_answers {
	struct bounce_asked asked[BOUNCE_QUESTION_COUNT];
	/* Of the host that handed the original over, and of the one that sent
	   the bounce. */
	struct bounce_spf_result spf;
	struct bounce_spf_result reporter_spf;
	/* bounce_alignment_name(); NULL: nobody wants to know. */
	const char *reporter_alignment;
};

/* The reason, and so the verdict. NONE: it is not to be called a bounce. open_r
   is set to the next question whose answer can change it, or to
   BOUNCE_QUESTION_COUNT if all is known. */
enum bounce_reason
bounce_reason_find(const struct bounce_facts *facts,
		   const struct bounce_answers *answers,
		   enum bounce_question *open_r);

#endif
