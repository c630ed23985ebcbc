/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "bounce-limits.h"
#include "bounce-dkim-private.h"

/* The digest of what the body begins with: signatures that want the same share
   it. */
struct body_digest {
	/* the next longer one */
	struct body_digest *next;
	/* octets of the canonical form; UOFF_T_MAX: all */
	uoff_t length;
	bool limited:1;
	/* libcrypto failed */
	bool failed:1;
	unsigned char result[BOUNCE_DKIM_HASH_SIZE];
};

/* One canonical form of the body, and what is hashed of it. */
struct body_canon {
	enum bounce_dkim_canon canon;
	/* It is hashed once, whatever the l= of its signatures are: where one
	   ends, the digest is taken from a copy of this. */
	EVP_MD_CTX *ctx;
	bool failed;
	/* how long it is so far */
	uoff_t size;
	/* by length; those from todo on are not complete */
	struct body_digest *head, *todo;
	struct body_digest digests[BOUNCE_DKIM_MAX_OWN];
	unsigned int digests_count;

	/* line ends that were seen, and count if more than empty lines
	   follows */
	uoff_t pending_lines;
	/* the same of white space in the line: relaxed only */
	bool pending_space:1;
	/* the line is not empty so far */
	bool line_started:1;
	/* some line was not empty */
	bool started:1;

	size_t used;
	unsigned char buf[8192];
};

struct bounce_dkim_body_hasher {
	const struct bounce_dkim_signatures *sigs;
	/* NULL: nobody wants this form */
	struct body_canon *simple, *relaxed;
	/* for each of sigs; NULL: none */
	struct body_digest **digests;
	enum bounce_dkim_body *results;

	/* an octet of the body was seen */
	bool seen:1;
	/* the last octet was a CR */
	bool pending_cr:1;
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
canon_update(struct body_canon *canon, const void *data, size_t size)
{
	if (size > 0 && !canon->failed &&
	    EVP_DigestUpdate(canon->ctx, data, size) != 1)
		canon->failed = TRUE;
}

/* The shortest one that is not complete ends here. */
static void canon_digest_done(struct body_canon *canon)
{
	struct body_digest *digest = canon->todo;
	EVP_MD_CTX *copy = EVP_MD_CTX_new();

	canon->todo = digest->next;
	digest->failed = canon->failed || copy == NULL ||
		EVP_MD_CTX_copy_ex(copy, canon->ctx) != 1 ||
		EVP_DigestFinal_ex(copy, digest->result, NULL) != 1;
	EVP_MD_CTX_free(copy);
}

static void
canon_hash(struct body_canon *canon, const unsigned char *data, size_t size)
{
	size_t part;

	while (canon->todo != NULL &&
	       canon->todo->length - canon->size <= size) {
		part = canon->todo->length - canon->size;
		canon_update(canon, data, part);
		canon->size += part;
		data += part;
		size -= part;
		canon_digest_done(canon);
	}
	if (canon->todo != NULL)
		canon_update(canon, data, size);
	canon->size += size;
}

static void canon_flush(struct body_canon *canon)
{
	canon_hash(canon, canon->buf, canon->used);
	canon->used = 0;
}

static void
canon_emit(struct body_canon *canon, const void *data, size_t size)
{
	if (size > sizeof(canon->buf) - canon->used) {
		canon_flush(canon);
		if (size >= sizeof(canon->buf)) {
			canon_hash(canon, data, size);
			return;
		}
	}
	memcpy(canon->buf + canon->used, data, size);
	canon->used += size;
}

/* The line is not empty: write what is before its first octet. */
static void canon_start_line(struct body_canon *canon)
{
	for (; canon->pending_lines > 0; canon->pending_lines--)
		canon_emit(canon, "\r\n", 2);
	canon->line_started = TRUE;
	canon->started = TRUE;
}

static inline uint64_t load8(const unsigned char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return x;
}

#define ALL_OCTETS(c) (UINT64_C(0x0101010101010101) * (c))

/* Not 0 if an octet of x is c. Octets above one that is may be taken for it,
   too. */
static inline uint64_t have_octet(uint64_t x, unsigned char c)
{
	x ^= ALL_OCTETS(c);
	return (x - ALL_OCTETS(1)) & ~x & ALL_OCTETS(0x80);
}

/* The first white space that is not just one space between words. This is
   where the time goes: look at eight octets at once. */
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
			    (*p == ' ' && (p + 1 == end || bounce_is_wsp(p[1]))))
				return p;
		}
	}
	return end;
}

