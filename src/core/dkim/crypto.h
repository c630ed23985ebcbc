#ifndef BOUNCE_CRYPTO_H
#define BOUNCE_CRYPTO_H

/* All that is asked of libcrypto: SHA-256, and public keys. Only dkim/crypto.c
   calls libcrypto, so that a process which meets no bounce need not load it. No
   function leaves anything in libcrypto's queue of errors, at which Dovecot's
   TLS looks. */

struct bounce_key;

#define BOUNCE_CRYPTO_HASH_SIZE 32

/* libcrypto's EVP_MD_CTX, EVP_PKEY and EVP_PKEY_CTX */
struct evp_md_ctx_st;
struct evp_pkey_st;
struct evp_pkey_ctx_st;

enum bounce_key_type {
	BOUNCE_KEY_TYPE_RSA,
	BOUNCE_KEY_TYPE_ED25519	/* RFC 8463 */
};

/* Create a SHA-256. Returns NULL if libcrypto failed. */
struct evp_md_ctx_st *bounce_crypto_hash_create(void);
/* Free the hash, and set *hash to NULL. NULL is allowed. */
void bounce_crypto_hash_free(struct evp_md_ctx_st **hash);
/* Begin a digest. The hash functions return 0, or -1 if libcrypto failed. */
int bounce_crypto_hash_reset(struct evp_md_ctx_st *hash);
/* Hash more data. */
int bounce_crypto_hash_more(struct evp_md_ctx_st *hash, const void *data,
			    size_t size);
/* Get the digest of the data so far. With last, no more data may follow until
   the next reset, which is faster. */
int bounce_crypto_hash_get(struct evp_md_ctx_st *hash, bool last,
			   unsigned char digest_r[BOUNCE_CRYPTO_HASH_SIZE]);

/* Make a public key of what p= holds in base64: for RSA a SubjectPublicKeyInfo
   (RFC 5280 section 4.1) or the RSAPublicKey inside of it (RFC 8017 appendix
   A.1.1), for Ed25519 the 32 octets of RFC 8463 section 4.2 or a
   SubjectPublicKeyInfo (RFC 8410 section 4). key->type says which; pkey,
   recover, bits and size are set. Returns 1; 0 if it is no such key, with
   *error_r set to a static string; or -1 if libcrypto failed. */
int bounce_crypto_key_init(struct bounce_key *key, const unsigned char *data,
			   size_t size, const char **error_r);
/* Free what libcrypto has allocated for the key. */
void bounce_crypto_key_deinit(struct bounce_key *key);
/* TRUE if both are the same public key. */
bool bounce_crypto_key_equals(const struct bounce_key *key1,
			      const struct bounce_key *key2);
/* Decode a public key in PEM (RFC 7468 section 13), without asking anybody for
   a passphrase. Append to dest what p= would hold. Returns 0, or -1 with an
   error (data stack). */
int bounce_crypto_pem_decode(const char *pem, enum bounce_key_type *type_r,
			     buffer_t *dest, const char **error_r);

/* Do the RSA public-key operation, which recovers from b the digest that the
   owner of the key signed. Returns 1, 0 if b was not made with the key, or -1
   if libcrypto failed. */
int bounce_crypto_recover(const struct bounce_key *key, const unsigned char *b,
			  size_t b_size,
			  unsigned char digest_r[BOUNCE_CRYPTO_HASH_SIZE]);
/* Verify PureEdDSA over the SHA-256 of a header (RFC 8463 section 3) with an
   Ed25519 key. Returns 1, 0 if b was not made with the key over that digest, or
   -1 if libcrypto failed. */
int bounce_crypto_verify(const struct bounce_key *key, const unsigned char *b,
			 size_t b_size,
			 const unsigned char digest[BOUNCE_CRYPTO_HASH_SIZE]);

#endif
