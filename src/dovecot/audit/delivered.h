#ifndef BACKSCATTER_DELIVERED_H
#define BACKSCATTER_DELIVERED_H

/* The end of a bounce's delivery, and the one place for all that follows from
   it: audit, counters, bursts. */

#include "audit/outcome.h"

struct mail_user;
struct backscatter_result;

/* All of it lives until backscatter_delivered() returns; the user, and so his
   dict, until his deinit. */
struct backscatter_delivered {
	struct mail_user *user;
	/* Of a bounce; in mode audit or enforce. */
	const struct backscatter_result *result;
	enum backscatter_outcome_value outcome;
	/* As audit/outcome.h gives them: sanitised, may be empty. */
	const char *mailboxes;
	const char *actions;
	/* Envelope addresses as they came, not sanitised; NULL: not known, "":
	   the null sender. */
	const char *mail_from;
	const char *rcpt_to;
	/* NULL: not known. */
	const char *session_id;
};

/* Called once for each bounce and recipient that LMTP or LDA has delivered, or
   failed to, after Sieve and before the client is answered; in modes audit and
   enforce, never for what is no bounce, nor for Sieve without a delivery
   (sieve-filter, IMAPSieve). After the outcome "failed" the client may bring
   the same bounce again.

   What hangs on it may not fail the delivery, nor hold it up beyond the dict's
   deadline for a message. The event is a child of the delivery's, with our
   category and log prefix. */
void backscatter_delivered(struct event *event,
			   const struct backscatter_delivered *delivered);

#endif
