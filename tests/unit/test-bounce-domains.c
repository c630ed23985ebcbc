/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "bounce-domains.h"
#include "test-common.h"

static void test_bounce_domains_match(void)
{
	static const struct {
		const char *list, *domain;
		bool match;
	} tests[] = {
		{ "", "example.org", FALSE },
		{ " , \t\r\n", "example.org", FALSE },
		{ "example.org", "example.org", TRUE },
		{ "example.org", "EXAMPLE.org", TRUE },
		{ "Example.ORG", "example.org", TRUE },
		{ "example.org", "example.org.", TRUE },
		{ "example.org.", "example.org", TRUE },
		{ "example.org", "a.example.org", FALSE },
		{ "example.org", "xample.org", FALSE },
		{ "example.org", "org", FALSE },
		{ "example.org", "", FALSE },
		{ "example.org", ".", FALSE },
		{ "example.org", ".example.org", FALSE },
		{ "example.org", "example.org..", FALSE },
		{ ".example.org", "example.org", TRUE },
		{ ".example.org", "a.example.org", TRUE },
		{ ".example.org", "a.b.EXAMPLE.org.", TRUE },
		{ ".example.org", ".example.org", FALSE },
		{ ".example.org", "a..example.org", FALSE },
		{ ".example.org", "a b.example.org", FALSE },
		{ ".example.org", "badexample.org", FALSE },
		{ "a.org, example.org", "example.org", TRUE },
		{ "example.org a.org b.org\n", "b.org", TRUE },
		{ "example.org,,a.org", "a.org", TRUE },
		{ "example.org .example.org", "a.example.org", TRUE },
		{ ".example.org example.org", "a.example.org", TRUE },
		{ "example.org example.org", "a.example.org", FALSE },
		{ ".a.org example.org b.a.org", "c.b.a.org", TRUE },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example", TRUE }
	};
	unsigned int i;

	test_begin("bounce domains match");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 256);
		struct bounce_domains *domains = NULL;
		const char *error;

		test_assert_idx(bounce_domains_parse(pool, tests[i].list,
						     &domains, &error) == 0, i);
		test_assert_idx(bounce_domains_match(domains, tests[i].domain)
				== tests[i].match, i);
		pool_unref(&pool);
	}
	test_assert(!bounce_domains_match(NULL, "example.org"));
	test_end();
}

static void test_bounce_domains_error(void)
{
	static const struct {
		const char *list, *word;
	} tests[] = {
		{ "example.org a..b c.org", "'a..b'" },
		{ ".", "'.'" },
		{ "..a", "'..a'" },
		{ "a..", "'a..'" },
		{ "a/../b", "'a/../b'" },
		{ "b\xc3\xbc""cher.example", "cher.example'" },
		{ "a;b", "'a;b'" },
		{ "a\001b", "'a?b'" }
	};
	struct bounce_domains *domains;
	const char *error;
	unsigned int i;

	test_begin("bounce domains error");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 256);

		error = "";
		test_assert_idx(bounce_domains_parse(pool, tests[i].list,
						     &domains, &error) < 0, i);
		test_assert_idx(strstr(error, tests[i].word) != NULL, i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_bounce_domains_many(void)
{
	pool_t pool = pool_alloconly_create("test", 1024 * 64);
	struct bounce_domains *domains;
	string_t *list = str_new(default_pool, 1024);
	const char *error;
	unsigned int i;

	test_begin("bounce domains many");
	for (i = 0; i < 5000; i++)
		str_printfa(list, "%sd%u.example\n", i % 2 == 0 ? "" : ".", i);
	test_assert(bounce_domains_parse(pool, str_c(list), &domains,
					 &error) == 0);
	test_assert(!bounce_domains_is_empty(domains));
	for (i = 0; i < 5000; i++) T_BEGIN {
		const char *name = t_strdup_printf("d%u.example", i);

		test_assert_idx(bounce_domains_match(domains, name), i);
		name = t_strdup_printf("x.d%u.example", i);
		test_assert_idx(bounce_domains_match(domains, name) ==
				(i % 2 != 0), i);
	} T_END;
	test_assert(!bounce_domains_match(domains, "d5000.example"));
	str_free(&list);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_domains_empty(void)
{
	pool_t pool = pool_alloconly_create("test", 256);
	struct bounce_domains *domains;
	const char *error;

	test_begin("bounce domains empty");
	test_assert(bounce_domains_is_empty(NULL));
	test_assert(bounce_domains_parse(pool, "", &domains, &error) == 0);
	test_assert(bounce_domains_is_empty(domains));
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_domains_match,
		test_bounce_domains_error,
		test_bounce_domains_many,
		test_bounce_domains_empty,
		NULL
	};
	return test_run(test_functions);
}
