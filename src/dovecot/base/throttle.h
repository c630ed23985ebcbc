#ifndef BACKSCATTER_THROTTLE_H
#define BACKSCATTER_THROTTLE_H

/* Remembers what happened of late, by names, so that the log says a thing once,
   and a service that is down costs one delivery its deadline and not all of
   them. Pure: time comes from outside. Bounded: nothing is allocated, and a name
   is kept as its hash. */

#define BACKSCATTER_THROTTLE_MAX 64

struct backscatter_throttle {
	/* Seconds for which a name is held; 0: for ever. */
	unsigned int interval;
	/* If all places are taken the name that has been held longest is
	   forgotten: where strangers can make up the names, so that they cannot
	   use up the places of others. Otherwise no new name is let through
	   until one of those is due again. */
	bool forget;

	struct backscatter_throttle_entry {
		unsigned int hash;
		time_t since;
	} entries[BACKSCATTER_THROTTLE_MAX];
	unsigned int count;
};

/* TRUE if the name is not held, and is from now on: what it stands for, mostly
   a line of the log, may be done now. FALSE, too, if there is no place. */
bool backscatter_throttle_once(struct backscatter_throttle *throttle,
			       const char *name, time_t now);
/* Hold the name for the interval from now on, whether it is held or not.
   Returns FALSE if there is no place for it. */
bool backscatter_throttle_hold(struct backscatter_throttle *throttle,
			       const char *name, time_t now);
bool backscatter_throttle_is_held(const struct backscatter_throttle *throttle,
				  const char *name, time_t now);

#endif
