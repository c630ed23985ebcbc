#ifndef BACKSCATTER_STATE_DICT_H
#define BACKSCATTER_STATE_DICT_H

/* The user's backscatter_dict, which keeps what is remembered from one bounce
   to the next. Each user has one handle, which is opened when it is first
   needed.

   Nothing here makes a delivery fail, or delays a message by more than
   BACKSCATTER_DICT_DEADLINE_MSECS. A dict that does not answer, or answers
   with an error, is left alone for BACKSCATTER_DICT_RETRY_SECS, or for
   BACKSCATTER_DICT_RETRY_QUICK_SECS if it failed within
   BACKSCATTER_DICT_QUICK_MSECS, as it does while its server is restarted.
   Until then all calls fail at once. If the dict can be read but not written
   to, only writes fail for that time. Each failure sends the event
   "backscatter_dict_failed", and the first failure in a minute is logged as a
   warning. Callers need not log anything.

   The names of the keys are in dict/dict-key.h. */

struct mail_user;
struct event;
struct backscatter_dict;

#define BACKSCATTER_DICT_DEADLINE_MSECS 2000
#define BACKSCATTER_DICT_QUICK_MSECS 100
#define BACKSCATTER_DICT_RETRY_SECS 30
#define BACKSCATTER_DICT_RETRY_QUICK_SECS 1

/* FALSE if the user has no dict. Opens nothing. */
bool backscatter_dict_is_set(struct mail_user *user);
/* Keep the user's handle open until the user is freed, even if somebody calls
   backscatter_dict_release(). */
void backscatter_dict_keep(struct mail_user *user);
/* Returns 1 and the handle, which is valid until the user is freed or
   backscatter_dict_release() is called; 0 if the user has no dict; -1 with an
   error (data stack) if the dict cannot be used now. If 1 is not returned,
   dict_r is set to NULL, or to a handle that was opened before. */
int backscatter_dict_get(struct mail_user *user,
			 struct backscatter_dict **dict_r,
			 const char **error_r);
/* A new message for the user is being handled: its deadline begins now. */
void backscatter_dict_start_message(struct mail_user *user);
/* The caller has finished with the handle: close it, unless
   backscatter_dict_keep() was called for the user, as the mail plugin does, but
   not doveadm or the Sieve extension alone. Does nothing if there is no
   handle. */
void backscatter_dict_release(struct mail_user *user);

/* The user whose dict it is. */
struct mail_user *backscatter_dict_user(const struct backscatter_dict *dict);
/* TRUE if the dict is a file. Each write then writes the whole file again, so
   that callers do not put things into it that grow with the mail that strangers
   send, such as the counters of a year. */
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
	/* Only for BACKSCATTER_DICT_SET. */
	const char *value;
};
ARRAY_DEFINE_TYPE(backscatter_dict_op, struct backscatter_dict_op);

/* Write all of the operations in one transaction, and wait until it is
   committed. expire_secs says how long the values are of use, 0 that they are
   always; only Redis with Dovecot 2.4 deletes them after that time. Returns 1
   if everything was written; 0 if a number to be incremented does not exist,
   which only SQL says, and then the other numbers may have been incremented;
   or -1 with an error (data stack). */
int backscatter_dict_write(struct backscatter_dict *dict,
			   const struct backscatter_dict_op *ops,
			   unsigned int count, unsigned int expire_secs,
			   const char **error_r);

/* TRUE if the dict is SQL, and within the last minute something has failed, and
   was logged, because it has no map or no table for a key. */
bool backscatter_dict_lacks_keys(const struct backscatter_dict *dict);

/* Take the user's lock, in order to read, change and write a value. Until the
   unlock, no other process has this lock, on this host or on others that share
   the user's home. This function always succeeds: if the user has no home, or
   if the lock could not be taken within two seconds (tried once for each
   message), the caller goes on without the lock. The kernel releases it if the
   process dies. Locks do not nest. Unlocking does nothing if no lock was
   taken. */
void backscatter_dict_lock(struct backscatter_dict *dict);
void backscatter_dict_unlock(struct backscatter_dict *dict);
/* Returns a text (data stack) that differs from that of a host on which the
   user has another lock. */
const char *backscatter_dict_lock_place(const struct backscatter_dict *dict);

/* Delete all of the user's keys except this one, and those of a suspension, if
   the dict is a file, and do nothing if it is not. Versions before 1.0.0 left a
   key in the file for each original, and each write writes all of them
   again. */
void backscatter_dict_keep_only(struct backscatter_dict *dict,
				const char *key);

#endif
