/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "name/address.h"
#include "test-common.h"

static void test_bounce_address_parse(void)
{
	static const struct {
		const char *text, *local_part, *domain;
	} tests[] = {
		{ "alice@example.org", "alice", "example.org" },
		{ "Alice@Example.ORG.", "Alice", "example.org" },
		{ "a@B\xc3\xbc" "cher.example", "a", "xn--bcher-kva.example" },
		{ "\"a b\"@example.org", "a b", "example.org" },
		{ "\"a\\\"\\\\b\"@example.org", "a\"\\b", "example.org" },
		{ "\"a@b\"@example.org", "a@b", "example.org" },
		{ "\"@example.org", "\"", "example.org" },
		{ "a@[192.0.2.1]", "a", "[192.0.2.1]" },
		{ "", NULL, NULL },
		{ "alice", NULL, NULL },
		{ "@", NULL, NULL },
		{ "@example.org", NULL, NULL },
		{ "\"\"@example.org", NULL, NULL },
		{ "alice@", NULL, NULL },
		{ "alice@.", NULL, NULL },
	};
	struct bounce_address address;
	unsigned int i;

	test_begin("bounce address parse");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		int ret = t_bounce_address_parse(tests[i].text, &address);

		test_assert_idx(ret == (tests[i].domain == NULL ? -1 : 0), i);
		if (tests[i].domain != NULL) {
			test_assert_strcmp_idx(address.local_part,
					       tests[i].local_part, i);
			test_assert_strcmp_idx(address.domain,
					       tests[i].domain, i);
		}
	} T_END;
	test_end();
}

static void test_bounce_address_domain(void)
{
	static const struct {
		const char *text, *domain;
	} tests[] = {
		{ NULL, NULL },
		{ "", NULL },
		{ "alice", NULL },
		{ "alice@", NULL },
		{ "alice@Example.org.", "Example.org." },
		{ "@example.org", "example.org" },
		{ "\"a@b\"@example.org", "example.org" },
		{ "a@b@", NULL },
	};
	unsigned int i;

	test_begin("bounce address domain");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(bounce_address_domain(tests[i].text),
				       tests[i].domain, i);
	}
	test_end();
}

static void test_bounce_address_strip(void)
{
	static const struct {
		const char *text, *result;
	} tests[] = {
		{ "<alice@example.org>", "alice@example.org" },
		{ "alice@example.org", "alice@example.org" },
		{ "<alice@example.org", "<alice@example.org" },
		{ "alice@example.org>", "alice@example.org>" },
		{ "<>", "" },
		{ "<", "<" },
		{ "", "" },
		{ "<<a>>", "<a>" },
	};
	unsigned int i;

	test_begin("bounce address strip");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(t_bounce_address_strip(tests[i].text),
				       tests[i].result, i);
	}
	test_end();
}

static void test_bounce_address_first(void)
{
	struct bounce_address address;

	test_begin("bounce address first");
	test_assert(!t_bounce_address_parse_first(NULL, &address));
	test_assert(!t_bounce_address_parse_first("", &address));
	test_assert(!t_bounce_address_parse_first("nobody:;", &address));
	test_assert(t_bounce_address_parse_first("us: A <a@Example.org>, "
						 "b@example.net;", &address));
	test_assert_strcmp(address.local_part, "a");
	test_assert_strcmp(address.domain, "example.org");
	test_end();
}

static void test_bounce_address_list(void)
{
	static const struct {
		const char *value, *list;
	} tests[] = {
		{ "", "" },
		{ "alice@example.org", "alice@example.org" },
		{ "A <a@example.org>, b@example.com (c)",
		  "a@example.org b@example.com" },
		{ "x@example.com <a@example.org>", "a@example.org" },
		{ "x@example.com (<a@example.org>)", "x@example.com" },
		{ "undisclosed-recipients:;", "" },
		{ "Us: a@example.org, B <b@example.org>;, c@example.org",
		  "a@example.org b@example.org c@example.org" },
		{ "alice, a@example.org", "a@example.org" },
		{ "\"a b\"@example.org", "a b@example.org" },
		{ "<@r.example:a@example.org>", "a@example.org" },
		{ "\"A, <x@example.com>\" <a@example.org>", "a@example.org" },
		{ "<>", "" },
		{ ",,", "" },
	};
	const struct bounce_address *list;
	unsigned int i, j, count;

	test_begin("bounce address list");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		string_t *str = t_str_new(64);

		test_assert_idx(t_bounce_address_parse_list(tests[i].value,
							    &list,
							    &count) == 0, i);
		for (j = 0; j < count; j++) {
			str_printfa(str, "%s%s@%s", j == 0 ? "" : " ",
				    list[j].local_part, list[j].domain);
		}
		test_assert_strcmp_idx(str_c(str), tests[i].list, i);
	} T_END;
	test_end();
}

