#ifndef BACKSCATTER_MEMORY_H
#define BACKSCATTER_MEMORY_H

/* Gives one message access to what is remembered of the user: to the ports of
   core/verdict/ports.h and to Sieve, which read it, and after the delivery to
   what is counted. Before the delivery the record is read at most once, and no
   lock is held between reading it and writing it. */

#include "verdict/ports.h"
#include "memory/record.h"

struct event;
struct mail_user;
struct backscatter_record;
struct backscatter_record_counters;
struct backscatter_result;
struct backscatter_settings;

/* How to use the number of bounces that the user has received before for the
   same original. */
enum backscatter_replays {
	/* Do not ask for it. The message is in a mailbox already, and how many
	   came before it is not known any more. */
	BACKSCATTER_REPLAYS_IGNORE = 0,
	/* Ask how many were delivered. This one is not being delivered. */
	BACKSCATTER_REPLAYS_LOOK,
	/* Ask how many were delivered. This one is being delivered, and will be
	   counted. */
	BACKSCATTER_REPLAYS_COUNT
};

/* What a notice of a burst says. */
struct backscatter_memory_notice {
	struct backscatter_record_burst burst;
	/* The user is suspended from sending. */
	bool suspended;
	/* For backscatter_burst_message_id(). */
	char id[BACKSCATTER_RECORD_HASH_LEN + 1];
};

/* Set the ports that the user's dict can answer. If the user has no dict, no
   port is set, and a debug line, logged once by each process, says that replays
   are not counted. Returns what the other functions here take. It is allocated
   from the pool, which must live as long as the ports and the result of the
   message. */
struct backscatter_memory *
backscatter_memory_create(pool_t pool, struct mail_user *user,
			  const struct backscatter_settings *set, time_t now,
			  enum backscatter_replays replays,
			  struct bounce_ports *ports);
/* FALSE if the user has no dict: nothing is remembered then, and nothing is
   counted. */
bool backscatter_memory_has_dict(const struct backscatter_memory *memory);
/* Returns the user's record, advanced to the time of the message; it lives as
   long as memory. Returns NULL if there is no dict, or if the record cannot be
   read; the latter with an error, which also lives as long. */
const struct backscatter_record *
backscatter_memory_get(struct backscatter_memory *memory,
		       const char **error_r);

/* The delivery of a bounce has ended: increment the counters, and if the bounce
   was delivered, count it in the user's record. One that was not delivered will
   come again. The event is the parent of a burst's warning. Returns TRUE if a
   notice of a burst is to be sent. */
bool backscatter_memory_end(struct backscatter_memory *memory,
			    struct event *event,
			    const struct backscatter_result *result,
			    const struct backscatter_record_counters *counters,
			    bool delivered,
			    struct backscatter_memory_notice *notice_r);

#endif
