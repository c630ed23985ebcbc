#ifndef BOUNCE_DKIM_H
#define BOUNCE_DKIM_H

/* DKIM signatures, RFC 6376, 8301, 8463: found in a returned header and
   verified with a key, and the hashes of a body that streams by before anybody
   asks whose signatures these are. Pure: keys, domains and time are given. */

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
	/* known, and never accepted: RFC 8301 section 3.1 */
	BOUNCE_DKIM_ALGORITHM_RSA_SHA1
};

/* A DKIM-Signature field as it was parsed. */
struct bounce_dkim_signature {
	/* The field's index in the header. */
	unsigned int field;
	/* The field as it is hashed, without its last line end: as it came
	   back, or as it was before it was damaged. */
	const unsigned char *data;
	size_t size;
	uint32_t name_size, value_offset;

	/* NULL: a signature by the rules of section 6.1.1. Otherwise what is
	   wrong with it, a static string; the fields below are then filled as
	   far as they could be. */
	const char *error;
	/* The field ends before its b= does, where the returned header ends. */
	bool truncated:1;
	/* Mail software may have done to it what keeps it from being read. */
	bool damaged:1;
	/* Its tags hold what mail software puts in, whether they can be read
	   all the same or not. */
	bool marked:1;
	/* t= is there and is no time. */
	bool timestamp_broken:1;
	/* Its d= cannot be read: it may be one of our domains. own is FALSE. */
	bool domain_unreadable:1;
	/* d= is one of our domains. */
	bool own:1;
	/* Whether it is could not be found out: a source of them failed, or
	   too many were asked for. */
	bool own_unknown:1;
	bool own_over_limit:1;

	/* As t_bounce_domain_normalise() has them; "" if there is none or if it
	   is no domain name. The selector is "" if it is no sequence of
	   labels. */
	const char *domain;
	const char *selector;
	/* a= as it stands, sanitised. */
	const char *algorithm_name;
	/* The domain of i=; the same as domain if there is no i=. */
	const char *identity_domain;

	enum bounce_dkim_algorithm algorithm;
	enum bounce_dkim_canon canon_header, canon_body;
	/* t=, x=; -1: none. */
	int64_t timestamp, expires;
	/* l=; only with have_length. */
	uoff_t length;
	bool have_length:1;

	unsigned char body_hash[32];
	const unsigned char *b;
	size_t b_size;
	/* What is left out of the field when it is hashed (section 3.7): b='s
	   value and the white space around it, counted from the field's
	   beginning. */
	uint32_t b_start, b_end;
	/* h=: the value of the tag as it stands in the field. */
	const unsigned char *names;
	size_t names_size;
};

struct bounce_dkim_signatures {
	/* In the order of the header: all of our own domains', up to
	   BOUNCE_DKIM_MAX_OWN, and up to BOUNCE_DKIM_MAX_FOREIGN others. */
	const struct bounce_dkim_signature *sigs;
	unsigned int count;
	/* There were more own signatures than are tried. */
	bool over_limit:1;
};

/* TRUE if h= names the field, without case. */
bool bounce_dkim_signature_covers(const struct bounce_dkim_signature *sig,
				  const char *field_name);

/* TRUE if the signature is ours or may be ours. */
static inline bool
bounce_dkim_signature_may_be_own(const struct bounce_dkim_signature *sig)
{
	return sig->own || sig->domain_unreadable;
}

/* Parse the DKIM-Signature fields of a header, and ask which of them are of
   our domains (NULL: none is). A field of another name that holds
   "DKIM-Signature" was renamed on the way, where it is not plainly another
   domain's and holds b= and bh=. */
const struct bounce_dkim_signatures *
bounce_dkim_signatures_parse(pool_t pool, const struct bounce_header *header,
			     const struct bounce_domains *domains);

/* TRUE if the header ends inside a signature, whosever it is. */
bool bounce_dkim_header_is_cut(const struct bounce_header *header);

/*
 * Body hashes, section 3.4.3, 3.4.4 and 3.7
 */

enum bounce_dkim_body {
	BOUNCE_DKIM_BODY_UNTESTED = 0,	/* no body came back */
	BOUNCE_DKIM_BODY_MATCH,
	BOUNCE_DKIM_BODY_PARTIAL,	/* matches; l= leaves some of it out */
	BOUNCE_DKIM_BODY_MISMATCH
};

/* Hashes one body in the forms, and up to the lengths (l=), that the
   well-formed signatures of its header want, whosever they are. Each form is
   hashed once; of different lengths in a form the first
   BOUNCE_DKIM_MAX_LENGTHS are kept. */
struct bounce_dkim_body_hasher;
/* What came of it. */
struct bounce_dkim_body_hashes;

/* The header is not needed any more afterwards. */
struct bounce_dkim_body_hasher *
bounce_dkim_body_init(pool_t pool, const struct bounce_header *header);
/* The next octets of the body, raw, cut anywhere. A body given without the
   line end of its last line has the same hash as with it. */
void bounce_dkim_body_more(struct bounce_dkim_body_hasher *hasher,
			   const unsigned char *data, size_t size);
/* Ends the body, and must be called: it frees the contexts. The hashes are the
   pool's. */
const struct bounce_dkim_body_hashes *
bounce_dkim_body_finish(struct bounce_dkim_body_hasher **hasher);

/* Compare bh= of a signature of the header with the body. UNTESTED: it is not
   ours, or in error, its l= was not kept, or it does not match where no octet
   of a body came back. hashes may be NULL: there was no body. */
enum bounce_dkim_body
bounce_dkim_body_check(const struct bounce_dkim_body_hashes *hashes,
		       const struct bounce_dkim_signature *sig);

/*
 * Verification of b= over the header, section 3.7 and 6.1.3
 */

enum bounce_dkim_header {
	BOUNCE_DKIM_HEADER_SKIPPED = 0,	/* not ours */
	BOUNCE_DKIM_HEADER_PASS,
	BOUNCE_DKIM_HEADER_FAIL,
	BOUNCE_DKIM_HEADER_TEMPERROR,
	BOUNCE_DKIM_HEADER_PERMERROR
};

struct bounce_dkim_result {
	enum bounce_dkim_header header;
	/* For FAIL and PERMERROR: BAD_SIGNATURE, ALTERED, DAMAGED,
	   KEY_UNUSABLE, TRUNCATED or OVER_LIMIT; for TEMPERROR, which is
	   libcrypto failing: STATE; otherwise NONE. */
	enum bounce_reason reason;
	/* For a human: a static string, or from the pool. */
	const char *text;
	/* The header was repaired before it verified: what was done. NULL:
	   it verified as it came back. */
	const char *repair;
};

/* Verify b= of a signature of our own over the header. key: FOUND, of
   whatever strength. The work is linear in the header's size. */
void bounce_dkim_verify_header(pool_t pool, const struct bounce_header *header,
			       const struct bounce_dkim_signature *sig,
			       const struct bounce_key *key,
			       struct bounce_dkim_result *result_r);

/* The words of the checker's output, such as "pass" and "mismatch"; static. */
const char *bounce_dkim_header_name(enum bounce_dkim_header header);
const char *bounce_dkim_body_name(enum bounce_dkim_body body);

#endif
