#ifndef BACKSCATTER_COUNT_H
#define BACKSCATTER_COUNT_H

/* Counters that last, in backscatter_dict. What reads them is in
   dovecot-backscatter.h. */

struct backscatter_delivered;

/* Count a delivered bounce: for its user, for the user's domain, for the server
   that reported it, and for the key that has verified the original. The
   increments are begun, and waited for when the user is freed; what goes wrong
   with them is the dict's matter to tell. Nothing is counted if the user has no
   dict, or if it is a file. */
void backscatter_count_delivered(const struct backscatter_delivered *delivered);

#endif
