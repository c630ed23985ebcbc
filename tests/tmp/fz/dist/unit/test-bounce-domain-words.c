/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-domains.h"
#include "bounce-domain-words.h"
#include "test-common.h"

static void test_bounce_domain_words_parse(void)
{
	static const struct {
		const char *value;
		/* ours and not ours by the list alone; NULL: not asked */
		const char *own, *foreign;
		/* joined by a space */
		const char *files, *dict;
	} tests[] = {
		{ "", NULL, "example.org", NULL, NULL },
		{ "example.org .example.net", "a.example.net", "a.example.org",
		  NULL, NULL },
		{ "/etc/domains", NULL, "etc", "/etc/domains", NULL },
		{ "file:/etc/domains", NULL, NULL, "/etc/domains", NULL },
		{ "</etc/domains", NULL, NULL, "/etc/domains", NULL },
		{ " .example.org,/a /b,\tfile:/c\r\n</d example.net ",
		  "example.net", "b", "/a /b /c /d", NULL },
		{ "/a#b", NULL, NULL, "/a#b", NULL },
		{ "dict:", NULL, NULL, NULL, "backscatter/domain" },
		{ "example.org dict:my/own /a", "example.org", NULL, "/a",
		  "my/own" },
		/* a file that Dovecot has put in place */
		{ "# ours\nexample.org\n  # no.example /x\n.example.net # no.example\n",
		  "a.example.net", "no.example", NULL, NULL },
		{ "#", NULL, "example.org", NULL, NULL },
		{ "b\xc3\xbc""cher.example", "xn--bcher-kva.example", NULL, NULL,
		  NULL }
	};
	struct bounce_domain_words words;
	const char *error;
	unsigned int i;

	test_begin("bounce domain words parse");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 256);

		test_assert_idx(bounce_domain_words_parse(pool, tests[i].value,
				&words, &error) == 0, i);
		test_assert_idx(words.list != NULL, i);
		test_assert_idx(tests[i].own == NULL ||
			bounce_domains_match(words.list, tests[i].own), i);
		test_assert_idx(tests[i].foreign == NULL ||
			!bounce_domains_match(words.list, tests[i].foreign), i);
		test_assert_strcmp_idx(words.files == NULL ? NULL :
			t_strarray_join(words.files, " "), tests[i].files, i);
		test_assert_strcmp_idx(words.dict, tests[i].dict, i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_bounce_domain_words_error(void)
{
	static const struct {
		const char *value, *error;
	} tests[] = {
		{ "file:domains", "'domains' is not an absolute path" },
		{ "file:", "'' is not an absolute path" },
		{ "example.org <domains", "'domains' is not an absolute path" },
		{ "dict: dict:", "dict: is there twice" },
		{ "a/b", "'a/b' is not a domain name" },
		{ "example.org a..b", "'a..b' is not a domain name" },
		{ "b\xc3""cher.example", "is not a domain name" }
	};
	struct bounce_domain_words words;
	const char *error;
	unsigned int i;

	test_begin("bounce domain words error");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 256);

		error = "";
		test_assert_idx(bounce_domain_words_parse(pool, tests[i].value,
				&words, &error) < 0, i);
		test_assert_idx(strstr(error, tests[i].error) != NULL, i);
		pool_unref(&pool);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_domain_words_parse,
		test_bounce_domain_words_error,
		NULL
	};
	return test_run(test_functions);
}
