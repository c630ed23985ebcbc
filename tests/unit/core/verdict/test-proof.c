/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "dkim/dkim.h"
#include "name/networks.h"
#include "name/own-domains.h"
#include "report/delivery-status.h"
#include "verdict/policy.h"
#include "verdict/ports.h"
#include "verdict/proof.h"
#include "verdict/signatures.h"
#include "input.h"
#include "test-common.h"

/* Traces of a bounce that our own servers made */
#define POSTFIX \
	"Received: from mx.example.org (mx.example.org [192.0.2.2])\n" \
	"\tby imap.example.org with LMTP id 1\n" \
	"Received: by mx.example.org (Postfix) id 2\n"
#define SOCKET \
	"Received: from mx.example.org by imap.example.org with LMTP id 1\n" \
	"Received: by mx.example.org (Postfix) id 2\n"
/* and of one that came from elsewhere, from the client given */
#define FROM(client) \
	"Received: from mx.example.org by imap.example.org with LMTP id 1\n" \
	"Received: from " client "\n" \
	"\tby mx.example.org (Postfix) with ESMTP id 2\n"
#define EVIL FROM("mx.evil.example (mx.evil.example [198.51.100.66])")
#define NET FROM("mx1.example.net (mx1.example.net [198.51.100.1])")
/* Fields of the original: the user's submission, and what was below it */
#define LOGIN \
	"Received: from laptop (dsl.example.com [203.0.113.9])\n" \
	"\tby mx.example.org (Postfix) with ESMTPSA id 3\n"
#define LOGIN_AS(name) \
	"Received: from laptop (dsl.example.com [203.0.113.9])\n" \
	"\t(Authenticated sender: " name ")\n" \
	"\tby mx.example.org (Postfix) with ESMTPSA id 3\n"
#define LOGIN_AT(host) \
	"Received: from laptop (dsl.example.com [203.0.113.9])\n" \
	"\tby " host " with ESMTPSA id 3\n"
#define MADE_UP \
	"Received: from x (x.example [8.8.8.8])\n" \
	"\tby mx.example.org (Postfix) with ESMTPSA id 4\n"
#define RELAYED \
	"Received: from x (x.example [198.51.100.66])\n" \
	"\tby mx.example.org (Postfix) with ESMTP id 3\n"

#define ALICE "From: alice@example.org\n"
#define BOB "To: bob@example.net\n"
#define FAILED(address) \
	"Final-Recipient: rfc822; " address "\n" \
	"Action: failed\nStatus: 5.1.1\n\n"

struct proof_test {
	const char *name;
	/* the trace of the bounce, the header of the original below its
	   signature, and the groups of the report */
	const char *trace, *original, *report;
	enum bounce_proof_strength strength;
	/* the recipients, each with a space behind it */
	const char *recipients;
	/* NULL: none */
	const char *client;
	/* for each, NULL is the usual one: the null sender, alice@example.org,
	   "alice", the names that the signature covers; and what a port says of
	   SPF of the client's HELO name */
	const char *mail_from, *rcpt_to, *user, *names;
	enum bounce_spf spf;
	/* SPF of the host that brought the bounce is worth a lookup */
	bool asks_spf;
};

static const char *
t_proof_message(const struct proof_test *test, bool nested)
{
	return t_strconcat(test->trace,
		"From: MAILER-DAEMON@mx.example.org\n"
		"Subject: Undelivered Mail Returned to Sender\n"
		"MIME-Version: 1.0\n"
		"Content-Type: multipart/report; "
		"report-type=delivery-status; boundary=b\n\n"
		"--b\n\nIt could not be delivered.\n\n"
		"--b\nContent-Type: message/delivery-status\n\n"
		"Reporting-MTA: dns; mx.example.org\n\n", test->report,
		"--b\nContent-Type: message/rfc822\n\n",
		nested ? "From: MAILER-DAEMON@x.example\n"
		"Subject: Undelivered Mail Returned to Sender\n"
		"MIME-Version: 1.0\n"
		"Content-Type: multipart/report; "
		"report-type=delivery-status; boundary=c\n\n"
		"--c\n\nIt could not be delivered.\n\n"
		"--c\nContent-Type: message/rfc822\n\n" : "",
		test->original, "Subject: hi\nMessage-ID: <1@example.org>\n\n"
		"hello\n", nested ? "\n--c--\n" : "", "\n--b--\n", NULL);
}

