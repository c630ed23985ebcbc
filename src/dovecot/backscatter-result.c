/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "backscatter-config.h"
#include "lib-event.h"
#include "bounce-types.h"
#include "bounce-property.h"
#include "bounce-verdict.h"
#include "backscatter-burst.h"
#include "backscatter-settings.h"
#include "backscatter-private.h"

/* Where the result is in an event. */
#define BACKSCATTER_EVENT_PTR "backscatter_result"

void backscatter_result_attach(struct event *event,
			       const struct backscatter_result *result)
{
	const struct bounce_verdict *verdict;
	const char *kind;

	event_set_ptr(event, BACKSCATTER_EVENT_PTR, (void *)result);
	if (result == NULL) {
		event_field_clear(event, BACKSCATTER_EVENT_VERDICT);
		event_field_clear(event, BACKSCATTER_EVENT_REASON);
		event_field_clear(event, BACKSCATTER_EVENT_KIND);
		return;
	}
	verdict = result->verdict;
	kind = bounce_kind_name(verdict->kind.kind);
	event_add_str(event, BACKSCATTER_EVENT_VERDICT,
		      bounce_verdict_name(verdict->value));
	event_add_str(event, BACKSCATTER_EVENT_REASON,
		      verdict->value == BOUNCE_VERDICT_NONE ? kind :
		      bounce_reason_name(verdict->reason));
	event_add_str(event, BACKSCATTER_EVENT_KIND, kind);
}

const struct backscatter_result *backscatter_result_find(struct event *event)
{
	const struct backscatter_result *result = NULL;

	for (; event != NULL && result == NULL; event = event_get_parent(event))
		result = event_get_ptr(event, BACKSCATTER_EVENT_PTR);
	return result;
}

bool backscatter_result_is_bounce(const struct backscatter_result *result)
{
	return bounce_kind_is_bounce(result->verdict->kind.kind);
}

enum backscatter_mode
backscatter_result_mode(const struct backscatter_result *result)
{
	return result->mode;
}

bool backscatter_result_matches(const struct backscatter_result *result)
{
	if (result->mode != BACKSCATTER_MODE_ENFORCE)
		return FALSE;
	return result->verdict->value == BOUNCE_VERDICT_BACKSCATTER ||
		result->verdict->value == BOUNCE_VERDICT_DISOWNED;
}

int backscatter_property_find(const char *name)
{
	enum bounce_property property;

	return bounce_property_find(name, &property) < 0 ? -1 : (int)property;
}

bool backscatter_property_value_is_possible(int property, const char *value)
{
	i_assert(property >= 0 && property < BOUNCE_PROPERTY_COUNT);

	return bounce_property_value_is_possible(property, value);
}

/* What a script sees of a message that is no bounce, or that is not judged. */
static const char *const *backscatter_no_property(enum bounce_property property)
{
	static const char *const none[] = { "none", NULL };
	static const char *const empty[] = { NULL };

	switch (property) {
	case BOUNCE_PROPERTY_VERDICT:
	case BOUNCE_PROPERTY_REASON:
	case BOUNCE_PROPERTY_KIND:
		return none;
	default:
		return empty;
	}
}

/* Asked when a script asks for it, and not before. */
static const char *const *
backscatter_burst_property(const struct backscatter_result *result)
{
	const struct backscatter_settings *set =
		backscatter_user_get_settings(result->user);
	const char **values = t_new(const char *, 2);
	uint64_t count;

	if (set != NULL && backscatter_result_is_bounce(result) &&
	    backscatter_burst_lookup(result->user, set, result, result->now,
				     &count) == 0)
		values[0] = t_strdup_printf("%llu", (unsigned long long)count);
	return values;
}

/* To none but a genuine bounce: what else comes during a burst has nothing to
   do with it. */
static const char *const *
backscatter_alarm_property(const struct backscatter_result *result)
{
	const struct backscatter_settings *set =
		backscatter_user_get_settings(result->user);
	const char **values = t_new(const char *, 2);
	uint64_t originals;

	if (set != NULL &&
	    result->verdict->value == BOUNCE_VERDICT_GENUINE &&
	    backscatter_burst_alarm(result->user, set, result, result->now,
				    &originals) > 0) {
		values[0] = t_strdup_printf("%llu",
					    (unsigned long long)originals);
	}
	return values;
}

const char *const *
backscatter_result_property(const struct backscatter_result *result,
			    int property)
{
	i_assert(property >= 0 && property < BOUNCE_PROPERTY_COUNT);

	if (result == NULL || result->mode != BACKSCATTER_MODE_ENFORCE)
		return backscatter_no_property(property);
	if (property == BOUNCE_PROPERTY_BURST)
		return backscatter_burst_property(result);
	if (property == BOUNCE_PROPERTY_ALARM)
		return backscatter_alarm_property(result);
	return bounce_property_get(pool_datastack_create(), property,
				   result->message, result->verdict);
}

const char *backscatter_version(void)
{
	return BACKSCATTER_NAME" "BACKSCATTER_VERSION;
}
