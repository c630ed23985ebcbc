#ifndef BACKSCATTER_RECORD_DICT_H
#define BACKSCATTER_RECORD_DICT_H

/* The user's record in the user's backscatter_dict. Reading takes one lookup.
   Changing takes one lookup and one transaction, with the user's lock held. */

#include "memory/record.h"

struct mail_user;

/* Read the record. The caller must advance it before using it. Returns 1, 0 if
   the user has no dict, or -1 with an error (data stack) if the dict does not
   answer, or if the record is broken or was written by a newer version. */
int backscatter_record_read(struct mail_user *user, pool_t pool,
			    struct backscatter_record *record_r,
			    const char **error_r);

/* Change the record that was read. Returns 0, or -1 with an error (data stack);
   nothing is then written. */
typedef int
backscatter_record_change_t(struct backscatter_record *record, void *context,
			    const char **error_r);

/* Read the record, let change() change it, and write it; if change is NULL, the
   record is not written. The counters (a NULL-terminated list of keys, or NULL)
   are incremented in the same transaction, but not if the dict is a file. A
   record that is broken, or was written by a newer version, is not overwritten;
   the counters are incremented nevertheless. Returns the same as above. */
int backscatter_record_change(struct mail_user *user,
			      backscatter_record_change_t *change,
			      void *context, const char *const *counters,
			      const char **error_r);

#endif
