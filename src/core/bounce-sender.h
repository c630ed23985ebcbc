#ifndef BOUNCE_SENDER_H
#define BOUNCE_SENDER_H

/* Is what was signed this mailbox's mail? */

struct bounce_header;
struct bounce_policy;
struct bounce_envelope;

/* TRUE if the From of a returned header belongs to the recipient of the bounce
   as the policy wants it. Also TRUE if the recipient is not known. */
bool bounce_sender_matches(const struct bounce_policy *policy,
			   const struct bounce_envelope *envelope,
			   const struct bounce_header *original);

#endif
