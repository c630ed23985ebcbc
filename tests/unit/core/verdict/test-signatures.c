/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base64.h"
#include "name/domain-name.h"
#include "name/own-domains.h"
#include "base/limits.h"
#include "base/envelope.h"
#include "verdict/policy.h"
#include "verdict/reasons.h"
#include "verdict/signatures.h"
#include "input.h"
#include "test-common.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

/* Keys are made anew in each run, and the originals signed with them here,
   by means that share nothing with the verifier: all fields are written as
   relaxed canonicalisation leaves them, so what is signed is what is there. */

#define NOW 1800000000
#define DAY 86400

enum test_key {
	KEY_RSA,
	KEY_ED25519,
	KEY_COUNT
};

static EVP_PKEY *private_keys[KEY_COUNT];
static struct bounce_key *keys[KEY_COUNT];
static struct bounce_domains *domains;

/*
 * A source of keys that remembers what it was asked
 */

struct test_source {
	struct bounce_key_source source;
	enum bounce_key_status status;
	time_t retired;
	/* how often lookup() was called, and "selector/domain " of each */
	unsigned int calls;
	bool dns;
	string_t *asked;
	unsigned int asked_count;
};

static void
test_lookup(struct bounce_key_source *source, pool_t pool,
	    struct bounce_key_query *queries, unsigned int count)
{
	struct test_source *test = (struct test_source *)source;
	unsigned int i;

	test->calls++;
	test->asked_count += count;
	test_assert(count > 0 && count <= BOUNCE_DKIM_MAX_OWN);
	for (i = 0; i < count; i++) {
		str_printfa(test->asked, "%s/%s ", queries[i].selector,
			    queries[i].domain);
		test_assert(bounce_dns_name_is_valid(queries[i].selector));
		test_assert(bounce_dns_name_is_valid(queries[i].domain));
		queries[i].status = test->status;
		queries[i].origin = test->dns ? BOUNCE_KEY_ORIGIN_DNS :
			BOUNCE_KEY_ORIGIN_DIR;
		if (test->status != BOUNCE_KEY_FOUND) {
			queries[i].error = p_strdup(pool, "because");
			continue;
		}
		queries[i].key = keys[queries[i].selector[0] == 'e' ?
				      KEY_ED25519 : KEY_RSA];
		queries[i].key->retired = test->retired;
		bounce_key_ref(queries[i].key);
	}
}

/* As many of its keys as are wanted, all of them the same. */
static unsigned int
test_known(struct bounce_key_source *source, pool_t pool,
	   const char *domain, struct bounce_key_query *queries,
	   unsigned int max)
{
	struct test_source *test = (struct test_source *)source;
	unsigned int i;

	test_assert(max > 0 && max <= BOUNCE_DKIM_MAX_DAMAGED_KEYS);
	for (i = 0; i < max; i++) {
		i_zero(&queries[i]);
		queries[i].selector = p_strdup_printf(pool, "k%u", i);
		queries[i].domain = p_strdup(pool, domain);
		queries[i].status = BOUNCE_KEY_FOUND;
		queries[i].origin = BOUNCE_KEY_ORIGIN_DIR;
		queries[i].key = keys[i % 2 == 0 ? KEY_ED25519 : KEY_RSA];
		queries[i].key->retired = test->retired;
		bounce_key_ref(queries[i].key);
	}
	return max;
}

static void test_source_init(struct test_source *source)
{
	i_zero(source);
	source->source.lookup = test_lookup;
	source->asked = str_new(default_pool, 128);
}

/*
 * Signed originals
 */

struct test_sig {
	/* its first letter says which key */
	const char *selector;
	const char *domain;
	/* 0: none */
	int64_t timestamp, expires;
	/* written after s= */
	const char *extra;
	/* b= is this */
	const char *b;
};

static const char *t_base64(const void *data, size_t size)
{
	buffer_t *buf = t_buffer_create(512);

	base64_encode(data, size, buf);
	return str_c(buf);
}

static const char *t_sign(enum test_key key, const char *input)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char digest[SHA256_DIGEST_LENGTH], sig[512];
	size_t size = sizeof(sig);
	int ret;

	if (key == KEY_RSA) {
		ret = EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL,
					 private_keys[key]) == 1 &&
			EVP_DigestSign(ctx, sig, &size, (const void *)input,
				       strlen(input)) == 1;
	} else {
		/* RFC 8463 section 3: the hash is what is signed */
		SHA256((const void *)input, strlen(input), digest);
		ret = EVP_DigestSignInit(ctx, NULL, NULL, NULL,
					 private_keys[key]) == 1 &&
			EVP_DigestSign(ctx, sig, &size, digest,
				       sizeof(digest)) == 1;
	}
	i_assert(ret == 1);
	EVP_MD_CTX_free(ctx);
	return t_base64(sig, size);
}

/* The field, over these signed fields ("from:..\r\nsubject:..\r\n") and this
   body. */
static const char *
t_signature(const struct test_sig *sig, const char *names, const char *fields,
	    const char *body)
{
	enum test_key key = sig->selector[0] == 'e' ? KEY_ED25519 : KEY_RSA;
	unsigned char body_hash[SHA256_DIGEST_LENGTH];
	string_t *str = t_str_new(512);

	SHA256((const void *)body, strlen(body), body_hash);
	str_append(str, "dkim-signature:");
	str_printfa(str, "v=1; a=%s; c=relaxed/relaxed; d=%s; s=%s;",
		    key == KEY_RSA ? "rsa-sha256" : "ed25519-sha256",
		    sig->domain, sig->selector);
	if (sig->extra != NULL)
		str_append(str, sig->extra);
	if (sig->timestamp != 0)
		str_printfa(str, " t=%lld;", (long long)sig->timestamp);
	if (sig->expires != 0)
		str_printfa(str, " x=%lld;", (long long)sig->expires);
	str_printfa(str, " h=%s; bh=%s; b=", names,
		    t_base64(body_hash, sizeof(body_hash)));
	if (sig->b != NULL)
		str_append(str, sig->b);
	else
		str_append(str, t_sign(key, t_strconcat(fields, str_c(str),
							NULL)));
	str_append(str, "\r\n");
	return str_c(str);
}

#define BODY "hello bob\r\n"

