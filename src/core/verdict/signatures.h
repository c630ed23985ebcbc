#ifndef BOUNCE_SIGNATURES_H
#define BOUNCE_SIGNATURES_H

/* What came back, and what the signatures on it are worth. */

#include "array.h"
#include "dkim/dkim.h"

struct bounce_policy;
struct bounce_envelope;
struct bounce_message;
struct bounce_original;

/* What one signature of an original is worth. */
struct bounce_signature_evidence {
	const struct bounce_original *original;
	const struct bounce_dkim_signature *sig;

	enum bounce_dkim_header header;
	enum bounce_dkim_body body;
	/* The reason that this signature gives on its own, policy applied. */
	enum bounce_reason reason;
	/* The same for a human: a static string or from the pool; NULL: the
	   signature verified, and vouches. */
	const char *text;
	/* What was done to the header to verify it, or NULL. */
	const char *repair;

	/* The key: where it was found, 0 bits if it was not. */
	enum bounce_key_origin key_origin;
	unsigned int key_bits;
	time_t key_retired;
};

ARRAY_DEFINE_TYPE(bounce_original, const struct bounce_original *);

struct bounce_signatures {
	/* What came back: the innermost original first; of the same level
	   first those that are parts of their own. */
	ARRAY_TYPE(bounce_original) originals;
	/* The signatures of all originals in this order. */
	const struct bounce_signature_evidence *sigs;
	unsigned int sigs_count;
	/* The signature that decides: of several the one whose reason is nearest
	   to vouching, of equals the first. NULL: there is none. */
	const struct bounce_signature_evidence *best;
	/* The original reported: the innermost one that came back, or if a
	   signature vouches, that which it vouches for or the innermost in it.
	   NULL: none came back. */
	const struct bounce_original *original;
	/* What the admin has to hear of at once: a key of ours that is there
	   and cannot be used. NULL: nothing. */
	const char *warning;
	/* There were more signatures of ours than are tried. */
	bool over_limit;
};

/* When the signature was made: t=, or the Date that it covers; 0: unknown. A
   Date that is not signed, or that did not verify, may be anybody's. */
time_t
bounce_signature_time(const struct bounce_signature_evidence *evidence);

/* Collect the originals of a bounce and their signatures, look up the keys of
   those that may be ours, and verify these. All of it is the pool's. */
const struct bounce_signatures *
bounce_signatures_verify(pool_t pool, const struct bounce_policy *policy,
			 const struct bounce_envelope *envelope,
			 const struct bounce_message *message,
			 struct bounce_key_source *keys);

/* Find best and original, by the signatures and originals that are there. */
void bounce_signatures_decide(struct bounce_signatures *signatures);

#endif
