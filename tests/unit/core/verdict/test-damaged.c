/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "verdict/damaged.h"
#include "name/own-domains.h"
#include "base/envelope.h"
#include "message/message.h"
#include "verdict/policy.h"
#include "verdict/reasons.h"
#include "verdict/signatures.h"
#include "dkim-signer.h"
#include "test-common.h"

#include <openssl/err.h>

#define BH "bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="
#define HEADER "from:alice@example.org\r\nsubject:hi\r\n"
#define NAMES "from:subject"
#define A40 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define FORGED_RSA A40 A40 A40 A40 "AAAAAAAAAAA="
#define FORGED_ED25519 A40 A40 "AAAAAA=="

static struct test_signer_key rsa, rsa_other, ed25519;

/*
 * A source of keys: selectors that begin with r and e have them, with o another
 * one than has signed; t cannot be looked up, and any other is missing
 */

struct test_source {
	struct bounce_key_source source;
	/* selectors of the keys that are known without a lookup */
	const char *known;
	time_t retired;
	/* "selector/domain " of each lookup, and how many domains' known keys
	   were asked for */
	string_t *asked;
	unsigned int known_count;
};

static void
query_answer(struct test_source *test, struct bounce_key_query *query)
{
	struct test_signer_key *key = NULL;

	query->status = BOUNCE_KEY_MISSING;
	query->origin = BOUNCE_KEY_ORIGIN_DNS;
	query->error = "because";
	switch (query->selector[0]) {
	case 'r':
		key = &rsa;
		break;
	case 'o':
		key = &rsa_other;
		break;
	case 'e':
		key = &ed25519;
		break;
	case 't':
		query->status = BOUNCE_KEY_TEMPERROR;
		break;
	}
	if (key != NULL) {
		query->status = BOUNCE_KEY_FOUND;
		query->key = key->key;
		query->key->retired = test->retired;
		bounce_key_ref(query->key);
	}
}

static void
test_lookup(struct bounce_key_source *source, pool_t pool ATTR_UNUSED,
	    struct bounce_key_query *queries, unsigned int count)
{
	struct test_source *test = (struct test_source *)source;

	test_assert(count == 1);
	str_printfa(test->asked, "%s/%s ", queries->selector,
		    queries->domain);
	query_answer(test, queries);
}

static unsigned int
test_known(struct bounce_key_source *source, pool_t pool, const char *domain,
	   struct bounce_key_query *queries, unsigned int max)
{
	struct test_source *test = (struct test_source *)source;
	unsigned int i;

	test->known_count++;
	test_assert(max > 0 && max <= BOUNCE_DKIM_MAX_DAMAGED_KEYS);
	for (i = 0; i < max && test->known[i] != '\0'; i++) {
		i_zero(&queries[i]);
		queries[i].selector = p_strdup_printf(pool, "%ck%u",
						      test->known[i], i);
		queries[i].domain = p_strdup(pool, domain);
		query_answer(test, &queries[i]);
	}
	return i;
}

/*
 * One signature
 */

struct damaged_test {
	const char *name;
	/* its first letter says which key */
	const char *selector;
	/* made after it was signed: what is changed to what */
	const char *what, *by;
	/* b= that is not signed with a key */
	const char *forged;
	/* NULL: example.org */
	const char *domain;
	const char *known;
	time_t retired;
	/* the domain whose key is found to have made it; NULL: example.org */
	const char *made_by;

	enum bounce_dkim_header header;
	enum bounce_reason reason;
	const char *asked;
};

struct test_run {
	pool_t pool;
	struct bounce_policy policy;
	struct test_source source;
	struct bounce_damaged damaged;
};

static const struct bounce_envelope envelope = {
	.mail_from = "", .rcpt_to = "alice@example.org"
};

static void run_init(struct test_run *run)
{
	struct bounce_domains *domains;
	const char *error;

	i_zero(run);
	run->pool = pool_alloconly_create("damaged", 8192);
	if (bounce_domains_parse(run->pool, "example.org .example.com",
				 &domains, &error) < 0)
		i_unreached();
	bounce_policy_init(&run->policy);
	run->policy.domains = domains;
	run->source.source.lookup = test_lookup;
	run->source.asked = str_new(default_pool, 64);
	run->damaged.pool = run->pool;
	run->damaged.policy = &run->policy;
	run->damaged.envelope = &envelope;
	run->damaged.keys = &run->source.source;
}

