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
/* Done with it for now: close it, unless it is kept (where the mail plugin is loaded; not for the Sieve extension alone, nor for
   doveadm). Does nothing if there is no handle. */
void backscatter_dict_release(struct mail_user *user);

/* TRUE if it is a file: each write costs all of it, and what strangers have
   called themselves in a year is not for it. */
bool backscatter_dict_is_file(const struct backscatter_dict *dict);

/* Returns 1 and the value (from the pool), 0 if there is none, -1 with an
   error (data stack). */
int backscatter_dict_lookup(struct backscatter_dict *dict, pool_t pool,
			    const char *key, const char **value_r,
			    const char **error_r);

enum backscatter_dict_op_type {
	BACKSCATTER_DICT_SET = 0,
	BACKSCATTER_DICT_UNSET,
	/* Add 1 to a number. */
	BACKSCATTER_DICT_INC
};

struct backscatter_dict_op {
	enum backscatter_dict_op_type type;
	const char *key;
	/* Of what is set. */
	const char *value;
};

/* Write all of it in one transaction, and wait for it. expire_secs: how long
   it is of use; 0: always. Only a Redis that Dovecot 2.4 talks to deletes it
   then. Returns 1 if it is written; 0 if a number to be incremented is not
   there, which SQL says: of several numbers those that are there may have been
   incremented; or -1 with an error (data stack). */
int backscatter_dict_write(struct backscatter_dict *dict,
			   const struct backscatter_dict_op *ops,
			   unsigned int count, unsigned int expire_secs,
			   const char **error_r);

/* For what is read, changed and written: until the unlock no other process of
   this host, or of those that share the user's home, has the user's lock. Always
   succeeds: if the lock cannot be had in two seconds, once for a message, or the
   user has no home, it goes on without. The lock goes with the process, however
   that ends. Locks do not nest; unlock() does nothing if there is none. */
void backscatter_dict_lock(struct backscatter_dict *dict);
void backscatter_dict_unlock(struct backscatter_dict *dict);

/* Delete all of the user's keys but this one, where the dict is a file: version
   0.1 has left one for each original, and each write costs all of them.
   Elsewhere does nothing. */
void backscatter_dict_keep_only(struct backscatter_dict *dict,
				const char *key);

#endif
