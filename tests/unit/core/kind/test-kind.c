/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base/envelope.h"
#include "kind/kind.h"
#include "input.h"
#include "test-common.h"

#define DAEMON "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>\n"
#define SOFT "From: Postmaster <postmaster@mx.example>\n"
#define HUMAN "From: Carol <carol@example.com>\n"
#define TITLE "Subject: Undelivered Mail Returned to Sender\n"
#define PLAIN "Subject: lunch\n"
#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define REPORT(type) \
	"Content-Type: multipart/report; boundary=b; report-type=" type "\n\n"
#define STATUS(action) \
	"--b\nContent-Type: message/delivery-status\n\n" \
	"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; bob@example.net\n" \
	"Action: " action "\n\n"
#define ORIG \
	"Received: from a by b\nFrom: alice@example.org\n" \
	"To: bob@example.net\nMessage-ID: <1@example.org>\nSubject: hi\n"
#define RETURNED "--b\nContent-Type: message/rfc822\n\n" ORIG "\nhi\n--b--\n"
#define RETURNED_TITLE(subject) \
	"--b\nContent-Type: message/rfc822\n\nSubject: "subject"\n" ORIG \
	"\nhi\n--b--\n"
#define TO_ALICE "To: Alice <Alice@example.org>\n"
#define TO_BOB "To: bob@example.net\n"
#define PARCEL "Subject: Delivery failed\n"
#define PARCEL_SAYS "\nYour parcel could not be delivered.\n"
#define SAYS "\nYour message could not be delivered to bob@example.net.\n"
#define SAYS_NOTHING "\nHello from afar.\n"
#define X100 \
	"xxxxxxxxx xxxxxxxxx xxxxxxxxx xxxxxxxxx xxxxxxxxx " \
	"xxxxxxxxx xxxxxxxxx xxxxxxxxx xxxxxxxxx xxxxxxxxx "
#define X500 X100 X100 X100 X100 X100

#define FAILED BOUNCE_KIND_FAILED
#define DELAYED BOUNCE_KIND_DELAYED
#define NONE BOUNCE_KIND_NONE
#define AUTOREPLY BOUNCE_KIND_AUTOREPLY

/* Whether the sender is the null sender, unknown, or another one. */
#define NUL ""
#define UNKNOWN NULL
#define OTHER "carol@example.com"

struct kind_test {
	const char *name;
	const char *mail_from;
	const char *input;
	enum bounce_kind kind;
	/* the number that the rule begins with */
	const char *rule;
	bool weak;
};

static void test_kind(const struct kind_test *test, unsigned int i)
{
	const struct bounce_envelope envelope = {
		.mail_from = test->mail_from
	};
	const struct bounce_message_settings set = { .envelope = &envelope };
	const struct bounce_message_settings set_all = {
		.envelope = &envelope, .read_all = TRUE
	};
	pool_t pool = pool_alloconly_create("kind", 4096);
	const struct bounce_message *message;
	struct bounce_kind_result kind;

	message = test_input_parse(pool, &set, test->input,
				   strlen(test->input), 0);
	bounce_kind_classify(message, &envelope, &kind);
	test_assert_strcmp_idx(bounce_kind_name(kind.kind),
			       bounce_kind_name(test->kind), i);
	test_assert_strcmp_idx(t_strcut(kind.rule, ':'), test->rule, i);
	test_assert_idx(kind.weak == test->weak, i);
	/* what the header decides must be what the body would have */
	message = test_input_parse(pool, &set_all, test->input,
				   strlen(test->input), 0);
	if (bounce_kind_is_bounce(test->kind))
		test_assert_idx(!message->header_only, i);
	bounce_kind_classify(message, &envelope, &kind);
	test_assert_strcmp_idx(bounce_kind_name(kind.kind),
			       bounce_kind_name(test->kind), i);
	pool_unref(&pool);
}

static void
test_kinds(const char *name, const struct kind_test *tests, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) T_BEGIN {
		test_begin(t_strdup_printf("bounce kind: %s: %s", name,
					   tests[i].name));
		test_kind(&tests[i], i);
		test_end();
	} T_END;
}

