#ifndef BOUNCE_SUPPORT_H
#define BOUNCE_SUPPORT_H

/* Evidence beside the signatures: asked of the ports, and only what can change
   the verdict. */

#include "bounce-types.h"

struct bounce_evidence;
struct bounce_kind_result;
struct bounce_message;
struct bounce_original;
struct bounce_policy;
struct bounce_ports;

/* Ask the ports, and put what they say into evidence, whose signatures were
   verified. */
void bounce_support_ask(pool_t pool, const struct bounce_policy *policy,
			const struct bounce_kind_result *kind,
			const struct bounce_message *message,
			const struct bounce_ports *ports,
			struct bounce_evidence *evidence);

/* What a replayed bounce has in common with the first one, whatever else is
   changed: the kind, and the signature's b= or, where no signature vouches, the
   Message-ID. So warnings of a delay leave the failure its own allowance. 64
   hexadecimal digits, from the data stack. */
const char *t_bounce_replay_id(const struct bounce_kind_result *kind,
			       const void *data, size_t size);
/* How many bounces of one kind are none too many: the limit, and for each of the
   recipients that are named in To and Cc, where the signature that vouches
   covers them, one; of warnings of a delay one for each day that the queue
   lifetime has or begins. */
unsigned int
bounce_replay_allowed(const struct bounce_policy *policy,
		      enum bounce_kind kind,
		      const struct bounce_evidence *evidence);

#endif
