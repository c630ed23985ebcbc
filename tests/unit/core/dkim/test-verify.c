/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "base/limits.h"
#include "name/own-domains.h"
#include "dkim/dkim-private.h"
#include "verdict/reasons.h"
#include "dkim-signer.h"
#include "no-memory.h"
#include "test-common.h"

#include <openssl/err.h>

#define SIMPLE BOUNCE_DKIM_CANON_SIMPLE
#define RELAXED BOUNCE_DKIM_CANON_RELAXED

#define BH "bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="
#define SIG(a, c, h) \
	"DKIM-Signature: v=1; a="a"; c="c"; d=example.org; s=sel;\r\n" \
	"\th="h"; "BH";\r\n\tb="TEST_SIGNER_B

#define HEADER \
	"Received: from a\r\n\tby b\r\n" \
	"From: Alice <alice@example.org>\r\n" \
	"To: bob@example.net,\r\n carol@example.net\r\n" \
	"Subject:  Hello   World \r\n" \
	"Date: Fri, 2 Oct 2026 12:00:00 +0000\r\n" \
	"X-Empty:\r\n"
#define NAMES "From:To:Subject:Date:X-Empty:From"

static struct test_signer_key rsa, rsa_other, rsa_e3, rsa_large, ed25519;

static struct bounce_domains *domains_create(pool_t pool)
{
	struct bounce_domains *domains;
	const char *error;

	if (bounce_domains_parse(pool, ".example.org .example.com",
				 &domains, &error) < 0)
		i_unreached();
	return domains;
}

/* Verifies the first signature of a header. */
static void
verify_data(pool_t pool, const struct bounce_key *key, const void *data,
	    size_t size, struct bounce_dkim_result *result_r)
{
	unsigned char *copy = i_malloc(size);
	const struct bounce_header *header;
	const struct bounce_dkim_signatures *sigs;

	memcpy(copy, data, size);
	header = bounce_header_parse(pool, copy, size);
	sigs = bounce_dkim_signatures_parse(pool, header,
					    domains_create(pool));
	i_zero(result_r);
	if (sigs->count > 0 && sigs->sigs[0].own)
		bounce_dkim_verify_header(pool, header, &sigs->sigs[0], key,
					  result_r);
	test_assert(ERR_peek_error() == 0);
	i_free(copy);
}

/* "pass", "pass, REPAIR", or "fail: reason" */
static const char *
t_verify_data(const struct bounce_key *key, const void *data, size_t size)
{
	pool_t pool = pool_alloconly_create("verify", 16384);
	struct bounce_dkim_result result;
	const char *ret;

	verify_data(pool, key, data, size, &result);
	ret = bounce_dkim_header_name(result.header);
	if (result.reason != BOUNCE_REASON_NONE)
		ret = t_strdup_printf("%s: %s", ret,
				      bounce_reason_name(result.reason));
	else if (result.repair != NULL)
		ret = t_strdup_printf("%s, %s", ret, result.repair);
	/* who fails says why */
	test_assert((result.reason == BOUNCE_REASON_NONE) ==
		    (result.text == NULL));
	pool_unref(&pool);
	return ret;
}

static const char *t_verify(const struct bounce_key *key, const char *header)
{
	return t_verify_data(key, header, strlen(header));
}

#define PASS "pass"
#define ALTERED "fail: altered"
#define BAD "fail: bad-signature"

