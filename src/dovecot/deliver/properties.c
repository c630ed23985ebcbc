/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The properties of a judged message for Sieve's test "bounce": those that the
   verdict has, and those that are looked up in the dict. */

#include "lib.h"
#include "explain/property.h"
#include "base/types.h"
#include "verdict/verdict.h"
#include "memory/burst.h"
#include "memory/memory.h"
#include "memory/record.h"
#include "user/user.h"
#include "dovecot-backscatter.h"

int backscatter_property_check(const char *name, const char *value)
{
	enum bounce_property property;

	if (bounce_property_find(name, &property) < 0)
		return -1;
	return value == NULL ||
		bounce_property_value_is_possible(property, value) ? 1 : 0;
}

/* The user's record is only read when a script asks for such a property.
   Returns FALSE if the property has no value. */
static bool
backscatter_burst_property(const struct backscatter_result *result,
			   enum bounce_property property, uint64_t *value_r)
{
	const struct backscatter_settings *set =
		backscatter_user_get_settings(result->user);
	const struct backscatter_record *record;
	struct backscatter_record_burst burst;
	const char *error;

	/* Only genuine bounces have the properties of the alarm, because other
	   bounces that come during a burst have nothing to do with it. */
	if (set == NULL || !(property == BOUNCE_PROPERTY_BURST ?
			     result->is_bounce :
			     result->verdict->value == BOUNCE_VERDICT_GENUINE))
		return FALSE;
	record = backscatter_memory_get(result->memory, &error);
	if (record == NULL)
		return FALSE;
	if (property == BOUNCE_PROPERTY_BURST) {
		*value_r = backscatter_burst_bounces(record, result);
		return TRUE;
	}
	if (!backscatter_burst_alarm(record, set, result, &burst))
		return FALSE;
	*value_r = property == BOUNCE_PROPERTY_ALARM ? burst.originals :
		burst.recipients;
	return TRUE;
}

const char *const *
backscatter_result_property(const struct backscatter_result *result,
			    const char *name)
{
	enum bounce_property property;
	/* what a script sees if the message is not a bounce, or not judged */
	static const struct bounce_verdict no_bounce;
	const char **values;
	uint64_t value;

	if (bounce_property_find(name, &property) < 0)
		return NULL;
	if (result == NULL || result->mode != BACKSCATTER_MODE_ENFORCE) {
		return bounce_property_get(pool_datastack_create(), property,
					   &no_bounce);
	}
	if (property == BOUNCE_PROPERTY_BURST ||
	    property == BOUNCE_PROPERTY_ALARM ||
	    property == BOUNCE_PROPERTY_ALARM_RECIPIENTS) {
		values = t_new(const char *, 2);
		if (backscatter_burst_property(result, property, &value))
			values[0] = t_strdup_printf("%llu",
						    (unsigned long long)value);
		return values;
	}
	return bounce_property_get(pool_datastack_create(), property,
				   result->verdict);
}
