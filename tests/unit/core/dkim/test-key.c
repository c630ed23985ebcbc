/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Covers: src/core/dkim/crypto.c */

#include "lib.h"
#include "buffer.h"
#include "base64.h"
#include "hex-binary.h"
#include "str.h"
#include "dkim/key.h"
#include "no-memory.h"
#include "test-common.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509.h>

/* RFC 8463 appendix A.2: the Ed25519 key and the RSA key */
#define ED25519_P "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define RSA_P \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR" \
	"iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx" \
	"/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHv" \
	"qMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTI" \
	"KT+l/K4w3QIDAQAB"
/* the RSAPublicKey in it */
#define RSA_BARE_P \
	"MIGJAoGBAOQeU5CgFPNZGIazlXo2k/eJ1jpaTTxrmqF1HrDLlt" \
	"04pvaMtCJj8nXoliLRC/H9vJjMI1vdb3XLcW60AIN/PBD8EL97" \
	"/y4GwJH7LPUvGP48vqUe+owqszesbiGy1PlCO8c70/OjFnJVgv" \
	"MF87YR4Lcincb7aSvI5MgpP6X8rjDdAgMBAAE="

static enum bounce_key_status
key_parse(const void *data, size_t size, struct bounce_key **key_r,
	  const char **error_r)
{
	unsigned char *copy = i_malloc(I_MAX(size, 1));
	enum bounce_key_status status;

	memcpy(copy, data, size);
	*error_r = NULL;
	status = bounce_key_parse(copy, size, key_r, error_r);
	i_free(copy);
	/* the resident process' other users of libcrypto see no errors */
	test_assert(ERR_peek_error() == 0);
	return status;
}

