#ifndef BOUNCE_CHECK_H
#define BOUNCE_CHECK_H

/* The one judge: from a stream to the verdict, for the delivery hook, Sieve
   alone, doveadm and backscatter-check. What is not known of the delivery is
   found here, and nowhere else. */

#include "base/envelope.h"
#include "verdict/policy.h"

struct istream;
struct bounce_ports;
struct bounce_verdict;

struct bounce_check {
	/*
	 * What the caller knows
	 */

	/* Where the message was found; of several in a file its number, from
	   1. For the explanation. */
	const char *file;
	unsigned int number;
	/* What it is judged by. domains is NULL: the recipient's domain, which is
	   put there. */
	struct bounce_policy policy;
	/* rcpt_to is NULL: it is the mailbox's owner, if that is an address; it
	   is put there. */
	struct bounce_envelope envelope;
	/* The message was delivered before: Delivered-To and X-Original-To say
	   better than the owner's name who the recipient was, and To where that
	   is not an address. Of one that is on its way anybody may have written
	   them. */
	bool header_recipient;
	/* Do not judge a message for which no own domains are known: to it all
	   originals are strangers'. */
	bool domains_needed;
	/* Why the message cannot be judged, though it can be read; NULL: it
	   can. */
	const char *failed;

	/*
	 * What is found; it is the pool's
	 */

	/* The field that envelope.rcpt_to comes from, static; NULL: none. */
	const char *rcpt_to_field;
	/* NULL: it was not judged, for want of own domains. */
	const struct bounce_verdict *verdict;
};

/* Read a message from where a blocking stream stands, and judge it. Returns 1;
   0 if no own domains are known, and they are needed; or -1 with an error (data
   stack, or the stream's) if the stream could not be read, or the message not be
   judged: the verdict is then temperror, if what was read is a bounce. */
int bounce_check(pool_t pool, struct bounce_check *check,
		 const struct bounce_ports *ports, struct istream *input,
		 const char **error_r);

/* TRUE if a cap was reached anywhere. */
bool bounce_check_is_over_limit(const struct bounce_check *check);

/* Append an explanation for a human, step by step, in at most 79 columns but
   for words that are longer; an empty line at its end. dest is not from the
   data stack: it grows in frames of it. */
void bounce_check_text(string_t *dest, const struct bounce_check *check);

#endif