/* A whole original of alice's with these signatures. */
static const char *
t_original(const struct test_sig *sigs, unsigned int count, const char *from,
	   const char *date, const char *id)
{
	string_t *str = t_str_new(1024);
	const char *fields, *names = "from:subject:message-id";
	unsigned int i;

	fields = t_strdup_printf("from:%s\r\nsubject:hi\r\n"
				 "message-id:<%s>\r\n", from, id);
	if (date != NULL) {
		names = "from:subject:message-id:date";
		fields = t_strdup_printf("%sdate:%s\r\n", fields, date);
	}
	for (i = 0; i < count; i++)
		str_append(str, t_signature(&sigs[i], names, fields, BODY));
	str_append(str, "received:from a by b\r\n");
	str_append(str, fields);
	str_append(str, "to:bob@example.net\r\n\r\n" BODY);
	return str_c(str);
}

#define BOUNCE_HEAD \
	"From: MAILER-DAEMON@mx.example.net\r\n" \
	"Subject: Undelivered Mail Returned to Sender\r\n" \
	"Content-Type: multipart/report; report-type=delivery-status;\r\n" \
	" boundary="
#define BOUNCE_PART "\r\nContent-Type: message/rfc822\r\n\r\n"

static const char *t_bounce(const char *original)
{
	return t_strconcat(BOUNCE_HEAD "b1\r\n\r\n--b1" BOUNCE_PART, original,
			   "\r\n--b1--\r\n", NULL);
}

struct test_run {
	pool_t pool;
	struct bounce_policy policy;
	struct test_source source;
	const struct bounce_message *message;
	const struct bounce_signatures *signatures;
};

static void test_run_init(struct test_run *run)
{
	i_zero(run);
	run->pool = pool_alloconly_create("evidence", 8192);
	bounce_policy_init(&run->policy);
	run->policy.domains = domains;
	run->policy.now = NOW;
	test_source_init(&run->source);
}

static void test_run_collect(struct test_run *run, const char *bounce)
{
	static const struct bounce_envelope envelope = {
		.mail_from = "", .rcpt_to = "alice@example.org"
	};
	const struct bounce_message_settings set = {
		.envelope = &envelope
	};

	run->message = test_input_parse(run->pool, &set, bounce,
					strlen(bounce), 100);
	run->signatures = bounce_signatures_verify(run->pool, &run->policy,
						   &envelope, run->message,
						   &run->source.source);
	/* every reference was dropped */
	test_assert(keys[KEY_RSA]->refcount == 1);
	test_assert(keys[KEY_ED25519]->refcount == 1);
	test_assert(run->source.calls <= 1);
}

static void test_run_deinit(struct test_run *run)
{
	str_free(&run->source.asked);
	pool_unref(&run->pool);
}

static const char *t_replace(const char *str, const char *what, const char *by)
{
	const char *p = strstr(str, what);

	i_assert(p != NULL);
	return t_strconcat(t_strdup_until(str, p), by, p + strlen(what), NULL);
}

/*
 * One signature
 */

#define OURS .selector = "r1", .domain = "example.org"
#define SIG(s, d) { .selector = s, .domain = d }
#define FULL BOUNCE_DKIM_BODY_MATCH
#define UNTESTED BOUNCE_DKIM_BODY_UNTESTED
#define PASS BOUNCE_DKIM_HEADER_PASS
#define FAIL BOUNCE_DKIM_HEADER_FAIL
#define PERM BOUNCE_DKIM_HEADER_PERMERROR

struct evidence_test {
	const char *name;
	struct test_sig sig;
	/* in the original, after it was signed: what is changed to what */
	const char *what, *by;
	const char *from, *date;
	enum bounce_key_status status;
	bool dns, known;
	time_t retired;
	unsigned int min_rsa_bits;
	enum bounce_sender_match sender_match;

	enum bounce_dkim_header header;
	enum bounce_dkim_body body;
	enum bounce_reason reason;
	const char *asked;
};

static void evidence_test_run(const struct evidence_test *test)
{
	const struct bounce_signature_evidence *sig;
	const char *original;
	struct test_run run;

	test_begin(t_strconcat("bounce signatures: ", test->name, NULL));
	test_run_init(&run);
	if (test->min_rsa_bits != 0)
		run.policy.min_rsa_bits = test->min_rsa_bits;
	run.policy.sender_match = test->sender_match;
	run.source.status = test->status;
	run.source.dns = test->dns;
	if (test->known)
		run.source.source.known = test_known;
	run.source.retired = test->retired;
	original = t_original(&test->sig, 1, test->from == NULL ?
			      "alice@example.org" : test->from, test->date,
			      "1@example.org");
	if (test->what != NULL)
		original = t_replace(original, test->what, test->by);
	test_run_collect(&run, t_bounce(original));

	test_assert_strcmp(str_c(run.source.asked), test->asked);
	test_assert(array_count(&run.signatures->originals) == 1);
	test_assert(run.signatures->sigs_count == 1);
	test_assert(!run.signatures->over_limit);
	test_assert((run.signatures->warning != NULL) ==
		    (test->status == BOUNCE_KEY_UNUSABLE));
	sig = &run.signatures->sigs[0];
	test_assert(sig->original == run.message->originals);
	test_assert_strcmp(bounce_dkim_header_name(sig->header),
			   bounce_dkim_header_name(test->header));
	test_assert_strcmp(bounce_dkim_body_name(sig->body),
			   bounce_dkim_body_name(test->body));
	test_assert_strcmp(bounce_reason_name(sig->reason),
			   bounce_reason_name(test->reason));
	test_assert(test->asked[0] == '\0' || test->known ||
		    sig->key_origin == (test->dns ? BOUNCE_KEY_ORIGIN_DNS :
					BOUNCE_KEY_ORIGIN_DIR));
	test_assert((sig->text == NULL) ==
		    (bounce_reason_to_verdict(test->reason) ==
		     BOUNCE_VERDICT_GENUINE));
	test_run_deinit(&run);
	test_end();
}

static void
evidence_tests_run(const struct evidence_test *tests, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) T_BEGIN {
		evidence_test_run(&tests[i]);
	} T_END;
}