static void test_bounce_dkim_verify_forms(void)
{
	static const struct {
		const char *header;
		const char *names;
	} tests[] = {
		{ HEADER, NAMES },
		{ "From: a\r\n", "From" },
		{ "from : a\r\n", "From" },
		{ "FROM\t :\r\n\ta\r\n", "From" },
		{ "From:a\r\nX: a\t\t b \t \r\n", "From:X" },
		{ "From:a\r\nX:\r\nY: \r\nZ: \t\r\n \r\n\tx\r\n", "From:X:Y:Z" },
		{ "From:a\r\nX: \r\n \r\n", "X:From" },
		{ "From: \xff\x80 \xe4\r\nX: \xc3\xa4\r\n", "From:X" },
		{ "From: a; b=c; b = d\r\n", "From" },
		/* LF only, and mixed: CRLF is what was signed */
		{ "From: a\nX: b\n\tc\n", "From:X" },
		{ "From: a\nX: b\r\n\tc\n", "From:X" },
		/* section 5.4.2: from the bottom, and names without a field */
		{ "X: 1\r\nX: 2\r\nFrom: a\r\nX: 3\r\n", "X:X:From" },
		{ "X: 1\r\nX: 2\r\nFrom: a\r\n", "X:X:X:From:From:Y" },
		{ "Subject: 1\r\nSubject: 2\r\nFrom: a\r\n",
		  "From:Subject:subject" },
		/* section 3.5: another DKIM-Signature may be signed; the one
		   that is verified is not counted */
		{ "DKIM-Signature: v=1; x\r\nFrom: a\r\n",
		  "From:DKIM-Signature" },
		{ "DKIM-Signature: v=1; x\r\nFrom: a\r\n",
		  "From:DKIM-Signature:DKIM-Signature" }
	};
	static const char *const forms[] = {
		"DKIM-Signature: v=1; a=%s; c=%s; d=example.org; s=sel; h=%s; "
			BH"; b=@B@",
		"DKIM-Signature: v=1; b=@B@; a=%s; c=%s; d=example.org; s=sel; "
			"h=%s; "BH,
		"DKIM-Signature:v=1;b = @B@ ;a=%s;c=%s;d=example.org;s=sel;"
			"h=%s;"BH";",
		"dkim-signature : v=1; a=%s; c=%s;\r\n\td=example.org; s=sel; "
			"h=%s;\r\n\tb\r\n\t=\r\n\t@B@\r\n ;\r\n "BH" ; ",
		/* tags whose names or values look like b= */
		"DKIM-Signature: v=1; a=%s; c=%s; d=example.org; s=sel; h=%s; "
			"xb=1; B=2; bb=3; z=x b=4; "BH"; b=@B@; b2=5",
		/* a folded line */
		"DKIM-Signature:\n v=1; a=%s; c=%s;\n d=example.org; s=sel; "
			"h=%s;\n\t  "BH"; \n b=@B@;"
	};
	unsigned int i, j, canon, type;

	test_begin("bounce dkim verify forms");
	for (i = 0; i < N_ELEMENTS(tests); i++)
	for (j = 0; j < N_ELEMENTS(forms) * 4; j++) T_BEGIN {
		struct test_signer_key *key;
		const char *sig, *header;

		canon = (j & 1) != 0 ? RELAXED : SIMPLE;
		type = (j >> 1) & 1;
		key = type == 0 ? &rsa : &ed25519;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		sig = t_strdup_printf(forms[j / 4], type == 0 ? "rsa-sha256" :
				      "ed25519-sha256", canon == SIMPLE ?
				      "simple" : "relaxed/simple",
				      tests[i].names);
#pragma GCC diagnostic pop
		header = t_test_signer_header(key->pkey, canon,
			tests[i].header, tests[i].names, sig);
		test_assert_strcmp_idx(t_verify(key->key, header), PASS,
				       i * 100 + j);
	} T_END;
	test_end();
}

static void test_bounce_dkim_verify_rfc(void)
{
	/* RFC 8463 appendix A.2 and A.3 */
	static const char ed25519_record[] = "v=DKIM1; k=ed25519; "
		"p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
	static const char rsa_record[] = "v=DKIM1; k=rsa; "
		"p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
		"iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx"
		"/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHv"
		"qMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTI"
		"KT+l/K4w3QIDAQAB";
	static const char header[] =
		"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
		" d=football.example.com; i=@football.example.com;\r\n"
		" q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
		" subject : date : message-id : from : subject : date;\r\n"
		" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
		" b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
		" Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
		"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
		" d=football.example.com; i=@football.example.com;\r\n"
		" q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
		" date : message-id : from : subject : date;\r\n"
		" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
		" b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
		" DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
		" dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
		"From: Joe SixPack <joe@football.example.com>\r\n"
		"To: Suzie Q <suzie@shopping.example.net>\r\n"
		"Subject: Is dinner ready?\r\n"
		"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
		"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n";
	static const char body[] =
		"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
	static const char *const records[] = { ed25519_record, rsa_record };
	pool_t pool = pool_alloconly_create("rfc", 65536);
	const struct bounce_header *block;
	const struct bounce_dkim_signatures *sigs;
	struct bounce_dkim_body_hasher *hasher;
	const struct bounce_dkim_body_hashes *hashes;
	unsigned int i;

	test_begin("bounce dkim verify rfc 8463");
	block = bounce_header_parse(pool, (const void *)header,
				    sizeof(header) - 1);
	sigs = bounce_dkim_signatures_parse(pool, block, domains_create(pool));
	test_assert(sigs->count == 2);
	hasher = bounce_dkim_body_init(pool, block);
	bounce_dkim_body_more(hasher, (const void *)body, sizeof(body) - 1);
	hashes = bounce_dkim_body_finish(&hasher);
	for (i = 0; i < sigs->count; i++) {
		struct bounce_dkim_result result;
		struct bounce_key *key;
		const char *error;

		test_assert_idx(bounce_key_parse((const void *)records[i],
			strlen(records[i]), &key, &error) ==
			BOUNCE_KEY_FOUND, i);
		bounce_dkim_verify_header(pool, block, &sigs->sigs[i], key,
					  &result);
		test_assert_idx(result.header == BOUNCE_DKIM_HEADER_PASS, i);
		test_assert_idx(bounce_dkim_body_check(hashes,
			&sigs->sigs[i]) == BOUNCE_DKIM_BODY_MATCH, i);
		bounce_key_unref(&key);
	}
	pool_unref(&pool);
	test_end();
}

