#ifndef BACKSCATTER_MEMORY_H
#define BACKSCATTER_MEMORY_H

/* What is remembered of the user, for one message: the ports of
   core/verdict/ports.h that ask for it, what Sieve asks for, and, after the
   delivery, what is counted. The record is read once at most before the message
   is delivered, and no lock is held meanwhile. */

#include "verdict/ports.h"

struct event;
struct mail_user;
struct backscatter_record;
struct backscatter_result;
struct backscatter_settings;

/* What is to become of the number of bounces that came back before. */
enum backscatter_replays {
	/* It is not asked for: what is in a mailbox was delivered, and how many
	   there were then is not known any more. */
	BACKSCATTER_REPLAYS_IGNORE = 0,
	/* How many were delivered; this one is not. */
	BACKSCATTER_REPLAYS_LOOK,
	/* This one is to be delivered, and will count. */
	BACKSCATTER_REPLAYS_COUNT
};

/* Put what the user's dict can answer into the ports; without a dict nothing,
   and the log says once that replays are not counted. Returns what the other
   functions take, from the pool, in which it must live as long as the ports and
   the result of the message. */
struct backscatter_memory *
backscatter_memory_create(pool_t pool, struct mail_user *user,
			  const struct backscatter_settings *set, time_t now,
			  enum backscatter_replays replays,
			  struct bounce_ports *ports);
/* The user's record as of the message's time, which lives as long as memory.
   NULL if there is no dict, or if the record cannot be read, with an error that
   lives as long. */
const struct backscatter_record *
backscatter_memory_get(struct backscatter_memory *memory,
		       const char **error_r);

/* The delivery of a bounce has ended: increment the counters (keys,
   NULL-terminated), and if it was delivered, count it in the user's record; what
   was not delivered will come again. A warning of a burst is the event's
   child. */
void backscatter_memory_end(struct backscatter_memory *memory,
			    struct event *event,
			    const struct backscatter_result *result,
			    const char *const *counters, bool delivered);

#endif