/* Octets of a line, no line end among them. Section 3.4.4. */
static void
canon_relaxed_text(struct body_canon *canon, const unsigned char *p,
		   const unsigned char *end)
{
	const unsigned char *space;

	while (p < end) {
		if (bounce_is_wsp(*p)) {
			canon->pending_space = TRUE;
			p++;
			continue;
		}
		if (!canon->line_started)
			canon_start_line(canon);
		if (canon->pending_space) {
			canon_emit(canon, " ", 1);
			canon->pending_space = FALSE;
		}
		space = find_space(p, end);
		canon_emit(canon, p, space - p);
		p = space;
	}
}

/* Section 3.4.3. */
static void
canon_simple_text(struct body_canon *canon, const unsigned char *p,
		  const unsigned char *end)
{
	if (p == end)
		return;
	if (!canon->line_started)
		canon_start_line(canon);
	canon_emit(canon, p, end - p);
}

static void
canon_text(struct body_canon *canon, const unsigned char *p,
	   const unsigned char *end)
{
	if (canon->canon == BOUNCE_DKIM_CANON_RELAXED)
		canon_relaxed_text(canon, p, end);
	else
		canon_simple_text(canon, p, end);
}

static void canon_line_end(struct body_canon *canon)
{
	canon->pending_lines++;
	canon->pending_space = FALSE;
	canon->line_started = FALSE;
}

/* data begins a line or goes on with one. The octet behind end is not seen,
   and is not the LF of a CR at the end: that CR was taken off. */
static void
canon_more(struct body_canon *canon, const unsigned char *p,
	   const unsigned char *end)
{
	const unsigned char *lf, *text_end;

	while (p < end && (lf = memchr(p, '\n', end - p)) != NULL) {
		text_end = lf > p && lf[-1] == '\r' ? lf - 1 : lf;
		canon_text(canon, p, text_end);
		canon_line_end(canon);
		p = lf + 1;
	}
	canon_text(canon, p, end);
}

static void canon_finish(struct body_canon *canon)
{
	/* The last line that is not empty has its line end. A body without
	   any is one line end if it is simple, and nothing if relaxed. */
	if (canon->started || canon->canon == BOUNCE_DKIM_CANON_SIMPLE)
		canon_emit(canon, "\r\n", 2);
	canon_flush(canon);
	while (canon->todo != NULL)
		canon_digest_done(canon);
}

static void canon_free(struct body_canon *canon)
{
	EVP_MD_CTX_free(canon->ctx);
	canon->ctx = NULL;
}

static struct body_canon *
canon_alloc(pool_t pool, enum bounce_dkim_canon form)
{
	struct body_canon *canon = p_new(pool, struct body_canon, 1);

	canon->canon = form;
	canon->ctx = EVP_MD_CTX_new();
	canon->failed = canon->ctx == NULL ||
		EVP_DigestInit_ex2(canon->ctx, bounce_dkim_sha256(),
				   NULL) != 1;
	return canon;
}

static struct body_digest *
canon_get_digest(struct body_canon *canon,
		 const struct bounce_dkim_signature *sig)
{
	uoff_t length = sig->have_length ? sig->length : UOFF_T_MAX;
	struct body_digest *digest, **pos = &canon->head;

	while (*pos != NULL && (*pos)->length < length)
		pos = &(*pos)->next;
	if (*pos != NULL && (*pos)->length == length &&
	    (*pos)->limited == sig->have_length)
		return *pos;
	if (canon->digests_count == N_ELEMENTS(canon->digests))
		return NULL;
	digest = &canon->digests[canon->digests_count++];
	digest->length = length;
	digest->limited = sig->have_length;
	digest->next = *pos;
	*pos = digest;
	canon->todo = canon->head;
	return digest;
}