static void test_bounce_dkim_verify_rfc6376(void)
{
	/* RFC 6376 appendix A.2 and C, with errata 3192 and 4926: the
	   double space and the folds' white space as they were signed */
	static const char record[] = "v=DKIM1; "
		"p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkM"
		"oGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/R"
		"tdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToI"
		"MmPSPDdQPNUYckcQ2QIDAQAB";
	static const char header[] =
		"DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
		"      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
		"      h=Received : From : To : Subject : Date : Message-ID;\r\n"
		"      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
		"      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
		"        4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
		"        KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
		"        4bmp/YzhwvcubU4=;\r\n"
		"Received: from client1.football.example.com  [192.0.2.1]\r\n"
		"      by submitserver.example.com with SUBMISSION;\r\n"
		"      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"
		"From: Joe SixPack <joe@football.example.com>\r\n"
		"To: Suzie Q <suzie@shopping.example.net>\r\n"
		"Subject: Is dinner ready?\r\n"
		"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
		"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n";
	struct bounce_key *key;
	const char *error;

	test_begin("bounce dkim verify rfc 6376");
	test_assert(bounce_key_parse((const void *)record, strlen(record),
				     &key, &error) == BOUNCE_KEY_FOUND);
	test_assert_strcmp(t_verify(key, header), PASS);
	bounce_key_unref(&key);
	test_end();
}

/* Every octet that is signed is. */
static void
verify_mutations(const struct bounce_key *key, const char *header)
{
	static const unsigned char flips[] = { 0x01, 0x20, 0x80 };
	size_t size = strlen(header), i;
	/* all but the unsigned Received */
	size_t start = strstr(header, "Received:") - header;
	size_t end = strstr(header, "From: ") - header;
	unsigned char *copy = i_malloc(size);

	test_assert_strcmp(t_verify(key, header), PASS);
	for (i = 0; i < size; i++) {
		if (i == start)
			i = end;
		memcpy(copy, header, size);
		copy[i] ^= flips[i % N_ELEMENTS(flips)];
		test_assert_idx(strncmp(t_verify_data(key, copy, size),
					PASS, strlen(PASS)) != 0, i);
	}
	i_free(copy);
}

static void test_bounce_dkim_verify_mutations(void)
{
	test_begin("bounce dkim verify mutations");
	verify_mutations(rsa.key, t_test_signer_header(
		rsa.pkey, SIMPLE, HEADER, NAMES,
		SIG("rsa-sha256", "simple", NAMES)));
	verify_mutations(ed25519.key, t_test_signer_header(
		ed25519.pkey, SIMPLE, HEADER, NAMES,
		SIG("ed25519-sha256", "simple", NAMES)));
	test_end();
}

static void test_bounce_dkim_verify_altered(void)
{
	static const struct {
		/* replace the first with the second */
		const char *from, *to;
		/* simple, relaxed; RSA, then Ed25519 */
		const char *results[4];
	} tests[] = {
		{ "", "", { PASS, PASS, PASS, PASS } },
		{ "Hello", "Hallo", { ALTERED, ALTERED, BAD, BAD } },
		{ "Hello   World ", "Hello World", { ALTERED, PASS, BAD, PASS } },
		{ "Subject: ", "SUBJECT :", { ALTERED, PASS, BAD, PASS } },
		{ "To: bob@example.net,\r\n ", "To: bob@example.net,\r\n\t",
		  { PASS", address lists joined as before", PASS, BAD, PASS } },
		/* Ed25519 is tried once */
		{ "To: bob@example.net,\r\n ", "To: bob@example.net,",
		  { PASS", address lists joined as before",
		    PASS", address lists joined as before", BAD,
		    PASS", address lists joined as before" } },
		{ "X-Empty:\r\n", "", { ALTERED, ALTERED, BAD, BAD } },
		/* unsigned fields come and go */
		{ "Received: from a\r\n\tby b\r\n", "",
		  { PASS, PASS, PASS, PASS } },
		{ "Received: from a\r\n", "Received: from c\r\n",
		  { PASS, PASS, PASS, PASS } },
		/* above the signed ones: section 5.4.2 lets b= verify */
		{ "Received: from a\r\n\tby b\r\n", "Subject: x\r\n",
		  { ALTERED, ALTERED, ALTERED, ALTERED } },
		{ "Received: from a\r\n\tby b\r\n", "TO : x\r\n",
		  { ALTERED, ALTERED, ALTERED, ALTERED } },
		{ "Received: from a\r\n\tby b\r\n", "date: x\r\n",
		  { ALTERED, ALTERED, ALTERED, ALTERED } },
		/* oversigned */
		{ "Received: from a\r\n\tby b\r\n", "From: x\r\n",
		  { ALTERED, ALTERED, BAD, BAD } },
		/* below: another one is selected */
		{ "X-Empty:\r\n", "X-Empty:\r\nSubject: x\r\n",
		  { ALTERED, ALTERED, BAD, BAD } },
		/* what a mail program shows is not From */
		{ "From: Alice", "Fr\001om: Alice",
		  { ALTERED, ALTERED, BAD, BAD } }
	};
	unsigned int i, j;

	test_begin("bounce dkim verify altered");
	for (i = 0; i < N_ELEMENTS(tests); i++)
	for (j = 0; j < 4; j++) T_BEGIN {
		static const char *const sigs[] = {
			SIG("rsa-sha256", "simple", NAMES),
			SIG("rsa-sha256", "relaxed", NAMES),
			SIG("ed25519-sha256", "simple", NAMES),
			SIG("ed25519-sha256", "relaxed", NAMES)
		};
		struct test_signer_key *key = j < 2 ? &rsa : &ed25519;
		const char *header, *p;

		header = t_test_signer_header(key->pkey, j % 2 == 0 ?
			SIMPLE : RELAXED, HEADER, NAMES, sigs[j]);
		p = strstr(header, tests[i].from);
		i_assert(p != NULL);
		header = t_strconcat(t_strdup_until(header, p), tests[i].to,
				     p + strlen(tests[i].from), NULL);
		test_assert_strcmp_idx(t_verify(key->key, header),
				       tests[i].results[j], i * 10 + j);
	} T_END;
	test_end();
}

