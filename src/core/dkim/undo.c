/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "base64.h"
#include "unichar.h"
#include "qp-decoder.h"
#include "base/charset.h"
#include "base/limits.h"
#include "dkim/dkim-private.h"

/* How many times a text may have been encoded. */
#define UNDO_MAX_QP 2
/* The end of a link is looked for in this many octets. */
#define UNDO_MAX_LINK 512

/* Which line breaks of a field mail software is taken to have inserted. */
enum undo_join {
	UNDO_JOIN_NONE,
	/* those that no white space follows */
	UNDO_JOIN_BARE,
	/* all of them, each together with the white space after it */
	UNDO_JOIN_ALL,
	/* none, but the white space after some of them was removed */
	UNDO_JOIN_TRIMMED
};

struct undo {
	pool_t pool;
	struct bounce_dkim_candidate *candidates;
	unsigned int count;
};

static bool is_base64(unsigned char c)
{
	return base64_scheme_is_valid_char(&base64_scheme, c);
}

static bool begins(const unsigned char *p, const unsigned char *end,
		   const char *text)
{
	size_t size = strlen(text);

	return (size_t)(end - p) >= size && memcmp(p, text, size) == 0;
}

/*
 * b=
 */

bool bounce_dkim_b_find(const unsigned char *data, size_t size,
			size_t *start_r)
{
	const unsigned char *end = data + size, *p, *before, *behind;
	bool found = FALSE;

	/* a "b=" after a semicolon is best, as the value of bh= may end in
	   "b=", too */
	for (p = data; p < end; p++) {
		if (*p != 'b')
			continue;
		before = bounce_space_trim(data, p);
		if (before == p && p > data && p[-1] != ';')
			continue;
		behind = bounce_space_skip(p + 1, end);
		if (behind == end || *behind != '=')
			continue;
		*start_r = behind + 1 - data;
		found = TRUE;
		if (before > data && before[-1] == ';')
			break;
	}
	return found;
}

enum bounce_dkim_b
bounce_dkim_b_decode(const unsigned char *data, size_t size, size_t key_size,
		     buffer_t *dest)
{
	size_t i, wanted = (key_size * 8 + 5) / 6;
	buffer_t *b64 = t_buffer_create(wanted + 4);

	for (i = 0; i < size && b64->used < wanted; i++) {
		if (is_base64(data[i]))
			buffer_append_c(b64, data[i]);
		else if (!bounce_is_space(data[i]))
			break;
	}
	if (b64->used < wanted)
		return BOUNCE_DKIM_B_SHORT;
	if (base64_scheme_decode(&base64_scheme,
				 BASE64_DECODE_FLAG_IGNORE_PADDING,
				 b64->data, b64->used, dest) < 0)
		return BOUNCE_DKIM_B_SHORT;
	return i < size && is_base64(data[i]) ?
		BOUNCE_DKIM_B_LONG : BOUNCE_DKIM_B_WHOLE;
}

/*
 * Undoing
 */

/* TRUE if the value has the mark of an encoding: "=3D" (RFC 2045 section 6.7)
   or "=?" (RFC 2047). */
static bool value_has(const buffer_t *value, const char *mark)
{
	const unsigned char *p = value->data, *end = p + value->used;

	while ((p = memchr(p, mark[0], end - p)) != NULL) {
		if (begins(p++, end, mark))
			return TRUE;
	}
	return FALSE;
}

/* Undo the encodings of the whole text. */
static const buffer_t *undo_encodings(const buffer_t *value)
{
	struct qp_decoder *qp;
	const char *error;
	buffer_t *dest;
	unsigned int i;
	size_t pos;

	if (value_has(value, "=?")) {
		dest = t_buffer_create(value->used);
		bounce_charset_decode_words(value->data, value->used, dest);
		value = dest;
	}
	for (i = 0; i < UNDO_MAX_QP && (value_has(value, "=3D") ||
					value_has(value, "=3d")); i++) {
		dest = t_buffer_create(value->used);
		qp = qp_decoder_init(dest);
		/* the decoder leaves what is not encoded as it is */
		(void)qp_decoder_more(qp, value->data, value->used, &pos,
				      &error);
		(void)qp_decoder_finish(qp, &error);
		qp_decoder_deinit(&qp);
		value = dest;
	}
	return value;
}

/* Returns the size of the line break at p, or 0 if there is none. Several CRs
   may stand before the LF, as some programs double them. */
static size_t break_size(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *start = p;

	while (p < end && *p == '\r')
		p++;
	return p < end && *p == '\n' ? p + 1 - start : 0;
}

