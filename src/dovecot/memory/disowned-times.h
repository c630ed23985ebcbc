#ifndef BACKSCATTER_DISOWNED_TIMES_H
#define BACKSCATTER_DISOWNED_TIMES_H

/* Times in which somebody else used an account, and the text in which they are
   kept: "SINCE-UNTIL SINCE-UNTIL", sorted, in seconds since 1970. Both ends are
   included. */

#define BOUNCE_WINDOWS_MAX 32
/* The end of the year 9999. A later time is not accepted, because localtime()
   may fail on it. */
#define BOUNCE_WINDOWS_TIME_MAX 253402300799LL

struct bounce_window {
	time_t since, until;
};

struct bounce_windows {
	struct bounce_window list[BOUNCE_WINDOWS_MAX];
	unsigned int count;
};

/* Parse the text; NULL and "" stand for no times. Returns 0, or -1 if the text
   is broken, and then windows_r is empty. */
int bounce_windows_parse(const char *text, struct bounce_windows *windows_r);
/* Returns the text, from the data stack. */
const char *t_bounce_windows_text(const struct bounce_windows *windows);

/* Add a window, and join it with those that it overlaps. since must not be
   later than until. Returns FALSE if there are too many windows. */
bool bounce_windows_add(struct bounce_windows *windows,
			time_t since, time_t until);
/* Remove all windows that overlap with this time. Returns how many they
   were. */
unsigned int bounce_windows_remove(struct bounce_windows *windows,
				   time_t since, time_t until);
/* TRUE if one of the windows includes this time. */
bool bounce_windows_have(const struct bounce_windows *windows, time_t when);

#endif
