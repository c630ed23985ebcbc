#ifndef BOUNCE_DAMAGED_H
#define BOUNCE_DAMAGED_H

/* Finds out whether a key of ours made a signature that cannot be read, or that
   breaks a rule which our signers keep. Mail software breaks lines, undoes
   encodings only in part, and turns what stands in a signature into links. Each
   such change is undone, which makes a candidate, and each key of ours that may
   have made the signature is tried with what is left of b=. */

#include "dkim/key.h"
#include "base/limits.h"

struct bounce_policy;
struct bounce_envelope;
struct bounce_signature_evidence;

/* The state for the signatures of one message, which limits what they may cost
   together. The owner sets the first four fields and zeroes the rest. */
struct bounce_damaged {
	pool_t pool;
	const struct bounce_policy *policy;
	const struct bounce_envelope *envelope;
	struct bounce_key_source *keys;

	/* the keys that are known without a lookup, and one that was looked
	   up */
	struct bounce_key_query queries[BOUNCE_DKIM_MAX_DAMAGED_KEYS];
	unsigned int queries_count;
	/* the domains for which the source was asked for known keys */
	const char *asked[BOUNCE_DKIM_MAX_DAMAGED_KEYS];
	unsigned int asked_count;
	/* there may be more keys than are tried */
	bool untried;
	/* how many public-key operations were done */
	unsigned int operations;
	/* the key of a repaired selector was looked up, which is done only
	   once */
	bool looked_up;
};

/* Drop the references to the keys. Must be called once all signatures of the
   message were checked. */
void bounce_damaged_deinit(struct bounce_damaged *damaged);

/* Judge the signature in evidence, which is ours or may be. query is the answer
   for its d= and s=, or NULL if these cannot be read or name no key that
   exists; then all known keys are tried. Sets header, reason and text of
   evidence. If a key of ours made the signature, it also sets the fields of the
   key, repair, and sig, which is then the signature as it was before the
   damage. All strings are static or from the pool. The result is one of these:
   - header PASS (the caller sets the reason): it verifies once the damage is
     undone;
   - ALTERED: our key made it, and more was changed than can be undone;
   - BAD_SIGNATURE: b= came back whole, and the key of ours that should have
     made it did not, or has another size; or From is inside the signature
     field;
   - FOREIGN_SIGNATURE: once the damage is undone, its domain is not ours;
   - DNS: the key that it names could not be looked up;
   - DAMAGED: none of these can be shown;
   - STATE: libcrypto failed. */
void bounce_damaged_check(struct bounce_damaged *damaged,
			  struct bounce_signature_evidence *evidence,
			  const struct bounce_key_query *query);

#endif
