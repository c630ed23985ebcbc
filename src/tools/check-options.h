#ifndef CHECK_OPTIONS_H
#define CHECK_OPTIONS_H

/* The command line of backscatter-check. */

#include "own-domains/words.h"
#include "base/envelope.h"
#include "verdict/policy.h"

struct bounce_check_options {
	const char *const *files;

	/* domains is NULL: they are opened for each message. */
	struct bounce_policy policy;
	/* list is NULL without --domain: the recipient's domain is ours. */
	struct bounce_domain_words domains;
	/* What was given of it; NULL: the message's header says. */
	struct bounce_envelope envelope;

	/* NULL: none */
	const char *key_dir;
	/* Resolvers, separated by spaces; NULL: the system's. */
	const char *dns_servers;
	bool no_dns;
	/* Ask for SPF, too; policy.spf_rescue: what of it. */
	bool spf;
	bool reporter_spf;

	bool json;
	/* say at the end who sent mail of ours that came back unsigned */
	bool senders;
	/* 0: judge once, and measure nothing */
	unsigned int repeat;
};

/* Returns 1 if there is something to do; 0 if everything is done (--help);
   -1 if the command line is wrong, which was said on standard error. argv
   must outlive the options. */
int bounce_check_options_parse(pool_t pool, int argc, char *argv[],
			       struct bounce_check_options *options_r);

/* Write an error, or with "Warning: " at its beginning a warning, to standard
   error. Returns -1. */
int check_error(const char *format, ...) ATTR_FORMAT(1, 2);

#endif
