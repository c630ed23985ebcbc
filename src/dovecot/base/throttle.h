#ifndef BACKSCATTER_THROTTLE_H
#define BACKSCATTER_THROTTLE_H

/* Remembers for a while which names were seen, so that a line is logged only
   once, and only one delivery waits for a service that is down. The caller
   passes the time. No memory is allocated: only the hash of a name is kept, so
   two names with the same hash are one name. */

#define BACKSCATTER_THROTTLE_MAX 64

struct backscatter_throttle {
	/* A name is held for this many seconds; 0: for ever. */
	unsigned int interval;
	/* What happens with a new name when all places are taken. TRUE: it
	   takes the place of the name that has been held longest. Set this
	   where strangers can make up names, so that they cannot fill all
	   places.
	   FALSE: it is not held until a place becomes free. */
	bool forget;

	struct backscatter_throttle_entry {
		unsigned int hash;
		time_t since;
	} entries[BACKSCATTER_THROTTLE_MAX];
	unsigned int count;
};

/* If the name is not held, hold it and return TRUE: the caller may now do what
   the name stands for, such as log a line. Returns FALSE if the name is held
   already, or if there is no place for it. */
bool backscatter_throttle_once(struct backscatter_throttle *throttle,
			       const char *name, time_t now);
/* Hold the name for one interval from now on, even if it is held already.
   Returns FALSE if there is no place for it. */
bool backscatter_throttle_hold(struct backscatter_throttle *throttle,
			       const char *name, time_t now);
/* Returns TRUE if the name is held, and its interval has not ended. */
bool backscatter_throttle_is_held(const struct backscatter_throttle *throttle,
				  const char *name, time_t now);

#endif
