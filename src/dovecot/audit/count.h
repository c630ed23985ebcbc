#ifndef BACKSCATTER_COUNT_H
#define BACKSCATTER_COUNT_H

/* Counting bounces in backscatter_dict. The functions that read these counters
   are in dovecot-backscatter.h. */

#include "memory/record-dict.h"

struct backscatter_delivered;

/* Returns the keys of the counters that are incremented for a delivered
   bounce: one each for the user, for the user's domain, for the server that
   reported the bounce, and for the key that verified the original. They are
   from the data stack. */
void backscatter_count_keys(const struct backscatter_delivered *delivered,
			    struct backscatter_record_counters *counters_r);

#endif
