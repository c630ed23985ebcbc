#ifndef CHECK_H
#define CHECK_H

/* The answer of backscatter-check for one message, and how it is printed. */

#include "bounce-policy.h"

struct istream;
struct bounce_key_lookup;
struct bounce_message;
struct bounce_verdict;
struct bounce_evidence;
struct bounce_check_options;

struct bounce_check {
	const struct bounce_check_options *options;
	struct bounce_key_lookup *keys;
};

struct bounce_check_result {
	/* Where the message was found. */
	const char *file;
	unsigned int number;

	/* What it was judged by, its own recipient's domain included. */
	struct bounce_policy policy;
	struct bounce_envelope envelope;
	/* The field that envelope.rcpt_to comes from; NULL: the option, or
	   there is none. */
	const char *rcpt_to_field;

	const struct bounce_message *message;
	const struct bounce_verdict *verdict;
	/* NULL: not a bounce. */
	const struct bounce_evidence *evidence;
};

/* Read a message and judge it. Returns 0, or -1 with an error (data stack) if
   the stream could not be read. The result is the pool's. */
int bounce_check_judge(const struct bounce_check *check, pool_t pool,
		       struct istream *input,
		       struct bounce_check_result *result_r,
		       const char **error_r);

/* TRUE if a cap was reached anywhere. */
bool bounce_check_over_limit(const struct bounce_check_result *result);

/* dest is not from the data stack: it grows in frames of it. */

/* One JSON object and a line end: the contract. */
void bounce_check_json(string_t *dest,
		       const struct bounce_check_result *result);
/* For a human, in at most 79 columns but for words that are longer; an empty
   line at its end. */
void bounce_check_text(string_t *dest,
		       const struct bounce_check_result *result);

#endif
