/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dkim/dkim-private.h"

void bounce_dkim_hash_init(struct bounce_dkim_hash *hash)
{
	hash->ctx = bounce_crypto_hash_create();
	bounce_dkim_hash_reset(hash);
}

void bounce_dkim_hash_deinit(struct bounce_dkim_hash *hash)
{
	bounce_crypto_hash_free(&hash->ctx);
}

void bounce_dkim_hash_reset(struct bounce_dkim_hash *hash)
{
	hash->used = 0;
	hash->failed = hash->ctx == NULL ||
		bounce_crypto_hash_reset(hash->ctx) < 0;
}

static void
hash_update(struct bounce_dkim_hash *hash, const void *data, size_t size)
{
	if (size > 0 && !hash->failed &&
	    bounce_crypto_hash_more(hash->ctx, data, size) < 0)
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

static int
hash_get(struct bounce_dkim_hash *hash, bool last,
	 unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE])
{
	hash_flush(hash);
	if (!hash->failed &&
	    bounce_crypto_hash_get(hash->ctx, last, digest_r) < 0)
		hash->failed = TRUE;
	return hash->failed ? -1 : 0;
}

int bounce_dkim_hash_peek(struct bounce_dkim_hash *hash,
			  unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE])
{
	return hash_get(hash, FALSE, digest_r);
}

int bounce_dkim_hash_finish(struct bounce_dkim_hash *hash,
			    unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE])
{
	return hash_get(hash, TRUE, digest_r);
}
