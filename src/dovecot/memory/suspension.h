#ifndef BACKSCATTER_SUSPENSION_H
#define BACKSCATTER_SUSPENSION_H

/* A user's suspension in the dict: four keys, which our tables of SQL keep as
   one row. The key "since" exists if and only if there is a suspension. */

#include "dict/state-dict.h"

struct event;
struct mail_user;
struct backscatter_suspension;

/* Returns 1 and the suspension, whose strings are from the pool; 0 if there is
   none; -1 with an error (data stack). One that has ended by its time is still
   there. */
int backscatter_suspension_lookup(struct backscatter_dict *dict, pool_t pool,
				  struct backscatter_suspension *suspension_r,
				  const char **error_r);
/* Add what writes a suspension in the place of an earlier one, or what deletes
   it if its since is 0. The keys follow each other, since Dovecot makes one
   INSERT of neighbours alone. Values are from the data stack. */
void
backscatter_suspension_add_ops(const struct backscatter_suspension *suspension,
			       ARRAY_TYPE(backscatter_dict_op) *ops);

/* Log a warning that the user was suspended, and send the event
   "backscatter_suspended". signal says what has reached its limit; "": it was
   not the alarm. */
void
backscatter_suspension_log(struct event *event, struct mail_user *user,
			   const struct backscatter_suspension *suspension,
			   const char *signal);

#endif
