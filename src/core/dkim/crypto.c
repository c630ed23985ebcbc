/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "dkim/key.h"

#include <openssl/asn1t.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/*
 * SHA-256
 */

struct evp_md_ctx_st *bounce_crypto_hash_create(void)
{
	struct evp_md_ctx_st *hash;

	ERR_set_mark();
	hash = EVP_MD_CTX_new();
	ERR_pop_to_mark();
	return hash;
}

void bounce_crypto_hash_free(struct evp_md_ctx_st **hash)
{
	EVP_MD_CTX_free(*hash);
	*hash = NULL;
}

int bounce_crypto_hash_reset(struct evp_md_ctx_st *hash)
{
	/* Fetch the algorithm only once, as a fetch takes as long as hashing a
	   small header. */
	static EVP_MD *md = NULL;
	bool ok;

	ERR_set_mark();
	if (md == NULL)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	ok = EVP_DigestInit_ex2(hash, md, NULL) == 1;
	ERR_pop_to_mark();
	return ok ? 0 : -1;
}

int bounce_crypto_hash_more(struct evp_md_ctx_st *hash, const void *data,
			    size_t size)
{
	bool ok;

	ERR_set_mark();
	ok = EVP_DigestUpdate(hash, data, size) == 1;
	ERR_pop_to_mark();
	return ok ? 0 : -1;
}

int bounce_crypto_hash_get(struct evp_md_ctx_st *hash, bool last,
			   unsigned char digest_r[BOUNCE_CRYPTO_HASH_SIZE])
{
	EVP_MD_CTX *copy = NULL;
	bool ok = TRUE;

	ERR_set_mark();
	if (!last) {
		copy = EVP_MD_CTX_new();
		ok = copy != NULL && EVP_MD_CTX_copy_ex(copy, hash) == 1;
	}
	ok = ok && EVP_DigestFinal_ex(last ? hash : copy, digest_r, NULL) == 1;
	EVP_MD_CTX_free(copy);
	ERR_pop_to_mark();
	return ok ? 0 : -1;
}

/*
 * Public keys
 */

/* The time of a check grows with the square of the modulus' size and with the
   size of the exponent. Nobody signs mail with larger ones than these. */
#define KEY_RSA_MAX_BITS 8192
#define KEY_RSA_MAX_EXPONENT_BITS 64

#define KEY_ED25519_SIZE 32

/* The SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 section 4) up to the key
   itself. RFC 8463 asks for the key alone, but some publish the whole
   structure, as openssl prints it. */
static const unsigned char ed25519_spki_prefix[] = {
	0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
};

/* SubjectPublicKeyInfo, RFC 5280 section 4.1. libcrypto's own decoder tries all
   kinds of keys that its providers know, which takes ten times as long. */
struct key_info {
	X509_ALGOR *algorithm;
	ASN1_BIT_STRING *key;
};

ASN1_SEQUENCE(key_info) = {
	ASN1_SIMPLE(struct key_info, algorithm, X509_ALGOR),
	ASN1_SIMPLE(struct key_info, key, ASN1_BIT_STRING)
} static_ASN1_SEQUENCE_END_name(struct key_info, key_info)

/* RSAPublicKey, RFC 8017 appendix A.1.1 */
struct rsa_numbers {
	BIGNUM *n;
	BIGNUM *e;
};

ASN1_SEQUENCE(rsa_numbers) = {
	ASN1_SIMPLE(struct rsa_numbers, n, BIGNUM),
	ASN1_SIMPLE(struct rsa_numbers, e, BIGNUM)
} static_ASN1_SEQUENCE_END_name(struct rsa_numbers, rsa_numbers)

static void rsa_numbers_free(struct rsa_numbers *numbers)
{
	ASN1_item_free((ASN1_VALUE *)numbers, ASN1_ITEM_rptr(rsa_numbers));
}

static struct rsa_numbers *
rsa_numbers_decode(const unsigned char **data, size_t size)
{
	return (struct rsa_numbers *)
		ASN1_item_d2i(NULL, data, size, ASN1_ITEM_rptr(rsa_numbers));
}

static struct rsa_numbers *key_info_decode_rsa(const struct key_info *info)
{
	const unsigned char *data = ASN1_STRING_get0_data(info->key);
	int nid = OBJ_obj2nid(info->algorithm->algorithm);

	/* the second is an older name of the same algorithm */
	if (nid != NID_rsaEncryption && nid != NID_rsa)
		return NULL;
	return rsa_numbers_decode(&data, ASN1_STRING_length(info->key));
}

/* Most domains publish a SubjectPublicKeyInfo, as the examples of RFC 6376 do.
   Some publish only the RSAPublicKey inside it, which is what section 3.6.1
   asks for. Accept both. */
