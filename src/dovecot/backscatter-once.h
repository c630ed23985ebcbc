#ifndef BACKSCATTER_ONCE_H
#define BACKSCATTER_ONCE_H

/* Remembers what was said, so that the log is told once. Bounded: a process
   that has said this many different things says no more new ones until the
   first is due again, or it forgets the first. */

#define BACKSCATTER_ONCE_MAX 64

struct backscatter_once_entry {
	unsigned int hash;
	time_t said;
};

struct backscatter_once {
	/* Seconds after which a thing may be said again; 0: never. */
	unsigned int interval;
	/* Where strangers can make up what is said: if there is no place left,
	   the thing that was said first is forgotten, so that they cannot use
	   up what may be said of the rest. */
	bool forget;

	struct backscatter_once_entry entries[BACKSCATTER_ONCE_MAX];
	unsigned int count;
};

/* TRUE if the text should be said now. */
bool backscatter_once(struct backscatter_once *once, const char *text,
		      time_t now);

#endif
