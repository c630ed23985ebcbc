/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base64.h"
#include "str.h"
#include "dkim/dkim-private.h"
#include "test-common.h"

#define BH "bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="
#define REST "h=From; "BH"; b=YWJj"
#define WHOLE "v=1; a=rsa-sha256; d=example.org; s=sel; "REST

static void test_bounce_dkim_damage_invisible(void)
{
	static const struct {
		const char *text;
		size_t size;
	} tests[] = {
		{ "\xc2\xa0x", 2 }, { "\xc2\xad", 2 }, { "\xe2\x80\x8b", 3 },
		{ "\xe2\x80\x8fx", 3 }, { "\xe2\x80\xa9", 3 },
		{ "\xe2\x80\xaf", 3 }, { "\xe2\x81\xa0", 3 },
		{ "\xef\xbb\xbf", 3 }, { "\xef\xbf\xbd", 3 },
		/* what can be seen */
		{ "a", 0 }, { "\xc3\xbc", 0 }, { "\xe2\x82\xac", 0 },
		{ "\xf0\x9f\x98\x80", 0 }, { "\xe2\x80\x90", 0 },
		/* what is not UTF-8 goes octet by octet */
		{ "\xff", 1 }, { "\xc3", 1 }, { "\xc3x", 1 }, { "\x80", 1 },
		{ "\xe2\x80", 1 }
	};
	unsigned int i;

	test_begin("bounce dkim damage invisible");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(bounce_dkim_invisible_size(
			(const void *)tests[i].text, strlen(tests[i].text)) ==
			tests[i].size, i);
	}
	test_end();
}

static void test_bounce_dkim_damage_names(void)
{
	static const struct {
		const char *name;
		bool broken;
	} tests[] = {
		{ "example.org", FALSE },
		{ "s_1-x", FALSE },
		{ "gr\xc3\xbc\xc3\x9f" "e.example", FALSE },
		{ "exam ple.org", TRUE },
		{ "exam\r\nple.org", TRUE },
		{ "exam\x01ple.org", TRUE },
		{ "<example.org>", TRUE },
		{ "exam\xe2\x80\x8bple.org", TRUE },
		{ "exam\xffple.org", TRUE },
		{ "exam\xc3", TRUE },
		{ "_example.org_", TRUE },
		{ "r2!", TRUE },
		{ "_example.org", TRUE },
		{ "example.org_", TRUE },
		{ "exam\x80ple.org", TRUE },
		{ "exam\x7fple.org", TRUE },
	};
	unsigned int i;

	test_begin("bounce dkim damage names");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		/* in a block of its size */
		size_t size = strlen(tests[i].name);
		unsigned char *copy = i_malloc(size);

		memcpy(copy, tests[i].name, size);
		test_assert_idx(bounce_dkim_name_is_broken(copy, size) ==
				tests[i].broken, i);
		i_free(copy);
	}
	test_assert(!bounce_dkim_name_is_broken(NULL, 0));
	test_end();
}