static void run_deinit(struct test_run *run)
{
	bounce_damaged_deinit(&run->damaged);
	/* every reference was dropped */
	test_assert(rsa.key->refcount == 1 && rsa_other.key->refcount == 1 &&
		    ed25519.key->refcount == 1);
	test_assert(ERR_peek_error() == 0);
	str_free(&run->source.asked);
	pool_unref(&run->pool);
}

static const char *t_replace(const char *str, const char *what, const char *by)
{
	const char *p = strstr(str, what);

	i_assert(p != NULL);
	return t_strconcat(t_strdup_until(str, p), by, p + strlen(what), NULL);
}

/* The header as it came back. */
static const char *t_returned(const struct damaged_test *test)
{
	bool ed = test->selector[0] == 'e';
	const char *field = t_strdup_printf("dkim-signature:v=1; a=%s; "
		"c=relaxed/relaxed; d=%s; s=%s; t=1800000000; h="NAMES"; "
		BH"; b=%s", ed ? "ed25519-sha256" : "rsa-sha256",
		test->domain == NULL ? "example.org" : test->domain,
		test->selector,
		test->forged == NULL ? TEST_SIGNER_B : test->forged);
	const char *header;

	/* the selector's first letter says which key is found by it: others
	   are signed with the one of ours */
	header = test->forged != NULL ?
		t_strconcat(field, "\r\n"HEADER, NULL) :
		t_test_signer_header(ed ? ed25519.pkey : rsa.pkey,
				     BOUNCE_DKIM_CANON_RELAXED, HEADER, NAMES,
				     field);
	return test->what == NULL ? header :
		t_replace(header, test->what, test->by);
}

/* Judges the first signature of the header. */
static void
run_check(struct test_run *run, const char *header,
	  struct bounce_signature_evidence *evidence_r)
{
	struct bounce_original *original =
		p_new(run->pool, struct bounce_original, 1);
	const struct bounce_dkim_signatures *sigs;
	struct bounce_key_query query;
	bool readable;

	header = p_strdup(run->pool, header);
	original->message.header = bounce_header_parse(run->pool,
		(const void *)header, strlen(header));
	sigs = bounce_dkim_signatures_parse(run->pool,
					    original->message.header,
					    run->policy.domains);
	test_assert(sigs->count == 1);
	i_zero(evidence_r);
	evidence_r->original = original;
	evidence_r->sig = &sigs->sigs[0];
	test_assert(bounce_dkim_signature_may_be_own(&sigs->sigs[0]));

	i_zero(&query);
	query.selector = sigs->sigs[0].selector;
	query.domain = sigs->sigs[0].domain;
	readable = sigs->sigs[0].own && query.selector[0] != '\0';
	if (readable)
		query_answer(&run->source, &query);
	bounce_damaged_check(&run->damaged, evidence_r, query.key != NULL ?
			     &query : NULL);
	bounce_key_unref(&query.key);
}

static void damaged_test_run(const struct damaged_test *test)
{
	struct bounce_signature_evidence evidence;
	struct test_run run;
	bool ours = test->header == BOUNCE_DKIM_HEADER_PASS ||
		test->reason == BOUNCE_REASON_ALTERED;

	test_begin(t_strconcat("bounce damaged: ", test->name, NULL));
	run_init(&run);
	run.source.retired = test->retired;
	if (test->known != NULL) {
		run.source.known = test->known;
		run.source.source.known = test_known;
	}
	run_check(&run, t_returned(test), &evidence);
	test_assert_strcmp(bounce_dkim_header_name(evidence.header),
			   bounce_dkim_header_name(test->header));
	test_assert_strcmp(bounce_reason_name(evidence.reason),
			   bounce_reason_name(test->reason));
	test_assert_strcmp(str_c(run.source.asked),
			   test->asked == NULL ? "" : test->asked);
	/* who fails says why */
	test_assert((evidence.text == NULL) ==
		    (test->header == BOUNCE_DKIM_HEADER_PASS));
	/* what is proven is told of the key that proves it */
	test_assert(evidence.sig->own || !ours);
	test_assert((evidence.key_bits > 0) == ours);
	if (ours) {
		test_assert_strcmp(evidence.sig->domain, test->made_by == NULL ?
				   "example.org" : test->made_by);
	}
	test_assert(evidence.repair == NULL ||
		    test->header == BOUNCE_DKIM_HEADER_PASS);
	run_deinit(&run);
	test_end();
}