/* From is not oversigned: b= verifies, but it does not vouch. */
static void test_bounce_dkim_verify_from(void)
{
	static const struct {
		const char *header, *names, *result;
	} tests[] = {
		{ "From: a\n", "From", PASS },
		{ "From: x\nFrom: a\n", "From", ALTERED },
		{ "From: x\nFrom: a\n", "From:From", ALTERED },
		{ "X: a\n", "From:X", ALTERED },
		{ "From: a\nSubject: x\nSubject: a\n", "From", PASS },
		{ "From: a\nSubject: x\nSubject: a\n", "From:Subject",
		  ALTERED },
		{ "From: a\nCc: x\nCc: a\n", "From:Cc", PASS }
	};
	unsigned int i;

	test_begin("bounce dkim verify from");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const char *sig = t_strdup_printf(
			SIG("rsa-sha256", "relaxed", "%s"), tests[i].names);

		test_assert_strcmp_idx(t_verify(rsa.key,
			t_test_signer_header(rsa.pkey, RELAXED,
					     tests[i].header, tests[i].names,
					     sig)), tests[i].result, i);
	} T_END;
	test_end();
}

/* A NUL or a bare CR in a signed field, signed as such. */
static void test_bounce_dkim_verify_octets(void)
{
	static const struct {
		const char *octet;
		unsigned int size;
		bool is_signed;
		const char *result;
		/* the header ends there */
		bool end;
	} tests[] = {
		{ "a", 1, TRUE, PASS, FALSE },
		{ "\001", 1, TRUE, PASS, FALSE },
		{ "\0", 1, TRUE, ALTERED, FALSE },
		{ "\r", 1, TRUE, ALTERED, FALSE },
		{ "\r\r\n ", 4, TRUE, ALTERED, FALSE },
		{ "a", 1, TRUE, PASS, TRUE },
		{ "a\r\n", 3, TRUE, PASS, TRUE },
		{ "\r\r\n", 3, TRUE, ALTERED, TRUE },
		/* a signature says nothing of what it does not cover */
		{ "\0", 1, FALSE, PASS, FALSE },
		{ "\r", 1, FALSE, PASS, FALSE }
	};
	unsigned int i;

	test_begin("bounce dkim verify octets");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const char *names = tests[i].is_signed ? "From:X" : "From";
		const char *sig = t_strdup_printf(
			SIG("rsa-sha256", "simple", "%s"), names);
		string_t *input = t_test_signer_input(SIMPLE,
			"From: a\r\n", "From", sig);
		buffer_t *field = t_buffer_create(64), *data;
		const char *top;

		buffer_append(field, "X: a", 4);
		buffer_append(field, tests[i].octet, tests[i].size);
		if (!tests[i].end)
			buffer_append(field, "b\r\n", 3);
		if (tests[i].is_signed)
			buffer_insert(input, strlen("From: a\r\n"),
				      field->data, field->used);
		/* the last line may lack its end */
		if (tests[i].end && tests[i].size == 1)
			buffer_insert(input, strlen("From: a\r\n") +
				      field->used, "\r\n", 2);
		data = t_buffer_create(1024);
		top = t_strconcat(t_test_signer_fill(sig,
			t_test_signer_sign(rsa.pkey, input)),
			"\r\nFrom: a\r\n", NULL);
		buffer_append(data, top, strlen(top));
		buffer_append_buf(data, field, 0, SIZE_MAX);
		test_assert_strcmp_idx(t_verify_data(rsa.key, data->data,
						     data->used),
				       tests[i].result, i);
	} T_END;
	test_end();
}

