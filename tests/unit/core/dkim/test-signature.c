/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "base/limits.h"
#include "name/own-domains.h"
#include "dkim/dkim-private.h"
#include "test-common.h"

#define BH "bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="
/* all that is required, but for what a test is about */
#define V "v=1;"
#define A "a=rsa-sha256;"
#define D "d=example.org;"
#define S "s=sel;"
#define H "h=From;"
#define B "b=YWJj"

static struct bounce_domains *domains_create(pool_t pool)
{
	struct bounce_domains *domains;
	const char *error;

	if (bounce_domains_parse(pool, "example.org .example.com "
				 "b\xc3\xbc""cher.example",
				 &domains, &error) < 0)
		i_unreached();
	return domains;
}

/* The header in a heap block of its size, which outlives the result. */
static const struct bounce_dkim_signatures *
signatures_parse(pool_t pool, const void *header, size_t size,
		 unsigned char **copy_r)
{
	*copy_r = i_malloc(I_MAX(size, 1));
	memcpy(*copy_r, header, size);
	return bounce_dkim_signatures_parse(
		pool, bounce_header_parse(pool, *copy_r, size),
		domains_create(pool));
}

static void test_bounce_dkim_signature_errors(void)
{
	static const struct {
		const char *value;
		/* NULL: none */
		const char *error;
	} tests[] = {
		{ V A D S H BH";"B, NULL },
		/* RFC 6376 section 3.2: tag-lists */
		{ "", "there are no tags" },
		{ V A D S H BH";"B";"B, "a tag is there twice" },
		{ V V A D S H BH";"B, "a tag is there twice" },
		{ V A D S H BH";;"B, "a tag has no name" },
		{ V A D S H BH";"B"; zz=1; _", "a tag has no name" },
		{ V A D S H BH"; zz = 1 ;"B";", NULL },
		{ " v = 1 ; a = rsa-sha256 ;\r\n\td\r\n =\r\n example.org ; s= "
		  "sel; h = From ; "BH" ; b = YW\r\n Jj ; ", NULL },
		/* section 3.5 and 6.1.1: v= */
		{ A D S H BH";"B, "v= is missing" },
		{ "v=2;" A D S H BH";"B, "v= is not 1" },
		{ "v=1.0;" A D S H BH";"B, "v= is not 1" },
		{ "v=;" A D S H BH";"B, "v= is not 1" },
		/* the tags may come in any order */
		{ B";" H S D A V BH, NULL },
		/* required tags */
		{ V D S H BH";"B, "a= is missing" },
		{ V A S H BH";"B, "d= is missing" },
		{ V A D H BH";"B, "s= is missing" },
		{ V A D S BH";"B, "h= is missing" },
		{ V A D S H B, "bh= is missing" },
		{ V A D S H BH, "b= is missing" },
		/* a= */
		{ V "a=ed25519-sha256;" D S H BH";"B, NULL },
		{ V "a=rsa-sha1;" D S H BH";"B,
		  "a=rsa-sha1 is not accepted any more" },
		{ V "a=RSA-SHA256;" D S H BH";"B, "a= is not known" },
		{ V "a=rsa-sha512;" D S H BH";"B, "a= is not known" },
		{ V "a=;" D S H BH";"B, "a= is not known" },
		/* c= */
		{ V A D S H BH";c=simple;"B, NULL },
		{ V A D S H BH";c=relaxed/simple;"B, NULL },
		{ V A D S H BH";c=relaxed/;"B, "c= is not known" },
		{ V A D S H BH";c=/simple;"B, "c= is not known" },
		{ V A D S H BH";c=;"B, "c= is not known" },
		{ V A D S H BH";c=nowsp;"B, "c= is not known" },
		{ V A D S H BH";c=simple/nowsp;"B, "c= is not known" },
		{ V A D S H BH";c=simple/simple/simple;"B, "c= is not known" },
		/* d= and s= */
		{ V A "d=EXAMPLE.org.;" S H BH";"B, NULL },
		{ V A "d=;" S H BH";"B, "d= is not a domain name" },
		{ V A "d=exa mple.org;" S H BH";"B, "d= is not a domain name" },
		{ V A "d=..;" S H BH";"B, "d= is not a domain name" },
		{ V A "d=b\xc3""cher.example;" S H BH";"B,
		  "d= is not a domain name" },
		{ V A D "s=../../etc;" H BH";"B, NULL },
		{ V A D "s=;" H BH";"B, NULL },
		/* h= */
		{ V A D S "h=from:to;" BH";"B, NULL },
		{ V A D S "h= To : FROM ;" BH";"B, NULL },
		{ V A D S "h=To\r\n :\r\n From\r\n ;" BH";"B, NULL },
		{ V A D S "h=To;" BH";"B, "h= does not name From" },
		{ V A D S "h=To:Fromm:xFrom;" BH";"B,
		  "h= does not name From" },
		{ V A D S "h=;" BH";"B, "h= has an empty name" },
		{ V A D S "h=From:;" BH";"B, "h= has an empty name" },
		{ V A D S "h=:From;" BH";"B, "h= has an empty name" },
		{ V A D S "h=From::To;" BH";"B, "h= has an empty name" },
		{ V A D S "h=From To;" BH";"B, "h= has an invalid name" },
		{ V A D S "h=From:T\xc3\xb6;" BH";"B,
		  "h= has an invalid name" },
		/* i= */
		{ V A D S H BH";i=@example.org;"B, NULL },
		{ V A D S H BH";i=user@EXAMPLE.ORG.;"B, NULL },
		{ V A D S H BH";i=\"a@b\"@x.y.example.org;"B, NULL },
		{ V A D S H BH";i=@badexample.org;"B,
		  "i= is not of the domain in d=" },
		{ V A D S H BH";i=user@org;"B,
		  "i= is not of the domain in d=" },
		{ V A D S H BH";i=user@example.org.evil;"B,
		  "i= is not of the domain in d=" },
		{ V A D S H BH";i=example.org;"B,
		  "i= is not of the domain in d=" },
		{ V A D S H BH";i=;"B, "i= is not of the domain in d=" },
		/* q= */
		{ V A D S H BH";q=dns/txt;"B, NULL },
		{ V A D S H BH";q=x : dns/txt;"B, NULL },
		{ V A D S H BH";q=dns;"B, "q= does not allow dns/txt" },
		{ V A D S H BH";q=;"B, "q= does not allow dns/txt" },
		/* t= and x= */
		{ V A D S H BH";t=1;x=2;"B, NULL },
		{ V A D S H BH";x=2;"B, NULL },
		{ V A D S H BH";t=999999999999;"B, NULL },
		{ V A D S H BH";x=999999999999;"B, NULL },
		{ V A D S H BH";t=2;x=2;"B, "x= is not after t=" },
		{ V A D S H BH";t=2;x=1;"B, "x= is not after t=" },
		{ V A D S H BH";t=1000000000000;"B, "t= is invalid" },
		{ V A D S H BH";x=1000000000000;"B, "x= is invalid" },
		{ V A D S H BH";t=-1;"B, "t= is invalid" },
		{ V A D S H BH";t=1 2;"B, "t= is invalid" },
		{ V A D S H BH";t=;"B, "t= is invalid" },
		{ V A D S H BH";x=1x;"B, "x= is invalid" },
		/* l= */
		{ V A D S H BH";l=0;"B, NULL },
		{ V A D S H BH";l=18446744073709551615;"B, NULL },
		{ V A D S H BH";l=18446744073709551616;"B, "l= is invalid" },
		{ V A D S H BH";l=99999999999999999999999;"B,
		  "l= is invalid" },
		{ V A D S H BH";l=;"B, "l= is invalid" },
		{ V A D S H BH";l=-1;"B, "l= is invalid" },
		{ V A D S H BH";l=+1;"B, "l= is invalid" },
		/* bh= and b= */
		{ V A D S H "bh=YWJj;" B, "bh= is not a SHA-256 hash" },
		{ V A D S H "bh=;" B, "bh= is not a SHA-256 hash" },
		{ V A D S H "bh=*;" B, "bh= is not a SHA-256 hash" },
		{ V A D S H "bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaYA;"
		  B, "bh= is not a SHA-256 hash" },
		{ V A D S H BH";b=", "b= is empty" },
		{ V A D S H BH";b=Y", "b= is not base64" },
		{ V A D S H BH";b=YWJ*", "b= is not base64" },
		/* the first error is told */
		{ A D H "c=x;" BH, "v= is missing" }
	};
	unsigned int i;

	test_begin("bounce dkim signature errors");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 4096);
		const struct bounce_dkim_signatures *sigs;
		unsigned char *copy;
		const char *header = t_strdup_printf(
			"DKIM-Signature: %s\r\nFrom: a\r\n", tests[i].value);

		sigs = signatures_parse(pool, header, strlen(header), &copy);
		test_assert_idx(sigs->count == 1, i);
		test_assert_strcmp_idx(sigs->sigs[0].error, tests[i].error, i);
		test_assert_idx(!sigs->sigs[0].truncated, i);
		/* what goes through the names of h= begins somewhere */
		test_assert_idx(sigs->sigs[0].names != NULL, i);
		i_free(copy);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_dkim_signature_values(void)
{
	static const char header[] =
		"Received: x\n"
		"dkim-signature :v=1; a=ed25519-sha256; c=relaxed;\n"
		"\td=Example.ORG.; s=Sel.2026; i=me@News.example.org;\n"
		"\tt=1700000000; x=1700000001; l=42; h=From : To;\n"
		"\t"BH"; b= YW\n\t Jj ; z=b=no\n"
		"From: a\n";
	pool_t pool = pool_alloconly_create("test", 4096);
	const struct bounce_dkim_signatures *sigs;
	const struct bounce_dkim_signature *sig;
	unsigned char *copy;

	test_begin("bounce dkim signature values");
	sigs = signatures_parse(pool, header, strlen(header), &copy);
	test_assert(sigs->count == 1 && !sigs->over_limit);
	sig = &sigs->sigs[0];
	test_assert(sig->field == 1);
	test_assert(sig->error == NULL && sig->own && !sig->truncated);
	test_assert_strcmp(sig->domain, "example.org");
	test_assert_strcmp(sig->selector, "sel.2026");
	test_assert_strcmp(sig->identity_domain, "news.example.org");
	test_assert_strcmp(sig->algorithm_name, "ed25519-sha256");
	test_assert(sig->algorithm == BOUNCE_DKIM_ALGORITHM_ED25519_SHA256);
	test_assert(sig->canon_header == BOUNCE_DKIM_CANON_RELAXED);
	test_assert(sig->canon_body == BOUNCE_DKIM_CANON_SIMPLE);
	test_assert(sig->timestamp == 1700000000 &&
		    sig->expires == 1700000001);
	test_assert(sig->have_length && sig->length == 42);
	test_assert(sig->body_hash[0] == 0x7e && sig->body_hash[31] == 0xa6);
	test_assert(sig->b_size == 3 && memcmp(sig->b, "abc", 3) == 0);
	test_assert(sig->names_size == 9 &&
		    memcmp(sig->names, "From : To", 9) == 0);
	/* section 3.7: the value and the white space around it */
	test_assert(sig->b_end - sig->b_start == 9 &&
		    memcmp(copy + 12 + sig->b_start, " YW\n\t Jj ", 9) == 0);
	i_free(copy);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_dkim_signature_defaults(void)
{
	static const char header[] =
		"DKIM-Signature: "V "a=x\001"";" D S H BH";"B"\n"
		"DKIM-Signature: "V "a=x y;" D "s=a_b/c;" H BH";"B;
	pool_t pool = pool_alloconly_create("test", 4096);
	const struct bounce_dkim_signatures *sigs;
	const struct bounce_dkim_signature *sig;
	unsigned char *copy;

	test_begin("bounce dkim signature defaults");
	sigs = signatures_parse(pool, header, strlen(header), &copy);
	test_assert(sigs->count == 2);
	/* a control character: what is behind it is not known */
	test_assert(sigs->sigs[0].error != NULL);
	test_assert_strcmp(sigs->sigs[0].domain, "");
	test_assert_strcmp(sigs->sigs[0].selector, "");
	test_assert_strcmp(sigs->sigs[0].algorithm_name, "");
	sig = &sigs->sigs[1];
	test_assert_strcmp(sig->algorithm_name, "x y");
	test_assert(sig->algorithm == BOUNCE_DKIM_ALGORITHM_UNKNOWN);
	/* no sequence of labels, and never a path */
	test_assert_strcmp(sig->selector, "");
	test_assert_strcmp(sig->identity_domain, "example.org");
	test_assert(sig->canon_header == BOUNCE_DKIM_CANON_SIMPLE);
	test_assert(sig->canon_body == BOUNCE_DKIM_CANON_SIMPLE);
	test_assert(sig->timestamp == -1 && sig->expires == -1);
	test_assert(!sig->have_length);
	i_free(copy);
	pool_unref(&pool);
	test_end();
}

/* A tag that stands twice makes it invalid, and does not hide whose it is. */
static void test_bounce_dkim_signature_twice(void)
{
	static const char header[] =
		"DKIM-Signature: "V V A S H BH";"B";"D"\r\nFrom: a\r\n";
	const struct bounce_dkim_signatures *sigs;
	unsigned char *copy;
	pool_t pool = pool_alloconly_create("test", 4096);

	test_begin("bounce dkim signature twice");
	sigs = signatures_parse(pool, header, sizeof(header) - 1, &copy);
	test_assert(sigs->count == 1 && sigs->sigs[0].own);
	test_assert_strcmp(sigs->sigs[0].error, "a tag is there twice");
	i_free(copy);
	pool_unref(&pool);
	test_end();
}

/* Whether mail software may have caused what is wrong with it. */
static void test_bounce_dkim_signature_damaged(void)
{
	static const struct {
		const char *value;
		bool damaged;
	} tests[] = {
		{ V A D S H BH";"B, FALSE },
		/* a tag is missing, or is not one any more */
		{ V D S H BH";"B, TRUE },
		{ V A D S H BH, TRUE },
		{ V A D S H BH";;"B, TRUE },
		{ V A D S "h=From To;" BH";"B, TRUE },
		{ V A D S H "bh=YWJj;"B, TRUE },
		{ V A D S H BH";b=Y", TRUE },
		{ V A D "s=s el;" H BH";"B, TRUE },
		{ V "a=rsa- sha256;" D S H BH";"B, TRUE },
		/* the signer's own doing */
		{ V "a=rsa-sha512;" D S H BH";"B, FALSE },
		{ V A D S H BH";"B";"B, FALSE },
		{ V A D S "h=To;" BH";"B, FALSE },
		{ V A D "s=../../etc;" H BH";"B, FALSE },
		/* it is damaged, but a selector all the same */
		{ V A D "s=3Dsel;" H BH";"B, FALSE }
	};
	unsigned int i;

	test_begin("bounce dkim signature damaged");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 4096);
		const struct bounce_dkim_signatures *sigs;
		unsigned char *copy;
		const char *header = t_strdup_printf(
			"DKIM-Signature: %s\r\nFrom: a\r\n", tests[i].value);

		sigs = signatures_parse(pool, header, strlen(header), &copy);
		test_assert_idx(sigs->count == 1 &&
				sigs->sigs[0].damaged == tests[i].damaged, i);
		i_free(copy);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Whether d= says clearly whose it is. */
static void test_bounce_dkim_signature_domain(void)
{
	static const struct {
		const char *value;
		bool readable;
	} tests[] = {
		{ V A "d=example.net;" S H BH";"B, TRUE },
		{ V A S H BH";"B, FALSE },
		{ V A "d=;" S H BH";"B, FALSE },
		{ V A "d=<example.net>;" S H BH";"B, FALSE },
		{ "v=3D1; a=3Drsa-sha256; d=example.net; "S H BH";"B, FALSE },
		/* the field was cut after it, or may have been */
		{ V A S"d=example.ne", FALSE },
		{ V A S"d=example.net;", TRUE },
		{ V A "d=example.net;s=s", TRUE },
		{ V A S H BH";"B"; d=example.net", TRUE }
	};
	struct bounce_dkim_tags read;
	unsigned int i;

	test_begin("bounce dkim signature domain");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const char *field = t_strconcat(BOUNCE_DKIM_FIELD_NAME":",
						tests[i].value, NULL);
		size_t size = strlen(field);
		unsigned char *copy = i_malloc(size);

		memcpy(copy, field, size);
		t_bounce_dkim_tags_read(copy, size,
					strlen(BOUNCE_DKIM_FIELD_NAME),
					strlen(BOUNCE_DKIM_FIELD_NAME) + 1,
					&read);
		test_assert_idx(read.domain_readable == tests[i].readable, i);
		i_free(copy);
	} T_END;
	test_end();
}