#define PASS .header = BOUNCE_DKIM_HEADER_PASS
#define ALTERED .header = BOUNCE_DKIM_HEADER_FAIL, \
	.reason = BOUNCE_REASON_ALTERED
#define BAD .header = BOUNCE_DKIM_HEADER_FAIL, \
	.reason = BOUNCE_REASON_BAD_SIGNATURE
#define DAMAGED .header = BOUNCE_DKIM_HEADER_PERMERROR, \
	.reason = BOUNCE_REASON_DAMAGED
#define FOREIGN .header = BOUNCE_DKIM_HEADER_SKIPPED, \
	.reason = BOUNCE_REASON_FOREIGN_SIGNATURE

/* The damage is undone, and the key that is named verifies it. */
static void test_bounce_damaged_undone(void)
{
	static const struct damaged_test tests[] = {
		{ "a break in d=", "r1", "d=exa", "d=e\r\n xa", PASS,
		  .asked = "r1/example.org " },
		{ "a break in d=, Ed25519", "e1", "d=exa", "d=e\r\n xa", PASS,
		  .asked = "e1/example.org " },
		{ "a no-break space", "e1", "c=rel", "c=\xc2\xad" "rel",
		  PASS },
		{ "a break in s=", "e1", "s=e1", "s=e\r\n 1", PASS,
		  .asked = "e1/example.org " },
		{ "a break in a=", "e1", "sha256", "sh\r\n a256", PASS },
		{ "a soft break in d=", "e1", "d=exa", "d=e=\r\nxa", PASS,
		  .asked = "e1/example.org " },
		{ "a link", "e1", "d=example.org", "d=<http://example.org>",
		  PASS, .asked = "e1/example.org " },
		{ "a link defanged", "e1", "d=example.org",
		  "d=example[.]org", PASS, .asked = "e1/example.org " },
		{ "a zero width space in s=", "e1", "s=e1",
		  "s=e\xe2\x80\x8b" "1", PASS },
		{ "renamed", "e1", "dkim-signature", "X-DKIM-Signature",
		  PASS },
		{ "renamed otherwise", "e1", "dkim-signature",
		  "X-DKIM_Signature-Orig", PASS },
		{ "a break in d=, s= is a letter", "e", "d=exa", "d=e\r\n xa",
		  PASS, .asked = "e/example.org " },
		{ "a break in d=, a known key", "e1", "d=exa", "d=e\r\n xa",
		  .known = "e", PASS },
		{ "a notice behind b=", "e1", HEADER, "*** cut ***\r\n"HEADER,
		  .domain = "a.example.com", .made_by = "a.example.com", PASS },
		{ "a line within h= with a colon", "r1",
		  "h=from:subject", "h=from\r\n:subject", PASS },
		{ "a line within h= that looks like a field", "r1",
		  "h=from:subject", "h=fr\r\nom:subject", PASS }
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		damaged_test_run(&tests[i]);
	} T_END;
}

/* More was changed than can be undone. */
static void test_bounce_damaged_altered(void)
{
	static const struct damaged_test tests[] = {
		{ "a value lost", "r1", " bh=", " bh=x", ALTERED },
		{ "a value lost, Ed25519", "e1", " bh=", " bh=x", DAMAGED },
		{ "brackets in d=", "r1", "d=example.org", "d=example.org[1]",
		  .known = "er", ALTERED },
		{ "brackets in d=, the selector's key",
		  "r1", "d=example.org", "d=example.org[1]", DAMAGED },
		{ "t= broken", "r1", " t=", " t=x", ALTERED },
		{ "no tags left but b=", "r1", "v=1; a=rsa-sha256;", "x",
		  .known = "r", ALTERED },
		{ "no s=, and only d= names the domain", "r1", "; s=r1;", ";",
		  .domain = "a.example.com", .made_by = "a.example.com",
		  .known = "r", ALTERED },
		/* a stranger has used our key: its d= cannot be read */
		{ "a break in d=, not ours", "x1", "d=exa", "d=e\r\n xa",
		  .domain = "example.net", .known = "r", ALTERED },
		{ "a break in d=, not ours, Ed25519", "e1", "d=exa",
		  "d=e\r\n xa", .domain = "example.net", .known = "e",
		  DAMAGED }
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		damaged_test_run(&tests[i]);
	} T_END;
}

