#ifndef BACKSCATTER_LOG_H
#define BACKSCATTER_LOG_H

/* Writes what is known of a result to the log, and sends it as events. */

#include "dovecot-backscatter.h"

struct backscatter_delivered;

/* Log the result in one line, which is also the event "backscatter_checked",
   and log in a debug line by which rule the message is a bounce. session_id
   may be NULL. */
void backscatter_log_result(struct event *event,
			    const struct backscatter_result *result,
			    const char *session_id);
/* Send the event "backscatter_delivered", with a debug line. */
void backscatter_log_delivered(struct event *event,
			       const struct backscatter_delivered *delivered);
/* Send the event "backscatter_unsigned_sender", with a debug line, if the
   bounce returns mail of one of our domains that was not signed, and its header
   says which host sent it. */
void backscatter_log_unsigned(struct event *event,
			      const struct backscatter_result *result);

#endif
