/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dkim/dkim-private.h"

/* Section 3.4.1: the field is hashed unchanged, except that a line end which
   became LF on the way is hashed as CRLF again. */
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

/* White space that was seen and was not hashed yet. */
enum canon_space {
	CANON_SPACE_NONE,
	CANON_SPACE_SEEN,
	/* it stands at the beginning of the value, and is dropped */
	CANON_SPACE_START
};

/* Section 3.4.2: line ends are left out. In a folded field, each of them is
   followed by white space, so that no words are joined. */
static void
canon_relaxed_value(struct bounce_dkim_hash *hash, enum canon_space *space,
		    const unsigned char *p, const unsigned char *end)
{
	const unsigned char *word;

	while (p < end) {
		word = bounce_fws_skip(p, end);
		if (word == end) {
			if (*space == CANON_SPACE_NONE && word > p)
				*space = CANON_SPACE_SEEN;
			return;
		}
		if (*space == CANON_SPACE_SEEN ||
		    (*space == CANON_SPACE_NONE && word > p))
			bounce_dkim_hash_more(hash, " ", 1);
		*space = CANON_SPACE_NONE;
		for (p = word; p < end && !bounce_is_fws(p, end); p++) ;
		bounce_dkim_hash_more(hash, word, p - word);
	}
}

static void
canon_value(struct bounce_dkim_hash *hash, enum bounce_dkim_canon canon,
	    enum canon_space *space, const unsigned char *p,
	    const unsigned char *end)
{
	if (canon == BOUNCE_DKIM_CANON_RELAXED)
		canon_relaxed_value(hash, space, p, end);
	else
		canon_simple(hash, p, end);
}

void bounce_dkim_canon_field(struct bounce_dkim_hash *hash,
			     enum bounce_dkim_canon canon,
			     const struct bounce_dkim_span *span,
			     bool with_crlf)
{
	const unsigned char *data = span->data, *p = data;
	enum canon_space space = CANON_SPACE_START;
	unsigned char c;

	if (canon == BOUNCE_DKIM_CANON_RELAXED) {
		for (; p < data + span->name_size; p++) {
			c = bounce_dkim_lower(*p);
			bounce_dkim_hash_more(hash, &c, 1);
		}
		bounce_dkim_hash_more(hash, ":", 1);
		p = data + span->value_offset;
	}
	if (span->cut_end != 0) {
		canon_value(hash, canon, &space, p, data + span->cut_start);
		p = data + span->cut_end;
	}
	canon_value(hash, canon, &space, p, data + span->size);
	if (with_crlf)
		bounce_dkim_hash_more(hash, "\r\n", 2);
}
