/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "verdict/linkage.h"
#include "input.h"
#include "test-common.h"

#define YES BOUNCE_LINKAGE_YES
#define NO BOUNCE_LINKAGE_NO
#define UNKNOWN BOUNCE_LINKAGE_UNKNOWN

/* report: the fields of its recipients; NULL: no status part. */
static const char *
t_bounce_with(const char *boundary, const char *report, const char *original)
{
	string_t *str = t_str_new(1024);

	str_printfa(str, "From: MAILER-DAEMON@mx.example.com\n"
		    "Subject: Undelivered Mail Returned to Sender\n"
		    "Content-Type: multipart/report; "
		    "report-type=delivery-status; boundary=%s\n\n", boundary);
	if (report != NULL) {
		str_printfa(str, "--%s\nContent-Type: message/delivery-status"
			"\n\nReporting-MTA: dns; mx.example.com\n\n%s\n",
			boundary, report);
	}
	str_printfa(str, "--%s\nContent-Type: message/rfc822\n\n"
		    "%s\n--%s--\n", boundary, original, boundary);
	return str_c(str);
}

static const char *t_bounce(const char *report, const char *original)
{
	return t_bounce_with("b", report, original);
}

static const char *t_original(const char *fields)
{
	return t_strconcat("Received: from a by b\n"
			   "From: alice@example.org\n"
			   "Subject: hello\n"
			   "Message-ID: <1@example.org>\n"
			   "Date: Sun, 23 Nov 2025 12:13:20 +0000\n",
			   fields, "\nhello\n", NULL);
}

static const struct bounce_message *
test_parse(pool_t pool, const char *text)
{
	const struct bounce_message_settings set = {
		.envelope = &test_null_sender
	};

	return test_input_parse(pool, &set, text, strlen(text), 0);
}

static void test_bounce_linkage_table(void)
{
#define F(address) "Final-Recipient: rfc822; " address "\nAction: failed\n\n"
#define O(address) "Original-Recipient: rfc822;" address "\n"
	static const struct {
		const char *report, *fields;
		enum bounce_linkage linkage;
	} tests[] = {
		{ F("bob@example.net"), "To: bob@example.net\n", YES },
		{ F("<Bob@Example.NET>"), "To: B <bob@example.net>\n", YES },
		{ F("bob@example.net"), "To: \"bob\"@example.net\n", YES },
		{ F("bob@example.net"), "To: eve@example.net\n", NO },
		{ F("bob@example.net"), "To: bob@example.com\n", NO },
		{ F("bob+x@example.net"), "To: bob@example.net\n", NO },
		/* any field that names recipients */
		{ F("bob@example.net"), "Cc: eve@example.net, "
		  "bob@example.net\n", YES },
		{ F("bob@example.net"), "To: eve@example.net\n"
		  "Bcc: bob@example.net\n", YES },
		{ F("bob@example.net"), "To: eve@example.net\n"
		  "Resent-To: bob@example.net\n", YES },
		{ F("bob@example.net"), "To: eve@example.net\n"
		  "Resent-Cc: bob@example.net\n", YES },
		{ F("bob@example.net"), "To: Us: eve@example.net, "
		  "bob@example.net;\n", YES },
		{ F("bob@example.net"), "To: eve@example.net\n"
		  "Reply-To: bob@example.net\n", NO },
		{ F("bob@example.net"),
		  "To: bob@example.net <eve@example.net>\n", NO },
		{ F("bob@example.net"), "To: eve@example.net\n"
		  "Resent-Bcc: bob@example.net\n", YES },
		/* whom it was for before it was forwarded */
		{ O("bob@example.net") F("b@forward.example"),
		  "To: bob@example.net\n", YES },
		{ O("x@example.net") F("bob@example.net"),
		  "To: bob@example.net\n", YES },
		{ F("b@forward.example"), "To: bob@example.net\n", NO },
		/* several: one will do */
		{ F("eve@example.net") F("bob@example.net"),
		  "To: bob@example.net\n", YES },
		{ F("eve@example.net") F("mallory@example.net"),
		  "To: bob@example.net\n", NO },
		/* nothing that could be compared */
		{ NULL, "To: bob@example.net\n", UNKNOWN },
		{ "", "To: bob@example.net\n", UNKNOWN },
		{ F("bob"), "To: bob@example.net\n", UNKNOWN },
		{ F("bob@example.net"), "", UNKNOWN },
		{ F("bob@example.net"), "To: undisclosed-recipients:;\n",
		  UNKNOWN },
		{ F("bob@example.net"), "To: bob\n", UNKNOWN },
		/* a list */
		{ F("bob@example.net"), "To: list@example.com\n"
		  "List-Id: <list.example.com>\n", UNKNOWN },
		{ F("bob@example.net"), "To: list@example.com\n"
		  "List-Post: <mailto:list@example.com>\n", UNKNOWN },
		{ F("bob@example.net"), "To: bob@example.net\n"
		  "List-Id: <list.example.com>\n", YES },
	};
	const char *matched;
	unsigned int i;

	test_begin("bounce linkage");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("linkage", 4096);
		const struct bounce_message *message = test_parse(pool,
			t_bounce(tests[i].report, t_original(tests[i].fields)));

		test_assert_idx(message->originals != NULL, i);
		test_assert_idx(bounce_linkage_find(message,
			message->originals, &matched) == tests[i].linkage, i);
		test_assert_idx((matched != NULL) ==
				(tests[i].linkage == YES), i);
		if (matched != NULL) {
			test_assert_idx(strcasecmp(matched,
						   "bob@example.net") == 0 ||
					i == 1, i);
		}
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Of a bounce of a bounce each original has a report of its own. */
static void test_bounce_linkage_levels(void)
{
	pool_t pool = pool_alloconly_create("linkage", 4096);
	const struct bounce_message *message;
	const struct bounce_original *outer, *inner;
	const char *matched, *inner_bounce;

	test_begin("bounce linkage of a bounce of a bounce");
	inner_bounce = t_bounce_with("inner", F("bob@example.net"),
				     t_original("To: eve@example.net\n"));
	message = test_parse(pool, t_bounce(F("alice@example.org"), t_strconcat(
		"To: alice@example.org\nMessage-ID: <2@example.net>\n"
		"Date: Sun, 23 Nov 2025 12:13:20 +0000\n",
		inner_bounce, NULL)));
	outer = message->originals;
	test_assert(outer != NULL);
	if (outer != NULL) {
		test_assert(bounce_linkage_find(message, outer, &matched) ==
			    YES);
		test_assert_strcmp(matched, "alice@example.org");
		inner = outer->message.originals;
		test_assert(inner != NULL);
		if (inner != NULL) {
			test_assert(bounce_linkage_find(message, inner,
							&matched) == NO);
		}
	}
	test_assert(bounce_linkage_find(message, NULL, &matched) ==
		    UNKNOWN);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_linkage_names(void)
{
	test_begin("bounce linkage names");
	test_assert_strcmp(bounce_linkage_name(YES), "yes");
	test_assert_strcmp(bounce_linkage_name(NO), "no");
	test_assert_strcmp(bounce_linkage_name(UNKNOWN), "unknown");
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_linkage_table,
		test_bounce_linkage_levels,
		test_bounce_linkage_names,
		NULL
	};
	return test_run(test_functions);
}