static void test_bounce_address_list_many(void)
{
	const struct bounce_address *list;
	unsigned int count, n;

	test_begin("bounce address list of many");
	for (n = 99; n < 10000; n += n > 100 ? 3000 : 1) T_BEGIN {
		string_t *str = t_str_new(1024);
		unsigned int i;

		for (i = 0; i < n; i++)
			str_append(str, "a@example.org,");
		test_assert_idx(t_bounce_address_parse_list(str_c(str), &list,
			&count) == (n <= BOUNCE_ADDRESS_MAX_LIST ? 0 : -1), n);
		test_assert_idx(count == I_MIN(n, BOUNCE_ADDRESS_MAX_LIST), n);
	} T_END;
	test_end();
}

static void test_bounce_address_strings(void)
{
	static const struct {
		const char *value, *strings;
	} tests[] = {
		{ NULL, "" },
		{ "", "" },
		{ "A <A@B>", "a@b" },
		{ "a@b, \"x, y\" <C@d>,e@f", "a@b c@d e@f" },
		{ "daemon", "daemon@" },
		{ "<>", "@" },
		{ "g: a@b;", "g@ a@b @" },
		{ "a@b, c@d, e@f, g@h, i@j", "a@b c@d e@f g@h" },
	};
	unsigned int i;

	test_begin("bounce address strings");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		test_assert_strcmp_idx(t_strarray_join(
			t_bounce_address_strings(tests[i].value, 4), " "),
			tests[i].strings, i);
	} T_END;
	test_assert(bounce_address_string_is_whole("a@b"));
	test_assert(!bounce_address_string_is_whole("@b"));
	test_assert(!bounce_address_string_is_whole("a@"));
	test_assert(!bounce_address_string_is_whole("@"));
	test_end();
}

static void test_bounce_address_unwrap(void)
{
	static const struct {
		const char *local_part, *inner;
	} tests[] = {
		/* SRS0, with each of its separators; case is whose it is */
		{ "SRS0=HHH=TT=example.org=alice", "alice@example.org" },
		{ "SRS0+HHH=TT=example.org=alice", "alice@example.org" },
		{ "SRS0-HHH=TT=example.org=alice", "alice@example.org" },
		{ "srs0=hhh=tt=example.org=Alice", "Alice@example.org" },
		{ "SRS0=h/+=T2=example.org.=al=ice+x", "al=ice+x@example.org" },
		{ "SRS0=HHH=TT=example.org=SRS0=I=U=example.com=bob",
		  "SRS0=I=U=example.com=bob@example.org" },
		/* SRS1 */
		{ "SRS1=GGG=f.example==HHH=TT=example.org=alice",
		  "alice@example.org" },
		{ "SRS1+GGG=f.example=+HHH=TT=example.org=alice",
		  "alice@example.org" },
		{ "SRS1-GGG=f.example=-HHH=TT=example.org=alice",
		  "alice@example.org" },
		{ "SRS1=GGG=f.example=-HHH=TT=example.org=alice",
		  "alice@example.org" },
		/* BATV */
		{ "prvs=1234abCDEF=alice", "alice@wrap.example" },
		{ "PRVS=0123000000=alice=x", "alice=x@wrap.example" },
		{ "prvs=alice/1234abcdef", "alice@wrap.example" },
		{ "prvs=a/b/1234abcdef", "a/b@wrap.example" },
		{ "prvs=a=b/1234abcdef", "a=b@wrap.example" },
		{ "btv1==12ab==alice", "alice@wrap.example" },
		/* and what is none of these */
		{ "alice", NULL },
		{ "", NULL },
		{ "SRS", NULL },
		{ "SRS0", NULL },
		{ "SRS0=", NULL },
		{ "SRS0=HHH", NULL },
		{ "SRS0=HHH=TT", NULL },
		{ "SRS0=HHH=TT=example.org", NULL },
		{ "SRS0=HHH=TT=example.org=", NULL },
		{ "SRS0=HHH=TT==alice", NULL },
		{ "SRS0=HHH=TT=.=alice", NULL },
		{ "SRS0==TT=example.org=alice", NULL },
		{ "SRS0=HHH==example.org=alice", NULL },
		{ "SRS0_HHH=TT=example.org=alice", NULL },
		{ "SRS2=HHH=TT=example.org=alice", NULL },
		{ "SRS1=GGG=f.example=HHH=TT=example.org=alice", NULL },
		{ "SRS1=GGG=f.example=", NULL },
		{ "SRS1=GGG==HHH=TT=example.org=alice", NULL },
		{ "prvs=", NULL },
		{ "prvs=alice", NULL },
		{ "prvs=1234abcdef=", NULL },
		{ "prvs=1234abcdef", NULL },
		{ "prvs=123aabcdef=alice", NULL },
		{ "prvs=1234abcdeg=alice", NULL },
		{ "prvs=1234abcde=alice", NULL },
		{ "prvs=1234abcdef0=alice", NULL },
		{ "prvs=/1234abcdef", NULL },
		{ "prvs=alice/1234abcde", NULL },
		{ "prvs1234abcdef=alice", NULL },
		{ "btv1==12ab==", NULL },
		{ "btv1====alice", NULL },
		{ "btv1==12ab=alice", NULL },
	};
	struct bounce_address inner;
	unsigned int i;

	test_begin("bounce address unwrap");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		/* in a block of its size */
		char *copy = i_strdup(tests[i].local_part);
		const struct bounce_address address = {
			copy, "wrap.example"
		};
		bool ret = t_bounce_address_unwrap(&address, &inner);

		test_assert_idx(ret == (tests[i].inner != NULL), i);
		if (ret) {
			test_assert_strcmp_idx(t_strconcat(inner.local_part,
				"@", inner.domain, NULL), tests[i].inner, i);
		}
		i_free(copy);
	} T_END;
	test_end();
}

