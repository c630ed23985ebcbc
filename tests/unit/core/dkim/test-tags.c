/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "base/limits.h"
#include "dkim/tags.h"
#include "test-common.h"

/* The result as "name=value|..." with line breaks shown; "!error" otherwise. */
static const char *t_parse(const void *input, size_t size)
{
	unsigned char *copy = i_malloc(I_MAX(size, 1));
	string_t *str = t_str_new(64);
	struct bounce_tags tags;
	const char *error;
	unsigned int i;

	memcpy(copy, input, size);
	if (bounce_tags_parse(copy, size, &tags, &error) < 0)
		str_printfa(str, "!%s", error);
	else for (i = 0; i < tags.count; i++) {
		if (i > 0)
			str_append_c(str, '|');
		str_append_data(str, tags.tags[i].name,
				tags.tags[i].name_size);
		str_append_c(str, '=');
		str_append_data(str, tags.tags[i].value,
				tags.tags[i].value_size);
	}
	i_free(copy);
	return str_c(str);
}

#define NO_TAGS "!there are no tags"
#define NO_NAME "!a tag has no name"
#define NO_VALUE "!a tag has no value"
#define TWICE "!a tag is there twice"
#define CONTROL "!a tag's value has a control character"

static void test_bounce_tags_parse(void)
{
	static const struct {
		const char *input;
		size_t size;
		const char *output;
	} tests[] = {
#define T(input, output) { input, sizeof(input) - 1, output }
		/* RFC 6376 section 3.2 */
		T("", NO_TAGS),
		T(" ", NO_TAGS),
		T("\r\n ", NO_TAGS),
		T("a=b", "a=b"),
		T("a=b;", "a=b"),
		T("a=b; ", "a=b"),
		T("a=b;\r\n", "a=b"),
		T("a=b;c=d", "a=b|c=d"),
		T("a=b;c=d;", "a=b|c=d"),
		T("a=", "a="),
		T("a= ;b=", "a=|b="),
		T("a1_=b", "a1_=b"),
		/* white space on either side of "=", and around */
		T(" a = b ; c = d ", "a=b|c=d"),
		T("\r\n\ta\r\n =\r\n b\r\n ;c=d\r\n ", "a=b|c=d"),
		T("a\n =\n\tb\n ;c=d\n", "a=b|c=d"),
		/* white space inside of a value is kept */
		T("a=b c\t d", "a=b c\t d"),
		T("a=b\r\n c ", "a=b\r\n c"),
		/* only the first "=" counts */
		T("a==b=;c=d", "a==b=|c=d"),
		/* RFC 8616 section 5: values may be UTF-8, names not */
		T("a=\xc3\xa4", "a=\xc3\xa4"),
		T("\xc3\xa4=b", NO_NAME),
		/* names are case-sensitive */
		T("a=b;A=c", "a=b|A=c"),
		/* a duplicate makes all invalid */
		T("a=b;a=b", TWICE),
		T("a=b;c=d; a =e", TWICE),
		/* not tag-lists */
		T(";", NO_NAME),
		T("a=b;;c=d", NO_NAME),
		T("a=b; ;", NO_NAME),
		T("=b", NO_NAME),
		T("1a=b", NO_NAME),
		T("_a=b", NO_NAME),
		T("a-b=c", NO_VALUE),
		T("a", NO_VALUE),
		T("a ", NO_VALUE),
		T("a;b=c", NO_VALUE),
		T("a b=c", NO_VALUE),
		T("a=b;c", NO_VALUE),
		T("a=b\0c", CONTROL),
		T("a=b\001", CONTROL),
		T("a=b\x7f", CONTROL),
		T("a=b\rc", CONTROL),
		T("a=b\r", CONTROL),
		T("a=\r", CONTROL),
		T("\0", NO_NAME),
#undef T
	};
	unsigned int i;

	test_begin("bounce tags parse");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		test_assert_strcmp_idx(t_parse(tests[i].input, tests[i].size),
				       tests[i].output, i);
	} T_END;
	test_end();
}

static void test_bounce_tags_limit(void)
{
	string_t *str = t_str_new(1024);
	struct bounce_tags tags;
	const char *error;
	unsigned int i;

	test_begin("bounce tags limit");
	for (i = 0; i < BOUNCE_DKIM_MAX_TAGS; i++)
		str_printfa(str, "t%u=%u;", i, i);
	test_assert(bounce_tags_parse(str_data(str), str_len(str),
				      &tags, &error) == 0);
	test_assert(tags.count == BOUNCE_DKIM_MAX_TAGS);
	str_append(str, "t=1");
	test_assert(bounce_tags_parse(str_data(str), str_len(str),
				      &tags, &error) < 0);
	/* what came before the error is there */
	test_assert(tags.count == BOUNCE_DKIM_MAX_TAGS);
	test_end();
}

