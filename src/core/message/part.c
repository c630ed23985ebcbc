/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "wildcard-match.h"
#include "message/part.h"

/* The first row that matches counts. Some of these types are in no RFC, such as
   message/rfc822-headers and text/x-message-header. */
static const struct bounce_part_type part_types[] = {
	{ "message/delivery-status", BOUNCE_PART_USE_STATUS,
	  BOUNCE_PART_DELIVERY_STATUS, BOUNCE_TEXT_SCAN },
	{ "message/global-delivery-status", BOUNCE_PART_USE_STATUS,
	  BOUNCE_PART_DELIVERY_STATUS, BOUNCE_TEXT_SCAN },
	{ "message/disposition-notification", BOUNCE_PART_USE_SKIP,
	  BOUNCE_PART_DISPOSITION, 0 },
	{ "message/global-disposition-notification", BOUNCE_PART_USE_SKIP,
	  BOUNCE_PART_DISPOSITION, 0 },
	{ "message/feedback-report", BOUNCE_PART_USE_SKIP,
	  BOUNCE_PART_FEEDBACK, 0 },
	{ "message/global", BOUNCE_PART_USE_ORIGINAL,
	  BOUNCE_PART_MESSAGE, 0 },
	{ "message/partial", BOUNCE_PART_USE_ORIGINAL, BOUNCE_PART_MESSAGE, 0 },
	{ "message/*rfc822*", BOUNCE_PART_USE_ORIGINAL,
	  BOUNCE_PART_MESSAGE, 0 },
	{ "message/*rfc-822*", BOUNCE_PART_USE_ORIGINAL,
	  BOUNCE_PART_MESSAGE, 0 },
	{ "message/*header*", BOUNCE_PART_USE_ORIGINAL,
	  BOUNCE_PART_MESSAGE, 0 },
	{ "text/*rfc822*", BOUNCE_PART_USE_ORIGINAL, BOUNCE_PART_MESSAGE, 0 },
	{ "text/*rfc-822*", BOUNCE_PART_USE_ORIGINAL, BOUNCE_PART_MESSAGE, 0 },
	{ "text/*header*", BOUNCE_PART_USE_ORIGINAL, BOUNCE_PART_MESSAGE, 0 },
	{ "text/calendar", BOUNCE_PART_USE_SKIP, BOUNCE_PART_CALENDAR, 0 },
	{ "text/html", BOUNCE_PART_USE_TEXT, 0,
	  BOUNCE_TEXT_KEEP | BOUNCE_TEXT_HTML | BOUNCE_TEXT_SCAN },
	/* some servers give this type to what they return */
	{ "application/octet-stream", BOUNCE_PART_USE_TEXT, 0,
	  BOUNCE_TEXT_SCAN | BOUNCE_TEXT_TOP },
	{ "message/*", BOUNCE_PART_USE_TEXT, 0, BOUNCE_TEXT_SCAN },
	{ "text/*", BOUNCE_PART_USE_TEXT, 0,
	  BOUNCE_TEXT_KEEP | BOUNCE_TEXT_SCAN },
	{ "multipart/*", BOUNCE_PART_USE_TEXT, 0,
	  BOUNCE_TEXT_KEEP | BOUNCE_TEXT_SCAN },
	{ "*", BOUNCE_PART_USE_SKIP, 0, 0 },
};

const struct bounce_part_type *bounce_part_type_find(const char *type)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(part_types) - 1; i++) {
		if (wildcard_match(type, part_types[i].type))
			break;
	}
	return &part_types[i];
}