static void test_bounce_address_equals(void)
{
	static const struct {
		const char *address1, *address2, *delimiters;
		bool equals;
	} tests[] = {
		{ "a@example.org", "a@example.org", NULL, TRUE },
		{ "a@example.org", "A@EXAMPLE.org.", "+", TRUE },
		{ "a@example.org", "b@example.org", "+", FALSE },
		{ "a@example.org", "ab@example.org", "+", FALSE },
		{ "a@example.org", "a@example.com", "+", FALSE },
		{ "a@example.org", "a@mail.example.org", "+", FALSE },
		{ "a+x@example.org", "a@example.org", "+", TRUE },
		{ "a+x@example.org", "a+y@example.org", "+", TRUE },
		{ "a+x@example.org", "a+y@example.org", NULL, FALSE },
		{ "a+x@example.org", "a+y@example.org", "", FALSE },
		{ "a+x@example.org", "a-y@example.org", "-+", TRUE },
		{ "+x@example.org", "+y@example.org", "+", FALSE },
		{ "+x@example.org", "+X@example.org", "+", TRUE },
	};
	struct bounce_address a1, a2;
	unsigned int i;

	test_begin("bounce address equals");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		test_assert_idx(t_bounce_address_parse(tests[i].address1,
						       &a1) == 0, i);
		test_assert_idx(t_bounce_address_parse(tests[i].address2,
						       &a2) == 0, i);
		test_assert_idx(bounce_address_equals(&a1, &a2,
			tests[i].delimiters) == tests[i].equals, i);
		test_assert_idx(bounce_address_equals(&a2, &a1,
			tests[i].delimiters) == tests[i].equals, i);
	} T_END;
	test_end();
}

static void test_bounce_address_patterns(void)
{
	static const struct {
		const char *list, *bad;
		unsigned int count;
	} tests[] = {
		{ "", NULL, 0 },
		{ " ,\n", NULL, 0 },
		{ "a@example.org", NULL, 1 },
		{ "a@example.org,b@example.org  @example.com.\t", NULL, 3 },
		{ "a@example.org bob", "'bob'", 0 },
		{ "@", "'@'", 0 },
		{ "a@", "'a@'", 0 },
		{ "a@b..c", "'a@b..c'", 0 },
		{ "a@.", "'a@.'", 0 },
	};
	const char *const *patterns, *error;
	unsigned int i;

	test_begin("bounce address patterns");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("sender", 1024);
		int ret = bounce_address_parse_patterns(pool, tests[i].list,
							&patterns, &error);

		test_assert_idx(ret == (tests[i].bad == NULL ? 0 : -1), i);
		if (ret == 0) {
			test_assert_idx(str_array_length(patterns) ==
					tests[i].count, i);
		} else {
			test_assert_idx(strstr(error, tests[i].bad) != NULL,
					i);
		}
		pool_unref(&pool);
	} T_END;
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_address_parse,
		test_bounce_address_domain,
		test_bounce_address_strip,
		test_bounce_address_first,
		test_bounce_address_list,
		test_bounce_address_list_many,
		test_bounce_address_strings,
		test_bounce_address_unwrap,
		test_bounce_address_equals,
		test_bounce_address_patterns,
		NULL
	};
	return test_run(test_functions);
}
