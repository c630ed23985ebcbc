#ifndef BOUNCE_ANSWER_H
#define BOUNCE_ANSWER_H

/* The answer to an admin's question: what would have become of this message,
   and why. For backscatter-check and doveadm. */

#include "bounce-envelope.h"
#include "bounce-policy.h"

struct istream;
struct bounce_ports;
struct bounce_message;
struct bounce_verdict;

struct bounce_answer {
	/* Asked: */

	/* Where the message was found; of several in a file its number, from
	   1. */
	const char *file;
	unsigned int number;
	/* What it is judged by. Filled from the message where it is not known:
	   policy.domains (NULL: the recipient's domain), envelope.rcpt_to. */
	struct bounce_policy policy;
	struct bounce_envelope envelope;
	/* The recipient where Delivered-To and X-Original-To name none; NULL:
	   To does. */
	const char *owner;

	/* Answered; the pool's: */

	/* The field that envelope.rcpt_to comes from, static; NULL: none. */
	const char *rcpt_to_field;
	const struct bounce_message *message;
	const struct bounce_verdict *verdict;
};

/* Read a message and judge it. Returns 0, or -1 with an error (data stack) if
   the stream could not be read. */
int bounce_answer_judge(pool_t pool, struct bounce_answer *answer,
			const struct bounce_ports *ports,
			struct istream *input, const char **error_r);

/* TRUE if a cap was reached anywhere. */
bool bounce_answer_is_over_limit(const struct bounce_answer *answer);

/* Append an explanation for a human, step by step, in at most 79 columns but
   for words that are longer; an empty line at its end. dest is not from the
   data stack: it grows in frames of it. */
void bounce_answer_text(string_t *dest, const struct bounce_answer *answer);

#endif
