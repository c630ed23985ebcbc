#ifndef BOUNCE_RECEIVED_H
#define BOUNCE_RECEIVED_H

/* Reads trace fields (Received, RFC 5321 section 4.4) as mail servers write
   them: Postfix, Exim, Sendmail, qmail, Exchange, Courier, OpenSMTPD, Gmail and
   others that write like these. Anybody may have written such a field, so what
   it says is only a claim. */

#include "array.h"
#include "net.h"

struct bounce_header;

struct bounce_received {
	/* helo is what the client called itself, and host is the name that the
	   server has looked up for it; NULL: it does not say. If the field has
	   only one name, it is taken for helo. */
	const char *helo;
	const char *host;
	/* The client's address; family 0: there is none. An IPv4 address that
	   is mapped into IPv6 becomes an IPv4 address. */
	struct ip_addr ip;

	const char *by;
	/* The server's own address, which stands in place of its name or in a
	   comment after it; family 0: there is none. */
	struct ip_addr by_ip;
	/* The protocol as it was written: "ESMTPSA", "Microsoft SMTP
	   Server". */
	const char *with;
	const char *id;
	/* The recipient (for), without angle brackets. */
	const char *rcpt;
	/* The user name with which the client is said to have logged in; NULL:
	   there is none. */
	const char *auth_user;
	/* The server is one that looks for the address of a host's name before
	   it takes the name for the client's (Postfix, Exim, Sendmail), and
	   host is such a name. */
	bool host_verified;
	/* A user of the server's host handed the message over by a program
	   there. A message of the server itself was not. */
	bool by_user;
	/* The client is said to have logged in; the protocol may say so, too
	   (RFC 3848). */
	bool authenticated;
	/* Seconds since 1970; 0: there is no date, or it cannot be read. */
	time_t date;

	/* The index of the field in the header; only bounce_received_get() sets
	   it. */
	unsigned int field;
};

ARRAY_DEFINE_TYPE(bounce_received, struct bounce_received);

/* Of one header. */
struct bounce_received_list {
	ARRAY_TYPE(bounce_received) fields;
};

/* Read the value of one field, as t_bounce_field_value() returns it. Never
   fails: what is not understood is not filled in. The strings are the pool's,
   which must not be the data stack's. They have the octets as they came,
   without control characters, and need not be UTF-8. The work is linear in the
   size of the value. */
void bounce_received_parse(pool_t pool, const char *value,
			   struct bounce_received *received_r);

/* Returns the first BOUNCE_RECEIVED_MAX_FIELDS Received fields of a header,
   from the topmost down, with the first BOUNCE_RECEIVED_MAX_SIZE octets of
   each. They are read when somebody first asks for them, and belong to the
   header. */
const ARRAY_TYPE(bounce_received) *
bounce_received_get(const struct bounce_header *header);

#endif
