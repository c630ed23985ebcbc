#ifndef BOUNCE_DKIM_H
#define BOUNCE_DKIM_H

/* DKIM signatures, RFC 6376, RFC 8301 and RFC 8463: finds them in a returned
   header, verifies them with a key, and hashes the body. The body is read only
   once, so it is hashed before it is known whose signatures these are. No
   function does I/O of its own: keys and domains are given. Sections without an
   RFC are those of RFC 6376. */

#include "base/types.h"
#include "header/header.h"
#include "dkim/key.h"

struct bounce_domains;

enum bounce_dkim_canon {
	BOUNCE_DKIM_CANON_SIMPLE,
	BOUNCE_DKIM_CANON_RELAXED,

	BOUNCE_DKIM_CANON_COUNT
};

enum bounce_dkim_algorithm {
	BOUNCE_DKIM_ALGORITHM_UNKNOWN,
	BOUNCE_DKIM_ALGORITHM_RSA_SHA256,
	BOUNCE_DKIM_ALGORITHM_ED25519_SHA256,
	/* it is known, and never accepted: RFC 8301 section 3.1 */
	BOUNCE_DKIM_ALGORITHM_RSA_SHA1
};

/* A DKIM-Signature field as it was parsed. */
struct bounce_dkim_signature {
	/* The field's index in the header. */
	unsigned int field;
	/* The field as it is hashed, without its last line end: either as it
	   came back, or as it was before it was damaged. */
	const unsigned char *data;
	size_t size;
	uint32_t name_size, value_offset;

	/* NULL if the signature is valid by the rules of section 6.1.1.
	   Otherwise a static string that says what is wrong with it; the
	   members below are then filled in as far as possible. */
	const char *error;
	/* The returned header was cut inside this field. */
	bool truncated:1;
	/* Something keeps it from being read or verified that mail software may
	   have done to it. */
	bool damaged:1;
	/* Its tags hold characters that mail software adds, whether it can be
	   read in spite of that or not. */
	bool marked:1;
	/* t= is there, and is not a time. */
	bool timestamp_broken:1;
	/* Its d= cannot be read, and may be one of our domains. own is
	   FALSE. */
	bool domain_unreadable:1;
	/* d= is one of our domains. */
	bool own:1;
	/* It is not known whether d= is one of our domains: a source of domains
	   failed, or too many keys were looked up. */
	bool own_unknown:1;
	bool own_over_limit:1;

	/* d= and s=, as t_bounce_domain_normalise() returns them. The domain is
	   "" if there is no d= or if it is not a domain name, and the selector
	   is "" if s= is not a sequence of labels. */
	const char *domain;
	const char *selector;
	/* a= as it was written, sanitised. */
	const char *algorithm_name;
	/* The domain of i=; if there is no i=, it is the same as domain. */
	const char *identity_domain;

	enum bounce_dkim_algorithm algorithm;
	enum bounce_dkim_canon canon_header, canon_body;
	/* t= and x=, in seconds since 1970; -1: there is none. */
	int64_t timestamp, expires;
	/* l=, in octets; it is only set if have_length is. */
	uoff_t length;
	bool have_length:1;

	unsigned char body_hash[32];
	const unsigned char *b;
	size_t b_size;
	/* What is left out when the field is hashed (section 3.7): from where
	   to where the value of b= and the white space around it stand, counted
	   from the beginning of data. */
	uint32_t b_start, b_end;
	/* The value of h= as it stands in the field. */
	const unsigned char *names;
	size_t names_size;
};

struct bounce_dkim_signatures {
	/* The signatures in the order of the header: those that are or may be
	   ours, up to BOUNCE_DKIM_MAX_OWN, and up to BOUNCE_DKIM_MAX_FOREIGN
	   others. */
	const struct bounce_dkim_signature *sigs;
	unsigned int count;
	/* There were more signatures, and some of them are or may be ours. */
	bool over_limit:1;
};

/* TRUE if h= names the field; case makes no difference. */
bool bounce_dkim_signature_covers(const struct bounce_dkim_signature *sig,
				  const char *field_name);

/* TRUE if the signature is ours or may be ours. */
static inline bool
bounce_dkim_signature_may_be_own(const struct bounce_dkim_signature *sig)
{
	return sig->own || sig->domain_unreadable;
}