static void test_bounce_kind_rule_1_2(void)
{
	static const struct kind_test tests[] = {
		{ "feedback-report", OTHER, HUMAN PLAIN
		  REPORT("feedback-report") "--b\n"
		  "Content-Type: message/feedback-report\n\n"
		  "Feedback-Type: abuse\n\n" RETURNED,
		  BOUNCE_KIND_FEEDBACK, "1", FALSE },
		{ "feedback-report, null sender, a bounce's subject", NUL,
		  DAEMON TITLE REPORT("feedback-report") RETURNED,
		  BOUNCE_KIND_FEEDBACK, "1", FALSE },
		{ "its part alone", NUL, DAEMON TITLE MIXED "--b\n"
		  "Content-Type: message/feedback-report\n\n" RETURNED,
		  BOUNCE_KIND_FEEDBACK, "1", FALSE },
		{ "its part inside the original", NUL, DAEMON TITLE
		  REPORT("delivery-status") STATUS("failed")
		  "--b\nContent-Type: message/rfc822\n\n" ORIG
		  "Content-Type: multipart/report; boundary=c; "
		  "report-type=feedback-report\n\n--c\n"
		  "Content-Type: message/feedback-report\n\n\n--c--\n--b--\n",
		  FAILED, "3", FALSE },
		{ "a read receipt", OTHER, HUMAN PLAIN
		  REPORT("disposition-notification") "--b\n"
		  "Content-Type: message/disposition-notification\n\n"
		  "Disposition: manual-action/MDN-sent-manually; displayed\n"
		  "--b--\n", BOUNCE_KIND_MDN, "2", FALSE },
		{ "a read receipt that returns a message", NUL, HUMAN PLAIN
		  REPORT("disposition-notification") RETURNED,
		  BOUNCE_KIND_MDN, "2", FALSE },
		{ "a Sieve reject", NUL, DAEMON
		  "Auto-Submitted: auto-replied (rejected)\n"
		  "Subject: Automatically rejected mail\n"
		  REPORT("disposition-notification") "--b\n"
		  "Content-Type: message/disposition-notification\n\n"
		  "Disposition: automatic-action/MDN-sent-automatically; "
		  "deleted\n" RETURNED, FAILED, "2", FALSE },
	};
	test_kinds("rules 1 and 2", tests, N_ELEMENTS(tests));
}

static void test_bounce_kind_rule_3_4(void)
{
	static const struct kind_test tests[] = {
		{ "a delivery status from anybody", OTHER, HUMAN PLAIN
		  REPORT("delivery-status") RETURNED, FAILED, "3", FALSE },
		{ "the same in other letters", OTHER, HUMAN PLAIN
		  REPORT("\"Delivery-Status\"") STATUS("Failed") RETURNED,
		  FAILED, "3", FALSE },
		{ "delayed", NUL, DAEMON TITLE REPORT("delivery-status")
		  STATUS("delayed") RETURNED, DELAYED, "3", FALSE },
		{ "delivered", NUL, DAEMON TITLE REPORT("delivery-status")
		  STATUS("delivered") RETURNED, BOUNCE_KIND_DELIVERED, "3",
		  FALSE },
		{ "relayed", NUL, DAEMON TITLE REPORT("delivery-status")
		  STATUS("relayed") RETURNED, BOUNCE_KIND_RELAYED, "3",
		  FALSE },
		{ "expanded", NUL, DAEMON TITLE REPORT("delivery-status")
		  STATUS("expanded") RETURNED, BOUNCE_KIND_EXPANDED, "3",
		  FALSE },
		{ "another report", NUL, HUMAN "Subject: Report Domain: x\n"
		  REPORT("tlsrpt") "--b\n\nreport\n--b--\n", NONE, "10",
		  FALSE },
		{ "no report-type, and a status", OTHER, HUMAN PLAIN
		  "Content-Type: multipart/report; boundary=b\n\n"
		  STATUS("failed") RETURNED, FAILED, "4", FALSE },
		{ "multipart/mixed, a status, null sender", NUL, HUMAN PLAIN
		  MIXED STATUS("failed") RETURNED, FAILED, "4", FALSE },
		{ "multipart/mixed, a status, a daemon", OTHER, SOFT PLAIN
		  MIXED STATUS("failed") RETURNED, FAILED, "4", FALSE },
		{ "multipart/mixed, a status, a subject", OTHER, HUMAN TITLE
		  MIXED STATUS("delayed") RETURNED, DELAYED, "4", TRUE },
		{ "the same, null sender", NUL, HUMAN TITLE
		  MIXED STATUS("delayed") RETURNED, DELAYED, "4", FALSE },
		{ "the same, sender unknown", UNKNOWN, HUMAN TITLE
		  MIXED STATUS("delayed") RETURNED, DELAYED, "4", FALSE },
		{ "the parts of a bounce, forwarded", OTHER, HUMAN
		  "Subject: Fwd: Undelivered Mail Returned to Sender\n"
		  MIXED "--b\n\nlook\n" STATUS("failed") RETURNED,
		  FAILED, "4", TRUE },
		{ "multipart/mixed, a status, and nothing else", OTHER,
		  HUMAN PLAIN MIXED STATUS("failed") RETURNED, NONE, "10",
		  FALSE },
		{ "a bounce that is attached", OTHER, HUMAN
		  "Subject: Fwd: Undelivered Mail Returned to Sender\n" MIXED
		  "--b\n\nlook\n--b\nContent-Type: message/rfc822\n\n" DAEMON
		  TITLE "Content-Type: multipart/report; boundary=c; "
		  "report-type=delivery-status\n\n--c\n"
		  "Content-Type: message/delivery-status\n\n"
		  "Reporting-MTA: dns; mx\n\n--c--\n--b--\n",
		  NONE, "10", FALSE },
		{ "a global status", NUL, DAEMON PLAIN MIXED "--b\n"
		  "Content-Type: message/global-delivery-status\n\n"
		  "Reporting-MTA: dns; mx\n\nFinal-Recipient: utf-8; a@b\n"
		  "Action: failed\n\n--b--\n", FAILED, "4", FALSE },
	};
	test_kinds("rules 3 and 4", tests, N_ELEMENTS(tests));
}

