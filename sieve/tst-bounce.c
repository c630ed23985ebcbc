/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"

#include "sieve-common.h"
#include "sieve-ast.h"
#include "sieve-commands.h"
#include "sieve-stringlist.h"
#include "sieve-code.h"
#include "sieve-comparators.h"
#include "sieve-match-types.h"
#include "sieve-validator.h"
#include "sieve-generator.h"
#include "sieve-interpreter.h"
#include "sieve-runtime.h"
#include "sieve-runtime-trace.h"
#include "sieve-dump.h"
#include "sieve-match.h"

#include "dovecot-backscatter.h"

#include "ext-backscatter-common.h"

/*
 * Bounce test
 *
 * Syntax:
 *   bounce [COMPARATOR] [MATCH-TYPE] <property: string> <keys: string-list>
 */

/*
 * Test registration
 */

static bool
tst_bounce_registered(struct sieve_validator *valdtr,
		      const struct sieve_extension *ext ATTR_UNUSED,
		      struct sieve_command_registration *cmd_reg)
{
	/* The order of these is not significant */
	sieve_comparators_link_tag(valdtr, cmd_reg, SIEVE_MATCH_OPT_COMPARATOR);
	sieve_match_types_link_tags(valdtr, cmd_reg,
				    SIEVE_MATCH_OPT_MATCH_TYPE);
	return TRUE;
}

/*
 * Validation
 */

/* A literal property must be known. One that is in a variable is checked only
   when the script runs. */
static bool
tst_bounce_validate_property(struct sieve_validator *valdtr,
			     struct sieve_command *tst,
			     struct sieve_ast_argument *arg)
{
	if (!sieve_validate_positional_argument(valdtr, tst, arg, "property",
						1, SAAT_STRING))
		return FALSE;
	if (!sieve_validator_argument_activate(valdtr, tst, arg, FALSE))
		return FALSE;

	if (sieve_argument_is_string_literal(arg) &&
	    backscatter_property_check(sieve_ast_argument_strc(arg),
				       NULL) < 0) {
		sieve_argument_validate_error(valdtr, arg,
			"bounce test: unknown property `%s'",
			backscatter_sanitize(sieve_ast_argument_strc(arg),
					     80));
		return FALSE;
	}
	return TRUE;
}

/* Returns TRUE if the match type is :is, which is the default. */
static bool tst_bounce_matches_whole(struct sieve_command *tst)
{
	struct sieve_ast_argument *arg =
		sieve_command_find_argument(tst, &match_type_tag);
	const struct sieve_match_type_context *mtctx;

	if (arg == NULL)
		return TRUE;
	mtctx = arg->argument->data;
	return mtctx != NULL &&
		sieve_match_type_is(mtctx->match_type, is_match_type);
}

struct tst_bounce_keys {
	struct sieve_validator *valdtr;
	const char *property;
};

static int
tst_bounce_validate_key(void *context, struct sieve_ast_argument *arg)
{
	struct tst_bounce_keys *keys = context;
	const char *key = sieve_ast_argument_strc(arg);

	if (!sieve_argument_is_string_literal(arg) ||
	    backscatter_property_check(keys->property, key) != 0)
		return 1;
	sieve_argument_validate_warning(keys->valdtr, arg,
		"bounce test: %s is never `%s'", keys->property,
		backscatter_sanitize(key, 80));
	return 1;
}

/* Warn of a key that the property never has: a misspelt word would match
   nothing, and nobody would notice. It is not an error, as a later version may
   know the word. */
static void
tst_bounce_validate_keys(struct sieve_validator *valdtr,
			 struct sieve_command *tst,
			 struct sieve_ast_argument *property,
			 struct sieve_ast_argument *arg)
{
	struct tst_bounce_keys keys;

	if (!sieve_argument_is_string_literal(property) ||
	    !tst_bounce_matches_whole(tst))
		return;
	keys.valdtr = valdtr;
	keys.property = sieve_ast_argument_strc(property);
	(void)sieve_ast_stringlist_map(&arg, &keys, tst_bounce_validate_key);
}

static bool
tst_bounce_validate(struct sieve_validator *valdtr, struct sieve_command *tst)
{
	struct sieve_ast_argument *arg = tst->first_positional;
	struct sieve_ast_argument *property = arg;
	const struct sieve_match_type mcht_default =
		SIEVE_MATCH_TYPE_DEFAULT(is_match_type);
	const struct sieve_comparator cmp_default =
		SIEVE_COMPARATOR_DEFAULT(i_ascii_casemap_comparator);

	if (!tst_bounce_validate_property(valdtr, tst, arg))
		return FALSE;

	arg = sieve_ast_argument_next(arg);
	if (!sieve_validate_positional_argument(valdtr, tst, arg, "keys",
						2, SAAT_STRING_LIST))
		return FALSE;
	if (!sieve_validator_argument_activate(valdtr, tst, arg, FALSE))
		return FALSE;

	/* Validate the key argument to a specified match type */
	if (!sieve_match_type_validate(valdtr, tst, arg, &mcht_default,
				       &cmp_default))
		return FALSE;
	tst_bounce_validate_keys(valdtr, tst, property, arg);
	return TRUE;
}

