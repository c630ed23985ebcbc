#ifndef BOUNCE_WALK_H
#define BOUNCE_WALK_H

#include "bounce-message-private.h"

/* The walk over the message that is being delivered. */
struct bounce_walk *
bounce_walk_init(struct bounce_walk_shared *shared,
		 struct bounce_message *message);

#endif
