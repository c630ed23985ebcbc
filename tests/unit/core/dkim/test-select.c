/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "dkim/dkim-private.h"
#include "test-common.h"

/* The indexes of the fields that are selected, or the error. */
static const char *
t_select(const char *text, const char *names, unsigned int sig_field)
{
	pool_t pool = pool_alloconly_create("select", 65536);
	const struct bounce_header *header =
		bounce_header_parse(pool, (const void *)text, strlen(text));
	struct bounce_dkim_selection selection;
	struct bounce_dkim_signature sig;
	string_t *result = t_str_new(64);
	const char *error;
	unsigned int i;

	i_zero(&sig);
	sig.names = (const void *)names;
	sig.names_size = strlen(names);
	sig.field = sig_field;
	if (bounce_dkim_select(header, &sig, &selection, &error) < 0)
		str_append(result, error);
	else for (i = 0; i < selection.count; i++)
		str_printfa(result, "%s%u", i == 0 ? "" : " ",
			    selection.fields[i]);
	pool_unref(&pool);
	return str_c(result);
}

static void test_bounce_dkim_select(void)
{
	static const struct {
		const char *header, *names, *fields;
	} tests[] = {
		/* in the order of h= */
		{ "From: a\nTo: b\n", "From:To", "0 1" },
		{ "From: a\nTo: b\n", "To:From", "1 0" },
		/* without case, with white space around it */
		{ "FROM: a\nto : b\n", " from :\r\n\tTO ", "0 1" },
		/* RFC 6376 section 5.4.2: from the bottom, each once */
		{ "To: a\nTo: b\nTo: c\n", "To", "2" },
		{ "To: a\nFrom: x\nTo: b\nTo: c\n", "To:From:to", "3 1 2" },
		{ "To: a\nTo: b\n", "To:To:To:From", "1 0" },
		/* what is not there is the empty string */
		{ "From: a\n", "X:From:Fro:Fromm:", "0" },
		{ "From: a\n", "", "" },
		/* the signature's own field is never one of them */
		{ "DKIM-Signature: x\nTo: a\nDKIM-Signature: y\n",
		  "DKIM-Signature:DKIM-Signature:To", "2 1" }
	};
	unsigned int i;

	test_begin("bounce dkim select");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(t_select(tests[i].header, tests[i].names,
			i + 1 == N_ELEMENTS(tests) ? 0 : UINT_MAX),
			tests[i].fields, i);
	}
	test_end();
}

static void test_bounce_dkim_select_limits(void)
{
	string_t *header = str_new(default_pool, 1024 * 1024);
	string_t *names = t_str_new(4096);
	unsigned int i, count;

	test_begin("bounce dkim select limits");
	/* names */
	str_append(names, "From");
	for (i = 1; i < BOUNCE_DKIM_MAX_NAMES; i++)
		str_append(names, ":From");
	test_assert_strcmp(t_select("From: a\n", str_c(names), 1), "0");
	str_append(names, ":");
	test_assert_strcmp(t_select("From: a\n", str_c(names), 1),
			   "h= has too many names");

	/* fields of names that are long and almost the same: of fields times
	   names no more are compared than the cap allows */
	str_truncate(names, str_len(names) - 1);
	count = BOUNCE_DKIM_SELECT_MAX_STEPS / BOUNCE_DKIM_MAX_NAMES;
	for (i = 0; i < count; i++)
		str_append(header, "From-From-From-From-From-FromX: x\n");
	str_truncate(names, 0);
	for (i = 0; i < BOUNCE_DKIM_MAX_NAMES; i++) {
		str_printfa(names, "%sFrom-From-From-From-From-FromY",
			    i == 0 ? "" : ":");
	}
	test_assert_strcmp(t_select(str_c(header), str_c(names), UINT_MAX),
			   "");
	str_append(header, "x: y\n");
	test_assert_strcmp(t_select(str_c(header), str_c(names), UINT_MAX),
			   "the header has too many field names");
	str_free(&header);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dkim_select,
		test_bounce_dkim_select_limits,
		NULL
	};
	return test_run(test_functions);
}
