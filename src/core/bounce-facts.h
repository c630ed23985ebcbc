#ifndef BOUNCE_FACTS_H
#define BOUNCE_FACTS_H

/* What is known when all was asked, and what follows from it: the verdict's
   table. Pure, and tested with every combination; doc/verdicts.md shows it. */

#include "bounce-ports.h"
#include "bounce-types.h"

struct bounce_policy;
struct bounce_message;
struct bounce_original;
struct bounce_kind_result;
struct bounce_evidence;
struct bounce_signature_evidence;

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

	/* Of what is not ours: FORWARDED, if the mailbox had sent it on; DNS
	   or STATE, if that could not be found out, and why; NONE. */
	enum bounce_reason forwarded;

	/* Has it come back too often, or, of a damaged signature, have too many
	   such bounces come of late; was the account in other hands when it
	   was sent; is there a copy of it in the mailbox of sent mail; and
	   did, where that is to count, one of our hosts send it? */
	enum bounce_finding replayed;
	enum bounce_finding disowned;
	enum bounce_finding sent_copy;
	enum bounce_finding spf_pass;
};

/* The signature that decides: of several the one whose reason is nearest to
   vouching, of equals the first. NULL: there is none. */
const struct bounce_signature_evidence *
bounce_facts_signature(const struct bounce_evidence *evidence);
/* The original that is reported. NULL: none came back. */
const struct bounce_original *
bounce_facts_original(const struct bounce_evidence *evidence);

/* What the evidence for a bounce amounts to. */
void bounce_facts_collect(const struct bounce_policy *policy,
			  const struct bounce_kind_result *kind,
			  const struct bounce_message *message,
			  const struct bounce_evidence *evidence,
			  struct bounce_facts *facts_r);

/* The reason that what came back gives, before anybody else is asked. */
enum bounce_reason
bounce_facts_original_reason(const struct bounce_facts *facts);
/* The reason, and so the verdict. NONE: it is not to be called a bounce. */
enum bounce_reason bounce_facts_reason(const struct bounce_facts *facts);

/* Which questions can change a reason. */
bool bounce_reason_asks_replay(enum bounce_reason reason);
bool bounce_reason_asks_disown(enum bounce_reason reason);
bool bounce_reason_asks_sent_copy(enum bounce_reason reason);
bool bounce_reason_asks_spf(enum bounce_reason reason);

#endif
