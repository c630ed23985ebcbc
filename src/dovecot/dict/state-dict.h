#ifndef BACKSCATTER_DICT_H
#define BACKSCATTER_DICT_H

/* The user's backscatter_dict: what is remembered from one bounce to the next.
   One handle for each user, opened when it is first needed.

   Nothing here delays a delivery beyond BACKSCATTER_DICT_DEADLINE_MSECS for a
   message, or fails it. A dict that does not answer, or answers with an error,
   is left alone for BACKSCATTER_DICT_RETRY_SECS: until then everything fails
   at once. One that answers and cannot be written to is read, still, and all
   writes fail. Each failure sends the event "backscatter_dict_failed", the first
   of them in a minute is a warning in the log. Callers log nothing.

   What the keys are is in dict/dict-key.h. */

struct mail_user;
struct event;
struct backscatter_dict;

#define BACKSCATTER_DICT_DEADLINE_MSECS 2000
#define BACKSCATTER_DICT_RETRY_SECS 30

/* FALSE if the user has no dict. Opens nothing. */
bool backscatter_dict_is_set(struct mail_user *user);
/* Keep the user's handle open until the user is freed, whoever releases it. */
void backscatter_dict_keep(struct mail_user *user);
/* Returns 1 and the handle, which lives until the user is freed or
   backscatter_dict_release() is called; 0 if the user has no dict; -1 if it
   cannot be asked now, with an error (data stack). What is not 1 gives NULL, or
   a handle that was opened before. */
int backscatter_dict_get(struct mail_user *user,
			 struct backscatter_dict **dict_r,
			 const char **error_r);
/* A new message for the user: its deadline begins. */
void backscatter_dict_start_message(struct mail_user *user);
/* Done with it for now: wait for what was written, and close, unless it is kept
   (where the mail plugin is loaded; not for the Sieve extension alone, nor for
   doveadm). Does nothing if there is no handle. */
void backscatter_dict_release(struct mail_user *user);

/* Returns 1 and the value (from the pool), 0 if there is none, -1 with an
   error (data stack). Sees what was written before by this handle; whether it
   could be written is backscatter_dict_flush()'s to tell. */
int backscatter_dict_lookup(struct backscatter_dict *dict, pool_t pool,
			    const char *key, const char **value_r,
			    const char **error_r);
/* The same for a number: one that is not there, or is no number, or less than
   0, is 0. Returns 0, or -1 with an error (data stack). */
int backscatter_dict_lookup_number(struct backscatter_dict *dict,
				   const char *key, uint64_t *value_r,
				   const char **error_r);

/* Writes are begun at once, in this order, and not waited for; but a file is
   written at once. If they fail, that is logged and counted. expire_secs: how
   long they are of use; 0: always. Only a Redis that Dovecot 2.4 talks to makes
   use of it. A number that is not there begins at 0. */
void backscatter_dict_inc(struct backscatter_dict *dict, const char *key,
			  long long diff, unsigned int expire_secs);
struct backscatter_dict_number {
	const char *key;
	/* 0: it is left alone */
	unsigned int diff;
};
/* The same for several different ones. With the lock a file is written once for
   all of them. */
void backscatter_dict_inc_numbers(struct backscatter_dict *dict,
				  const struct backscatter_dict_number *numbers,
				  unsigned int count, unsigned int expire_secs);
/* Increment several numbers by one, for counters of the site. Begun at once and
   in one transaction: all of them or none. What is behind the dict service must
   be Redis, or SQL whose tables take an INSERT as an increment
   (doc/example-config/sql): then none is lost, whatever others do. A file is no
   place for them: there nothing is counted. */
void backscatter_dict_inc_all(struct backscatter_dict *dict,
			      const char *const *keys,
			      unsigned int expire_secs);
void backscatter_dict_set(struct backscatter_dict *dict, const char *key,
			  const char *value, unsigned int expire_secs);
void backscatter_dict_unset(struct backscatter_dict *dict, const char *key);
/* Wait, within the deadline, until all that was begun is written. Returns 0, or
   -1 with an error (data stack): not all that was to be written has been, now
   or since the message began. */
int backscatter_dict_flush(struct backscatter_dict *dict,
			   const char **error_r);

/* For what needs more than one step: no other process of this host (or of those
   that share the user's home) has the user's lock. Always succeeds: if the lock
   cannot be had in two seconds, once for a message, or the user has no home,
   goes on without it. It goes with the process, however that ends. The writes
   are flushed before it is given up. Locks nest; it is given up with the last,
   or with the handle. unlock() does nothing if there is none. */
void backscatter_dict_lock(struct backscatter_dict *dict);
void backscatter_dict_unlock(struct backscatter_dict *dict);

/* All keys that begin with the path, which ends with a slash. Not for
   deliveries but for doveadm and for tidying up: Redis cannot do it. Returns
   0, or -1 with an error (data stack). The callback may not use the dict. */
typedef void backscatter_dict_iterate_t(const char *key, const char *value,
					void *context);
int backscatter_dict_iterate(struct backscatter_dict *dict, const char *path,
			     backscatter_dict_iterate_t *callback,
			     void *context, const char **error_r);
/* Delete what is expired of the keys with this prefix, where the dict keeps it
   for ever and each write costs all of it: in a file. Elsewhere does nothing,
   nor if the key "since" is there: it costs a look at all keys, so let that be
   one that is new from time to time. */
void backscatter_dict_tidy(struct backscatter_dict *dict, const char *prefix,
			   const char *since, time_t now);

#endif