/* A gateway puts a bounce into a message of the same sender, recipient and
   subject, of which nothing else says that it is one. */
static void test_bounce_kind_rule_3_wrapped(void)
{
#define INNER(from, to, subject) \
	"Received: from a by b\nMessage-ID: <2@mx.example>\n" \
	from to subject "Content-Type: multipart/report; boundary=c; " \
	"report-type=delivery-status\n\n--c\n" \
	"Content-Type: message/delivery-status\n\n" \
	"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; bob@b.example\n" \
	"Action: delayed\n\n--c--\n"
#define WRAPPED(from, to, subject) \
	MIXED "--b\n\nscanned\n--b\nContent-Type: message/rfc822\n\n" \
	INNER(from, to, subject) "--b--\n"
	static const struct kind_test tests[] = {
		{ "the null sender", NUL, HUMAN TO_ALICE PLAIN
		  WRAPPED(HUMAN, TO_ALICE, PLAIN), DELAYED, "3", FALSE },
		{ "sender unknown", UNKNOWN, HUMAN TO_ALICE PLAIN
		  WRAPPED(HUMAN, TO_ALICE, PLAIN), NONE, "10", FALSE },
		{ "sender unknown, a daemon", UNKNOWN, SOFT TO_ALICE PLAIN
		  WRAPPED(SOFT, TO_ALICE, PLAIN), DELAYED, "3", FALSE },
		{ "another sender", OTHER, HUMAN TO_ALICE PLAIN
		  WRAPPED(HUMAN, TO_ALICE, PLAIN), NONE, "10", FALSE },
		{ "a list", NUL, HUMAN TO_ALICE PLAIN "List-Id: <l.example>\n"
		  WRAPPED(HUMAN, TO_ALICE, PLAIN), NONE, "10", FALSE },
		{ "another From", NUL, HUMAN TO_ALICE PLAIN
		  WRAPPED(SOFT, TO_ALICE, PLAIN), NONE, "10", FALSE },
		{ "another To", NUL, HUMAN TO_ALICE PLAIN
		  WRAPPED(HUMAN, TO_BOB, PLAIN), NONE, "10", FALSE },
		{ "another subject", NUL, HUMAN TO_ALICE PLAIN
		  WRAPPED(HUMAN, TO_ALICE, TITLE), NONE, "10", FALSE },
		{ "a word before the subject", NUL, HUMAN TO_ALICE
		  "Subject: [spam?] lunch\n" WRAPPED(HUMAN, TO_ALICE, PLAIN),
		  DELAYED, "3", FALSE },
		{ "quoted in the text", NUL, HUMAN TO_ALICE PLAIN "\nlook\n\n"
		  INNER(HUMAN, TO_ALICE, PLAIN), NONE, "10", FALSE },
	};
	test_kinds("wrapped", tests, N_ELEMENTS(tests));
}

static void test_bounce_kind_rule_5(void)
{
	static const struct kind_test tests[] = {
		{ "X-Failed-Recipients", NUL, DAEMON PLAIN
		  "X-Failed-Recipients: bob@example.net\n" SAYS_NOTHING,
		  FAILED, "5", FALSE },
		{ "X-Failed-Recipients, sender known and not null", OTHER,
		  DAEMON PLAIN "X-Failed-Recipients: bob@example.net\n"
		  SAYS_NOTHING, FAILED, "5", FALSE },
		{ "X-Failed-Recipients from anybody", OTHER, HUMAN PLAIN
		  "X-Failed-Recipients: bob@example.net\n" SAYS_NOTHING,
		  NONE, "10", FALSE },
		{ "Exchange's mark and a daemon", OTHER,
		  "From: Microsoft Outlook <x@example.com>\n" PLAIN
		  "X-MS-Exchange-Message-Is-Ndr:\n" SAYS_NOTHING,
		  FAILED, "5", FALSE },
		{ "Exchange's mark and the null sender", NUL, HUMAN PLAIN
		  "X-MS-Exchange-Message-Is-Ndr:\n" SAYS_NOTHING,
		  FAILED, "5", FALSE },
		{ "Exchange's mark alone", OTHER, HUMAN PLAIN
		  "X-MS-Exchange-Message-Is-Ndr:\n" SAYS_NOTHING, NONE, "10",
		  FALSE },
		{ "an embedded report", NUL, HUMAN PLAIN
		  "X-MS-Embedded-Report:\n" SAYS_NOTHING, FAILED, "5",
		  FALSE },
		{ "(failure)", NUL, HUMAN PLAIN
		  "Auto-Submitted: auto-generated (failure)\n" SAYS_NOTHING,
		  FAILED, "5", FALSE },
		{ "auto-generated", NUL, HUMAN PLAIN
		  "Auto-Submitted: auto-generated\n" SAYS_NOTHING, NONE, "10",
		  FALSE },
		{ "Mimecast", NUL, HUMAN PLAIN "X-Mimecast-Originator: <>\n"
		  SAYS_NOTHING, FAILED, "5", FALSE },
		{ "Mimecast, another's", NUL, HUMAN PLAIN
		  "X-Mimecast-Originator: carol@example.com\n" SAYS_NOTHING,
		  NONE, "10", FALSE },
	};
	test_kinds("rule 5", tests, N_ELEMENTS(tests));
}

