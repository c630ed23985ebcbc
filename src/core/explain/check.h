#ifndef BOUNCE_CHECK_H
#define BOUNCE_CHECK_H

/* Reads a message from a stream and judges it, for the delivery hook, for Sieve
   without it, for doveadm and for backscatter-check. Only this file finds out
   what the caller does not know about the delivery. */

#include "base/envelope.h"
#include "verdict/policy.h"

struct istream;
struct bounce_ports;
struct bounce_verdict;

struct bounce_check {
	/*
	 * What the caller knows
	 */

	/* The file in which the message was found, and its number in the file,
	   from 1. They are only for the explanation. */
	const char *file;
	unsigned int number;
	/* The policy by which the message is judged. If domains is NULL,
	   bounce_check() sets it to the domains of the recipient and of the
	   user's name. */
	struct bounce_policy policy;
	/* If rcpt_to is NULL, bounce_check() sets it to the recipient that it
	   finds: the owner of the mailbox, if his name is an address, or what
	   header_recipient allows; it stays NULL if there is none. */
	struct bounce_envelope envelope;
	/* The message was delivered before, so its header may name the
	   recipient: Delivered-To and X-Original-To are better than the name of
	   the owner, and To is used if that name is not an address. In a
	   message that is just being delivered, anybody may have written these
	   fields. */
	bool header_recipient;
	/* Do not judge a message that may be a bounce if no own domains are
	   known, because all originals would be taken for those of
	   strangers. */
	bool domains_needed;
	/* Called before a message is judged that may be a bounce. Returns 0, or
	   -1 with an error if the message cannot be judged now. NULL: nothing
	   has to be prepared. */
	int (*prepare)(const char **error_r);
	/* Why the message cannot be judged even though it can be read; NULL: it
	   can be judged. */
	const char *failed;

	/*
	 * What bounce_check() finds; it is allocated from the pool
	 */

	/* The name of the header field from which envelope.rcpt_to was taken, a
	   static string; NULL: it was not taken from the header. */
	const char *rcpt_to_field;
	/* The verdict; NULL: the message was not judged, because no own domains
	   are known. */
	const struct bounce_verdict *verdict;
};

/* Read a message from the current position of a blocking stream, and judge it.
   Returns 1 if it was judged; 0 if no own domains are known and they are
   needed; or -1 with an error if the stream could not be read or the message
   could not be judged. In the last case the verdict is temperror if what was
   read is a bounce. The error is from the data stack or the stream, or is
   that of check->prepare() or check->failed. */
int bounce_check(pool_t pool, struct bounce_check *check,
		 const struct bounce_ports *ports, struct istream *input,
		 const char **error_r);

/* Look for anything that hints at a bounce, a report or an automatic reply in a
   header, piece by piece, from the first octet of the message on, as long as 0
   is returned. offset is where the piece begins in the message; of the envelope
   only mail_from is used. Returns 1 if the header ends in this piece without
   such a thing: bounce_check() would find no kind; 0 if it goes on in the next
   piece; or -1 if only bounce_check() knows what the message is. Most mail is
   ordinary, and this costs a fraction of bounce_check(). */
int bounce_check_ordinary(const struct bounce_envelope *envelope,
			  uoff_t offset, const unsigned char *data,
			  size_t size);

/* TRUE if a cap was reached anywhere in the message. The message must have a
   verdict. */
bool bounce_check_is_over_limit(const struct bounce_check *check);

/* Append an explanation of the verdict for people, step by step, with an empty
   line at its end. Lines have at most 79 columns unless a single word is
   longer. dest must not be from the data stack, as it grows inside frames of
   the data stack. */
void bounce_check_text(string_t *dest, const struct bounce_check *check);

#endif
