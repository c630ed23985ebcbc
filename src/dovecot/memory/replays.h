#ifndef BACKSCATTER_STATE_H
#define BACKSCATTER_STATE_H

/* What is remembered from one bounce to the next, on top of dict/state-dict.h:
   the ports of core/verdict/ports.h that ask it. */

#include "verdict/ports.h"

struct event;
struct mail_user;
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

struct backscatter_state {
	struct bounce_replay_source replay;
	struct bounce_disown_source disown;

	struct mail_user *user;
	const struct backscatter_settings *set;
	time_t now;
	enum backscatter_replays replays;
	/* The number that will be incremented: the dict is locked until then;
	   NULL: none. From the pool that the port was given. */
	const char *replay_key;
};

/* Put what the user's dict can answer into the ports; without a dict nothing,
   and the log says once that replays are not counted. The state must live as
   long as the ports. */
void backscatter_state_init(struct backscatter_state *state,
			    struct mail_user *user,
			    const struct backscatter_settings *set,
			    time_t now, enum backscatter_replays replays,
			    struct bounce_ports *ports);
/* The delivery of a bounce that was judged has ended. If it was delivered,
   count it, by its replays and for bursts (whose warning is the event's child);
   otherwise it will come again, and does not count. Must be called, for the lock
   that is had since it was judged. */
void backscatter_state_end(struct mail_user *user, struct event *event,
			   const struct backscatter_result *result,
			   bool delivered);

#endif