static void test_bounce_key_parse(void)
{
#define FOUND BOUNCE_KEY_FOUND
#define REVOKED BOUNCE_KEY_REVOKED
#define UNUSABLE BOUNCE_KEY_UNUSABLE
#define RSA BOUNCE_KEY_TYPE_RSA
#define ED25519 BOUNCE_KEY_TYPE_ED25519
	static const struct {
		const char *record;
		enum bounce_key_status status;
		enum bounce_key_type type;
		unsigned int bits;
		bool strict, testing;
	} tests[] = {
		/* RFC 6376 section 3.6.1: only p= is required */
		{ "p="RSA_P, FOUND, RSA, 1024, FALSE, FALSE },
		{ "v=DKIM1; k=rsa; p="RSA_P, FOUND, RSA, 1024, FALSE, FALSE },
		{ "v=DKIM1;k=rsa;p="RSA_P";", FOUND, RSA, 1024, FALSE, FALSE },
		{ " v = DKIM1 ; p = "RSA_P" ; \n", FOUND, RSA, 1024,
		  FALSE, FALSE },
		{ "p="RSA_BARE_P, FOUND, RSA, 1024, FALSE, FALSE },
		{ "v=DKIM1; k=ed25519; p="ED25519_P, FOUND, ED25519, 256,
		  FALSE, FALSE },
		{ "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
		  FOUND, ED25519, 256, FALSE, FALSE },
		{ "k=ed25519; p=11qYAYKxCrfVS/7TyWQHO\r\n\tg7hcvPapiMlr "
		  "wIaaPcHURo =", FOUND, ED25519, 256, FALSE, FALSE },
		/* RFC 8410's form of the same */
		{ "k=ed25519; p=MCowBQYDK2VwAyEA"ED25519_P, FOUND, ED25519,
		  256, FALSE, FALSE },
		/* flags, services, hashes, unknown tags, notes */
		{ "t=s; p="RSA_P, FOUND, RSA, 1024, TRUE, FALSE },
		{ "t=y : s:x; p="RSA_P, FOUND, RSA, 1024, TRUE, TRUE },
		{ "t=y; p="RSA_P, FOUND, RSA, 1024, FALSE, TRUE },
		{ "s=email; p="RSA_P, FOUND, RSA, 1024, FALSE, FALSE },
		{ "s=*; p="RSA_P, FOUND, RSA, 1024, FALSE, FALSE },
		{ "s=tlsrpt : email; p="RSA_P, FOUND, RSA, 1024, FALSE, FALSE },
		{ "h=sha256; p="RSA_P, FOUND, RSA, 1024, FALSE, FALSE },
		{ "h=sha1:sha256; p="RSA_P, FOUND, RSA, 1024, FALSE, FALSE },
		{ "v=DKIM1; n=a note; g=*; zz=1; p="RSA_P, FOUND, RSA, 1024,
		  FALSE, FALSE },
		/* revoked */
		{ "v=DKIM1; p=", REVOKED, RSA, 0, FALSE, FALSE },
		{ "v=DKIM1; p= ; k=rsa", REVOKED, RSA, 0, FALSE, FALSE },
		/* v= MUST be the first tag, and DKIM1 */
		{ "k=rsa; v=DKIM1; p="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "v=DKIM2; p="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "v=dkim1; p="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "v=DKIM1 ;p="RSA_P, FOUND, RSA, 1024, FALSE, FALSE },
		{ "v=; p="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		/* what does not fit */
		{ "h=sha1; p="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "h=; p="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "s=tlsrpt; p="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "k=dsa; p="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "k=; p="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "k=RSA; p="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "k=rsa; p="ED25519_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "k=rsa; p=MCowBQYDK2VwAyEA"ED25519_P, UNUSABLE, RSA, 0,
		  FALSE, FALSE },
		{ "k=ed25519; p="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "k=ed25519; p=AAAA"ED25519_P, UNUSABLE, RSA, 0,
		  FALSE, FALSE },
		{ "p="RSA_P"AAAA", UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "p="RSA_P"; p="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
		/* no key records */
		{ "", UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "v=DKIM1", UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "v=DKIM1; k=rsa", UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "p=abc", UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "p=!!!!", UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "p=AAAA", UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "v=spf1 -all", UNUSABLE, RSA, 0, FALSE, FALSE },
		{ "P="RSA_P, UNUSABLE, RSA, 0, FALSE, FALSE },
	};
	struct bounce_key *key;
	const char *error;
	unsigned int i;

	test_begin("bounce key parse");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		enum bounce_key_status status =
			key_parse(tests[i].record, strlen(tests[i].record),
				  &key, &error);

		test_assert_idx(status == tests[i].status, i);
		test_assert_idx((key != NULL) == (status == FOUND), i);
		test_assert_idx((error == NULL) == (status == FOUND), i);
		if (key == NULL)
			continue;
		test_assert_idx(key->type == tests[i].type, i);
		test_assert_idx(key->bits == tests[i].bits, i);
		test_assert_idx(key->strict == tests[i].strict, i);
		test_assert_idx(key->testing == tests[i].testing, i);
		test_assert_idx(key->retired == 0, i);
		bounce_key_unref(&key);
		test_assert_idx(key == NULL, i);
	}
	test_end();
}

/* The record of an RSA key with any numbers. */
static const char *t_rsa_record(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params;
	unsigned char *der = NULL;
	string_t *str = t_str_new(1024);
	int size;

	(void)OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n);
	(void)OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e);
	params = OSSL_PARAM_BLD_to_param(bld);
	if (EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1 ||
	    (size = i2d_PUBKEY(pkey, &der)) <= 0)
		i_fatal("can't build an RSA key");
	str_append(str, "v=DKIM1; p=");
	base64_encode(der, size, str);
	OPENSSL_free(der);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_free(pkey);
	EVP_PKEY_CTX_free(ctx);
	return str_c(str);
}

