/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "verifier/verifier.h"

/* For functions whose result cannot tell why the verifier was not loaded. They
   need not tell: deliver/judge.c loads it before it judges a bounce, and
   reports an error. */
static const struct backscatter_verifier *verifier_get(void)
{
	const struct backscatter_verifier *verifier;
	const char *error;

	return backscatter_verifier_load(&verifier, &error) < 0 ? NULL :
		verifier;
}

/* For functions that take a hash, a key or an answer: the verifier has made it,
   so it is loaded. */
static const struct backscatter_verifier *verifier_loaded(void)
{
	const struct backscatter_verifier *verifier = verifier_get();

	i_assert(verifier != NULL);
	return verifier;
}

struct evp_md_ctx_st *bounce_crypto_hash_create(void)
{
	const struct backscatter_verifier *verifier = verifier_get();

	return verifier == NULL ? NULL : verifier->hash_create();
}

void bounce_crypto_hash_free(struct evp_md_ctx_st **hash)
{
	if (*hash != NULL)
		verifier_loaded()->hash_free(hash);
}

int bounce_crypto_hash_reset(struct evp_md_ctx_st *hash)
{
	return verifier_loaded()->hash_reset(hash);
}

int bounce_crypto_hash_more(struct evp_md_ctx_st *hash, const void *data,
			    size_t size)
{
	return verifier_loaded()->hash_more(hash, data, size);
}

int bounce_crypto_hash_get(struct evp_md_ctx_st *hash, bool last,
			   unsigned char digest_r[BOUNCE_CRYPTO_HASH_SIZE])
{
	return verifier_loaded()->hash_get(hash, last, digest_r);
}

int bounce_crypto_key_init(struct bounce_key *key, const unsigned char *data,
			   size_t size, const char **error_r)
{
	const struct backscatter_verifier *verifier = verifier_get();

	return verifier == NULL ? -1 :
		verifier->key_init(key, data, size, error_r);
}

void bounce_crypto_key_deinit(struct bounce_key *key)
{
	verifier_loaded()->key_deinit(key);
}

bool bounce_crypto_key_equals(const struct bounce_key *key1,
			      const struct bounce_key *key2)
{
	return verifier_loaded()->key_equals(key1, key2);
}

int bounce_crypto_pem_decode(const char *pem, enum bounce_key_type *type_r,
			     buffer_t *dest, const char **error_r)
{
	const struct backscatter_verifier *verifier;

	return backscatter_verifier_load(&verifier, error_r) < 0 ? -1 :
		verifier->pem_decode(pem, type_r, dest, error_r);
}

int bounce_crypto_recover(const struct bounce_key *key, const unsigned char *b,
			  size_t b_size,
			  unsigned char digest_r[BOUNCE_CRYPTO_HASH_SIZE])
{
	return verifier_loaded()->recover(key, b, b_size, digest_r);
}

int bounce_crypto_verify(const struct bounce_key *key, const unsigned char *b,
			 size_t b_size,
			 const unsigned char digest[BOUNCE_CRYPTO_HASH_SIZE])
{
	return verifier_loaded()->verify(key, b, b_size, digest);
}

void bounce_dns_lookup(struct bounce_dns *dns, pool_t pool,
		       struct bounce_dns_query *queries, unsigned int count,
		       uint64_t deadline)
{
	const struct backscatter_verifier *verifier;
	const char *error;
	unsigned int i;

	if (backscatter_verifier_load(&verifier, &error) == 0) {
		verifier->dns_lookup(dns, pool, queries, count, deadline);
		return;
	}
	for (i = 0; i < count; i++) {
		bounce_dns_query_reset(&queries[i]);
		queries[i].error = p_strdup(pool, error);
	}
}

void bounce_dns_answer_parse(pool_t pool, const unsigned char *data,
			     size_t size, struct bounce_dns_query *query)
{
	verifier_loaded()->dns_answer_parse(pool, data, size, query);
}

enum bounce_spf bounce_spf_check(struct bounce_key_source *source, pool_t pool,
				 const struct bounce_spf_request *request,
				 const char **text_r)
{
	const struct backscatter_verifier *verifier;
	const char *error;

	if (backscatter_verifier_load(&verifier, &error) == 0)
		return verifier->spf_check(source, pool, request, text_r);
	*text_r = p_strdup(pool, error);
	return BOUNCE_SPF_TEMPERROR;
}

const char *t_bounce_idn_to_ascii(const char *domain)
{
	const struct backscatter_verifier *verifier = verifier_get();

	return verifier == NULL ? NULL : verifier->idn_to_ascii(domain);
}

const char *t_bounce_idn_error(void)
{
	const struct backscatter_verifier *verifier;
	const char *error;

	return backscatter_verifier_load(&verifier, &error) < 0 ? error : NULL;
}
