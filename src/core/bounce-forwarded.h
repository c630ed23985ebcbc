#ifndef BOUNCE_FORWARDED_H
#define BOUNCE_FORWARDED_H

/* Mail from outside that had come to this mailbox and was sent on: by a
   redirect, a forwarding address or SRS. What comes back of it is no mail of
   ours, and still the user's business: his forwarding fails. */

struct bounce_policy;
struct bounce_envelope;
struct bounce_header;

enum bounce_forwarding {
	/* The trace does not show it. */
	BOUNCE_FORWARDED_NO = 0,
	BOUNCE_FORWARDED_YES,
	/* It does if the host that handed the mail to strangers is ours, by
	   SPF of an own domain. */
	BOUNCE_FORWARDED_IF_SPF
};

struct bounce_forwarded {
	enum bounce_forwarding forwarding;
	/* IF_SPF: the address of that host, and the mailbox's domain, for
	   which it has to pass. From the pool; otherwise NULL. */
	const char *client;
	const char *domain;
};

/* Does the trace of a returned header show that the mail came to this mailbox
   first, and left us again? A host of ours is one whose name is an own domain
   or below one, or whose address is of the trusted networks. It takes
   - a Received field (RFC 5321 section 4.4) by a host of ours, for the mailbox;
   - above it only fields by hosts of ours, up to the one that the host of a
     stranger wrote when it took the mail. This one's client has to be trusted,
     or pass SPF; above it only steps inside of the stranger's own network;
   - without such a field, that a host of ours has sent the bounce.
   All but the last is the bounce's word. */
void bounce_forwarded_find(pool_t pool, const struct bounce_policy *policy,
			   const struct bounce_envelope *envelope,
			   const struct bounce_header *bounce,
			   const struct bounce_header *original,
			   struct bounce_forwarded *forwarded_r);

#endif
