#ifndef BOUNCE_DKIM_PRIVATE_H
#define BOUNCE_DKIM_PRIVATE_H

/* What the files of core/dkim share, and core/verdict/damaged.c, which tries
   keys on signatures that were damaged. */

#include "dkim/dkim.h"
#include "name/own-domains.h"
#include "base/limits.h"
#include "base/lines.h"
#include "dkim/tags.h"

#define BOUNCE_DKIM_HASH_SIZE BOUNCE_CRYPTO_HASH_SIZE

/* Returns the size of the field without its last line end (RFC 5322
   section 2.2). */
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

/* Returns the octet in lower case if it is an ASCII letter, whatever the locale
   is. */
static inline unsigned char bounce_dkim_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* The name of the field that holds a signature. */
#define BOUNCE_DKIM_FIELD_NAME "DKIM-Signature"

/* The tags of a signature's field, and the domain that it claims: what must be
   known before all of the signature is parsed. */
struct bounce_dkim_tags {
	/* the field, such as "DKIM-Signature: v=1;..", without its last line
	   end */
	const unsigned char *data;
	size_t size;
	uint32_t name_size, value_offset;
	struct bounce_tags tags;
	/* what is wrong with the tag-list, or NULL */
	const char *error;
	/* d= as t_bounce_domain_normalise() returns it, or "" */
	const char *domain;
	/* d= is intact: no damage can have turned it into another domain */
	bool domain_readable;
};

/* Read the tags of a field, which begins at data. The domain is from the data
   stack, and the tags point into data. Never fails: what is wrong is in
   read_r->error. */
void t_bounce_dkim_tags_read(const unsigned char *data, size_t size,
			     uint32_t name_size, uint32_t value_offset,
			     struct bounce_dkim_tags *read_r);
/* TRUE if all tags are there that a signature must have (section 3.5). */
bool bounce_dkim_tags_are_complete(const struct bounce_tags *tags);

/* Parse the whole signature. sig_r->field is set to 0 and own to FALSE. The
   spans in sig_r point into the field's data; everything else is from the
   pool. */
void bounce_dkim_signature_parse(pool_t pool,
				 const struct bounce_dkim_tags *read,
				 struct bounce_dkim_signature *sig_r);
/* Parse the whole signature when it was already asked whether its domain is
   ours, and set own and the flags beside it by the answer. */
void bounce_dkim_signature_parse_owned(pool_t pool,
				       const struct bounce_dkim_tags *read,
				       enum bounce_domains_answer answer,
				       struct bounce_dkim_signature *sig_r);

/* Parse only those tags of a field's value that say how the body is hashed, and
   set canon_body, have_length and length of sig_r. Returns FALSE if they cannot
   be read. */
bool bounce_dkim_body_wanted(const unsigned char *data, size_t size,
			     struct bounce_dkim_signature *sig_r);

/*
 * What mail software does to a signature on its way
 */

/* Returns the size of the character at data if it is one that no signer writes
   and that mail software adds: white space outside of ASCII, an invisible
   character, or an octet that is not UTF-8. Otherwise returns 0. */
size_t bounce_dkim_invisible_size(const unsigned char *data, size_t size);
/* TRUE if the value of d=, s= or another tag with a single word holds white
   space, a control character, or a character that mail software puts into or
   around a name. */
bool bounce_dkim_name_is_broken(const unsigned char *data, size_t size);
/* TRUE if the values of the tags are still encoded as quoted-printable
   (RFC 2045 section 6.7). */
bool bounce_dkim_tags_are_qp(const struct bounce_tags *tags);
/* TRUE if one of the tags that are there has a value which mail software has
   damaged. */
bool bounce_dkim_tags_are_damaged(const struct bounce_tags *tags);

/* TRUE if the signature can be read, and its b= has the size of an RSA
   signature by a key of 1024, 2048 or 4096 bits, with all of the base64
   padding. */
bool bounce_dkim_b_is_complete(const struct bounce_dkim_signature *sig);

/* Find where the value of b= begins, in a field that need not be a valid
   tag-list. Returns FALSE if there is no b=. */
bool bounce_dkim_b_find(const unsigned char *data, size_t size,
			size_t *start_r);

enum bounce_dkim_b {
	/* It is shorter than a signature by a key of this size. */
	BOUNCE_DKIM_B_SHORT,
	/* It has the size of the key. */
	BOUNCE_DKIM_B_WHOLE,
	/* It has the size of the key, and more base64 follows. */
	BOUNCE_DKIM_B_LONG
};

/* Decode the b= that begins at data up to key_size, the size of the key in
   octets. The first character that is not base64 ends it. Unless the result is
   SHORT, the octets are appended to dest. */
enum bounce_dkim_b
bounce_dkim_b_decode(const unsigned char *data, size_t size, size_t key_size,
		     buffer_t *dest);

/* A candidate: what a field may have been before it was damaged. */
struct bounce_dkim_candidate {
	/* "DKIM-Signature:" and the value, without the last line end */
	const unsigned char *data;
	size_t size;
	/* What was undone, a static string; NULL: nothing. */
	const char *repair;
	/* More than an encoding was undone, so it is a guess that the field was
	   like this. */
	bool guess;
};

/* Undo what mail software does to the value of a signature field. Returns the
   number of candidates, at least 1: the first is the field as it came back.
   They are from the pool. */
unsigned int
bounce_dkim_undo(pool_t pool, const unsigned char *value, size_t size,
		 struct bounce_dkim_candidate
			candidates_r[BOUNCE_DKIM_MAX_CANDIDATES]);

