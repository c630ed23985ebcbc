#ifndef BOUNCE_ENVELOPE_H
#define BOUNCE_ENVELOPE_H

/* What is known of a delivery beside the message. The strings are its
   owner's. */

struct bounce_envelope {
	/* MAIL FROM: NULL: not known; "": the null sender. */
	const char *mail_from;
	/* RCPT TO: NULL: not known. */
	const char *rcpt_to;
	/* The address of ORCPT, RFC 3461 section 4.2, decoded: whom it was for
	   before servers rewrote RCPT TO. NULL: not known, or of another type
	   than rfc822. */
	const char *orcpt;
	/* The name of the mailbox's owner; it counts if it is an address.
	   NULL: not known. */
	const char *user;
};

#endif
