/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "base/limits.h"
#include "dkim/tags.h"
#include "dkim/key.h"

#include <openssl/asn1t.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

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

	*error_r = "p= is no RSA key";
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
		*error_r = "p= is no Ed25519 key";
	return pkey;
}

/* Returns what forbids the use of the key in the tags other than k= and p=, or
   NULL. */
static const char *key_tags_error(const struct bounce_tags *tags)
{
	const struct bounce_tag *tag;

	tag = bounce_tags_find(tags, "v");
	if (tag != NULL &&
	    (tag != &tags->tags[0] || !bounce_tag_is(tag, "DKIM1")))
		return "v= is not DKIM1, or not the first tag";
	tag = bounce_tags_find(tags, "h");
	if (tag != NULL && !bounce_tag_has_word(tag, "sha256"))
		return "h= does not allow sha256";
	tag = bounce_tags_find(tags, "s");
	if (tag != NULL && !bounce_tag_has_word(tag, "*") &&
	    !bounce_tag_has_word(tag, "email"))
		return "s= does not allow email";
	return NULL;
}

static int
key_parse_type(const struct bounce_tags *tags, enum bounce_key_type *type_r,
	       const char **error_r)
{
	const struct bounce_tag *tag = bounce_tags_find(tags, "k");

	if (tag == NULL || bounce_tag_is(tag, "rsa"))
		*type_r = BOUNCE_KEY_TYPE_RSA;
	else if (bounce_tag_is(tag, "ed25519"))
		*type_r = BOUNCE_KEY_TYPE_ED25519;
	else {
		*error_r = "k= is not known";
		return -1;
	}
	return 0;
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

/* After a key was refused, tells whether libcrypto works. Without memory or
   without its provider, it refuses all keys. */
static bool libcrypto_is_usable(void)
{
	const char *error;
	EVP_PKEY *pkey = rsa_key_parse(rsa_sample, sizeof(rsa_sample), &error);
	bool usable = pkey != NULL;

	EVP_PKEY_free(pkey);
	return usable;
}

/* Parse the value of p=. Returns NULL if it is not a key, with *error_r set, or
   if libcrypto failed, with *error_r NULL. */
static EVP_PKEY *
key_parse_data(const struct bounce_tag *tag, enum bounce_key_type type,
	       const char **error_r)
{
	buffer_t *data = t_buffer_create(tag->value_size);
	EVP_PKEY *pkey;

	if (bounce_tag_decode(tag, data) < 0) {
		*error_r = "p= is not base64";
		return NULL;
	}
	/* leave no errors in the queue, which Dovecot's TLS looks at */
	ERR_set_mark();
	if (type == BOUNCE_KEY_TYPE_RSA)
		pkey = rsa_key_parse(data->data, data->used, error_r);
	else
		pkey = ed25519_key_parse(data->data, data->used, error_r);
	if (pkey == NULL && !libcrypto_is_usable())
		*error_r = NULL;
	ERR_pop_to_mark();
	return pkey;
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

/* Make a key of pkey, which it takes over. Returns NULL if libcrypto failed. */
static struct bounce_key *
key_create(const struct bounce_tags *tags, enum bounce_key_type type,
	   EVP_PKEY *pkey)
{
	const struct bounce_tag *flags = bounce_tags_find(tags, "t");
	EVP_PKEY_CTX *recover = NULL;
	struct bounce_key *key;

	if (type == BOUNCE_KEY_TYPE_RSA) {
		ERR_set_mark();
		recover = rsa_key_prepare(pkey);
		ERR_pop_to_mark();
		if (recover == NULL) {
			EVP_PKEY_free(pkey);
			return NULL;
		}
	}
	key = i_new(struct bounce_key, 1);
	key->refcount = 1;
	key->type = type;
	key->pkey = pkey;
	key->recover = recover;
	key->bits = EVP_PKEY_get_bits(pkey);
	key->strict = flags != NULL && bounce_tag_has_word(flags, "s");
	key->testing = flags != NULL && bounce_tag_has_word(flags, "y");
	return key;
}

enum bounce_key_status
bounce_key_parse(const unsigned char *data, size_t size,
		 struct bounce_key **key_r, const char **error_r)
{
	struct bounce_tags tags;
	const struct bounce_tag *tag;
	enum bounce_key_type type;
	EVP_PKEY *pkey = NULL;

	*key_r = NULL;
	if (bounce_tags_parse(data, size, &tags, error_r) < 0 ||
	    (*error_r = key_tags_error(&tags)) != NULL)
		return BOUNCE_KEY_UNUSABLE;
	tag = bounce_tags_find(&tags, "p");
	if (tag == NULL) {
		*error_r = "there is no p=";
		return BOUNCE_KEY_UNUSABLE;
	}
	if (tag->value_size == 0) {
		*error_r = "the key is revoked";
		return BOUNCE_KEY_REVOKED;
	}
	if (key_parse_type(&tags, &type, error_r) < 0)
		return BOUNCE_KEY_UNUSABLE;
	/* the errors are static strings, so they outlive the frame */
	T_BEGIN {
		pkey = key_parse_data(tag, type, error_r);
	} T_END;
	if (pkey == NULL && *error_r != NULL)
		return BOUNCE_KEY_UNUSABLE;
	if (pkey != NULL)
		*key_r = key_create(&tags, type, pkey);
	if (*key_r == NULL) {
		*error_r = "libcrypto failed";
		return BOUNCE_KEY_TEMPERROR;
	}
	return BOUNCE_KEY_FOUND;
}

void bounce_key_ref(struct bounce_key *key)
{
	i_assert(key->refcount > 0);
	key->refcount++;
}

void bounce_key_unref(struct bounce_key **_key)
{
	struct bounce_key *key = *_key;

	if (key == NULL)
		return;
	*_key = NULL;
	i_assert(key->refcount > 0);
	if (--key->refcount > 0)
		return;
	EVP_PKEY_CTX_free(key->recover);
	EVP_PKEY_free(key->pkey);
	i_free(key);
}
