#ifndef BACKSCATTER_RECORD_DICT_H
#define BACKSCATTER_RECORD_DICT_H

/* The user's record in his backscatter_dict: read by one lookup, and changed by
   one lookup and one transaction under the user's lock. */

#include "memory/record.h"

struct mail_user;

/* Read it. It has to be advanced before it is of use. Returns 1, 0 if the user
   has no dict, or -1 with an error (data stack): the dict does not answer, or
   what is there is broken or a newer version's. */
int backscatter_record_read(struct mail_user *user, pool_t pool,
			    struct backscatter_record *record_r,
			    const char **error_r);

/* Change what was read. Returns 0, or -1 with an error (data stack): then
   nothing is written. */
typedef int
backscatter_record_change_t(struct backscatter_record *record, void *context,
			    const char **error_r);

/* Read it, change it (NULL: it stays as it is), and write it, with the counters
   incremented in the same transaction: keys, NULL-terminated, or NULL. One that
   is broken, or a newer version's, is not overwritten; the counters are written
   then, too. In a file nothing is counted. Returns as above. */
int backscatter_record_change(struct mail_user *user,
			      backscatter_record_change_t *change,
			      void *context, const char *const *counters,
			      const char **error_r);

#endif
