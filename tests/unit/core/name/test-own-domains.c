/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "name/own-domains.h"
#include "base/limits.h"
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
		{ "xn--bcher-kva.example", "xn--bcher-kva.example", TRUE },
		/* U-labels on either side */
		{ "b\xc3\xbc""cher.example", "xn--bcher-kva.example", TRUE },
		{ "B\xc3\x9c""CHER.example", "b\xc3\xbc""cher.example", TRUE },
		{ "XN--BCHER-KVA.example", "b\xc3\xbc""cher.example", TRUE },
		{ ".b\xc3\xbc""cher.example", "a.xn--bcher-kva.example", TRUE },
		{ ".xn--bcher-kva.example", "\xc3\xa4.b\xc3\xbc""cher.example",
		  TRUE },
		{ "b\xc3\xbc""cher.example", "bucher.example", FALSE },
		{ "example.org", "b\xc3""cher.example", FALSE }
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

static void test_bounce_domains_host(void)
{
	static const struct {
		const char *list, *host;
		bool match;
	} tests[] = {
		{ "example.org", NULL, FALSE },
		{ "example.org", "", FALSE },
		{ "example.org", "example.org", TRUE },
		{ "example.org", "mx.example.org", TRUE },
		{ "example.org", "a.b.mx.EXAMPLE.org", TRUE },
		{ "example.org", "mx.badexample.org", FALSE },
		{ "example.org", "mx.example.org.evil.example", FALSE },
		{ "org", "mx.example.org", FALSE },
		{ "org", "org", FALSE },
		{ "example.org", "a.b.c.d.e.f.g.h.i.j.k.example.org", TRUE },
		/* so many domains above a host are looked up, and no more */
		{ "b.c.d.e.f.g.h.example.org",
		  "a.b.c.d.e.f.g.h.example.org", TRUE },
		{ "a.b.c.d.e.f.g.h.example.org",
		  "a.b.c.d.e.f.g.h.example.org", FALSE }
	};
	struct bounce_domains *domains;
	const char *error;
	unsigned int i;
	pool_t pool;

	test_begin("bounce domains: hosts");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool = pool_alloconly_create("test", 256);
		test_assert_idx(bounce_domains_parse(pool, tests[i].list,
						     &domains, &error) == 0,
				i);
		test_assert_idx(bounce_domains_match_host(domains,
			tests[i].host) == tests[i].match, i);
		pool_unref(&pool);
	}
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
		{ "b\xc3""cher.example", "cher.example'" },
		{ ".b\xc3\xbc..example", "'.b\xc3\xbc..example'" },
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

/*
 * Sources
 */

struct test_source {
	struct bounce_domain_source source;
	const char *const *keys;
	bool fail;
	/* how often it was asked, and for what last */
	unsigned int calls;
	string_t *asked;
};

static int
test_source_lookup(struct bounce_domain_source *source,
		   const char *const *keys, const char **error_r)
{
	struct test_source *test =
		container_of(source, struct test_source, source);
	bool found = FALSE;

	test->calls++;
	str_truncate(test->asked, 0);
	for (; *keys != NULL; keys++) {
		str_printfa(test->asked, "%s ", *keys);
		found = found || str_array_find(test->keys, *keys);
	}
	if (test->fail) {
		*error_r = t_strdup("it is ill");
		return -1;
	}
	return found ? 1 : 0;
}

static struct test_source *
test_source_new(pool_t pool, const char *const *keys)
{
	struct test_source *test = p_new(pool, struct test_source, 1);

	test->source.lookup = test_source_lookup;
	test->keys = keys;
	test->asked = str_new(pool, 64);
	return test;
}

static void test_bounce_domains_sources(void)
{
	static const char *const keys1[] = { "example.net", ".tree.net", NULL };
	static const char *const keys2[] = { "example.com", ".corp", NULL };
	static const struct {
		const char *domain;
		enum bounce_domains_answer answer;
		/* how often the sources are asked */
		unsigned int calls1, calls2;
	} tests[] = {
		/* the list knows */
		{ "example.org", BOUNCE_DOMAINS_OWN, 0, 0 },
		{ "a.list.org", BOUNCE_DOMAINS_OWN, 0, 0 },
		{ "Example.NET.", BOUNCE_DOMAINS_OWN, 1, 0 },
		{ "a.example.net", BOUNCE_DOMAINS_FOREIGN, 1, 1 },
		{ "tree.net", BOUNCE_DOMAINS_OWN, 1, 0 },
		{ "a.b.tree.net", BOUNCE_DOMAINS_OWN, 1, 0 },
		{ "atree.net", BOUNCE_DOMAINS_FOREIGN, 1, 1 },
		{ "example.com", BOUNCE_DOMAINS_OWN, 1, 1 },
		{ "host.corp", BOUNCE_DOMAINS_OWN, 1, 1 },
		{ "corp", BOUNCE_DOMAINS_OWN, 1, 1 },
		/* no names: nobody is asked */
		{ ".corp", BOUNCE_DOMAINS_FOREIGN, 0, 0 },
		{ "", BOUNCE_DOMAINS_FOREIGN, 0, 0 },
		{ "a b.corp", BOUNCE_DOMAINS_FOREIGN, 0, 0 }
	};
	pool_t pool = pool_alloconly_create("test", 2048);
	struct test_source *source1 = test_source_new(pool, keys1);
	struct test_source *source2 = test_source_new(pool, keys2);
	struct bounce_domain_source *const sources[] = {
		&source1->source, &source2->source, NULL
	};
	struct bounce_domains *list, *domains;
	const char *error;
	unsigned int i, j;

	test_begin("bounce domains sources");
	test_assert(bounce_domains_parse(pool, "example.org .list.org", &list,
					 &error) == 0);
	domains = bounce_domains_with_sources(pool, list, sources);
	test_assert(!bounce_domains_is_empty(domains));
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		source1->calls = source2->calls = 0;
		/* the second answer is remembered */
		for (j = 0; j < 2; j++) {
			test_assert_idx(bounce_domains_lookup(domains,
				tests[i].domain) == tests[i].answer, i);
		}
		test_assert_idx(source1->calls == tests[i].calls1, i);
		test_assert_idx(source2->calls == tests[i].calls2, i);
	}
	test_assert(bounce_domains_get_error(domains) == NULL);

	/* no list */
	domains = bounce_domains_with_sources(pool, NULL, sources);
	test_assert(!bounce_domains_is_empty(domains));
	test_assert(!bounce_domains_match(domains, "a.example.org"));
	test_assert_strcmp(str_c(source1->asked), "a.example.org "
			   ".a.example.org .example.org .org ");
	test_assert(bounce_domains_match(domains, "example.net"));

	pool_unref(&pool);
	test_end();
}

