/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "istream.h"
#include "istream-concat.h"
#include "base/limits.h"
#include "explain/check.h"
#include "message/message.h"
#include "name/own-domains.h"
#include "report/delivery-status.h"
#include "verdict/verdict.h"
#include "input.h"
#include "test-common.h"

#define BOUNCE_HEADER \
	"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.com\n" \
	"Subject: Undelivered Mail Returned to Sender\n\n"
#define FIFTEEN "a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, "

/* Nobody has a key. */
static void
test_lookup(struct bounce_key_source *source ATTR_UNUSED,
	    pool_t pool ATTR_UNUSED, struct bounce_key_query *queries,
	    unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		queries[i].status = BOUNCE_KEY_MISSING;
}

static struct bounce_key_source test_source = { .lookup = test_lookup };

static int
test_check(pool_t pool, struct istream *input, struct bounce_check *check,
	   const char **error_r)
{
	const struct bounce_ports ports = { .keys = &test_source };
	int ret;

	bounce_policy_init(&check->policy);
	check->policy.now = 1800000000;
	ret = bounce_check(pool, check, &ports, input, error_r);
	if (ret < 0)
		*error_r = t_strdup(*error_r);
	i_stream_unref(&input);
	return ret;
}

static int
test_check_text(pool_t pool, const char *message, struct bounce_check *check)
{
	const char *error = NULL;
	int ret;

	ret = test_check(pool, test_istream_create_data(message,
							strlen(message)),
			 check, &error);
	test_assert((error != NULL) == (ret < 0));
	return ret;
}

static void test_bounce_check_recipient(void)
{
	static const struct {
		const char *header, *given, *owner, *rcpt_to, *field;
		bool on_its_way;
	} tests[] = {
		{ "Delivered-To: a@d.example\nX-Original-To: b@o.example\n"
		  "To: c@t.example\n", NULL, "u@example",
		  "a@d.example", "Delivered-To", FALSE },
		{ "X-Original-To: b@o.example\nTo: c@t.example\n", NULL,
		  "u@example", "b@o.example", "X-Original-To", FALSE },
		{ "To: c@t.example\n", NULL, "u@example", "u@example", NULL, FALSE },
		{ "To: C <c@t.example>\n", NULL, NULL, "c@t.example", "To", FALSE },
		{ "Subject: x\n", NULL, NULL, NULL, NULL, FALSE },
		{ "Delivered-To: nobody\nTo: c@t.example\n", NULL, NULL,
		  "c@t.example", "To", FALSE },
		{ "Delivered-To: @d.example\nTo: c@t.example\n", NULL, NULL,
		  "c@t.example", "To", FALSE },
		{ "Delivered-To: <a@>\nTo: c@t.example\n", NULL, NULL,
		  "c@t.example", "To", FALSE },
		/* the first complete one of the first 16 */
		{ "To: " FIFTEEN "c@t.example, d@t.example\n", NULL, NULL,
		  "c@t.example", "To", FALSE },
		{ "To: " FIFTEEN "p, c@t.example\n", NULL, NULL, NULL, NULL,
		  FALSE },
		{ "Delivered-To: a@d.example\n", "g@example", "u@example",
		  "g@example", NULL, FALSE },
		/* the owner's name is not an address */
		{ "To: c@t.example\n", NULL, "u", "c@t.example", "To",
		  FALSE },
		/* anybody may have written it */
		{ "Delivered-To: a@d.example\nTo: c@t.example\n", NULL,
		  "u@example", "u@example", NULL, TRUE },
		{ "Delivered-To: a@d.example\nTo: c@t.example\n", NULL,
		  "u", NULL, NULL, TRUE }
	};
	struct bounce_check check;
	unsigned int i;
	pool_t pool;

	test_begin("bounce check: who the recipient was");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool = pool_alloconly_create("check", 4096);
		i_zero(&check);
		check.header_recipient = !tests[i].on_its_way;
		check.envelope.rcpt_to = tests[i].given;
		check.envelope.user = tests[i].owner;
		test_assert_idx(test_check_text(pool, t_strconcat(
			tests[i].header, "\nHello\n", NULL), &check) == 1, i);
		test_assert_strcmp_idx(check.envelope.rcpt_to,
				       tests[i].rcpt_to, i);
		test_assert_strcmp_idx(check.rcpt_to_field,
				       tests[i].field, i);
		pool_unref(&pool);
	}
	test_end();
}

