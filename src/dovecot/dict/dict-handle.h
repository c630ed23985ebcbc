#ifndef BACKSCATTER_DICT_HANDLE_H
#define BACKSCATTER_DICT_HANDLE_H

/* What the insides of a handle are: for dict/state-dict.c, which uses it, and
   -user.c, which keeps it for the user. */

#include "dict/state-dict.h"
#include "dict/backend.h"

struct ioloop;

/* Dicts answer on the ioloop that they were used in, and there is no way to
   take a question back. So each handle has an ioloop of its own, for the whole
   of its life, which runs only while we wait. */
struct backscatter_dict {
	struct mail_user *user;
	struct event *event;
	struct ioloop *ioloop;
	/* between enter and leave: where we came from, and when */
	struct ioloop *outer;
	unsigned long long entered_usecs;
	struct backscatter_dict_backend backend;
	char *name;

	/* of the deadline of this message, and what of it was spent and is less
	   than a millisecond */
	unsigned int msecs_left;
	unsigned int usecs_spent;
	/* questions that were not answered yet */
	unsigned int pending;
	/* why it is not used any more; NULL: it is */
	char *error;
	/* why nothing more is written to it; it can be read, still */
	char *write_error;
	/* NULL: none, or it could not be had */
	struct file_lock *lock;
	bool entered;
	bool timed_out;
	/* it could not be had: not tried again for this message */
	bool lock_failed;
};

/* Open the dict of the user. Returns as backscatter_dict_get() does. */
int backscatter_dict_handle_open(struct mail_user *user,
				 struct backscatter_dict **dict_r,
				 const char **error_r);
/* The deadline of a new message begins. */
void backscatter_dict_handle_renew(struct backscatter_dict *dict);
/* If anything is pending, shut the connection down, as if the server had hung
   up. The dict then lets everything fail that it still waits for. Returns FALSE
   if it does not do so; the dict then cannot be freed. */
bool backscatter_dict_handle_hang_up(struct backscatter_dict *dict);
/* Nothing may be pending. */
void backscatter_dict_handle_free(struct backscatter_dict **dict);

/* Reading, or writing, has failed: it is told, and not tried again for a
   while. Does nothing but tell if the dict has no map for such keys. */
void backscatter_dict_fail(struct backscatter_dict *dict, bool write,
			   const char *error);
/* FALSE, with an error (data stack): it is not to be used any more. */
bool backscatter_dict_can_ask(struct backscatter_dict *dict,
			      const char **error_r);
/* The same for what is to be written. */
bool backscatter_dict_can_write(struct backscatter_dict *dict,
				const char **error_r);

/* The dict's functions are called between these two, on its ioloop. The time
   between them is taken from the deadline. They do not nest. */
void backscatter_dict_enter(struct backscatter_dict *dict);
void backscatter_dict_leave(struct backscatter_dict *dict);
/* Within enter and leave: run until it is finished (NULL: until nothing is
   pending), or the time is over. Returns FALSE for the latter. Callbacks stop
   the ioloop. */
bool backscatter_dict_run(struct backscatter_dict *dict, const bool *finished,
			  unsigned int msecs);

#endif