#define A40 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void test_bounce_signatures_signatures(void)
{
	static const struct evidence_test tests[] = {
		{ "it vouches for header and body", .sig = { OURS },
		  .header = PASS, .body = FULL,
		  .reason = BOUNCE_REASON_DKIM_FULL, .asked = "r1/example.org " },
		{ "by a key whose name is one letter",
		  .sig = SIG("r", "example.org"), .header = PASS, .body = FULL,
		  .reason = BOUNCE_REASON_DKIM_FULL, .asked = "r/example.org " },
		{ "by Ed25519", .sig = SIG("e1", "example.org"),
		  .header = PASS, .body = FULL,
		  .reason = BOUNCE_REASON_DKIM_FULL, .asked = "e1/example.org " },
		{ "of a subdomain of ours", .sig = SIG("r1", "news.example.com"),
		  .from = "alice@example.org", .header = PASS, .body = FULL,
		  .reason = BOUNCE_REASON_DKIM_FULL,
		  .asked = "r1/news.example.com " },
		{ "the header alone", .sig = { OURS },
		  .what = BODY, .by = "", .header = PASS, .body = UNTESTED,
		  .reason = BOUNCE_REASON_DKIM_HEADERS,
		  .asked = "r1/example.org " },
		{ "the body was changed", .sig = { OURS },
		  .what = "hello", .by = "hallo", .header = PASS,
		  .body = BOUNCE_DKIM_BODY_MISMATCH,
		  .reason = BOUNCE_REASON_DKIM_HEADERS,
		  .asked = "r1/example.org " },
		{ "the header was changed, RSA", .sig = { OURS },
		  .what = "subject:hi", .by = "subject:ho", .header = FAIL,
		  .body = FULL, .reason = BOUNCE_REASON_ALTERED,
		  .asked = "r1/example.org " },
		{ "the header was changed, Ed25519",
		  .sig = SIG("e1", "example.org"),
		  .what = "subject:hi", .by = "subject:ho", .header = FAIL,
		  .body = FULL, .reason = BOUNCE_REASON_BAD_SIGNATURE,
		  .asked = "e1/example.org " },
		{ "the signature is made up",
		  .sig = { OURS, .b = A40 A40 A40 A40 "AAAAAAAAAAA=" },
		  .header = FAIL, .body = FULL,
		  .reason = BOUNCE_REASON_BAD_SIGNATURE,
		  .asked = "r1/example.org " },
		{ "the signature is too short",
		  .sig = { OURS, .b = "AAAAAAAAAAAAAAAAAAAA" },
		  .header = PERM, .body = FULL,
		  .reason = BOUNCE_REASON_DAMAGED,
		  .asked = "r1/example.org " },
		{ "a foreign domain", .sig = SIG("r1", "example.net"),
		  .header = BOUNCE_DKIM_HEADER_SKIPPED, .body = UNTESTED,
		  .reason = BOUNCE_REASON_FOREIGN_SIGNATURE, .asked = "" },
		{ "a domain that ends like ours", .sig = SIG("r1", "xexample.org"),
		  .header = BOUNCE_DKIM_HEADER_SKIPPED, .body = UNTESTED,
		  .reason = BOUNCE_REASON_FOREIGN_SIGNATURE, .asked = "" },
		{ "a subdomain that is not ours", .sig = SIG("r1", "a.example.org"),
		  .header = BOUNCE_DKIM_HEADER_SKIPPED, .body = UNTESTED,
		  .reason = BOUNCE_REASON_FOREIGN_SIGNATURE, .asked = "" },
		{ "a tag is there twice", .sig = { OURS, .extra = " v=1;" },
		  .header = FAIL, .body = UNTESTED,
		  .reason = BOUNCE_REASON_ALTERED,
		  .asked = "r1/example.org " },
		{ "a tag is there twice, made up",
		  .sig = { OURS, .extra = " v=1;",
			   .b = A40 A40 A40 A40 "AAAAAAAAAAA=" },
		  .header = FAIL, .body = UNTESTED,
		  .reason = BOUNCE_REASON_BAD_SIGNATURE,
		  .asked = "r1/example.org " },
		{ "a tag is there twice, Ed25519",
		  .sig = { "e1", "example.org", .extra = " v=1;" },
		  .header = FAIL, .body = UNTESTED,
		  .reason = BOUNCE_REASON_BAD_SIGNATURE,
		  .asked = "e1/example.org " },
		{ "against the rules", .sig = { OURS, .extra = " q=http;" },
		  .header = FAIL, .body = UNTESTED,
		  .reason = BOUNCE_REASON_ALTERED,
		  .asked = "r1/example.org " },
		{ "cut, and a body behind it", .sig = { OURS },
		  .what = "; b=", .by = ";\r\nx-b:", .header = PERM,
		  .body = UNTESTED,
		  .reason = BOUNCE_REASON_DAMAGED,
		  .asked = "r1/example.org " },
		{ "a selector that is a path",
		  .sig = SIG("../r1", "example.org"),
		  .header = PERM, .body = FULL,
		  .reason = BOUNCE_REASON_KEY_MISSING, .asked = "" },
	};
	evidence_tests_run(tests, N_ELEMENTS(tests));
}

/* What mail software does to a signature's field: which signatures are tried with
   which keys, and what is made of the answer. */
static void test_bounce_signatures_damaged(void)
{
#define FORGED_RSA A40 A40 A40 A40 "AAAAAAAAAAA="
#define DAMAGED(n, k, w, b_, bd, r) \
	{ n, .sig = { k "1", "example.org" }, .what = w, .by = b_, \
	  .header = PASS, .body = bd, .reason = BOUNCE_REASON_DKIM_##r, \
	  .asked = k "1/example.org " }
	static const struct evidence_test tests[] = {
		DAMAGED("a break in s=", "e", "s=e1", "s=e\r\n 1", FULL, FULL),
		DAMAGED("a break in a=", "e", "sha256", "sh\r\n a256",
			UNTESTED, HEADERS),
		{ "a break in a=, foreign", .sig = SIG("e1", "example.net"),
		  .what = "sha256", .by = "sh\r\n a256",
		  .header = BOUNCE_DKIM_HEADER_SKIPPED, .body = UNTESTED,
		  .reason = BOUNCE_REASON_FOREIGN_SIGNATURE, .asked = "" },
		{ "t= broken, and the key is retired", .retired = NOW - DAY,
		  .sig = { "r1", "example.org", .timestamp = NOW - 2 * DAY },
		  .what = " t=", .by = " t=x", .header = FAIL,
		  .body = UNTESTED, .reason = BOUNCE_REASON_ALTERED,
		  .asked = "r1/example.org " },
		{ "another selector, RSA", .known = TRUE, .sig = { OURS },
		  .status = BOUNCE_KEY_MISSING, .what = "s=r1", .by = "s=x1",
		  .header = FAIL, .body = FULL,
		  .reason = BOUNCE_REASON_ALTERED, .asked = "x1/example.org " },
		/* the other rules are asked as well */
		{ "another selector, and somebody else's", .known = TRUE,
		  .sig = { OURS }, .from = "alice@example.net",
		  .sender_match = BOUNCE_SENDER_MATCH_DOMAIN,
		  .status = BOUNCE_KEY_MISSING, .what = "s=r1", .by = "s=x1",
		  .header = FAIL, .body = FULL,
		  .reason = BOUNCE_REASON_SENDER_MISMATCH,
		  .asked = "x1/example.org " },
		{ "no such selector", .known = TRUE,
		  .sig = { "x1", "example.org", .b = FORGED_RSA },
		  .status = BOUNCE_KEY_MISSING, .header = PERM, .body = FULL,
		  .reason = BOUNCE_REASON_KEY_MISSING,
		  .asked = "x1/example.org " },
		{ "no key, and a break in a=", .sig = SIG("e1", "example.org"),
		  .what = "sha256", .by = "sh\r\n a256",
		  .status = BOUNCE_KEY_MISSING, .header = PERM,
		  .body = UNTESTED, .reason = BOUNCE_REASON_DAMAGED,
		  .asked = "e1/example.org " },
		{ "DNS is down, and a break in a=",
		  .sig = SIG("e1", "example.org"),
		  .what = "sha256", .by = "sh\r\n a256",
		  .status = BOUNCE_KEY_TEMPERROR,
		  .header = BOUNCE_DKIM_HEADER_TEMPERROR, .body = UNTESTED,
		  .reason = BOUNCE_REASON_DNS, .asked = "e1/example.org " },
	};
	evidence_tests_run(tests, N_ELEMENTS(tests));
}

