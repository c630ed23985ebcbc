/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Microseconds for one check of a DKIM signature, and what libcrypto alone
   needs for the same: one EVP_DigestVerify() over the canonical header with
   the key at hand, and the SHA-256 of the body. Prints a line for each case:

     ALGORITHM BODY-SIZE KEY microseconds floor ratio

   With a directory as its argument it writes the messages and the key records
   there, for the programs that others are measured with. */

#include "lib.h"
#include "write-full.h"
#include "base/limits.h"
#include "name/own-domains.h"
#include "../unit/dkim-signer.h"

#include <openssl/evp.h>

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Each case runs so often that it takes this long, and the best of several
   such runs counts: the others were disturbed. */
#define BENCH_RUN_USECS 60000
#define BENCH_RUNS 7

#define BENCH_HEADER \
	"Received: from [192.0.2.7] by mx.example.org with ESMTP id 4711\r\n" \
	"\tfor <bob@example.net>; Fri, 02 Oct 2026 12:00:00 +0000\r\n" \
	"From: Alice Example <alice@example.org>\r\n" \
	"To: Bob Example <bob@example.net>\r\n" \
	"Cc: Carol <carol@example.net>,\r\n Dave <dave@example.net>\r\n" \
	"Subject: Minutes of the meeting on Thursday\r\n" \
	"Date: Fri, 02 Oct 2026 12:00:00 +0000\r\n" \
	"Message-ID: <20261002120000.4711@example.org>\r\n" \
	"In-Reply-To: <20261001120000.4711@example.net>\r\n" \
	"References: <20260930120000.4711@example.net>\r\n" \
	" <20261001120000.4711@example.net>\r\n" \
	"User-Agent: Mozilla Thunderbird\r\n" \
	"MIME-Version: 1.0\r\n" \
	"Content-Type: text/plain; charset=UTF-8; format=flowed\r\n" \
	"Content-Transfer-Encoding: 8bit\r\n"
#define BENCH_NAMES \
	"From:To:Cc:Subject:Date:Message-ID:In-Reply-To:References:" \
	"MIME-Version:Content-Type:Content-Transfer-Encoding:From"

struct bench {
	const char *algorithm;
	struct test_signer_key key;
	const char *record;

	/* the signed header, as it comes back */
	const char *header;
	/* what is hashed of it, and the signature */
	string_t *input;
	buffer_t *b;
	buffer_t *body;

	struct bounce_domains *domains;
	bool parse_key;
};

typedef void bench_func_t(struct bench *bench);

static uint64_t bench_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static double bench_run(struct bench *bench, bench_func_t *func)
{
	unsigned int i, run, count = 1;
	double best = 0, usecs;
	uint64_t start;

	for (run = 0; run < BENCH_RUNS; ) {
		start = bench_now();
		for (i = 0; i < count; i++)
			func(bench);
		usecs = (bench_now() - start) / 1000.0;
		if (usecs < BENCH_RUN_USECS / 2) {
			count *= 2;
			continue;
		}
		usecs /= count;
		if (run++ == 0 || usecs < best)
			best = usecs;
	}
	return best;
}

/* What libcrypto needs. */
static void bench_floor(struct bench *bench)
{
	bool ed25519 = bench->key.key->type == BOUNCE_KEY_TYPE_ED25519;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	static EVP_MD *md = NULL;
	unsigned char hash[32];
	const void *in = str_data(bench->input);
	size_t size = str_len(bench->input);

	if (md == NULL)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (bench->body->used > 0 &&
	    EVP_Digest(bench->body->data, bench->body->used, hash, NULL, md,
		       NULL) != 1)
		i_fatal("EVP_Digest() failed");
	if (ed25519) {
		(void)EVP_Digest(in, size, hash, NULL, md, NULL);
		in = hash;
		size = sizeof(hash);
	}
	if (EVP_DigestVerifyInit(ctx, NULL, ed25519 ? NULL : md, NULL,
				 bench->key.key->pkey) != 1 ||
	    EVP_DigestVerify(ctx, bench->b->data, bench->b->used,
			     in, size) != 1)
		i_fatal("EVP_DigestVerify() failed");
	EVP_MD_CTX_free(ctx);
}

/* The whole check: the header split, the signature parsed, the body hashed,
   b= verified. */
static void bench_check(struct bench *bench)
{
	static pool_t pool = NULL;
	const struct bounce_header *header;
	const struct bounce_dkim_signatures *sigs;
	struct bounce_dkim_body_hasher *hasher;
	struct bounce_dkim_result result;
	struct bounce_key *key = bench->key.key;
	const char *error;

	if (pool == NULL)
		pool = pool_alloconly_create("bench", 65536);
	header = bounce_header_parse(pool, (const void *)bench->header,
				     strlen(bench->header));
	sigs = bounce_dkim_signatures_parse(pool, header, bench->domains);
	if (bench->body->used > 0) {
		hasher = bounce_dkim_body_init(pool, header);
		bounce_dkim_body_more(hasher, bench->body->data,
				      bench->body->used);
		if (bounce_dkim_body_check(bounce_dkim_body_finish(&hasher),
					   &sigs->sigs[0]) !=
		    BOUNCE_DKIM_BODY_MATCH)
			i_fatal("the body does not match");
	}
	if (bench->parse_key &&
	    bounce_key_parse((const void *)bench->record,
			     strlen(bench->record), &key, &error) !=
	    BOUNCE_KEY_FOUND)
		i_fatal("no key: %s", error);
	bounce_dkim_verify_header(pool, header, &sigs->sigs[0], key, &result);
	if (result.header != BOUNCE_DKIM_HEADER_PASS)
		i_fatal("the header does not verify");
	if (bench->parse_key)
		bounce_key_unref(&key);
	p_clear(pool);
}