static void test_bounce_dkim_verify_keys(void)
{
	const char *header;
	struct bounce_key strict;

	test_begin("bounce dkim verify keys");
	header = t_test_signer_header(rsa.pkey, RELAXED, HEADER, NAMES,
				      SIG("rsa-sha256", "relaxed", NAMES));
	test_assert_strcmp(t_verify(rsa.key, header), PASS);
	/* another domain's key, of the same size, and of others */
	test_assert_strcmp(t_verify(rsa_other.key, header), BAD);
	test_assert_strcmp(t_verify(rsa_e3.key, header), BAD);
	test_assert_strcmp(t_verify(rsa_large.key, header), "fail: damaged");
	/* section 6.1.2: the key must fit the algorithm */
	test_assert_strcmp(t_verify(ed25519.key, header),
			   "permerror: key-unusable");
	header = t_test_signer_header(ed25519.pkey, RELAXED, HEADER, NAMES,
				      SIG("ed25519-sha256", "relaxed", NAMES));
	test_assert_strcmp(t_verify(rsa.key, header),
			   "permerror: key-unusable");
	header = t_test_signer_header(rsa.pkey, RELAXED, HEADER, NAMES,
				      SIG("rsa-sha1", "relaxed", NAMES));
	test_assert_strcmp(t_verify(rsa.key, header),
			   "permerror: bad-signature");
	header = t_test_signer_header(rsa.pkey, RELAXED, HEADER, NAMES,
		"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed; d=example.net; "
		"s=s; h="NAMES"; "BH"; b=@B@");
	test_assert_strcmp(t_verify(rsa.key, header), "skipped");

	/* section 3.6.1, t=s */
	strict = *rsa.key;
	strict.strict = TRUE;
	header = t_test_signer_header(rsa.pkey, RELAXED, HEADER, NAMES,
		"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed; d=example.org; "
		"s=s; h="NAMES"; "BH"; i=@EXAMPLE.ORG; b=@B@");
	test_assert_strcmp(t_verify(&strict, header), PASS);
	header = t_test_signer_header(rsa.pkey, RELAXED, HEADER, NAMES,
		"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed; d=example.org; "
		"s=s; h="NAMES"; "BH"; i=@a.example.org; b=@B@");
	test_assert_strcmp(t_verify(&strict, header), "fail: altered");
	test_assert_strcmp(t_verify(rsa.key, header), PASS);
	test_end();
}

/* The signature is the last of what came back. */
static void test_bounce_dkim_verify_truncated(void)
{
	const char *header, *sig;
	size_t i, b;

	test_begin("bounce dkim verify truncated");
	header = t_test_signer_header(rsa.pkey, RELAXED, HEADER, NAMES,
				      SIG("rsa-sha256", "relaxed", NAMES));
	sig = t_strdup_until(header, strstr(header, "\r\nReceived"));
	header = t_strconcat(HEADER, sig, NULL);
	test_assert_strcmp(t_verify(rsa.key, header), PASS);
	/* without the padding of base64, all of it is there */
	test_assert_strcmp(t_verify(rsa.key, t_strndup(header,
		strlen(header) - 2)), PASS);
	b = strstr(header, "h=From") - header;
	for (i = strlen(header) - 3; i > b; i--) {
		const char *cut = t_strndup(header, i);

		test_assert_idx(strcmp(t_verify(rsa.key, cut),
				       "permerror: truncated") == 0, i);
		/* more header behind it: not the header was cut */
		if (cut[i - 1] == '\r' || cut[i - 1] == '\n')
			continue;
		cut = t_strconcat(cut, "\nX: x\n", NULL);
		test_assert_idx(strcmp(t_verify(rsa.key, cut),
				       "permerror: damaged") == 0 ||
				strcmp(t_verify(rsa.key, cut),
				       "fail: damaged") == 0, i);
	}
	test_end();
}

/*
 * Forged padding: RFC 8017 section 9.2. Only the right block proves that the
 * key signed.
 */

#define DIGEST_INFO_SHA256 \
	"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05" \
	"\x00\x04\x20"

static const struct {
	const char *name;
	/* before the 32 octets of the hash */
	const char *prefix;
	unsigned int prefix_size;
	/* behind it */
	const char *suffix;
	unsigned int suffix_size;
	/* block type, padding octet */
	unsigned char type, padding;
	/* only so much padding, and then the suffix repeated to the end */
	unsigned int padding_size;
	bool valid;
} blocks[] = {
#define S(str) str, sizeof(str) - 1
	{ "right", S(DIGEST_INFO_SHA256), S(""), 1, 0xff, 0, TRUE },
	/* the digest algorithm's NULL parameter is missing */
	{ "no NULL", S("\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03"
		       "\x04\x02\x01\x04\x20"), S(""), 1, 0xff, 0, FALSE },
	/* parameters that are ignored by careless decoders */
	{ "garbage in the parameters",
	  S("\x30\x35\x30\x11\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
	    "\x04\x04" "ABCD\x04\x20"), S(""), 1, 0xff, 0, FALSE },
	{ "SHA-512's name", S("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01"
			      "\x65\x03\x04\x02\x03\x05\x00\x04\x20"),
	  S(""), 1, 0xff, 0, FALSE },
	{ "SHA-1's name", S("\x30\x2d\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a"
			    "\x05\x00\x04\x20"), S(""), 1, 0xff, 0, FALSE },
	{ "long length", S("\x30\x81\x31\x30\x0d\x06\x09\x60\x86\x48\x01"
			   "\x65\x03\x04\x02\x01\x05\x00\x04\x20"),
	  S(""), 1, 0xff, 0, FALSE },
	{ "no DigestInfo", S(""), S(""), 1, 0xff, 0, FALSE },
	{ "octets behind the hash", S(DIGEST_INFO_SHA256), S("AB"),
	  1, 0xff, 0, FALSE },
	{ "little padding, much garbage", S(DIGEST_INFO_SHA256), S("G"),
	  1, 0xff, 8, FALSE },
	{ "no padding, much garbage", S(DIGEST_INFO_SHA256), S("\0"),
	  1, 0xff, 0 + 1, FALSE },
	{ "block type 0", S(DIGEST_INFO_SHA256), S(""), 0, 0xff, 0, FALSE },
	{ "block type 2", S(DIGEST_INFO_SHA256), S(""), 2, 0xff, 0, FALSE },
	{ "padding of fe", S(DIGEST_INFO_SHA256), S(""), 1, 0xfe, 0, FALSE },
	{ "padding of 0", S(DIGEST_INFO_SHA256), S(""), 1, 0, 0, FALSE }
#undef S
};

