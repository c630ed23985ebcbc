#ifndef BACKSCATTER_DICT_KEY_H
#define BACKSCATTER_DICT_KEY_H

/* The names of what is kept in backscatter_dict. All of them:

   shared/backscatter/add/...	   counters: backscatter-count-key.h
   priv/backscatter/number/NAME	   of a user, a number
   priv/backscatter/text/NAME	   of a user, a text
   shared/backscatter/number/NAME  of the site, a number
   shared/backscatter/text/NAME	   of the site, a text

   so that six maps are all that a SQL dict needs, and numbers can be columns
   that are incremented: they are never set to a value. NAME is one component: words joined by dots, without
   a slash. What a stranger, or a user's name, has put into it is a hash of
   theirs. Every NAME can be computed: Redis has no iteration. What counts
   over a time has the number of its window (time / length of the window) in
   its NAME: old ones are never read again, whether the dict expires them or
   not.

   replay.KIND.WINDOW.HASH  shared number: bounces of this kind that came for
			    the signature whose b= has this hash */

#define BACKSCATTER_KEY_PRIV_NUMBER "priv/backscatter/number/"
#define BACKSCATTER_KEY_PRIV_TEXT "priv/backscatter/text/"
#define BACKSCATTER_KEY_SHARED_NUMBER "shared/backscatter/number/"
#define BACKSCATTER_KEY_SHARED_TEXT "shared/backscatter/text/"

/* What bytes of any kind are in a key: the first half of their SHA-256, in
   hex. From the data stack. */
const char *backscatter_key_hash(const void *data, size_t size);
const char *backscatter_key_hash_str(const char *str);
/* A short word that an admin or we have chosen, such as a domain: as it is if
   it is of letters, digits, '-', '_' alone, otherwise its hash. From the data
   stack. */
const char *backscatter_key_word(const char *str);

/* The number of the window that a time is in. */
uint64_t backscatter_key_window(time_t now, unsigned int length);

#endif
