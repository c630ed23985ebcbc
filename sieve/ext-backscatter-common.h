#ifndef EXT_BACKSCATTER_COMMON_H
#define EXT_BACKSCATTER_COMMON_H

#include "sieve-common.h"

struct backscatter_result;

/*
 * Extension
 */

extern const struct sieve_extension_def backscatter_extension;

/*
 * Operations
 */

enum ext_backscatter_opcode {
	EXT_BACKSCATTER_OPERATION_BACKSCATTER,
	EXT_BACKSCATTER_OPERATION_BOUNCE
};

extern const struct sieve_operation_def tst_backscatter_operation;
extern const struct sieve_operation_def tst_bounce_operation;

/*
 * Tests
 */

extern const struct sieve_command_def tst_backscatter;
extern const struct sieve_command_def tst_bounce;

/*
 * Runtime
 */

/* Returns the result that the delivery hook has found for this message. If the
   hook was not run, the message is judged now, once for all tests. Returns NULL
   if the message is not judged: then no test matches. The memory is the
   delivery's or the message context's, and is not freed by the caller. */
const struct backscatter_result *
ext_backscatter_get_result(const struct sieve_runtime_env *renv,
			   const struct sieve_extension *ext);

#endif
