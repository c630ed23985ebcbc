#ifndef BOUNCE_KIND_H
#define BOUNCE_KIND_H

/* Which message is a bounce. The rules are numbered in kind/kind.c. */

#include "base/types.h"

struct bounce_envelope;
struct bounce_message;

struct bounce_kind_result {
	enum bounce_kind kind;
	/* The rule that decided, for a human; a static string. */
	const char *rule;
	/* By a rule that is too weak to hold anything against the message:
	   it may be genuine, it is never backscatter. */
	bool weak;
};

/* The kind of a message that was read. envelope: the one that it was read with;
   of a nested message, an empty one. */
void bounce_kind_classify(const struct bounce_message *message,
			  const struct bounce_envelope *envelope,
			  struct bounce_kind_result *result_r);

#endif
