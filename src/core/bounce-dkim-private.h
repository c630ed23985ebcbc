#ifndef BOUNCE_DKIM_PRIVATE_H
#define BOUNCE_DKIM_PRIVATE_H

/* What the files bounce-dkim-*.c share. */

#include "bounce-dkim.h"
#include "bounce-domains.h"
#include "bounce-limits.h"
#include "bounce-lines.h"

#define BOUNCE_DKIM_HASH_SIZE 32

/* The field's size without its last line end (RFC 5322 section 2.2). */
static inline size_t
bounce_dkim_field_size(const struct bounce_header *header,
		       const struct bounce_field *field)
{
	const unsigned char *data = header->data + field->offset;
	size_t size = field->size;

	if (size > 0 && data[size - 1] == '\n') {
		size--;
		if (size > 0 && data[size - 1] == '\r')
			size--;
	}
	return size;
}

/* Field names are ASCII, whatever the locale. */
static inline unsigned char bounce_dkim_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* Parse one field, "DKIM-Signature: v=1;..", without its last line end. Returns
   what its d= says; sig_r->field is left 0. sig_r points into data, the rest
   is from the pool. */
enum bounce_domains_answer
bounce_dkim_signature_parse(pool_t pool, const unsigned char *data,
			    size_t size, uint32_t name_size,
			    uint32_t value_offset,
			    const struct bounce_domains *domains,
			    struct bounce_dkim_signature *sig_r);

/* The next name of an h= tag: *p begins at its value. Returns FALSE behind
   the last one. A name may be empty. */
bool bounce_dkim_names_next(const unsigned char **p, const unsigned char *end,
			    const unsigned char **name_r, size_t *size_r);

/*
 * What mail software does to a signature on its way
 */

struct bounce_tags;

/* The size of the character at data if nobody writes it into a signature and
   mail software puts it in: white space that is not ASCII's, what is
   not seen, and what is not UTF-8. Otherwise 0. */
size_t bounce_dkim_invisible_size(const unsigned char *data, size_t size);
/* TRUE if the value of d=, s= or another single word holds white space, a
   control character, or what mail software puts into or around a name. */
bool bounce_dkim_name_is_broken(const unsigned char *data, size_t size);
/* TRUE if the tags' values are still quoted-printable (RFC 2045 section
   6.7). */
bool bounce_dkim_tags_are_qp(const struct bounce_tags *tags);
/* TRUE if a required tag is missing, or a value is broken. */
bool bounce_dkim_tags_are_damaged(const struct bounce_tags *tags);

/* TRUE if the signature can be read, and b= is all of an RSA signature by a key
   of 1024, 2048 or 4096 bits, its base64 padded. */
bool bounce_dkim_b_is_complete(const struct bounce_dkim_signature *sig);

/* Where the value of b= begins, in a field that need not be a tag-list
   otherwise. Returns FALSE if there is none. */
bool bounce_dkim_b_find(const unsigned char *data, size_t size,
			size_t *start_r);

enum bounce_dkim_b {
	/* There is less of it than a key of this size makes. */
	BOUNCE_DKIM_B_SHORT,
	/* It is of the key's size. */
	BOUNCE_DKIM_B_WHOLE,
	/* More follows that may belong to it. */
	BOUNCE_DKIM_B_LONG
};

/* Decode b=, which begins at data, up to the size of the key, in octets. What
   is not base64 ends it. dest is appended to unless it is short. */
enum bounce_dkim_b
bounce_dkim_b_decode(const unsigned char *data, size_t size, size_t key_size,
		     buffer_t *dest);

/* What a field may have been before it was damaged. */
struct bounce_dkim_candidate {
	/* "DKIM-Signature:" and the value, without its last line end */
	const unsigned char *data;
	size_t size;
	/* What was undone (static), NULL: nothing. */
	const char *repair;
	/* More than an encoding was undone: how it was before is a guess. */
	bool guess;
};

#define BOUNCE_DKIM_CANDIDATE_NAME "DKIM-Signature"

/* Undo what mail software does to the value of a signature field. Returns how
   many candidates there are, at least 1: the first is what came back. They
   are from the pool. */
unsigned int
bounce_dkim_undo(pool_t pool, const unsigned char *value, size_t size,
		 struct bounce_dkim_candidate
			candidates_r[BOUNCE_DKIM_MAX_CANDIDATES]);

