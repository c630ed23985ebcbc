#ifndef BOUNCE_UNSIGNED_H
#define BOUNCE_UNSIGNED_H

/* Who may have sent mail in our name without a signature of ours: a forger, or
   a host of our own that was forgotten when signing began. Before it is told
   to discard, an admin looks for those that he knows. */

struct bounce_policy;
struct bounce_verdict;

struct bounce_unsigned_sender {
	/* Of From, lower case. */
	const char *domain;
	/* The host that handed the mail to the server that returned it, and what
	   it was called or called itself, or NULL: as the returned Received
	   fields say, which anybody may have written. */
	const char *address;
	const char *host;
};

/* Returns TRUE if an original from one of our domains came back in a bounce
   without any signature of ours, and says where it came from, past our own relays
   (the policy's trusted networks) if the bounce was made here. What sender_r
   points to is the pool's, which is not the data stack, and sanitised. */
bool bounce_unsigned_sender_find(pool_t pool,
				 const struct bounce_policy *policy,
				 const struct bounce_verdict *verdict,
				 struct bounce_unsigned_sender *sender_r);

#endif
