/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Key files, in all of their forms.
   Covers: src/net/keys/key-file.c */

#include "fuzz-common.h"
#include "keys/key-file.h"

#include <openssl/err.h>

/* A line of its own says when a key was retired, whatever is above it. */
static void fuzz_retire(const uint8_t *data, size_t size)
{
	static const char comment[] = "\n; retired: 2026-11-01\n";
	buffer_t *text = t_buffer_create(size + sizeof(comment));
	struct bounce_key *key;
	const char *error;

	buffer_append(text, data, size);
	buffer_append(text, comment, sizeof(comment) - 1);
	i_assert(bounce_key_file_parse(text->data, text->used, &key, &error) ==
		 BOUNCE_KEY_FOUND);
	i_assert(key->retired == 1793577599);
	bounce_key_unref(&key);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	struct bounce_key *key;
	const char *error = NULL;

	switch (bounce_key_file_parse(data, size, &key, &error)) {
	case BOUNCE_KEY_FOUND:
		i_assert(key->refcount == 1 && key->pkey != NULL);
		i_assert(key->bits <= 8192);
		i_assert(key->retired >= 0);
		if (key->retired == 0)
			fuzz_retire(data, size);
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