static buffer_t *
t_block_build(unsigned int index, const unsigned char *hash, size_t size)
{
	buffer_t *block = t_buffer_create(size);
	size_t tail = blocks[index].prefix_size + SHA256_DIGEST_LENGTH;
	size_t padding = blocks[index].padding_size;

	if (padding == 0)
		padding = size - 3 - tail - blocks[index].suffix_size;
	buffer_append_c(block, 0);
	buffer_append_c(block, blocks[index].type);
	while (padding-- > 0)
		buffer_append_c(block, blocks[index].padding);
	buffer_append_c(block, 0);
	buffer_append(block, blocks[index].prefix, blocks[index].prefix_size);
	buffer_append(block, hash, SHA256_DIGEST_LENGTH);
	while (block->used < size)
		buffer_append(block, blocks[index].suffix,
			      blocks[index].suffix_size);
	i_assert(block->used == size);
	return block;
}

static void test_bounce_dkim_verify_padding(void)
{
	static const char sig[] = SIG("rsa-sha256", "relaxed", NAMES);
	struct test_signer_key *keys[] = { &rsa, &rsa_e3 };
	unsigned char hash[SHA256_DIGEST_LENGTH];
	unsigned int i, j;

	test_begin("bounce dkim verify padding");
	for (i = 0; i < N_ELEMENTS(blocks); i++)
	for (j = 0; j < N_ELEMENTS(keys); j++) T_BEGIN {
		string_t *input = t_test_signer_input(RELAXED, HEADER, NAMES,
						      sig);
		buffer_t *block;
		const char *header;

		SHA256(str_data(input), str_len(input), hash);
		block = t_block_build(i, hash, 256);
		header = t_strconcat(t_test_signer_fill(sig,
			t_test_signer_rsa_raw(keys[j]->pkey, block->data,
					      block->used)),
			"\r\n"HEADER, NULL);
		test_assert_idx(strcmp(t_verify(keys[j]->key, header),
				       blocks[i].valid ? PASS : BAD) == 0, i);
		/* the same of another header's hash */
		hash[0] ^= 1;
		block = t_block_build(i, hash, 256);
		header = t_strconcat(t_test_signer_fill(sig,
			t_test_signer_rsa_raw(keys[j]->pkey, block->data,
					      block->used)),
			"\r\n"HEADER, NULL);
		test_assert_idx(strcmp(t_verify(keys[j]->key, header),
				       blocks[i].valid ? ALTERED : BAD) == 0,
				i);
	} T_END;
	test_end();
}

/* The smallest number whose cube is not below n. */
static BIGNUM *cube_root(const BIGNUM *n, BN_CTX *ctx)
{
	BIGNUM *root = BN_new(), *cube = BN_new();
	int bit;

	BN_zero(root);
	for (bit = BN_num_bits(n) / 3 + 1; bit >= 0; bit--) {
		(void)BN_set_bit(root, bit);
		(void)BN_sqr(cube, root, ctx);
		(void)BN_mul(cube, cube, root, ctx);
		if (BN_cmp(cube, n) > 0)
			(void)BN_clear_bit(root, bit);
	}
	(void)BN_add_word(root, 1);
	BN_free(cube);
	return root;
}

/* Bleichenbacher 2006: with e=3 a block with little padding and garbage at its
   end can be made without the private key, because some cube begins like it. */
