/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dkim/dkim-private.h"
#include "no-memory.h"
#include "test-common.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

static struct bounce_dkim_hash hash;

/* Whatever the pieces are, in and around the size of the buffer, and whoever
   looks at the digest meanwhile. */
static void test_bounce_dkim_hash_pieces(void)
{
	static const struct {
		size_t size, piece, peek_every;
	} tests[] = {
		{ 0, 1, 1 }, { 1, 1, 1 }, { 100, 7, 3 },
		{ 8191, 8191, 1 }, { 8192, 8192, 1 }, { 8193, 8193, 1 },
		{ 8193, 1, 1000 }, { 8193, 8192, 1 }, { 16384, 8191, 1 },
		{ 16385, 8193, 2 }, { 100000, 4097, 2 }, { 100000, 1, 9999 },
		{ 100000, 100000, 1 }, { 100000, 99, 99 }
	};
	unsigned char *data = i_malloc(100000);
	unsigned char digest[BOUNCE_DKIM_HASH_SIZE];
	unsigned char wanted[BOUNCE_DKIM_HASH_SIZE];
	unsigned int i, pieces;
	size_t pos, n;

	test_begin("bounce dkim hash pieces");
	for (pos = 0; pos < 100000; pos++)
		data[pos] = (pos * 7919) >> 5;
	bounce_dkim_hash_init(&hash);
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		bounce_dkim_hash_reset(&hash);
		for (pos = pieces = 0; pos < tests[i].size; pos += n) {
			n = I_MIN(tests[i].piece, tests[i].size - pos);
			bounce_dkim_hash_more(&hash, data + pos, n);
			if (++pieces % tests[i].peek_every != 0)
				continue;
			SHA256(data, pos + n, wanted);
			test_assert_idx(bounce_dkim_hash_peek(&hash,
							      digest) == 0, i);
			test_assert_idx(memcmp(digest, wanted,
					       sizeof(digest)) == 0, i);
		}
		SHA256(data, tests[i].size, wanted);
		test_assert_idx(bounce_dkim_hash_finish(&hash, digest) == 0,
				i);
		test_assert_idx(memcmp(digest, wanted, sizeof(digest)) == 0,
				i);
	}
	bounce_dkim_hash_deinit(&hash);
	i_free(data);
	test_end();
}

/* A context that cannot be had fails once and for all. */
static void test_bounce_dkim_hash_failed(void)
{
	unsigned char digest[BOUNCE_DKIM_HASH_SIZE];

	test_begin("bounce dkim hash failed");
	hash.ctx = NULL;
	bounce_dkim_hash_reset(&hash);
	test_assert(hash.failed);
	bounce_dkim_hash_more(&hash, "abc", 3);
	test_assert(bounce_dkim_hash_peek(&hash, digest) < 0);
	test_assert(bounce_dkim_hash_finish(&hash, digest) < 0);
	bounce_dkim_hash_deinit(&hash);
	test_end();
}

/* So does one that libcrypto refuses, whatever it is asked for. */
static void test_bounce_dkim_hash_refused(void)
{
	unsigned char digest[BOUNCE_DKIM_HASH_SIZE], large[8192];
	unsigned int i;

	memset(large, 'x', sizeof(large));
	test_begin("bounce dkim hash refused");
	for (i = 0; i < 2; i++) {
		/* no digest was begun */
		hash.ctx = EVP_MD_CTX_new();
		hash.used = 0;
		hash.failed = FALSE;
		if (i == 0)
			bounce_dkim_hash_more(&hash, large, 1);
		test_assert_idx(bounce_dkim_hash_peek(&hash, digest) == -1, i);
		test_assert_idx(hash.failed, i);
		hash.failed = FALSE;
		bounce_dkim_hash_more_large(&hash, large, sizeof(large));
		test_assert_idx(hash.failed, i);
		bounce_dkim_hash_deinit(&hash);
	}
	hash.ctx = EVP_MD_CTX_new();
	test_alloc_fail = 0;
	bounce_dkim_hash_reset(&hash);
	test_alloc_fail = UINT_MAX;
	test_assert(hash.failed);
	bounce_dkim_hash_reset(&hash);
	test_assert(!hash.failed);
	bounce_dkim_hash_deinit(&hash);
	test_end();
}

/* A digest begins with init() and anew with reset(), whatever was there. */
static void test_bounce_dkim_hash_begin(void)
{
	unsigned char digest[BOUNCE_DKIM_HASH_SIZE];
	unsigned char wanted[BOUNCE_DKIM_HASH_SIZE];
	unsigned int i;

	test_begin("bounce dkim hash begin");
	SHA256((const void *)"abc", 3, wanted);
	memset(&hash, 0xff, sizeof(hash));
	bounce_dkim_hash_init(&hash);
	for (i = 0; i < 2; i++) {
		bounce_dkim_hash_more(&hash, "abc", 3);
		test_assert_idx(bounce_dkim_hash_finish(&hash, digest) == 0,
				i);
		test_assert_idx(memcmp(digest, wanted, sizeof(digest)) == 0,
				i);
		bounce_dkim_hash_reset(&hash);
		bounce_dkim_hash_more(&hash, "x", 1);
		bounce_dkim_hash_reset(&hash);
	}
	bounce_dkim_hash_deinit(&hash);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dkim_hash_pieces,
		test_bounce_dkim_hash_failed,
		test_bounce_dkim_hash_refused,
		test_bounce_dkim_hash_begin,
		NULL
	};

	test_no_memory_init();
	return test_run(test_functions);
}
