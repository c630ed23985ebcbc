#ifndef BACKSCATTER_DICT_KEY_H
#define BACKSCATTER_DICT_KEY_H

/* The names of all keys in backscatter_dict:

   shared/backscatter/add/...	      counters: audit/count-key.h
   shared/backscatter/name/...	      all counters of a name, in SQL alone: the
				      same
   shared/backscatter/tidy/...	      what is old, in SQL alone: the same
   priv/backscatter/bounce/...	      a bounce, in SQL alone: audit/count-key.h
   priv/backscatter/text/disowned     the user's record: memory/record.h
   priv/backscatter/suspended/...     since, until, by, why: whether the user
				      is suspended from sending, which others
				      read as one row (memory/suspension.h)
   priv/backscatter/text/status.check written by doveadm backscatter status, to
				      see whether writing is possible

   Each name can be computed, because Redis has no iteration. The record has the
   name under which versions before 1.0.0 kept the user's disowned times, so
   that these are found by the same lookup. */

#define BACKSCATTER_KEY_PRIV "priv/backscatter/"
#define BACKSCATTER_KEY_RECORD BACKSCATTER_KEY_PRIV"text/disowned"
#define BACKSCATTER_KEY_SUSPENDED BACKSCATTER_KEY_PRIV"suspended/"
#define BACKSCATTER_KEY_STATUS_CHECK BACKSCATTER_KEY_PRIV"text/status.check"

/* Returns what stands in a key for a text of any length: the first half of its
   SHA-256 in hex. From the data stack. */
const char *backscatter_key_hash_str(const char *str);

#endif
