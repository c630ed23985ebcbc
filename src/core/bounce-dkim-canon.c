/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-dkim-private.h"

bool bounce_dkim_names_next(const unsigned char **_p, const unsigned char *end,
			    const unsigned char **name_r, size_t *size_r)
{
	const unsigned char *p = *_p, *next;

	if (p == NULL)
		return FALSE;
	next = p == end ? NULL : memchr(p, ':', end - p);
	*_p = next == NULL ? NULL : next + 1;
	if (next == NULL)
		next = end;
	*name_r = bounce_space_skip(p, next);
	*size_r = bounce_space_trim(*name_r, next) - *name_r;
	return TRUE;
}

/* Fetched once: a fetch costs as much as the hash of a small header. */
const EVP_MD *bounce_dkim_sha256(void)
{
	static EVP_MD *md = NULL;

	if (md == NULL)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	return md;
}

void bounce_dkim_hash_init(struct bounce_dkim_hash *hash)
{
	hash->ctx = EVP_MD_CTX_new();
	hash->used = 0;
	hash->failed = hash->ctx == NULL;
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
		EVP_DigestInit_ex2(hash->ctx, bounce_dkim_sha256(), NULL) != 1;
}

void bounce_dkim_hash_flush(struct bounce_dkim_hash *hash)
{
	if (hash->used > 0 && !hash->failed &&
	    EVP_DigestUpdate(hash->ctx, hash->buf, hash->used) != 1)
		hash->failed = TRUE;
	hash->used = 0;
}

void bounce_dkim_hash_more(struct bounce_dkim_hash *hash,
			   const void *data, size_t size)
{
	if (size <= sizeof(hash->buf) - hash->used) {
		memcpy(hash->buf + hash->used, data, size);
		hash->used += size;
		return;
	}
	bounce_dkim_hash_flush(hash);
	if (size < sizeof(hash->buf)) {
		memcpy(hash->buf, data, size);
		hash->used = size;
	} else if (!hash->failed &&
		   EVP_DigestUpdate(hash->ctx, data, size) != 1) {
		hash->failed = TRUE;
	}
}

int bounce_dkim_hash_finish(struct bounce_dkim_hash *hash,
			    unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE])
{
	bounce_dkim_hash_flush(hash);
	if (!hash->failed &&
	    EVP_DigestFinal_ex(hash->ctx, digest_r, NULL) != 1)
		hash->failed = TRUE;
	return hash->failed ? -1 : 0;
}

/* Section 3.4.1: nothing changes. But line ends have become LF on the way. */
static void
canon_simple(struct bounce_dkim_hash *hash,
	     const unsigned char *p, const unsigned char *end)
{
	const unsigned char *lf;

	while (p < end && (lf = memchr(p, '\n', end - p)) != NULL) {
		if (lf > p && lf[-1] == '\r')
			bounce_dkim_hash_more(hash, p, lf + 1 - p);
		else {
			bounce_dkim_hash_more(hash, p, lf - p);
			bounce_dkim_hash_more(hash, "\r\n", 2);
		}
		p = lf + 1;
	}
	if (p < end)
		bounce_dkim_hash_more(hash, p, end - p);
}

/* White space that was seen and not written yet. */
enum canon_space {
	CANON_SPACE_NONE,
	CANON_SPACE_SEEN,
	/* that at the beginning of the value is dropped */
	CANON_SPACE_START
};

static bool is_line_end(const unsigned char *p, const unsigned char *end)
{
	return *p == '\n' || (*p == '\r' && p + 1 < end && p[1] == '\n');
}

static const unsigned char *
space_end(const unsigned char *p, const unsigned char *end)
{
	while (p < end && (bounce_is_wsp(*p) || is_line_end(p, end)))
		p++;
	return p;
}

static const unsigned char *
word_end(const unsigned char *p, const unsigned char *end)
{
	while (p < end && !bounce_is_wsp(*p) && !is_line_end(p, end))
		p++;
	return p;
}

/* Section 3.4.2: a line end counts as nothing, but white space follows it in
   all fields. */
static void
canon_relaxed_value(struct bounce_dkim_hash *hash, enum canon_space *space,
		    const unsigned char *p, const unsigned char *end)
{
	const unsigned char *word;

	while (p < end) {
		word = space_end(p, end);
		if (word == end) {
			if (*space == CANON_SPACE_NONE && word > p)
				*space = CANON_SPACE_SEEN;
			return;
		}
		if (*space == CANON_SPACE_SEEN ||
		    (*space == CANON_SPACE_NONE && word > p))
			bounce_dkim_hash_more(hash, " ", 1);
		*space = CANON_SPACE_NONE;
		p = word_end(word, end);
		bounce_dkim_hash_more(hash, word, p - word);
	}
}

static void
canon_relaxed_name(struct bounce_dkim_hash *hash,
		   const unsigned char *name, size_t size)
{
	unsigned char buf[64];
	size_t i, n;

	while (size > 0) {
		n = I_MIN(size, sizeof(buf));
		for (i = 0; i < n; i++)
			buf[i] = bounce_dkim_lower(name[i]);
		bounce_dkim_hash_more(hash, buf, n);
		name += n;
		size -= n;
	}
	bounce_dkim_hash_more(hash, ":", 1);
}

void bounce_dkim_canon_field(struct bounce_dkim_hash *hash,
			     enum bounce_dkim_canon canon,
			     const struct bounce_dkim_span *span,
			     bool with_crlf)
{
	const unsigned char *data = span->data, *end = data + span->size;
	enum canon_space space = CANON_SPACE_START;
	const unsigned char *p = data;

	if (canon == BOUNCE_DKIM_CANON_RELAXED) {
		canon_relaxed_name(hash, data, span->name_size);
		p = data + span->value_offset;
		if (span->cut_end != 0) {
			canon_relaxed_value(hash, &space, p,
					    data + span->cut_start);
			p = data + span->cut_end;
		}
		canon_relaxed_value(hash, &space, p, end);
	} else {
		if (span->cut_end != 0) {
			canon_simple(hash, p, data + span->cut_start);
			p = data + span->cut_end;
		}
		canon_simple(hash, p, end);
	}
	if (with_crlf)
		bounce_dkim_hash_more(hash, "\r\n", 2);
}