/* Undo the soft line breaks of quoted-printable where only they were left when
   the rest was decoded. A "=" that is the padding of base64 is not one: another
   "=" or a folded line follows it. */
static buffer_t *undo_soft_breaks(const buffer_t *value)
{
	const unsigned char *data = value->data, *end = data + value->used, *p;
	buffer_t *dest = t_buffer_create(value->used);
	size_t size;

	for (p = data; p < end; p++) {
		size = *p == '=' ? break_size(p + 1, end) : 0;
		if (size > 0 && p > data && p[-1] != '=' &&
		    p + 1 + size < end && !bounce_is_wsp(p[1 + size]))
			p += size;
		else
			buffer_append_c(dest, *p);
	}
	return dest;
}

/* Take out invisible characters, and undo the "+-" of UTF-7 (RFC 2152) and the
   dot of "example[.]org". */
static buffer_t *undo_invisible(const buffer_t *value)
{
	const unsigned char *p = value->data, *end = p + value->used;
	buffer_t *dest = t_buffer_create(value->used);
	size_t size;

	for (; p < end; p += size) {
		if ((size = break_size(p, end)) > 0) {
			buffer_append(dest, "\r\n", 2);
		} else if (*p >= 128 && (size = bounce_dkim_invisible_size(
						p, end - p)) > 0) {
			/* a no-break space was a space; the others were not
			   there */
			if (begins(p, end, "\xc2\xa0"))
				buffer_append_c(dest, ' ');
		} else if (*p == '\r') {
			/* no line break follows: take all of them at once */
			for (size = 1; p + size < end && p[size] == '\r'; )
				size++;
		} else if (*p == 127 || (*p < ' ' && !bounce_is_wsp(*p))) {
			size = 1;
		} else if (begins(p, end, "[.]")) {
			size = 3;
			buffer_append_c(dest, '.');
		} else {
			size = begins(p, end, "+-") ? 2 : 1;
			buffer_append_c(dest, *p);
		}
	}
	return dest;
}

static size_t
link_size(const unsigned char *p, const unsigned char *end)
{
	static const char *const prefixes[] = {
		"https://", "http://", "hxxps://", "hxxp://", "mailto:",
		"www."
	};
	unsigned int i;
	size_t size;

	for (i = 0; i < N_ELEMENTS(prefixes); i++) {
		size = strlen(prefixes[i]);
		if ((size_t)(end - p) > size &&
		    strncasecmp((const char *)p, prefixes[i], size) == 0)
			return size;
	}
	return 0;
}

/* Returns where the address begins that the last link in a word leads to: after
   its scheme, which may be encoded, as in "..?u=http-3A__example.org". */
static const unsigned char *
link_target(const unsigned char *p, const unsigned char *end)
{
	static const char *const marks[] = {
		"3A__", "3A%2F%2F", "3a%2f%2f", "://"
	};
	const unsigned char *target = p;
	unsigned int i;

	for (; p < end; p++) {
		for (i = 0; i < N_ELEMENTS(marks); i++) {
			if (begins(p, end, marks[i]) &&
			    p + strlen(marks[i]) < end)
				target = p + strlen(marks[i]);
		}
	}
	return target;
}

/* Returns the ">" that ends the copy of a name in
   "example.org<http://example.org>", whose "<" is at p; NULL if there is no
   copy. */
static const unsigned char *
link_copy_end(const buffer_t *dest, const unsigned char *p,
	      const unsigned char *end)
{
	const unsigned char *data = dest->data;

	if (*p != '<' || dest->used == 0 || link_size(p + 1, end) == 0 ||
	    bounce_is_space(data[dest->used - 1]) ||
	    data[dest->used - 1] == '=')
		return NULL;
	return memchr(p, '>', I_MIN(end - p, UNDO_MAX_LINK));
}

/* Take the links out that were made of domain names, and angle brackets. */
static buffer_t *undo_links(const buffer_t *value)
{
	const unsigned char *p = value->data, *end = p + value->used;
	/* these belong to the word in which the last link was found */
	const unsigned char *word_end = p, *target = p, *copy_end;
	buffer_t *dest = t_buffer_create(value->used);
	size_t size;

	while (p < end) {
		if ((size = link_size(p, end)) > 0) {
			/* look only once in each word, so that the work stays
			   linear */
			if (p >= word_end) {
				for (word_end = p; word_end < end &&
				     !bounce_is_space(*word_end) &&
				     *word_end != ';'; word_end++) ;
				target = link_target(p, word_end);
			}
			p = I_MAX(p + size, target);
		} else if ((copy_end = link_copy_end(dest, p, end)) != NULL) {
			p = copy_end;
		} else {
			if (*p == '\0' || strchr("<>[](){}", *p) == NULL)
				buffer_append_c(dest, *p);
			p++;
		}
	}
	return dest;
}