static void test_bounce_key_rsa_numbers(void)
{
	/* a modulus of so many bits, odd or even; an exponent in hex */
	static const struct {
		int bits;
		bool even;
		const char *e;
		enum bounce_key_status status;
	} tests[] = {
		{ 2048, FALSE, "10001", FOUND },
		{ 2048, FALSE, "3", FOUND },
		{ 2048, FALSE, "ffffffffffffffff", FOUND },
		{ 512, FALSE, "10001", FOUND },
		{ 8192, FALSE, "10001", FOUND },
		{ 8193, FALSE, "10001", UNUSABLE },
		{ 16384, FALSE, "10001", UNUSABLE },
		{ 2048, TRUE, "10001", UNUSABLE },
		{ 2048, FALSE, "1", UNUSABLE },
		{ 2048, FALSE, "2", UNUSABLE },
		{ 2048, FALSE, "10000", UNUSABLE },
		{ 2048, FALSE, "10000000000000001", UNUSABLE },
		{ 16, FALSE, "10001", UNUSABLE }
	};
	struct bounce_key *key;
	const char *record, *error;
	unsigned int i;

	test_begin("bounce key rsa numbers");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		BIGNUM *n = BN_new(), *e = NULL;

		(void)BN_set_bit(n, tests[i].bits - 1);
		(void)BN_add_word(n, tests[i].even ? 2 : 1);
		(void)BN_hex2bn(&e, tests[i].e);
		record = t_rsa_record(n, e);
		test_assert_idx(key_parse(record, strlen(record), &key,
					  &error) == tests[i].status, i);
		if (key != NULL) {
			test_assert_idx(key->bits ==
					(unsigned int)tests[i].bits, i);
		}
		bounce_key_unref(&key);
		BN_free(n);
		BN_free(e);
	} T_END;
	test_end();
}

/* A SubjectPublicKeyInfo of another algorithm is no RSA key. */
static void test_bounce_key_other_algorithm(void)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	unsigned char *der = NULL;
	string_t *str = t_str_new(256);
	struct bounce_key *key;
	const char *error;
	int size;

	test_begin("bounce key other algorithm");
	size = i2d_PUBKEY(pkey, &der);
	test_assert(size > 0);
	str_append(str, "p=");
	base64_encode(der, size, str);
	test_assert(key_parse(str_data(str), str_len(str), &key, &error) ==
		    UNUSABLE);
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
	test_end();
}

/*
 * The same keys as libcrypto's own decoder takes
 */

/* That decoder tries all kinds of keys, and takes ten times as long. */
static EVP_PKEY *test_libcrypto_decode(const unsigned char *data, size_t size)
{
	const unsigned char *p = data;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, size);

	if (pkey == NULL) {
		p = data;
		pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, size);
	}
	if (pkey != NULL && (p != data + size ||
			     EVP_PKEY_get_base_id(pkey) != EVP_PKEY_RSA)) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	ERR_clear_error();
	return pkey;
}

/* Both decode it, to the same numbers, or neither does. */
static bool test_decodes_alike(const unsigned char *data, size_t size)
{
	EVP_PKEY *pkey = test_libcrypto_decode(data, size);
	string_t *record = t_str_new(1024);
	struct bounce_key *key;
	const char *error;
	bool alike;

	str_append(record, "p=");
	base64_encode(data, size, record);
	if (key_parse(str_data(record), str_len(record), &key, &error) == FOUND)
		alike = pkey != NULL && EVP_PKEY_eq(pkey, key->pkey) == 1;
	else {
		alike = (pkey == NULL) ==
			(strcmp(error, "p= is not an RSA key") == 0 ||
			 strcmp(error, "the key is revoked") == 0);
	}
	bounce_key_unref(&key);
	EVP_PKEY_free(pkey);
	return alike;
}

/* A part of it, and each bit turned around; but not of all octets of the
   modulus, which are all alike. */
static void test_damaged_alike(const buffer_t *key)
{
	unsigned char *data = t_malloc_no0(key->used);
	size_t i, bit;

	memcpy(data, key->data, key->used);
	for (i = 0; i < key->used; i++) T_BEGIN {
		test_assert_idx(test_decodes_alike(data, i), i);
		for (bit = 0; bit < 8; bit++) {
			if (i >= 40 && i + 8 < key->used && i % 32 != 0)
				continue;
			data[i] ^= 1 << bit;
			test_assert_idx(test_decodes_alike(data, key->used),
					i * 8 + bit);
			data[i] ^= 1 << bit;
		}
	} T_END;
}

static void test_bounce_key_damaged(void)
{
	static const char *const keys[] = {
		RSA_P, RSA_BARE_P, "MCowBQYDK2VwAyEA"ED25519_P
	};
	unsigned int i;

	test_begin("bounce key damaged");
	for (i = 0; i < N_ELEMENTS(keys); i++) T_BEGIN {
		const buffer_t *key = t_base64_decode_str(keys[i]);

		test_assert_idx(test_decodes_alike(key->data, key->used), i);
		test_damaged_alike(key);
	} T_END;
	test_end();
}

