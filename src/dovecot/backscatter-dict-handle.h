#ifndef BACKSCATTER_DICT_HANDLE_H
#define BACKSCATTER_DICT_HANDLE_H

/* What backscatter-dict.c, -write.c and -iterate.c know of a handle. Nobody
   else does. */

#include "array.h"
#include "backscatter-dict-private.h"

#include <time.h>

struct ioloop;
struct backscatter_dict_batch;

/* A number that did not exist when it was to be incremented. */
struct backscatter_dict_inc {
	const char *key;
	long long diff;
};

/* Dicts answer on the ioloop that they were used in, and there is no way to
   take a question back. So each handle has an ioloop of its own, for the whole
   of its life, which runs only while we wait. */
struct backscatter_dict {
	struct mail_user *user;
	struct event *event;
	struct ioloop *ioloop;
	struct backscatter_dict_backend backend;
	char *name;

	/* of the deadline of this message, and what of it was spent and is less
	   than a millisecond */
	unsigned int msecs_left;
	unsigned int usecs_spent;
	/* questions that were not answered yet */
	unsigned int pending;
	pool_t missing_pool;
	ARRAY(struct backscatter_dict_inc) missing;
	/* to be begun once more */
	ARRAY(struct backscatter_dict_batch *) batches;
	/* why it is not used any more; NULL: it is */
	char *error;
	/* why nothing more is written to it; it can be read, still */
	char *write_error;
	/* backscatter_dict_lock() calls that were not undone, and the lock that
	   they have in common; NULL: it could not be had */
	unsigned int locks;
	struct file_lock *lock;
	bool timed_out;
	/* it could not be had: not tried again for this message */
	bool lock_failed;
	bool iterate_more;
};

struct backscatter_dict_visit {
	struct ioloop *outer;
	struct timespec start;
};

/* Reading, or writing, has failed: it is told, and not tried again for a
   while. Does nothing but tell if the dict has no map for such keys. */
void backscatter_dict_fail(struct backscatter_dict *dict, const char *error);
void backscatter_dict_fail_write(struct backscatter_dict *dict,
				 const char *error);
/* FALSE, with an error (data stack): it is not to be used any more. */
bool backscatter_dict_can_ask(struct backscatter_dict *dict,
			      const char **error_r);
/* The same for what is to be written. */
bool backscatter_dict_can_write(struct backscatter_dict *dict,
				const char **error_r);

/* The dict's functions are called between these two, on its ioloop. What the
   time between them is, is taken from the deadline. */
void backscatter_dict_enter(struct backscatter_dict *dict,
			    struct backscatter_dict_visit *visit_r);
void backscatter_dict_leave(struct backscatter_dict *dict,
			    const struct backscatter_dict_visit *visit);
/* Within enter and leave: run until it is finished (NULL: until nothing is
   pending), or the time is over. Returns FALSE for the latter. Callbacks stop
   the ioloop. */
bool backscatter_dict_run(struct backscatter_dict *dict, const bool *finished,
			  unsigned int msecs);

/* Begin to delete these keys, in one transaction: a file is written once. */
void backscatter_dict_unset_all(struct backscatter_dict *dict,
				const ARRAY_TYPE(const_string) *keys);
/* The batches that were not written. */
void backscatter_dict_batches_free(struct backscatter_dict *dict);

#endif