static void test_bounce_signatures_keys(void)
{
	static const struct evidence_test tests[] = {
		{ "no key", .sig = { OURS }, .status = BOUNCE_KEY_MISSING,
		  .header = PERM, .body = FULL,
		  .reason = BOUNCE_REASON_KEY_MISSING,
		  .asked = "r1/example.org " },
		{ "a revoked key", .sig = { OURS },
		  .status = BOUNCE_KEY_REVOKED, .header = PERM, .body = FULL,
		  .reason = BOUNCE_REASON_KEY_REVOKED,
		  .asked = "r1/example.org " },
		{ "a key that cannot be used", .sig = { OURS }, .dns = TRUE,
		  .status = BOUNCE_KEY_UNUSABLE, .header = PERM, .body = FULL,
		  .reason = BOUNCE_REASON_KEY_UNUSABLE,
		  .asked = "r1/example.org " },
		{ "a file that cannot be used", .sig = { OURS },
		  .status = BOUNCE_KEY_UNUSABLE,
		  .header = BOUNCE_DKIM_HEADER_TEMPERROR, .body = FULL,
		  .reason = BOUNCE_REASON_STATE,
		  .asked = "r1/example.org " },
		{ "DNS is down", .sig = { OURS },
		  .status = BOUNCE_KEY_TEMPERROR,
		  .header = BOUNCE_DKIM_HEADER_TEMPERROR, .body = FULL,
		  .reason = BOUNCE_REASON_DNS, .asked = "r1/example.org " },
		{ "a weak key", .sig = { OURS }, .min_rsa_bits = 1025,
		  .header = PERM, .body = FULL,
		  .reason = BOUNCE_REASON_WEAK_KEY,
		  .asked = "r1/example.org " },
		{ "a weak key, and the header was changed", .sig = { OURS },
		  .what = "subject:hi", .by = "subject:ho",
		  .min_rsa_bits = 1025, .header = PERM, .body = FULL,
		  .reason = BOUNCE_REASON_WEAK_KEY,
		  .asked = "r1/example.org " },
		{ "a key that is just strong enough", .sig = { OURS },
		  .min_rsa_bits = 1024, .header = PASS, .body = FULL,
		  .reason = BOUNCE_REASON_DKIM_FULL,
		  .asked = "r1/example.org " },
		{ "the floor is for RSA", .sig = SIG("e1", "example.org"),
		  .min_rsa_bits = 4096, .header = PASS, .body = FULL,
		  .reason = BOUNCE_REASON_DKIM_FULL,
		  .asked = "e1/example.org " },
		{ "of the other type", .sig = SIG("e1", "example.org"),
		  .what = "s=e1", .by = "s=r1", .header = PERM, .body = FULL,
		  .reason = BOUNCE_REASON_KEY_UNUSABLE,
		  .asked = "r1/example.org " },
	};
	evidence_tests_run(tests, N_ELEMENTS(tests));
}

/* 15 Jan 2027 08:00:00 +0000 */
#define DATE_NOW "Fri, 15 Jan 2027 08:00:00 +0000"
#define DATE_LAST_YEAR "Thu, 15 Jan 2026 08:00:00 +0000"
#define DATE_NEXT_YEAR "Sat, 15 Jan 2028 08:00:00 +0000"

static void test_bounce_signatures_time(void)
{
#define ROW(n, t, x, d, ret, h, r) \
	{ n, .sig = { OURS, t, x, NULL, NULL }, .date = d, .retired = ret, \
	  .header = h, .body = FULL, .reason = BOUNCE_REASON_##r, \
	  .asked = "r1/example.org " }
#define MAX_AGE BOUNCE_POLICY_MAX_AGE
#define QUEUE BOUNCE_POLICY_QUEUE_LIFETIME
	static const struct evidence_test tests[] = {
		ROW("now", NOW, 0, NULL, 0, PASS, DKIM_FULL),
		ROW("a little ahead", NOW + 300, 0, NULL, 0, PASS, DKIM_FULL),
		ROW("ahead", NOW + 301, 0, NULL, 0, PASS, FUTURE),
		ROW("old", NOW - MAX_AGE, 0, NULL, 0, PASS, DKIM_FULL),
		ROW("too old", NOW - MAX_AGE - 1, 0, NULL, 0, PASS, STALE),
		/* without t= the signed Date counts */
		ROW("Date", 0, 0, DATE_NOW, 0, PASS, DKIM_FULL),
		ROW("Date too old", 0, 0, DATE_LAST_YEAR, 0, PASS, STALE),
		ROW("Date ahead", 0, 0, DATE_NEXT_YEAR, 0, PASS, FUTURE),
		ROW("Date that is none", 0, 0, "noon", 0, PASS, DKIM_FULL),
		ROW("t= before Date", NOW, 0, DATE_LAST_YEAR, 0, PASS,
		    DKIM_FULL),
		ROW("neither", 0, 0, NULL, 0, PASS, DKIM_FULL),
		/* x= has the time that mail may wait in a queue added */
		ROW("not expired", NOW - DAY, NOW + 1, NULL, 0, PASS,
		    DKIM_FULL),
		ROW("expired in the queue", NOW - 6 * DAY, NOW - QUEUE, NULL,
		    0, PASS, DKIM_FULL),
		ROW("expired", NOW - 6 * DAY, NOW - QUEUE - 1, NULL, 0, PASS,
		    EXPIRED),
		/* keys that are retired */
		ROW("before its key was retired", NOW - 2, 0, NULL, NOW - 2,
		    PASS, DKIM_FULL),
		ROW("after its key was retired", NOW - 1, 0, NULL, NOW - 2,
		    PASS, KEY_RETIRED),
		ROW("Date after its key was retired", 0, 0, DATE_NOW, NOW - 1,
		    PASS, KEY_RETIRED),
		ROW("a retired key, and no time", 0, 0, NULL, NOW - 2, PASS,
		    KEY_RETIRED),
	};
	static const struct evidence_test altered[] = {
		/* t=0 is a time, so the Date does not count */
		{ "made when time began", .retired = NOW,
		  .sig = { OURS, 0, 0, " t=0;", NULL }, .date = DATE_NOW,
		  .header = PASS, .body = FULL,
		  .reason = BOUNCE_REASON_KEY_RETIRED,
		  .asked = "r1/example.org " },
		{ "altered and too old",
		  .sig = { OURS, NOW - MAX_AGE - 1, 0, NULL, NULL },
		  .what = "subject:hi", .by = "subject:ho", .header = FAIL,
		  .body = FULL, .reason = BOUNCE_REASON_STALE,
		  .asked = "r1/example.org " },
		/* who knows whether it is the Date that was altered */
		{ "altered, and Date too old", .sig = { OURS },
		  .date = DATE_LAST_YEAR, .what = "subject:hi",
		  .by = "subject:ho", .header = FAIL, .body = FULL,
		  .reason = BOUNCE_REASON_ALTERED,
		  .asked = "r1/example.org " },
		{ "a Date that is not signed", .sig = { OURS },
		  .what = "to:bob", .by = "date:" DATE_LAST_YEAR "\r\nto:bob",
		  .header = PASS, .body = FULL,
		  .reason = BOUNCE_REASON_DKIM_FULL,
		  .asked = "r1/example.org " },
	};
	evidence_tests_run(tests, N_ELEMENTS(tests));
	evidence_tests_run(altered, N_ELEMENTS(altered));
}

