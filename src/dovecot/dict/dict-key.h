#ifndef BACKSCATTER_DICT_KEY_H
#define BACKSCATTER_DICT_KEY_H

/* The names of what is kept in backscatter_dict. All of them:

   shared/backscatter/add/...	      counters: audit/count-key.h
   priv/backscatter/text/disowned     of a user: memory/record.h
   priv/backscatter/text/status.check written by doveadm backscatter status, to
				      see whether it can be

   Every one can be computed: Redis has no iteration. That of a user's record is
   the name under which version 0.1 kept the times that are disowned, so that
   they are found without another question. */

#define BACKSCATTER_KEY_PRIV "priv/backscatter/"
#define BACKSCATTER_KEY_RECORD BACKSCATTER_KEY_PRIV"text/disowned"
#define BACKSCATTER_KEY_STATUS_CHECK BACKSCATTER_KEY_PRIV"text/status.check"

/* What a text of any length is in a key: the first half of its SHA-256, in hex.
   From the data stack. */
const char *backscatter_key_hash_str(const char *str);

#endif
