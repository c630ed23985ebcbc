/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "name/address.h"
#include "base/envelope.h"
#include "verdict/policy.h"
#include "verdict/mailbox-match.h"
#include "input.h"
#include "test-common.h"

#define NONE BOUNCE_SENDER_MATCH_NONE
#define DOMAIN BOUNCE_SENDER_MATCH_DOMAIN
#define ADDRESS BOUNCE_SENDER_MATCH_ADDRESS

static void test_bounce_sender_matches(void)
{
	static const struct {
		enum bounce_sender_match match;
		const char *rcpt_to, *header;
		bool matches;
	} tests[] = {
		/* not asked for, or nothing known of the recipient */
		{ NONE, "alice@example.org", "From: x@example.com\n", TRUE },
		{ NONE, "alice@example.org", "", TRUE },
		{ DOMAIN, NULL, "From: x@example.com\n", TRUE },
		{ ADDRESS, NULL, "", TRUE },
		{ DOMAIN, "alice", "From: x@example.com\n", TRUE },

		{ DOMAIN, "alice@example.org", "From: alice@example.org\n",
		  TRUE },
		{ DOMAIN, "alice@example.org", "From: bob@EXAMPLE.org\n",
		  TRUE },
		{ DOMAIN, "alice@example.org",
		  "From: \"A, B\" <bob@example.org> (x)\n", TRUE },
		{ DOMAIN, "alice@example.org.", "From: bob@example.org\n",
		  TRUE },
		{ DOMAIN, "alice@example.org",
		  "From: =?utf-8?Q?x@example.com?= <a@example.org>\n", TRUE },
		/* subdomains, both ways */
		{ DOMAIN, "alice@example.org", "From: a@news.example.org\n",
		  TRUE },
		{ DOMAIN, "alice@mail.example.org", "From: a@example.org\n",
		  TRUE },
		/* but no sisters, and no names that only end alike */
		{ DOMAIN, "alice@a.example.org", "From: a@b.example.org\n",
		  FALSE },
		{ DOMAIN, "alice@example.org", "From: a@badexample.org\n",
		  FALSE },
		{ DOMAIN, "alice@badexample.org", "From: a@example.org\n",
		  FALSE },
		{ DOMAIN, "alice@example.org", "From: a@example.com\n",
		  FALSE },
		{ DOMAIN, "alice@example.org", "From: a@example.org.evil\n",
		  FALSE },
		{ DOMAIN, "alice@example.org", "From: a@org\n", TRUE },
		/* no sender */
		{ DOMAIN, "alice@example.org", "", FALSE },
		/* two readings, one of them ours */
		{ DOMAIN, "alice@example.org",
		  "From: x@example.com@example.org\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: a@example.org@example.com\n", FALSE },
		/* the quoted string before it does not matter */
		{ DOMAIN, "alice@example.org",
		  "From: \"x@y\" <a@example.org>, \"B\"\n", TRUE },
		{ DOMAIN, "alice@example.org",
		  "From: a@example.org, \"x@y\"\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: X <x@example.com@example.org>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: <a@example.org> x <x@example.com>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: <a@example.org> x <b@example.org>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: <x@example.com <a@example.org>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: a@example.org, \"X <x@example.com>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: \"x@y@z\" (<@>) <a@example.org>\n", TRUE },
		{ DOMAIN, "alice@example.org",
		  "From: A <a@example.org>, b@example.org\n", TRUE },
		{ DOMAIN, "alice@example.org", "From: \n", FALSE },
		{ DOMAIN, "alice@example.org", "From: <>\n", FALSE },
		{ DOMAIN, "alice@example.org", "From: alice\n", FALSE },
		{ DOMAIN, "alice@example.org", "Sender: a@example.org\n",
		  FALSE },
		{ DOMAIN, "@", "From: a@example.org\n", FALSE },
		{ DOMAIN, "alice@", "From: a@\n", FALSE },
		/* several addresses, and the first field only */
		{ DOMAIN, "alice@example.org",
		  "From: x@example.com, a@example.org\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: a@example.org, x@example.com\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: A <a@example.org>, B <b@mail.example.org>\n", TRUE },
		{ DOMAIN, "alice@example.org",
		  "From: x@example.com, y@example.com\n"
		  "Sender: a@example.org\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: Us: a@example.org, b@example.org;\n", TRUE },
		{ DOMAIN, "alice@example.org",
		  "From: Us: a@example.org, b@example.com;\n", FALSE },
		{ DOMAIN, "alice@example.org", "From: Us:;\n", FALSE },
		/* what is before the colon, or behind the semicolon */
		{ DOMAIN, "alice@example.org",
		  "From: a@example.org: x@example.com;\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: <a@example.org>: x@example.com;\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: a@example.org: b@example.org;\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: <a@example.org>:;\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: a@example.org:;\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: a@example.org; x@example.com\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: a@example.org; X <x@example.com>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: Us: a@example.org;, b@example.org; x@example.com\n",
		  FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: Us: a@example.org;, b@example.org\n", TRUE },
		{ DOMAIN, "alice@example.org", "From: a@example.org;\n",
		  TRUE },
		/* addresses that the parser does not return */
		{ DOMAIN, "alice@example.org",
		  "From: <a@example.org>x, <x@example.com>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: <a@example.org>, .<x@example.com>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: <a@example.org> x@example.com\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: x@example.com., a@example.org\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: \"x@example.com\", <a@example.org>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: A, B <a@example.org>\n", TRUE },
		{ DOMAIN, "alice@example.org",
		  "From: a@example.org <x@example.com>,\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: X, a@example.org <x@example.com>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: \"X\" a@example.org <x@example.com>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: \"x@y\"@example.org, a@example.org\n", TRUE },
		{ DOMAIN, "alice@example.org",
		  "From: x@example.com\nFrom: a@example.org\n", FALSE },
		/* what only looks like the address */
		{ DOMAIN, "alice@example.org",
		  "From: x@example.com (<a@example.org>)\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: X <x@example.com> (<a@example.org)\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: <x@example.com> <a@example.org>\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: X <x@example.com> (a <a@example.org\n", FALSE },
		{ DOMAIN, "alice@example.org",
		  "From: \"<x@example.com>\" <a@example.org>\n", TRUE },
		/* a name with an @ in it, and no quotes */
		{ DOMAIN, "alice@example.org",
		  "From: x@example.com <a@example.org>\n", TRUE },
		{ DOMAIN, "alice@example.org",
		  "From: a@example.org <x@example.com>\n", FALSE },
		/* a quoted local part with an @ in it */
		{ DOMAIN, "\"a@example.com\"@example.org",
		  "From: b@example.org\n", TRUE },

		{ ADDRESS, "alice@example.org", "From: Alice@Example.ORG\n",
		  TRUE },
		{ ADDRESS, "alice+tag@example.org",
		  "From: alice@example.org\n", TRUE },
		{ ADDRESS, "alice@example.org",
		  "From: alice+tag@example.org\n", TRUE },
		{ ADDRESS, "alice@example.org", "From: bob@example.org\n",
		  FALSE },
		{ ADDRESS, "alice@example.org", "From: alic@example.org\n",
		  FALSE },
		{ ADDRESS, "alice@example.org",
		  "From: alice@mail.example.org\n", FALSE },
		{ ADDRESS, "alice@example.org", "From: alice@example.com\n",
		  FALSE },
		{ ADDRESS, "alice@example.org", "From: @example.org\n",
		  FALSE },
		{ ADDRESS, "alice@example.org", "", FALSE },
		{ ADDRESS, "alice@example.org",
		  "From: alice@example.org, alice+x@example.org\n", TRUE },
		{ ADDRESS, "alice@example.org",
		  "From: alice@example.org, bob@example.org\n", FALSE },
		{ ADDRESS, "alice@example.org.", "From: alice@example.org\n",
		  TRUE },
		/* quotes say nothing of the mailbox */
		{ ADDRESS, "\"alice\"@example.org",
		  "From: alice@example.org\n", TRUE },
		{ ADDRESS, "alice@example.org",
		  "From: \"ali\\ce\"@example.org\n", TRUE },
		{ ADDRESS, "\"a b\"@example.org",
		  "From: \"a b\"@example.org\n", TRUE },
		{ ADDRESS, "\"a@b\"@example.org",
		  "From: \"a@b\"@example.org\n", TRUE },
		/* what servers made of it */
		{ ADDRESS, "prvs=1234abcdef=alice@example.org",
		  "From: alice@example.org\n", TRUE },
		{ ADDRESS, "alice+prvs=1234abcdef@example.org",
		  "From: alice@example.org\n", TRUE },
		{ ADDRESS, "SRS0=x1Y=T9=example.org=alice@relay.example.com",
		  "From: alice@example.org\n", TRUE },
		{ DOMAIN, "SRS0=x1Y=T9=example.org=alice@relay.example.com",
		  "From: bob@example.org\n", TRUE },
		{ DOMAIN, "SRS0=x1Y=T9=example.org=alice@relay.example.com",
		  "From: bob@example.net\n", FALSE },
		{ ADDRESS, "SRS0=x1Y=T9=example.org=alice+x@relay.example.com",
		  "From: alice@example.org\n", TRUE },
		{ ADDRESS, "srs0=x=T9=example.org=prvs=1234abcdef=alice@r.org",
		  "From: alice@example.org\n", TRUE },
		{ ADDRESS, "SRS1=h=f.com==x=T9=example.org=alice@r.org",
		  "From: alice@example.org\n", TRUE },
	};
	unsigned int i;

	test_begin("bounce sender matches");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const struct bounce_envelope envelope = {
			.rcpt_to = tests[i].rcpt_to
		};
		pool_t pool = pool_alloconly_create("sender", 1024);
		size_t size = strlen(tests[i].header);
		unsigned char *copy = test_input_copy(tests[i].header, size);
		struct bounce_policy policy;

		bounce_policy_init(&policy);
		policy.sender_match = tests[i].match;
		test_assert_idx(bounce_sender_matches(&policy, &envelope,
			bounce_header_parse(pool, copy, size), NULL) ==
			tests[i].matches, i);
		i_free(copy);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Whatever is known of the mailbox. */
static void test_bounce_sender_mailbox(void)
{
	static const struct {
		enum bounce_sender_match match;
		struct bounce_envelope envelope;
		const char *delimiter, *aliases, *from;
		bool matches;
	} tests[] = {
		/* nothing is known of it: not held against it */
		{ ADDRESS, { NULL }, "+", "", "x@example.com", TRUE },
		{ ADDRESS, { .rcpt_to = "alice", .user = "alice" }, "+", "",
		  "x@example.com", TRUE },
		{ ADDRESS, { .rcpt_to = "alice" }, "+", "bob@example.org",
		  "x@example.com", TRUE },
		/* each of the envelope's addresses will do */
		{ ADDRESS, { .rcpt_to = "a@mailhost.lan",
			     .orcpt = "alice@example.org" },
		  "+", "", "alice@example.org", TRUE },
		{ ADDRESS, { .rcpt_to = "a@mailhost.lan",
			     .orcpt = "prvs=0123abcdef=alice@example.org" },
		  "+", "", "alice@example.org", TRUE },
		{ DOMAIN, { .rcpt_to = "a@mailhost.lan",
			    .orcpt = "alice@example.org" },
		  "+", "", "bob@example.org", TRUE },
		{ DOMAIN, { .rcpt_to = "a@mailhost.lan",
			    .orcpt = "alice@example.org" },
		  "+", "", "bob@example.com", FALSE },
		{ ADDRESS, { .orcpt = "alice@example.org" },
		  "+", "", "bob@example.org", FALSE },
		{ ADDRESS, { .rcpt_to = "info@example.org",
			     .user = "alice@example.org" },
		  "+", "", "alice@example.org", TRUE },
		{ ADDRESS, { .rcpt_to = "alice",
			     .user = "alice@example.org" },
		  "+", "", "bob@example.org", FALSE },
		/* the delimiters */
		{ ADDRESS, { .rcpt_to = "alice-x@example.org" }, "-", "",
		  "alice@example.org", TRUE },
		{ ADDRESS, { .rcpt_to = "alice-x@example.org" }, "+", "",
		  "alice@example.org", FALSE },
		{ ADDRESS, { .rcpt_to = "alice+x@example.org" }, "-", "",
		  "alice@example.org", FALSE },
		{ ADDRESS, { .rcpt_to = "alice_x@example.org" }, "+-_", "",
		  "alice@example.org", TRUE },
		{ ADDRESS, { .rcpt_to = "alice-x+y@example.org" }, "+-", "",
		  "alice@example.org", TRUE },
		{ ADDRESS, { .rcpt_to = "alice+x@example.org" }, "", "",
		  "alice@example.org", FALSE },
		{ ADDRESS, { .rcpt_to = "alice+x@example.org" }, NULL, "",
		  "alice@example.org", FALSE },
		{ ADDRESS, { .rcpt_to = "+x@example.org" }, "+", "",
		  "+y@example.org", FALSE },
		/* aliases */
		{ ADDRESS, { .rcpt_to = "alice@example.org" }, "+",
		  "sales@example.org", "Sales@Example.org", TRUE },
		{ ADDRESS, { .rcpt_to = "alice@example.org" }, "+",
		  "sales@example.org, info@example.com",
		  "info+x@example.com", TRUE },
		{ ADDRESS, { .rcpt_to = "alice@example.org" }, "+",
		  "sales@example.org", "salesman@example.org", FALSE },
		{ ADDRESS, { .rcpt_to = "alice@example.org" }, "+",
		  "@example.com", "anybody@EXAMPLE.com", TRUE },
		{ ADDRESS, { .rcpt_to = "alice@example.org" }, "+",
		  "@example.com.", "anybody@example.com", TRUE },
		{ ADDRESS, { .rcpt_to = "alice@example.org" }, "+",
		  "@example.com", "anybody@mail.example.com", FALSE },
		{ DOMAIN, { .rcpt_to = "alice@example.org" }, "+",
		  "@example.com", "anybody@mail.example.com", TRUE },
		/* A-labels and U-labels */
		{ ADDRESS, { .rcpt_to = "a@xn--bcher-kva.example" }, "+", "",
		  "a@b\xc3\xbc" "cher.example", TRUE },
		{ ADDRESS, { .rcpt_to = "alice@example.org" }, "+",
		  "@b\xc3\xbc" "cher.example", "b@xn--bcher-kva.example",
		  TRUE },
		{ DOMAIN, { .rcpt_to = "alice@example.org" }, "+",
		  "info@example.com", "anybody@example.com", TRUE },
		{ DOMAIN, { .rcpt_to = "alice@example.org" }, "+",
		  "info@example.com", "anybody@example.net", FALSE },
	};
	unsigned int i;

	test_begin("bounce sender mailbox");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("sender", 1024);
		const char *header =
			t_strdup_printf("From: <%s>\n", tests[i].from);
		struct bounce_policy policy;
		const char *error;

		bounce_policy_init(&policy);
		policy.sender_match = tests[i].match;
		policy.recipient_delimiter = tests[i].delimiter;
		test_assert_idx(bounce_address_parse_patterns(pool,
			tests[i].aliases, &policy.aliases, &error) == 0, i);
		test_assert_idx(bounce_sender_matches(&policy,
			&tests[i].envelope,
			bounce_header_parse(pool,
				(const unsigned char *)header, strlen(header)),
			NULL) == tests[i].matches, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Sender counts if it was signed, and only where From is several. */
static void test_bounce_sender_sender(void)
{
	static const struct {
		const char *h, *header;
		bool matches;
	} tests[] = {
		{ "from:sender", "From: x@example.com, a@example.org\n"
		  "Sender: a@example.org\n", TRUE },
		{ "from:sender", "From: x@example.com, y@example.com\n"
		  "Sender: A <a@example.org>\n", TRUE },
		{ "from", "From: x@example.com, a@example.org\n"
		  "Sender: a@example.org\n", FALSE },
		{ "from:sender", "From: a@example.org, b@example.org\n"
		  "Sender: x@example.com\n", FALSE },
		{ "from:sender", "From: x@example.com\n"
		  "Sender: a@example.org\n", FALSE },
		{ "from:sender", "From: a@example.org\n"
		  "Sender: x@example.com\n", TRUE },
		/* no Sender, and none that is one */
		{ "from:sender", "From: a@example.org, b@example.org\n",
		  TRUE },
		{ "from:sender", "From: x@example.com, a@example.org\n",
		  FALSE },
		{ "from:sender", "From: x@example.com, a@example.org\n"
		  "Sender: a@example.org, b@example.org\n", FALSE },
		{ "from:sender", "From: x@example.com, a@example.org\n"
		  "Sender: a@example.org\nSender: a@example.org\n", FALSE },
		{ "from:sender", "From: x@example.com, a@example.org\n"
		  "Sender: \n", FALSE },
	};
	static const struct bounce_envelope envelope = {
		.rcpt_to = "alice@example.org"
	};
	unsigned int i;

	test_begin("bounce sender and Sender");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("sender", 4096);
		const char *text = t_strdup_printf("DKIM-Signature: v=1; "
			"a=rsa-sha256; d=example.org; s=s; h=%s; "
			"bh=AAAA; b=AAAA\n%s", tests[i].h, tests[i].header);
		const struct bounce_header *header = bounce_header_parse(pool,
			(const unsigned char *)text, strlen(text));
		const struct bounce_dkim_signatures *sigs =
			bounce_dkim_signatures_parse(pool, header, NULL);
		struct bounce_policy policy;

		bounce_policy_init(&policy);
		test_assert_idx(sigs->count == 1, i);
		test_assert_idx(bounce_sender_matches(&policy, &envelope,
			header, &sigs->sigs[0]) == tests[i].matches, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_sender_many(void)
{
	static const struct bounce_envelope envelope = {
		.rcpt_to = "alice@example.org"
	};
	struct bounce_policy policy;
	unsigned int i, count;

	test_begin("bounce sender of many addresses");
	bounce_policy_init(&policy);
	for (count = 99; count <= 102; count++) T_BEGIN {
		pool_t pool = pool_alloconly_create("sender", 4096);
		string_t *str = t_str_new(4096);

		str_append(str, "From: a@example.org");
		for (i = 1; i < count; i++)
			str_append(str, ",a@example.org");
		str_append(str, "\n");
		test_assert_idx(bounce_sender_matches(&policy, &envelope,
			bounce_header_parse(pool, str_data(str), str_len(str)),
			NULL) == (count <= 100), count);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_policy_defaults(void)
{
	struct bounce_policy policy;

	test_begin("bounce policy defaults");
	memset(&policy, 0xff, sizeof(policy));
	bounce_policy_init(&policy);
	test_assert(policy.domains == NULL);
	test_assert(policy.min_rsa_bits == 1024);
	test_assert(policy.sender_match == DOMAIN);
	test_assert_strcmp(policy.recipient_delimiter, "+");
	test_assert(policy.aliases == NULL);
	test_assert(policy.max_age == 1209600);
	test_assert(policy.queue_lifetime == 432000);
	test_assert(policy.signed_since == 0 && policy.now == 0);
	test_end();
}

static void test_bounce_sender_is_mailbox(void)
{
	static const char *const aliases[] = {
		"smith@example.org", "@alice.example", NULL
	};
	static const struct {
		const char *text;
		bool is;
	} tests[] = {
		{ "alice@example.org", TRUE },
		{ "Alice+x@EXAMPLE.org", TRUE },
		{ "smith@example.org", TRUE },
		{ "any@alice.example", TRUE },
		{ "inner@example.net", TRUE },
		{ "alice", TRUE },
		{ "alice+x", TRUE },
		{ "bob", FALSE },
		/* whatever the policy binds to */
		{ "bob@example.org", FALSE },
		{ "alice@sub.example.org", FALSE },
		{ "alice@", FALSE },
		{ "@example.org", FALSE },
		{ "", FALSE },
	};
	const struct bounce_envelope envelope = {
		.rcpt_to = "alice@example.org",
		.orcpt = "prvs=1234abcdef=inner@example.net"
	}, nobody = { .user = "alice" };
	struct bounce_policy policy;
	unsigned int i;

	test_begin("bounce sender: is the mailbox");
	bounce_policy_init(&policy);
	policy.sender_match = BOUNCE_SENDER_MATCH_DOMAIN;
	policy.recipient_delimiter = "+";
	policy.aliases = aliases;
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(bounce_sender_is_mailbox(&policy, &envelope,
				tests[i].text) == tests[i].is, i);
	}
	test_assert(!bounce_sender_is_mailbox(&policy, &nobody, "alice"));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_sender_matches,
		test_bounce_sender_is_mailbox,
		test_bounce_sender_mailbox,
		test_bounce_sender_sender,
		test_bounce_sender_many,
		test_bounce_policy_defaults,
		NULL
	};
	return test_run(test_functions);
}