/* The RSA public-key operation: what the key's owner signed. Returns 1, 0 if b
   was not made with the key, -1 if libcrypto failed. */
int bounce_dkim_recover(const struct bounce_key *key, const unsigned char *b,
			size_t b_size,
			unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE]);

/*
 * SHA-256 of what comes in small pieces
 */

struct bounce_dkim_hash {
	EVP_MD_CTX *ctx;
	/* libcrypto failed: there is no hash */
	bool failed;
	unsigned int used;
	/* so that the digest sees blocks, not words */
	unsigned char buf[8192];
};

const EVP_MD *bounce_dkim_sha256(void);

void bounce_dkim_hash_init(struct bounce_dkim_hash *hash);
void bounce_dkim_hash_deinit(struct bounce_dkim_hash *hash);
/* Begin anew. */
void bounce_dkim_hash_reset(struct bounce_dkim_hash *hash);
void bounce_dkim_hash_flush(struct bounce_dkim_hash *hash);
void bounce_dkim_hash_more(struct bounce_dkim_hash *hash,
			   const void *data, size_t size);
/* Returns 0, or -1 if libcrypto failed. */
int bounce_dkim_hash_finish(struct bounce_dkim_hash *hash,
			    unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE]);

/*
 * Canonicalisation of header fields, section 3.4.1 and 3.4.2
 */

/* A field as it is hashed: what came back, or what it may have been. */
struct bounce_dkim_span {
	/* without the last line end */
	const unsigned char *data;
	size_t size;
	uint32_t name_size, value_offset;
	/* the value of the tag b= in it, which is left out; both 0: there is
	   none */
	size_t cut_start, cut_end;
};

/* The last one, the signature's own field, has no line end: with_crlf. */
void bounce_dkim_canon_field(struct bounce_dkim_hash *hash,
			     enum bounce_dkim_canon canon,
			     const struct bounce_dkim_span *span,
			     bool with_crlf);

/*
 * Selection of the signed fields, section 5.4.2
 */

/* The work may not depend on what a stranger names his fields: it is counted,
   and ends where names that differ collide too often in the index. */
#define BOUNCE_DKIM_SELECT_MAX_STEPS(fields, names) \
	(16 * ((uint64_t)(fields) + (names)) + 1024)

struct bounce_dkim_selection {
	/* Indexes of fields, in the order in which they are hashed, without
	   the signature's own. From the data stack. */
	const uint32_t *fields;
	unsigned int count;
	/* Looks into the index: what it cost. */
	uint64_t steps;
};

/* Returns 0, or -1 if it would have taken too many steps. */
int bounce_dkim_select(const struct bounce_header *header,
		       const struct bounce_dkim_signature *sig,
		       struct bounce_dkim_selection *selection_r);

/*
 * Repairs
 */

/* A header that is to be hashed: the fields selected, and the signature's own
   as the last one. */
struct bounce_dkim_input {
	enum bounce_dkim_canon canon;
	struct bounce_dkim_span *spans;
	unsigned int count;
};

/* Returns 0, or -1 if libcrypto failed. */
int bounce_dkim_input_hash(struct bounce_dkim_hash *hash,
			   const struct bounce_dkim_input *input,
			   unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE]);

/* TRUE if this is the header that was signed. */
typedef bool
bounce_dkim_match_t(const struct bounce_dkim_input *input, void *context);

/* Candidates that are tried at most; Ed25519 verifies anew for each. */
#define BOUNCE_DKIM_REPAIR_MAX_CANDIDATES 100
#define BOUNCE_DKIM_REPAIR_MAX_CANDIDATES_ED25519 1
/* Octets of a header for which they are tried: the largest that was measured
   has 5.7 KB */
#define BOUNCE_DKIM_REPAIR_MAX_SIZE (32 * 1024)

/* Undo what mail servers are known to do to a returned header, until match()
   says that this was signed. Returns what was undone (static, or from the
   pool), or NULL. The input is as it was before. */
const char *
bounce_dkim_repair(pool_t pool, const struct bounce_dkim_input *input,
		   unsigned int max_candidates,
		   bounce_dkim_match_t *match, void *context);

#endif