/* The domain comes from a message: it is one name, and never a list. */
static void test_bounce_check_domains(void)
{
	static const struct {
		const char *rcpt_to, *user, *ours, *not_ours;
	} tests[] = {
		{ "a@Example.ORG", NULL, "example.org", "sub.example.org" },
		{ "a@.example.org", NULL, NULL, "sub.example.org" },
		{ "a@example.org,example.com", NULL, NULL, "example.com" },
		{ "\"a@b.example\"@example.org", NULL, "example.org",
		  "b.example" },
		{ "a", NULL, NULL, "a" },
		/* an alias domain is delivered to the user */
		{ "a@alias.example", "a@example.org", "example.org",
		  "orcpt.example" },
		{ "a@alias.example", "a@example.org", "alias.example",
		  "example" },
		{ "a@example.org", "a", "example.org", "a" },
		{ "a", "a@example.org", "example.org", "a" },
		{ "a@example.org", "a@b.example,c.example", "example.org",
		  "c.example" },
		{ "a", "a", NULL, "a" }
	};
	struct bounce_check check;
	unsigned int i;
	pool_t pool;

	test_begin("bounce check: whose domain is ours");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool = pool_alloconly_create("check", 4096);
		i_zero(&check);
		check.envelope.rcpt_to = tests[i].rcpt_to;
		check.envelope.user = tests[i].user;
		check.envelope.orcpt = "a@orcpt.example";
		check.domains_needed = FALSE;
		test_assert_idx(test_check_text(pool, "Subject: x\n\n",
						&check) == 1, i);
		test_assert_idx(check.verdict != NULL, i);
		test_assert_idx(bounce_domains_is_empty(
			check.policy.domains) == (tests[i].ours == NULL), i);
		if (tests[i].ours != NULL) {
			test_assert_idx(bounce_domains_match(
				check.policy.domains, tests[i].ours), i);
		}
		test_assert_idx(!bounce_domains_match(
			check.policy.domains, tests[i].not_ours), i);

		/* without any, no bounce is judged */
		i_zero(&check);
		check.envelope.rcpt_to = tests[i].rcpt_to;
		check.envelope.user = tests[i].user;
		check.domains_needed = TRUE;
		test_assert_idx(test_check_text(pool, BOUNCE_HEADER,
				&check) == (tests[i].ours == NULL ? 0 : 1), i);
		test_assert_idx((check.verdict == NULL) ==
				(tests[i].ours == NULL), i);
		i_zero(&check);
		check.envelope.rcpt_to = tests[i].rcpt_to;
		check.envelope.user = tests[i].user;
		check.domains_needed = TRUE;
		test_assert_idx(test_check_text(pool, "Subject: x\n\n",
						&check) == 1, i);
		pool_unref(&pool);
	}
	test_end();
}

static struct istream *test_broken_stream(const char *text)
{
	struct istream *inputs[] = {
		i_stream_create_from_data(text, strlen(text)),
		i_stream_create_error_str(EIO, "the disk is gone"), NULL
	};
	struct istream *input =
		i_stream_create_concat(inputs);

	i_stream_unref(&inputs[0]);
	i_stream_unref(&inputs[1]);
	return input;
}

/* It is temperror, if what could be read is a bounce. */
static void test_bounce_check_failed(void)
{
	static const struct {
		const char *text, *failed;
		bool broken;
		enum bounce_verdict_value value;
		const char *error;
	} tests[] = {
		{ BOUNCE_HEADER, "no keys", FALSE, BOUNCE_VERDICT_TEMPERROR,
		  "no keys" },
		{ "Subject: hi\n\n", "no keys", FALSE, BOUNCE_VERDICT_NONE,
		  "no keys" },
		{ BOUNCE_HEADER, NULL, TRUE, BOUNCE_VERDICT_TEMPERROR,
		  "the disk is gone" },
		{ BOUNCE_HEADER, "no keys", TRUE, BOUNCE_VERDICT_TEMPERROR,
		  "the disk is gone" },
		{ "", NULL, TRUE, BOUNCE_VERDICT_NONE, "the disk is gone" }
	};
	struct bounce_check check;
	const char *error;
	unsigned int i;
	pool_t pool;

	test_begin("bounce check: what cannot be judged");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool = pool_alloconly_create("check", 4096);
		i_zero(&check);
		check.envelope.rcpt_to = "a@example.org";
		check.failed = tests[i].failed;
		error = "";
		test_assert_idx(test_check(pool, tests[i].broken ?
			test_broken_stream(tests[i].text) :
			test_istream_create(tests[i].text), &check,
			&error) < 0, i);
		test_assert_idx(strstr(error, tests[i].error) != NULL, i);
		test_assert_idx(check.verdict->value == tests[i].value, i);
		test_assert_idx(!bounce_check_is_over_limit(&check), i);
		pool_unref(&pool);
	}
	test_end();
}