/* At a delivery, a bounce that is dated in the future as well shows that our own
   clock is wrong. */
static void test_bounce_signatures_clock(void)
{
	static const struct {
		bool doubtful;
		const char *date;
		time_t signed_at;
		enum bounce_reason reason;
	} tests[] = {
		{ TRUE, DATE_NEXT_YEAR, NOW + DAY, BOUNCE_REASON_STATE },
		{ FALSE, DATE_NEXT_YEAR, NOW + DAY, BOUNCE_REASON_FUTURE },
		{ TRUE, DATE_NOW, NOW + DAY, BOUNCE_REASON_FUTURE },
		{ TRUE, NULL, NOW + DAY, BOUNCE_REASON_FUTURE },
		{ TRUE, DATE_NEXT_YEAR, NOW, BOUNCE_REASON_DKIM_FULL },
		{ TRUE, DATE_NEXT_YEAR, NOW - BOUNCE_POLICY_MAX_AGE - 1,
		  BOUNCE_REASON_STALE },
		/* the sender may have dated his mail as he liked */
		{ TRUE, DATE_NEXT_YEAR, 0, BOUNCE_REASON_FUTURE },
	};
	struct test_sig test_sig = { OURS };
	const char *bounce;
	struct test_run run;
	unsigned int i;

	test_begin("bounce signatures: a clock that is wrong");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		test_run_init(&run);
		run.policy.now_is_doubtful = tests[i].doubtful;
		test_sig.timestamp = tests[i].signed_at;
		bounce = t_bounce(t_original(&test_sig, 1, "alice@example.org",
					     tests[i].signed_at != 0 ? NULL :
					     DATE_NEXT_YEAR, "1@example.org"));
		if (tests[i].date != NULL) {
			bounce = t_strconcat("Date: ", tests[i].date, "\r\n",
					     bounce, NULL);
		}
		test_run_collect(&run, bounce);
		test_assert_idx(run.signatures->sigs[0].reason ==
				tests[i].reason, i);
		test_assert_idx((run.signatures->warning != NULL) ==
				(tests[i].reason == BOUNCE_REASON_STATE), i);
		test_run_deinit(&run);
	} T_END;

	/* nor does it make mail of somebody else the recipient's */
	test_run_init(&run);
	run.policy.now_is_doubtful = TRUE;
	test_sig.timestamp = NOW + DAY;
	bounce = t_bounce(t_original(&test_sig, 1, "bob@example.com", NULL,
				     "1@example.org"));
	test_run_collect(&run, t_strconcat("Date: ", DATE_NEXT_YEAR, "\r\n",
					   bounce, NULL));
	test_assert(run.signatures->sigs[0].reason == BOUNCE_REASON_FUTURE);
	test_run_deinit(&run);
	test_end();
}

static void test_bounce_signatures_sender(void)
{
#define SENDER(n, f, m, r) \
	{ n, .sig = { OURS }, .from = f, .sender_match = m, .header = PASS, \
	  .body = FULL, .reason = BOUNCE_REASON_##r, \
	  .asked = "r1/example.org " }
	static const struct evidence_test tests[] = {
		SENDER("the mailbox's own", "alice@example.org",
		       BOUNCE_SENDER_MATCH_ADDRESS, DKIM_FULL),
		SENDER("another mailbox", "bob@example.org",
		       BOUNCE_SENDER_MATCH_ADDRESS, SENDER_MISMATCH),
		SENDER("another mailbox of the domain", "bob@example.org",
		       BOUNCE_SENDER_MATCH_DOMAIN, DKIM_FULL),
		SENDER("another customer's", "bob@example.com",
		       BOUNCE_SENDER_MATCH_DOMAIN, SENDER_MISMATCH),
		SENDER("anybody's", "bob@example.com",
		       BOUNCE_SENDER_MATCH_NONE, DKIM_FULL),
	};
	evidence_tests_run(tests, N_ELEMENTS(tests));
}

static void test_bounce_signatures_truncated(void)
{
	static const struct test_sig sig = { OURS, NOW, 0, NULL, NULL };
	const char *original, *bounce, *p;
	struct test_run run;
	unsigned int cut;

	test_begin("bounce signatures: the header ends in the signature");
	original = t_original(&sig, 1, "alice@example.org", NULL,
			      "1@example.org");
	/* the signature below the other fields, and its end is missing */
	p = strchr(original, '\n') + 1;
	for (cut = 3; cut < 60; cut += 7) T_BEGIN {
		const char *field = t_strdup_until(original, p - 2 - cut);
		const char *fields = t_replace(p, "\r\n\r\n" BODY, "\r\n");

		test_run_init(&run);
		test_run_collect(&run, t_bounce(t_strconcat(fields, field,
							    NULL)));
		test_assert(run.signatures->sigs_count == 1);
		test_assert_idx(run.signatures->sigs[0].reason ==
				BOUNCE_REASON_TRUNCATED, cut);
		/* the same, but a body came back: the header is whole */
		test_run_deinit(&run);
		test_run_init(&run);
		test_run_collect(&run, t_bounce(t_strconcat(
			fields, field, "\r\n\r\n" BODY, NULL)));
		test_assert_idx(run.signatures->sigs[0].reason ==
				BOUNCE_REASON_DAMAGED, cut);
		test_assert_idx(run.message->originals->state ==
				BOUNCE_ORIGINAL_FULL, cut);
		test_run_deinit(&run);
		/* of which one octet is enough */
		test_run_init(&run);
		bounce = t_bounce(t_strconcat(fields, field, "\r\n\r\n!",
					      NULL));
		test_run_collect(&run, t_strdup_until(bounce,
						strchr(bounce, '!') + 1));
		test_assert_idx(run.signatures->sigs[0].reason ==
				BOUNCE_REASON_DAMAGED, cut);
		test_run_deinit(&run);
	} T_END;
	test_end();
}