static void test_bounce_key_der(void)
{
#define NUMBERS "300d02087123456789abcdef020103"
#define BITS "031000"NUMBERS
#define ALGORITHM "300d06092a864886f70d0101010500"
	static const struct {
		const char *hex;
		enum bounce_key_status status;
	} tests[] = {
		{ "3021"ALGORITHM BITS, FOUND },
		{ NUMBERS, FOUND },
		/* something stands behind it, in it, or in what is in it */
		{ "3021"ALGORITHM BITS"00", UNUSABLE },
		{ NUMBERS"00", UNUSABLE },
		{ "3023"ALGORITHM BITS"0500", UNUSABLE },
		{ "300f02087123456789abcdef0201030500", UNUSABLE },
		{ "3022"ALGORITHM"031100"NUMBERS"00", FOUND },
		/* no parameters, others, the older name, RSASSA-PSS */
		{ "301f300b06092a864886f70d010101"BITS, FOUND },
		{ "3022300e06092a864886f70d010101020105"BITS, FOUND },
		{ "301a3006060455080101"BITS, FOUND },
		{ "301c30080604550801010500"BITS, FOUND },
		{ "301f300b06092a864886f70d01010a"BITS, UNUSABLE },
		/* BER: lengths that are longer than needed, or left open; a BIT
		   STRING in pieces */
		{ "308121"ALGORITHM BITS, FOUND },
		{ "3080"ALGORITHM BITS"0000", FOUND },
		{ "3080"ALGORITHM BITS, UNUSABLE },
		{ "3023"ALGORITHM"2312"BITS, FOUND },
		/* unused bits are zero, and the exponent is even; a length reaches
		   behind the end */
		{ "3021"ALGORITHM"031001"NUMBERS, UNUSABLE },
		{ "3022"ALGORITHM BITS, UNUSABLE },
		/* the sign of a number is not looked at, or there is none */
		{ "300d0208f123456789abcdef020103", FOUND },
		{ "300d02087123456789abcdef0201ff", FOUND },
		{ "3006020100020103", UNUSABLE },
		{ "30050200020103", UNUSABLE },
		{ "300a02087123456789abcdef", UNUSABLE },
	};
	unsigned int i;

	test_begin("bounce key der");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		buffer_t *data = t_buffer_create(64);
		string_t *record = t_str_new(128);
		struct bounce_key *key;
		const char *error;

		test_assert_idx(hex_to_binary(tests[i].hex, data) == 0, i);
		test_assert_idx(test_decodes_alike(data->data, data->used), i);
		str_append(record, "p=");
		base64_encode(data->data, data->used, record);
		test_assert_idx(key_parse(str_data(record), str_len(record),
					  &key, &error) == tests[i].status, i);
		bounce_key_unref(&key);
	} T_END;
	test_end();
}

static void test_bounce_key_octets(void)
{
	static const char nul[] = "v=DKIM1; p=AA\0A";
	static const char record[] = "v=DKIM1; k=rsa; p="RSA_P;
	struct bounce_key *key;
	const char *error;
	size_t i;

	test_begin("bounce key octets");
	test_assert(key_parse(nul, sizeof(nul) - 1, &key, &error) == UNUSABLE);
	/* no part of a record is a key, or reads behind its end */
	for (i = 0; i < sizeof(record) - 1; i++) {
		enum bounce_key_status status =
			key_parse(record, i, &key, &error);

		test_assert_idx(status == UNUSABLE || status == REVOKED, i);
		bounce_key_unref(&key);
	}
	test_end();
}

static void test_bounce_key_refs(void)
{
	static const char record[] = "p="RSA_P;
	struct bounce_key *key, *key2;
	const char *error;

	test_begin("bounce key refs");
	test_assert(key_parse(record, strlen(record), &key, &error) == FOUND);
	key2 = key;
	bounce_key_ref(key2);
	test_assert(key->refcount == 2);
	bounce_key_unref(&key);
	test_assert(key == NULL && key2->refcount == 1);
	bounce_key_unref(&key2);
	bounce_key_unref(&key2);
	test_assert(key2 == NULL);
	test_end();
}

