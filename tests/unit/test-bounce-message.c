/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base64.h"
#include "istream.h"
#include "bounce-envelope.h"
#include "bounce-kind.h"
#include "test-bounce-input.h"
#include "test-common.h"

/* A bounce's header, up to its Content-Type */
#define HEAD \
	"Return-Path: <>\n" \
	"From: MAILER-DAEMON@mx.example.net\n" \
	"To: alice@example.org\n" \
	"Subject: Undelivered Mail Returned to Sender\n" \
	"MIME-Version: 1.0\n"
#define REPORT(boundary) \
	HEAD "Content-Type: multipart/report; report-type=delivery-status;\n" \
	"\tboundary=\"" boundary "\"\n\n"
#define MIXED(boundary) \
	HEAD "Content-Type: multipart/mixed; boundary=\"" boundary "\"\n\n"
#define STATUS(boundary) \
	"--" boundary "\n\nIt could not be delivered.\n\n" \
	"--" boundary "\nContent-Type: message/delivery-status\n\n" \
	"Reporting-MTA: dns; mx.example.net\n\n" \
	"Final-Recipient: rfc822; bob@example.com\n" \
	"Action: failed\nStatus: 5.1.1\n\n"
/* The header of an original */
#define ORIG(id) \
	"Received: from a.example.org by mx.example.net;\n" \
	"\tThu, 01 Jan 2026 00:00:00 +0000\n" \
	"From: alice@example.org\nTo: bob@example.com\n" \
	"Subject: hello\nMessage-ID: <" id ">\n"
#define PREFIXED(p, id) \
	p "Received: from a.example.org by mx.example.net;\n" \
	p "\tThu, 01 Jan 2026 00:00:00 +0000\n" \
	p "From: alice@example.org\n" p "To: bob@example.com\n" \
	p "Subject: hello\n" p "Message-ID: <" id ">\n"

static const struct bounce_message_settings settings = {
	.envelope = &test_null_sender
};

static void
summarize(string_t *str, const struct bounce_original *original)
{
	const char *id;

	for (; original != NULL; original = original->next) {
		id = t_bounce_header_value(original->message.header,
					   "Message-ID");
		if (str_len(str) > 0)
			str_append_c(str, ' ');
		str_printfa(str, "%u:%s:%s:%s", original->level,
			    original->source == BOUNCE_SOURCE_PART ? "part" :
			    original->source == BOUNCE_SOURCE_TEXT ? "text" :
			    "html",
			    bounce_original_state_name(original->state),
			    id == NULL ? "-" : id);
		summarize(str, original->message.originals);
	}
}

/* "level:source:state:id" of each original, then flags. */
static const char *t_summary(const struct bounce_message *message)
{
	string_t *str = t_str_new(256);

	summarize(str, message->originals);
	if (message->over_limit)
		str_append(str, " limit");
	if (message->header_only)
		str_append(str, " header-only");
	if (message->unclosed)
		str_append(str, " unclosed");
	return str_c(str);
}

static string_t *t_crlf(const char *input, size_t size)
{
	string_t *str = t_str_new(size * 2);
	size_t i;

	for (i = 0; i < size; i++) {
		if (input[i] == '\n')
			str_append_c(str, '\r');
		str_append_c(str, input[i]);
	}
	return str;
}

struct message_test {
	const char *name, *input, *output;
};

/* As it is, with CRLF, and with both mixed: each whole and by the octet. What
   is found must always be the same. */
static void test_message(const struct message_test *test)
{
	size_t size = strlen(test->input), chunk;
	string_t *crlf = t_crlf(test->input, size), *mixed = t_str_new(size * 2);
	const char *inputs[3], *p, *whole;
	unsigned int i;

	for (p = test->input, i = 0; *p != '\0'; p++) {
		if (*p == '\n' && (i++ % 3) == 0)
			str_append_c(mixed, '\r');
		str_append_c(mixed, *p);
	}
	inputs[0] = test->input;
	inputs[1] = str_c(crlf);
	inputs[2] = str_c(mixed);
	for (i = 0; i < N_ELEMENTS(inputs); i++) {
		pool_t pool = pool_alloconly_create("message", 4096);

		size = strlen(inputs[i]);
		whole = t_test_input_describe(test_input_parse(
			pool, &settings, inputs[i], size, 0));
		test_assert_strcmp_idx(t_summary(test_input_parse(
			pool, &settings, inputs[i], size, 0)), test->output,
			i);
		for (chunk = 1; chunk < 40; chunk += 6) {
			test_assert_strcmp_idx(t_test_input_describe(
				test_input_parse(pool, &settings, inputs[i],
						 size, chunk)), whole, i);
		}
		pool_unref(&pool);
	}
}

static void
test_messages(const char *group, const struct message_test *tests,
	      unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) T_BEGIN {
		test_begin(t_strdup_printf("bounce message: %s: %s", group,
					   tests[i].name));
		test_message(&tests[i]);
		test_end();
	} T_END;
}

