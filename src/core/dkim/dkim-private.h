#ifndef BOUNCE_DKIM_PRIVATE_H
#define BOUNCE_DKIM_PRIVATE_H

/* What the files bounce-dkim-*.c share. */

#include "dkim/dkim.h"
#include "name/own-domains.h"
#include "base/limits.h"
#include "base/lines.h"
#include "dkim/tags.h"

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

/* The name of a signature's field. */
#define BOUNCE_DKIM_FIELD_NAME "DKIM-Signature"

/* The tags of a signature's field, and whose it says that it is: what has to be
   known of it before all of it is parsed. */
struct bounce_dkim_tags {
	/* the field, "DKIM-Signature: v=1;..", without its last line end */
	const unsigned char *data;
	size_t size;
	uint32_t name_size, value_offset;
	struct bounce_tags tags;
	/* what is wrong with the tag-list, or NULL */
	const char *error;
	/* d= as t_bounce_domain_normalise() has it, or "" */
	const char *domain;
	/* nothing was done to d= that could have made another domain of it */
	bool domain_readable;
};

/* The domain is from the data stack, the tags point into data. */
void t_bounce_dkim_tags_read(const unsigned char *data, size_t size,
			     uint32_t name_size, uint32_t value_offset,
			     struct bounce_dkim_tags *read_r);
/* TRUE if no tag is missing that a signature must have. */
bool bounce_dkim_tags_are_complete(const struct bounce_tags *tags);

/* Parse all of it. sig_r->field is left 0 and own FALSE. sig_r points into the
   field's data, the rest is from the pool. */
void bounce_dkim_signature_parse(pool_t pool,
				 const struct bounce_dkim_tags *read,
				 struct bounce_dkim_signature *sig_r);
/* The same where it is known whether the domain is ours. */
void bounce_dkim_signature_parse_owned(pool_t pool,
				       const struct bounce_dkim_tags *read,
				       enum bounce_domains_answer answer,
				       struct bounce_dkim_signature *sig_r);

/* Parse the value of a field only as far as it says what of the body is hashed:
   canon_body, have_length and length of sig_r are set. Returns FALSE if that
   cannot be read. */
bool bounce_dkim_body_wanted(const unsigned char *data, size_t size,
			     struct bounce_dkim_signature *sig_r);

/*
 * What mail software does to a signature on its way
 */

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
/* TRUE if the value of a tag that is there is broken. */
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
	/* libcrypto failed: there is no digest */
	bool failed;
	unsigned int used;
	/* so that libcrypto sees blocks, not words */
	unsigned char buf[8192];
};

/* Begin a SHA-256, and free what libcrypto has for it. */
void bounce_dkim_hash_init(struct bounce_dkim_hash *hash);
void bounce_dkim_hash_deinit(struct bounce_dkim_hash *hash);
/* Begin anew. */
void bounce_dkim_hash_reset(struct bounce_dkim_hash *hash);
/* What does not fit into the buffer. */
void bounce_dkim_hash_more_large(struct bounce_dkim_hash *hash,
				 const void *data, size_t size);
static inline void
bounce_dkim_hash_more(struct bounce_dkim_hash *hash,
		      const void *data, size_t size)
{
	if (size > sizeof(hash->buf) - hash->used) {
		bounce_dkim_hash_more_large(hash, data, size);
		return;
	}
	memcpy(hash->buf + hash->used, data, size);
	hash->used += size;
}
/* The digest of what came so far; more may follow. Returns 0, or -1 if
   libcrypto failed. */
int bounce_dkim_hash_peek(struct bounce_dkim_hash *hash,
			  unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE]);
/* The same, but nothing may follow until the next reset. */
int bounce_dkim_hash_finish(struct bounce_dkim_hash *hash,
			    unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE]);

/*
 * Digests of a body
 */

/* Of the first octets of a form */
struct bounce_dkim_body_digest {
	uoff_t length;
	unsigned char hash[BOUNCE_DKIM_HASH_SIZE];
};

struct bounce_dkim_body_form {
	/* libcrypto did not fail */
	bool usable;
	/* octets of the form, and the digest of all of them */
	uoff_t size;
	unsigned char hash[BOUNCE_DKIM_HASH_SIZE];
	/* sorted by length; where the length is less than size, the digest was
	   taken */
	struct bounce_dkim_body_digest digests[BOUNCE_DKIM_MAX_LENGTHS];
	unsigned int digests_count;
};

struct bounce_dkim_body_hashes {
	/* an octet of the body was seen */
	bool seen;
	/* NULL: no signature wants this form */
	struct bounce_dkim_body_form *forms[BOUNCE_DKIM_CANON_COUNT];
};

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

/* Fields of a header times names in h=: each name may be compared with each
   field. */
#define BOUNCE_DKIM_SELECT_MAX_STEPS (1024 * 1024)

struct bounce_dkim_selection {
	/* Indexes of fields, in the order in which they are hashed, without
	   the signature's own. From the data stack. */
	const uint32_t *fields;
	unsigned int count;
};

/* Returns 0, or -1 if there are more than BOUNCE_DKIM_MAX_NAMES, or it would
   take too many steps; error_r is a static string. */
int bounce_dkim_select(const struct bounce_header *header,
		       const struct bounce_dkim_signature *sig,
		       struct bounce_dkim_selection *selection_r,
		       const char **error_r);

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
