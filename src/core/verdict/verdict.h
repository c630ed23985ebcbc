#ifndef BOUNCE_VERDICT_H
#define BOUNCE_VERDICT_H

/* From a message that was read to its verdict: the kind, then the signatures, the
   facts, the answers to the questions that these leave open, and once, at the
   end, the verdict. */

#include "kind/kind.h"
#include "verdict/reasons.h"
#include "verdict/signatures.h"

struct bounce_policy;
struct bounce_envelope;
struct bounce_message;
struct bounce_original;

struct bounce_verdict {
	enum bounce_verdict_value value;
	enum bounce_reason reason;
	/* One sentence for a human; from the pool, or static. */
	const char *text;

	const struct bounce_message *message;
	struct bounce_kind_result kind;
	/* The original reported; NULL: none came back. */
	const struct bounce_original *original;
	/* The signature that decided; NULL: none. */
	const struct bounce_signature_evidence *sig;
	/* What was found out, and what was asked. NULL: this is not a bounce, or
	   it could not be judged. */
	const struct bounce_signatures *signatures;
	const struct bounce_answers *answers;
};

/* The verdict on a bounce of which all is known. Pure. All that is given has to
   live as long as the pool. */
const struct bounce_verdict *
bounce_verdict_judge(pool_t pool, const struct bounce_kind_result *kind,
		     const struct bounce_message *message,
		     const struct bounce_signatures *signatures,
		     const struct bounce_facts *facts,
		     const struct bounce_answers *answers);

/* All stages in turn. The only ones with I/O are the signatures and the
   questions, through the ports, and own domains that are not in memory. */
const struct bounce_verdict *
bounce_judge(pool_t pool, const struct bounce_policy *policy,
	     const struct bounce_envelope *envelope,
	     const struct bounce_message *message,
	     const struct bounce_ports *ports);

/* The verdict on a message that cannot be judged, and why: if it is a bounce, as
   far as it could be read, it is temperror. */
const struct bounce_verdict *
bounce_verdict_give_up(pool_t pool, const struct bounce_envelope *envelope,
		       const struct bounce_message *message,
		       const char *error);

#endif