#define ORDINARY "From: Carol <carol@example.com>\nSubject: lunch\n"

/* What is ordinary mail, from its header alone; and it is never a bounce. */
static void test_bounce_check_ordinary(void)
{
	static const struct {
		const char *mail_from, *input;
		int ordinary;
	} tests[] = {
		{ "carol@example.com", ORDINARY "\n", 1 },
		{ "carol@example.com", "To: a\n\n", 1 },
		/* the body is cut anywhere */
		{ "carol@example.com", ORDINARY "\n\nat noo", 1 },
		{ "carol@example.com", ORDINARY "List-Id: <a.b>\n"
		  "Precedence: list\nContent-Type: multipart/mixed;\n"
		  "\tboundary=x\n\n--x\n", 1 },
		/* it goes on */
		{ "carol@example.com", ORDINARY, 0 },
		{ "carol@example.com", "From: MAILER-DAEMON@mx\n", -1 },
		{ "carol@example.com", "From: owner-list@mx\n", -1 },
		{ "carol@example.com", "From: Carol", -1 },
		{ "carol@example.com", "", -1 },
		{ "carol@example.com", "lunch\n\n", -1 },
		/* nearly all bounces, and mail of a sender not known */
		{ "", ORDINARY "\n", -1 },
		{ "mailer-daemon@example.com", ORDINARY "\n", -1 },
		{ NULL, "Return-Path: <>\n" ORDINARY "\n", -1 },
		{ NULL, ORDINARY "\n", 1 },
		/* any mark of a bounce */
		{ "carol@example.com", "From: MAILER-DAEMON@mx\n\n", -1 },
		{ "carol@example.com", "From: postmaster@mx\n\n", -1 },
		{ "carol@example.com", "From: <>\n\n", -1 },
		{ "carol@example.com", "Subject: Undelivered Mail Returned to "
		  "Sender\n\n", -1 },
		{ "carol@example.com", ORDINARY "x-failed-recipients: a\n\n",
		  -1 },
		{ "carol@example.com", ORDINARY "X-MS-Exchange-Message-Is-Ndr:"
		  "\n\n", -1 },
		/* a report, in whatever way that is written */
		{ "carol@example.com", ORDINARY "Content-Type: Multipart/"
		  "Report; report-type=x\n\n", -1 },
		{ "carol@example.com", ORDINARY "Content-Type: (a) multipart "
		  "/\n (b) report\n\n", -1 },
		{ "owner-list@example.com", "From: listserv@example.com\n"
		  "Content-Type: multipart/mixed\n\n", -1 },
		/* an automatic reply has a kind of its own */
		{ "carol@example.com", ORDINARY "Auto-Submitted: auto-replied"
		  "\n\n", -1 },
		{ "carol@example.com", "Subject: Out of office: lunch\n\n",
		  -1 },
	};
	unsigned int i;

	test_begin("bounce check ordinary");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("check", 1024);
		struct bounce_check check = {
			.envelope.mail_from = tests[i].mail_from,
			.envelope.rcpt_to = "bob@example.org"
		};
		int ordinary = bounce_check_ordinary(&check.envelope, 0,
			(const unsigned char *)tests[i].input,
			strlen(tests[i].input));

		test_assert_idx(ordinary == tests[i].ordinary, i);
		test_assert_idx(test_check_text(pool, tests[i].input,
						&check) == 1, i);
		test_assert_idx(ordinary <= 0 || check.verdict->kind.kind ==
				BOUNCE_KIND_NONE, i);
		pool_unref(&pool);
	}
	test_end();
}

/* Fields that bounce_check() drops, or takes for part of another field, because
   they are too long. */
