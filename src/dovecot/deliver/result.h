#ifndef BACKSCATTER_RESULT_H
#define BACKSCATTER_RESULT_H

/* Functions for results that only the library itself calls. */

#include "dovecot-backscatter.h"

/* Set the public fields is_bounce and matches by the verdict and the mode. */
void backscatter_result_conclude(struct backscatter_result *result);
/* Attach a result to an event, as fields for its children and as a pointer for
   backscatter_result_find(). NULL removes an earlier one. */
void backscatter_result_attach(struct event *event,
			       const struct backscatter_result *result);

#endif
