/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dkim/dkim-private.h"

/* One canonical form of the body. It is hashed once for all signatures,
   whatever their l= is. */
struct body_form {
	enum bounce_dkim_canon canon;
	struct bounce_dkim_hash hash;
	struct bounce_dkim_body_form *result;
	/* how many of the result's digests were taken */
	unsigned int digests_done;

	/* line ends that were seen; they are part of the form only if a line
	   follows that is not empty */
	uoff_t pending_lines;
	/* white space was seen in the line, which is part of the form only if
	   something else follows in the line: relaxed only */
	bool pending_space:1;
	/* the line is not empty so far */
	bool line_started:1;
	/* some line was not empty */
	bool started:1;
};

struct bounce_dkim_body_hasher {
	struct bounce_dkim_body_hashes *result;
	/* NULL: no signature wants this form */
	struct body_form *forms[BOUNCE_DKIM_CANON_COUNT];
	/* the last octet was a CR */
	bool pending_cr;
};

static const char *const body_names[] = {
	[BOUNCE_DKIM_BODY_UNTESTED] = "untested",
	[BOUNCE_DKIM_BODY_MATCH] = "match",
	[BOUNCE_DKIM_BODY_PARTIAL] = "partial",
	[BOUNCE_DKIM_BODY_MISMATCH] = "mismatch"
};

const char *bounce_dkim_body_name(enum bounce_dkim_body body)
{
	i_assert(body < N_ELEMENTS(body_names));
	return body_names[body];
}

static void
form_emit(struct body_form *form, const void *_data, size_t size)
{
	struct bounce_dkim_body_form *result = form->result;
	const unsigned char *data = _data;
	struct bounce_dkim_body_digest *digest;
	size_t part;

	/* the digest of the whole form is taken at the end */
	while (form->digests_done < result->digests_count) {
		digest = &result->digests[form->digests_done];
		if (digest->length >= result->size + size)
			break;
		part = digest->length - result->size;
		bounce_dkim_hash_more(&form->hash, data, part);
		(void)bounce_dkim_hash_peek(&form->hash, digest->hash);
		form->digests_done++;
		result->size += part;
		data += part;
		size -= part;
	}
	bounce_dkim_hash_more(&form->hash, data, size);
	result->size += size;
}

/* The line turned out not to be empty: hash the line ends before its first
   octet. */
static void form_start_line(struct body_form *form)
{
	for (; form->pending_lines > 0; form->pending_lines--)
		form_emit(form, "\r\n", 2);
	form->line_started = TRUE;
	form->started = TRUE;
}

static inline uint64_t load8(const unsigned char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return x;
}

#define ALL_OCTETS(c) (UINT64_C(0x0101010101010101) * (c))

/* Returns a value in which the top bit of each octet is set that is c in x; it
   is 0 if none is. An octet above one that is c may be reported by mistake. */
static inline uint64_t have_octet(uint64_t x, unsigned char c)
{
	x ^= ALL_OCTETS(c);
	return (x - ALL_OCTETS(1)) & ~x & ALL_OCTETS(0x80);
}

/* Returns the first white space that is not a single space between words. Most
   of the time is spent here, so this looks at eight octets at once. */
static const unsigned char *
find_space(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *stop;
	uint64_t x, y;

	while (p < end) {
		while (end - p > 8) {
			x = load8(p);
			y = load8(p + 1);
			if (have_octet(x, '\t') != 0 ||
			    (have_octet(x, ' ') &
			     (have_octet(y, ' ') | have_octet(y, '\t'))) != 0)
				break;
			p += 8;
		}
		stop = end - p > 8 ? p + 8 : end;
		for (; p < stop; p++) {
			if (*p == '\t' ||
			    (*p == ' ' &&
			     (p + 1 == end || bounce_is_wsp(p[1]))))
				return p;
		}
	}
	return end;
}

/* Take octets of a line without its line end. Section 3.4.4. */
static void
form_relaxed_text(struct body_form *form, const unsigned char *p,
		  const unsigned char *end)
{
	const unsigned char *space;

	while (p < end) {
		if (bounce_is_wsp(*p)) {
			form->pending_space = TRUE;
			p++;
			continue;
		}
		if (!form->line_started)
			form_start_line(form);
		if (form->pending_space) {
			form_emit(form, " ", 1);
			form->pending_space = FALSE;
		}
		space = find_space(p, end);
		form_emit(form, p, space - p);
		p = space;
	}
}

/* Take octets of a line without its line end. Section 3.4.3. */
static void
form_simple_text(struct body_form *form, const unsigned char *p,
		 const unsigned char *end)
{
	if (p == end)
		return;
	if (!form->line_started)
		form_start_line(form);
	form_emit(form, p, end - p);
}

static void
form_text(struct body_form *form, const unsigned char *p,
	  const unsigned char *end)
{
	if (form->canon == BOUNCE_DKIM_CANON_RELAXED)
		form_relaxed_text(form, p, end);
	else
		form_simple_text(form, p, end);
}

/* Take the next octets, which need not begin a line. They do not end with the
   CR of a CRLF whose LF follows in the next octets: the caller has kept that
   CR. */
static void
form_more(struct body_form *form, const unsigned char *p,
	  const unsigned char *end)
{
	const unsigned char *lf;

	while (p < end && (lf = memchr(p, '\n', end - p)) != NULL) {
		form_text(form, p, lf > p && lf[-1] == '\r' ? lf - 1 : lf);
		form->pending_lines++;
		form->pending_space = FALSE;
		form->line_started = FALSE;
		p = lf + 1;
	}
	form_text(form, p, end);
}

