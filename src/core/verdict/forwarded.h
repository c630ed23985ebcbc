#ifndef BOUNCE_FORWARDED_H
#define BOUNCE_FORWARDED_H

/* Mail from outside that had come to this mailbox and was sent on: by a
   redirect, a forwarding address or SRS. What comes back of it is no mail of
   ours, and still the user's business: his forwarding fails. */

#include "net.h"
#include "base/limits.h"

struct bounce_policy;
struct bounce_envelope;
struct bounce_header;

enum bounce_forwarding {
	/* The trace does not show it. */
	BOUNCE_FORWARDED_NO = 0,
	BOUNCE_FORWARDED_YES,
	/* It does if the clients are ours by SPF of the domain. */
	BOUNCE_FORWARDED_IF_SPF
};

struct bounce_forwarded {
	enum bounce_forwarding forwarding;
	/* IF_SPF: all of these have to pass for this domain of ours: that of
	   Return-Path, or the mailbox's. It is from the pool. */
	struct ip_addr clients[BOUNCE_FORWARDED_MAX_CLIENTS];
	unsigned int clients_count;
	const char *domain;
	/* A domain could not be looked up: what is not shown may be so. */
	bool unknown;
};

/* Does the trace of a returned header show that the mail came to this mailbox
   first, and left us again? A host of ours is one whose name is an own domain
   or below one, or whose address is of the trusted networks: it wrote it as its
   name or behind it, or the next host saw it with this name. A client's name
   counts if the server has looked it up; one that is not known to be ours has to
   pass SPF.
   It takes
   - a Received field (RFC 5321 section 4.4) by a host of ours, for the mailbox;
     or, if it is for nobody or another one of ours, with the mailbox in a
     Delivered-To or X-Sieve-Redirected-From right above it;
   - above it only fields by hosts of ours that took it from hosts of ours, and
     steps over private addresses, up to the one that the host of a stranger
     wrote when it took the mail from a host of ours, by its address; above it
     only steps inside of the stranger's own network: over private addresses, from
     clients with a name of the server's domain, or over no address from a client
     without a name, or with such a name or one without a dot;
   - without such a field, that a host of ours has sent the bounce, by its
     address.
   All but the last is the bounce's word. */
void bounce_forwarded_find(pool_t pool, const struct bounce_policy *policy,
			   const struct bounce_envelope *envelope,
			   const struct bounce_header *bounce,
			   const struct bounce_header *original,
			   struct bounce_forwarded *forwarded_r);

#endif