/*
 * SHA-256 of data that comes in small pieces
 */

struct bounce_dkim_hash {
	/* NULL: libcrypto failed */
	struct evp_md_ctx_st *ctx;
	/* libcrypto failed, and there will be no digest */
	bool failed;
	unsigned int used;
	/* small pieces are collected here, as a call of libcrypto is slow */
	unsigned char buf[8192];
};

/* Begin a SHA-256; deinit() frees what libcrypto has allocated for it. A
   failure of libcrypto is told by peek() and finish(). */
void bounce_dkim_hash_init(struct bounce_dkim_hash *hash);
void bounce_dkim_hash_deinit(struct bounce_dkim_hash *hash);
/* Begin the next digest. */
void bounce_dkim_hash_reset(struct bounce_dkim_hash *hash);
/* Hash data that does not fit into the buffer; for bounce_dkim_hash_more(). */
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
/* Get the digest of the data so far; more data may follow. Returns 0, or -1 if
   libcrypto failed. */
int bounce_dkim_hash_peek(struct bounce_dkim_hash *hash,
			  unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE]);
/* Get the digest of all data. No more data may follow until the next reset.
   Returns 0, or -1 if libcrypto failed. */
int bounce_dkim_hash_finish(struct bounce_dkim_hash *hash,
			    unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE]);

/*
 * Digests of a body
 */

/* The digest of the first length octets of a canonical form */
struct bounce_dkim_body_digest {
	uoff_t length;
	unsigned char hash[BOUNCE_DKIM_HASH_SIZE];
};

struct bounce_dkim_body_form {
	/* all digests were taken: libcrypto did not fail */
	bool usable;
	/* how many octets the form has, and the digest of all of them */
	uoff_t size;
	unsigned char hash[BOUNCE_DKIM_HASH_SIZE];
	/* sorted by length; a digest is there if its length is less than
	   size */
	struct bounce_dkim_body_digest digests[BOUNCE_DKIM_MAX_LENGTHS];
	unsigned int digests_count;
};

struct bounce_dkim_body_hashes {
	/* the body had at least one octet */
	bool seen;
	/* NULL: no signature wants this form */
	struct bounce_dkim_body_form *forms[BOUNCE_DKIM_CANON_COUNT];
};

/*
 * Canonicalisation of header fields, section 3.4.1 and 3.4.2
 */

/* A field as it is hashed: as it came back, or as a repair made it. */
struct bounce_dkim_span {
	/* without the last line end */
	const unsigned char *data;
	size_t size;
	uint32_t name_size, value_offset;
	/* where the value of its tag b= begins and ends, which is not hashed;
	   both are 0 if the field is not the signature's own */
	size_t cut_start, cut_end;
};

/* Hash the canonical form of a field. with_crlf is FALSE for the signature's
   own field, which is the last one and is hashed without its line end. */
void bounce_dkim_canon_field(struct bounce_dkim_hash *hash,
			     enum bounce_dkim_canon canon,
			     const struct bounce_dkim_span *span,
			     bool with_crlf);

/*
 * Selection of the signed fields, section 5.4.2
 */

/* The number of fields in the header times the number of names in h= may not be
   larger, as each name may be compared with each field. */
#define BOUNCE_DKIM_SELECT_MAX_STEPS (1024 * 1024)

struct bounce_dkim_selection {
	/* The indexes of the fields, in the order in which they are hashed,
	   without the signature's own field. From the data stack. */
	const uint32_t *fields;
	unsigned int count;
};

/* Select the fields that h= names. Returns 0, or -1 if h= has more than
   BOUNCE_DKIM_MAX_NAMES names, or if the selection would take too many steps;
   error_r is then a static string. */
int bounce_dkim_select(const struct bounce_header *header,
		       const struct bounce_dkim_signature *sig,
		       struct bounce_dkim_selection *selection_r,
		       const char **error_r);

/*
 * Repairs
 */

/* A header that is to be hashed: the selected fields, and the signature's own
   field as the last one. */
struct bounce_dkim_input {
	enum bounce_dkim_canon canon;
	struct bounce_dkim_span *spans;
	unsigned int count;
};

/* Get the digest of the canonical form of the header. Returns 0, or -1 if
   libcrypto failed. */
int bounce_dkim_input_hash(struct bounce_dkim_hash *hash,
			   const struct bounce_dkim_input *input,
			   unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE]);

/* Returns TRUE if this is the header that was signed. */
typedef bool
bounce_dkim_match_t(const struct bounce_dkim_input *input, void *context);

/* How many candidates are tried at most. With RSA, a candidate costs a hash;
   with Ed25519, it costs a verification. */
#define BOUNCE_DKIM_REPAIR_MAX_CANDIDATES 100
#define BOUNCE_DKIM_REPAIR_MAX_CANDIDATES_ED25519 1
/* In a larger header nothing is repaired, in octets. The largest header that
   was measured has 5.7 KB. */
#define BOUNCE_DKIM_REPAIR_MAX_SIZE (32 * 1024)

/* Undo what mail servers are known to do to a header that they return, in one
   way after the other, until match() says that this header was signed. Returns
   what was undone (a static string, or from the pool), or NULL if nothing
   matched. The input is left unchanged. */
const char *
bounce_dkim_repair(pool_t pool, const struct bounce_dkim_input *input,
		   unsigned int max_candidates,
		   bounce_dkim_match_t *match, void *context);

#endif
