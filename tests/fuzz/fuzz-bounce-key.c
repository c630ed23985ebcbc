/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Key records, RFC 6376 section 3.6.1.
   Covers: src/core/dkim/key.c */

#include "fuzz-common.h"
#include "dkim/key.h"

#include <openssl/err.h>

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	struct bounce_key *key;
	const char *error = NULL;

	switch (bounce_key_parse(data, size, &key, &error)) {
	case BOUNCE_KEY_FOUND:
		i_assert(key->refcount == 1 && key->pkey != NULL);
		i_assert(key->bits <= 8192);
		bounce_key_unref(&key);
		break;
	case BOUNCE_KEY_REVOKED:
	case BOUNCE_KEY_UNUSABLE:
		i_assert(key == NULL && error != NULL);
		break;
	case BOUNCE_KEY_MISSING:
	case BOUNCE_KEY_TEMPERROR:
		i_unreached();
	}
	i_assert(ERR_peek_error() == 0);
}
FUZZ_END