static void test_bounce_kind_rule_6_7(void)
{
	static const struct kind_test tests[] = {
		{ "HARD and an original", NUL, DAEMON PLAIN "\n" ORIG "\nhi\n",
		  FAILED, "6", FALSE },
		{ "HARD and an original, sender unknown", UNKNOWN, DAEMON
		  PLAIN "\n" ORIG "\nhi\n", FAILED, "6", FALSE },
		{ "an empty From is HARD", NUL, "From: <>\n" PLAIN
		  "\n" ORIG "\nhi\n", FAILED, "6", FALSE },
		{ "HARD and nothing", NUL, DAEMON PLAIN SAYS_NOTHING, NONE,
		  "10", FALSE },
		{ "SOFT, an original and a subject", NUL, SOFT TITLE
		  "\n" ORIG "\nhi\n", FAILED, "6", FALSE },
		{ "SOFT, an original and wording", UNKNOWN, SOFT PLAIN SAYS
		  "\n" ORIG "\nhi\n", FAILED, "6", FALSE },
		{ "SOFT and an original", NUL, SOFT PLAIN SAYS_NOTHING
		  "\n" ORIG "\nhi\n", NONE, "10", FALSE },
		{ "a name is enough", UNKNOWN,
		  "From: \"Mail Delivery System\" <noreply@example.com>\n"
		  TITLE "\n" ORIG "\nhi\n", FAILED, "6", FALSE },
		{ "a name of RFC 2047", UNKNOWN,
		  "From: =?utf-8?Q?Mail_Delivery_System?= <x@example.com>\n"
		  TITLE "\n" ORIG "\nhi\n", FAILED, "6", FALSE },
		{ "a daemon, a subject, no original", NUL, DAEMON TITLE
		  SAYS_NOTHING, FAILED, "7", FALSE },
		{ "words that nobody knows, and a message of the reader's", NUL,
		  SOFT TO_ALICE PLAIN MIXED "--b\n\n\xe1\x83\x95\n" RETURNED,
		  FAILED, "6", FALSE },
		{ "the same in English", NUL, SOFT TO_ALICE PLAIN MIXED
		  "--b\n" SAYS_NOTHING RETURNED, NONE, "10", FALSE },
		{ "the same to another", NUL, SOFT TO_BOB PLAIN MIXED
		  "--b\n\n\xe1\x83\x95\n" RETURNED, NONE, "10", FALSE },
		{ "the same to nobody that it names", NUL, SOFT
		  "To: carol@example.com\n" PLAIN MIXED
		  "--b\n\n\xe1\x83\x95\n" RETURNED, NONE, "10", FALSE },
		{ "wording in a list of subjects", NUL, DAEMON PLAIN
		  "\nIn quarantine:\n\nSubject: Your mail could not be "
		  "delivered\n", NONE, "10", FALSE },
		{ "a notification of a Sieve script", NUL, SOFT TITLE
		  "Auto-Submitted: auto-notified\n" SAYS, NONE, "10", FALSE },
		{ "a report on a session", NUL, DAEMON
		  "Subject: Postfix SMTP server: errors from a[192.0.2.1]\n"
		  "\n Out: 550 5.1.1 <bob@example.net>: User unknown\n", NONE,
		  "10", FALSE },
		{ "a daemon, wording, no original", UNKNOWN, SOFT PLAIN SAYS,
		  FAILED, "7", FALSE },
		{ "wording in a quoted-printable text", NUL, DAEMON PLAIN
		  "Content-Transfer-Encoding: quoted-printable\n\n"
		  "Your mail could not be deli=\nvered.\n", FAILED, "7",
		  FALSE },
		{ "wording over line breaks", UNKNOWN, SOFT PLAIN
		  "\nWe are sorry to say that your  message could\r\n"
		  "\tnot be\ndelivered.\n", FAILED, "7", FALSE },
		{ "wording in HTML", NUL, DAEMON PLAIN
		  "Content-Type: text/html\n\n<p>Your mail could not be "
		  "delivered.</p>\n", FAILED, "7", FALSE },
		/* a postmaster sends much else */
		{ "SOFT and a subject of mail", NUL, SOFT TITLE SAYS_NOTHING,
		  FAILED, "7", FALSE },
		{ "SOFT and a subject that may be of parcels", NUL, SOFT
		  "Subject: Delivery failed\n" SAYS_NOTHING, NONE, "10",
		  FALSE },
		{ "the same, and who did not get it", NUL, SOFT
		  "Subject: Delivery failed\n\n<bob@example.net>: 5.1.1\n",
		  FAILED, "7", FALSE },
		{ "a long title", NUL, DAEMON
		  "Subject: " X500 "undelivered mail\n" SAYS_NOTHING,
		  FAILED, "7", FALSE },
		{ "a title that nobody reads to its end", NUL, DAEMON
		  "Subject: " X500 X500 "undelivered mail\n" SAYS_NOTHING,
		  NONE, "10", FALSE },
		{ "a parcel", NUL, SOFT "Subject: Undelivered parcel\n"
		  "\nYour parcel could not be delivered to the following "
		  "address:\nAlice, High Street\n", NONE, "10", FALSE },
		{ "wording in HTML with tags and entities inside", NUL, SOFT
		  PLAIN "Content-Type: text/html\n\n<p>Your <b>mail</b>"
		  "<br>couldn&#39;t&nbsp;be delivered.</p>\n", FAILED, "7",
		  FALSE },
		{ "wording in a tag", NUL, SOFT PLAIN
		  "Content-Type: text/html\n\n<img alt=\"your mail could not "
		  "be delivered\">hi\n", NONE, "10", FALSE },
		{ "a typographic apostrophe and a no-break space", NUL, SOFT
		  PLAIN "\nYour mail\xc2\xa0" "couldn\xe2\x80\x99t be "
		  "delivered.\n", FAILED, "7", FALSE },
		{ "HARD, and the answers of servers", NUL, DAEMON PLAIN
		  "\n 12 said: 550 5.1.1 User unknown\n", NONE, "10",
		  FALSE },
		{ "HARD, the answers of servers, and to whom", NUL, DAEMON
		  PLAIN "\n<bob@example.net>: said: 550 5.1.1 User unknown"
		  "\n", FAILED, "7", FALSE },
		{ "wording in another charset", NUL, SOFT PLAIN
		  "Content-Type: text/plain; charset=iso-8859-1\n\n"
		  "A sua mensagem n\xe3o foi entregue.\n", FAILED, "7",
		  FALSE },
		{ "a daemon, a subject, a list", NUL, DAEMON TITLE
		  "List-Id: <l.example.net>\n" SAYS "\n" ORIG "\nhi\n",
		  NONE, "10", FALSE },
		{ "a subject that is not the whole", NUL, DAEMON
		  "Subject: Re: failure notice\n" SAYS_NOTHING, FAILED, "7",
		  FALSE },
		{ "the sender is a mail daemon", "mailer-daemon@mx.example",
		  DAEMON TITLE SAYS_NOTHING, FAILED, "7", FALSE },
		{ "the sender is a double bounce", "double-bounce@mx.example",
		  DAEMON TITLE SAYS_NOTHING, FAILED, "7", FALSE },
		{ "Return-Path is the null sender", UNKNOWN, "Return-Path: <>\n"
		  DAEMON TITLE SAYS_NOTHING, FAILED, "7", FALSE },
		{ "Return-Path is another", UNKNOWN,
		  "Return-Path: <carol@example.com>\n" DAEMON TITLE
		  SAYS_NOTHING, NONE, "10", FALSE },
		{ "Return-Path is MAILER-DAEMON", UNKNOWN,
		  "Return-Path: MAILER-DAEMON\n" DAEMON TITLE SAYS_NOTHING,
		  FAILED, "7", FALSE },
		{ "the envelope is believed before it", OTHER,
		  "Return-Path: <>\n" DAEMON TITLE SAYS_NOTHING, NONE, "10",
		  FALSE },
	};
	test_kinds("rules 6 and 7", tests, N_ELEMENTS(tests));
}