/* Cut off what follows the last tag: semicolons, or a notice that was added.
   Returns NULL if nothing follows it. */
static buffer_t *undo_tail(const buffer_t *value)
{
	const unsigned char *data = value->data, *end = data + value->used, *p;
	buffer_t *dest;
	size_t start;

	if (!bounce_dkim_b_find(data, value->used, &start))
		return NULL;
	for (p = data + start; p < end &&
	     (is_base64(*p) || bounce_is_space(*p)); p++) ;
	for (; p < end && *p == '='; p++) ;
	/* other tags may follow */
	if (p == end || memchr(p, '=', end - p) != NULL)
		return NULL;
	dest = t_buffer_create(value->used);
	buffer_append(dest, data, bounce_space_trim(data, p) - data);
	return dest;
}

static buffer_t *undo_breaks(const buffer_t *value, enum undo_join join)
{
	const unsigned char *p = value->data, *end = p + value->used;
	buffer_t *dest = t_buffer_create(value->used * 2);
	size_t size;
	bool bare;

	while (p < end) {
		size = break_size(p, end);
		if (size == 0) {
			buffer_append_c(dest, *p++);
			continue;
		}
		bare = p + size == end || !bounce_is_wsp(p[size]);
		if (join == UNDO_JOIN_TRIMMED) {
			buffer_append(dest, "\r\n ", bare ? 3 : 2);
		} else if (join == UNDO_JOIN_ALL) {
			size += bare ? 0 : 1;
		} else if (!bare) {
			buffer_append(dest, "\r\n", 2);
		}
		p += size;
	}
	return dest;
}

/*
 * Candidates
 */

static void
undo_add(struct undo *undo, const buffer_t *value, const char *repair,
	 bool guess)
{
	static const char name[] = BOUNCE_DKIM_FIELD_NAME ":";
	size_t name_size = strlen(name), size = name_size + value->used;
	struct bounce_dkim_candidate *candidate;
	unsigned char *data;
	unsigned int i;

	if (undo->count == BOUNCE_DKIM_MAX_CANDIDATES)
		return;
	for (i = 0; i < undo->count; i++) {
		candidate = &undo->candidates[i];
		if (candidate->size == size &&
		    memcmp(candidate->data + name_size, value->data,
			   value->used) == 0)
			return;
	}
	data = p_malloc(undo->pool, size);
	memcpy(data, name, name_size);
	memcpy(data + name_size, value->data, value->used);
	candidate = &undo->candidates[undo->count++];
	candidate->data = data;
	candidate->size = size;
	candidate->repair = repair;
	candidate->guess = guess;
}

static void undo_value(struct undo *undo, const buffer_t *value)
{
	static const char *const repairs[] = {
		[UNDO_JOIN_NONE] = "the signature's encoding undone",
		[UNDO_JOIN_BARE] = "line breaks in the signature taken out",
		[UNDO_JOIN_ALL] = "line breaks in the signature taken out",
		[UNDO_JOIN_TRIMMED] = "the signature's folding restored"
	};
	const buffer_t *base, *tail;
	unsigned int i;

	undo_add(undo, value, NULL, FALSE);
	if (value->used > BOUNCE_DKIM_UNDO_MAX_SIZE)
		return;
	value = undo_invisible(undo_encodings(value));
	undo_add(undo, value, repairs[UNDO_JOIN_NONE], FALSE);
	value = undo_links(undo_soft_breaks(value));
	for (i = 0; i < N_ELEMENTS(repairs); i++) {
		base = i == UNDO_JOIN_NONE ? value : undo_breaks(value, i);
		undo_add(undo, base, repairs[i], TRUE);
		tail = undo_tail(base);
		if (tail != NULL) {
			undo_add(undo, tail,
				 "what followed the signature taken away",
				 TRUE);
		}
	}
}

unsigned int
bounce_dkim_undo(pool_t pool, const unsigned char *value, size_t size,
		 struct bounce_dkim_candidate
			candidates_r[BOUNCE_DKIM_MAX_CANDIDATES])
{
	struct undo undo = { .pool = pool, .candidates = candidates_r };
	buffer_t buf;

	buffer_create_from_const_data(&buf, value, size);
	T_BEGIN {
		undo_value(&undo, &buf);
	} T_END;
	return undo.count;
}
