#ifndef BOUNCE_ENVELOPE_H
#define BOUNCE_ENVELOPE_H

/* What is known of a delivery beside the message. Whoever fills in the struct
   owns the strings. */

struct bounce_envelope {
	/* MAIL FROM. NULL: it is not known; "": it is the null sender. */
	const char *mail_from;
	/* RCPT TO. NULL: it is not known. */
	const char *rcpt_to;
	/* The decoded address of ORCPT (RFC 3461 section 4.2): the recipient
	   before servers rewrote RCPT TO. NULL: it is not known, or its type is
	   not rfc822. */
	const char *orcpt;
	/* The user name of the mailbox's owner. It is used only if it is an
	   address. NULL: it is not known. */
	const char *user;
};

#endif
