#ifndef BOUNCE_SPF_H
#define BOUNCE_SPF_H

/* SPF, RFC 7208, by libspf2 on our own resolver. */

#include "base/types.h"
#include "net.h"

struct bounce_key_source;

/* Lookups for one check (section 4.6.4): SPF records beside the first, and all
   lookups together. libspf2 counts terms, but begins anew in each include. */
#define BOUNCE_SPF_MAX_RECORDS 10
#define BOUNCE_SPF_MAX_LOOKUPS 60

struct bounce_spf_request {
	/* Who is asked about. */
	struct ip_addr ip;
	/* What he called himself; NULL: not known. */
	const char *helo;
	/* MAIL FROM. NULL: the HELO name is checked (section 2.3, 2.4), with
	   the sender postmaster. */
	const char *sender;
};

/* Check by the DNS that the source asks, by its deadline. Never fails. text_r:
   why, for a human, or NULL; from the pool. None of it comes from outside, but
   names. */
enum bounce_spf bounce_spf_check(struct bounce_key_source *source, pool_t pool,
				 const struct bounce_spf_request *request,
				 const char **text_r);

#endif