static const char *t_html_escape(const char *str)
{
	string_t *html = t_str_new(1024);

	for (; *str != '\0'; str++) {
		if (*str == '<' || *str == '>')
			str_append(html, *str == '<' ? "&lt;" : "&gt;");
		else
			str_append_c(html, *str);
	}
	return str_c(html);
}

/* A header in HTML may have lost what it was signed with. */
static void test_bounce_signatures_html(void)
{
	static const struct test_sig sig = { "ed", "example.org", NOW, 0, NULL, NULL };
	const char *original, *header;
	enum bounce_reason reason;
	struct test_run run;
	unsigned int i;

	test_begin("bounce signatures: in HTML");
	original = t_original(&sig, 1, "alice@example.org", NULL,
			      "1@example.org");
	header = t_strdup_until(original, strstr(original, "\r\n\r\n") + 2);
	for (i = 0; i < 4; i++) T_BEGIN {
		const char *part = (i & 1) == 0 ? header :
			t_replace(header, "subject:hi", "subject:h i");

		part = i < 2 ? t_strconcat("text/html\r\n\r\n<pre>",
					   t_html_escape(part), "</pre>",
					   NULL) :
			t_strconcat("text/plain\r\n\r\n", part, NULL);
		test_run_init(&run);
		test_run_collect(&run, t_strconcat(
			BOUNCE_HEAD "b1\r\n\r\n--b1\r\nContent-Type: ", part,
			"\r\n--b1--\r\n", NULL));
		reason = (i & 1) == 0 ? BOUNCE_REASON_DKIM_HEADERS :
			i < 2 ? BOUNCE_REASON_TRUNCATED :
			BOUNCE_REASON_BAD_SIGNATURE;
		test_assert_idx(run.signatures->sigs_count == 1 &&
				run.signatures->sigs[0].reason == reason, i);
		test_run_deinit(&run);
	} T_END;
	test_end();
}

/*
 * Several signatures and originals
 */

static void test_bounce_signatures_several(void)
{
	static const struct test_sig sigs[] = {
		{ "r9", "example.net", 0, 0, NULL, NULL },
		{ "r1", "example.org", 0, 0, NULL, NULL },
		{ "R1", "EXAMPLE.org", 0, 0, NULL, NULL },
		{ "e1", "example.org", 0, 0, NULL, "AAAA" },
		{ "r2", "example.com", 0, 0, " q=x;", NULL },
	};
	struct test_run run;
	unsigned int i;

	test_begin("bounce signatures: several signatures");
	test_run_init(&run);
	test_run_collect(&run, t_bounce(t_original(
		sigs, N_ELEMENTS(sigs), "alice@example.org", NULL, "1")));
	/* each key once, whatever its case */
	test_assert_strcmp(str_c(run.source.asked),
			   "r1/example.org e1/example.org r2/example.com ");
	test_assert(run.signatures->sigs_count == N_ELEMENTS(sigs));
	for (i = 0; i < N_ELEMENTS(sigs); i++) {
		static const enum bounce_reason reasons[] = {
			BOUNCE_REASON_FOREIGN_SIGNATURE,
			BOUNCE_REASON_DKIM_FULL, BOUNCE_REASON_DKIM_FULL,
			BOUNCE_REASON_DAMAGED, BOUNCE_REASON_ALTERED
		};

		test_assert_idx(run.signatures->sigs[i].reason == reasons[i],
				i);
	}
	test_run_deinit(&run);
	test_end();
}

static int
test_domains_fail(struct bounce_domain_source *source ATTR_UNUSED,
		  const char *const *names ATTR_UNUSED, const char **error_r)
{
	*error_r = "no domains today";
	return -1;
}

static int
test_domains_none(struct bounce_domain_source *source ATTR_UNUSED,
		  const char *const *names ATTR_UNUSED,
		  const char **error_r ATTR_UNUSED)
{
	return 0;
}

/* Where it is not sure whose signature it is, the message is no backscatter. */
static void test_bounce_signatures_unknown_domain(void)
{
	static const struct test_sig sigs[] = {
		{ "r9", "example.net", 0, 0, NULL, NULL },
		{ "r1", "example.org", 0, 0, NULL, NULL }
	};
	struct bounce_domain_source source = { .lookup = test_domains_fail };
	struct bounce_domain_source *const sources[] = { &source, NULL };
	struct test_sig many[BOUNCE_DOMAINS_MAX_KEYS / 3 + 1];
	struct test_run run;
	unsigned int i, count;

	test_begin("bounce signatures: domains that cannot be looked up");
	for (count = 1; count <= 2; count++) {
		test_run_init(&run);
		run.policy.domains = bounce_domains_with_sources(run.pool,
			domains, sources);
		test_run_collect(&run, t_bounce(t_original(
			sigs, count, "alice@example.org", NULL, "1")));
		test_assert(run.source.calls == count - 1);
		test_assert(run.signatures->sigs[0].reason ==
			    BOUNCE_REASON_STATE);
		test_assert(run.signatures->sigs[0].header ==
			    BOUNCE_DKIM_HEADER_TEMPERROR);
		/* what vouches does so all the same */
		test_assert(run.signatures->best->reason == (count == 1 ?
			BOUNCE_REASON_STATE : BOUNCE_REASON_DKIM_FULL));
		test_assert_strcmp(bounce_domains_get_error(run.policy.domains),
				   "no domains today");
		test_run_deinit(&run);
	}

	source.lookup = test_domains_none;
	i_zero(&many);
	for (i = 0; i < N_ELEMENTS(many); i++) {
		many[i].selector = "r1";
		many[i].domain = t_strdup_printf("d%u.example", i);
	}
	for (count = N_ELEMENTS(many) - 1; count <= N_ELEMENTS(many); count++) {
		test_run_init(&run);
		run.policy.domains = bounce_domains_with_sources(run.pool,
			domains, sources);
		test_run_collect(&run, t_bounce(t_original(
			many, count, "alice@example.org", NULL, "1")));
		test_assert(run.signatures->best->reason ==
			    BOUNCE_REASON_FOREIGN_SIGNATURE);
		test_assert(run.signatures->over_limit ==
			    (count == N_ELEMENTS(many)));
		test_run_deinit(&run);
	}
	test_end();
}

