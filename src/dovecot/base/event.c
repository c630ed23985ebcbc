/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "lib-event.h"
#include "base/event.h"
#include "base/throttle.h"

#include <time.h>

struct event_category backscatter_event_category = {
	.name = "backscatter"
};

/* Bounded, because some texts contain a domain from a recipient's address, and
   a sender may choose that. */
static struct backscatter_throttle backscatter_config_errors = {
	.interval = 3600
};

struct event *backscatter_event_create(struct event *parent)
{
	struct event *event = event_create(parent);

	event_add_category(event, &backscatter_event_category);
	event_set_append_log_prefix(event, "backscatter: ");
	return event;
}

void backscatter_log_config_error(struct event *event, const char *error)
{
	if (backscatter_throttle_once(&backscatter_config_errors, error,
				      time(NULL)))
		e_error(event, "%s", error);
}

void backscatter_log_config_warning(struct event *event, const char *warning)
{
	if (backscatter_throttle_once(&backscatter_config_errors, warning,
				      time(NULL)))
		e_warning(event, "%s", warning);
}
