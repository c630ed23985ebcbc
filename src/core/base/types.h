#ifndef BOUNCE_TYPES_H
#define BOUNCE_TYPES_H

/* The terms of the project: what a message is, what came back in it, and what
   we say of it. base/types.c has a table of names for each enum, except for the
   reasons, whose table is in verdict/reasons.c. The names are an interface:
   JSON, Sieve, events and the log use them. */

/* What the message is. FAILED to EXPANDED are bounces, and are named after the
   values of the Action field in RFC 3464 section 2.3.3. */
enum bounce_kind {
	BOUNCE_KIND_NONE = 0,
	BOUNCE_KIND_FAILED,
	BOUNCE_KIND_DELAYED,
	BOUNCE_KIND_DELIVERED,
	BOUNCE_KIND_RELAYED,
	BOUNCE_KIND_EXPANDED,
	BOUNCE_KIND_AUTOREPLY,	/* RFC 3834 */
	BOUNCE_KIND_MDN,	/* RFC 8098 */
	BOUNCE_KIND_FEEDBACK,	/* RFC 5965 */

	BOUNCE_KIND_COUNT
};

/* How much of the original came back. */
enum bounce_original_state {
	BOUNCE_ORIGINAL_NONE = 0,
	BOUNCE_ORIGINAL_HEADERS,
	BOUNCE_ORIGINAL_TRUNCATED,
	BOUNCE_ORIGINAL_FULL,

	BOUNCE_ORIGINAL_COUNT
};

enum bounce_verdict_value {
	BOUNCE_VERDICT_NONE = 0,
	BOUNCE_VERDICT_GENUINE,
	BOUNCE_VERDICT_BACKSCATTER,
	BOUNCE_VERDICT_DISOWNED,
	BOUNCE_VERDICT_UNVERIFIABLE,
	BOUNCE_VERDICT_TEMPERROR,

	BOUNCE_VERDICT_COUNT
};

/* Why the verdict is what it is. Each reason has a row in the table of
   verdict/reasons.c, and belongs to exactly one verdict. */
enum bounce_reason {
	/* none: the kind of the message is the reason */
	BOUNCE_REASON_NONE = 0,
	/* genuine */
	BOUNCE_REASON_DKIM_FULL,
	BOUNCE_REASON_DKIM_HEADERS,
	BOUNCE_REASON_SENT_COPY,
	/* backscatter */
	BOUNCE_REASON_UNSIGNED,
	BOUNCE_REASON_BAD_SIGNATURE,
	BOUNCE_REASON_FOREIGN_SIGNATURE,
	BOUNCE_REASON_KEY_MISSING,
	BOUNCE_REASON_KEY_REVOKED,
	BOUNCE_REASON_KEY_UNUSABLE,
	BOUNCE_REASON_KEY_RETIRED,
	BOUNCE_REASON_WEAK_KEY,
	BOUNCE_REASON_EXPIRED,
	BOUNCE_REASON_FUTURE,
	BOUNCE_REASON_STALE,
	BOUNCE_REASON_REPLAYED,
	/* disowned */
	BOUNCE_REASON_DISOWNED,
	/* unverifiable */
	BOUNCE_REASON_NO_ORIGINAL,
	BOUNCE_REASON_ALTERED,
	BOUNCE_REASON_DAMAGED,
	BOUNCE_REASON_FORWARDED,
	BOUNCE_REASON_SUBMITTED,
	BOUNCE_REASON_NO_SIGNATURE_YET,
	BOUNCE_REASON_SENDER_MISMATCH,
	BOUNCE_REASON_TRUNCATED,
	BOUNCE_REASON_OVER_LIMIT,
	BOUNCE_REASON_SPF_PASS,
	/* temperror */
	BOUNCE_REASON_DNS,
	BOUNCE_REASON_STATE,

	BOUNCE_REASON_COUNT
};

/* The result of SPF, RFC 7208 section 2.6. */
enum bounce_spf {
	/* SPF was not checked. */
	BOUNCE_SPF_NOT_ASKED = 0,
	BOUNCE_SPF_NONE,
	BOUNCE_SPF_NEUTRAL,
	BOUNCE_SPF_PASS,
	BOUNCE_SPF_FAIL,
	BOUNCE_SPF_SOFTFAIL,
	BOUNCE_SPF_TEMPERROR,
	BOUNCE_SPF_PERMERROR,

	BOUNCE_SPF_COUNT
};

/* The names as JSON, Sieve and the log have them, such as "failed", "headers"
   and "backscatter". The strings are static. */
const char *bounce_kind_name(enum bounce_kind kind);
const char *bounce_original_state_name(enum bounce_original_state state);
const char *bounce_verdict_name(enum bounce_verdict_value value);
/* The name as in RFC 8601 section 2.7.2, such as "softfail", a static string;
   NULL for NOT_ASKED. */
const char *bounce_spf_name(enum bounce_spf spf);

/* TRUE for the five kinds of RFC 3464. */
static inline bool bounce_kind_is_bounce(enum bounce_kind kind)
{
	return kind >= BOUNCE_KIND_FAILED && kind <= BOUNCE_KIND_EXPANDED;
}

#endif
