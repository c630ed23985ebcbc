#ifndef BOUNCE_AUTHRES_H
#define BOUNCE_AUTHRES_H

/* Authentication-Results, RFC 8601: what a server of ours found out about who
   sent the bounce. */

#include "array.h"

struct bounce_header;
struct bounce_report;

struct bounce_authres_result {
	/* Lower case: "dkim", "pass". */
	const char *method;
	const char *result;
	/* Of dkim: header.d or that of header.i; of spf: that of smtp.mailfrom
	   or smtp.helo. Lower case, NULL: none. */
	const char *domain;
};

ARRAY_DEFINE_TYPE(bounce_authres, struct bounce_authres_result);

enum bounce_alignment {
	/* There are no results that can be believed, or no recipient. */
	BOUNCE_ALIGNMENT_UNKNOWN = 0,
	BOUNCE_ALIGNMENT_NO,
	BOUNCE_ALIGNMENT_YES,

	BOUNCE_ALIGNMENT_COUNT
};

/* Read one field's value, as t_bounce_field_value() gives it. Returns TRUE and
   appends its results, with the pool's memory, if it is by authserv_id. */
bool bounce_authres_parse(pool_t pool, const char *value,
			  const char *authserv_id,
			  ARRAY_TYPE(bounce_authres) *results);

/* Did one who passed DKIM or SPF send the bounce in the name of a recipient that
   failed? fields_count: as many fields from the top of the bounce's header were
   written by servers of ours (bounce_trace_reporter()); others are not believed.
   Domains are aligned if they are equal or one is a subdomain of the other:
   RFC 7489's relaxed alignment, without a list of public suffixes. */
enum bounce_alignment
bounce_authres_alignment(const struct bounce_header *bounce,
			 unsigned int fields_count, const char *authserv_id,
			 const struct bounce_report *report);

/* "yes", "no", "unknown" */
const char *bounce_alignment_name(enum bounce_alignment alignment);

#endif
