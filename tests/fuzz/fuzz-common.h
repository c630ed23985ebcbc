#ifndef FUZZ_COMMON_H
#define FUZZ_COMMON_H

#include "lib.h"
#include "str.h"
#include "fuzzer.h"

/* Memory comes from pool_allocfree_create(): there each allocation is one of
   malloc's, so that AddressSanitizer sees what reaches past it. */

struct bounce_message;

/* Append all that was read of a message, and of what came back in it. */
void fuzz_message_describe(string_t *str, const struct bounce_message *message);

#endif
