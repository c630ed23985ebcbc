#ifndef BOUNCE_QUESTIONS_H
#define BOUNCE_QUESTIONS_H

/* From the signatures to the answers: what is a fact by itself, and what is asked
   of the ports, only where it can change the verdict. */

#include "base/types.h"

struct bounce_answers;
struct bounce_facts;
struct bounce_kind_result;
struct bounce_message;
struct bounce_policy;
struct bounce_ports;
struct bounce_signatures;

/* What the message and its signatures say. Pure; forwarded is left for
   bounce_forwarded_find(). */
void bounce_facts_collect(const struct bounce_policy *policy,
			  const struct bounce_kind_result *kind,
			  const struct bounce_message *message,
			  const struct bounce_signatures *signatures,
			  struct bounce_facts *facts_r);

/* Put to the ports one question after the other that can change the reason,
   until none is open. */
void bounce_questions_ask(pool_t pool, const struct bounce_policy *policy,
			  const struct bounce_kind_result *kind,
			  const struct bounce_message *message,
			  const struct bounce_signatures *signatures,
			  const struct bounce_facts *facts,
			  const struct bounce_ports *ports,
			  struct bounce_answers *answers_r);

/* What a replayed bounce has in common with the first one, whatever else is
   changed: the kind, and the signature's b= or, where no signature vouches, the
   Message-ID. So warnings of a delay leave the failure its own allowance. 64
   hexadecimal digits, from the data stack. */
const char *t_bounce_replay_id(enum bounce_kind kind, const void *data,
			       size_t size);
/* How many bounces of one kind are not too many: the limit, and for each of the
   recipients that are named in To and Cc, where the signature that vouches
   covers them, one; of warnings of a delay one for each day that the queue
   lifetime has or begins. */
unsigned int
bounce_replay_allowed(const struct bounce_policy *policy,
		      enum bounce_kind kind,
		      const struct bounce_signatures *signatures);

#endif
