/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dkim/dkim-private.h"

/* Fetch the algorithm only once, as a fetch takes as long as hashing a small
   header. */
static const EVP_MD *hash_sha256(void)
{
	static EVP_MD *md = NULL;

	if (md == NULL)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	return md;
}

void bounce_dkim_hash_init(struct bounce_dkim_hash *hash)
{
	hash->ctx = EVP_MD_CTX_new();
	bounce_dkim_hash_reset(hash);
}

void bounce_dkim_hash_deinit(struct bounce_dkim_hash *hash)
{
	EVP_MD_CTX_free(hash->ctx);
	hash->ctx = NULL;
}

void bounce_dkim_hash_reset(struct bounce_dkim_hash *hash)
{
	hash->used = 0;
	hash->failed = hash->ctx == NULL ||
		EVP_DigestInit_ex2(hash->ctx, hash_sha256(), NULL) != 1;
}

static void
hash_update(struct bounce_dkim_hash *hash, const void *data, size_t size)
{
	if (size > 0 && !hash->failed &&
	    EVP_DigestUpdate(hash->ctx, data, size) != 1)
		hash->failed = TRUE;
}

static void hash_flush(struct bounce_dkim_hash *hash)
{
	hash_update(hash, hash->buf, hash->used);
	hash->used = 0;
}

void bounce_dkim_hash_more_large(struct bounce_dkim_hash *hash,
				 const void *data, size_t size)
{
	hash_flush(hash);
	if (size >= sizeof(hash->buf)) {
		hash_update(hash, data, size);
		return;
	}
	memcpy(hash->buf, data, size);
	hash->used = size;
}

int bounce_dkim_hash_peek(struct bounce_dkim_hash *hash,
			  unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE])
{
	EVP_MD_CTX *copy = EVP_MD_CTX_new();

	hash_flush(hash);
	if (copy == NULL || hash->failed ||
	    EVP_MD_CTX_copy_ex(copy, hash->ctx) != 1 ||
	    EVP_DigestFinal_ex(copy, digest_r, NULL) != 1)
		hash->failed = TRUE;
	EVP_MD_CTX_free(copy);
	return hash->failed ? -1 : 0;
}

int bounce_dkim_hash_finish(struct bounce_dkim_hash *hash,
			    unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE])
{
	hash_flush(hash);
	if (!hash->failed &&
	    EVP_DigestFinal_ex(hash->ctx, digest_r, NULL) != 1)
		hash->failed = TRUE;
	return hash->failed ? -1 : 0;
}
