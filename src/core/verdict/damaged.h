#ifndef BOUNCE_DAMAGED_H
#define BOUNCE_DAMAGED_H

/* Signatures that cannot be read, or that break a rule which our signers keep:
   did a key of ours make them all the same? Mail software breaks lines, undoes
   encodings by half and makes links of what stands in a signature; each such
   change is undone as a candidate, and each key of ours that may have made the
   signature is tried on what is left of b=. */

#include "dkim/key.h"
#include "base/limits.h"

struct bounce_policy;
struct bounce_envelope;
struct bounce_signature_evidence;

/* What one message may cost. All is 0 to begin with, but what its owner sets: */
struct bounce_damaged {
	pool_t pool;
	const struct bounce_policy *policy;
	const struct bounce_envelope *envelope;
	struct bounce_key_source *keys;

	/* The rest is not the owner's. */
	/* keys that are known without a lookup, and one that was looked up */
	struct bounce_key_query queries[BOUNCE_DKIM_MAX_DAMAGED_KEYS];
	unsigned int queries_count;
	/* the domains whose known keys these are */
	const char *asked[BOUNCE_DKIM_MAX_DAMAGED_KEYS];
	unsigned int asked_count;
	/* there may be more keys than have a place */
	bool untried;
	unsigned int operations;
	/* the one lookup of a repaired selector was made */
	bool looked_up;
};

/* Gives back the keys. */
void bounce_damaged_deinit(struct bounce_damaged *damaged);

/* Judge the signature of evidence, which is ours or may be. query: the answer
   for its d= and s=, or NULL if these cannot be read. Sets header, reason and
   text; where a key of ours made the signature also the key's fields, repair,
   and sig as it was before the damage:
   - PASS: it verifies once the damage is undone;
   - ALTERED: our key made it, and more was changed than can be undone;
   - BAD_SIGNATURE: b= came back whole, and a key of ours that would have made
     it did not;
   - FOREIGN_SIGNATURE: once the damage is undone it is plainly another's;
   - DNS: the key that it names could not be looked up;
   - DAMAGED: none of these can be shown;
   - STATE: libcrypto failed. */
void bounce_damaged_check(struct bounce_damaged *damaged,
			  struct bounce_signature_evidence *evidence,
			  const struct bounce_key_query *query);

#endif
