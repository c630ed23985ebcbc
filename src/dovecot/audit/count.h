#ifndef BACKSCATTER_COUNT_H
#define BACKSCATTER_COUNT_H

/* Counters that last, in backscatter_dict. What reads them is in
   dovecot-backscatter.h. */

struct backscatter_delivered;

/* The counters of a delivered bounce, to be incremented by one: its user's, the
   user's domain's, the one of the server that reported it, and the one of the
   key that has verified the original. NULL-terminated; from the data stack. */
const char *const *
backscatter_count_keys(const struct backscatter_delivered *delivered);

#endif