/* A key that is no good stays one: only where libcrypto could not tell. */
static void test_bounce_key_no_memory(void)
{
	static const struct {
		const char *record;
		enum bounce_key_status status;
	} tests[] = {
		{ "p="RSA_P, BOUNCE_KEY_FOUND },
		{ "p="RSA_BARE_P, BOUNCE_KEY_FOUND },
		{ "k=ed25519; p="ED25519_P, BOUNCE_KEY_FOUND },
		{ "p=MIGfMA0GCSqGSIb3", BOUNCE_KEY_UNUSABLE },
		{ "p=", BOUNCE_KEY_REVOKED },
		{ "k=x; p=AAAA", BOUNCE_KEY_UNUSABLE },
	};
	enum bounce_key_status status = BOUNCE_KEY_TEMPERROR;
	struct bounce_key *key;
	const char *error;
	unsigned int i, j, failures;

	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_begin(t_strdup_printf("bounce key without memory: %s",
					   t_strcut(tests[i].record, 'M')));
		failures = 0;
		for (j = 0; j < 10000; j++) {
			test_alloc_fail = j;
			status = key_parse(tests[i].record,
					   strlen(tests[i].record), &key,
					   &error);
			if (test_alloc_fail > 0 &&
			    test_alloc_fail != UINT_MAX)
				break;
			test_alloc_fail = UINT_MAX;
			test_assert_idx(status == tests[i].status ||
					status == BOUNCE_KEY_TEMPERROR, j);
			test_assert_idx((key != NULL) ==
					(status == BOUNCE_KEY_FOUND), j);
			test_assert_idx(ERR_peek_error() == 0, j);
			if (status == BOUNCE_KEY_TEMPERROR) {
				test_assert_strcmp_idx(error,
						       "libcrypto failed", j);
				failures++;
			}
			bounce_key_unref(&key);
		}
		test_alloc_fail = UINT_MAX;
		test_assert(status == tests[i].status);
		test_assert((failures > 0) ==
			    (tests[i].status == BOUNCE_KEY_FOUND || i == 3));
		bounce_key_unref(&key);
		test_end();
	}
}

/* A key that is good is never refused, and a digest never made up. */
static void test_bounce_crypto_no_memory(void)
{
	const buffer_t *rsa = t_base64_decode_str(RSA_P);
	struct evp_md_ctx_st *hash = bounce_crypto_hash_create();
	unsigned char digest[BOUNCE_CRYPTO_HASH_SIZE];
	struct bounce_key key;
	unsigned int i, failures = 0;
	const char *error;
	int ret = 0;

	test_begin("bounce crypto without memory");
	for (i = 0; i < 10000 && ret <= 0; i++) {
		i_zero(&key);
		key.type = RSA;
		test_alloc_fail = i;
		ret = bounce_crypto_key_init(&key, rsa->data, rsa->used,
					     &error);
		test_alloc_fail = UINT_MAX;
		if (ret < 0)
			failures++;
		test_assert_idx(ret != 0, i);
	}
	test_assert(ret == 1 && failures > 0);
	bounce_crypto_key_deinit(&key);

	test_assert(bounce_crypto_hash_reset(hash) == 0);
	test_alloc_fail = 0;
	test_assert(bounce_crypto_hash_get(hash, FALSE, digest) == -1);
	test_alloc_fail = UINT_MAX;
	test_assert(bounce_crypto_hash_get(hash, TRUE, digest) == 0);
	bounce_crypto_hash_free(&hash);
	test_assert(ERR_peek_error() == 0);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_key_parse,
		test_bounce_key_rsa_numbers,
		test_bounce_key_other_algorithm,
		test_bounce_key_damaged,
		test_bounce_key_der,
		test_bounce_key_octets,
		test_bounce_key_refs,
		test_bounce_key_no_memory,
		test_bounce_crypto_no_memory,
		NULL
	};

	test_no_memory_init();
	return test_run(test_functions);
}
