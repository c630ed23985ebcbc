#ifndef BOUNCE_KIND_H
#define BOUNCE_KIND_H

/* Which message is a bounce. The rules are numbered in bounce-kind.c. */

#include "bounce-types.h"

struct bounce_header;
struct bounce_envelope;
struct bounce_message;

/* From the header alone: FALSE if no body can make this a bounce. */
bool bounce_kind_is_possible(const struct bounce_header *header,
			     const struct bounce_envelope *envelope);

struct bounce_kind_result {
	enum bounce_kind kind;
	/* The rule that decided, for a human; a static string. */
	const char *rule;
	/* By a rule that is too weak to hold anything against the message:
	   it may be genuine, it is never backscatter. */
	bool weak;
};

/* The kind of a message that was read. envelope may be of a nested message:
   with mail_from NULL. */
void bounce_kind_classify(const struct bounce_message *message,
			  const struct bounce_envelope *envelope,
			  struct bounce_kind_result *result_r);

#endif