static void test_bounce_kind_rule_8_9(void)
{
	static const struct kind_test tests[] = {
		{ "the null sender returns a message and says so", NUL,
		  HUMAN PLAIN SAYS "\n" ORIG "\nhi\n", FAILED, "8", FALSE },
		{ "the null sender, an original, a subject", NUL,
		  HUMAN TITLE "\n" ORIG "\nhi\n", FAILED, "8", FALSE },
		{ "the null sender, an original, an answer's subject", NUL,
		  HUMAN "Subject: Re: failure notice\n\n" ORIG "\nhi\n",
		  NONE, "10", FALSE },
		{ "the null sender, an original, a tagged subject", NUL,
		  HUMAN "Subject: [bug 1] Returned mail\n\n" ORIG "\nhi\n",
		  NONE, "10", FALSE },
		{ "the null sender, an answer that quotes an original", NUL,
		  HUMAN "Subject: [ticket 1] hi\n" SAYS "\n" ORIG "\nhi\n",
		  NONE, "10", FALSE },
		{ "the null sender, an answer's subject, a part", NUL,
		  HUMAN "Subject: Re: hi\n" MIXED "--b\n" SAYS RETURNED,
		  FAILED, "8", FALSE },
		{ "the null sender, a forward", NUL,
		  HUMAN "Subject: Fwd: Returned mail\n" MIXED "--b\n" SAYS
		  RETURNED, NONE, "10", FALSE },
		{ "the null sender, an original, hints", NUL, HUMAN PLAIN
		  "\nThe mailbox is full.\n\n" ORIG "\nhi\n", NONE, "10",
		  FALSE },
		{ "the null sender, an original, hints, and to whom", NUL,
		  HUMAN PLAIN "\n<bob@example.net>: mailbox is full\n\n"
		  ORIG "\nhi\n", FAILED, "8", FALSE },
		{ "an automatic reply that says so and returns it", NUL,
		  HUMAN "Subject: Automatic reply: hi\n"
		  "Auto-Submitted: auto-replied\n" SAYS "\n" ORIG "\nhi\n",
		  AUTOREPLY, "10", FALSE },
		{ "a bounce that is marked as an automatic reply", NUL,
		  HUMAN TITLE "Auto-Submitted: auto-replied\n" SAYS "\n"
		  ORIG "\nhi\n", FAILED, "8", FALSE },
		{ "the null sender returns a message", NUL, HUMAN PLAIN
		  SAYS_NOTHING "\n" ORIG "\nhi\n", NONE, "10", FALSE },
		{ "the null sender says so, no original", NUL, HUMAN PLAIN
		  SAYS, NONE, "10", FALSE },
		{ "the null sender alone", NUL, HUMAN PLAIN SAYS_NOTHING,
		  NONE, "10", FALSE },
		{ "sender unknown, no daemon", UNKNOWN, HUMAN TITLE SAYS
		  "\n" ORIG "\nhi\n", NONE, "10", FALSE },
		/* what is said of parcels needs a sign of mail */
		{ "a parcel, and a message", NUL, HUMAN PARCEL MIXED
		  "--b\n" PARCEL_SAYS RETURNED, NONE, "10", FALSE },
		{ "the same, and to whom", NUL, HUMAN PARCEL MIXED
		  "--b\n\n<bob@example.net>: 5.1.1\n" RETURNED,
		  FAILED, "8", FALSE },
		{ "the same, and the message is the reader's", NUL, HUMAN
		  TO_ALICE PARCEL MIXED "--b\n" PARCEL_SAYS RETURNED,
		  FAILED, "8", FALSE },
		{ "the message was on its way to the reader", NUL, HUMAN
		  TO_BOB TITLE MIXED "--b\n" SAYS RETURNED, NONE, "10",
		  FALSE },
		{ "the same, from a postmaster", NUL, SOFT TO_BOB TITLE MIXED
		  "--b\n" SAYS RETURNED, NONE, "10", FALSE },
		{ "the same, from a mail daemon", NUL, DAEMON TO_BOB TITLE
		  MIXED "--b\n" SAYS RETURNED, FAILED, "6", FALSE },
		{ "a bounce, passed on", NUL, HUMAN PLAIN MIXED "--b\n" SAYS
		  "--b\nContent-Type: message/rfc822\n\n" DAEMON TITLE
		  "Received: from a by b\n"
		  "Content-Type: multipart/report; boundary=c; "
		  "report-type=delivery-status\n\n--c\n"
		  "Content-Type: message/delivery-status\n\n"
		  "Reporting-MTA: dns; mx\n\n--c--\n--b--\n",
		  NONE, "10", FALSE },
		{ "a copy of what was sent", NUL, HUMAN PLAIN
		  "\nA copy of the message that you sent:\n\n" ORIG "\nhi\n",
		  NONE, "10", FALSE },
		{ "the same, from a postmaster", NUL, SOFT PLAIN
		  "\nA copy of the message that you sent:\n\n" ORIG "\nhi\n",
		  FAILED, "6", FALSE },
		{ "a subject that ends with the original's", NUL, HUMAN
		  "Subject: Case 12: Returned mail\n" MIXED "--b\n"
		  SAYS_NOTHING RETURNED_TITLE("Returned mail"), NONE, "10",
		  FALSE },
		{ "the same, after a bounce's", NUL, HUMAN
		  "Subject: Undeliverable mail: Returned mail\n" MIXED
		  "--b\n" SAYS_NOTHING RETURNED_TITLE("Returned mail"),
		  FAILED, "8", FALSE },
		{ "a bounce of a bounce, with its subject", NUL, HUMAN TITLE
		  MIXED "--b\n" SAYS_NOTHING
		  RETURNED_TITLE("Undelivered Mail Returned to Sender"),
		  FAILED, "8", FALSE },
		{ "an answer of another program", NUL, HUMAN
		  "Subject: Re[2]: Returned mail\n\n" ORIG "\nhi\n",
		  NONE, "10", FALSE },
		{ "a word that begins like an answer", NUL, HUMAN
		  "Subject: Returned mail: hi\n\n" ORIG "\nhi\n",
		  FAILED, "8", FALSE },
		{ "a forward of another program", NUL, HUMAN
		  "Subject: \xe8\xbd\xac\xe5\x8f\x91\xef\xbc\x9a Returned "
		  "mail\n" MIXED "--b\n" SAYS RETURNED, NONE, "10", FALSE },
		{ "an automatic reply without its mark", NUL, HUMAN
		  "Subject: Automatic reply: hi\n" MIXED "--b\n" SAYS
		  RETURNED, AUTOREPLY, "10", FALSE },
		{ "Precedence: list", NUL, HUMAN TITLE "Precedence: List\n"
		  SAYS "\n" ORIG "\nhi\n", NONE, "10", FALSE },
		{ "Precedence: list, from a mail daemon", NUL, DAEMON TITLE
		  "Precedence: list\n" SAYS "\n" ORIG "\nhi\n", FAILED, "6",
		  FALSE },
		{ "Precedence: bulk", NUL, HUMAN TITLE "Precedence: bulk\n"
		  SAYS "\n" ORIG "\nhi\n", FAILED, "8", FALSE },
		{ "an archive's copy of a bounce", NUL, DAEMON TITLE
		  "X-MS-Journal-Report:\n" MIXED RETURNED, NONE, "10",
		  FALSE },
		{ "weak", OTHER, SOFT TITLE "\n" ORIG "\nhi\n", FAILED, "9",
		  TRUE },
		{ "weak, without an original", OTHER, SOFT TITLE SAYS, NONE,
		  "10", FALSE },
		{ "weak, without a subject", OTHER, SOFT PLAIN SAYS
		  "\n" ORIG "\nhi\n", NONE, "10", FALSE },
		{ "weak, from a human", OTHER, HUMAN TITLE SAYS
		  "\n" ORIG "\nhi\n", NONE, "10", FALSE },
	};
	test_kinds("rules 8 and 9", tests, N_ELEMENTS(tests));
}

