#ifndef BACKSCATTER_LOG_H
#define BACKSCATTER_LOG_H

/* The log and the events of a result. */

#include "dovecot-backscatter.h"

struct backscatter_delivered;

/* The line of the log and the event "backscatter_checked". */
void backscatter_log_result(struct event *event,
			    const struct backscatter_result *result,
			    const char *session_id);
/* The event "backscatter_delivered", a debug line. */
void backscatter_log_delivered(struct event *event,
			       const struct backscatter_delivered *delivered);
/* The event "backscatter_unsigned_sender", if mail from one of our domains came
   back unsigned and says where it came from. */
void backscatter_log_unsigned(struct event *event,
			      const struct backscatter_result *result);

#endif