static void test_bounce_dkim_damage_tags(void)
{
	static const struct {
		const char *value;
		bool damaged, qp;
	} tests[] = {
		{ WHOLE, FALSE, FALSE },
		{ WHOLE"; c=relaxed/simple; q=dns/txt; t=1; x=2; l=3; "
		  "i=@example.org; z=From:a=20b", FALSE, FALSE },
		/* a tag that must be there is missing */
		{ "a=rsa-sha256; d=example.org; s=sel; "REST, TRUE, FALSE },
		{ "v=1; a=rsa-sha256; d=example.org; s=sel; h=From; "BH, TRUE,
		  FALSE },
		/* what should be one word */
		{ "v=<1>; a=rsa-sha256; d=example.org; s=sel; "REST, TRUE,
		  FALSE },
		{ "v=1; a=rsa- sha256; d=example.org; s=sel; "REST, TRUE,
		  FALSE },
		{ "v=1; a=rsa-sha256; d=<example.org>; s=sel; "REST, TRUE,
		  FALSE },
		{ "v=1; a=rsa-sha256; d=example.org; s=s\r\n el; "REST, TRUE,
		  FALSE },
		{ WHOLE"; t=1 2", TRUE, FALSE },
		{ WHOLE"; c=relaxed\xc2\xad/relaxed", TRUE, FALSE },
		/* U-labels belong into names, and nowhere else */
		{ "v=1; a=rsa-sha256; d=b\xc3\xbc""cher.example; s=s\xc3\xbc; "
		  REST, FALSE, FALSE },
		{ "v=1; a=rsa-sha256; d=example.org; s=sel; h=Fr\xc3\xb6m; "BH
		  "; b=YWJj", TRUE, FALSE },
		{ "v=1; a=rsa-sha256; d=example.org; s=sel; h=\xff" "From; "BH
		  "; b=YWJj", TRUE, FALSE },
		{ "v=1; a=rsa-sha256; d=example.org; s=sel; h=From; "BH
		  "; b=YW\xc2\xa0Jj", TRUE, FALSE },
		/* the local part of i= may be anything, its domain not */
		{ WHOLE"; i=\"a b\"@example.org", FALSE, FALSE },
		{ WHOLE"; i=<a@example.org>", TRUE, FALSE },
		{ WHOLE"; i=example.org", TRUE, FALSE },
		/* h= and base64 are folded */
		{ "v=1; a=rsa-sha256; d=example.org; s=sel; h=From:\r\n To; "BH
		  "; b=YW\r\n Jj", FALSE, FALSE },
		/* quoted-printable: two of them, or that of s= */
		{ "v=3D1; a=3Drsa-sha256; d=3Dexample.org; s=3Dsel; h=3DFrom; "
		  "bh=3Dx; b=3Dx", TRUE, TRUE },
		{ "v=1; a=rsa-sha256; d=3dom.example; s=sel; "REST, FALSE,
		  FALSE },
		{ "v=1; a=rsa-sha256; d=example.org; s=3Dsel; "REST, TRUE,
		  FALSE },
		{ "v=1; a=rsa-sha256; d=3Dom.example; s=3dsel; "REST, TRUE,
		  TRUE }
	};
	struct bounce_tags tags;
	const char *error;
	unsigned int i;

	test_begin("bounce dkim damage tags");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(bounce_tags_parse((const void *)tests[i].value,
			strlen(tests[i].value), &tags, &error) == 0, i);
		test_assert_idx((!bounce_dkim_tags_are_complete(&tags) ||
				 bounce_dkim_tags_are_damaged(&tags)) ==
				tests[i].damaged, i);
		test_assert_idx(bounce_dkim_tags_are_qp(&tags) ==
				tests[i].qp, i);
	}
	test_end();
}

/* b= of a signature of so many octets; less is cut off its end, and more is put
   there. */
static bool b_is_complete(size_t size, size_t cut, const char *more,
			  bool marked)
{
	unsigned char data[600];
	string_t *field = t_str_new(1024);
	struct bounce_dkim_signature sig;

	memset(data, 'x', sizeof(data));
	str_append(field, "b=");
	base64_encode(data, size, field);
	str_truncate(field, str_len(field) - cut);
	str_append(field, more);
	i_zero(&sig);
	sig.data = str_data(field);
	sig.b_start = 2;
	sig.b_end = str_len(field);
	sig.b_size = size;
	sig.marked = marked;
	return bounce_dkim_b_is_complete(&sig);
}

static void test_bounce_dkim_damage_b(void)
{
	static const size_t sizes[] = { 128, 256, 512 };
	struct bounce_dkim_signature sig;
	unsigned int i;

	test_begin("bounce dkim damage b");
	for (i = 0; i < N_ELEMENTS(sizes); i++) {
		test_assert_idx(b_is_complete(sizes[i], 0, "", FALSE), i);
		test_assert_idx(b_is_complete(sizes[i], 0, " \r\n ", FALSE),
				i);
		test_assert_idx(b_is_complete(sizes[i], 1, " =", FALSE), i);
		/* a "=" before the last is none of the padding */
		test_assert_idx(b_is_complete(sizes[i], 1, "=A=", FALSE) ==
				(sizes[i] % 3 == 2), i);
		/* all of them are padded */
		test_assert_idx(!b_is_complete(sizes[i], 1, "", FALSE), i);
		test_assert_idx(!b_is_complete(sizes[i], 0, "=", FALSE), i);
		test_assert_idx(!b_is_complete(sizes[i], 0, "", TRUE), i);
		test_assert_idx(!b_is_complete(sizes[i] - 1, 0, "", FALSE), i);
	}
	/* nobody has such keys; Ed25519's are not recovered */
	test_assert(!b_is_complete(0, 0, "", FALSE));
	test_assert(!b_is_complete(64, 0, "", FALSE));
	test_assert(!b_is_complete(384, 0, "", FALSE));
	i_zero(&sig);
	sig.b_size = 128;
	sig.error = "error";
	test_assert(!bounce_dkim_b_is_complete(&sig));
	sig.error = NULL;
	sig.damaged = TRUE;
	test_assert(!bounce_dkim_b_is_complete(&sig));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dkim_damage_invisible,
		test_bounce_dkim_damage_names,
		test_bounce_dkim_damage_tags,
		test_bounce_dkim_damage_b,
		NULL
	};
	return test_run(test_functions);
}
