#ifndef CHECK_OPTIONS_H
#define CHECK_OPTIONS_H

/* The command line of backscatter-check. */

#include "own-domains/words.h"
#include "base/envelope.h"
#include "verdict/policy.h"

struct bounce_check_options {
	const char *const *files;

	/* What judging depends on. domains is NULL: they are opened for each
	   message. */
	struct bounce_policy policy;
	/* Our own domains. Without --domain its list is NULL: then the domain
	   of the recipient is ours. */
	struct bounce_domain_words domains;
	/* What was given of the envelope. A NULL address was not given: then it
	   is taken from the message's header. */
	struct bounce_envelope envelope;

	/* NULL if there is no key directory */
	const char *key_dir;
	/* Resolvers, separated by white space. NULL: those of the system. */
	const char *dns_servers;
	bool no_dns;
	/* Whether to check SPF. policy.spf_rescue says what it is used for. */
	bool spf;
	bool reporter_spf;

	bool json;
	/* whether to list at the end who sent mail in our name that came back
	   unsigned */
	bool senders;
	/* how many times to judge each message; 0: once, without measuring the
	   time */
	unsigned int repeat;
};

/* Parse the command line. Returns 1 if there are messages to judge; 0 if all is
   done (--help, --version); -1 if the command line is wrong, and then the error
   was written to standard error. What the options point to is from the pool, or
   in argv, which must outlive them. */
int bounce_check_options_parse(pool_t pool, int argc, char *argv[],
			       struct bounce_check_options *options_r);

/* Write an error to standard error; a warning begins with "Warning: ". Returns
   -1. */
int check_error(const char *format, ...) ATTR_FORMAT(1, 2);

#endif