static void form_finish(struct body_form *form)
{
	/* The form ends with the line end of the last line that is not empty.
	   If all lines are empty, the simple form is one line end, and the
	   relaxed form is empty. */
	if (form->started || form->canon == BOUNCE_DKIM_CANON_SIMPLE)
		form_emit(form, "\r\n", 2);
	form->result->usable =
		bounce_dkim_hash_finish(&form->hash, form->result->hash) == 0;
	bounce_dkim_hash_deinit(&form->hash);
}

/* Add a digest for this l=, unless there are BOUNCE_DKIM_MAX_LENGTHS
   already. */
static void form_add_length(struct bounce_dkim_body_form *result, uoff_t length)
{
	struct bounce_dkim_body_digest *digests = result->digests;
	unsigned int i;

	for (i = 0; i < result->digests_count; i++) {
		if (digests[i].length >= length)
			break;
	}
	if (result->digests_count == N_ELEMENTS(result->digests) ||
	    (i < result->digests_count && digests[i].length == length))
		return;
	memmove(&digests[i + 1], &digests[i],
		sizeof(digests[0]) * (result->digests_count - i));
	digests[i].length = length;
	result->digests_count++;
}

static void
hasher_add(pool_t pool, struct bounce_dkim_body_hasher *hasher,
	   const struct bounce_dkim_signature *sig)
{
	struct body_form **form = &hasher->forms[sig->canon_body];

	if (*form == NULL) {
		*form = p_new(pool, struct body_form, 1);
		(*form)->canon = sig->canon_body;
		bounce_dkim_hash_init(&(*form)->hash);
		(*form)->result = hasher->result->forms[sig->canon_body] =
			p_new(pool, struct bounce_dkim_body_form, 1);
	}
	if (sig->have_length)
		form_add_length((*form)->result, sig->length);
}

struct bounce_dkim_body_hasher *
bounce_dkim_body_init(pool_t pool, const struct bounce_header *header)
{
	struct bounce_dkim_body_hasher *hasher;
	struct bounce_dkim_signature sig;
	const struct bounce_field *field;
	unsigned int i;

	hasher = p_new(pool, struct bounce_dkim_body_hasher, 1);
	hasher->result = p_new(pool, struct bounce_dkim_body_hashes, 1);
	for (i = 0; i < header->fields_count; i++) {
		field = &header->fields[i];
		if (!bounce_field_is(header, field, BOUNCE_DKIM_FIELD_NAME))
			continue;
		T_BEGIN {
			if (bounce_dkim_body_wanted(
				header->data + field->offset +
				field->value_offset,
				bounce_dkim_field_size(header, field) -
				field->value_offset, &sig))
				hasher_add(pool, hasher, &sig);
		} T_END;
	}
	return hasher;
}

static void
hasher_more(struct bounce_dkim_body_hasher *hasher,
	    const void *data, size_t size)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(hasher->forms); i++) {
		if (hasher->forms[i] != NULL)
			form_more(hasher->forms[i], data,
				  CONST_PTR_OFFSET(data, size));
	}
}

void bounce_dkim_body_more(struct bounce_dkim_body_hasher *hasher,
			   const unsigned char *data, size_t size)
{
	if (size == 0)
		return;
	hasher->result->seen = TRUE;
	if (hasher->pending_cr && data[0] != '\n')
		hasher_more(hasher, "\r", 1);
	hasher->pending_cr = data[size - 1] == '\r';
	hasher_more(hasher, data, hasher->pending_cr ? size - 1 : size);
}

const struct bounce_dkim_body_hashes *
bounce_dkim_body_finish(struct bounce_dkim_body_hasher **_hasher)
{
	struct bounce_dkim_body_hasher *hasher = *_hasher;
	unsigned int i;

	*_hasher = NULL;
	if (hasher->pending_cr)
		hasher_more(hasher, "\r", 1);
	for (i = 0; i < N_ELEMENTS(hasher->forms); i++) {
		if (hasher->forms[i] != NULL)
			form_finish(hasher->forms[i]);
	}
	return hasher->result;
}

/* Returns the digest of the first length octets of the form, or NULL if it was
   not taken. */
static const unsigned char *
form_find_hash(const struct bounce_dkim_body_form *form, uoff_t length)
{
	unsigned int i;

	if (length == form->size)
		return form->hash;
	for (i = 0; i < form->digests_count; i++) {
		if (form->digests[i].length == length)
			return form->digests[i].hash;
	}
	return NULL;
}

enum bounce_dkim_body
bounce_dkim_body_check(const struct bounce_dkim_body_hashes *hashes,
		       const struct bounce_dkim_signature *sig)
{
	const struct bounce_dkim_body_form *form;
	const unsigned char *hash;
	uoff_t length;

	form = hashes == NULL || !sig->own || sig->error != NULL ? NULL :
		hashes->forms[sig->canon_body];
	if (form == NULL || !form->usable)
		return BOUNCE_DKIM_BODY_UNTESTED;
	length = sig->have_length ? sig->length : form->size;
	/* section 3.5: l= must not exceed the size of the body */
	hash = length > form->size ? NULL : form_find_hash(form, length);
	if (hash == NULL && length < form->size)
		return BOUNCE_DKIM_BODY_UNTESTED;
	if (hash == NULL ||
	    memcmp(hash, sig->body_hash, sizeof(sig->body_hash)) != 0) {
		return hashes->seen ? BOUNCE_DKIM_BODY_MISMATCH :
			BOUNCE_DKIM_BODY_UNTESTED;
	}
	return length < form->size ?
		BOUNCE_DKIM_BODY_PARTIAL : BOUNCE_DKIM_BODY_MATCH;
}
