/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "spf/spf-record.h"
#include "test-common.h"

static int
test_record(const char *record, size_t size, const char **record_r,
	    const char **error_r)
{
	/* of the very size, for valgrind */
	unsigned char *data = i_memdup(record, I_MAX(size, 1));
	int ret;

	ret = bounce_spf_record_check(data, size, record_r, error_r);
	i_free(data);
	return ret;
}

static void test_bounce_spf_record_table(void)
{
	static const struct {
		const char *record;
		int ret;
		/* the record, or the error */
		const char *result;
	} tests[] = {
		{ "v=spf1", 1, "v=spf1" },
		{ "v=spf1 ", 1, "v=spf1" },
		{ "V=SpF1  a  mx ", 1, "v=spf1 a mx" },
		{ "v=spf1 -all exp=why.%{d} redirect=_spf.%{d}", 1,
		  "v=spf1 -all redirect=_spf.%{d}" },
		{ "v=spf1 foo=bar a:x=y -all", 1, "v=spf1 a:x=y -all" },
		{ "v=spf1 EXP=x Redirect=y", 1, "v=spf1 Redirect=y" },
		{ "v=spf1 exists:%{ir}.%{l1r-+}.%{v}.%{D12R}%%%_%-.x", 1,
		  "v=spf1 exists:%{ir}.%{l1r-+}.%{v}.%{D12R}%%%_%-.x" },
		/* no name of a modifier: libspf2 is to see the mistake */
		{ "v=spf1 a =x -all", 1, "v=spf1 a =x -all" },
		{ "", 0, NULL },
		{ "v=spf", 0, NULL },
		{ "v=spf1a", 0, NULL },
		{ "v=spf10 a", 0, NULL },
		{ " v=spf1 a", 0, NULL },
		{ "v=spf1\ta", 0, NULL },
		{ "spf2.0/mfrom a", 0, NULL },
		{ "v=spf1 a\tmx", -1, "ASCII" },
		{ "v=spf1 a:~.x", 1, "v=spf1 a:~.x" },
		{ "v=spf1 a:\x7f.x", -1, "ASCII" },
		{ "v=spf1 a\xc3\xa4", -1, "ASCII" },
		{ "v=spf1 %", -1, "macro" },
		{ "v=spf1 a:%x", -1, "macro" },
		{ "v=spf1 a:%{", -1, "macro" },
		{ "v=spf1 a:%{i", -1, "macro" },
		{ "v=spf1 a:%{x}", -1, "macro" },
		{ "v=spf1 a:%{d123}", -1, "macro" },
		{ "v=spf1 a:%{d1rr}", -1, "macro" },
		{ "v=spf1 a:%{d1!}", -1, "macro" },
		{ "v=spf1 a:%{}", -1, "macro" },
	};
	const char *record, *error;
	unsigned int i;
	int ret;

	test_begin("bounce spf record: table");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		error = record = NULL;
		ret = test_record(tests[i].record, strlen(tests[i].record),
				  &record, &error);
		test_assert_idx(ret == tests[i].ret, i);
		if (ret > 0) {
			test_assert_idx(strcmp(record, tests[i].result) == 0,
					i);
		} else if (ret < 0) {
			test_assert_idx(strstr(error, tests[i].result) != NULL,
					i);
		}
	}
	test_assert(test_record("v=spf1 a\0b", 10, &record, &error) == -1);
	test_end();
}

static void test_bounce_spf_record_caps(void)
{
	const char *record, *error;
	string_t *str = t_str_new(8192);
	unsigned int i;

	test_begin("bounce spf record: caps");
	str_append(str, "v=spf1");
	for (i = 0; i < BOUNCE_SPF_RECORD_MAX_TERMS; i++)
		str_append(str, " a");
	test_assert(test_record(str_c(str), str_len(str), &record,
				&error) == 1);
	str_append(str, " a");
	test_assert(test_record(str_c(str), str_len(str), &record,
				&error) == -1);
	test_assert(strstr(error, "too many") != NULL);

	str_truncate(str, 6);
	str_append(str, " a:");
	while (str_len(str) <= 7 + BOUNCE_SPF_RECORD_MAX_TERM_SIZE)
		str_append_c(str, 'x');
	test_assert(test_record(str_c(str), str_len(str), &record,
				&error) == -1);
	test_assert(strstr(error, "too long") != NULL);

	while (str_len(str) <= BOUNCE_SPF_RECORD_MAX_SIZE)
		str_append(str, " mx");
	test_assert(test_record(str_c(str), str_len(str), &record,
				&error) == -1);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_spf_record_table,
		test_bounce_spf_record_caps,
		NULL
	};
	return test_run(test_functions);
}