/*
 * Code generation
 */

static bool
tst_bounce_generate(const struct sieve_codegen_env *cgenv,
		    struct sieve_command *tst)
{
	sieve_operation_emit(cgenv->sblock, tst->ext, &tst_bounce_operation);
	return sieve_generate_arguments(cgenv, tst, NULL);
}

/*
 * Code dump
 */

static bool
tst_bounce_operation_dump(const struct sieve_dumptime_env *denv,
			  sieve_size_t *address)
{
	sieve_code_dumpf(denv, "%s", sieve_operation_mnemonic(denv->oprtn));
	sieve_code_descend(denv);

	/* Optional operands */
	if (sieve_match_opr_optional_dump(denv, address, NULL) != 0)
		return FALSE;

	return (sieve_opr_string_dump(denv, address, "property") &&
		sieve_opr_stringlist_dump(denv, address, "keys"));
}

/*
 * Values of a property
 */

struct tst_bounce_stringlist {
	struct sieve_stringlist strlist;

	const char *const *values;
	unsigned int next;
};

static int
tst_bounce_stringlist_next_item(struct sieve_stringlist *_strlist,
				string_t **str_r)
{
	struct tst_bounce_stringlist *strlist =
		(struct tst_bounce_stringlist *)_strlist;
	const char *value = strlist->values[strlist->next];

	if (value == NULL) {
		*str_r = NULL;
		return 0;
	}
	strlist->next++;
	*str_r = t_str_new_const(value, strlen(value));
	return 1;
}

static void tst_bounce_stringlist_reset(struct sieve_stringlist *_strlist)
{
	struct tst_bounce_stringlist *strlist =
		(struct tst_bounce_stringlist *)_strlist;

	strlist->next = 0;
}

static struct sieve_stringlist *
tst_bounce_stringlist_create(const struct sieve_runtime_env *renv,
			     const char *const *values)
{
	struct tst_bounce_stringlist *strlist;

	strlist = t_new(struct tst_bounce_stringlist, 1);
	strlist->strlist.runenv = renv;
	strlist->strlist.exec_status = SIEVE_EXEC_OK;
	strlist->strlist.next_item = tst_bounce_stringlist_next_item;
	strlist->strlist.reset = tst_bounce_stringlist_reset;
	strlist->values = values;
	return &strlist->strlist;
}

/*
 * Code execution
 */

static int
tst_bounce_operation_execute(const struct sieve_runtime_env *renv,
			     sieve_size_t *address)
{
	struct sieve_match_type mcht =
		SIEVE_MATCH_TYPE_DEFAULT(is_match_type);
	struct sieve_comparator cmp =
		SIEVE_COMPARATOR_DEFAULT(i_ascii_casemap_comparator);
	struct sieve_stringlist *key_list;
	const char *const *values;
	string_t *property;
	int match = 0, ret;

	/* Read operands */
	if (sieve_match_opr_optional_read(renv, address, NULL, &ret,
					  &cmp, &mcht) < 0)
		return ret;
	if ((ret = sieve_opr_string_read(renv, address, "property",
					 &property)) <= 0)
		return ret;
	if ((ret = sieve_opr_stringlist_read(renv, address, "keys",
					     &key_list)) <= 0)
		return ret;

	/* Perform test */
	sieve_runtime_trace(renv, SIEVE_TRLVL_TESTS, "bounce test [%s]",
			    backscatter_sanitize(str_c(property), 80));
	sieve_runtime_trace_descend(renv);
	values = backscatter_result_property(
		ext_backscatter_get_result(renv, renv->oprtn->ext),
		str_c(property));
	if (values == NULL) {
		sieve_runtime_warning(renv, NULL,
			"bounce test: unknown property `%s'",
			backscatter_sanitize(str_c(property), 80));
	} else {
		match = sieve_match(renv, &mcht, &cmp,
				    tst_bounce_stringlist_create(renv, values),
				    key_list, &ret);
	}
	sieve_runtime_trace_ascend(renv);
	if (match < 0)
		return ret;

	sieve_interpreter_set_test_result(renv->interp, match > 0);
	return SIEVE_EXEC_OK;
}

/*
 * Definitions
 */

const struct sieve_command_def tst_bounce = {
	.identifier = "bounce",
	.type = SCT_TEST,
	.positional_args = 2,
	.registered = tst_bounce_registered,
	.validate = tst_bounce_validate,
	.generate = tst_bounce_generate
};

const struct sieve_operation_def tst_bounce_operation = {
	.mnemonic = "BOUNCE",
	.ext_def = &backscatter_extension,
	.code = EXT_BACKSCATTER_OPERATION_BOUNCE,
	.dump = tst_bounce_operation_dump,
	.execute = tst_bounce_operation_execute
};