static void
test_proof(const struct proof_test *test, bool nested, unsigned int idx)
{
	const struct bounce_envelope envelope = {
		.mail_from = test->mail_from == NULL ? "" : test->mail_from,
		.rcpt_to = test->rcpt_to == NULL ? "alice@example.org" :
			test->rcpt_to,
		.user = test->user == NULL ? "alice" : test->user
	};
	const struct bounce_message_settings set = { .envelope = &envelope };
	const struct bounce_spf_result spf = {
		.spf = test->spf, .domain = "mx1.example.net"
	};
	const char *text = t_proof_message(test, nested), *error;
	struct bounce_domains *domains;
	struct bounce_signature_evidence evidence;
	struct bounce_dkim_signature sig;
	const struct bounce_message *message;
	struct bounce_policy policy;
	struct bounce_proof proof;
	string_t *recipients = t_str_new(128);
	unsigned int i;
	pool_t pool;

	pool = pool_alloconly_create("proof", 4096);
	bounce_policy_init(&policy);
	policy.authserv_id = "mx.example.org";
	if (bounce_networks_parse(pool, "127.0.0.0/8 192.0.2.0/24",
				  &policy.trusted_networks, &error) < 0)
		i_unreached();
	if (bounce_domains_parse(pool, "own.example", &domains, &error) < 0)
		i_unreached();
	policy.domains = domains;
	message = test_input_parse(pool, &set, text, strlen(text), 0);
	i_zero(&sig);
	sig.names = (const void *)(test->names == NULL ? "from:to:cc" :
				   test->names);
	sig.names_size = strlen((const char *)sig.names);
	i_zero(&evidence);
	evidence.sig = &sig;
	evidence.header = BOUNCE_DKIM_HEADER_PASS;
	evidence.original = message->originals;
	test_assert_idx(evidence.original != NULL, idx);
	if (nested)
		evidence.original = evidence.original->message.originals;
	test_assert_idx(evidence.original != NULL, idx);

	bounce_proof_find(pool, &policy, &envelope, message, &evidence, &spf,
			  &proof);
	test_assert_idx(proof.strength == (nested ? BOUNCE_PROOF_CLAIMED :
					   test->strength), idx);
	test_assert_idx(bounce_proof_asks_spf(&policy, message, &evidence) ==
			(test->asks_spf && !nested), idx);
	/* the same without a signature, if there is a login, and the bounce
	   has come by LMTP or from an address of ours */
	test_assert_idx(bounce_proof_was_submitted(&policy, &envelope, message,
						   evidence.original) ==
			(proof.strength == BOUNCE_PROOF_OWN &&
			 strstr(test->original, "ESMTPSA") != NULL &&
			 (strstr(test->trace, "LMTP") != NULL ||
			  strstr(test->trace, "[192.0.2.") != NULL)), idx);
	for (i = 0; i < proof.recipients_count; i++) {
		str_printfa(recipients, "%s ",
			    proof.recipients[i]->final_recipient);
	}
	if (!nested) {
		test_assert_strcmp_idx(str_c(recipients), test->recipients,
				       idx);
	}
	test_assert_strcmp_idx(proof.client.family == 0 ? NULL :
			       net_ip2addr(&proof.client),
			       nested ? NULL : test->client, idx);
	pool_unref(&pool);
}

#define OWN BOUNCE_PROOF_OWN
#define RECIPIENT BOUNCE_PROOF_RECIPIENT
#define CLAIMED BOUNCE_PROOF_CLAIMED

