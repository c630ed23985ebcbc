/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "base/json.h"
#include "test-common.h"

static void test_bounce_json_object(void)
{
	string_t *dest = str_new(default_pool, 32);

	test_begin("bounce json object");
	bounce_json_open(dest);
	bounce_json_text(dest, "a", "b");
	bounce_json_text(dest, "c", NULL);
	bounce_json_bool(dest, "d", TRUE);
	bounce_json_number(dest, "e", UINTMAX_MAX);
	bounce_json_time(dest, "f", 0);
	bounce_json_time(dest, "g", 1769860800);
	bounce_json_open_array(dest, "h");
	bounce_json_value(dest, "i");
	bounce_json_value(dest, NULL);
	bounce_json_open(dest);
	bounce_json_bool(dest, "j", FALSE);
	str_append(dest, "}]");
	bounce_json_open_object(dest, "k");
	str_append(dest, "}}");
	test_assert_strcmp(str_c(dest),
		"{\"a\":\"b\",\"c\":null,\"d\":true,"
		"\"e\":18446744073709551615,\"f\":null,"
		"\"g\":\"2026-01-31T12:00:00Z\","
		"\"h\":[\"i\",null,{\"j\":false}],\"k\":{}}");
	/* the next object is on a line of its own */
	str_append_c(dest, '\n');
	bounce_json_open(dest);
	test_assert(strstr(str_c(dest), "}}\n{") != NULL);
	str_free(&dest);
	test_end();
}

static void test_bounce_json_escaped(void)
{
	static const struct {
		const char *value, *json;
	} tests[] = {
		{ "", "\"\"" },
		{ "a\"b\\c/", "\"a\\\"b\\\\c/\"" },
		{ "a\r\n\tb\x01", "\"a\\r\\n\\tb\\u0001\"" },
		/* C1 controls, DEL, and what turns the direction around */
		{ "\x7f\xc2\x9b\xe2\x80\xae", "\"\\u007f\\u009b\\u202e\"" },
		{ "\xff|\xe6\x97\xa5", "\"\xef\xbf\xbd|\xe6\x97\xa5\"" }
	};
	string_t *dest = str_new(default_pool, 32);
	unsigned int i;

	test_begin("bounce json escaped");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		str_truncate(dest, 0);
		bounce_json_value(dest, tests[i].value);
		test_assert_strcmp_idx(str_c(dest), tests[i].json, i);
	}
	str_free(&dest);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_json_object,
		test_bounce_json_escaped,
		NULL
	};
	return test_run(test_functions);
}