static struct rsa_numbers *
rsa_key_decode(const unsigned char *data, size_t size)
{
	const unsigned char *p = data;
	struct rsa_numbers *numbers;
	struct key_info *info;

	info = (struct key_info *)
		ASN1_item_d2i(NULL, &p, size, ASN1_ITEM_rptr(key_info));
	if (info != NULL) {
		numbers = key_info_decode_rsa(info);
		ASN1_item_free((ASN1_VALUE *)info, ASN1_ITEM_rptr(key_info));
	} else {
		p = data;
		numbers = rsa_numbers_decode(&p, size);
	}
	if (numbers != NULL && p != data + size) {
		rsa_numbers_free(numbers);
		return NULL;
	}
	return numbers;
}

static const char *rsa_numbers_error(const struct rsa_numbers *numbers)
{
	const BIGNUM *n = numbers->n, *e = numbers->e;

	if (BN_num_bits(n) > KEY_RSA_MAX_BITS)
		return "the RSA key is too large";
	if (BN_is_negative(n) || !BN_is_odd(n))
		return "the RSA key's modulus is invalid";
	if (BN_is_negative(e) || !BN_is_odd(e) || BN_is_one(e) ||
	    BN_num_bits(e) > KEY_RSA_MAX_EXPONENT_BITS || BN_ucmp(e, n) >= 0)
		return "the RSA key's exponent is invalid";
	return NULL;
}

/* NULL: libcrypto failed. */
static EVP_PKEY *rsa_key_build(const struct rsa_numbers *numbers)
{
	unsigned char n[KEY_RSA_MAX_BITS / 8], e[KEY_RSA_MAX_EXPONENT_BITS / 8];
	int n_size = BN_num_bytes(numbers->n);
	int e_size = BN_num_bytes(numbers->e);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n, n_size),
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e, e_size),
		OSSL_PARAM_construct_end()
	};
	EVP_PKEY *pkey = NULL;

	if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    BN_bn2nativepad(numbers->n, n, n_size) == n_size &&
	    BN_bn2nativepad(numbers->e, e, e_size) == e_size &&
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static EVP_PKEY *
rsa_key_parse(const unsigned char *data, size_t size, const char **error_r)
{
	struct rsa_numbers *numbers = rsa_key_decode(data, size);
	EVP_PKEY *pkey = NULL;

	*error_r = "p= is not an RSA key";
	if (numbers == NULL)
		return NULL;
	*error_r = rsa_numbers_error(numbers);
	if (*error_r == NULL)
		pkey = rsa_key_build(numbers);
	rsa_numbers_free(numbers);
	return pkey;
}

static EVP_PKEY *
ed25519_key_parse(const unsigned char *data, size_t size, const char **error_r)
{
	EVP_PKEY *pkey = NULL;

	if (size == sizeof(ed25519_spki_prefix) + KEY_ED25519_SIZE &&
	    memcmp(data, ed25519_spki_prefix,
		   sizeof(ed25519_spki_prefix)) == 0) {
		data += sizeof(ed25519_spki_prefix);
		size -= sizeof(ed25519_spki_prefix);
	}
	if (size == KEY_ED25519_SIZE)
		pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
						   data, size);
	if (pkey == NULL)
		*error_r = "p= is not an Ed25519 key";
	return pkey;
}

/* An RSA key of 512 bits, which is used for nothing but a test: if libcrypto
   cannot read it, it can read no key. */
static const unsigned char rsa_sample[] = {
	0x30, 0x5c, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x4b, 0x00, 0x30, 0x48, 0x02, 0x41,
	0x00, 0xeb, 0xdc, 0x86, 0x6d, 0x70, 0x5a, 0x63, 0x4a, 0xb7, 0x86, 0x3f,
	0x9e, 0xe0, 0xaf, 0xff, 0xbe, 0xec, 0x20, 0xfd, 0x9a, 0x1b, 0x6a, 0x88,
	0x45, 0x17, 0x7a, 0x00, 0xfd, 0x82, 0x1d, 0x4c, 0xce, 0xc7, 0x07, 0x4a,
	0x73, 0xec, 0x94, 0x99, 0xa4, 0xb0, 0xca, 0x7b, 0x82, 0x06, 0x78, 0x69,
	0x1f, 0x73, 0x7f, 0xd2, 0xa1, 0x27, 0x68, 0x40, 0xa0, 0x72, 0x1e, 0xc7,
	0x60, 0x3d, 0xc6, 0x8d, 0xf7, 0x02, 0x03, 0x01, 0x00, 0x01
};

/* After a key or a signature was refused, tells whether libcrypto works.
   Without memory or without its provider, it refuses all of them. */
static bool libcrypto_is_usable(void)
{
	const char *error;
	EVP_PKEY *pkey = rsa_key_parse(rsa_sample, sizeof(rsa_sample), &error);
	bool usable = pkey != NULL;

	EVP_PKEY_free(pkey);
	return usable;
}

