/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "bounce-limits.h"
#include "bounce-tags.h"
#include "bounce-key.h"

#include <openssl/core_names.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/* The cost of a check grows with the square of the modulus, and with the
   exponent's size. Nobody signs mail with more than this. */
#define KEY_RSA_MAX_BITS 8192
#define KEY_RSA_MAX_EXPONENT_BITS 64

#define KEY_ED25519_SIZE 32

/* SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 section 4), up to the key.
   RFC 8463 wants the key alone, but some publish what openssl printed. */
static const unsigned char ed25519_spki_prefix[] = {
	0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
};

/* Some publish the RSAPublicKey that is inside a SubjectPublicKeyInfo; RFC
   6376 section 3.6.1 even asks for it, its examples and all others do not. */
static EVP_PKEY *rsa_key_decode(const unsigned char *data, size_t size)
{
	const unsigned char *p = data;
	EVP_PKEY *pkey;

	pkey = d2i_PUBKEY(NULL, &p, size);
	if (pkey == NULL) {
		p = data;
		pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, size);
	}
	if (pkey == NULL)
		return NULL;
	if (p != data + size || EVP_PKEY_get_base_id(pkey) != EVP_PKEY_RSA) {
		EVP_PKEY_free(pkey);
		return NULL;
	}
	return pkey;
}

static const char *rsa_key_error(const EVP_PKEY *pkey)
{
	BIGNUM *n = NULL, *e = NULL;
	const char *error = NULL;

	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) != 1 ||
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
		error = "p= is no RSA key";
	else if (BN_num_bits(n) > KEY_RSA_MAX_BITS)
		error = "the RSA key is too large";
	else if (BN_is_negative(n) || !BN_is_odd(n))
		error = "the RSA key's modulus is invalid";
	else if (BN_is_negative(e) || !BN_is_odd(e) || BN_is_one(e) ||
		 BN_num_bits(e) > KEY_RSA_MAX_EXPONENT_BITS ||
		 BN_ucmp(e, n) >= 0)
		error = "the RSA key's exponent is invalid";
	BN_free(n);
	BN_free(e);
	return error;
}

static EVP_PKEY *
rsa_key_parse(const unsigned char *data, size_t size, const char **error_r)
{
	EVP_PKEY *pkey = rsa_key_decode(data, size);

	if (pkey == NULL) {
		*error_r = "p= is no RSA key";
		return NULL;
	}
	*error_r = rsa_key_error(pkey);
	if (*error_r != NULL) {
		EVP_PKEY_free(pkey);
		return NULL;
	}
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

/* What is said of the key besides k= and p=. */
static int
key_check_tags(const struct bounce_tags *tags, const char **error_r)
{
	const struct bounce_tag *tag;

	tag = bounce_tags_find(tags, "v");
	if (tag != NULL &&
	    (tag != &tags->tags[0] || !bounce_tag_is(tag, "DKIM1"))) {
		*error_r = "v= is not DKIM1, or not the first tag";
		return -1;
	}
	tag = bounce_tags_find(tags, "h");
	if (tag != NULL && !bounce_tag_has_word(tag, "sha256")) {
		*error_r = "h= does not allow sha256";
		return -1;
	}
	tag = bounce_tags_find(tags, "s");
	if (tag != NULL && !bounce_tag_has_word(tag, "*") &&
	    !bounce_tag_has_word(tag, "email")) {
		*error_r = "s= does not allow email";
		return -1;
	}
	return 0;
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
	/* Dovecot's own TLS looks at the queue of errors: leave nothing */
	ERR_set_mark();
	if (type == BOUNCE_KEY_TYPE_RSA)
		pkey = rsa_key_parse(data->data, data->used, error_r);
	else
		pkey = ed25519_key_parse(data->data, data->used, error_r);
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

static struct bounce_key *
key_create(const struct bounce_tags *tags, enum bounce_key_type type,
	   EVP_PKEY *pkey)
{
	const struct bounce_tag *flags = bounce_tags_find(tags, "t");
	struct bounce_key *key;

	key = i_new(struct bounce_key, 1);
	key->refcount = 1;
	key->type = type;
	key->pkey = pkey;
	if (type == BOUNCE_KEY_TYPE_RSA) {
		ERR_set_mark();
		key->recover = rsa_key_prepare(pkey);
		ERR_pop_to_mark();
	}
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
	    key_check_tags(&tags, error_r) < 0)
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
	/* the errors are static strings */
	T_BEGIN {
		pkey = key_parse_data(tag, type, error_r);
	} T_END;
	if (pkey == NULL)
		return BOUNCE_KEY_UNUSABLE;
	*key_r = key_create(&tags, type, pkey);
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