static void test_bounce_tags_find(void)
{
	static const char input[] = "v=1; b=x; bh=y; B=z";
	struct bounce_tags tags;
	const struct bounce_tag *tag;
	const char *error;

	test_begin("bounce tags find");
	test_assert(bounce_tags_parse((const void *)input, strlen(input),
				      &tags, &error) == 0);
	tag = bounce_tags_find(&tags, "b");
	test_assert(tag != NULL && bounce_tag_is(tag, "x"));
	test_assert(!bounce_tag_is(tag, "X") && !bounce_tag_is(tag, "") &&
		    !bounce_tag_is(tag, "xx"));
	tag = bounce_tags_find(&tags, "bh");
	test_assert(tag != NULL && bounce_tag_is(tag, "y"));
	tag = bounce_tags_find(&tags, "B");
	test_assert(tag != NULL && bounce_tag_is(tag, "z"));
	test_assert(bounce_tags_find(&tags, "V") == NULL);
	test_assert(bounce_tags_find(&tags, "") == NULL);
	test_end();
}

static void test_bounce_tag_has_word(void)
{
	static const struct {
		const char *value, *word;
		bool has;
	} tests[] = {
		{ "sha256", "sha256", TRUE },
		{ "sha1:sha256", "sha256", TRUE },
		{ "sha1 : sha256 : x", "sha256", TRUE },
		{ "sha1\r\n :\r\n sha256\r\n :x", "sha256", TRUE },
		{ "sha1:", "sha1", TRUE },
		{ "::sha1", "sha1", TRUE },
		{ "", "sha1", FALSE },
		{ ":", "sha1", FALSE },
		{ "sha1", "sha256", FALSE },
		{ "sha256x", "sha256", FALSE },
		{ "xsha256", "sha256", FALSE },
		{ "sha 256", "sha256", FALSE },
		/* RFC 6376 section 3.2: MUST be case-sensitive */
		{ "SHA256", "sha256", FALSE }
	};
	struct bounce_tag tag;
	unsigned int i;

	test_begin("bounce tag has word");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		size_t size = strlen(tests[i].value);
		unsigned char *copy = i_malloc(I_MAX(size, 1));

		memcpy(copy, tests[i].value, size);
		tag.value = copy;
		tag.value_size = size;
		test_assert_idx(bounce_tag_has_word(&tag, tests[i].word) ==
				tests[i].has, i);
		i_free(copy);
	}
	test_end();
}

static void test_bounce_tag_decode(void)
{
	static const struct {
		const char *value;
		int ret;
		const char *output;
	} tests[] = {
		{ "", 0, "" },
		{ "YWJj", 0, "abc" },
		{ "YWI=", 0, "ab" },
		{ "YQ==", 0, "a" },
		{ "YWI", 0, "ab" },
		{ "YQ=", 0, "a" },
		{ "YQ", 0, "a" },
		{ " Y W\r\n\tJ\n j ", 0, "abc" },
		{ "YWI = ", 0, "ab" },
		{ "Y", -1, NULL },
		{ "YWJjZ", -1, NULL },
		{ "YW-j", -1, NULL },
		{ "YWJj!", -1, NULL },
		{ "YQ==YQ==", -1, NULL },
		{ "YQ===", -1, NULL },
		{ "=", -1, NULL }
	};
	struct bounce_tag tag;
	unsigned int i;

	test_begin("bounce tag decode");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		buffer_t *dest = t_buffer_create(16);
		size_t size = strlen(tests[i].value);
		unsigned char *copy = i_malloc(I_MAX(size, 1));
		int ret;

		memcpy(copy, tests[i].value, size);
		tag.value = copy;
		tag.value_size = size;
		ret = bounce_tag_decode(&tag, dest);
		i_free(copy);
		test_assert_idx(ret == tests[i].ret, i);
		if (ret == 0 && tests[i].ret == 0) {
			test_assert_strcmp_idx(str_c(dest), tests[i].output,
					       i);
		}
	} T_END;
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_tags_parse,
		test_bounce_tags_limit,
		test_bounce_tags_find,
		test_bounce_tag_has_word,
		test_bounce_tag_decode,
		NULL
	};
	return test_run(test_functions);
}
