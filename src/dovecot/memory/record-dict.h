#ifndef BACKSCATTER_RECORD_DICT_H
#define BACKSCATTER_RECORD_DICT_H

/* The user's record in the user's backscatter_dict. Reading takes one lookup.
   Changing takes one lookup and one transaction, with the user's lock held.

   A host that has a lock of its own may overwrite the change. The record tells
   whether several hosts write it. A change that must not be lost is then looked
   up after it was written, and made again if it is gone. */

#include "memory/record.h"

struct mail_user;
struct backscatter_suspension;

/* The keys of the counters that a bounce is counted in. */
struct backscatter_record_counters {
	/* NULL-terminated: each of them is incremented, or */
	const char *const *keys;
	/* in SQL, this key is set to the record's text, which writes the record
	   and increments all of them. */
	const char *bounce;
};

/* What an admin is told who asks for the record of a user without a dict. */
#define BACKSCATTER_RECORD_NO_DICT \
	"backscatter_dict is not set, see 97-backscatter-dict.conf of the " \
	"example configuration"

/* Read the record. The caller must advance it before using it. Returns 1, 0 if
   the user has no dict, or -1 with an error (data stack) if the dict does not
   answer, or if the record is broken or was written by a newer version. */
int backscatter_record_read(struct mail_user *user, pool_t pool,
			    struct backscatter_record *record_r,
			    const char **error_r);

/* Change the record that was read. Returns 1 if the change must not be lost:
   the function may then be called again, with the record as it was read after
   the change. Returns 0 if the change may be lost or, when the function is
   called again, if it is still there and nothing was changed. Returns -1 with
   an error (data stack); nothing is then written. */
typedef int
backscatter_record_change_t(struct backscatter_record *record, void *context,
			    const char **error_r);

/* Read the record, let change() change it, and write it; if change is NULL, the
   record is not written. can_wait tells that the caller, who is not delivering
   mail, can wait for half a second, during which the lock is released, to see
   whether another host overwrites the change. The counters (NULL: none) are
   incremented in the same transaction, but not if the dict is a file. A record
   that is broken, or was written by a newer version, is not overwritten; the
   counters are incremented nevertheless.
   Returns the same as backscatter_record_read(). */
int backscatter_record_change(struct mail_user *user,
			      backscatter_record_change_t *change,
			      void *context, bool can_wait,
			      const struct backscatter_record_counters
				*counters,
			      const char **error_r);
/* Write a suspension, or delete it if its since is 0, without the record, which
   is neither read nor changed. Returns 1, 0 if the user has no dict, or -1 with
   an error (data stack). */
int
backscatter_record_write_suspension(struct mail_user *user,
				    const struct backscatter_suspension *s,
				    const char **error_r);

#endif
