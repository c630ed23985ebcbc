/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Canonicalisation of fields and bodies, RFC 6376 section 3.4, against a slow
   one that goes octet by octet. The first octet says where the body is cut.
   Covers: src/core/dkim/canon.c
   Covers: src/core/dkim/body.c */

#include "fuzz-common.h"
#include "buffer.h"
#include "base/limits.h"
#include "dkim/dkim-private.h"

#include <openssl/sha.h>

/* Line ends become CRLF. */
static buffer_t *t_ref_crlf(const uint8_t *data, size_t size)
{
	buffer_t *out = t_buffer_create(size * 2 + 4);
	size_t i;

	for (i = 0; i < size; i++) {
		if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
			buffer_append_c(out, '\r');
		buffer_append_c(out, data[i]);
	}
	return out;
}

static bool ref_have(const buffer_t *in, size_t i, const char *str)
{
	size_t size = strlen(str);

	return i + size <= in->used &&
		memcmp(CONST_PTR_OFFSET(in->data, i), str, size) == 0;
}

/* Sequences of white space become one space; none is left before a line end
   and, for a field, where one was, and at both ends. */
static buffer_t *t_ref_space(const buffer_t *in, bool field)
{
	const unsigned char *data = in->data;
	buffer_t *out = t_buffer_create(in->used + 4);
	bool space = FALSE;
	size_t i;

	for (i = 0; i < in->used; i++) {
		if (data[i] == ' ' || data[i] == '\t')
			space = TRUE;
		else if (ref_have(in, i, "\r\n")) {
			if (!field)
				buffer_append(out, "\r\n", 2);
			/* a line end is folding, where white space follows */
			space = field;
			i++;
		} else {
			if (space && !(field && out->used == 0))
				buffer_append_c(out, ' ');
			space = FALSE;
			buffer_append_c(out, data[i]);
		}
	}
	return out;
}

static void
ref_body_hash(enum bounce_dkim_canon canon, const uint8_t *data, size_t size,
	      unsigned char hash_r[32])
{
	buffer_t *out = t_ref_crlf(data, size);

	if (out->used > 0 && !ref_have(out, out->used - 2, "\r\n"))
		buffer_append(out, "\r\n", 2);
	if (canon == BOUNCE_DKIM_CANON_RELAXED)
		out = t_ref_space(out, FALSE);
	while (out->used >= 4 && ref_have(out, out->used - 4, "\r\n\r\n"))
		buffer_set_used_size(out, out->used - 2);
	if (out->used == 2 && ref_have(out, 0, "\r\n"))
		buffer_set_used_size(out, 0);
	if (out->used == 0 && canon == BOUNCE_DKIM_CANON_SIMPLE)
		buffer_append(out, "\r\n", 2);
	SHA256(out->data, out->used, hash_r);
}

static void fuzz_body(const uint8_t *data, size_t size, size_t cut)
{
	static const char header[] =
		"DKIM-Signature: c=simple/simple\n"
		"DKIM-Signature: c=simple/relaxed\n";
	struct bounce_dkim_signature sigs[2];
	struct bounce_dkim_body_hasher *hasher;
	const struct bounce_dkim_body_hashes *hashes;
	pool_t pool = pool_allocfree_create("fuzz");
	size_t n;

	i_zero(&sigs);
	sigs[0].own = sigs[1].own = TRUE;
	sigs[1].canon_body = BOUNCE_DKIM_CANON_RELAXED;
	ref_body_hash(BOUNCE_DKIM_CANON_SIMPLE, data, size, sigs[0].body_hash);
	ref_body_hash(BOUNCE_DKIM_CANON_RELAXED, data, size, sigs[1].body_hash);
	hasher = bounce_dkim_body_init(pool, bounce_header_parse(pool,
		(const unsigned char *)header, strlen(header)));
	while (size > 0) {
		n = cut == 0 ? size : I_MIN(cut, size);
		bounce_dkim_body_more(hasher, data, n);
		data += n;
		size -= n;
	}
	hashes = bounce_dkim_body_finish(&hasher);
	i_assert(bounce_dkim_body_check(hashes, &sigs[0]) ==
		 BOUNCE_DKIM_BODY_MATCH);
	i_assert(bounce_dkim_body_check(hashes, &sigs[1]) ==
		 BOUNCE_DKIM_BODY_MATCH);
	pool_unref(&pool);
}