/* The manager of a list returns a post to its author. */
static void test_bounce_kind_rule_list_manager(void)
{
#define MANAGER "From: list-owner@lists.example\n"
#define POST "Subject: your post\n" MIXED "--b\n\n" \
	"Your message was rejected by the list.\n"
	static const struct kind_test tests[] = {
		{ "refused, any sender", OTHER, MANAGER TO_ALICE POST RETURNED,
		  FAILED, "8", FALSE },
		{ "refused, the null sender", NUL, MANAGER TO_ALICE POST
		  RETURNED, FAILED, "8", FALSE },
		{ "not a manager", OTHER, HUMAN TO_ALICE POST RETURNED,
		  NONE, "10", FALSE },
		{ "another's post", OTHER, MANAGER "To: carol@example.com\n"
		  POST RETURNED, NONE, "10", FALSE },
		{ "held for a moderator", OTHER, MANAGER TO_ALICE
		  "Subject: your post\n" MIXED "--b\n\nYour message is "
		  "being held, and may be rejected.\n" RETURNED, NONE, "10",
		  FALSE },
		{ "it says nothing", OTHER, MANAGER TO_ALICE
		  "Subject: your post\n" MIXED "--b\n\nHello.\n" RETURNED,
		  NONE, "10", FALSE },
		{ "nothing came back", OTHER, MANAGER TO_ALICE
		  "Subject: your post\n" MIXED "--b\n\n"
		  "Your message was rejected by the list.\n--b--\n", NONE,
		  "10", FALSE },
		{ "two came back", OTHER, MANAGER TO_ALICE POST
		  "--b\nContent-Type: message/rfc822\n\n" ORIG "\nhi\n"
		  RETURNED, NONE, "10", FALSE },
		{ "a digest", OTHER, MANAGER TO_ALICE "Subject: your post\n"
		  MIXED "--b\n\nYour message was rejected by the list.\n"
		  "--b\nContent-Type: multipart/digest; boundary=d\n\n--d\n\n"
		  ORIG "\nhi\n--d--\n--b--\n", NONE, "10", FALSE },
	};

	test_kinds("list manager", tests, N_ELEMENTS(tests));
}