static void test_bounce_signatures_nothing(void)
{
	static const struct test_sig foreign = {
		"r9", "example.net", 0, 0, NULL, NULL
	};
	struct test_run run;

	test_begin("bounce signatures: nothing to ask");
	test_run_init(&run);
	test_run_collect(&run, t_bounce(t_original(
		NULL, 0, "alice@example.org", NULL, "1")));
	test_assert(run.source.calls == 0 && run.signatures->sigs_count == 0);
	test_assert(array_count(&run.signatures->originals) == 1);
	test_run_deinit(&run);

	test_run_init(&run);
	test_run_collect(&run, t_bounce(t_original(
		&foreign, 1, "alice@example.org", NULL, "1")));
	test_assert(run.source.calls == 0 && run.signatures->sigs_count == 1);
	test_run_deinit(&run);

	test_run_init(&run);
	test_run_collect(&run, BOUNCE_HEAD "b1\r\n\r\n--b1\r\n\r\nx\r\n"
			 "--b1--\r\n");
	test_assert(run.source.calls == 0 && run.signatures->sigs_count == 0);
	test_assert(array_count(&run.signatures->originals) == 0);
	test_run_deinit(&run);
	test_end();
}

/* At most so many of our own are tried, over all originals; of others there
   may be more. */
static void test_bounce_signatures_cap(void)
{
	static const struct {
		unsigned int first, second;
		bool over;
	} tests[] = {
		{ BOUNCE_DKIM_MAX_OWN, 0, FALSE },
		{ BOUNCE_DKIM_MAX_OWN + 1, 0, TRUE },
		{ 1000, 0, TRUE },
		{ 6, BOUNCE_DKIM_MAX_OWN - 6, FALSE },
		{ 6, BOUNCE_DKIM_MAX_OWN - 5, TRUE },
		{ BOUNCE_DKIM_MAX_OWN, 10, TRUE },
	};
	struct test_sig sigs[1000];
	struct test_run run;
	unsigned int i, own;

	test_begin("bounce signatures: cap on signatures");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const char *originals[2];
		unsigned int j;

		for (j = 0; j < N_ELEMENTS(sigs); j++) {
			i_zero(&sigs[j]);
			sigs[j].selector = t_strdup_printf("r%u", j);
			sigs[j].domain = "example.org";
			sigs[j].b = "AAAA";
		}
		originals[0] = t_original(sigs, tests[i].first,
					  "alice@example.org", NULL, "1");
		originals[1] = t_original(sigs + 500, tests[i].second,
					  "alice@example.org", NULL, "2");
		test_run_init(&run);
		test_run_collect(&run, t_strconcat(
			BOUNCE_HEAD "b1\r\n\r\n--b1" BOUNCE_PART, originals[0],
			"\r\n--b1" BOUNCE_PART, originals[1],
			"\r\n--b1--\r\n", NULL));
		test_assert_idx(run.signatures->over_limit == tests[i].over, i);
		own = I_MIN(tests[i].first + tests[i].second,
			    BOUNCE_DKIM_MAX_OWN);
		test_assert_idx(run.signatures->sigs_count == own, i);
		test_assert_idx(run.source.asked_count == own, i);
		test_assert_idx(array_count(&run.signatures->originals) == 2,
				i);
		test_run_deinit(&run);
	} T_END;
	test_end();
}

/* Which originals count, and in which order: their Message-IDs. */
static const char *t_ids(const struct bounce_signatures *evidence)
{
	const struct bounce_original *original;
	string_t *str = t_str_new(64);

	array_foreach_elem(&evidence->originals, original) {
		str_append(str, t_bounce_header_value(
			original->message.header, "Message-ID"));
	}
	return str_c(str);
}

