/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* RTLD_NEXT */
#ifndef _GNU_SOURCE
#  define _GNU_SOURCE
#endif

#include "lib.h"
#include "buffer.h"
#include "hex-binary.h"
#include "dkim/key.h"
#include "dkim-signer.h"
#include "test-common.h"

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/pem.h>

static struct test_signer_key rsa, other_rsa, ed25519;

/* libcrypto has no memory, or has lost the provider that knows RSA */
static bool no_memory, no_provider;

/* In place of libcrypto's. */
EVP_MD_CTX *EVP_MD_CTX_new(void)
{
	static EVP_MD_CTX *(*next)(void) = NULL;
	void *symbol;

	if (next == NULL) {
		symbol = dlsym(RTLD_NEXT, "EVP_MD_CTX_new");
		memcpy(&next, &symbol, sizeof(next));
	}
	return no_memory ? NULL : next();
}

EVP_PKEY_CTX *
EVP_PKEY_CTX_new_from_name(OSSL_LIB_CTX *libctx, const char *name,
			   const char *propquery)
{
	static EVP_PKEY_CTX *(*next)(OSSL_LIB_CTX *, const char *,
				     const char *) = NULL;
	void *symbol;

	if (next == NULL) {
		symbol = dlsym(RTLD_NEXT, "EVP_PKEY_CTX_new_from_name");
		memcpy(&next, &symbol, sizeof(next));
	}
	return no_provider ? NULL : next(libctx, name, propquery);
}

static void test_bounce_crypto_hash(void)
{
	/* FIPS 180-4's examples */
	static const char abc[] = "ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad";
	static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb924"
		"27ae41e4649b934ca495991b7852b855";
	struct evp_md_ctx_st *hash = bounce_crypto_hash_create();
	unsigned char digest[BOUNCE_CRYPTO_HASH_SIZE];

	test_begin("bounce crypto hash");
	test_assert(bounce_crypto_hash_reset(hash) == 0);
	test_assert(bounce_crypto_hash_get(hash, FALSE, digest) == 0);
	test_assert_strcmp(binary_to_hex(digest, sizeof(digest)), empty);
	test_assert(bounce_crypto_hash_more(hash, "ab", 2) == 0);
	test_assert(bounce_crypto_hash_get(hash, FALSE, digest) == 0);
	test_assert(bounce_crypto_hash_more(hash, "c", 1) == 0);
	test_assert(bounce_crypto_hash_get(hash, TRUE, digest) == 0);
	test_assert_strcmp(binary_to_hex(digest, sizeof(digest)), abc);
	test_assert(bounce_crypto_hash_reset(hash) == 0);
	bounce_crypto_hash_free(&hash);
	bounce_crypto_hash_free(&hash);
	/* it was not begun */
	hash = bounce_crypto_hash_create();
	test_assert(bounce_crypto_hash_more(hash, "ab", 2) == -1);
	test_assert(bounce_crypto_hash_get(hash, TRUE, digest) == -1);
	test_assert(bounce_crypto_hash_get(hash, FALSE, digest) == -1);
	bounce_crypto_hash_free(&hash);
	test_assert(ERR_peek_error() == 0);
	test_end();
}

/* Sign with RSA as in RFC 8017 section 8.2.1 or with Ed25519. */
static void
test_sign(EVP_PKEY *pkey, const EVP_MD *md, const char *data, buffer_t *dest)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t size = 512;

	if (EVP_DigestSignInit(ctx, NULL, md, NULL, pkey) != 1 ||
	    EVP_DigestSign(ctx, buffer_get_space_unsafe(dest, 0, size), &size,
			   (const void *)data, strlen(data)) != 1)
		i_fatal("EVP_DigestSign() failed");
	buffer_set_used_size(dest, size);
	EVP_MD_CTX_free(ctx);
}

static void test_bounce_crypto_recover(void)
{
	unsigned char digest[BOUNCE_CRYPTO_HASH_SIZE];
	buffer_t *b = t_buffer_create(512);
	unsigned char *data;

	test_begin("bounce crypto recover");
	test_assert(rsa.key->size == 128 && rsa.key->bits == 1024);
	test_sign(rsa.pkey, EVP_sha256(), "abc", b);
	test_assert(bounce_crypto_recover(rsa.key, b->data, b->used,
					  digest) == 1);
	test_assert(digest[0] == 0xba && digest[31] == 0xad);
	test_assert(bounce_crypto_recover(other_rsa.key, b->data, b->used,
					  digest) == 0);
	test_assert(bounce_crypto_recover(rsa.key, b->data, b->used - 1,
					  digest) == 0);
	test_assert(bounce_crypto_recover(rsa.key, b->data, 0, digest) == 0);
	/* of another algorithm */
	test_sign(rsa.pkey, EVP_sha1(), "abc", b);
	test_assert(bounce_crypto_recover(rsa.key, b->data, b->used,
					  digest) == 0);
	test_assert(bounce_crypto_recover(ed25519.key, b->data, 64,
					  digest) < 0);
	data = buffer_get_space_unsafe(b, 0, 128);
	memset(data, 0xff, 128);
	test_assert(bounce_crypto_recover(rsa.key, data, 128, digest) == 0);
	test_assert(ERR_peek_error() == 0);
	test_end();
}

