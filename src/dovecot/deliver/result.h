#ifndef BACKSCATTER_RESULT_H
#define BACKSCATTER_RESULT_H

/* What is done with a result beside what its callers may do. */

#include "dovecot-backscatter.h"

/* What all callers know of a result, by its verdict and its mode. */
void backscatter_result_conclude(struct backscatter_result *result);
/* Put a result into an event, as fields for all its children and as a pointer
   for backscatter_result_find(); NULL takes it out. */
void backscatter_result_attach(struct event *event,
			       const struct backscatter_result *result);

#endif
