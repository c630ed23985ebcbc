#ifndef BACKSCATTER_COUNT_H
#define BACKSCATTER_COUNT_H

/* Counting bounces in backscatter_dict. The functions that read these counters
   are in dovecot-backscatter.h. */

struct backscatter_delivered;

/* Returns the keys of the counters that are incremented for a delivered
   bounce: one each for the user, for the user's domain, for the server that
   reported the bounce, and for the key that verified the original.
   NULL-terminated, and from the data stack. */
const char *const *
backscatter_count_keys(const struct backscatter_delivered *delivered);

#endif
