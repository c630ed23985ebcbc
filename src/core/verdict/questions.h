#ifndef BOUNCE_QUESTIONS_H
#define BOUNCE_QUESTIONS_H

/* Collects the facts that the message and its signatures show, and then asks
   the ports the questions whose answers can change the verdict. */

#include "base/types.h"

struct bounce_answers;
struct bounce_facts;
struct bounce_kind_result;
struct bounce_message;
struct bounce_policy;
struct bounce_ports;
struct bounce_signatures;

/* Collect what the message and its signatures show, without any I/O. forwarded
   is zeroed; bounce_forwarded_find() fills it in. */
void bounce_facts_collect(const struct bounce_policy *policy,
			  const struct bounce_kind_result *kind,
			  const struct bounce_message *message,
			  const struct bounce_signatures *signatures,
			  struct bounce_facts *facts_r);

/* Ask the ports one question after the other that can change the reason, until
   there are none left. answers_r need not be initialised; what it points to is
   from the pool. */
void bounce_questions_ask(pool_t pool, const struct bounce_policy *policy,
			  const struct bounce_kind_result *kind,
			  const struct bounce_message *message,
			  const struct bounce_signatures *signatures,
			  const struct bounce_facts *facts,
			  const struct bounce_ports *ports,
			  struct bounce_answers *answers_r);

/* Returns an id that all bounces of one message have in common, whatever else a
   replay changes: it is made of the kind and of data, which is the b= of the
   signature or, if no signature vouches, the Message-ID. As the kind is in it,
   warnings of a delay do not use up what is allowed for failures. The id is 64
   hexadecimal digits, from the data stack. */
const char *t_bounce_replay_id(enum bounce_kind kind, const void *data,
			       size_t size);
/* Returns how many bounces of one kind are allowed: the limit of the policy,
   and one more for each recipient that To and Cc name, if the signature that
   vouches covers these fields, but at least one more. Warnings of a delay may
   come once for each such recipient and each day or part of a day in the queue
   lifetime. */
unsigned int
bounce_replay_allowed(const struct bounce_policy *policy,
		      enum bounce_kind kind,
		      const struct bounce_signatures *signatures);

#endif