static const struct proof_test own_tests[] = {
	{ "the user's mail, by our own server", POSTFIX, LOGIN ALICE BOB,
	  FAILED("bob@example.net"), OWN, "bob@example.net ", .client = "203.0.113.9" },
	{ "over a socket", SOCKET, LOGIN ALICE BOB,
	  FAILED("bob@example.net"), OWN, "bob@example.net ", .client = "203.0.113.9" },
	{ "over a socket, with TLS",
	  "Received: from mx.example.org by imap.example.org with LMTPS id 1\n"
	  "Received: by mx.example.org (Postfix) id 2\n", LOGIN ALICE BOB,
	  FAILED("bob@example.net"), OWN, "bob@example.net ",
	  .client = "203.0.113.9" },
	{ "recipients of Bcc", POSTFIX, LOGIN ALICE BOB,
	  FAILED("x1@example.com") FAILED("x2@example.com"), OWN,
	  "x1@example.com x2@example.com ", .client = "203.0.113.9" },
	{ "one was delivered", POSTFIX, LOGIN ALICE BOB,
	  FAILED("x1@example.com") "Final-Recipient: rfc822; x2@example.com\n"
	  "Action: relayed\n\n", OWN, "x1@example.com ", .client = "203.0.113.9" },
	{ "no recipients", POSTFIX, LOGIN ALICE BOB, "", OWN, "",
	  .client = "203.0.113.9" },
	{ "what is below the login is made up", POSTFIX,
	  LOGIN MADE_UP ALICE BOB, FAILED("x@example.com"), OWN,
	  "x@example.com ", .client = "203.0.113.9" },
	{ "it has no trace", POSTFIX, ALICE BOB, FAILED("x@example.com"), OWN,
	  "x@example.com ", .client = NULL },
	{ "from the webmail", POSTFIX,
	  "Received: from web (web [192.0.2.80])\n"
	  "\tby mx.example.org (Postfix) with ESMTPSA id 3\n" MADE_UP
	  ALICE BOB, FAILED("x@example.com"), OWN, "x@example.com ", .client = NULL },
	{ "through a filter of ours", POSTFIX,
	  "Received: from localhost (localhost [127.0.0.1])\n"
	  "\tby mx.example.org (Postfix) with ESMTP id 5\n" LOGIN ALICE BOB,
	  FAILED("x@example.com"), OWN, "x@example.com ", .client = "203.0.113.9" },
	{ "of the user's login", POSTFIX,
	  LOGIN_AS("alice@example.org") ALICE BOB, FAILED("x@example.com"),
	  OWN, "x@example.com ", .client = "203.0.113.9" },
	{ "of the user's login, by its name", POSTFIX, LOGIN_AS("a1234") ALICE
	  BOB, FAILED("x@example.com"), OWN, "x@example.com ", .client = "203.0.113.9",
	  .user = "a1234" },
	{ "by Exim",
	  "Received: from mx.example.org by imap.example.org with LMTP id 1\n"
	  "Received: from Debian-exim by mx.example.org with local "
	  "(Exim 4.96) id 2\n", LOGIN ALICE BOB, FAILED("x@example.com"),
	  OWN, "x@example.com ", .client = "203.0.113.9" },
	{ "by Sendmail", "Received: from localhost (localhost) "
	  "by mx.example.org (8.18.1/8.18.1) id 6AO\n", LOGIN ALICE BOB,
	  FAILED("x@example.com"), OWN, "x@example.com ", .client = "203.0.113.9" },
	/* whose name is not known, so that the login is not that of a host of
	   ours */
	{ "by qmail", "Received: (qmail 1 invoked for bounce); "
	  "24 Nov 2026 22:14:24 -0000\n", LOGIN ALICE BOB,
	  FAILED("x@example.com"), OWN, "x@example.com ", .client = NULL },
	{ "a login at a host that is not known", POSTFIX,
	  LOGIN_AT("smtp.provider.example") ALICE BOB,
	  FAILED("x@example.com"), OWN, "x@example.com ", .client = NULL },
	{ "a login at a host in an own domain", POSTFIX,
	  LOGIN_AT("smtp.own.example") ALICE BOB, FAILED("x@example.com"),
	  OWN, "x@example.com ", .client = "203.0.113.9" },
	{ "a login at a host with an own address", POSTFIX,
	  LOGIN_AT("localhost (smtp.provider.example [192.0.2.3])") ALICE BOB,
	  FAILED("x@example.com"), OWN, "x@example.com ",
	  .client = "203.0.113.9" },

	/*
	 * Not our own
	 */
	{ "nothing is known of where it was made", "", LOGIN ALICE BOB,
	  FAILED("x@example.com"), CLAIMED, "x@example.com ", .client = NULL },
	{ "from elsewhere", EVIL, LOGIN ALICE BOB, FAILED("bob@example.net"),
	  CLAIMED, "bob@example.net ", .client = NULL },
	{ "from elsewhere, the trace of ours is below", EVIL POSTFIX, LOGIN
	  ALICE BOB, FAILED("bob@example.net"), CLAIMED, "bob@example.net ",
	  .client = NULL },
	{ "from a private address that is not ours",
	  FROM("x (x [10.1.2.3])"), LOGIN ALICE BOB, FAILED("x@example.com"),
	  CLAIMED, "x@example.com ", .client = NULL },
	{ "from a client without an address", FROM("x"), LOGIN ALICE BOB,
	  FAILED("x@example.com"), CLAIMED, "x@example.com ", .client = NULL },
	{ "with a sender", POSTFIX, LOGIN ALICE BOB, FAILED("x@example.com"),
	  CLAIMED, "x@example.com ", .mail_from = "mallory@example.org" },
	{ "by a customer who has logged in",
	  "Received: from web (web [192.0.2.80])\n\t(Authenticated sender: "
	  "mallory) by mx.example.org (Postfix) with ESMTPSA id 1\n",
	  LOGIN ALICE BOB, FAILED("x@example.com"), CLAIMED,
	  "x@example.com ", .client = NULL },
	{ "by a program of a customer",
	  "Received: by mx.example.org (Postfix, from userid 1001) id 1\n",
	  LOGIN ALICE BOB, FAILED("x@example.com"), CLAIMED,
	  "x@example.com ", .client = NULL },
	{ "by a program of a customer, Exim",
	  "Received: from mallory by mx.example.org with local (Exim 4.96)\n",
	  LOGIN ALICE BOB, FAILED("x@example.com"), CLAIMED,
	  "x@example.com ", .client = NULL },
	{ "by a program of a customer, Sendmail", "Received: (from "
	  "mallory@localhost) by mx.example.org (8.18.1/8.18.1/Submit)\n",
	  LOGIN ALICE BOB, FAILED("x@example.com"), CLAIMED,
	  "x@example.com ", .client = NULL },
	{ "by a program of a customer, qmail",
	  "Received: (qmail 1 invoked by uid 1001); date\n",
	  LOGIN ALICE BOB, FAILED("x@example.com"), CLAIMED,
	  "x@example.com ", .client = NULL },
	{ "a stranger has sent a copy to our server, which bounced",
	  POSTFIX, RELAYED LOGIN ALICE BOB, FAILED("x@example.com"), CLAIMED,
	  "x@example.com ", .client = NULL },
	{ "from a client without an address, which may be a stranger", POSTFIX,
	  "Received: from x by mx.example.org (Postfix) with ESMTP id 3\n"
	  LOGIN ALICE BOB, FAILED("x@example.com"), CLAIMED,
	  "x@example.com ", .client = NULL },
	{ "mail by a program of some customer", POSTFIX,
	  "Received: by mx.example.org (Postfix, from userid 33) id 3\n"
	  ALICE BOB, FAILED("x@example.com"), CLAIMED, "x@example.com ",
	  .client = NULL },
	{ "another customer's mail, in the same domain", POSTFIX,
	  LOGIN "From: mallory@example.org\n" BOB, FAILED("x@example.com"),
	  CLAIMED, "x@example.com ", .client = NULL },
	{ "another customer's login", POSTFIX, LOGIN_AS("mallory@example.org")
	  ALICE BOB, FAILED("x@example.com"), CLAIMED, "x@example.com ",
	  .client = NULL },
};