static void test_bounce_crypto_verify(void)
{
	static const unsigned char digest[BOUNCE_CRYPTO_HASH_SIZE] =
		"0123456789abcdef0123456789abcdef";
	static const unsigned char other[BOUNCE_CRYPTO_HASH_SIZE] =
		"0123456789abcdef0123456789abcdeF";
	buffer_t *b = t_buffer_create(512);

	test_begin("bounce crypto verify");
	test_assert(ed25519.key->size == 64);
	test_sign(ed25519.pkey, NULL, "0123456789abcdef0123456789abcdef", b);
	test_assert(bounce_crypto_verify(ed25519.key, b->data, b->used,
					 digest) == 1);
	test_assert(bounce_crypto_verify(ed25519.key, b->data, b->used,
					 other) == 0);
	test_assert(bounce_crypto_verify(ed25519.key, b->data, b->used - 1,
					 digest) == 0);
	test_assert(ERR_peek_error() == 0);
	test_end();
}

/* Nothing is called forged, and no key bad, because libcrypto fails. */
static void test_bounce_crypto_fails(void)
{
	static const unsigned char b[128];
	unsigned char digest[BOUNCE_CRYPTO_HASH_SIZE] = { 0 };
	struct evp_md_ctx_st *hash = bounce_crypto_hash_create();
	struct bounce_key key = { .type = BOUNCE_KEY_TYPE_ED25519 };
	const char *error;

	test_begin("bounce crypto: libcrypto fails");
	test_assert(bounce_crypto_hash_reset(hash) == 0);
	no_memory = TRUE;
	test_assert(bounce_crypto_hash_create() == NULL);
	test_assert(bounce_crypto_hash_get(hash, FALSE, digest) == -1);
	test_assert(bounce_crypto_verify(ed25519.key, b, 64, digest) == -1);
	no_memory = FALSE;
	no_provider = TRUE;
	test_assert(bounce_crypto_verify(ed25519.key, b, 64, digest) == -1);
	test_assert(bounce_crypto_recover(rsa.key, b, 128, digest) == -1);
	test_assert(bounce_crypto_key_init(&key, b, 1, &error) == -1);
	no_provider = FALSE;
	test_assert(bounce_crypto_verify(ed25519.key, b, 64, digest) == 0);
	test_assert(bounce_crypto_recover(rsa.key, b, 128, digest) == 0);
	test_assert(bounce_crypto_key_init(&key, b, 1, &error) == 0);
	bounce_crypto_hash_free(&hash);
	test_assert(ERR_peek_error() == 0);
	test_end();
}

static const char *t_test_pem(EVP_PKEY *pkey)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const char *pem;
	char *data;
	long size;

	if (PEM_write_bio_PUBKEY(bio, pkey) != 1)
		i_fatal("PEM_write_bio_PUBKEY() failed");
	size = BIO_get_mem_data(bio, &data);
	pem = t_strndup(data, size);
	BIO_free(bio);
	return pem;
}

/* A key that goes through PEM is the same. */
static void test_bounce_crypto_pem(void)
{
	static const unsigned char same[] = {
		0x30, 0x0a, 0x02, 0x03, 0x01, 0x00, 0x01,
		0x02, 0x03, 0x01, 0x00, 0x01
	};
	const struct test_signer_key *const keys[] = { &rsa, &ed25519 };
	struct bounce_key key;
	buffer_t *data = t_buffer_create(512);
	EVP_PKEY *pkey;
	const char *error;
	unsigned int i;

	test_begin("bounce crypto pem");
	for (i = 0; i < N_ELEMENTS(keys); i++) {
		i_zero(&key);
		buffer_set_used_size(data, 0);
		test_assert_idx(bounce_crypto_pem_decode(
			t_test_pem(keys[i]->pkey), &key.type, data,
			&error) == 0, i);
		test_assert_idx(key.type == keys[i]->key->type, i);
		test_assert_idx(bounce_crypto_key_init(&key, data->data,
						       data->used,
						       &error) == 1, i);
		test_assert_idx(bounce_crypto_key_equals(&key, keys[i]->key),
				i);
		test_assert_idx(!bounce_crypto_key_equals(&key,
							  other_rsa.key), i);
		bounce_crypto_key_deinit(&key);
	}
	test_assert(bounce_crypto_pem_decode("-----BEGIN PUBLIC KEY-----\n",
					     &key.type, data, &error) < 0);
	test_assert_strcmp(error, "its PEM is not a public key");
	pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	test_assert(bounce_crypto_pem_decode(t_test_pem(pkey), &key.type, data,
					     &error) < 0);
	test_assert_strcmp(error, "the public key is neither RSA nor Ed25519");
	EVP_PKEY_free(pkey);
	i_zero(&key);
	test_assert(bounce_crypto_key_init(&key, (const void *)"x", 1,
					   &error) == 0);
	/* an exponent that is the modulus */
	test_assert(bounce_crypto_key_init(&key, same, sizeof(same),
					   &error) == 0);
	test_assert_strcmp(error, "the RSA key's exponent is invalid");
	test_assert(ERR_peek_error() == 0);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_crypto_hash,
		test_bounce_crypto_recover,
		test_bounce_crypto_verify,
		test_bounce_crypto_fails,
		test_bounce_crypto_pem,
		NULL
	};
	int ret;

	test_signer_key_init_rsa(&rsa, 1024, 65537);
	test_signer_key_init_rsa(&other_rsa, 1024, 65537);
	test_signer_key_init_ed25519(&ed25519);
	ret = test_run(test_functions);
	test_signer_key_deinit(&rsa);
	test_signer_key_deinit(&other_rsa);
	test_signer_key_deinit(&ed25519);
	return ret;
}
