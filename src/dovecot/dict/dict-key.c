/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "hex-binary.h"
#include "sha2.h"
#include "dict/dict-key.h"

const char *backscatter_key_hash_str(const char *str)
{
	unsigned char digest[SHA256_RESULTLEN];

	sha256_get_digest(str, strlen(str), digest);
	return binary_to_hex(digest, sizeof(digest) / 2);
}
