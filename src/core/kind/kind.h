#ifndef BOUNCE_KIND_H
#define BOUNCE_KIND_H

/* Decides whether a message is a bounce, and of which kind. The rules are in
   kind/kind.c, and have numbers. */

#include "base/types.h"

struct bounce_envelope;
struct bounce_message;

struct bounce_kind_result {
	enum bounce_kind kind;
	/* The rule that decided, for people; a static string. */
	const char *rule;
	/* The rule is too weak to hold anything against the message, which may
	   be found genuine, but never backscatter. */
	bool weak;
};

/* Find the kind of a message that was read with this envelope. The envelope of
   a message inside another one is zeroed. */
void bounce_kind_classify(const struct bounce_message *message,
			  const struct bounce_envelope *envelope,
			  struct bounce_kind_result *result_r);

#endif