static void test_bounce_check_ordinary_long(void)
{
	static const struct {
		const char *begin;
		size_t size;
		const char *end;
		int ordinary;
	} tests[] = {
		{ ORDINARY "X: ", 17000, "\n\n", 1 },
		/* a line that is not a field, in a subject */
		{ "Subject: out of off\nice", 17000, ": x\nTo: a\n\n", -1 },
		{ "Subject: out of off\nice", 16000, ": x\nTo: a\n\n", 1 },
		/* only the second one fits */
		{ "Subject: lunch", BOUNCE_HEADER_MAX_SIZE,
		  "\nSubject: Out of office\n\n", -1 },
		/* no more pieces are looked at than it takes */
		{ "X: ", 64 * 1024 - 4, "\n\n", 1 },
		{ "X: ", 64 * 1024 - 3, "\n\n", -1 },
	};
	struct bounce_check check;
	string_t *input;
	unsigned int i;
	int ordinary;
	pool_t pool;

	test_begin("bounce check ordinary: long fields");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool = pool_alloconly_create("check", 1024);
		i_zero(&check);
		check.envelope.mail_from = "carol@example.com";
		check.envelope.rcpt_to = "bob@example.org";
		input = str_new(pool, 1024);
		str_append(input, tests[i].begin);
		while (str_len(input) < tests[i].size + strlen(tests[i].begin))
			str_append_c(input, 'x');
		str_append(input, tests[i].end);
		ordinary = bounce_check_ordinary(&check.envelope, 0,
			str_data(input), str_len(input));
		test_assert_idx(ordinary == tests[i].ordinary, i);
		test_assert_idx(test_check_text(pool, str_c(input),
						&check) == 1, i);
		test_assert_idx(ordinary <= 0 || check.verdict->kind.kind ==
				BOUNCE_KIND_NONE, i);
		/* the same, if as much has gone before */
		test_assert_idx(ordinary < 0 || bounce_check_ordinary(
			&check.envelope, 64 * 1024 - str_len(input) + 2,
			str_data(input), str_len(input)) < 0, i);
		pool_unref(&pool);
	}
	test_end();
}

static unsigned int prepared;
static const char *prepare_error;

static int test_prepare(const char **error_r)
{
	prepared++;
	*error_r = prepare_error;
	return prepare_error == NULL ? 0 : -1;
}

/* Only what may be a bounce needs keys, and only if it can be judged. */
static void test_bounce_check_prepare(void)
{
	static const struct {
		const char *text, *prepare_error, *failed;
		unsigned int prepared;
		enum bounce_verdict_value value;
		const char *error;
	} tests[] = {
		{ BOUNCE_HEADER, NULL, NULL, 1, BOUNCE_VERDICT_UNVERIFIABLE,
		  NULL },
		{ BOUNCE_HEADER, "no state", NULL, 1, BOUNCE_VERDICT_TEMPERROR,
		  "no state" },
		{ BOUNCE_HEADER, "no state", "no keys", 0,
		  BOUNCE_VERDICT_TEMPERROR, "no keys" },
		{ "Subject: hi\n\n", "no state", NULL, 0, BOUNCE_VERDICT_NONE,
		  NULL }
	};
	struct bounce_check check;
	const char *error;
	unsigned int i;
	pool_t pool;
	int ret;

	test_begin("bounce check: prepare");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool = pool_alloconly_create("check", 4096);
		i_zero(&check);
		check.envelope.rcpt_to = "a@example.org";
		check.prepare = test_prepare;
		check.failed = tests[i].failed;
		prepared = 0;
		prepare_error = tests[i].prepare_error;
		error = NULL;
		ret = test_check(pool, test_istream_create(tests[i].text),
				 &check, &error);
		test_assert_idx(ret == (tests[i].error == NULL ? 1 : -1), i);
		test_assert_idx(prepared == tests[i].prepared, i);
		test_assert_idx(check.verdict->value == tests[i].value, i);
		test_assert_strcmp_idx(error, tests[i].error, i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_bounce_check_over_limit(void)
{
	struct bounce_report report;
	struct bounce_signatures signatures;
	struct bounce_message message;
	struct bounce_verdict verdict;
	const struct bounce_check check = { .verdict = &verdict };

	test_begin("bounce check: over limit");
	i_zero(&report);
	i_zero(&signatures);
	i_zero(&message);
	i_zero(&verdict);
	verdict.message = &message;
	test_assert(!bounce_check_is_over_limit(&check));
	message.over_limit = TRUE;
	test_assert(bounce_check_is_over_limit(&check));
	message.over_limit = FALSE;
	message.report = &report;
	verdict.signatures = &signatures;
	test_assert(!bounce_check_is_over_limit(&check));
	report.over_limit = TRUE;
	test_assert(bounce_check_is_over_limit(&check));
	report.over_limit = FALSE;
	signatures.over_limit = TRUE;
	test_assert(bounce_check_is_over_limit(&check));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_check_recipient,
		test_bounce_check_domains,
		test_bounce_check_failed,
		test_bounce_check_ordinary,
		test_bounce_check_ordinary_long,
		test_bounce_check_prepare,
		test_bounce_check_over_limit,
		NULL
	};
	return test_run(test_functions);
}