static struct body_digest *
hasher_get_digest(pool_t pool, struct bounce_dkim_body_hasher *hasher,
		  const struct bounce_dkim_signature *sig)
{
	struct body_canon **canon =
		sig->canon_body == BOUNCE_DKIM_CANON_RELAXED ?
		&hasher->relaxed : &hasher->simple;

	if (*canon == NULL)
		*canon = canon_alloc(pool, sig->canon_body);
	return canon_get_digest(*canon, sig);
}

struct bounce_dkim_body_hasher *
bounce_dkim_body_init(pool_t pool, const struct bounce_dkim_signatures *sigs)
{
	struct bounce_dkim_body_hasher *hasher = NULL;
	const struct bounce_dkim_signature *sig;
	unsigned int i;

	for (i = 0; i < sigs->count; i++) {
		sig = &sigs->sigs[i];
		if (!sig->own || sig->error != NULL)
			continue;
		if (hasher == NULL) {
			hasher = p_new(pool, struct bounce_dkim_body_hasher, 1);
			hasher->sigs = sigs;
			hasher->digests = p_new(pool, struct body_digest *,
						sigs->count);
			hasher->results = p_new(pool, enum bounce_dkim_body,
						sigs->count);
		}
		hasher->digests[i] = hasher_get_digest(pool, hasher, sig);
	}
	return hasher;
}

static void
hasher_more(struct bounce_dkim_body_hasher *hasher,
	    const unsigned char *data, size_t size)
{
	if (hasher->simple != NULL)
		canon_more(hasher->simple, data, data + size);
	if (hasher->relaxed != NULL)
		canon_more(hasher->relaxed, data, data + size);
}

void bounce_dkim_body_more(struct bounce_dkim_body_hasher *hasher,
			   const unsigned char *data, size_t size)
{
	if (size == 0)
		return;
	hasher->seen = TRUE;
	if (hasher->pending_cr) {
		hasher->pending_cr = FALSE;
		if (data[0] == '\n') {
			hasher_more(hasher, data, 1);
			data++;
			size--;
		} else {
			hasher_more(hasher, (const unsigned char *)"\r", 1);
		}
	}
	if (size > 0 && data[size - 1] == '\r') {
		hasher->pending_cr = TRUE;
		size--;
	}
	hasher_more(hasher, data, size);
}

static enum bounce_dkim_body
hasher_result(const struct bounce_dkim_body_hasher *hasher,
	      const struct bounce_dkim_signature *sig,
	      const struct body_digest *digest)
{
	const struct body_canon *canon =
		sig->canon_body == BOUNCE_DKIM_CANON_RELAXED ?
		hasher->relaxed : hasher->simple;

	if (digest == NULL || digest->failed)
		return BOUNCE_DKIM_BODY_UNTESTED;
	/* section 3.5: l= must not be larger than the body */
	if (memcmp(digest->result, sig->body_hash,
		   sizeof(digest->result)) != 0 ||
	    (digest->limited && digest->length > canon->size)) {
		return hasher->seen ? BOUNCE_DKIM_BODY_MISMATCH :
			BOUNCE_DKIM_BODY_UNTESTED;
	}
	return digest->limited && digest->length < canon->size ?
		BOUNCE_DKIM_BODY_PARTIAL : BOUNCE_DKIM_BODY_MATCH;
}

static void hasher_finish(struct bounce_dkim_body_hasher *hasher)
{
	unsigned int i;

	if (hasher->pending_cr)
		hasher_more(hasher, (const unsigned char *)"\r", 1);
	if (hasher->simple != NULL)
		canon_finish(hasher->simple);
	if (hasher->relaxed != NULL)
		canon_finish(hasher->relaxed);
	for (i = 0; i < hasher->sigs->count; i++) {
		hasher->results[i] = hasher_result(hasher,
						   &hasher->sigs->sigs[i],
						   hasher->digests[i]);
	}
}

void bounce_dkim_body_deinit(struct bounce_dkim_body_hasher **_hasher,
			     const enum bounce_dkim_body **result_r)
{
	struct bounce_dkim_body_hasher *hasher = *_hasher;

	*_hasher = NULL;
	if (result_r != NULL) {
		hasher_finish(hasher);
		*result_r = hasher->results;
	}
	if (hasher->simple != NULL)
		canon_free(hasher->simple);
	if (hasher->relaxed != NULL)
		canon_free(hasher->relaxed);
}
