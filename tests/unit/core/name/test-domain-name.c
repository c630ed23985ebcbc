/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "name/domain-name.h"
#include "test-common.h"

#define LABEL63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123"

static void test_bounce_dns_name_is_valid(void)
{
	static const struct {
		const char *name;
		bool valid;
	} tests[] = {
		{ "a", TRUE },
		{ "example.org", TRUE },
		{ "s1._domainkey-x.a-b.xn--abc", TRUE },
		{ LABEL63".a", TRUE },
		{ "0.9-.z", TRUE },
		{ LABEL63"."LABEL63"."LABEL63"."
		  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1",
		  TRUE },
		{ "", FALSE },
		{ ".", FALSE },
		{ ".a", FALSE },
		{ "a.", FALSE },
		{ "a..b", FALSE },
		{ "..", FALSE },
		{ "a/b", FALSE },
		{ "../a", FALSE },
		{ "A", FALSE },
		{ "a b", FALSE },
		{ "a\\b", FALSE },
		/* beside the letters and digits */
		{ "a:b", FALSE },
		{ "a`b", FALSE },
		{ "a{b", FALSE },
		{ "a\n", FALSE },
		{ "\xc3\xa4", FALSE },
		{ "*", FALSE },
		{ LABEL63"4.a", FALSE },
		{ LABEL63"."LABEL63"."LABEL63"."
		  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff12",
		  FALSE }
	};
	unsigned int i;

	test_begin("bounce dns name is valid");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(bounce_dns_name_is_valid(tests[i].name) ==
				tests[i].valid, i);
	}
	test_end();
}

static void test_bounce_domain_normalise(void)
{
	static const struct {
		const char *domain, *result;
	} tests[] = {
		{ "example.org", "example.org" },
		{ "EXAMPLE.org.", "example.org" },
		{ "a_b.x-y.example", "a_b.x-y.example" },
		{ "org", "org" },
		{ "", NULL },
		{ ".", NULL },
		{ ".example.org", NULL },
		{ "example..org", NULL },
		{ "example.org..", NULL },
		{ "exam ple.org", NULL },
		{ "example.org/", NULL },
		{ "exam\001ple.org", NULL },
		/* A-labels are not looked into */
		{ "XN--BCHER-KVA.example", "xn--bcher-kva.example" },
		{ "xn--999999999.example", "xn--999999999.example" },
		/* U-labels: RFC 5890's forms, and what is mapped to them */
		{ "b\xc3\xbc""cher.example", "xn--bcher-kva.example" },
		{ "B\xc3\x9c""CHER.Example.", "xn--bcher-kva.example" },
		{ "bu\xcc\x88""cher.example", "xn--bcher-kva.example" },
		{ "\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88",
		  "xn--r8jz45g.xn--zckzah" },
		{ "\xe4\xbe\x8b\xe3\x81\x88\xe3\x80\x82\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88",
		  "xn--r8jz45g.xn--zckzah" },
		{ "b\xc3\xbc""cher.xn--zckzah", "xn--bcher-kva.xn--zckzah" },
		/* not transitional: not strasse */
		{ "stra\xc3\x9f""e.example", "xn--strae-oqa.example" },
		/* full-width letters */
		{ "\xef\xbd\x8f\xef\xbd\x92\xef\xbd\x87", "org" },
		/* what is none */
		{ "b\xc3.example", NULL },
		{ "\xff\xfe.example", NULL },
		{ "b\xc3\xbc""cher..example", NULL },
		{ ".b\xc3\xbc""cher.example", NULL },
		{ "b\xc3\xbc""cher exam.ple", NULL },
		/* a slash that is one after mapping */
		{ "\xef\xbc\x8f""a.example", NULL },
	};
	unsigned int i;

	test_begin("bounce domain normalise");
	test_assert(t_bounce_domain_normalise(NULL) == NULL);
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(t_bounce_domain_normalise(
			tests[i].domain), tests[i].result, i);
	}
	test_end();
}

static void test_bounce_domain_normalise_long(void)
{
	string_t *str = t_str_new(8192);
	unsigned int i;

	test_begin("bounce domain normalise long");
	for (i = 0; i < 126; i++)
		str_append(str, "A.");
	str_append_c(str, 'B');
	test_assert(t_bounce_domain_normalise(str_c(str)) != NULL);
	str_append(str, "cd");
	test_assert(t_bounce_domain_normalise(str_c(str)) == NULL);

	/* too long as A-labels, and much too long for the library */
	str_truncate(str, 0);
	for (i = 0; i < 60; i++)
		str_append(str, "\xc3\xbc.");
	test_assert(t_bounce_domain_normalise(str_c(str)) == NULL);
	/* soft hyphens count, though they are left out of the result */
	for (i = 1012; i <= 1013; i++) {
		str_truncate(str, 0);
		str_append(str, i % 2 == 0 ? "ab" : "a");
		while (str_len(str) < i)
			str_append(str, "\xc2\xad");
		test_assert_strcmp_idx(t_bounce_domain_normalise(str_c(str)),
				       i == 1012 ? "ab" : NULL, i);
	}
	for (i = 0; i < 2000; i++)
		str_append(str, "\xc3\xbc");
	test_assert(t_bounce_domain_normalise(str_c(str)) == NULL);
	test_end();
}

static void test_bounce_domain_error(void)
{
	test_begin("bounce domain error");
	test_assert_strcmp(t_bounce_domain_error("a..b", "a domain name"),
			   "'a..b' is not a domain name");
	/* half a character of UTF-8 */
	test_assert_strcmp(t_bounce_domain_error("b\xc3""cher.example",
						 "an address"),
			   "'b\xef\xbf\xbd" "cher.example' is not an "
			   "address");
	/* so much of it is shown */
	test_assert_strcmp(t_bounce_domain_error(LABEL63"..5678901234567890",
						 "an address"),
			   "'"LABEL63"..56789012345678\xe2\x80\xa6' is not "
			   "an address");
	test_end();
}

static void test_bounce_domain_is_within(void)
{
	static const struct {
		const char *domain, *parent;
		bool within, equals;
	} tests[] = {
		{ "example.org", "example.org", TRUE, TRUE },
		{ "EXAMPLE.org.", "example.org", TRUE, TRUE },
		{ "a.example.org", "example.org.", TRUE, FALSE },
		{ "badexample.org", "example.org", FALSE, FALSE },
		{ "example.org", "a.example.org", FALSE, FALSE },
		{ "example.org", "", FALSE, FALSE },
		{ "example.org", ".", FALSE, FALSE },
		{ "", "example.org", FALSE, FALSE },
		{ "b.a", "a", TRUE, FALSE },
		{ "a..", "", FALSE, FALSE },
	};
	unsigned int i;

	test_begin("bounce domain is within");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		/* in blocks of their sizes */
		char *domain = i_strdup(tests[i].domain);
		char *parent = i_strdup(tests[i].parent);

		test_assert_idx(bounce_domain_is_within(domain, parent) ==
				tests[i].within, i);
		test_assert_idx(bounce_domain_equals(domain, parent) ==
				tests[i].equals, i);
		i_free(domain);
		i_free(parent);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dns_name_is_valid,
		test_bounce_domain_normalise,
		test_bounce_domain_normalise_long,
		test_bounce_domain_error,
		test_bounce_domain_is_within,
		NULL
	};
	return test_run(test_functions);
}
