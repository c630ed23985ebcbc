/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Extension vnd.backscatter
 * -------------------------
 *
 * Specification: vendor-defined; doc/spec-vnd.backscatter.txt
 * Implementation: full
 *
 */

#include "lib.h"

#include "sieve-common.h"
#include "sieve-extensions.h"
#include "sieve-commands.h"
#include "sieve-validator.h"

#include "ext-backscatter-common.h"

/*
 * Operations
 */

static const struct sieve_operation_def *ext_backscatter_operations[] = {
	[EXT_BACKSCATTER_OPERATION_BACKSCATTER] = &tst_backscatter_operation,
	[EXT_BACKSCATTER_OPERATION_BOUNCE] = &tst_bounce_operation
};

/*
 * Extension
 */

static bool
ext_backscatter_validator_load(const struct sieve_extension *ext,
			       struct sieve_validator *valdtr)
{
	sieve_validator_register_command(valdtr, ext, &tst_backscatter);
	sieve_validator_register_command(valdtr, ext, &tst_bounce);
	return TRUE;
}

/* A load function is not needed: there is nothing to do before a message
   comes. */
const struct sieve_extension_def backscatter_extension = {
	.name = "vnd.backscatter",
	.validator_load = ext_backscatter_validator_load,
	SIEVE_EXT_DEFINE_OPERATIONS(ext_backscatter_operations)
};