static const struct proof_test recipient_tests[] = {
	{ "by a server whose name is verified", NET, ALICE BOB,
	  FAILED("bob@example.net"), RECIPIENT, "bob@example.net ", .client = NULL },
	{ "Original-Recipient is the one", NET, ALICE BOB,
	  "Original-Recipient: rfc822; bob@example.net\n"
	  FAILED("bob@inside.example"), RECIPIENT, "bob@inside.example ",
	  .client = NULL },
	{ "of Cc", NET, ALICE "To: x@example.com\n"
	  "Cc: bob@example.net\n", FAILED("bob@example.net"), RECIPIENT,
	  "bob@example.net ", .client = NULL },
	{ "of those of its domain alone", NET, ALICE
	  "To: bob@example.net, carol@example.com, dan@example.net\n",
	  FAILED("bob@example.net") FAILED("carol@example.com")
	  FAILED("dan@example.net") FAILED("erin@example.net"), RECIPIENT,
	  "bob@example.net dan@example.net ", .client = NULL },
	{ "SPF of HELO passes", FROM("mx1.example.net (unknown [198.51.100.1])"),
	  ALICE BOB, FAILED("bob@example.net"), RECIPIENT, "bob@example.net ",
	  .client = NULL, .spf = BOUNCE_SPF_PASS, .asks_spf = TRUE },
	{ "SPF passes, as our server found out",
	  "Authentication-Results: mx.example.org; spf=pass "
	  "smtp.helo=mx1.example.net\n"
	  FROM("mx1.example.net (unknown [198.51.100.1])"),
	  ALICE BOB, FAILED("bob@example.net"), RECIPIENT, "bob@example.net ",
	  .client = NULL },

	/*
	 * Not proven
	 */
	{ "SPF of HELO fails", FROM("mx1.example.net (unknown [198.51.100.1])"),
	  ALICE BOB, FAILED("bob@example.net"), CLAIMED, "bob@example.net ",
	  .client = NULL, .spf = BOUNCE_SPF_FAIL, .asks_spf = TRUE },
	{ "SPF passes for another domain", EVIL, ALICE BOB,
	  FAILED("carol@example.com"), CLAIMED, "carol@example.com ",
	  .client = NULL, .spf = BOUNCE_SPF_PASS },
	{ "SPF passes, as the stranger says",
	  FROM("mx1.example.net (unknown [198.51.100.1])")
	  "Authentication-Results: mx.example.org; spf=pass "
	  "smtp.helo=mx1.example.net\n", ALICE BOB, FAILED("bob@example.net"),
	  CLAIMED, "bob@example.net ", .client = NULL, .asks_spf = TRUE },
	{ "as another server says",
	  "Authentication-Results: mx.evil.example; spf=pass "
	  "smtp.helo=mx1.example.net\n"
	  FROM("mx1.example.net (unknown [198.51.100.1])"),
	  ALICE BOB, FAILED("bob@example.net"), CLAIMED, "bob@example.net ",
	  .client = NULL, .asks_spf = TRUE },
	{ "DKIM passes, which a customer of that domain has as well",
	  "Authentication-Results: mx.example.org; dkim=pass "
	  "header.d=example.net\n" EVIL, ALICE BOB,
	  FAILED("bob@example.net"), CLAIMED, "bob@example.net ", .client = NULL },
	{ "the name is not verified",
	  "Received: from mx.example.org by imap.example.org with LMTP id 1\n"
	  "Received: from mx1.example.net (mx1.example.net [198.51.100.66])\n"
	  "\tby mx.example.org (OpenSMTPD) with ESMTP id 2\n", ALICE BOB,
	  FAILED("bob@example.net"), CLAIMED, "bob@example.net ", .client = NULL,
	  .asks_spf = TRUE },
	{ "the name may be forged", "Received: from mx1.example.net "
	  "(mx1.example.net [198.51.100.66] (may be forged))\n"
	  "\tby mx.example.org (8.18.1/8.18.1) with ESMTP id 2\n", ALICE BOB,
	  FAILED("bob@example.net"), CLAIMED, "bob@example.net ", .client = NULL,
	  .asks_spf = TRUE },
	{ "it only ends like the domain",
	  FROM("a (evilexample.net [198.51.100.66])"), ALICE BOB,
	  FAILED("bob@example.net"), CLAIMED, "bob@example.net ", .client = NULL },
	{ "a top-level domain", FROM("a (mx.evil.net [198.51.100.66])"),
	  ALICE "To: bob@net\n", FAILED("bob@net"), CLAIMED, "bob@net ",
	  .client = NULL },
	{ "a field that a stranger may have written, below one that names no "
	  "address", "Received: from x by mx.example.org with ESMTP id 1\n"
	  NET, ALICE BOB, FAILED("bob@example.net"), CLAIMED,
	  "bob@example.net ", .client = NULL },
	{ "a customer has handed it on", "Received: from web (web "
	  "[192.0.2.80])\n\tby mx.example.org (Postfix) with ESMTPSA id 1\n"
	  NET, ALICE BOB, FAILED("bob@example.net"), CLAIMED,
	  "bob@example.net ", .client = NULL },
	{ "To is not signed", NET, ALICE BOB, FAILED("bob@example.net"),
	  CLAIMED, "bob@example.net ", .client = NULL, .names = "from:cc" },
	{ "there is another Cc", NET, ALICE "Cc: bob@example.net\n"
	  "Cc: carol@example.com\n", FAILED("bob@example.net"), CLAIMED,
	  "bob@example.net ", .client = NULL },
	{ "a subscriber returns the post of a list", NET, LOGIN ALICE
	  "To: list@lists.example\nList-Id: <list.lists.example>\n",
	  FAILED("bob@example.net"), CLAIMED, "bob@example.net ", .client = NULL },
	{ "recipients are made up", NET, ALICE "To: list@lists.example\n",
	  FAILED("x1@example.net") FAILED("x2@example.net")
	  FAILED("x3@example.net"), CLAIMED, "x1@example.net ", .client = NULL },
	{ "with a sender, as a customer of that domain can write", NET, ALICE
	  BOB, FAILED("bob@example.net"), CLAIMED, "bob@example.net ", .mail_from = "mallory@example.net" },
	{ "a warning of a delay with it", NET, ALICE BOB,
	  "Final-Recipient: rfc822; bob@example.net\nAction: delayed\n\n"
	  FAILED("x@example.com"), CLAIMED, "x@example.com ", .client = NULL }
};

