#ifndef BOUNCE_PROPERTY_H
#define BOUNCE_PROPERTY_H

/* Returns the properties of a bounce by their names, for Sieve, events and
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
	BOUNCE_PROPERTY_PROOF,
	BOUNCE_PROPERTY_ALARM_RECIPIENTS,

	BOUNCE_PROPERTY_COUNT
};

/* Returns the name of a property, such as "original-message-id", a static
   string. */
const char *bounce_property_name(enum bounce_property property);
/* Find the property of this name; case makes no difference. Returns 0, or -1 if
   there is none. */
int bounce_property_find(const char *name, enum bounce_property *property_r);

/* Returns FALSE if the property can only have values that are words of ours,
   and value is not one of them; case makes no difference. */
bool bounce_property_value_is_possible(enum bounce_property property,
				       const char *value);

/* Returns the values of a property, NULL-terminated: none if the property is
   empty, and several if there are several recipients. They are UTF-8 without
   control characters, in which encoded words (RFC 2047) of the subject are
   decoded. The list and the values are allocated from the pool. If the message
   is not a bounce, verdict is "none", reason and kind are the kind, and all
   other properties are empty. burst, alarm and alarm-recipients are not
   known here, and are always empty. */
const char *const *
bounce_property_get(pool_t pool, enum bounce_property property,
		    const struct bounce_verdict *verdict);

#endif