static EVP_PKEY_CTX *rsa_key_prepare(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);

	if (ctx == NULL || EVP_PKEY_verify_recover_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) != 1) {
		EVP_PKEY_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

static int key_init(struct bounce_key *key, const unsigned char *data,
		    size_t size, const char **error_r)
{
	bool rsa = key->type == BOUNCE_KEY_TYPE_RSA;

	key->pkey = rsa ? rsa_key_parse(data, size, error_r) :
		ed25519_key_parse(data, size, error_r);
	if (key->pkey == NULL)
		return libcrypto_is_usable() ? 0 : -1;
	if (rsa && (key->recover = rsa_key_prepare(key->pkey)) == NULL) {
		EVP_PKEY_free(key->pkey);
		return -1;
	}
	key->bits = EVP_PKEY_get_bits(key->pkey);
	key->size = I_MAX(EVP_PKEY_get_size(key->pkey), 0);
	return 1;
}

int bounce_crypto_key_init(struct bounce_key *key, const unsigned char *data,
			   size_t size, const char **error_r)
{
	int ret;

	ERR_set_mark();
	ret = key_init(key, data, size, error_r);
	ERR_pop_to_mark();
	return ret;
}

void bounce_crypto_key_deinit(struct bounce_key *key)
{
	EVP_PKEY_CTX_free(key->recover);
	EVP_PKEY_free(key->pkey);
}

bool bounce_crypto_key_equals(const struct bounce_key *key1,
			      const struct bounce_key *key2)
{
	bool equal;

	ERR_set_mark();
	equal = EVP_PKEY_eq(key1->pkey, key2->pkey) == 1;
	ERR_pop_to_mark();
	return equal;
}

/* Append what would be in the DNS, so that one function parses all keys.
   Returns NULL, or why that cannot be done. */
static const char *
pkey_encode(EVP_PKEY *pkey, enum bounce_key_type *type_r, buffer_t *dest)
{
	int type = EVP_PKEY_get_base_id(pkey);
	unsigned char *der = NULL;
	int size, skip = 0;

	if (type != EVP_PKEY_RSA && type != EVP_PKEY_ED25519)
		return "the public key is neither RSA nor Ed25519";
	size = i2d_PUBKEY(pkey, &der);
	if (size <= 0)
		return "the public key cannot be encoded";
	/* for Ed25519 it is the octets of the key alone, which are the end of
	   the DER (RFC 8410 section 4) */
	if (type == EVP_PKEY_ED25519)
		skip = size - KEY_ED25519_SIZE;
	*type_r = type == EVP_PKEY_RSA ? BOUNCE_KEY_TYPE_RSA :
		BOUNCE_KEY_TYPE_ED25519;
	buffer_append(dest, der + skip, size - skip);
	OPENSSL_free(der);
	return NULL;
}

int bounce_crypto_pem_decode(const char *pem, enum bounce_key_type *type_r,
			     buffer_t *dest, const char **error_r)
{
	/* it keeps OpenSSL from asking for a passphrase at the terminal */
	static char empty_passphrase[] = "";
	EVP_PKEY *pkey;
	BIO *bio;

	*error_r = "its PEM is not a public key";
	ERR_set_mark();
	bio = BIO_new_mem_buf(pem, -1);
	if (bio == NULL)
		i_fatal_status(FATAL_OUTOFMEM, "BIO_new_mem_buf() failed");
	pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, empty_passphrase);
	if (pkey != NULL)
		*error_r = pkey_encode(pkey, type_r, dest);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	ERR_pop_to_mark();
	return *error_r == NULL ? 0 : -1;
}

/*
 * Signatures
 */

/* This does the public-key operation of RFC 8017 section 5.2.2 and removes the
   padding of section 9.2. Because the context has the digest's algorithm,
   libcrypto encodes the digest that it found again, and compares the result
   with all of what b= holds. So 1 is only returned if the owner of the private
   key made b. */
int bounce_crypto_recover(const struct bounce_key *key, const unsigned char *b,
			  size_t b_size,
			  unsigned char digest_r[BOUNCE_CRYPTO_HASH_SIZE])
{
	size_t size = BOUNCE_CRYPTO_HASH_SIZE;
	int ret;

	if (key->recover == NULL)
		return -1;
	ERR_set_mark();
	if (EVP_PKEY_verify_recover(key->recover, digest_r, &size,
				    b, b_size) == 1 &&
	    size == BOUNCE_CRYPTO_HASH_SIZE)
		ret = 1;
	else
		ret = libcrypto_is_usable() ? 0 : -1;
	ERR_pop_to_mark();
	return ret;
}

int bounce_crypto_verify(const struct bounce_key *key, const unsigned char *b,
			 size_t b_size,
			 const unsigned char digest[BOUNCE_CRYPTO_HASH_SIZE])
{
	EVP_MD_CTX *ctx;
	int ret = -1;

	ERR_set_mark();
	ctx = EVP_MD_CTX_new();
	if (ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) == 1) {
		if (EVP_DigestVerify(ctx, b, b_size, digest,
				     BOUNCE_CRYPTO_HASH_SIZE) == 1)
			ret = 1;
		else
			ret = libcrypto_is_usable() ? 0 : -1;
	}
	EVP_MD_CTX_free(ctx);
	ERR_pop_to_mark();
	return ret;
}