static void
test_proofs(const char *title, const struct proof_test *tests,
	    unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) T_BEGIN {
		test_begin(t_strdup_printf("bounce proof, %s: %s", title,
					   tests[i].name));
		test_proof(&tests[i], FALSE, i);
		/* what our own server returns may itself be made up */
		test_proof(&tests[i], TRUE, i);
		test_end();
	} T_END;
}

static void test_bounce_proof_own(void)
{
	test_proofs("own", own_tests, N_ELEMENTS(own_tests));
}

static void test_bounce_proof_recipient(void)
{
	test_proofs("recipient", recipient_tests,
		    N_ELEMENTS(recipient_tests));
}

/* If the original has more fields than are read, a stranger may stand in one
   that is not. */
static void test_bounce_proof_many_fields(void)
{
	struct proof_test test = {
		.trace = POSTFIX, .report = FAILED("x@example.com"),
		.recipients = "x@example.com ",
	};
	string_t *original = t_str_new(8192);
	unsigned int i;

	test_begin("bounce proof: many fields");
	str_append(original, ALICE BOB);
	for (i = 1; i <= BOUNCE_RECEIVED_MAX_FIELDS; i++) {
		str_insert(original, 0, "Received: by mx.example.org id 3\n");
		if (i < BOUNCE_RECEIVED_MAX_FIELDS - 1)
			continue;
		test.original = str_c(original);
		test.strength = i < BOUNCE_RECEIVED_MAX_FIELDS ? OWN : CLAIMED;
		test_proof(&test, FALSE, i);
	}
	test_end();
}

static void test_bounce_proof_names(void)
{
	test_begin("bounce proof: names");
	test_assert(bounce_proof_name(BOUNCE_PROOF_NONE) == NULL);
	test_assert_strcmp(bounce_proof_name(CLAIMED), "claimed");
	test_assert_strcmp(bounce_proof_name(RECIPIENT), "recipient");
	test_assert_strcmp(bounce_proof_name(OWN), "own");
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_proof_own,
		test_bounce_proof_recipient,
		test_bounce_proof_many_fields,
		test_bounce_proof_names,
		NULL
	};
	return test_run(test_functions);
}
