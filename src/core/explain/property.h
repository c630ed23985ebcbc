#ifndef BOUNCE_PROPERTY_H
#define BOUNCE_PROPERTY_H

/* The properties of a bounce under their names: for Sieve, events and
   JSON. */

struct bounce_verdict;

enum bounce_property {
	BOUNCE_PROPERTY_VERDICT,
	BOUNCE_PROPERTY_REASON,
	BOUNCE_PROPERTY_KIND,
	BOUNCE_PROPERTY_ORIGINAL,
	BOUNCE_PROPERTY_DOMAIN,
	BOUNCE_PROPERTY_SELECTOR,
	BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID,
	BOUNCE_PROPERTY_ORIGINAL_FROM,
	BOUNCE_PROPERTY_ORIGINAL_TO,
	BOUNCE_PROPERTY_ORIGINAL_SUBJECT,
	BOUNCE_PROPERTY_ORIGINAL_DATE,
	BOUNCE_PROPERTY_REPORTING_MTA,
	BOUNCE_PROPERTY_FINAL_RECIPIENT,
	BOUNCE_PROPERTY_ACTION,
	BOUNCE_PROPERTY_STATUS,
	BOUNCE_PROPERTY_DIAGNOSTIC_CODE,
	BOUNCE_PROPERTY_RECIPIENT_LINKAGE,
	BOUNCE_PROPERTY_BURST,
	BOUNCE_PROPERTY_ALARM,
	BOUNCE_PROPERTY_SPF,
	BOUNCE_PROPERTY_REPORTER_SPF,
	BOUNCE_PROPERTY_REPORTER_ALIGNMENT,

	BOUNCE_PROPERTY_COUNT
};

/* "original-message-id"; static. */
const char *bounce_property_name(enum bounce_property property);
/* Returns 0, or -1 if there is no property of that name (without case). */
int bounce_property_find(const char *name, enum bounce_property *property_r);

/* FALSE if this is a property whose values are words of ours, and the value is
   none of them, without case. */
bool bounce_property_value_is_possible(enum bounce_property property,
				       const char *value);

/* The values, NULL-terminated: none for an empty property, several where there
   are several recipients. UTF-8, no control characters; RFC 2047 words are
   decoded. Allocated from the pool. Of a message that is no bounce, verdict
   is "none", reason and kind are the kind, all others are empty. burst and
   alarm are not known here and always empty. */
const char *const *
bounce_property_get(pool_t pool, enum bounce_property property,
		    const struct bounce_verdict *verdict);

#endif