static void test_bounce_dkim_verify_bleichenbacher(void)
{
	static const char sig[] = SIG("rsa-sha256", "relaxed", NAMES);
	unsigned char hash[SHA256_DIGEST_LENGTH], b[256];
	string_t *input = t_test_signer_input(RELAXED, HEADER, NAMES, sig);
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *n, *root, *cube = BN_new();
	buffer_t *block, forged;

	test_begin("bounce dkim verify bleichenbacher");
	SHA256(str_data(input), str_len(input), hash);
	/* "little padding, much garbage", where the garbage is zeros */
	block = t_buffer_create(256);
	buffer_append(block, "\0\1\xff\xff\xff\xff\xff\xff\xff\xff\0", 11);
	buffer_append(block, DIGEST_INFO_SHA256,
		      sizeof(DIGEST_INFO_SHA256) - 1);
	buffer_append(block, hash, sizeof(hash));
	buffer_append_zero(block, 256 - block->used);
	n = BN_bin2bn(block->data, block->used, NULL);
	root = cube_root(n, ctx);
	/* it is what it should be: its cube begins like the block */
	(void)BN_sqr(cube, root, ctx);
	(void)BN_mul(cube, cube, root, ctx);
	test_assert(BN_bn2binpad(cube, b, sizeof(b)) == sizeof(b));
	test_assert(memcmp(b, block->data, 11 +
			   sizeof(DIGEST_INFO_SHA256) - 1 + 32) == 0);

	test_assert(BN_bn2binpad(root, b, sizeof(b)) == sizeof(b));
	buffer_create_from_const_data(&forged, b, sizeof(b));
	test_assert_strcmp(t_verify(rsa_e3.key, t_strconcat(
		t_test_signer_fill(sig, &forged), "\r\n"HEADER, NULL)), BAD);
	BN_free(n);
	BN_free(root);
	BN_free(cube);
	BN_CTX_free(ctx);
	test_end();
}

/* Values that are no signature of any key. */
static void test_bounce_dkim_verify_numbers(void)
{
	static const char sig[] = SIG("rsa-sha256", "relaxed", NAMES);
	unsigned char b[257];
	BIGNUM *n = NULL;
	buffer_t buf;
	unsigned int i;

	test_begin("bounce dkim verify numbers");
	(void)EVP_PKEY_get_bn_param(rsa.pkey, "n", &n);
	for (i = 0; i < 7; i++) T_BEGIN {
		size_t size = 256;

		memset(b, 0, sizeof(b));
		switch (i) {
		case 0: /* 0 */
			break;
		case 1: /* 1 */
			b[255] = 1;
			break;
		case 2: /* the modulus */
			(void)BN_bn2binpad(n, b, 256);
			break;
		case 3: /* above it */
			memset(b, 0xff, 256);
			break;
		case 4: /* the modulus less 1 */
			(void)BN_bn2binpad(n, b, 256);
			b[255]--;
			break;
		case 5: /* too short, too long */
			size = 255;
			break;
		case 6:
			size = 257;
			break;
		}
		buffer_create_from_const_data(&buf, b, size);
		test_assert_idx(strcmp(t_verify(rsa.key, t_strconcat(
			t_test_signer_fill(sig, &buf), "\r\n"HEADER, NULL)),
			size == 256 ? BAD : "fail: damaged") == 0, i);
	} T_END;
	BN_free(n);
	test_end();
}

/* What is repaired still has to be unambiguous. */
static void test_bounce_dkim_verify_repair_ambiguous(void)
{
	static const char sig[] = SIG("rsa-sha256", "relaxed",
				      "From:Content-Transfer-Encoding");
	const char *header;
	string_t *input;

	test_begin("bounce dkim verify repair ambiguous");
	input = t_test_signer_input(RELAXED,
		"From: a\r\nContent-Transfer-Encoding: 8bit\r\n",
		"From:Content-Transfer-Encoding", sig);
	header = t_strconcat(t_test_signer_fill(sig,
		t_test_signer_sign(rsa.pkey, input)),
		"\r\nFrom: x\r\nFrom: a\r\n"
		"Content-Transfer-Encoding: base64\r\n", NULL);
	test_assert_strcmp(t_verify(rsa.key, header), ALTERED);
	test_end();
}

/* In a header of more than 32 KB nothing is repaired. */
static void test_bounce_dkim_verify_repair_size(void)
{
	static const char sig[] = SIG("rsa-sha256", "simple", "From:To:X");
	const char *header, *p;
	string_t *fields = t_str_new(40000);
	size_t pad = 0;
	unsigned int i;

	test_begin("bounce dkim verify repair size");
	for (i = 0; i < 3; i++) T_BEGIN {
		str_truncate(fields, 0);
		str_append(fields, "From: a\r\nTo: b@x,\r\n\tc@x\r\nX: ");
		while (pad-- > 0)
			str_append_c(fields, 'x');
		str_append(fields, "\r\n");
		header = t_test_signer_header(rsa.pkey, SIMPLE, str_c(fields),
					      "From:To:X", sig);
		p = strstr(header, ",\r\n\tc");
		header = t_strconcat(t_strdup_until(header, p), ", c",
				     p + 5, NULL);
		test_assert_strcmp_idx(t_verify(rsa.key, header), i == 2 ?
			ALTERED : PASS", address lists joined as before", i);
		/* all four fields are hashed, without the line ends that are
		   not in them; so much more makes it exactly as large */
		pad = i == 0 ? BOUNCE_DKIM_REPAIR_MAX_SIZE -
			(strlen(header) - 4 * 2) :
			str_len(fields) - strlen("From: a\r\nTo: b@x,\r\n"
						 "\tc@x\r\nX: \r\n") + 1;
	} T_END;
	test_end();
}

