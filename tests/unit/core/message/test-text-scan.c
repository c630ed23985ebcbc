/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base/lines.h"
#include "message/text-scan.h"
#include "returned.h"

static void test_bounce_text_forms(void)
{
	static const struct message_test tests[] = {
		{ "no marker",
		  HEAD "\nLost:\n\n" ORIG("1") "\nbody\n",
		  "1:text:full:<1>" },
		{ "a header only",
		  HEAD "\nMessage headers follow.\n\n" ORIG("1"),
		  "1:text:headers:<1>" },
		{ "prefix '> '",
		  HEAD "\nLost:\n\n" PREFIXED("> ", "1") ">\n> body\n",
		  "1:text:full:<1>" },
		{ "prefix '>'",
		  HEAD "\nLost:\n\n" PREFIXED(">", "1") ">\n>body\n",
		  "1:text:full:<1>" },
		{ "prefix of blanks",
		  HEAD "\nLost:\n\n" PREFIXED("    ", "1") "\n    body\n",
		  "1:text:full:<1>" },
		{ "prefix of a tab",
		  HEAD "\nLost:\n\n" PREFIXED("\t", "1") "\n\tbody\n",
		  "1:text:full:<1>" },
		{ "a prefixed header only",
		  HEAD "\nLost:\n\n" PREFIXED("> ", "1"),
		  "1:text:headers:<1>" },
		{ "a mail that quotes too little",
		  HEAD "\nFrom: a\nTo: b\nSubject: c\nDate: d\n\nx\n", "" },
		{ "too little, behind a marker",
		  HEAD "\n--- Original message follows.\n\nFrom: a\n"
		  "Message-ID: <1>\n\nx\n", "1:text:truncated:<1>" },
		{ "fields that people look at, behind a marker",
		  HEAD "\n--- Original message follows.\n\nFrom: a\nTo: b\n"
		  "Subject: c\nDate: d\n\nx\n", "1:text:truncated:-" },
		{ "a part with a few fields",
		  MIXED("b") "--b\nContent-Type: text/rfc822-headers\n\n"
		  "Subject: c\n--b--\n", "1:part:truncated:-" },
		{ "too little, and the marker too far away",
		  HEAD "\n--- Original message follows.\n\n\n\n\n\n\n"
		  "From: a\nMessage-ID: <1>\n\nx\n", "" },
		{ "too little, and words behind the marker",
		  HEAD "\n--- Original message follows.\n\nor not\n"
		  "From: a\nMessage-ID: <1>\n\nx\n", "" },
		{ "a single field, behind a marker",
		  HEAD "\n--- Original message follows.\n\n"
		  "Message-ID: <1>\n\nx\n", "" },
		{ "too little, behind a mail that is no marker",
		  HEAD "\nThere is no such mailbox.\n\n"
		  "From: a\nMessage-ID: <1>\n\nx\n", "" },
		{ "too little, and other fields behind the marker",
		  HEAD "\n--- Original message follows.\n\nA: b\n\n"
		  "From: a\nMessage-ID: <1>\n\nx\n", "" },
		{ "a marker among fields that are nobody's",
		  HEAD "\nReason: full\nThe original message follows.\n"
		  "From: a\nMessage-ID: <1>\n\nx\n", "1:text:truncated:<1>" },
		{ "a quoted header behind a field of the bounce's",
		  HEAD "\nReason: full\n" PREFIXED("> ", "1") ">\n> body\n",
		  "1:text:full:<1>" },
		{ "a folded field that looks like two",
		  HEAD "\nReceived: by b\nFrom: a\nSubject: b\n"
		  " To: c\nMessage-ID: <1>\n\nx\n", "1:text:full:<1>" },
		{ "names of fields in a folded signature",
		  HEAD "\nDKIM-Signature: v=1; d=a.example; h=From:\n"
		  " Subject: To: Date;\n bh=x\nReceived: by b\nFrom: a\n"
		  "Message-ID: <1>\n\nx\n", "1:text:full:<1>" },
		{ "fields that are nobody's",
		  HEAD "\nA: b\nC: d\n\nE: f\n\n" ORIG("1") "\nbody\n",
		  "1:text:full:<1>" },
		{ "in the second text part",
		  MIXED("b") "--b\n\nx\n--b\nContent-Type: text/plain;"
		  " charset=us-ascii\n\n" ORIG("1") "\nbody\n--b--\n",
		  "1:text:full:<1>" },
		{ "in the text and as a part",
		  MIXED("b") "--b\n\n" ORIG("1") "\nbody\n--b\n"
		  "Content-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--b--\n", "1:text:full:<1> 1:part:full:<1>" },
		{ "in HTML",
		  HEAD "Content-Type: text/html\n\n<p>Lost.</p>\n<pre>"
		  "Received: from a.example.org by b;\n\tThu, 01 Jan 2026\n"
		  "From: alice@example.org\nTo: bob@example.com\n"
		  "Message-ID: &lt;1&gt;\n</pre>\n", "1:html:headers:<1>" },
		{ "half a character of HTML",
		  HEAD "Content-Type: text/html; charset=gb18030\n\n\x81", "" },
		{ "a summary in HTML",
		  HEAD "Content-Type: text/html\n\n<p>Lost:</p>\n"
		  "From: alice@example.org<br>\nTo: bob@example.com<br>\n"
		  "Subject: hello<br>\nMessage-ID: &lt;1&gt;<br>\n", "" },
		{ "in HTML beside the text",
		  MIXED("b") "--b\n\n" ORIG("1") "\nbody\n--b\n"
		  "Content-Type: text/html\n\n<pre>Received: by b\n"
		  "From: alice@example.org\nTo: bob@example.com\n"
		  "Message-ID: &lt;1&gt;\n</pre>\n--b--\n",
		  "1:text:full:<1>" },
		{ "not in other types",
		  HEAD "Content-Type: application/x\n\n" ORIG("1")
		  "\nbody\n", "" },
		{ "octets that are an original",
		  MIXED("b") "--b\n\nx\n--b\nContent-Type: "
		  "application/octet-stream; name=original.eml\n\n"
		  ORIG("1") "\nbody\n--b--\n", "1:text:full:<1>" },
		{ "octets that hold an original",
		  MIXED("b") "--b\n\nx\n--b\nContent-Type: "
		  "application/octet-stream\n\nx\n" ORIG("1")
		  "\nbody\n--b--\n", "" },
		{ "octets that begin with a field",
		  MIXED("b") "--b\n\nx\n--b\nContent-Type: "
		  "application/octet-stream\n\nx: y\n\n" ORIG("1")
		  "\nbody\n--b--\n", "" },
		{ "what is quoted ends",
		  HEAD "\nLost:\n\n" PREFIXED("> ", "1") ">\n> body\n\n"
		  "Sorry.\n" ORIG("2") "\nbody\n", "1:text:full:<1>" },
		{ "a quoted header ends",
		  HEAD "\nLost:\n\n" PREFIXED("> ", "1") "\nSorry.\n",
		  "1:text:headers:<1>" },
		{ "quoted-printable",
		  HEAD "Content-Transfer-Encoding: quoted-printable\n\n"
		  "Lost=3A\n\nReceived=3A from a by b=3B=\n now\n"
		  "From: a@b\nSubj=\nect: x\nMessage-ID: <1=3E\n\nbody=\n\n",
		  "1:text:full:<1>" },
		{ "a quoted-printable part",
		  REPORT("b") STATUS("b") "--b\nContent-Type: message/rfc822\n"
		  "Content-Transfer-Encoding: quoted-printable\n\n"
		  "Received: from a by b\nFrom: a@b\nSubject: x\n"
		  "Message-ID: <1=3E\n\nbody=\n--b--\n",
		  "1:part:full:<1>" },
		{ "an original whose quoted-printable body is not decoded",
		  REPORT("b") STATUS("b") "--b\nContent-Type: message/rfc822\n"
		  "\n" ORIG("1") "Content-Transfer-Encoding: "
		  "quoted-printable\n\nx=3D\n--b--\n", "1:part:full:<1>" },
	};
	test_messages("text", tests, N_ELEMENTS(tests));
}

