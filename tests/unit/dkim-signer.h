#ifndef TEST_BOUNCE_DKIM_SIGNER_H
#define TEST_BOUNCE_DKIM_SIGNER_H

/* Signs messages for the tests of the verifier. Slow and simple on purpose,
   and without anything of src/core, except that the keys are parsed there. */

#include "array.h"
#include "base64.h"
#include "str.h"
#include "dkim/dkim.h"

#include <openssl/bn.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

/* Stands in a signature field for the value of b=. */
#define TEST_SIGNER_B "@B@"

struct test_signer_key {
	EVP_PKEY *pkey;
	struct bounce_key *key;
};

static inline const char *t_test_signer_record(EVP_PKEY *pkey)
{
	string_t *str = t_str_new(512);
	unsigned char *der = NULL, raw[32];
	size_t raw_size = sizeof(raw);
	int size;

	if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED25519) {
		str_append(str, "v=DKIM1; k=ed25519; p=");
		if (EVP_PKEY_get_raw_public_key(pkey, raw, &raw_size) != 1)
			i_unreached();
		base64_encode(raw, raw_size, str);
	} else {
		str_append(str, "v=DKIM1; k=rsa; p=");
		size = i2d_PUBKEY(pkey, &der);
		i_assert(size > 0);
		base64_encode(der, size, str);
		OPENSSL_free(der);
	}
	return str_c(str);
}

static inline void
test_signer_key_init(struct test_signer_key *key, EVP_PKEY *pkey)
{
	const char *error;

	i_assert(pkey != NULL);
	key->pkey = pkey;
	T_BEGIN {
		const char *record = t_test_signer_record(pkey);

		if (bounce_key_parse((const void *)record, strlen(record),
				     &key->key, &error) != BOUNCE_KEY_FOUND)
			i_fatal("bounce_key_parse() failed: %s", error);
	} T_END;
}

static inline void
test_signer_key_init_rsa(struct test_signer_key *key, unsigned int bits,
			 unsigned int exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *e = BN_new();
	EVP_PKEY *pkey = NULL;

	if (BN_set_word(e, exponent) != 1 ||
	    EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) != 1 ||
	    EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e) != 1 ||
	    EVP_PKEY_generate(ctx, &pkey) != 1)
		i_fatal("RSA key generation failed");
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	test_signer_key_init(key, pkey);
}

