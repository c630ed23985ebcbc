#ifndef BOUNCE_VERDICT_H
#define BOUNCE_VERDICT_H

/* Judges a message that was read. It finds the kind, the signatures, the facts,
   and the answers to the questions that these leave open; the verdict is set
   once, at the end. */

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
	/* One sentence for people, from the pool or static. */
	const char *text;

	const struct bounce_message *message;
	struct bounce_kind_result kind;
	/* The original that is reported; NULL: none came back. */
	const struct bounce_original *original;
	/* The signature that decided; NULL: there is none. */
	const struct bounce_signature_evidence *sig;
	/* The signatures and the answers of the ports. NULL: this is not a
	   bounce, or it could not be judged. */
	const struct bounce_signatures *signatures;
	const struct bounce_answers *answers;
};

/* Returns the verdict on a bounce, when no question is open any more. Does no
   I/O. The verdict is allocated from the pool and points to the message, the
   signatures and the answers, which must live as long as the pool. */
const struct bounce_verdict *
bounce_verdict_judge(pool_t pool, const struct bounce_kind_result *kind,
		     const struct bounce_message *message,
		     const struct bounce_signatures *signatures,
		     const struct bounce_facts *facts,
		     const struct bounce_answers *answers);

/* Go through all stages, and return the verdict, which is allocated from the
   pool and points to message. The I/O is in the signatures and the questions,
   which use the ports, and in the lookup of own domains that are not in
   memory. */
const struct bounce_verdict *
bounce_judge(pool_t pool, const struct bounce_policy *policy,
	     const struct bounce_envelope *envelope,
	     const struct bounce_message *message,
	     const struct bounce_ports *ports);

/* Returns the verdict on a message that cannot be judged; error says why, and
   becomes its text. If the message is a bounce, as far as it could be read, the
   verdict is temperror, and otherwise it is none. It is allocated from the pool
   and points to message. */
const struct bounce_verdict *
bounce_verdict_give_up(pool_t pool, const struct bounce_envelope *envelope,
		       const struct bounce_message *message,
		       const char *error);

#endif
