#ifndef BOUNCE_VERDICT_H
#define BOUNCE_VERDICT_H

/* Evidence and verdict. The verdict is a pure function of policy, report,
   original and evidence. */

#include "array.h"
#include "bounce-types.h"
#include "bounce-kind.h"
#include "bounce-dkim.h"
#include "bounce-forwarded.h"
#include "bounce-ports.h"

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

/* What a port said. */
struct bounce_asked {
	enum bounce_finding finding;
	/* More of it for a human, from the pool, or NULL; FAILED: why. */
	const char *text;
};

ARRAY_DEFINE_TYPE(bounce_original, const struct bounce_original *);

struct bounce_evidence {
	/* What came back: the innermost original first; of the same level
	   first those that are parts of their own. */
	ARRAY_TYPE(bounce_original) originals;
	/* The signatures of all originals in this order. */
	const struct bounce_signature_evidence *sigs;
	unsigned int sigs_count;
	/* What the admin has to hear of at once: a key of ours that is there
	   and cannot be used. NULL: nothing. */
	const char *warning;
	/* There were more signatures of ours than are tried. */
	bool over_limit;

	/* The trace of the original that is reported shows that the mailbox had
	   sent it on. */
	struct bounce_forwarded forwarded;
	/* What SPF says of its clients: PASS if all of them pass, or of the
	   first that does not. */
	enum bounce_spf forwarded_spf;

	/* What else was asked: bounce-ports.h. */
	struct bounce_asked replayed;
	struct bounce_asked disowned;
	struct bounce_asked sent_copy;
	/* Of the host that handed the original over, and of the one that sent
	   the bounce. */
	struct bounce_spf_result spf;
	struct bounce_spf_result reporter_spf;
	/* bounce_alignment_name(); NULL: nobody wants to know. */
	const char *reporter_alignment;
};

/* The originals of a message in the order that bounce_evidence has them in. */
void bounce_originals_collect(const struct bounce_message *message,
			      ARRAY_TYPE(bounce_original) *originals);

/* When the signature was made: t=, or the Date that it covers; 0: unknown. A
   Date that is not signed, or that did not verify, may be anybody's. */
time_t
bounce_signature_time(const struct bounce_signature_evidence *evidence);

/* Look up the keys, verify, and ask what else can change the verdict. The only
   stage with I/O, through the ports. */
const struct bounce_evidence *
bounce_evidence_collect(pool_t pool, const struct bounce_policy *policy,
			const struct bounce_envelope *envelope,
			const struct bounce_kind_result *kind,
			const struct bounce_message *message,
			const struct bounce_ports *ports);

struct bounce_verdict {
	enum bounce_verdict_value value;
	enum bounce_reason reason;
	/* One sentence for a human; from the pool. */
	const char *text;

	struct bounce_kind_result kind;
	/* The original reported: the innermost one that came back, or if the
	   verdict is genuine, that which vouches or the innermost in it. NULL:
	   none came back. */
	const struct bounce_original *original;
	/* The signature that decided; NULL: none. */
	const struct bounce_signature_evidence *sig;
	/* All that was found out. NULL: this is no bounce. */
	const struct bounce_evidence *evidence;
};

const struct bounce_verdict *
bounce_verdict_judge(pool_t pool, const struct bounce_policy *policy,
		     const struct bounce_kind_result *kind,
		     const struct bounce_message *message,
		     const struct bounce_evidence *evidence);

/* All stages in turn for a message that was read: classify, and for a bounce
   collect evidence and judge. evidence_r may be NULL; it is set to NULL for
   what is no bounce. */
const struct bounce_verdict *
bounce_judge(pool_t pool, const struct bounce_policy *policy,
	     const struct bounce_envelope *envelope,
	     const struct bounce_message *message,
	     const struct bounce_ports *ports,
	     const struct bounce_evidence **evidence_r);

#endif