static void test_bounce_kind_rule_10(void)
{
	static const struct kind_test tests[] = {
		{ "nothing", OTHER, HUMAN PLAIN SAYS_NOTHING, NONE, "10",
		  FALSE },
		{ "no header", OTHER, "\n", NONE, "10", FALSE },
		{ "auto-replied", NUL, HUMAN PLAIN
		  "Auto-Submitted: auto-replied (vacation)\n" SAYS_NOTHING,
		  AUTOREPLY, "10", FALSE },
		{ "auto-replied, returns a message", NUL, HUMAN
		  "Subject: Re: hi\nAuto-Submitted: auto-replied\n" MIXED
		  "--b\n\nI am away\n" RETURNED, AUTOREPLY, "10", FALSE },
		{ "auto-replied is on bounces, too", NUL, DAEMON TITLE
		  "Auto-Submitted: auto-replied\n" SAYS "\n" ORIG "\nhi\n",
		  FAILED, "6", FALSE },
		{ "a vacation's subject", OTHER, HUMAN
		  "Subject: Automatic reply: hi\n" SAYS_NOTHING, AUTOREPLY,
		  "10", FALSE },
		{ "a vacation's subject, encoded", OTHER, HUMAN
		  "Subject: =?utf-8?B?5LiN5Zyo6YCa55+l?=\n" SAYS_NOTHING,
		  AUTOREPLY, "10", FALSE },
		{ "a mailing list", "list-bounces@example.net", HUMAN
		  "Subject: [list] failure notice\nList-Id: <l.example.net>\n"
		  SAYS "\n" ORIG "\nhi\n", NONE, "10", FALSE },
	};
	test_kinds("rule 10", tests, N_ELEMENTS(tests));
}

