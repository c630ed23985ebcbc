#ifndef BACKSCATTER_DELIVERED_H
#define BACKSCATTER_DELIVERED_H

/* What is done when the delivery of a bounce has ended: its event is sent, and
   the bounce is counted. */

#include "audit/outcome.h"

struct mail_user;
struct backscatter_notice;
struct backscatter_result;

/* All of this must stay valid until backscatter_delivered() returns. The user's
   dict stays open until the user is freed. */
struct backscatter_delivered {
	struct mail_user *user;
	/* The result of a bounce, judged in mode audit or enforce. */
	const struct backscatter_result *result;
	enum backscatter_outcome_value outcome;
	/* As audit/outcome.h returns them: sanitised, maybe empty, never
	   NULL. */
	const char *mailboxes;
	const char *actions;
	/* The addresses of the envelope as they came, not sanitised. NULL: not
	   known; "": the null sender. */
	const char *mail_from;
	const char *rcpt_to;
	/* NULL if it is not known. */
	const char *session_id;
};

/* This is called once for each bounce and recipient when LMTP or LDA has
   delivered the bounce, or has failed to: after Sieve has finished, and before
   the client gets its answer. It is called in the modes audit and enforce, but
   not for a message that is not a bounce, and not if Sieve runs without a
   delivery (sieve-filter, IMAPSieve). After the outcome "failed" the client
   may deliver the same bounce again.

   Nothing here may make the delivery fail, or delay it beyond the dict's
   deadline for a message. The event is a child of the delivery's event, with
   our category and log prefix. Returns a notice of a burst that is to be sent,
   from the pool, or NULL. */
const struct backscatter_notice *
backscatter_delivered(pool_t pool, struct event *event,
		      const struct backscatter_delivered *delivered);

#endif