/* A line of more than 160 octets, with its line end, announces nothing. */
static void test_bounce_text_long_marker(void)
{
	static const struct {
		unsigned int size;
		const char *output;
	} tests[] = {
		{ 160, "1:text:truncated:<1>" },
		{ 161, "" },
	};
	unsigned int i;

	test_begin("bounce text: long marker");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const char *input = t_strdup_printf(HEAD "\n%*s\n"
			"From: a\nMessage-ID: <1>\n\nx\n",
			(int)tests[i].size - 1, "original message");

		test_assert_strcmp_idx(t_summary(test_input_parse(pool,
			&settings, input, strlen(input), 0)),
			tests[i].output, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* What is kept for its wording is UTF-8, where its charset is known. */
static void test_bounce_text_charset(void)
{
	static const struct {
		const char *charset, *encoding, *text, *utf8;
	} tests[] = {
		{ "utf-8", "8bit", "\xc3\xa4\n", "\xc3\xa4\n" },
		{ "us-ascii", "8bit", "\xc3\xa4\n", "\xc3\xa4\n" },
		{ "iso-8859-1", "8bit", "\xe4 b\n", "\xc3\xa4 b\n" },
		/* whose decoder makes CRLF of LF */
		{ "iso-8859-1", "quoted-printable", "=E4 =\nb\n",
		  "\xc3\xa4 b\r\n" },
		{ "KOI8-R", "base64", "zsUgxM/T1MHXzMXOzwo=\n",
		  "\xd0\xbd\xd0\xb5 \xd0\xb4\xd0\xbe\xd1\x81\xd1\x82\xd0\xb0"
		  "\xd0\xb2\xd0\xbb\xd0\xb5\xd0\xbd\xd0\xbe\n" },
		/* a state that goes on in the next line */
		{ "iso-2022-jp", "7bit", "\x1b$BG[?.\x1b(B a\n",
		  "\xe9\x85\x8d\xe4\xbf\xa1 a\n" },
		{ "gbk", "8bit", "\xcd\xcb\xd0\xc5\n",
		  "\xe9\x80\x80\xe4\xbf\xa1\n" },
		/* not known: as it is */
		{ "x-nobody", "8bit", "\xe4\n", "\xe4\n" },
		/* no character */
		{ "gbk", "8bit", "a\xff\n", "a\xef\xbf\xbd\n" },
	};
	unsigned int i;

	test_begin("bounce text: charset");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;
		const char *input = t_strdup_printf(
			HEAD "Content-Type: text/plain; charset=%s\n"
			"Content-Transfer-Encoding: %s\n\n%s",
			tests[i].charset, tests[i].encoding, tests[i].text);
		string_t *text = t_str_new(64);

		message = test_input_parse(pool, &settings, input,
					   strlen(input), 1);
		str_append_data(text, message->text, message->text_size);
		test_assert_strcmp_idx(str_c(text), tests[i].utf8, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Texts in more charsets than are converted stay as they are. */
static void test_bounce_text_charsets_max(void)
{
	pool_t pool = pool_alloconly_create("message", 4096);
	const struct bounce_message *message;
	string_t *input = t_str_new(2048), *text = t_str_new(256);
	unsigned int i;

	test_begin("bounce text: too many charsets");
	str_append(input, MIXED("b"));
	for (i = 0; i < 9; i++) {
		str_printfa(input, "--b\nContent-Type: text/plain; "
			    "charset=windows-125%u\n\n\xa7\n", i);
	}
	for (i = 1; i <= 10; i++) {
		str_printfa(input, "--b\nContent-Type: text/html; "
			    "charset=iso-8859-%u\n\n\xa7\n", i);
	}
	str_append(input, "--b\nContent-Type: text/plain; charset=koi8-r\n\n"
		   "\xa7x\n--b\nContent-Type: text/plain; "
		   "charset=windows-1252\n\n\xa7y\n--b--\n");
	message = test_input_parse(pool, &settings, str_data(input),
				   str_len(input), 1);
	str_append_data(text, message->text, message->text_size);
	test_assert(strstr(str_c(text), "\xa7x") != NULL);
	test_assert(strstr(str_c(text), "\xc2\xa7y") != NULL);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_text_cap_scan(void)
{
	static const struct {
		/* of the text up to the end of the original's header */
		size_t size;
		bool found;
	} tests[] = {
		{ BOUNCE_TEXT_MAX_SIZE + 1000, TRUE },
		{ BOUNCE_TEXT_MAX_SCAN, TRUE },
		{ BOUNCE_TEXT_MAX_SCAN + 1, FALSE },
		{ 4 * BOUNCE_TEXT_MAX_SCAN, FALSE },
	};
	string_t *str = str_new(default_pool, 65536);
	unsigned int i;

	test_begin("bounce text: cap on the scan");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;
		size_t size;

		str_truncate(str, 0);
		str_append(str, HEAD "\n");
		size = str_len(str) + tests[i].size - strlen(ORIG("1"));
		while (str_len(str) < size)
			str_append(str, "A line: of text.\nA: b\n\n");
		str_truncate(str, size - 2);
		str_append(str, "\n\n" ORIG("1") "\nbody\n");
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		test_assert_strcmp_idx(t_summary(message), tests[i].found ?
				       "1:text:full:<1>" : " limit", i);
		test_assert_idx(message->text_size == BOUNCE_TEXT_MAX_SIZE,
				i);
		pool_unref(&pool);
	} T_END;
	str_free(&str);
	test_end();
}

/* What the callbacks get: "<SOURCE:fields", the lines, '>' at the end. */
struct text_result {
	string_t *str;
	unsigned int may_begin;
};

static bool
text_begin(void *context, enum bounce_original_source source,
	   const struct bounce_header *header)
{
	struct text_result *result = context;

	if (result->may_begin == 0)
		return FALSE;
	result->may_begin--;
	str_printfa(result->str, "<%s:%u ", source == BOUNCE_SOURCE_HTML ?
		    "html" : "text", header->fields_count);
	return TRUE;
}

static bool
text_line(const unsigned char *data, size_t size, bool start ATTR_UNUSED,
	  void *context)
{
	struct text_result *result = context;

	test_assert(size > 0);
	str_append_data(result->str, data, size);
	return TRUE;
}

static void text_end(void *context)
{
	struct text_result *result = context;

	str_append_c(result->str, '>');
}

static void test_bounce_text_callbacks(void)
{
#define FIELDS "Received: a\nFrom: b\nMessage-ID: c\n"
#define QUOTED "> Received: a\n> From: b\n> Message-ID: c\n"
	static const struct {
		const char *input;
		enum bounce_text_flags flags;
		unsigned int may_begin;
		/* of the callbacks, and what was kept */
		const char *output, *kept;
	} tests[] = {
		{ "lost\n" FIELDS "\nhi\n", BOUNCE_TEXT_SCAN |
		  BOUNCE_TEXT_KEEP, 1, "<text:3 hi\n", "lost\n" },
		{ "lost\n" FIELDS "\nhi\n", BOUNCE_TEXT_SCAN, 1,
		  "<text:3 hi\n", "" },
		{ "lost\n" FIELDS "\nhi\n", BOUNCE_TEXT_KEEP, 1,
		  "", "lost\n" FIELDS "\nhi\n" },
		{ "lost\n" FIELDS, BOUNCE_TEXT_SCAN | BOUNCE_TEXT_KEEP, 1,
		  "<text:3 ", "lost\n" },
		/* the words of a marker in a field are no marker */
		{ "Received: a\nSubject: original message\nFrom: b\n"
		  "Message-ID: c\n\nhi\n", BOUNCE_TEXT_SCAN, 1,
		  "<text:4 hi\n", "" },
		/* a cap: the text is kept, and no more is looked for */
		{ "lost\n" FIELDS "\n" FIELDS "\nhi\n", BOUNCE_TEXT_SCAN |
		  BOUNCE_TEXT_KEEP, 0, "",
		  "lost\n" FIELDS "\n" FIELDS "\nhi\n" },
		/* what is quoted ends before the text */
		{ QUOTED ">\n> hi\n\nsorry\n" FIELDS, BOUNCE_TEXT_SCAN |
		  BOUNCE_TEXT_KEEP, 2, "<text:3 hi\n\n>",
		  "sorry\n" FIELDS },
		{ FIELDS "\nhi\n", BOUNCE_TEXT_SCAN | BOUNCE_TEXT_TOP, 1,
		  "<text:3 hi\n", "" },
		{ "lost\n" FIELDS "\nhi\n", BOUNCE_TEXT_SCAN |
		  BOUNCE_TEXT_TOP, 1, "", "" },
		/* the last line of the original has no line end */
		{ QUOTED ">\n> hi\n>", BOUNCE_TEXT_SCAN | BOUNCE_TEXT_KEEP, 1,
		  "<text:3 hi\n", "" },
		{ "<p>lost", BOUNCE_TEXT_HTML | BOUNCE_TEXT_KEEP, 0, "",
		  "lost" },
		{ "<p>lost</p>\n" FIELDS, BOUNCE_TEXT_SCAN |
		  BOUNCE_TEXT_HTML | BOUNCE_TEXT_KEEP, 1, "<html:3 ",
		  "lost \n" },
	};
	static const struct bounce_text_callbacks callbacks = {
		.begin = text_begin,
		.line = text_line,
		.end = text_end
	};
	unsigned int i;

	test_begin("bounce text: callbacks");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("text", 4096);
		struct bounce_message message;
		struct bounce_text_shared shared;
		struct bounce_text_owner owner = {
			.pool = pool, .shared = &shared, .message = &message
		};
		struct text_result result = {
			.str = t_str_new(256),
			.may_begin = tests[i].may_begin
		};
		struct bounce_text *text;
		const unsigned char *p = (const void *)tests[i].input;
		const unsigned char *end = p + strlen(tests[i].input), *next;

		i_zero(&message);
		i_zero(&shared);
		text = bounce_text_init(&owner, tests[i].flags, NULL,
					&callbacks, &result);
		for (; p < end; p = next) {
			next = bounce_line_next(p, end);
			bounce_text_line(text, p, next - p, TRUE);
		}
		bounce_text_deinit(&text);
		test_assert(text == NULL);
		test_assert_strcmp_idx(str_c(result.str), tests[i].output, i);
		test_assert_strcmp_idx(owner.kept == NULL ? "" :
			t_strndup(owner.kept->data, owner.kept->used),
			tests[i].kept, i);
		test_assert_idx(!message.over_limit, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_text_forms,
		test_bounce_text_long_marker,
		test_bounce_text_charset,
		test_bounce_text_charsets_max,
		test_bounce_text_cap_scan,
		test_bounce_text_callbacks,
		NULL
	};
	return test_run(test_functions);
}
