/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The command line of backscatter-check: a line for each argument.
   Covers: src/tools/check-options.c */

#include "fuzz-common.h"
#include "check-options.h"

#include <getopt.h>
#include <stdio.h>

/* Arguments as the system has them: those that are used stay as they are. */
static char **fuzz_argv(const char *str, int *argc_r)
{
	const char *const *lines = t_strsplit(str, "\n");
	unsigned int i, count = str_array_length(lines);
	char **argv = calloc(count + 2, sizeof(*argv));

	argv[0] = strdup("backscatter-check");
	for (i = 0; i < count; i++)
		argv[i + 1] = strdup(lines[i]);
	*argc_r = count + 1;
	return argv;
}

static void fuzz_argv_free(char **argv)
{
	unsigned int i;

	for (i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	free(argv);
}

/* What getopt_long() and --help print goes nowhere. libFuzzer keeps the stream
   that it writes to. */
static void fuzz_silence(void)
{
	static FILE *null;

	if (null == NULL) {
		null = fopen("/dev/null", "w");
		if (null == NULL)
			i_fatal("/dev/null: %m");
		stdout = stderr = null;
	}
}

FUZZ_BEGIN_STR(const char *str)
{
	struct bounce_check_options options;
	pool_t pool = pool_allocfree_create("fuzz");
	int argc;
	char **argv = fuzz_argv(str, &argc);

	fuzz_silence();
	optind = 0;
	if (bounce_check_options_parse(pool, argc, argv, &options) > 0) {
		i_assert(options.files != NULL && *options.files != NULL);
		i_assert(options.dns_servers == NULL || !options.no_dns);
		i_assert(options.domains.dict == NULL);
		i_assert(options.policy.min_rsa_bits >= 1024);
		i_assert(options.policy.max_age >= 3600);
		i_assert(options.policy.trusted_networks != NULL);
		i_assert(!options.policy.spf_rescue || options.spf);
	}
	fuzz_argv_free(argv);
	pool_unref(&pool);
}
FUZZ_END
