#ifndef BACKSCATTER_DELIVERED_H
#define BACKSCATTER_DELIVERED_H

/* Called when the delivery of a bounce has ended. All that follows from a
   delivery begins here: audit, counters, bursts. */

#include "audit/outcome.h"

struct mail_user;
struct backscatter_result;

/* All of it must stay valid until backscatter_delivered() returns. The user,
   and with him his dict, must live on until his deinit. */
struct backscatter_delivered {
	struct mail_user *user;
	/* The result of a bounce, judged in mode audit or enforce. */
	const struct backscatter_result *result;
	enum backscatter_outcome_value outcome;
	/* As audit/outcome.h returns them: sanitised; may be empty, but not
	   NULL. */
	const char *mailboxes;
	const char *actions;
	/* The addresses of the envelope, as they came and not sanitised. NULL:
	   not known; "": the null sender. */
	const char *mail_from;
	const char *rcpt_to;
	/* NULL if it is not known. */
	const char *session_id;
};

/* Called once for each bounce and recipient when LMTP or LDA has delivered the
   bounce, or has failed to: after Sieve and before the client gets its answer.
   This is so in modes audit and enforce only. It is not called for a message
   that is not a bounce, nor for Sieve without a delivery (sieve-filter,
   IMAPSieve). After the outcome "failed" the client may deliver the same bounce
   again.

   Nothing that it does may make the delivery fail, or delay it beyond the
   dict's deadline for a message. The event is a child of the delivery's event,
   with our category and log prefix. */
void backscatter_delivered(struct event *event,
			   const struct backscatter_delivered *delivered);

#endif
