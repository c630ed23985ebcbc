#ifndef BOUNCE_SPF_H
#define BOUNCE_SPF_H

/* SPF (RFC 7208), checked by libspf2 with our own resolver. */

#include "base/types.h"
#include "net.h"

struct bounce_key_source;

/* Limits for one check (section 4.6.4): SPF records beside the first, and all
   lookups together. libspf2 counts terms as well, but starts again at 0 in each
   include. */
#define BOUNCE_SPF_MAX_RECORDS 10
#define BOUNCE_SPF_MAX_LOOKUPS 60

struct bounce_spf_request {
	/* The address of the client to check. */
	struct ip_addr ip;
	/* The client's HELO name; NULL: not known. */
	const char *helo;
	/* MAIL FROM. If it is NULL the HELO name is checked (sections 2.3 and
	   2.4), with postmaster as the local part. */
	const char *sender;
};

/* Check SPF. The DNS is asked through source->ask(), within its deadline. Never
   fails. *text_r (from the pool) explains the result to people, or is NULL. The
   only foreign text in it is names. */
enum bounce_spf bounce_spf_check(struct bounce_key_source *source, pool_t pool,
				 const struct bounce_spf_request *request,
				 const char **text_r);

#endif
