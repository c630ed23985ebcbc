#ifndef BOUNCE_FORWARDED_H
#define BOUNCE_FORWARDED_H

/* Finds out whether an original is mail from outside that came to this mailbox
   and was forwarded: by a redirect, a forwarding address or SRS. The mail is
   not ours, but its bounce still concerns the user, whose forwarding fails. */

#include "net.h"
#include "base/limits.h"

struct bounce_policy;
struct bounce_envelope;
struct bounce_header;

enum bounce_forwarding {
	/* The trace does not show that the mail was forwarded. */
	BOUNCE_FORWARDED_NO = 0,
	BOUNCE_FORWARDED_YES,
	/* The trace shows it if SPF of the domain permits the clients, which
	   are ours then. */
	BOUNCE_FORWARDED_IF_SPF
};

struct bounce_forwarded {
	enum bounce_forwarding forwarding;
	/* With IF_SPF, all of these clients have to pass SPF for this domain of
	   ours, which is that of Return-Path, or otherwise that of the mailbox.
	   The domain is from the pool. */
	struct ip_addr clients[BOUNCE_FORWARDED_MAX_CLIENTS];
	unsigned int clients_count;
	const char *domain;
	/* It could not be looked up whether a domain is ours, so the mail may
	   have been forwarded even if the trace does not seem to show it. */
	bool unknown;
};

/* Find out whether the trace of a returned header shows that the mail came to
   this mailbox first, and left us again. A host is ours if its name is an own
   domain or below one, or if its address is in the trusted networks: the host
   wrote that address as its name or after it, or the next host saw it together
   with this name. The name of a client counts if the server has looked it up. A
   client that is not known to be ours has to pass SPF.
   The trace shows it if it has
   - a Received field (RFC 5321 section 4.4) by a host of ours, for the mailbox;
     or such a field for nobody or for another address of ours, if a
     Delivered-To or X-Sieve-Redirected-From directly above it names the
     mailbox;
   - above that, only fields by hosts of ours that took the mail from hosts of
     ours, and steps over private addresses, up to the field in which the host
     of a stranger took the mail from a host of ours, which is known by its
     address;
   - above that, only steps inside the stranger's own network: over private
     addresses, from clients with a name in the domain of the server, or without
     an address from a client that has no name, a name in that domain, or a name
     without a dot;
   - if there is no such field of a stranger: a host of ours, by its address,
     which sent the bounce.
   All but the last is only what the bounce claims. forwarded_r need not be
   initialised. */
void bounce_forwarded_find(pool_t pool, const struct bounce_policy *policy,
			   const struct bounce_envelope *envelope,
			   const struct bounce_header *bounce,
			   const struct bounce_header *original,
			   struct bounce_forwarded *forwarded_r);

#endif
