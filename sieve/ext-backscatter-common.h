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

/* What the delivery hook said of this message; where it did not run, the
   message is judged now, once for all tests. NULL: it is not judged, and no
   test matches. */
const struct backscatter_result *
ext_backscatter_get_result(const struct sieve_runtime_env *renv,
			   const struct sieve_extension *ext);

#endif
