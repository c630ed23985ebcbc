#ifndef BACKSCATTER_DICT_HANDLE_H
#define BACKSCATTER_DICT_HANDLE_H

/* The struct of a handle, for dict/state-dict.c, which uses handles, and
   dict/dict-user.c, which keeps one for each user. */

#include "dict/state-dict.h"
#include "dict/backend.h"

struct ioloop;

/* A dict answers on the ioloop on which it was asked, and a question cannot be
   cancelled. So each handle has an ioloop of its own as long as it exists,
   which runs only while we wait for an answer. */
struct backscatter_dict {
	struct mail_user *user;
	struct event *event;
	struct ioloop *ioloop;
	/* between enter and leave: the ioloop before, and the time of enter */
	struct ioloop *outer;
	unsigned long long entered_usecs;
	struct backscatter_dict_backend backend;
	char *name;

	/* what is left of the time for this message, and what was spent of the
	   next millisecond */
	unsigned int msecs_left;
	unsigned int usecs_spent;
	/* how many questions were not answered yet */
	unsigned int pending;
	/* why the dict is not used any more; NULL: it is used */
	char *error;
	/* why nothing more is written to it; it may still be read */
	char *write_error;
	/* NULL: not taken, or it could not be taken */
	struct file_lock *lock;
	bool entered;
	bool timed_out;
	/* the lock could not be taken, and is not tried again for this
	   message */
	bool lock_failed;
};

/* Open the user's dict. Returns the same as backscatter_dict_get(). */
int backscatter_dict_handle_open(struct mail_user *user,
				 struct backscatter_dict **dict_r,
				 const char **error_r);
/* A new message is being handled: its deadline begins now. */
void backscatter_dict_handle_renew(struct backscatter_dict *dict);
/* If anything is pending, shut the connection down, as if the server had hung
   up. The dict then lets everything fail that it still waits for. Returns FALSE
   if it does not do so; the dict then cannot be freed. */
bool backscatter_dict_handle_hang_up(struct backscatter_dict *dict);
/* Close and free the handle. No question may be pending. */
void backscatter_dict_handle_free(struct backscatter_dict **dict);

/* Reading or writing has failed: log it, and do not try it again for a while.
   If the dict has no map or no table for such keys, this is only logged. */
void backscatter_dict_fail(struct backscatter_dict *dict, bool write,
			   const char *error);
/* Returns what is expected (static) if the error says that SQL lacks something
   for this kind of keys, or NULL. */
const char *backscatter_dict_error_lacks(const char *error);
/* Returns FALSE with an error (data stack) if the dict must not be used any
   more. */
bool backscatter_dict_can_ask(struct backscatter_dict *dict,
			      const char **error_r);
/* The same for writing to it. */
bool backscatter_dict_can_write(struct backscatter_dict *dict,
				const char **error_r);

/* Functions of the dict must be called between these two, which switch to the
   handle's ioloop and back. The time between them counts for the deadline. They
   do not nest. */
void backscatter_dict_enter(struct backscatter_dict *dict);
void backscatter_dict_leave(struct backscatter_dict *dict);
/* To be called between enter and leave: run the ioloop until *finished is TRUE
   (if finished is NULL: until no question is pending), or until the time is
   over. Returns FALSE in the latter case. Callbacks must stop the ioloop. */
bool backscatter_dict_run(struct backscatter_dict *dict, const bool *finished,
			  unsigned int msecs);

#endif