/* No key of ours made it. */
static void test_bounce_damaged_not_ours(void)
{
	static const struct damaged_test tests[] = {
		{ "forged", "r1", "d=exa", "d=e\r\n xa",
		  .forged = FORGED_RSA, BAD, .asked = "r1/example.org " },
		{ "forged, Ed25519, and d= broken", "e1", "d=exa",
		  "d=e\r\n xa", .forged = FORGED_ED25519, DAMAGED,
		  .asked = "e1/example.org " },
		{ "forged, Ed25519", "e1", .forged = FORGED_ED25519, BAD },
		{ "made with another key", "o1", "d=exa", "d=e\r\n xa", BAD,
		  .asked = "o1/example.org " },
		/* guesses say something where nothing names a key */
		{ "forged, and no name", "r1", "; s=r1;", ";",
		  .forged = FORGED_RSA, .known = "r", BAD },
		/* a retired key has a successor of its size */
		{ "forged, no name, and only retired keys", "r1", "; s=r1;",
		  ";", .forged = FORGED_RSA, .known = "r", .retired = 1,
		  DAMAGED },
		{ "of a key of another size", "r1", .forged = A40 A40 A40 A40
		  A40 A40 A40 A40 "AAAAAAAAAAAAAAAAAAAAAA==", BAD },
		{ "short", "r1", "d=exa", "d=e\r\n xa", .forged = "AAAA",
		  .asked = "r1/example.org ", DAMAGED },
		{ "From stands in it", "r1", "\r\nfrom:", " From: ",
		  .forged = "AAAA", .header = BOUNCE_DKIM_HEADER_PERMERROR,
		  .reason = BOUNCE_REASON_BAD_SIGNATURE },
		{ "the key's name is missing", "x1", "d=exa", "d=e\r\n xa",
		  .forged = "AAAA", DAMAGED, .asked = "x1/example.org " },
		{ "the DNS is down", "t1", "d=exa", "d=e\r\n xa",
		  .forged = "AAAA", .header = BOUNCE_DKIM_HEADER_TEMPERROR,
		  .reason = BOUNCE_REASON_DNS, .asked = "t1/example.org " },
		/* an encoding hides whose it is, joined lines are a guess */
		{ "another's, encoded", "e1", "d=example.net",
		  "d=example\xe2\x80\x8b.net", .domain = "example.net",
		  FOREIGN },
		{ "another's, broken", "e1", "d=exa", "d=e\r\n xa",
		  .domain = "example.net", DAMAGED }
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		damaged_test_run(&tests[i]);
	} T_END;
}

/* In so many ways that no more candidates have a place: a zero width space and
   a bracket, a bare line break, a folded one, and a notice behind b=. */
static void test_bounce_damaged_candidates(void)
{
	static const struct damaged_test test = {
		.selector = "r1", .what = "d=exam", .by = "d=<e\xe2\x80\x8bxam"
	};
	struct bounce_signature_evidence evidence;
	struct test_run run;
	const char *header;

	test_begin("bounce damaged: all candidates");
	run_init(&run);
	header = t_replace(t_returned(&test), "c=rel", "c=r\r\nel");
	header = t_replace(header, "; h=", ";\r\n h=");
	header = t_replace(header, HEADER, "*** cut ***\r\n"HEADER);
	run_check(&run, header, &evidence);
	test_assert(evidence.header == BOUNCE_DKIM_HEADER_PASS);
	run_deinit(&run);
	test_end();
}

/*
 * What one message may cost
 */

/* A field that is a piece of the signature is taken for one if they are not too
   large together. */
