#ifndef BOUNCE_RECEIVED_H
#define BOUNCE_RECEIVED_H

/* Trace fields, RFC 5321 section 4.4, as mail servers write them: Postfix,
   Exim, Sendmail, qmail, Exchange, Courier, OpenSMTPD, Gmail and those that
   imitate them. Anybody may have written such a field: what is read here is a
   claim. */

#include "array.h"
#include "net.h"

struct bounce_header;

struct bounce_received {
	/* What the client called itself, and what the server found its name to
	   be; NULL: not said. Where one name alone is written, it is helo. */
	const char *helo;
	const char *host;
	/* The client's address; family 0: none. IPv4 in IPv6 is IPv4. */
	struct ip_addr ip;

	const char *by;
	/* The server's own address, as its name or in a comment behind it;
	   family 0: none. */
	struct ip_addr by_ip;
	/* The protocol, as written: "ESMTPSA", "Microsoft SMTP Server". */
	const char *with;
	const char *id;
	/* Without angle brackets. */
	const char *rcpt;
	/* Who the client is said to have logged in as; NULL: no name. */
	const char *auth_user;
	/* The client is said to have logged in (also RFC 3848). */
	bool authenticated;
	/* Seconds since 1970; 0: none or not a date. */
	time_t date;

	/* By bounce_received_collect(): the field's index in the header. */
	unsigned int field;
};

ARRAY_DEFINE_TYPE(bounce_received, struct bounce_received);

/* Read one field's value, as t_bounce_field_value() gives it. Never fails: what
   is not understood is not filled in. The strings are the pool's (which is not
   the data stack's), and bytes as they came, without control characters; the
   work is linear. */
void bounce_received_parse(pool_t pool, const char *value,
			   struct bounce_received *received_r);

/* All Received fields of a header, topmost first; no more of them than
   BOUNCE_RECEIVED_MAX_FIELDS, and of each BOUNCE_RECEIVED_MAX_SIZE octets. They
   are appended to the array, which may be of any pool. */
void bounce_received_collect(pool_t pool, const struct bounce_header *header,
			     ARRAY_TYPE(bounce_received) *received);

#endif
