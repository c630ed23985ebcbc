#ifndef BOUNCE_AUTHRES_H
#define BOUNCE_AUTHRES_H

/* Reads Authentication-Results, RFC 8601: what a server of ours found out about
   the sender of the bounce. */

#include "array.h"

struct bounce_header;
struct bounce_report;

struct bounce_authres_result {
	/* Both are in lower case, such as "dkim" and "pass". */
	const char *method;
	const char *result;
	/* The domain in lower case; NULL: there is none. With dkim it is
	   header.d or the domain of header.i; with spf it is the domain of
	   smtp.mailfrom or smtp.helo. */
	const char *domain;
};

ARRAY_DEFINE_TYPE(bounce_authres, struct bounce_authres_result);

enum bounce_alignment {
	/* There are no results that can be believed, or the report names no
	   recipient. */
	BOUNCE_ALIGNMENT_UNKNOWN = 0,
	BOUNCE_ALIGNMENT_NO,
	BOUNCE_ALIGNMENT_YES,

	BOUNCE_ALIGNMENT_COUNT
};

/* Read the value of one field, as t_bounce_field_value() returns it. If the
   server authserv_id has written it, appends its results, whose strings are the
   pool's, and returns TRUE. */
bool bounce_authres_parse(pool_t pool, const char *value,
			  const char *authserv_id,
			  ARRAY_TYPE(bounce_authres) *results);

/* Find out whether a domain that passed DKIM or SPF for the bounce is aligned
   with the domain of a recipient that failed. Domains are aligned if they are
   equal or if one is a subdomain of the other: this is the relaxed alignment of
   RFC 7489, without a list of public suffixes. fields_count says how many
   fields at the top of the bounce's header were written by servers of ours (see
   bounce_trace_reporter()); those below are not believed. authserv_id is the
   name that our servers give themselves there. */
enum bounce_alignment
bounce_authres_alignment(const struct bounce_header *bounce,
			 unsigned int fields_count, const char *authserv_id,
			 const struct bounce_report *report);

/* TRUE if such a field says that SPF passed for the domain, or for a name below
   it. */
bool bounce_authres_spf_passes(const struct bounce_header *bounce,
			       unsigned int fields_count,
			       const char *authserv_id, const char *domain);

/* Returns "yes", "no" or "unknown", a static string. */
const char *bounce_alignment_name(enum bounce_alignment alignment);

#endif
