/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "lib-event.h"
#include "base/types.h"
#include "verdict/verdict.h"
#include "deliver/result.h"

/* Where the result is in an event. */
#define BACKSCATTER_EVENT_PTR "backscatter_result"

void backscatter_result_attach(struct event *event,
			       const struct backscatter_result *result)
{
	const struct bounce_verdict *verdict;
	const char *kind;

	if (event_get_ptr(event, BACKSCATTER_EVENT_PTR) != NULL) {
		event_field_clear(event, BACKSCATTER_EVENT_VERDICT);
		event_field_clear(event, BACKSCATTER_EVENT_REASON);
		event_field_clear(event, BACKSCATTER_EVENT_KIND);
	}
	event_set_ptr(event, BACKSCATTER_EVENT_PTR, (void *)result);
	if (result == NULL)
		return;
	verdict = result->verdict;
	event_add_str(event, BACKSCATTER_EVENT_VERDICT,
		      bounce_verdict_name(verdict->value));
	/* most mail */
	if (verdict->kind.kind == BOUNCE_KIND_NONE)
		return;
	kind = bounce_kind_name(verdict->kind.kind);
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

void backscatter_result_conclude(struct backscatter_result *result)
{
	const struct bounce_verdict *verdict = result->verdict;

	result->is_bounce = bounce_kind_is_bounce(verdict->kind.kind);
	result->matches = result->mode == BACKSCATTER_MODE_ENFORCE &&
		(verdict->value == BOUNCE_VERDICT_BACKSCATTER ||
		 verdict->value == BOUNCE_VERDICT_DISOWNED);
}
