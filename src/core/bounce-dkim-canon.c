/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-dkim-private.h"

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