static void test_bounce_damaged_size(void)
{
	static const struct damaged_test test = {
		.selector = "r1", .what = "h=from:", .by = "h=fr\r\nom:"
	};
	const char *header = t_returned(&test), *spaces;
	size_t size = strstr(header, "\r\n"HEADER) - strchr(header, ':') - 1;
	struct bounce_signature_evidence evidence;
	struct test_run run;
	unsigned int i;

	test_begin("bounce damaged: size");
	for (i = 0; i < 2; i++) {
		spaces = t_strdup_printf(" %*sbh=",
			(int)(BOUNCE_DKIM_UNDO_MAX_SIZE - size + i), "");
		run_init(&run);
		run_check(&run, t_replace(header, " bh=", spaces),
			  &evidence);
		test_assert_idx((evidence.header == BOUNCE_DKIM_HEADER_PASS) ==
				(i == 0), i);
		run_deinit(&run);
	}
	test_end();
}

static void test_bounce_damaged_limits(void)
{
	static const struct damaged_test test = {
		.selector = "r1", .what = "; s=r1;", .by = ";",
		.forged = FORGED_RSA
	}, named = {
		.selector = "x1", .what = "d=exa", .by = "d=e\r\n xa",
		.forged = "AAAA"
	}, broken = {
		.selector = "r1", .what = "d=exa", .by = "d=e\r\n xa",
		.forged = FORGED_RSA
	};
	struct bounce_signature_evidence evidence;
	struct test_run run;
	unsigned int i;

	test_begin("bounce damaged: limits");
	run_init(&run);
	run.source.source.known = test_known;
	run.source.known = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
	for (i = 0; i < 3; i++) T_BEGIN {
		run_check(&run, t_returned(&test), &evidence);
		test_assert_idx(evidence.reason == BOUNCE_REASON_DAMAGED, i);
	} T_END;
	/* each domain once, and there are more keys than have a place */
	test_assert(run.source.known_count == 1);
	test_assert(run.damaged.untried);
	test_assert(run.damaged.queries_count ==
		    BOUNCE_DKIM_MAX_DAMAGED_KEYS - 1);
	/* which is kept for the one lookup of a repaired name */
	for (i = 0; i < 3; i++) T_BEGIN {
		run_check(&run, t_returned(&named), &evidence);
	} T_END;
	test_assert_strcmp(str_c(run.source.asked), "x1/example.org ");
	test_assert(run.damaged.queries_count == BOUNCE_DKIM_MAX_DAMAGED_KEYS);
	run_deinit(&run);

	/* public-key operations */
	run_init(&run);
	run.source.source.known = test_known;
	run.source.known = "rrrr";
	for (i = 0; i < 100; i++) T_BEGIN {
		run_check(&run, t_returned(&test), &evidence);
		test_assert_idx(evidence.reason ==
			(i < BOUNCE_DKIM_MAX_DAMAGED_OPERATIONS / 4 ?
			 BOUNCE_REASON_BAD_SIGNATURE : BOUNCE_REASON_DAMAGED),
			i);
	} T_END;
	test_assert(run.damaged.operations ==
		    BOUNCE_DKIM_MAX_DAMAGED_OPERATIONS);
	run_deinit(&run);

	/* the same b= is tried once, whatever else was undone */
	run_init(&run);
	run_check(&run, t_returned(&broken), &evidence);
	test_assert(run.damaged.operations == 1);
	run_deinit(&run);

	/* domains whose keys are looked for */
	run_init(&run);
	run.source.source.known = test_known;
	run.source.known = "";
	for (i = 0; i < 2 * BOUNCE_DKIM_MAX_DAMAGED_KEYS; i++) T_BEGIN {
		const struct damaged_test many = {
			.selector = "x1", .forged = "AAAA",
			.domain = t_strdup_printf("d%u.example.com", i)
		};

		run_check(&run, t_returned(&many), &evidence);
	} T_END;
	test_assert(run.source.known_count == BOUNCE_DKIM_MAX_DAMAGED_KEYS);
	test_assert(run.damaged.untried);
	run_deinit(&run);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_damaged_undone,
		test_bounce_damaged_altered,
		test_bounce_damaged_not_ours,
		test_bounce_damaged_candidates,
		test_bounce_damaged_size,
		test_bounce_damaged_limits,
		NULL
	};
	int ret;

	test_signer_key_init_rsa(&rsa, 1024, 65537);
	test_signer_key_init_rsa(&rsa_other, 1024, 65537);
	test_signer_key_init_ed25519(&ed25519);
	ret = test_run(test_functions);
	test_signer_key_deinit(&rsa);
	test_signer_key_deinit(&rsa_other);
	test_signer_key_deinit(&ed25519);
	return ret;
}