/* Text as people write it, in lines of 72. */
static buffer_t *bench_body(size_t size)
{
	buffer_t *body = buffer_create_dynamic(default_pool, size + 128);
	unsigned int i;

	for (i = 0; body->used < size; i++) {
		str_printfa(body, "Line %06u of a letter that somebody has "
			    "written to somebody else, now\r\n", i);
		if (i % 10 == 9)
			str_append(body, "\r\n");
	}
	return body;
}

static void bench_sign(struct bench *bench)
{
	unsigned char hash[32];
	string_t *sig = t_str_new(512);

	/* the relaxed form of the body is the body */
	SHA256(bench->body->data, bench->body->used, hash);
	str_printfa(sig, "DKIM-Signature: v=1; a=%s; c=relaxed/relaxed;\r\n"
		    "\td=example.org; s=%s; t=1790942400;\r\n\th="BENCH_NAMES
		    ";\r\n\tbh=", bench->algorithm, bench->algorithm);
	base64_encode(hash, sizeof(hash), sig);
	str_append(sig, ";\r\n\tb="TEST_SIGNER_B);
	bench->input = t_test_signer_input(BOUNCE_DKIM_CANON_RELAXED,
					   BENCH_HEADER, BENCH_NAMES,
					   str_c(sig));
	bench->b = t_test_signer_sign(bench->key.pkey, bench->input);
	bench->header = t_strconcat(t_test_signer_fill(str_c(sig), bench->b),
				    "\r\n"BENCH_HEADER, NULL);
}

static void
bench_write(const char *dir, const char *name, const void *data, size_t size,
	    const void *data2, size_t size2)
{
	const char *path = t_strconcat(dir, "/", name, NULL);
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	if (fd == -1 || write_full(fd, data, size) < 0 ||
	    write_full(fd, data2, size2) < 0 || close(fd) < 0)
		i_fatal("can't write %s: %m", path);
}

static void bench_export(struct bench *bench, const char *dir)
{
	const char *name = t_strdup_printf("%s-%zu.eml", bench->algorithm,
					   bench->body->used / 1000);
	const char *head = t_strconcat(bench->header, "\r\n", NULL);

	bench_write(dir, name, head, strlen(head), bench->body->data,
		    bench->body->used);
	name = t_strdup_printf("%s._domainkey.example.org", bench->algorithm);
	bench_write(dir, name, bench->record, strlen(bench->record), "", 0);
}

static void bench_case(struct bench *bench, size_t body_size, const char *dir)
{
	double usecs, floor_usecs;
	unsigned int i;

	bench->body = bench_body(body_size);
	if (body_size == 0)
		buffer_set_used_size(bench->body, 0);
	bench_sign(bench);
	if (dir != NULL) {
		bench_export(bench, dir);
	} else for (i = 0; i < 2; i++) {
		bench->parse_key = i != 0;
		floor_usecs = bench_run(bench, bench_floor);
		usecs = bench_run(bench, bench_check);
		printf("%-14s %4zuk %-8s %8.1f %8.1f %6.2f\n",
		       bench->algorithm, bench->body->used / 1000,
		       bench->parse_key ? "parsed" : "cached", usecs,
		       floor_usecs, usecs / floor_usecs);
	}
	buffer_free(&bench->body);
}

int main(int argc, char *argv[])
{
	static const size_t sizes[] = { 0, 10000, 100000 };
	struct bench bench;
	const char *error;
	pool_t pool;
	unsigned int type, i;

	lib_init();
	pool = pool_alloconly_create("domains", 256);
	for (type = 0; type < 2; type++) T_BEGIN {
		i_zero(&bench);
		if (bounce_domains_parse(pool, "example.org", &bench.domains,
					 &error) < 0)
			i_fatal("%s", error);
		if (type == 0) {
			bench.algorithm = "rsa-sha256";
			test_signer_key_init_rsa(&bench.key, 2048, 65537);
		} else {
			bench.algorithm = "ed25519-sha256";
			test_signer_key_init_ed25519(&bench.key);
		}
		bench.record = t_test_signer_record(bench.key.pkey);
		for (i = 0; i < N_ELEMENTS(sizes); i++)
			bench_case(&bench, sizes[i], argc > 1 ? argv[1] : NULL);
		test_signer_key_deinit(&bench.key);
	} T_END;
	pool_unref(&pool);
	lib_deinit();
	return 0;
}
