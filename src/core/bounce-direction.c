/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "message-address.h"
#include "bounce-direction.h"
#include "bounce-header.h"
#include "bounce-message.h"

/* Addresses of one field that are looked at. */
#define DIRECTION_MAX_ADDRESSES 100

static bool
header_has_address(const struct bounce_header *header, const char *name,
		   const struct message_address *reader)
{
	const char *value = t_bounce_header_value(header, name);
	const struct message_address *addr;

	if (value == NULL)
		return FALSE;
	addr = message_address_parse(pool_datastack_create(),
				     (const unsigned char *)value,
				     strlen(value), DIRECTION_MAX_ADDRESSES, 0);
	for (; addr != NULL; addr = addr->next) {
		if (addr->mailbox != NULL && addr->domain != NULL &&
		    strcasecmp(addr->mailbox, reader->mailbox) == 0 &&
		    strcasecmp(addr->domain, reader->domain) == 0)
			return TRUE;
	}
	return FALSE;
}

enum bounce_direction
bounce_direction_get(const struct bounce_message *message)
{
	static const char *const senders[] = {
		"From", "Sender", "Return-Path", "Reply-To", "Errors-To"
	};
	const struct bounce_header *header;
	const struct message_address *reader;
	const char *value;
	unsigned int i;

	if (message->originals == NULL)
		return BOUNCE_DIRECTION_UNKNOWN;
	header = message->originals->message.header;
	value = t_bounce_header_value(message->header, "To");
	if (value == NULL)
		return BOUNCE_DIRECTION_UNKNOWN;
	reader = message_address_parse(pool_datastack_create(),
				       (const unsigned char *)value,
				       strlen(value), 1, 0);
	if (reader == NULL || reader->mailbox == NULL ||
	    reader->domain == NULL || *reader->domain == '\0')
		return BOUNCE_DIRECTION_UNKNOWN;
	for (i = 0; i < N_ELEMENTS(senders); i++) {
		if (header_has_address(header, senders[i], reader))
			return BOUNCE_DIRECTION_FROM_READER;
	}
	return header_has_address(header, "To", reader) ||
		header_has_address(header, "Cc", reader) ?
		BOUNCE_DIRECTION_TO_READER : BOUNCE_DIRECTION_UNKNOWN;
}
