#ifndef BOUNCE_UNSIGNED_SENDER_H
#define BOUNCE_UNSIGNED_SENDER_H

/* Finds the host that sent mail in our name without a signature of ours: it
   belongs to a forger, or it is a host of ours that was forgotten when signing
   began. Before an admin has backscatter discarded, he looks for hosts that he
   knows. */

struct bounce_policy;
struct bounce_verdict;

struct bounce_unsigned_sender {
	/* The domain in From, in lower case. */
	const char *domain;
	/* The host that handed the mail to the server which returned it: its
	   address, and its name or HELO name; NULL: it has none. They are from
	   the returned Received fields, which anybody may have written. */
	const char *address;
	const char *host;
	/* The bounce was made here: our own server took the unsigned mail, so
	   it is not signing, or it takes forged mail that it cannot deliver.
	   If only hosts of ours had the mail before, address is NULL. */
	bool reported_here;
};

/* Returns TRUE if the verdict is on a bounce that returns an original from one
   of our domains without any signature of ours, and if the trace says where
   that came from, or the bounce was made here. In a bounce that was made here
   our own relays (the trusted networks of the policy) are skipped. What
   sender_r points to is sanitised, and is from the pool, which must not be the
   data stack. */
bool bounce_unsigned_sender_find(pool_t pool,
				 const struct bounce_policy *policy,
				 const struct bounce_verdict *verdict,
				 struct bounce_unsigned_sender *sender_r);

#endif