static void test_bounce_signatures_originals(void)
{
	static const struct test_sig sig = { OURS, NOW, 0, NULL, NULL };
	const char *signed1, *signed2, *text, *attached, *inner;
	struct test_run run;

	signed1 = t_original(&sig, 1, "alice@example.org", NULL, "1");
	signed2 = t_original(&sig, 1, "alice@example.org", NULL, "2");
	text = t_original(&sig, 1, "alice@example.org", NULL, "text");

	test_begin("bounce signatures: parts before texts");
	test_run_init(&run);
	test_run_collect(&run, t_strconcat(
		BOUNCE_HEAD "b1\r\n\r\n--b1\r\n\r\n", text,
		"\r\n--b1" BOUNCE_PART, signed1, "\r\n--b1" BOUNCE_PART,
		signed2, "\r\n--b1--\r\n", NULL));
	test_assert_strcmp(t_ids(run.signatures), "<1><2><text>");
	test_assert(run.signatures->sigs_count == 3);
	test_assert(run.source.asked_count == 1);
	test_run_deinit(&run);
	test_end();

	test_begin("bounce signatures: the innermost first");
	inner = t_strconcat("Message-ID: <outer>\r\nFrom: MAILER-DAEMON@mx\r\n"
			    BOUNCE_HEAD "b2\r\n\r\n--b2" BOUNCE_PART, signed1,
			    "\r\n--b2--\r\n", NULL);
	test_run_init(&run);
	test_run_collect(&run, t_bounce(inner));
	test_assert_strcmp(t_ids(run.signatures), "<1><outer>");
	test_assert(run.signatures->sigs_count == 1 &&
		    run.signatures->sigs[0].reason == BOUNCE_REASON_DKIM_FULL);
	test_run_deinit(&run);
	test_end();

	/* no bounce: a spam with a mail of ours attached, or in its text */
	test_begin("bounce signatures: what an original holds does not count");
	attached = t_strconcat("Received: from a by b\r\n"
			       "From: alice@example.org\r\nSubject: buy\r\n"
			       "Message-ID: <spam>\r\nContent-Type: "
			       "multipart/mixed; boundary=b2\r\n\r\n--b2"
			       BOUNCE_PART, signed1, "\r\n--b2--\r\n", NULL);
	test_run_init(&run);
	test_run_collect(&run, t_bounce(attached));
	test_assert_strcmp(t_ids(run.signatures), "<spam>");
	test_assert(run.signatures->sigs_count == 0 && run.source.calls == 0);
	test_run_deinit(&run);

	/* not even where the spam has marks of a bounce, but is none */
	attached = t_strconcat("Return-Path: <>\r\n", attached, NULL);
	test_run_init(&run);
	test_run_collect(&run, t_bounce(attached));
	test_assert_strcmp(t_ids(run.signatures), "<spam>");
	test_assert(run.signatures->sigs_count == 0 && run.source.calls == 0);
	test_run_deinit(&run);

	/* nor where it may be one, by a rule that is weak */
	attached = t_strconcat("Return-Path: <carol@example.com>\r\n"
			       "From: Postmaster <postmaster@example.com>\r\n"
			       "Subject: Undelivered mail\r\n"
			       "Message-ID: <weak>\r\nContent-Type: "
			       "multipart/mixed; boundary=b2\r\n\r\n--b2"
			       BOUNCE_PART, signed1, "\r\n--b2--\r\n", NULL);
	test_run_init(&run);
	test_run_collect(&run, t_bounce(attached));
	test_assert_strcmp(t_ids(run.signatures), "<weak>");
	test_assert(run.signatures->sigs_count == 0 && run.source.calls == 0);
	test_run_deinit(&run);
	/* the null sender makes it certain */
	attached = t_strconcat("Return-Path: <>\r\n",
			       strstr(attached, "From: "), NULL);
	test_run_init(&run);
	test_run_collect(&run, t_bounce(attached));
	test_assert_strcmp(t_ids(run.signatures), "<1><weak>");
	test_run_deinit(&run);

	attached = t_strconcat("Received: from a by b\r\n"
			       "From: alice@example.org\r\nSubject: buy\r\n"
			       "Message-ID: <spam>\r\n\r\nlook:\r\n\r\n",
			       signed1, NULL);
	test_run_init(&run);
	test_run_collect(&run, t_bounce(attached));
	test_assert_strcmp(t_ids(run.signatures), "<spam>");
	test_assert(run.signatures->sigs_count == 0 && run.source.calls == 0);
	test_run_deinit(&run);
	test_end();

	test_begin("bounce signatures: the bounce's own signature");
	test_run_init(&run);
	test_run_collect(&run, t_strconcat(
		t_signature(&sig, "from", "from:MAILER-DAEMON@mx.example.net"
			    "\r\n", ""),
		t_bounce(t_original(NULL, 0, "alice@example.org", NULL, "1")),
		NULL));
	test_assert(run.signatures->sigs_count == 0 && run.source.calls == 0);
	test_run_deinit(&run);
	test_end();
}

static void test_bounce_signatures_header_limit(void)
{
	static const struct test_sig sig = { "e1", "example.org", NOW, 0,
					     NULL, NULL };
	struct test_run run;
	string_t *str = str_new(default_pool, 65536);
	const char *original, *p;
	unsigned int i;

	/* fields that may have been signed are beyond the cap */
	test_begin("bounce signatures: the header is too large");
	original = t_original(&sig, 1, "alice@example.org", NULL, "1");
	str_append_data(str, original, strchr(original, '\n') + 1 - original);
	for (i = 0; i < BOUNCE_HEADER_MAX_FIELDS; i++)
		str_append(str, "x:\r\n");
	str_append(str, strchr(original, '\n') + 1);
	test_run_init(&run);
	test_run_collect(&run, t_bounce(str_c(str)));
	test_assert(run.signatures->sigs_count == 1);
	test_assert(run.signatures->sigs[0].reason == BOUNCE_REASON_OVER_LIMIT);
	test_run_deinit(&run);

	/* it verifies, and there is another From beyond the cap */
	str_truncate(str, 0);
	p = strstr(original, "\r\n\r\n") + 2;
	str_append_data(str, original, p - original);
	for (i = 0; i < BOUNCE_HEADER_MAX_FIELDS; i++)
		str_append(str, "x:\r\n");
	str_append(str, "From: eve@example.com");
	str_append(str, p - 2);
	test_run_init(&run);
	test_run_collect(&run, t_bounce(str_c(str)));
	test_assert(run.signatures->sigs_count == 1);
	test_assert(run.signatures->sigs[0].header == BOUNCE_DKIM_HEADER_PASS);
	test_assert(run.signatures->sigs[0].reason == BOUNCE_REASON_OVER_LIMIT);
	test_run_deinit(&run);
	str_free(&str);
	test_end();
}

/* As it comes from DNS */
static struct bounce_key *key_create(EVP_PKEY *pkey, enum test_key type)
{
	unsigned char *der = NULL, raw[32];
	size_t raw_size = sizeof(raw);
	struct bounce_key *key;
	const char *record, *error;
	int der_size;

	if (type == KEY_RSA) {
		der_size = i2d_PUBKEY(pkey, &der);
		i_assert(der_size > 0);
		record = t_strconcat("k=rsa; p=", t_base64(der, der_size),
				     NULL);
		OPENSSL_free(der);
	} else {
		if (EVP_PKEY_get_raw_public_key(pkey, raw, &raw_size) != 1)
			i_unreached();
		record = t_strconcat("k=ed25519; p=",
				     t_base64(raw, raw_size), NULL);
	}
	if (bounce_key_parse((const void *)record, strlen(record), &key,
			     &error) != BOUNCE_KEY_FOUND)
		i_fatal("%s", error);
	return key;
}

static void test_bounce_signatures_setup(void)
{
	const char *error;
	unsigned int i;

	private_keys[KEY_RSA] = EVP_PKEY_Q_keygen(NULL, NULL, "RSA",
						  (size_t)1024);
	private_keys[KEY_ED25519] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	for (i = 0; i < KEY_COUNT; i++)
		keys[i] = key_create(private_keys[i], i);
	if (bounce_domains_parse(default_pool, "example.org .example.com",
				 &domains, &error) < 0)
		i_fatal("%s", error);
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_signatures_setup,
		test_bounce_signatures_signatures,
		test_bounce_signatures_damaged,
		test_bounce_signatures_keys,
		test_bounce_signatures_time,
		test_bounce_signatures_clock,
		test_bounce_signatures_sender,
		test_bounce_signatures_truncated,
		test_bounce_signatures_html,
		test_bounce_signatures_several,
		test_bounce_signatures_unknown_domain,
		test_bounce_signatures_nothing,
		test_bounce_signatures_cap,
		test_bounce_signatures_originals,
		test_bounce_signatures_header_limit,
		NULL
	};
	int ret = test_run(test_functions);
	unsigned int i;

	for (i = 0; i < KEY_COUNT; i++) {
		bounce_key_unref(&keys[i]);
		EVP_PKEY_free(private_keys[i]);
	}
	return ret;
}