/* Parse the DKIM-Signature fields of a header, and ask which of them are of our
   domains (NULL: we have none). Two other kinds of field are taken for damaged
   signatures, if they hold b= and bh= and are not clearly another domain's: a
   field whose name contains "DKIM-Signature", as it may have been renamed on
   the way, and a long field that has swallowed a signature below it. The result
   is the pool's, and its spans point into the header. */
const struct bounce_dkim_signatures *
bounce_dkim_signatures_parse(pool_t pool, const struct bounce_header *header,
			     const struct bounce_domains *domains);

/* TRUE if the header ends inside a signature, whoever made that. */
bool bounce_dkim_header_is_cut(const struct bounce_header *header);

/*
 * Body hashes, section 3.4.3, 3.4.4 and 3.7
 */

enum bounce_dkim_body {
	BOUNCE_DKIM_BODY_UNTESTED = 0,	/* no body came back */
	BOUNCE_DKIM_BODY_MATCH,
	BOUNCE_DKIM_BODY_PARTIAL,	/* matches as far as l= covers it */
	BOUNCE_DKIM_BODY_MISMATCH
};

/* Hashes one body for all well-formed signatures of its header, whoever made
   them: in the canonical forms and up to the lengths (l=) that they name. Each
   form is hashed once, for the first BOUNCE_DKIM_MAX_LENGTHS different
   lengths. */
struct bounce_dkim_body_hasher;
/* The hashes of one body. */
struct bounce_dkim_body_hashes;

/* Begin the body that belongs to the header. The header may be freed
   afterwards; the hasher is the pool's, but must be ended with finish(). */
struct bounce_dkim_body_hasher *
bounce_dkim_body_init(pool_t pool, const struct bounce_header *header);
/* Take the next octets of the body as they came, cut anywhere. It makes no
   difference to the hashes whether the last line of the body has a line end. */
void bounce_dkim_body_more(struct bounce_dkim_body_hasher *hasher,
			   const unsigned char *data, size_t size);
/* End the body, free what libcrypto has allocated, and set *hasher to NULL.
   This must be called. The hashes are the pool's. */
const struct bounce_dkim_body_hashes *
bounce_dkim_body_finish(struct bounce_dkim_body_hasher **hasher);

/* Compare bh= of a signature with the body. The result is UNTESTED if the
   signature is not ours or has an error, if there is no hash for its l=, or if
   no octet of the body came back and bh= does not match that. hashes is NULL if
   there was no body. */
enum bounce_dkim_body
bounce_dkim_body_check(const struct bounce_dkim_body_hashes *hashes,
		       const struct bounce_dkim_signature *sig);

/*
 * Verification of b= over the header, section 3.7 and 6.1.3
 */

enum bounce_dkim_header {
	BOUNCE_DKIM_HEADER_SKIPPED = 0,	/* it is not ours */
	BOUNCE_DKIM_HEADER_PASS,
	BOUNCE_DKIM_HEADER_FAIL,
	BOUNCE_DKIM_HEADER_TEMPERROR,
	BOUNCE_DKIM_HEADER_PERMERROR
};

struct bounce_dkim_result {
	enum bounce_dkim_header header;
	/* With FAIL and PERMERROR this is BAD_SIGNATURE, ALTERED, DAMAGED,
	   KEY_UNUSABLE, TRUNCATED or OVER_LIMIT. With TEMPERROR, which means
	   that libcrypto failed, it is STATE. Otherwise it is NONE. */
	enum bounce_reason reason;
	/* An explanation for people: a static string, or from the pool. NULL:
	   there is none. */
	const char *text;
	/* What was repaired in the header so that it verified; NULL:
	   nothing. */
	const char *repair;
};

/* Verify b= over the header; a signature that is not ours is SKIPPED. key is
   the key that was FOUND, however weak it is. The work is linear in the size of
   the header. */
void bounce_dkim_verify_header(pool_t pool, const struct bounce_header *header,
			       const struct bounce_dkim_signature *sig,
			       const struct bounce_key *key,
			       struct bounce_dkim_result *result_r);

/* The names that JSON and the explanations use, such as "pass" and "mismatch".
   The strings are static. */
const char *bounce_dkim_header_name(enum bounce_dkim_header header);
const char *bounce_dkim_body_name(enum bounce_dkim_body body);

#endif
