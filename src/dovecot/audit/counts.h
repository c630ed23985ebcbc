#ifndef BACKSCATTER_COUNTS_H
#define BACKSCATTER_COUNTS_H

/* The counters of a dict that is open, for doveadm: they are read in
   audit/count-read.c and deleted in audit/count-delete.c. Waiting for the dict
   here does not delay a delivery. */

#include "dict.h"
#include "dict/backend.h"
#include "dovecot-backscatter.h"

struct backscatter_counts {
	struct backscatter_dict_backend backend;
	struct event *event;
	/* The dict cannot list its keys. */
	bool no_iteration;

	/* Set while the counters are read. */
	const struct backscatter_count_query *query;
	backscatter_count_callback_t *callback;
	void *context;
};

/* The operations are not done for a user. */
extern const struct dict_op_settings backscatter_counts_op_set;

/* Open the user's backscatter_dict. Returns 1; 0 if the user has none, or if it
   is a file, in which nothing is counted; or -1 with an error (data stack). The
   caller closes it with backscatter_counts_close(). */
int backscatter_counts_open_user(struct mail_user *user,
				 struct backscatter_counts **counts_r,
				 const char **error_r);
/* Find out whether the dict can list its keys, as SQL can and Redis cannot.
   Returns 1, 0, or -1 with an error (data stack) if it does not answer. */
int backscatter_counts_can_list(struct backscatter_counts *counts,
				const char **error_r);

/* Call the callback with the key of each counter that a name may have on this
   day (YYYY-MM-DD). The name is a user's or a domain's: only their counters
   have words that are all known. The callback returns FALSE to stop. */
typedef bool
backscatter_counts_key_callback_t(const struct backscatter_count *count,
				  void *context);
void backscatter_counts_each_key(enum backscatter_count_scope scope,
				 const char *name, const char *day,
				 backscatter_counts_key_callback_t *callback,
				 void *context);

/* Delete all counters of a user's name, of the last so many seconds if the dict
   cannot list its keys. Returns 0, or -1 with an error (data stack). */
int backscatter_counts_forget(struct backscatter_counts *counts,
			      const char *username, unsigned int secs,
			      const char **error_r);

#endif