/* Without memory for libcrypto, nothing is held against a good signature. */
static void test_bounce_dkim_verify_no_memory(void)
{
	const struct test_signer_key *const keys[] = { &rsa, &ed25519 };
	struct bounce_dkim_result result;
	unsigned int i, j, failures;

	test_begin("bounce dkim verify without memory");
	for (i = 0; i < N_ELEMENTS(keys); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("verify", 16384);
		const char *text = t_test_signer_header(keys[i]->pkey, RELAXED,
			HEADER, NAMES, i == 0 ?
			SIG("rsa-sha256", "relaxed", NAMES) :
			SIG("ed25519-sha256", "relaxed", NAMES));
		const struct bounce_header *header = bounce_header_parse(pool,
			(const void *)text, strlen(text));
		const struct bounce_dkim_signatures *sigs =
			bounce_dkim_signatures_parse(pool, header,
						     domains_create(pool));

		failures = 0;
		for (j = 0; j < 10000; j++) {
			test_alloc_fail = j;
			bounce_dkim_verify_header(pool, header, &sigs->sigs[0],
						  keys[i]->key, &result);
			if (test_alloc_fail > 0)
				break;
			test_alloc_fail = UINT_MAX;
			test_assert_idx(result.header ==
					BOUNCE_DKIM_HEADER_TEMPERROR ||
					result.header ==
					BOUNCE_DKIM_HEADER_PASS, i * 100 + j);
			if (result.header == BOUNCE_DKIM_HEADER_TEMPERROR)
				failures++;
		}
		test_alloc_fail = UINT_MAX;
		test_assert_idx(result.header == BOUNCE_DKIM_HEADER_PASS, i);
		test_assert_idx(failures > 0, i);
		pool_unref(&pool);
	} T_END;
	test_assert(ERR_peek_error() == 0);
	test_end();
}

/* More names in h= than are looked for: it cannot be said whether it verifies,
   unless our key did not make it. */
static void test_bounce_dkim_verify_too_many_names(void)
{
	string_t *names = t_str_new(1024);
	const char *header;
	unsigned int i;

	test_begin("bounce dkim verify too many names");
	str_append(names, "From");
	for (i = 1; i < BOUNCE_DKIM_MAX_NAMES; i++)
		str_append(names, ":X");
	for (i = 0; i < 2; i++) {
		header = t_test_signer_header(rsa.pkey, RELAXED, "From: a\r\n",
			str_c(names), t_strdup_printf(SIG("rsa-sha256",
			"relaxed", "%s"), str_c(names)));
		test_assert_strcmp_idx(t_verify(rsa.key, header), i == 0 ?
				       PASS : "permerror: over-limit", i);
		test_assert_strcmp_idx(t_verify(rsa_other.key, header), BAD, i);
		header = t_test_signer_header(ed25519.pkey, RELAXED,
			"From: a\r\n", str_c(names), t_strdup_printf(
			SIG("ed25519-sha256", "relaxed", "%s"),
			str_c(names)));
		test_assert_strcmp_idx(t_verify(ed25519.key, header), i == 0 ?
				       PASS : "permerror: over-limit", i);
		str_append(names, ":X");
	}
	test_end();
}

static void test_bounce_dkim_verify_names(void)
{
	static const char *const names[] = {
		"skipped", "pass", "fail", "temperror", "permerror"
	};
	unsigned int i;

	test_begin("bounce dkim header names");
	for (i = 0; i < N_ELEMENTS(names); i++) {
		test_assert_strcmp_idx(bounce_dkim_header_name(i), names[i],
				       i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dkim_verify_forms,
		test_bounce_dkim_verify_rfc,
		test_bounce_dkim_verify_rfc6376,
		test_bounce_dkim_verify_mutations,
		test_bounce_dkim_verify_altered,
		test_bounce_dkim_verify_from,
		test_bounce_dkim_verify_octets,
		test_bounce_dkim_verify_keys,
		test_bounce_dkim_verify_truncated,
		test_bounce_dkim_verify_padding,
		test_bounce_dkim_verify_bleichenbacher,
		test_bounce_dkim_verify_numbers,
		test_bounce_dkim_verify_repair_ambiguous,
		test_bounce_dkim_verify_repair_size,
		test_bounce_dkim_verify_no_memory,
		test_bounce_dkim_verify_too_many_names,
		test_bounce_dkim_verify_names,
		NULL
	};
	int ret;

	test_no_memory_init();
	test_signer_key_init_rsa(&rsa, 2048, 65537);
	test_signer_key_init_rsa(&rsa_other, 2048, 65537);
	test_signer_key_init_rsa(&rsa_e3, 2048, 3);
	test_signer_key_init_rsa(&rsa_large, 3072, 65537);
	test_signer_key_init_ed25519(&ed25519);
	ret = test_run(test_functions);
	test_signer_key_deinit(&rsa);
	test_signer_key_deinit(&rsa_other);
	test_signer_key_deinit(&rsa_e3);
	test_signer_key_deinit(&rsa_large);
	test_signer_key_deinit(&ed25519);
	return ret;
}
