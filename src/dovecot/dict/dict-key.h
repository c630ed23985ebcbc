#ifndef BACKSCATTER_DICT_KEY_H
#define BACKSCATTER_DICT_KEY_H

/* The names of what is kept in backscatter_dict. All of them:

   shared/backscatter/add/...	   counters: audit/count-key.h
   priv/backscatter/number/NAME	   of a user, a number
   priv/backscatter/text/NAME	   of a user, a text
   shared/backscatter/number/NAME  of the site, a number
   shared/backscatter/text/NAME	   of the site, a text

   so that six maps are all that a SQL dict needs, and numbers can be columns
   that are incremented: a set of one that is there may add to it. NAME is one
   component: words joined by dots, without a slash. What a stranger, or a
   user's name, has put into it is a hash of theirs. Every NAME can be computed:
   Redis has no iteration. What is of use for a time only has a NAME that begins
   with "x", the time (ten digits, seconds since 1970) after which it is never
   read again, and a dot: whether the dict expires it or not is of no matter, and
   it is easily told what can be deleted. Of the site there is none today.

   xTIME.replay.ID	      number: how often this came back
   xTIME.burst.VERDICT	      number of bounces, by steps of the burst period
   xTIME.burst.originals      number of different originals, by steps
   xTIME.burst.recipients     number of different failed recipients, by steps
   xTIME.burst.of.HASH	      number: when this original was counted
   xTIME.burst.to.HASH	      number: when this recipient was counted
   burst		      text: the last burst: since, last, originals,
			      recipients, bounces
   disowned		      text: the times that are disowned
   status.check		      number: written by doveadm backscatter status, to
			      see whether it can be */

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

/* The number of the window of this length (seconds) that a time is in. */
uint64_t backscatter_key_window(time_t now, unsigned int length);
/* The key of what is of use until then. The prefix is one of those above. From
   the data stack. */
const char *backscatter_key_expiring(const char *prefix, uint64_t until,
				       const char *name);
/* TRUE if a key with this prefix is one of these, and its time is over. */
bool backscatter_key_is_expired(const char *key, const char *prefix,
				time_t now);

#endif
