/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "message-address.h"
#include "bounce-direction.h"
#include "bounce-header.h"
#include "bounce-message.h"
#include "bounce-policy.h"
#include "bounce-report.h"

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

/* Those whose mailbox it may be. */
struct direction_readers {
	const struct message_address *list[4];
	unsigned int count;
	/* the recipient of the envelope, or NULL */
	const struct message_address *rcpt;
};

static const struct message_address *t_address_parse(const char *value)
{
	const struct message_address *addr;

	if (value == NULL)
		return NULL;
	addr = message_address_parse(pool_datastack_create(),
				     (const unsigned char *)value,
				     strlen(value), 1, 0);
	if (addr == NULL || addr->mailbox == NULL || addr->domain == NULL ||
	    *addr->domain == '\0')
		return NULL;
	return addr;
}

static bool address_is(const struct message_address *addr, const char *value)
{
	const struct message_address *other;

	other = value == NULL ? NULL : t_address_parse(value);
	return other != NULL &&
		strcasecmp(other->mailbox, addr->mailbox) == 0 &&
		strcasecmp(other->domain, addr->domain) == 0;
}

/* TRUE if To names somebody elsewhere, who did not get the original: some write
   a bounce to him whom it is about. */
static bool to_is_failed(const struct bounce_message *message,
			 const struct message_address *to,
			 const struct message_address *rcpt)
{
	const struct bounce_report *report = message->report;
	unsigned int i;

	if (report == NULL || rcpt == NULL ||
	    strcasecmp(to->domain, rcpt->domain) == 0)
		return FALSE;
	for (i = 0; i < report->recipients_count; i++) {
		if (address_is(to, report->recipients[i].final_recipient) ||
		    address_is(to, report->recipients[i].original_recipient))
			return TRUE;
	}
	return FALSE;
}

static void readers_add(struct direction_readers *readers, const char *value)
{
	const struct message_address *addr = t_address_parse(value);

	if (addr != NULL)
		readers->list[readers->count++] = addr;
}

static void readers_get(const struct bounce_message *message,
			const struct bounce_envelope *envelope,
			struct direction_readers *readers_r)
{
	const char *to = t_bounce_header_value(message->header, "To");
	const struct message_address *addr = t_address_parse(to);

	i_zero(readers_r);
	readers_r->rcpt = t_address_parse(envelope->rcpt_to);
	readers_add(readers_r, envelope->rcpt_to);
	readers_add(readers_r, envelope->orcpt);
	readers_add(readers_r, envelope->user);
	if (addr != NULL && !to_is_failed(message, addr, readers_r->rcpt))
		readers_add(readers_r, to);
}

static bool header_has_reader(const struct bounce_header *header,
			      const char *const *names,
			      const struct direction_readers *readers)
{
	unsigned int i;

	for (; *names != NULL; names++) {
		for (i = 0; i < readers->count; i++) {
			if (header_has_address(header, *names,
					       readers->list[i]))
				return TRUE;
		}
	}
	return FALSE;
}

enum bounce_direction
bounce_direction_get(const struct bounce_message *message,
		     const struct bounce_envelope *envelope)
{
	static const char *const senders[] = {
		"From", "Sender", "Return-Path", "Reply-To", "Errors-To", NULL
	};
	static const char *const recipients[] = { "To", "Cc", NULL };
	const struct bounce_header *header;
	struct direction_readers readers;

	if (message->originals == NULL)
		return BOUNCE_DIRECTION_UNKNOWN;
	header = message->originals->message.header;
	readers_get(message, envelope, &readers);
	if (header_has_reader(header, senders, &readers))
		return BOUNCE_DIRECTION_FROM_READER;
	return header_has_reader(header, recipients, &readers) ?
		BOUNCE_DIRECTION_TO_READER : BOUNCE_DIRECTION_UNKNOWN;
}
