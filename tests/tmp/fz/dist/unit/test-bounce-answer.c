/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "istream.h"
#include "bounce-answer.h"
#include "bounce-domains.h"
#include "bounce-verdict.h"
#include "test-bounce-input.h"
#include "test-common.h"

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

static void
test_judge(pool_t pool, const char *message, struct bounce_answer *answer)
{
	struct istream *input =
		test_istream_create_data(message, strlen(message));
	const struct bounce_ports ports = { .keys = &test_source };
	const char *error;

	bounce_policy_init(&answer->policy);
	answer->policy.now = 1800000000;
	answer->file = "a\x1b[31mfile";
	answer->number = 1;
	test_assert(bounce_answer_judge(pool, answer, &ports, input,
					&error) == 0);
	i_stream_unref(&input);
}

static void test_bounce_answer_recipient(void)
{
	static const struct {
		const char *header, *given, *owner, *rcpt_to, *field;
	} tests[] = {
		{ "Delivered-To: a@d.example\nX-Original-To: b@o.example\n"
		  "To: c@t.example\n", NULL, "u@example",
		  "a@d.example", "Delivered-To" },
		{ "X-Original-To: b@o.example\nTo: c@t.example\n", NULL,
		  "u@example", "b@o.example", "X-Original-To" },
		{ "To: c@t.example\n", NULL, "u@example", "u@example", NULL },
		{ "To: C <c@t.example>\n", NULL, NULL, "c@t.example", "To" },
		{ "Subject: x\n", NULL, NULL, NULL, NULL },
		{ "Delivered-To: nobody\nTo: c@t.example\n", NULL, NULL,
		  "c@t.example", "To" },
		{ "Delivered-To: a@d.example\n", "g@example", "u@example",
		  "g@example", NULL }
	};
	struct bounce_answer answer;
	unsigned int i;
	pool_t pool;

	test_begin("answer: who the recipient was");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool = pool_alloconly_create("answer", 4096);
		i_zero(&answer);
		answer.envelope.rcpt_to = tests[i].given;
		answer.owner = tests[i].owner;
		test_judge(pool, t_strconcat(tests[i].header, "\nHello\n",
					     NULL), &answer);
		test_assert_strcmp_idx(answer.envelope.rcpt_to,
				       tests[i].rcpt_to, i);
		test_assert_strcmp_idx(answer.rcpt_to_field,
				       tests[i].field, i);
		pool_unref(&pool);
	}
	test_end();
}

/* The domain comes from a message: it is one name, and never a list. */
static void test_bounce_answer_domains(void)
{
	static const struct {
		const char *rcpt_to, *ours, *not_ours;
	} tests[] = {
		{ "a@Example.ORG", "example.org", "sub.example.org" },
		{ "a@.example.org", NULL, "sub.example.org" },
		{ "a@example.org,example.com", NULL, "example.com" },
		{ "\"a@b.example\"@example.org", "example.org", "b.example" },
		{ "a", NULL, "a" }
	};
	struct bounce_answer answer;
	unsigned int i;
	pool_t pool;

	test_begin("answer: whose domain is ours");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool = pool_alloconly_create("answer", 4096);
		i_zero(&answer);
		answer.envelope.rcpt_to = tests[i].rcpt_to;
		test_judge(pool, "Subject: x\n\n", &answer);
		test_assert_idx(bounce_domains_is_empty(
			answer.policy.domains) == (tests[i].ours == NULL), i);
		if (tests[i].ours != NULL) {
			test_assert_idx(bounce_domains_match(
				answer.policy.domains, tests[i].ours), i);
		}
		test_assert_idx(!bounce_domains_match(
			answer.policy.domains, tests[i].not_ours), i);
		pool_unref(&pool);
	}
	test_end();
}

static const char test_bounce[] =
	"Return-Path: <>\n"
	"Delivered-To: a@example.org\n"
	"From: MAILER-DAEMON@mx.example.com\n"
	"Subject: Undelivered Mail Returned to Sender\n"
	"Content-Type: multipart/report; report-type=delivery-status;"
	" boundary=x\n"
	"\n"
	"--x\n"
	"Content-Type: message/delivery-status\n"
	"\n"
	"Reporting-MTA: dns; mx\033[2J.example.com\n"
	"\n"
	"Final-Recipient: rfc822; nobody@example.com\n"
	"Action: failed\n"
	"Status: 5.1.1\n"
	"Diagnostic-Code: smtp; 550 it has many words and then some more of"
	" them and at last so many that no line of a terminal could take them"
	" all\n"
	"\n"
	"--x\n"
	"Content-Type: message/rfc822\n"
	"\n"
	"Received: from a by b\n"
	"From: a@example.org\n"
	"Subject: \302\233 is a control character\n"
	"Message-ID: <1@example.org>\n"
	"\n"
	"Hello\n"
	"--x--\n";

static void test_bounce_answer_text(void)
{
	struct bounce_answer answer;
	const char *const *lines, *p;
	string_t *text = str_new(default_pool, 1024);
	pool_t pool = pool_alloconly_create("answer", 4096);

	test_begin("answer: the explanation");
	i_zero(&answer);
	test_judge(pool, test_bounce, &answer);
	test_assert(answer.verdict->value == BOUNCE_VERDICT_BACKSCATTER);
	test_assert(!bounce_answer_is_over_limit(&answer));

	bounce_answer_text(text, &answer);
	test_assert(strstr(str_c(text), "backscatter, unsigned") != NULL);
	test_assert(strstr(str_c(text), "to <a@example.org> (Delivered-To)") !=
		    NULL);
	for (p = str_c(text); *p != '\0'; p++)
		test_assert((unsigned char)*p >= 32 || *p == '\n');
	test_assert(strstr(str_c(text), "\302\233") == NULL);
	lines = t_strsplit(str_c(text), "\n");
	for (; *lines != NULL; lines++)
		test_assert(strlen(*lines) <= 79);
	test_assert(strcmp(str_c(text) + str_len(text) - 2, "\n\n") == 0);
	pool_unref(&pool);
	str_free(&text);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_answer_recipient,
		test_bounce_answer_domains,
		test_bounce_answer_text,
		NULL
	};
	return test_run(test_functions);
}
