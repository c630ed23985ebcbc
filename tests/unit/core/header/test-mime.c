/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "header/header.h"
#include "header/mime.h"
#include "input.h"
#include "test-common.h"

#define QP BOUNCE_ENCODING_QUOTED_PRINTABLE
#define B64 BOUNCE_ENCODING_BASE64

static void test_parse(pool_t pool, const char *input, const char *def,
		       struct bounce_mime *mime_r)
{
	size_t size = strlen(input);
	unsigned char *copy = test_input_copy(input, size);

	bounce_mime_parse(pool, bounce_header_parse(pool, copy, size), def,
			  mime_r);
	i_free(copy);
}

static void test_bounce_mime_type(void)
{
	static const struct {
		const char *header;
		const char *type, *boundary, *report_type;
	} tests[] = {
		{ "", "x/default", NULL, NULL },
		{ "Subject: x\n", "x/default", NULL, NULL },
		{ "Content-Type: Text/HTML\n", "text/html", NULL, NULL },
		{ "Content-Type:text/plain;charset=utf-8\n", "text/plain",
		  NULL, NULL },
		{ "Content-Type: text / plain (comment)\n", "text/plain",
		  NULL, NULL },
		{ "Content-Type: message/Global-Delivery-Status\r\n",
		  "message/global-delivery-status", NULL, NULL },
		/* what cannot be read is as if it were not there */
		{ "Content-Type: text\n", "x/default", NULL, NULL },
		{ "Content-Type: \n", "x/default", NULL, NULL },
		{ "Content-Type: ; boundary=x\n", "x/default", NULL, NULL },
		{ "Content-Type: multipart/\n", "x/default", NULL, NULL },
		{ "Content-Type: text/;\n", "x/default", NULL, NULL },
		{ "Content-Type: text/(a\n", "x/default", NULL, NULL },
		/* boundaries */
		{ "Content-Type: multipart/mixed; boundary=abc\n",
		  "multipart/mixed", "abc", NULL },
		{ "Content-Type: MULTIPART/Mixed;\r\n\tBOUNDARY=\"aB c\"\r\n",
		  "multipart/mixed", "aB c", NULL },
		{ "Content-Type: multipart/mixed; boundary=\"a\\\"b\\\\c\"\n",
		  "multipart/mixed", "a\"b\\c", NULL },
		{ "Content-Type: multipart/mixed; boundary=\"x  \"\n",
		  "multipart/mixed", "x", NULL },
		{ "Content-Type: multipart/mixed; boundary=\" \"\n",
		  "multipart/mixed", NULL, NULL },
		/* the value of another parameter */
		{ "Content-Type: multipart/mixed; a=boundary; b=c\n",
		  "multipart/mixed", NULL, NULL },
		{ "Content-Type: multipart/mixed; boundary=\"\"\n",
		  "multipart/mixed", NULL, NULL },
		{ "Content-Type: multipart/mixed\n",
		  "multipart/mixed", NULL, NULL },
		{ "Content-Type: multipart/mixed; boundary=\n",
		  "multipart/mixed", NULL, NULL },
		/* a boundary that lacks the quotes that it needs */
		{ "Content-Type: multipart/mixed; boundary=a/b=c:d.1?\n",
		  "multipart/mixed", "a/b=c:d.1?", NULL },
		{ "Content-Type: multipart/report; boundary=--=_a(b)@c; "
		  "report-type=delivery-status\n",
		  "multipart/report", "--=_a(b)@c", "delivery-status" },
		/* what looks like one inside of something else */
		{ "Content-Type: multipart/mixed; x=\"; boundary=no\"; "
		  "boundary=yes\n", "multipart/mixed", "yes", NULL },
		{ "Content-Type: multipart/mixed; x=\"\\\"; boundary=no\"; "
		  "boundary=a/b\n", "multipart/mixed", "a/b", NULL },
		{ "Content-Type: multipart/mixed; x=\"; boundary=no\"; "
		  "boundary=\"y n\"\n", "multipart/mixed", "y n", NULL },
		{ "Content-Type: multipart/mixed (a (b) ; boundary=no); "
		  "boundary=yes\n", "multipart/mixed", "yes", NULL },
		{ "Content-Type: multipart/mixed; x=\"; boundary=no\"\n",
		  "multipart/mixed", NULL, NULL },
		/* a quote or a comment that does not end */
		{ "Content-Type: multipart/mixed; x=\"a; boundary=a/b\n",
		  "multipart/mixed", "a/b", NULL },
		{ "Content-Type: multipart/mixed; x=a(b; boundary=a/b\n",
		  "multipart/mixed", "a/b", NULL },
		/* only where it has a meaning */
		{ "Content-Type: text/plain; boundary=abc\n",
		  "text/plain", NULL, NULL },
		{ "Content-Type: multipart/mixed; xboundary=a; boundary=b\n",
		  "multipart/mixed", "b", NULL },
		{ "Content-Type: multipart/mixed; boundary=a; boundary=b\n",
		  "multipart/mixed", "a", NULL },
		/* the report's type */
		{ "Content-Type: multipart/report; report-type=\"Delivery-"
		  "Status\"; boundary=\"b\"\n",
		  "multipart/report", "b", "delivery-status" },
		{ "Content-Type: multipart/report;\n report-type=tlsrpt;\n"
		  " boundary=b\n", "multipart/report", "b", "tlsrpt" },
		{ "Content-Type: multipart/report; boundary=\"b\"\n",
		  "multipart/report", "b", NULL },
		/* RFC 2231 */
		{ "Content-Type: multipart/mixed; boundary*0=ab;\n"
		  " boundary*1=cd\n", "multipart/mixed", "abcd", NULL },
		/* the first field counts */
		{ "Content-Type: text/html\nContent-Type: text/plain\n",
		  "text/html", NULL, NULL },
	};
	unsigned int i;

	test_begin("bounce mime type");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("mime", 1024);
		struct bounce_mime mime;

		test_parse(pool, tests[i].header, "x/default", &mime);
		test_assert_strcmp_idx(mime.type, tests[i].type, i);
		test_assert_strcmp_idx(mime.boundary, tests[i].boundary, i);
		test_assert_strcmp_idx(mime.report_type,
				       tests[i].report_type, i);
		test_assert_idx(mime.encoding == BOUNCE_ENCODING_IDENTITY, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_mime_encoding(void)
{
	static const struct {
		const char *value;
		enum bounce_encoding encoding;
	} tests[] = {
		{ "", 0 },
		{ "7bit", 0 }, { "8bit", 0 }, { "binary", 0 },
		{ "x-uuencode", 0 },
		{ "quoted-printable", QP },
		{ "Quoted-Printable", QP },
		{ "\r\n\tquoted-printable  ", QP },
		{ "quoted-printable;", QP },
		{ "quoted-printable (by us)", QP },
		{ "quoted-printable2", 0 },
		{ "quoted", 0 },
		{ "BASE64", B64 },
		{ "base64(x)", B64 },
		{ "base64x", 0 },
		{ "base6", 0 },
	};
	unsigned int i;

	test_begin("bounce mime encoding");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("mime", 1024);
		struct bounce_mime mime;

		test_parse(pool, t_strdup_printf(
			"content-transfer-encoding: %s\n", tests[i].value),
			"text/plain", &mime);
		test_assert_idx(mime.encoding == tests[i].encoding, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_mime_charset(void)
{
	static const struct {
		const char *value, *charset;
	} tests[] = {
		{ "text/plain", NULL },
		{ "text/plain; charset=utf-8", "utf-8" },
		{ "Text/HTML; Charset=\"KOI8-R\"", "KOI8-R" },
		{ "text/plain; charset=gbk; charset=big5", "gbk" },
		{ "text/plain; charset=", "" },
		{ "message/rfc822; charset=gbk", NULL },
		{ "multipart/mixed; charset=gbk; boundary=b", NULL },
	};
	unsigned int i;

	test_begin("bounce mime charset");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("mime", 1024);
		struct bounce_mime mime;

		test_parse(pool, t_strdup_printf("Content-Type: %s\n",
						 tests[i].value),
			   "text/plain", &mime);
		test_assert_strcmp_idx(mime.charset, tests[i].charset, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* A boundary that is longer than any that is used, and a field of 1 MB. */
static void test_bounce_mime_long(void)
{
	static const size_t sizes[] = { 70, 256, 257, 9000, 1000000 };
	unsigned int i;

	test_begin("bounce mime, long values");
	for (i = 0; i < N_ELEMENTS(sizes); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("mime", 1024);
		string_t *str = t_str_new(sizes[i] + 64);
		struct bounce_mime mime;

		str_append(str, "Content-Type: multipart/mixed; boundary=");
		while (str_len(str) < 40 + sizes[i])
			str_append_c(str, 'b');
		test_parse(pool, str_c(str), "text/plain", &mime);
		test_assert_strcmp_idx(mime.type, "multipart/mixed", i);
		test_assert_idx((mime.boundary != NULL) == (sizes[i] <= 256),
				i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_mime_prefixes(void)
{
	static const char input[] =
		"Content-Type: multipart/report (a \"comment\"); boundary*0=\""
		"a\\\"b\";\r\n boundary*1*=utf-8'en'%41%zz; report-type=x\r\n"
		"Content-Transfer-Encoding: base64\r\n";
	size_t size;

	test_begin("bounce mime, every prefix");
	for (size = 0; size < sizeof(input); size++) T_BEGIN {
		pool_t pool = pool_alloconly_create("mime", 1024);
		unsigned char *copy = test_input_copy(input, size);
		struct bounce_mime mime;

		bounce_mime_parse(pool, bounce_header_parse(pool, copy, size),
				  "text/plain", &mime);
		test_assert_idx(mime.type != NULL, size);
		i_free(copy);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_multiparts(void)
{
	static const struct {
		const char *line;
		int idx;
		bool last;
	} tests[] = {
		{ "--a\n", 0, FALSE },
		{ "--a--\r\n", 0, TRUE },
		{ "--a \t\n", 0, FALSE },
		{ "--a-- \n", 0, TRUE },
		{ "--a", 0, FALSE },
		{ "--ab\n", 1, FALSE },
		{ "--ab--\n", 1, TRUE },
		/* of two that are the same the inner one */
		{ "--c\n", 3, FALSE },
		{ "--abc\n", -1, FALSE },
		{ "--a-\n", -1, FALSE },
		{ "-- a\n", -1, FALSE },
		{ "--A\n", -1, FALSE },
		{ "----\n", -1, FALSE },
		{ "--\n", -1, FALSE },
		{ "--", -1, FALSE },
	};
	static const struct bounce_mime mimes[] = {
		{ .type = "multipart/mixed", .boundary = "a" },
		{ .type = "multipart/mixed", .boundary = "ab" },
		{ .type = "multipart/mixed", .boundary = "c" },
		{ .type = "multipart/digest", .boundary = "c" },
	};
	struct bounce_multiparts multiparts;
	unsigned int i;
	bool last;

	test_begin("bounce mime: multiparts");
	i_zero(&multiparts);
	test_assert(!bounce_multiparts_in_digest(&multiparts));
	test_assert(bounce_multiparts_find(&multiparts, (const void *)"--a\n",
					   4, &last) == -1);
	for (i = 0; i < N_ELEMENTS(mimes); i++) {
		test_assert(bounce_multiparts_open(&multiparts, &mimes[i]));
		test_assert(bounce_multiparts_in_digest(&multiparts) ==
			    (i == 3));
	}
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		size_t size = strlen(tests[i].line);
		unsigned char *copy = test_input_copy(tests[i].line, size);

		test_assert_idx(bounce_multiparts_find(&multiparts, copy, size,
						       &last) ==
				tests[i].idx, i);
		test_assert_idx(tests[i].idx < 0 || last == tests[i].last, i);
		i_free(copy);
	}
	multiparts.depth = 1;
	test_assert(!bounce_multiparts_in_digest(&multiparts));
	test_assert(bounce_multiparts_find(&multiparts, (const void *)"--c\n",
					   4, &last) == -1);
	for (i = 1; i < BOUNCE_MIME_MAX_DEPTH; i++)
		test_assert(bounce_multiparts_open(&multiparts, &mimes[0]));
	test_assert(!bounce_multiparts_open(&multiparts, &mimes[0]));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_mime_type,
		test_bounce_mime_encoding,
		test_bounce_mime_charset,
		test_bounce_mime_long,
		test_bounce_mime_prefixes,
		test_bounce_multiparts,
		NULL
	};
	return test_run(test_functions);
}