/* Each of the tags must be there. */
static void test_bounce_dkim_signature_complete(void)
{
	static const char *const parts[] = { V, A, D, S, H, BH";", B };
	struct bounce_tags tags;
	const char *error;
	unsigned int i, j;

	test_begin("bounce dkim signature complete");
	for (i = 0; i <= N_ELEMENTS(parts); i++) T_BEGIN {
		string_t *value = t_str_new(256);

		for (j = 0; j < N_ELEMENTS(parts); j++) {
			if (j != i)
				str_append(value, parts[j]);
		}
		test_assert_idx(bounce_tags_parse(str_data(value),
			str_len(value), &tags, &error) == 0, i);
		test_assert_idx(bounce_dkim_tags_are_complete(&tags) ==
				(i == N_ELEMENTS(parts)), i);
	} T_END;
	test_end();
}

static void test_bounce_dkim_signature_body_wanted(void)
{
	static const struct {
		const char *value;
		bool wanted, have_length;
		uoff_t length;
		enum bounce_dkim_canon canon;
	} tests[] = {
		{ V A D S H BH";"B, TRUE, FALSE, 0, BOUNCE_DKIM_CANON_SIMPLE },
		{ "c=simple/relaxed; l=42", TRUE, TRUE, 42,
		  BOUNCE_DKIM_CANON_RELAXED },
		{ "c=relaxed; l=0", TRUE, TRUE, 0, BOUNCE_DKIM_CANON_SIMPLE },
		{ "c=nowsp", FALSE, FALSE, 0, 0 },
		{ "l=x", FALSE, FALSE, 0, 0 },
		{ "l=1; ;", FALSE, FALSE, 0, 0 },
		{ "", FALSE, FALSE, 0, 0 }
	};
	struct bounce_dkim_signature sig;
	unsigned int i;

	test_begin("bounce dkim signature body wanted");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(bounce_dkim_body_wanted(
			(const void *)tests[i].value, strlen(tests[i].value),
			&sig) == tests[i].wanted, i);
		if (!tests[i].wanted)
			continue;
		test_assert_idx(sig.have_length == tests[i].have_length &&
				sig.length == tests[i].length &&
				sig.canon_body == tests[i].canon, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dkim_signature_errors,
		test_bounce_dkim_signature_twice,
		test_bounce_dkim_signature_values,
		test_bounce_dkim_signature_defaults,
		test_bounce_dkim_signature_damaged,
		test_bounce_dkim_signature_domain,
		test_bounce_dkim_signature_complete,
		test_bounce_dkim_signature_body_wanted,
		NULL
	};
	return test_run(test_functions);
}
