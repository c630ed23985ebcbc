/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "hex-binary.h"
#include "sha2.h"
#include "dict/dict-key.h"

#include <ctype.h>

/* As it is in a key, a word is at most this long. */
#define BACKSCATTER_KEY_WORD_MAX 64

const char *backscatter_key_hash(const void *data, size_t size)
{
	unsigned char digest[SHA256_RESULTLEN];

	sha256_get_digest(data, size, digest);
	return binary_to_hex(digest, sizeof(digest) / 2);
}

const char *backscatter_key_hash_str(const char *str)
{
	return backscatter_key_hash(str, strlen(str));
}

const char *backscatter_key_word(const char *str)
{
	const char *p;

	for (p = str; *p != '\0'; p++) {
		if (!i_isalnum(*p) && *p != '-' && *p != '_')
			break;
	}
	if (p == str || *p != '\0' || p - str > BACKSCATTER_KEY_WORD_MAX)
		return backscatter_key_hash_str(str);
	return t_strdup(str);
}

uint64_t backscatter_key_window(time_t now, unsigned int length)
{
	i_assert(length > 0);

	return now <= 0 ? 0 : (uint64_t)now / length;
}

const char *backscatter_key_expiring(const char *prefix, uint64_t until,
				       const char *name)
{
	return t_strdup_printf("%sx%010llu.%s", prefix,
			       (unsigned long long)until, name);
}

bool backscatter_key_is_expired(const char *key, const char *prefix,
				time_t now)
{
	size_t len = strlen(prefix);
	const char *p, *time_end;
	uint64_t until;

	if (strncmp(key, prefix, len) != 0 || key[len] != 'x')
		return FALSE;
	p = key + len + 1;
	time_end = strchr(p, '.');
	return time_end != NULL &&
		str_to_uint64(t_strdup_until(p, time_end), &until) == 0 &&
		now > 0 && until < (uint64_t)now;
}