static void test_bounce_domains_source_error(void)
{
	static const char *const keys[] = { "example.com", NULL };
	pool_t pool = pool_alloconly_create("test", 1024);
	struct test_source *bad = test_source_new(pool, keys);
	struct test_source *good = test_source_new(pool, keys);
	struct bounce_domain_source *const sources[] = {
		&bad->source, &good->source, NULL
	};
	struct bounce_domains *domains;

	test_begin("bounce domains source that fails");
	bad->fail = TRUE;
	domains = bounce_domains_with_sources(pool, NULL, sources);
	test_assert(bounce_domains_lookup(domains, "example.com") ==
		    BOUNCE_DOMAINS_OWN);
	T_BEGIN {
		test_assert(bounce_domains_lookup(domains, "example.org") ==
			    BOUNCE_DOMAINS_UNKNOWN);
	} T_END;
	test_assert_strcmp(bounce_domains_get_error(domains), "it is ill");
	/* the answer of a message does not change */
	bad->fail = FALSE;
	test_assert(bounce_domains_lookup(domains, "example.org") ==
		    BOUNCE_DOMAINS_UNKNOWN);
	test_assert(!bounce_domains_match(domains, "example.org"));
	test_assert(bounce_domains_lookup(domains, "example.net") ==
		    BOUNCE_DOMAINS_FOREIGN);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_domains_source_limit(void)
{
	static const char *const keys[] = { "example.com", NULL };
	pool_t pool = pool_alloconly_create("test", 4096);
	struct test_source *source = test_source_new(pool, keys);
	struct bounce_domain_source *const sources[] = {
		&source->source, NULL
	};
	struct bounce_domains *domains;
	string_t *name = str_new(pool, 256);
	enum bounce_domains_answer answer;
	unsigned int i, max = BOUNCE_DOMAINS_MAX_KEYS / 3;

	test_begin("bounce domains source limit");
	domains = bounce_domains_with_sources(pool, NULL, sources);
	for (i = 0; i < 2 * BOUNCE_DOMAINS_MAX_KEYS; i++) T_BEGIN {
		answer = bounce_domains_lookup(domains,
			t_strdup_printf("d%u.example", i));
		test_assert_idx(answer == (i < max ? BOUNCE_DOMAINS_FOREIGN :
				BOUNCE_DOMAINS_OVER_LIMIT), i);
	} T_END;
	test_assert(source->calls == max);
	test_assert(bounce_domains_lookup(domains, "d0.example") ==
		    BOUNCE_DOMAINS_FOREIGN);

	/* exactly as many keys as may be looked up, and one more */
	domains = bounce_domains_with_sources(pool, NULL, sources);
	for (i = 0; i + 4 < BOUNCE_DOMAINS_MAX_KEYS; i += 3) T_BEGIN {
		test_assert_idx(bounce_domains_lookup(domains,
			t_strdup_printf("d%u.example", i)) ==
			BOUNCE_DOMAINS_FOREIGN, i);
	} T_END;
	test_assert(i + 4 == BOUNCE_DOMAINS_MAX_KEYS);
	test_assert(bounce_domains_lookup(domains, "a.b.example") ==
		    BOUNCE_DOMAINS_FOREIGN);
	test_assert(bounce_domains_lookup(domains, "example") ==
		    BOUNCE_DOMAINS_OVER_LIMIT);

	/* names of many labels take more */
	domains = bounce_domains_with_sources(pool, NULL, sources);
	source->calls = 0;
	for (i = 0; i < 126; i++)
		str_append(name, "a.");
	str_append(name, "b");
	test_assert(bounce_domains_lookup(domains, str_c(name)) ==
		    BOUNCE_DOMAINS_FOREIGN);
	test_assert(bounce_domains_lookup(domains, str_c(name) + 2) ==
		    BOUNCE_DOMAINS_FOREIGN);
	test_assert(bounce_domains_lookup(domains, str_c(name) + 4) ==
		    BOUNCE_DOMAINS_OVER_LIMIT);
	test_assert(source->calls == 2);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_domains_match,
		test_bounce_domains_host,
		test_bounce_domains_error,
		test_bounce_domains_many,
		test_bounce_domains_empty,
		test_bounce_domains_sources,
		test_bounce_domains_source_error,
		test_bounce_domains_source_limit,
		NULL
	};
	return test_run(test_functions);
}
