/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "name/address.h"
#include "kind/direction.h"
#include "base/envelope.h"
#include "header/header.h"
#include "message/message.h"
#include "report/delivery-status.h"

/* How many addresses of one field are looked at. */
#define DIRECTION_MAX_ADDRESSES 100

/* Returns the first address of the value, or NULL. */
static const char *t_first_address(const char *value)
{
	const char *address = t_bounce_address_strings(value, 1)[0];

	return address != NULL && bounce_address_string_is_whole(address) ?
		address : NULL;
}

/* TRUE if To names a recipient at another domain for whom the delivery failed:
   some servers put the address that failed into To. */
static bool to_is_failed(const struct bounce_report *report, const char *to,
			 const char *rcpt)
{
	const struct bounce_report_recipient *failed;
	unsigned int i;

	if (report == NULL || rcpt == NULL ||
	    strcmp(strrchr(to, '@'), strrchr(rcpt, '@')) == 0)
		return FALSE;
	for (i = 0; i < report->recipients_count; i++) {
		failed = &report->recipients[i];
		if (null_strcmp(to, t_first_address(
				failed->final_recipient)) == 0 ||
		    null_strcmp(to, t_first_address(
				failed->original_recipient)) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Returns the addresses of those to whom the mailbox may belong. */
static const char *const *
t_readers_get(const struct bounce_message *message,
	      const struct bounce_envelope *envelope)
{
	const char *addresses[] = {
		t_first_address(envelope->rcpt_to),
		t_first_address(envelope->orcpt),
		t_first_address(envelope->user),
		t_first_address(t_bounce_header_value(message->header, "To"))
	};
	const char *to = addresses[3];
	ARRAY_TYPE(const_string) readers;
	unsigned int i;

	if (to != NULL && to_is_failed(message->report, to, addresses[0]))
		addresses[3] = NULL;
	t_array_init(&readers, N_ELEMENTS(addresses) + 1);
	for (i = 0; i < N_ELEMENTS(addresses); i++) {
		if (addresses[i] != NULL)
			array_push_back(&readers, &addresses[i]);
	}
	array_append_zero(&readers);
	return array_front(&readers);
}

static bool header_has_reader(const struct bounce_header *header,
			      const char *const *names,
			      const char *const *readers)
{
	const char *const *address;

	for (; *names != NULL; names++) {
		address = t_bounce_address_strings(
			t_bounce_header_value(header, *names),
			DIRECTION_MAX_ADDRESSES);
		for (; *address != NULL; address++) {
			if (str_array_find(readers, *address))
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
	const char *const *readers;

	if (message->originals == NULL)
		return BOUNCE_DIRECTION_UNKNOWN;
	header = message->originals->message.header;
	readers = t_readers_get(message, envelope);
	if (header_has_reader(header, senders, readers))
		return BOUNCE_DIRECTION_FROM_READER;
	return header_has_reader(header, recipients, readers) ?
		BOUNCE_DIRECTION_TO_READER : BOUNCE_DIRECTION_UNKNOWN;
}
