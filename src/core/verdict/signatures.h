#ifndef BOUNCE_SIGNATURES_H
#define BOUNCE_SIGNATURES_H

/* Collects the originals that came back, and judges the signatures on them. */

#include "array.h"
#include "dkim/dkim.h"

struct bounce_policy;
struct bounce_envelope;
struct bounce_message;
struct bounce_original;

/* The result for one signature of an original. */
struct bounce_signature_evidence {
	const struct bounce_original *original;
	const struct bounce_dkim_signature *sig;

	enum bounce_dkim_header header;
	enum bounce_dkim_body body;
	/* The reason that this signature gives on its own, after the policy was
	   applied. */
	enum bounce_reason reason;
	/* The reason in words for people, a static string or from the pool;
	   NULL: the signature verified and vouches for the original. */
	const char *text;
	/* What was repaired in the header or the signature to verify it; NULL:
	   nothing. */
	const char *repair;

	/* Where the key was found, how many bits it has, and when it was
	   retired (seconds since 1970; 0: it is in use). bits is 0 if no key
	   was found. */
	enum bounce_key_origin key_origin;
	unsigned int key_bits;
	time_t key_retired;
};

ARRAY_DEFINE_TYPE(bounce_original, const struct bounce_original *);

struct bounce_signatures {
	/* The originals, the innermost one first; at the same level, those that
	   are parts of their own come first. */
	ARRAY_TYPE(bounce_original) originals;
	/* The signatures of all originals, in the order of the originals. */
	const struct bounce_signature_evidence *sigs;
	unsigned int sigs_count;
	/* The signature that decides: the first of those whose reason has the
	   lowest bounce_reason_rank(). NULL: there is none. */
	const struct bounce_signature_evidence *best;
	/* The original that is reported: the innermost one that came back; or,
	   if a signature vouches, the original that it vouches for or the
	   innermost one inside that. NULL: none came back. */
	const struct bounce_original *original;
	/* A warning that the admin must see at once: there is a key of ours
	   that cannot be used. NULL: there is none. */
	const char *warning;
	/* There are more signatures of ours than are tried. */
	bool over_limit;
};

/* Returns when the signature was made, by t= or by the Date that it covers, in
   seconds since 1970; 0: it is not known. A Date that is not signed, or whose
   signature did not verify, does not count, as anybody may have written it. */
time_t
bounce_signature_time(const struct bounce_signature_evidence *evidence);

/* Collect the originals of a bounce and their signatures, look up the keys of
   those that may be ours, and verify these. The result is allocated from the
   pool, and points to the message. */
const struct bounce_signatures *
bounce_signatures_verify(pool_t pool, const struct bounce_policy *policy,
			 const struct bounce_envelope *envelope,
			 const struct bounce_message *message,
			 struct bounce_key_source *keys);

/* Set best and original by the signatures and originals that are there. */
void bounce_signatures_decide(struct bounce_signatures *signatures);

#endif
