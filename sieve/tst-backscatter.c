/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"

#include "sieve-common.h"
#include "sieve-commands.h"
#include "sieve-code.h"
#include "sieve-generator.h"
#include "sieve-interpreter.h"
#include "sieve-runtime.h"
#include "sieve-runtime-trace.h"

#include "dovecot-backscatter.h"

#include "ext-backscatter-common.h"

/*
 * Backscatter test
 *
 * Syntax:
 *   backscatter
 */

/*
 * Code generation
 */

static bool
tst_backscatter_generate(const struct sieve_codegen_env *cgenv,
			 struct sieve_command *tst)
{
	sieve_operation_emit(cgenv->sblock, tst->ext,
			     &tst_backscatter_operation);
	return TRUE;
}

/*
 * Code execution
 */

static int
tst_backscatter_operation_execute(const struct sieve_runtime_env *renv,
				  sieve_size_t *address ATTR_UNUSED)
{
	const struct backscatter_result *result;
	bool match;

	sieve_runtime_trace(renv, SIEVE_TRLVL_TESTS, "backscatter test");
	sieve_runtime_trace_descend(renv);

	result = ext_backscatter_get_result(renv, renv->oprtn->ext);
	match = result != NULL && result->matches;

	sieve_runtime_trace(renv, SIEVE_TRLVL_TESTS,
			    result == NULL ? "the message is not judged" :
			    match ? "it is backscatter" :
			    "it is not backscatter");
	sieve_runtime_trace_ascend(renv);

	sieve_interpreter_set_test_result(renv->interp, match);
	return SIEVE_EXEC_OK;
}

/*
 * Definitions
 */

const struct sieve_command_def tst_backscatter = {
	.identifier = "backscatter",
	.type = SCT_TEST,
	.generate = tst_backscatter_generate
};

/* The test has no operands: its mnemonic is all that a dump shows. */
const struct sieve_operation_def tst_backscatter_operation = {
	.mnemonic = "BACKSCATTER",
	.ext_def = &backscatter_extension,
	.code = EXT_BACKSCATTER_OPERATION_BACKSCATTER,
	.execute = tst_backscatter_operation_execute
};