static void test_bounce_message_forms(void)
{
	static const struct message_test tests[] = {
		{ "message/rfc822",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n\n--b--\n", "1:part:full:<1>" },
		{ "text/rfc822-headers",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: text/rfc822-headers\n\n" ORIG("1")
		  "\n--b--\n", "1:part:headers:<1>" },
		{ "message/rfc822 with a header only",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\n\n\n--b--\n", "1:part:headers:<1>" },
		{ "text/rfc822-headers with a body",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: text/rfc822-headers\n\n" ORIG("1")
		  "\nbody\n--b--\n", "1:part:full:<1>" },
		{ "message/global and message/global-headers",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/global\n\n" ORIG("1")
		  "\nbody\n--b\nContent-Type: message/global-headers\n\n"
		  ORIG("2") "--b--\n",
		  "1:part:full:<1> 1:part:headers:<2>" },
		{ "several originals",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--b\nContent-Type: message/rfc822\n\n" ORIG("2")
		  "\nbody\n--b\nContent-Type: text/rfc822-headers\n\n"
		  ORIG("3") "--b--\n",
		  "1:part:full:<1> 1:part:full:<2> 1:part:headers:<3>" },
		{ "message/partial",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/partial; id=\"x\"; number=1\n\n"
		  ORIG("1") "\nbody\n--b--\n", "1:part:full:<1>" },
		{ "a part's header is the original",
		  MIXED("b") "--b\n\nsorry\n--b\n" ORIG("1")
		  "\nbody\n--b--\n", "1:part:full:<1>" },
		{ "a part's header is the original, and ends with the part",
		  MIXED("b") "--b\n\nsorry\n--b\n" ORIG("1")
		  "--b--\n", "1:part:headers:<1>" },
		{ "the same, with the message's end",
		  MIXED("b") "--b\n\nsorry\n--b\n" ORIG("1"),
		  "1:part:headers:<1> unclosed" },
		{ "a digest",
		  HEAD "Content-Type: multipart/digest; boundary=b\n\n"
		  "--b\n\n" ORIG("1") "\nbody\n--b\n\n" ORIG("2")
		  "\nbody\n--b--\n", "1:part:full:<1> 1:part:full:<2>" },
		{ "a digest inside",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: multipart/digest; boundary=c\n\n"
		  "--c\n\n" ORIG("1") "\nbody\n--c\nContent-Type: text/plain"
		  "\n\nno message\n--c--\n--b--\n", "1:part:full:<1>" },
		{ "text/plain",
		  HEAD "\nIt could not be delivered.\n\n"
		  "--- Below this line is a copy of the message.\n\n"
		  ORIG("1") "\nbody\n", "1:text:full:<1>" },
		{ "no original",
		  REPORT("b") STATUS("b") "--b--\n", "" },
		{ "a part that is called a message and is none",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\nHello\n--b--\n", "" },
		{ "an empty message part",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n--b--\n", "" },
		{ "a message part without its empty line",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n--b--\n", "" },
		{ "an original that is a multipart",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "Content-Type: multipart/mixed; boundary=in\n\n--in\n\nx\n"
		  "--in\nContent-Type: message/rfc822\n\n" ORIG("2")
		  "\ny\n--in--\n\n--b--\n",
		  /* what is attached in an original is its own affair */
		  "1:part:full:<1>" },
		{ "an original that is a multipart, cut",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "Content-Type: multipart/mixed; boundary=in\n\n--in\n\nx\n"
		  "--b--\n", "1:part:truncated:<1>" },
	};
	test_messages("forms", tests, N_ELEMENTS(tests));
}

static void test_bounce_message_damage(void)
{
	static const struct message_test tests[] = {
		{ "an mbox From line on top of the original",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n"
		  "From alice@example.org Thu Jan  1 00:00:00 2026\n"
		  ORIG("1") "\nbody\n--b--\n", "1:part:full:<1>" },
		{ "an empty line on top of the original",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n\n"
		  ORIG("1") "\nbody\n--b--\n", "1:part:full:<1>" },
		{ "no empty line after the original's header",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "<html>body\n--b--\n", "1:part:full:<1>" },
		{ "no empty line after a part's header",
		  MIXED("b") "--b\nContent-Type: text/plain\n"
		  "It was lost.\n\n" ORIG("1") "\nbody\n--b--\n",
		  "1:text:full:<1>" },
		{ "no empty line after a multipart part's header",
		  MIXED("b") "--b\nContent-Type: multipart/mixed; boundary=c\n"
		  "--c\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--c--\n--b--\n", "1:part:full:<1>" },
		{ "no empty line after the bounce's header, a boundary follows",
		  HEAD "Content-Type: multipart/mixed; boundary=c\n"
		  "--c\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--c--\n", "1:part:full:<1>" },
		{ "no empty line after the bounce's header",
		  HEAD "It was lost, sorry to say.\n\n" ORIG("1") "\nbody\n",
		  "1:text:full:<1>" },
		{ "an unclosed multipart",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n", "1:part:full:<1> unclosed" },
		{ "an unclosed inner multipart",
		  MIXED("b") "--b\nContent-Type: multipart/alternative;"
		  " boundary=c\n\n--c\n\nx\n--b\n"
		  "Content-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--b--\n", "1:part:full:<1>" },
		{ "a boundary that is declared and never used",
		  MIXED("b") "It was lost.\n\n" ORIG("1") "\nbody\n",
		  "1:text:full:<1> unclosed" },
		{ "no boundary is declared",
		  HEAD "Content-Type: multipart/mixed\n\n"
		  "It was lost.\n\n" ORIG("1") "\nbody\n",
		  "1:text:full:<1>" },
		{ "a boundary that begins like another",
		  MIXED("bb") "--bb\nContent-Type: multipart/mixed;"
		  " boundary=b\n\n--b\n\nx\n--b--\n--bb\n"
		  "Content-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--bbb\n--b\n--bb-\n-- bb--\n--bb--\n",
		  "1:part:full:<1>" },
		{ "the same boundary inside",
		  MIXED("b") "--b\nContent-Type: multipart/mixed;"
		  " boundary=b\n\n--b\n\nx\n--b\n"
		  "Content-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--b--\n--b--\n", "1:part:full:<1>" },
		{ "white space behind a boundary",
		  MIXED("b") "--b \t\n\nx\n--b  \n"
		  "Content-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--b-- \n", "1:part:full:<1>" },
		{ "text behind the last boundary",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: text/rfc822-headers\n\n" ORIG("1")
		  "--b--\n\n" ORIG("2") "\nbody\n", "1:part:headers:<1>" },
		{ "the wrong type",
		  MIXED("b") "--b\n\nx\n--b\nContent-Type: text/plain\n\n"
		  ORIG("1") "\nbody\n--b--\n", "1:text:full:<1>" },
		{ "the bounce's line ends lost in the header's end",
		  HEAD "\n\n\n\n" ORIG("1") "\nbody\n", "1:text:full:<1>" },
		{ "the end in the middle of a boundary",
		  REPORT("b") STATUS("b")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		  "\nbody\n--", "1:part:full:<1> unclosed" },
		{ "an empty message", "", "" },
		{ "an empty line", "\n", "" },
		{ "no header", "Hello\nworld\n", "" },
	};
	test_messages("damage", tests, N_ELEMENTS(tests));
}

static void test_bounce_message_text(void)
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

static string_t *t_base64(const char *input, size_t line)
{
	string_t *str = t_str_new(1024), *ret = t_str_new(1024);
	size_t i;

	base64_encode(input, strlen(input), str);
	for (i = 0; i < str_len(str); i += line) {
		str_append_data(ret, str_data(str) + i,
				I_MIN(line, str_len(str) - i));
		str_append_c(ret, '\n');
	}
	return ret;
}

static void test_bounce_message_base64(void)
{
	static const char original[] = ORIG("1") "\nbody\n";
	static const char text[] = "Lost:\n\n" ORIG("1") "\nbody";
	static const size_t lines[] = { 4, 60, 76, 77, 10000 };
	struct message_test tests[] = {
		{ "a part", NULL, "1:part:full:<1>" },
		{ "a part with garbage behind it", NULL, "1:part:full:<1>" },
		{ "text", NULL, "1:text:full:<1>" },
		{ "garbage alone", NULL, "" },
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(lines); i++) T_BEGIN {
		tests[0].input = t_strconcat(REPORT("b") STATUS("b")
			"--b\nContent-Type: message/rfc822\n"
			"Content-Transfer-Encoding: base64\n\n",
			str_c(t_base64(original, lines[i])), "\n--b--\n",
			NULL);
		tests[1].input = t_strconcat(REPORT("b") STATUS("b")
			"--b\nContent-Type: message/rfc822\n"
			"Content-Transfer-Encoding: base64\n\n",
			str_c(t_base64(original, lines[i])),
			"!%$\nabcd\n--b--\n", NULL);
		tests[2].input = t_strconcat(HEAD
			"Content-Type: text/plain; charset=utf-8\n"
			"Content-Transfer-Encoding: base64\n\n",
			str_c(t_base64(text, lines[i])), NULL);
		tests[3].input = REPORT("b") STATUS("b")
			"--b\nContent-Type: message/rfc822\n"
			"Content-Transfer-Encoding: base64\n\n"
			"!!!!\n\n--b--\n";
		test_messages("base64", tests, N_ELEMENTS(tests));
	} T_END;
}

/* Bounces of bounces: levels 1 to 3 are read, the fourth is a cap. */
static void test_bounce_message_nested(void)
{
#define L1 REPORT("b1") STATUS("b1") "--b1\nContent-Type: message/rfc822\n\n"
#define L2 "Message-ID: <1>\n" REPORT("b2") STATUS("b2") \
	"--b2\nContent-Type: message/rfc822\n\n"
#define L3 "Message-ID: <2>\n" REPORT("b3") STATUS("b3") \
	"--b3\nContent-Type: message/rfc822\n\n"
#define L4 "Message-ID: <3>\n" REPORT("b4") STATUS("b4") \
	"--b4\nContent-Type: message/rfc822\n\n"
	static const struct message_test tests[] = {
		{ "two levels", L1 L2 ORIG("x") "\nbody\n--b2--\n--b1--\n",
		  "1:part:full:<1> 2:part:full:<x>" },
		{ "three levels",
		  L1 L2 L3 ORIG("x") "\nbody\n--b3--\n--b2--\n--b1--\n",
		  "1:part:full:<1> 2:part:full:<2> 3:part:full:<x>" },
		{ "four levels",
		  L1 L2 L3 L4 ORIG("x")
		  "\nbody\n--b4--\n--b3--\n--b2--\n--b1--\n",
		  "1:part:full:<1> 2:part:full:<2> 3:part:full:<3>" },
		{ "inner boundaries are not closed",
		  L1 L2 ORIG("x") "\nbody\n--b1--\n",
		  "1:part:truncated:<1> 2:part:full:<x>" },
		{ "a bounce in a bounce's text",
		  HEAD "\nA bounce came to nobody:\n\n"
		  "From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n"
		  "Return-Path: <>\nReceived: from a by b\n"
		  "From: MAILER-DAEMON@example.net\nMessage-ID: <1>\n"
		  "Subject: Returned mail\n\nIt was lost:\n\n" ORIG("x")
		  "\nbody\n", "1:text:full:<1> 2:text:full:<x>" },
		{ "the fourth level in a text, without an empty line",
		  L1 L2 L3 "Message-ID: <3>\n" HEAD "\nIt was lost:\n\n"
		  ORIG("x") "body\n\nmore\n--b3--\n--b2--\n--b1--\n",
		  "1:part:full:<1> 2:part:full:<2> 3:part:full:<3>" },
	};
	pool_t pool = pool_alloconly_create("message", 4096);
	const struct bounce_message *message;
	const char *input = tests[2].input;

	test_messages("nested", tests, N_ELEMENTS(tests));

	test_begin("bounce message: nested: the fourth level is a cap");
	message = test_input_parse(pool, &settings, input, strlen(input), 0);
	test_assert(message->originals->message.originals->message.originals->
		    message.over_limit);
	test_assert(message->originals->message.originals->message.originals->
		    message.originals == NULL);
	pool_unref(&pool);
	test_end();
}

/* What is kept for its wording is UTF-8, where its charset is known. */
static void test_bounce_message_charset(void)
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

	test_begin("bounce message: charset");
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
static void test_bounce_message_charsets_max(void)
{
	pool_t pool = pool_alloconly_create("message", 4096);
	const struct bounce_message *message;
	string_t *input = t_str_new(2048), *text = t_str_new(256);
	unsigned int i;

	test_begin("bounce message: too many charsets");
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

/* What stands in the message is in the original, octet by octet. */
static void test_bounce_message_exact(void)
{
	static const char header[] =
		"Received:  from a\r\n\tby b;  now \n"
		"From : \xff\xfe@b\rc\n"
		"X: \0x\n"
		"Message-ID: <1>\r\n";
	static const char *const ends[] = { "\n", "\r\n" };
	unsigned int i;

	test_begin("bounce message: byte-exact");
	for (i = 0; i < N_ELEMENTS(ends); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		buffer_t *buf = t_buffer_create(1024);
		const struct bounce_message *message;
		const struct bounce_original *original;

		str_append(buf, REPORT("b") STATUS("b")
			   "--b\nContent-Type: message/rfc822\n\n");
		buffer_append(buf, header, sizeof(header) - 1);
		/* 5 octets of line, and the line end before the boundary is
		   counted in body_seen */
		str_printfa(buf, "%shello%s--b--\n", ends[i], ends[i]);
		message = test_input_parse(pool, &settings, buf->data,
					   buf->used, 3);
		original = message->originals;
		test_assert_idx(test_input_equals(
			original->message.header->data,
			original->message.header->size,
			header, sizeof(header) - 1), i);
		test_assert_idx(original->message.header->complete, i);
		test_assert_idx(original->message.header->fields_count == 4,
				i);
		test_assert_idx(original->body_seen ==
				5 + strlen(ends[i]), i);
		test_assert_idx(original->next == NULL, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_message_parts(void)
{
	static const struct {
		const char *types;
		unsigned int parts;
	} tests[] = {
		{ "message/delivery-status", BOUNCE_PART_DELIVERY_STATUS },
		{ "message/global-delivery-status",
		  BOUNCE_PART_DELIVERY_STATUS },
		{ "Message/Disposition-Notification", BOUNCE_PART_DISPOSITION },
		{ "message/global-disposition-notification",
		  BOUNCE_PART_DISPOSITION },
		{ "message/feedback-report", BOUNCE_PART_FEEDBACK },
		{ "message/rfc822", BOUNCE_PART_MESSAGE },
		{ "text/calendar; method=REPLY", BOUNCE_PART_CALENDAR },
		{ "text/plain", 0 },
		{ "application/octet-stream", 0 },
	};
	unsigned int i;

	test_begin("bounce message: parts");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;
		const char *input = t_strdup_printf(
			HEAD "Content-Type: multipart/report; boundary=b\n\n"
			"--b\nContent-Type: %s\n\nA: b\n--b--\n",
			tests[i].types);

		message = test_input_parse(pool, &settings, input,
					   strlen(input), 0);
		test_assert_idx(message->parts == tests[i].parts, i);
		test_assert_strcmp_idx(message->content_type,
				       "multipart/report", i);

		/* and of the message itself */
		input = t_strdup_printf(HEAD "Content-Type: %s\n\nA: b\n",
					tests[i].types);
		message = test_input_parse(pool, &settings, input,
					   strlen(input), 0);
		test_assert_idx(message->parts == tests[i].parts, i);

		/* never what stands inside an original */
		input = t_strdup_printf(
			MIXED("b") "--b\nContent-Type: message/rfc822\n\n"
			"From: MAILER-DAEMON@x\nSubject: Returned mail\n"
			"Content-Type: %s\n\nA: b\n--b--\n", tests[i].types);
		message = test_input_parse(pool, &settings, input,
					   strlen(input), 0);
		test_assert_idx(message->parts == BOUNCE_PART_MESSAGE, i);
		test_assert_idx(message->originals->message.parts ==
				tests[i].parts, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_message_status(void)
{
	static const char qp[] =
		REPORT("b") "--b\nContent-Type: message/delivery-status\n"
		"Content-Transfer-Encoding: quoted-printable\n\n"
		"Reporting-MTA=3A dns; mx\n\nFinal-Recipient: rfc822; =\n"
		"a@b\nAction: delayed\n\n--b\n"
		"Content-Type: message/delivery-status\n\n"
		"Reporting-MTA: dns; second\n\n--b--\n";
	static const char text[] =
		HEAD "X-Failed-Recipients: a@b.example\n\nLost. 5.1.1\n";
	pool_t pool = pool_alloconly_create("message", 4096);
	const struct bounce_message *message;

	test_begin("bounce message: status part");
	message = test_input_parse(pool, &settings, qp, sizeof(qp) - 1, 5);
	test_assert_strcmp(message->report->reporting_mta, "mx");
	test_assert(message->report->recipients_count == 1);
	test_assert_strcmp(message->report->recipients[0].final_recipient,
			   "a@b");
	test_assert_strcmp(message->report->recipients[0].action, "delayed");
	test_assert_strcmp(message->report_type, "delivery-status");
	message = test_input_parse(pool, &settings, text, sizeof(text) - 1,
				   5);
	test_assert(message->report != NULL &&
		    message->report->recipients_count == 1);
	test_assert_strcmp(message->report->recipients[0].final_recipient,
			   "a@b.example");
	pool_unref(&pool);
	test_end();
}

static void test_bounce_message_prefixes(void)
{
	static const char *const inputs[] = {
		L1 L2 ORIG("x") "\nbody\n--b2--\n--b1--\n",
		HEAD "\nLost:\n\n" PREFIXED("> ", "1") ">\n> body\n",
		REPORT("b") STATUS("b") "--b\n"
		"Content-Type: message/rfc822\n"
		"Content-Transfer-Encoding: base64\n\n"
		"UmVjZWl2ZWQ6IGEKRnJvbTogYgpTdWJqZWN0OiBjClRvOiBkCgpib2R5\n"
		"--b--\n",
		MIXED("b") "--b\nContent-Transfer-Encoding: quoted-printable"
		"\n\nReceived: =3D=\n\nFrom: a\nTo: b\n\nx=\n--b\n" ORIG("1")
		"--b--",
	};
	unsigned int i;
	size_t size, full;

	test_begin("bounce message: every prefix");
	for (i = 0; i < N_ELEMENTS(inputs); i++) {
		full = strlen(inputs[i]);
		for (size = 0; size <= full; size++) T_BEGIN {
			pool_t pool = pool_alloconly_create("message", 4096);
			const struct bounce_message *message;
			struct bounce_kind_result kind;
			const char *whole;

			message = test_input_parse(pool, &settings, inputs[i],
						   size, 0);
			whole = t_test_input_describe(message);
			bounce_kind_classify(message, &test_null_sender,
					     &kind);
			message = test_input_parse(pool, &settings, inputs[i],
						   size, 1);
			test_assert_idx(strcmp(whole, t_test_input_describe(
				message)) == 0, i * 10000 + size);
			pool_unref(&pool);
		} T_END;
	}
	test_end();
}

/* Ordinary mail costs its header; read_all reads it all the same. */
static void test_bounce_message_ordinary(void)
{
	static const char header[] =
		"Return-Path: <carol@example.com>\nFrom: carol@example.com\n"
		"Subject: lunch\n"
		"Content-Type: multipart/mixed; boundary=b\n\n";
	static const struct bounce_envelope envelope = {
		.mail_from = "carol@example.com"
	};
	struct bounce_message_settings set = { .envelope = &envelope };
	pool_t pool = pool_alloconly_create("message", 4096);
	struct bounce_message_parser *parser;
	const struct bounce_message *message;
	const char *input = t_strconcat(header, "--b\n"
					"Content-Type: message/rfc822\n\n"
					ORIG("1") "\nbody\n--b--\n", NULL);
	struct istream *is;
	string_t *str;
	const char *error;

	test_begin("bounce message: ordinary");
	parser = bounce_message_parser_init(pool, &set);
	test_assert(bounce_message_parser_more(parser, (const void *)header,
					       sizeof(header) - 2));
	test_assert(!bounce_message_parser_more(parser, (const void *)"\n",
						1));
	message = bounce_message_parser_finish(&parser);
	test_assert(message->header_only && message->originals == NULL &&
		    message->text_size == 0);

	set.read_all = TRUE;
	message = test_input_parse(pool, &set, input, strlen(input), 0);
	test_assert_strcmp(t_summary(message), "1:part:full:<1>");
	/* no envelope: Return-Path is what there is */
	set.read_all = FALSE;
	set.envelope = NULL;
	message = test_input_parse(pool, &set, input, strlen(input), 0);
	test_assert(message->header_only);

	/* from a stream: no more is read than what is needed */
	str = t_str_new(200000);
	str_append(str, input);
	while (str_len(str) < 200000)
		str_append(str, "body and body and body\n");
	is = i_stream_create_from_data(str_data(str), str_len(str));
	i_stream_set_max_buffer_size(is, 4096);
	test_assert(bounce_message_read(pool, is, &set, &message,
					&error) == 0);
	test_assert(message->header_only);
	i_stream_unref(&is);
	is = test_istream_create_data(str_data(str), str_len(str));
	test_istream_set_max_buffer_size(is, 512);
	test_assert(bounce_message_read(pool, is, &set, &message,
					&error) == 0);
	test_assert(message->header_only && is->v_offset < 4096);
	i_stream_unref(&is);

	/* what fails says so, and gives what was read */
	is = i_stream_create_error_str(EIO, "it broke");
	test_assert(bounce_message_read(pool, is, &set, &message,
					&error) < 0);
	test_assert_strcmp(error, "it broke");
	test_assert(message != NULL && message->header != NULL &&
		    message->header->fields_count == 0);
	i_stream_unref(&is);
	pool_unref(&pool);
	test_end();
}

/*
 * Caps
 */

static void test_bounce_message_cap_depth(void)
{
	static const unsigned int depths[] = {
		1, BOUNCE_MIME_MAX_DEPTH - 1, BOUNCE_MIME_MAX_DEPTH,
		BOUNCE_MIME_MAX_DEPTH + 1, 1000
	};
	unsigned int i, j;

	test_begin("bounce message: cap on depth");
	for (i = 0; i < N_ELEMENTS(depths); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;
		string_t *str = t_str_new(65536);
		bool over = depths[i] > BOUNCE_MIME_MAX_DEPTH;

		str_append(str, MIXED("b0"));
		for (j = 1; j < depths[i]; j++) {
			str_printfa(str, "--b%u\nContent-Type: multipart/mixed"
				    "; boundary=b%u\n\n", j - 1, j);
		}
		str_printfa(str, "--b%u\nContent-Type: message/rfc822\n\n"
			    ORIG("1") "\nbody\n--b0--\n", depths[i] - 1);
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		test_assert_strcmp_idx(t_summary(message), over ? " limit" :
				       "1:part:full:<1>", i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_message_cap_parts(void)
{
	static const char *const parts[] = {
		/* boundaries of parts that have no header and no body, too */
		"--b\n\nx\n", "--b\n\n", "--b\n"
	};
	unsigned int i, j, over;

	test_begin("bounce message: cap on parts");
	for (i = 0; i < N_ELEMENTS(parts) * 2; i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;
		string_t *str = t_str_new(65536);

		over = i % 2;
		str_append(str, MIXED("b"));
		for (j = 0; j < BOUNCE_MIME_MAX_PARTS - 1 + over; j++)
			str_append(str, parts[i / 2]);
		str_append(str, "--b\nContent-Type: message/rfc822\n\n"
			   ORIG("1") "\nbody\n--b--\n");
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		test_assert_strcmp_idx(t_summary(message), over == 1 ?
				       " limit" : "1:part:full:<1>", i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_message_cap_originals(void)
{
	pool_t pool = pool_alloconly_create("message", 4096);
	const struct bounce_message *message;
	string_t *str = t_str_new(65536);
	unsigned int i;

	test_begin("bounce message: cap on originals");
	str_append(str, MIXED("b"));
	for (i = 0; i < BOUNCE_MAX_ORIGINALS; i++) {
		str_append(str, "--b\nContent-Type: message/rfc822\n\n"
			   ORIG("1") "\nbody\n");
	}
	message = test_input_parse(pool, &settings, str_data(str),
				   str_len(str), 0);
	test_assert(test_input_count(message->originals) ==
		    BOUNCE_MAX_ORIGINALS && !message->over_limit);
	str_append(str, "--b\nContent-Type: message/rfc822\n\n"
		   ORIG("1") "\nbody\n");
	message = test_input_parse(pool, &settings, str_data(str),
				   str_len(str), 0);
	test_assert(test_input_count(message->originals) ==
		    BOUNCE_MAX_ORIGINALS && message->over_limit);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_message_cap_header(void)
{
	static const char *const heads[] = {
		"", REPORT("b") STATUS("b") "--b\n"
		"Content-Type: message/rfc822\n\n"
	};
	unsigned int i, j;
	string_t *str = str_new(default_pool, 2 * BOUNCE_HEADER_MAX_SIZE);

	for (i = 0; i < N_ELEMENTS(heads); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;

		/* a field of more than 1 MB */
		test_begin(t_strdup_printf("bounce message: cap on the "
					   "header's size (%u)", i));
		str_truncate(str, 0);
		str_append(str, heads[i]);
		str_append(str, HEAD "X-Long: ");
		for (j = 0; j < BOUNCE_HEADER_MAX_SIZE / 8 + 1; j++)
			str_append(str, "xxxxxxxx");
		str_append(str, "\n\nLost:\n\n" ORIG("1") "\nbody\n");
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		if (i == 1) {
			test_assert(message->originals->state ==
				    BOUNCE_ORIGINAL_TRUNCATED);
			message = &message->originals->message;
		}
		test_assert(message->over_limit);
		test_assert(message->header->over_limit);
		test_assert(message->header->fields_count == 5);
		test_assert(message->originals != NULL);
		test_end();

		test_begin(t_strdup_printf("bounce message: cap on the "
					   "header's fields (%u)", i));
		str_truncate(str, 0);
		str_append(str, heads[i]);
		str_append(str, HEAD);
		for (j = 0; j < BOUNCE_HEADER_MAX_FIELDS; j++)
			str_append(str, "X:\n");
		str_append(str, "\nLost:\n\n" ORIG("1") "\nbody\n");
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		if (i == 1) {
			test_assert(message->originals->state ==
				    BOUNCE_ORIGINAL_TRUNCATED);
			message = &message->originals->message;
		}
		test_assert(message->over_limit);
		test_assert(message->header->fields_count ==
			    BOUNCE_HEADER_MAX_FIELDS);
		test_assert(message->originals != NULL);
		test_end();
		pool_unref(&pool);
	} T_END;
	str_free(&str);
}

static void test_bounce_message_cap_scan(void)
{
	static const struct {
		size_t size;
		bool found;
	} tests[] = {
		{ BOUNCE_TEXT_MAX_SIZE + 1000, TRUE },
		{ BOUNCE_TEXT_MAX_SCAN - 1000, TRUE },
		{ BOUNCE_TEXT_MAX_SCAN + 1000, FALSE },
		{ 4 * BOUNCE_TEXT_MAX_SCAN, FALSE },
	};
	string_t *str = str_new(default_pool, 65536);
	unsigned int i;

	test_begin("bounce message: cap on the scan");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;

		str_truncate(str, 0);
		str_append(str, HEAD "\n");
		while (str_len(str) < tests[i].size)
			str_append(str, "A line: of text.\nA: b\n\n");
		str_append(str, ORIG("1") "\nbody\n");
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

static void test_bounce_message_cap_report(void)
{
	pool_t pool = pool_alloconly_create("message", 4096);
	string_t *str = str_new(default_pool, 65536);
	const struct bounce_message *message;
	unsigned int i;

	test_begin("bounce message: cap on the report");
	str_append(str, REPORT("b")
		   "--b\nContent-Type: message/delivery-status\n\n"
		   "Reporting-MTA: dns; mx\n\n");
	for (i = 0; i < BOUNCE_REPORT_MAX_SIZE / 8; i++)
		str_append(str, "X-Y: abc\n");
	str_append(str, "Action: failed\n\n--b\nContent-Type: message/rfc822"
		   "\n\n" ORIG("1") "\nbody\n--b--\n");
	message = test_input_parse(pool, &settings, str_data(str),
				   str_len(str), 0);
	test_assert_strcmp(t_summary(message), "1:part:full:<1>");
	test_assert_strcmp(message->report->reporting_mta, "mx");
	test_assert(message->report->recipients_count == 0);
	str_free(&str);
	pool_unref(&pool);
	test_end();
}

/* More fields than are read stand above the first one that messages have. */
static void test_bounce_message_cap_above(void)
{
	static const char *const heads[] = {
		REPORT("b") STATUS("b") "--b\nContent-Type: message/rfc822\n\n",
		REPORT("b") STATUS("b") "--b\nContent-Type: message/rfc822\n"
	};
	unsigned int i, j;

	test_begin("bounce message: cap on fields above the header");
	for (i = 0; i < N_ELEMENTS(heads); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("message", 4096);
		const struct bounce_message *message;
		string_t *str = t_str_new(65536);

		str_append(str, heads[i]);
		for (j = 0; j < BOUNCE_HEADER_MAX_FIELDS; j++)
			str_append(str, "X:\n");
		str_append(str, ORIG("1") "\nbody\n");
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		test_assert_idx(message->over_limit, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Each piece of a part's header that an empty line has cut off costs an
   original. */
static void test_bounce_message_cap_pieces(void)
{
	pool_t pool = pool_alloconly_create("message", 4096);
	const struct bounce_message *message;
	string_t *str = t_str_new(65536);
	unsigned int i;

	test_begin("bounce message: cap on pieces of a part's header");
	for (i = 1; i <= BOUNCE_MAX_ORIGINALS; i++) {
		str_truncate(str, 0);
		str_append(str, MIXED("b") "--b\n"
			   "Content-Type: message/rfc822\n\n");
		for (unsigned int j = 0; j < i; j++)
			str_append(str, "Content-Language: en\n\n");
		str_append(str, ORIG("1") "\nbody\n");
		message = test_input_parse(pool, &settings, str_data(str),
					   str_len(str), 0);
		test_assert_idx(test_input_count(message->originals) ==
				(i < BOUNCE_MAX_ORIGINALS ? 1U : 0U), i);
		test_assert_idx(message->over_limit ==
				(i == BOUNCE_MAX_ORIGINALS), i);
	}
	pool_unref(&pool);
	test_end();
}

/* Memory is bounded by the caps, whatever the size of the message. Counted,
   not guessed: what the pool holds after a message of n lines, and of 16 n. */
static void test_bounce_message_memory(void)
{
	static const char *const heads[] = {
		REPORT("b"), REPORT("b"), REPORT("b"), HEAD "\n",
		REPORT("b") "--b\nContent-Type: message/rfc822\n\n" ORIG("1")
		"\n",
		HEAD "\n" ORIG("1") "\n",
		REPORT("b") "--b\nContent-Type: message/delivery-status\n\n",
		REPORT("b") "--b\nContent-Transfer-Encoding: "
		"quoted-printable\nContent-Type: message/rfc822\n\n" ORIG("1")
		"\n",
	};
	static const char *const lines[] = {
		"--b\n", "--b\n\n",
		("--b\nContent-Type: message/rfc822\n\n"
		 "From: a\n\nx\n"), "A: b\n\n", "text\n", "text\n", "A: b\n",
		"text\n"
	};
	unsigned int i, j, k;
	size_t used[2];

	test_begin("bounce message: memory");
	for (i = 0; i < N_ELEMENTS(heads); i++) {
		for (j = 0; j < 2; j++) T_BEGIN {
			pool_t pool = pool_alloconly_create("message", 4096);
			struct bounce_message_parser *parser;
			unsigned int count = j == 0 ? 70000 : 16 * 70000;

			parser = bounce_message_parser_init(pool, &settings);
			(void)bounce_message_parser_more(
				parser, (const void *)heads[i],
				strlen(heads[i]));
			for (k = 0; k < count; k++) {
				(void)bounce_message_parser_more(
					parser, (const void *)lines[i],
					strlen(lines[i]));
			}
			(void)bounce_message_parser_finish(&parser);
			used[j] = pool_alloconly_get_total_used_size(pool);
			pool_unref(&pool);
		} T_END;
		test_assert_ucmp_idx(used[1], <=, used[0] + 1024, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_message_forms,
		test_bounce_message_damage,
		test_bounce_message_text,
		test_bounce_message_base64,
		test_bounce_message_nested,
		test_bounce_message_charset,
		test_bounce_message_charsets_max,
		test_bounce_message_exact,
		test_bounce_message_parts,
		test_bounce_message_status,
		test_bounce_message_prefixes,
		test_bounce_message_ordinary,
		test_bounce_message_cap_depth,
		test_bounce_message_cap_parts,
		test_bounce_message_cap_originals,
		test_bounce_message_cap_header,
		test_bounce_message_cap_above,
		test_bounce_message_cap_pieces,
		test_bounce_message_cap_scan,
		test_bounce_message_cap_report,
		test_bounce_message_memory,
		NULL
	};
	return test_run(test_functions);
}