/* The field without the value of b=. */
static void
ref_field_hash(enum bounce_dkim_canon canon, const struct bounce_dkim_span *span,
	       unsigned char hash_r[32])
{
	buffer_t *out = t_buffer_create(span->size + 4);
	buffer_t *value = t_buffer_create(span->size + 4);
	size_t i, start = canon == BOUNCE_DKIM_CANON_RELAXED ?
		span->value_offset : 0;

	for (i = start; i < span->size; i++) {
		if (i < span->cut_start || i >= span->cut_end)
			buffer_append_c(value, span->data[i]);
	}
	if (canon == BOUNCE_DKIM_CANON_RELAXED) {
		for (i = 0; i < span->name_size; i++) {
			buffer_append_c(out,
					bounce_dkim_lower(span->data[i]));
		}
		buffer_append_c(out, ':');
		value = t_ref_space(t_ref_crlf(value->data, value->used),
				    TRUE);
	} else
		value = t_ref_crlf(value->data, value->used);
	buffer_append_buf(out, value, 0, SIZE_MAX);
	buffer_append(out, "\r\n", 2);
	SHA256(out->data, out->used, hash_r);
}

static void fuzz_span(const struct bounce_dkim_span *span)
{
	static const enum bounce_dkim_canon canons[] = {
		BOUNCE_DKIM_CANON_SIMPLE, BOUNCE_DKIM_CANON_RELAXED
	};
	unsigned char hash1[32], hash2[32];
	struct bounce_dkim_hash hash;
	unsigned int i;

	bounce_dkim_hash_init(&hash);
	for (i = 0; i < N_ELEMENTS(canons); i++) {
		bounce_dkim_hash_reset(&hash);
		bounce_dkim_canon_field(&hash, canons[i], span, TRUE);
		i_assert(bounce_dkim_hash_finish(&hash, hash1) == 0);
		ref_field_hash(canons[i], span, hash2);
		i_assert(memcmp(hash1, hash2, sizeof(hash1)) == 0);
	}
	bounce_dkim_hash_deinit(&hash);
}

/* The names of h= are between colons, and have no space at their ends. */
static void fuzz_names(const uint8_t *data, size_t size)
{
	const unsigned char *p = data, *end = data + size;
	struct bounce_tag name;
	size_t n;

	while (bounce_tag_next_word(&p, end, &name)) {
		n = name.value_size;
		i_assert(name.value >= data && name.value + n <= end);
		i_assert(memchr(name.value, ':', n) == NULL);
		i_assert(n == 0 || (name.value[0] != ' ' &&
				    name.value[n - 1] != '\n'));
	}
}

/* As it is, and without the value after its first '=', as b= is left out: up to
   the next semicolon or to the end. */
static void fuzz_field(const uint8_t *data, size_t size)
{
	struct bounce_dkim_span span = { .data = data, .size = size };
	const uint8_t *colon = memchr(data, ':', size), *cut, *end;

	if (colon == NULL)
		return;
	span.name_size = colon - data;
	span.value_offset = span.name_size + 1;
	fuzz_span(&span);
	fuzz_names(colon + 1, size - span.value_offset);
	cut = memchr(colon, '=', data + size - colon);
	if (cut == NULL)
		return;
	span.cut_start = cut + 1 - data;
	end = memchr(cut, ';', data + size - cut);
	span.cut_end = end == NULL ? size : (size_t)(end - data);
	fuzz_span(&span);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	if (size > 0) {
		fuzz_body(data + 1, size - 1, data[0]);
		fuzz_field(data + 1, size - 1);
	}
}
FUZZ_END
