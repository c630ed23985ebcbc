#ifndef BACKSCATTER_DISOWNED_TIMES_H
#define BACKSCATTER_DISOWNED_TIMES_H

/* Times in which an account was in other hands, as a text to be kept:
   "SINCE-UNTIL SINCE-UNTIL", seconds since 1970, both included, sorted. */

#define BOUNCE_WINDOWS_MAX 32
/* No time is later than the year 9999: localtime() may not take it, and what
   prints times asks nobody. */
#define BOUNCE_WINDOWS_TIME_MAX 253402300799LL

struct bounce_window {
	time_t since, until;
};

struct bounce_windows {
	struct bounce_window list[BOUNCE_WINDOWS_MAX];
	unsigned int count;
};

/* NULL and "" are no windows. Returns 0, or -1 if the text is broken: nothing
   of it is believed. */
int bounce_windows_parse(const char *text, struct bounce_windows *windows_r);
/* From the data stack. */
const char *t_bounce_windows_text(const struct bounce_windows *windows);

/* Add one, joined with those that it overlaps. since must not be after until.
   Returns FALSE if there are too many. */
bool bounce_windows_add(struct bounce_windows *windows,
			time_t since, time_t until);
/* Take out all windows that reach into this time. Returns how many. */
unsigned int bounce_windows_remove(struct bounce_windows *windows,
				   time_t since, time_t until);
bool bounce_windows_have(const struct bounce_windows *windows, time_t when);

#endif