static inline void test_signer_key_init_ed25519(struct test_signer_key *key)
{
	test_signer_key_init(key, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
}

static inline void test_signer_key_deinit(struct test_signer_key *key)
{
	EVP_PKEY_free(key->pkey);
	bounce_key_unref(&key->key);
}

/* The fields of a header, each with its line ends as CRLF. */
static inline ARRAY_TYPE(const_string)
t_test_signer_split(const char *header)
{
	ARRAY_TYPE(const_string) fields;
	string_t *field = t_str_new(256);
	const char *p, *str;

	t_array_init(&fields, 16);
	for (p = header; *p != '\0'; p++) {
		if (*p == '\n' && (p == header || p[-1] != '\r'))
			str_append_c(field, '\r');
		str_append_c(field, *p);
		if (*p == '\n' && p[1] != ' ' && p[1] != '\t') {
			str = t_strdup(str_c(field));
			array_push_back(&fields, &str);
			str_truncate(field, 0);
		}
	}
	return fields;
}

/* Section 3.4.2, step for step. */
static inline const char *t_test_signer_relaxed(const char *field)
{
	const char *colon = strchr(field, ':'), *p;
	const char *name = t_str_lcase(t_strdup_until(field, colon));
	string_t *unfolded = t_str_new(256), *out = t_str_new(256);
	size_t size;

	for (p = colon + 1; *p != '\0'; p++) {
		if (p[0] == '\r' && p[1] == '\n')
			p++;
		else
			str_append_c(unfolded, *p);
	}
	str_append(out, name);
	while ((size = str_len(out)) > 0 &&
	       strchr(" \t", str_c(out)[size - 1]) != NULL)
		str_truncate(out, size - 1);
	str_append_c(out, ':');
	size = str_len(out);
	for (p = str_c(unfolded); *p != '\0'; p++) {
		char c = *p == '\t' ? ' ' : *p;

		if (c == ' ' && (str_len(out) == size ||
				 str_c(out)[str_len(out) - 1] == ' '))
			continue;
		str_append_c(out, c);
	}
	size = str_len(out);
	if (str_c(out)[size - 1] == ' ')
		str_truncate(out, size - 1);
	str_append(out, "\r\n");
	return str_c(out);
}

static inline bool
test_signer_field_is(const char *field, const char *name)
{
	size_t size = strlen(name);

	if (strncasecmp(field, name, size) != 0)
		return FALSE;
	while (field[size] == ' ' || field[size] == '\t')
		size++;
	return field[size] == ':';
}

static inline void
test_signer_append(string_t *out, enum bounce_dkim_canon canon,
		   const char *field)
{
	str_append(out, canon == BOUNCE_DKIM_CANON_RELAXED ?
		   t_test_signer_relaxed(field) : field);
}

/* What is hashed: section 3.7 and 5.4.2. names is as in h=, without white
   space. */
static inline string_t *
t_test_signer_input(enum bounce_dkim_canon canon, const char *header,
		    const char *names, const char *sig_field)
{
	ARRAY_TYPE(const_string) fields = t_test_signer_split(header);
	const char *const *name, *p, *end;
	string_t *out = t_str_new(1024);
	unsigned int i;

	for (name = t_strsplit(names, ":"); *name != NULL; name++) {
		for (i = array_count(&fields); i > 0; i--) {
			const char *const *field = array_idx(&fields, i - 1);

			if (test_signer_field_is(*field, *name)) {
				test_signer_append(out, canon, *field);
				array_delete(&fields, i - 1, 1);
				break;
			}
		}
	}
	/* "the value of the "b=" tag (including all surrounding whitespace)
	   deleted" */
	p = strstr(sig_field, TEST_SIGNER_B);
	i_assert(p != NULL);
	end = p + strlen(TEST_SIGNER_B);
	while (strchr(" \t\r\n", p[-1]) != NULL)
		p--;
	end += strspn(end, " \t\r\n");
	fields = t_test_signer_split(t_strconcat(
		t_strdup_until(sig_field, p), end, "\r\n", NULL));
	sig_field = array_idx_elem(&fields, 0);
	test_signer_append(out, canon, sig_field);
	/* the last line end is not hashed */
	str_truncate(out, str_len(out) - 2);
	return out;
}

/* The private-key operation on a block that is already padded. */
static inline buffer_t *
t_test_signer_rsa_raw(EVP_PKEY *pkey, const unsigned char *block, size_t size)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	buffer_t *out = t_buffer_create(1024);
	size_t out_size = 1024;
	void *data = buffer_append_space_unsafe(out, out_size);

	if (EVP_PKEY_sign_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) != 1 ||
	    EVP_PKEY_sign(ctx, data, &out_size, block, size) != 1)
		i_fatal("raw RSA failed");
	buffer_set_used_size(out, out_size);
	EVP_PKEY_CTX_free(ctx);
	return out;
}

static inline buffer_t *
t_test_signer_sign(EVP_PKEY *pkey, const string_t *input)
{
	bool ed25519 = EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED25519;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	buffer_t *out = t_buffer_create(1024);
	size_t size = 1024;
	void *data = buffer_append_space_unsafe(out, size);
	unsigned char hash[SHA256_DIGEST_LENGTH];
	const void *in = str_data(input);
	size_t in_size = str_len(input);

	if (ed25519) {
		SHA256(in, in_size, hash);
		in = hash;
		in_size = sizeof(hash);
	}
	if (EVP_DigestSignInit(ctx, NULL, ed25519 ? NULL : EVP_sha256(), NULL,
			       pkey) != 1 ||
	    EVP_DigestSign(ctx, data, &size, in, in_size) != 1)
		i_fatal("signing failed");
	buffer_set_used_size(out, size);
	EVP_MD_CTX_free(ctx);
	return out;
}

/* The signature field with b= filled in, without a line end. */
static inline const char *
t_test_signer_fill(const char *sig_field, const buffer_t *b)
{
	const char *p = strstr(sig_field, TEST_SIGNER_B);
	string_t *out = t_str_new(1024);

	str_append_data(out, sig_field, p - sig_field);
	base64_encode(b->data, b->used, out);
	str_append(out, p + strlen(TEST_SIGNER_B));
	return str_c(out);
}

/* Returns the signed header: the signature field on top. */
static inline const char *
t_test_signer_header(EVP_PKEY *pkey, enum bounce_dkim_canon canon,
		     const char *header, const char *names,
		     const char *sig_field)
{
	string_t *input = t_test_signer_input(canon, header, names, sig_field);

	return t_strconcat(
		t_test_signer_fill(sig_field, t_test_signer_sign(pkey, input)),
		"\r\n", header, NULL);
}

#endif