static void test_bounce_kind_delayed(void)
{
	static const struct kind_test tests[] = {
		{ "by its subject", NUL, DAEMON
		  "Subject: Warning: message delayed 24 hours\n" SAYS_NOTHING
		  "\n" ORIG "\nhi\n", DELAYED, "6", FALSE },
		{ "by its wording", NUL, DAEMON "Subject: Your mail\n"
		  "\nYour message has not yet been delivered. Delivery "
		  "attempts will continue to be made; it will be retried."
		  "\n\n" ORIG "\nhi\n", DELAYED, "6", FALSE },
		{ "the status is believed before the subject", NUL, DAEMON
		  "Subject: Delivery delayed\n" REPORT("delivery-status")
		  STATUS("failed") RETURNED, FAILED, "3", FALSE },
		{ "a failure that speaks of delays", NUL, DAEMON TITLE
		  "\nAfter a long delay your mail could not be delivered."
		  "\n\n" ORIG "\nhi\n", FAILED, "6", FALSE },
	};
	test_kinds("delayed", tests, N_ELEMENTS(tests));
}

/* The subject alone, from a mail daemon with the null sender. */
static void test_bounce_kind_languages(void)
{
	static const struct {
		const char *subject;
		enum bounce_kind kind;
	} tests[] = {
		{ "Unzustellbar: Angebot", FAILED },
		{ "Mail konnte nicht zugestellt werden", FAILED },
		{ "Non remis : bonjour", FAILED },
		{ "=?iso-8859-1?Q?=C9chec_de_la_remise?=", FAILED },
		{ "=?utf-8?Q?Avis_de_non-remise_=3A_facture?=", FAILED },
		{ "No se puede entregar: hola", FAILED },
		{ "=?utf-8?Q?Notificaci=C3=B3n_del_estado_de_entrega?=",
		  FAILED },
		{ "Mancato recapito: ciao", FAILED },
		{ "=?utf-8?Q?N=C3=A3o_foi_poss=C3=ADvel_entregar?=", FAILED },
		{ "=?iso-8859-1?Q?Falha_na_entrega?=", FAILED },
		{ "Onbestelbaar: hallo", FAILED },
		{ "Kunde inte levereras: hej", FAILED },
		{ "Kan ikke leveres: hei", FAILED },
		{ "Niedostarczone: oferta", FAILED },
		{ "=?iso-8859-2?Q?Nie_mo=BFna_dostarczy=E6?=", FAILED },
		/* Недоставленное сообщение, Недоставлено */
		{ "=?koi8-r?B?7sXEz9PUwdfMxc7Oz8Ug08/Pwt3FzsnF?=", FAILED },
		{ "=?utf-8?B?0J3QtdC00L7RgdGC0LDQstC70LXQvdC+?=", FAILED },
		/* 配信不能, 退信, 반송 */
		{ "=?utf-8?B?6YWN5L+h5LiN6IO9?=", FAILED },
		{ "=?iso-2022-jp?B?GyRCR1s/LklURz0bKEI=?=", FAILED },
		{ "=?gb2312?B?zcvQxQ==?=", FAILED },
		{ "=?utf-8?B?67CY7Iah?=", FAILED },
		{ "Teslim edilemedi: merhaba", FAILED },
		/* Αδύνατη η παράδοση */
		{ "=?utf-8?B?zpHOtM+Nzr3Osc+Ezrcgzrcgz4DOsc+BzqzOtM6/z4POtw=="
		  "?=", FAILED },
		/* delayed */
		{ "=?utf-8?Q?Zustellung_verz=C3=B6gert?=", DELAYED },
		{ "Aflevering vertraagd: niet bezorgd", DELAYED },
		/* no bounces */
		{ "=?utf-8?B?44GT44KT44Gr44Gh44Gv?=", NONE },
		{ "Bericht der Woche", NONE },
		{ "=?utf-8?Q?Facture_n=C2=B0_12?=", NONE },
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		struct kind_test test = {
			.name = tests[i].subject,
			.mail_from = "",
			.input = t_strconcat(DAEMON "Subject: ",
					     tests[i].subject, "\n"
					     SAYS_NOTHING, NULL),
			.kind = tests[i].kind,
			.rule = tests[i].kind == NONE ? "10" : "7",
		};
		test_kinds("languages", &test, 1);
	} T_END;
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_kind_rule_1_2,
		test_bounce_kind_rule_3_4,
		test_bounce_kind_rule_3_wrapped,
		test_bounce_kind_rule_5,
		test_bounce_kind_rule_6_7,
		test_bounce_kind_rule_8_9,
		test_bounce_kind_rule_list_manager,
		test_bounce_kind_rule_10,
		test_bounce_kind_delayed,
		test_bounce_kind_languages,
		NULL
	};
	return test_run(test_functions);
}
