/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "message-address.h"
#include "bounce-address.h"
#include "bounce-charset.h"
#include "bounce-header.h"
#include "bounce-kind-private.h"
#include "bounce-policy.h"
#include "bounce-words.h"

/* Octets of a subject or a name that are decoded. Each encoded word may name
   another charset, and to set up a conversion costs more than to read the
   message. */
#define KIND_DECODE_MAX_SIZE 998

const char *t_bounce_kind_decode(const char *value)
{
	buffer_t *buf = t_buffer_create(256);

	bounce_charset_decode_words((const unsigned char *)value,
				    I_MIN(strlen(value), KIND_DECODE_MAX_SIZE),
				    buf);
	return t_str_lcase(t_strndup(buf->data, buf->used));
}

/*
 * The sender
 */

static bool local_part_is_daemon(const char *address)
{
	static const char *const daemons[] = {
		"mailer-daemon", "double-bounce", "<null>", "null"
	};
	const char *local_part = t_strcut(address, '@');
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(daemons); i++) {
		if (strcasecmp(local_part, daemons[i]) == 0)
			return TRUE;
	}
	return FALSE;
}

static enum sender sender_get(const struct bounce_header *header,
			      const struct bounce_envelope *envelope)
{
	const char *address = envelope->mail_from;

	if (address == NULL) {
		address = t_bounce_header_value(header, "Return-Path");
		if (address == NULL)
			return SENDER_UNKNOWN;
		address = t_bounce_address_strip(address);
	}
	return *address == '\0' || local_part_is_daemon(address) ?
		SENDER_NULL : SENDER_OTHER;
}

static void
marks_get_from(const struct bounce_header *header, struct kind_marks *marks)
{
	const char *value = t_bounce_header_value(header, "From");
	const struct message_address *addr;

	if (value == NULL)
		return;
	addr = message_address_parse(pool_datastack_create(),
				     (const unsigned char *)value,
				     strlen(value), 1, 0);
	if (addr == NULL || addr->mailbox == NULL || *addr->mailbox == '\0') {
		marks->hard = marks->daemon = marks->nobody = TRUE;
		return;
	}
	marks->list_manager =
		bounce_words_list_manager(t_str_lcase(addr->mailbox));
	marks->hard = strcasecmp(addr->mailbox, "mailer-daemon") == 0;
	marks->daemon = marks->hard ||
		bounce_words_daemon_local_part(t_str_lcase(addr->mailbox)) ||
		(addr->name != NULL &&
		 bounce_words_daemon_name(t_bounce_kind_decode(addr->name)));
}

/*
 * The header
 */

static bool field_is_of_list(const struct bounce_header *header,
			     const struct bounce_field *field)
{
	static const char *const names[] = {
		"List-Id", "List-Unsubscribe", "List-Post",
		/* Exchange sends a copy of each message to its archive */
		"X-MS-Journal-Report"
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(names); i++) {
		if (bounce_field_is(header, field, names[i]))
			return TRUE;
	}
	return FALSE;
}

static bool field_is_like_a_lists(const struct bounce_header *header,
				  const struct bounce_field *field)
{
	return bounce_field_is(header, field, "Mailing-List") ||
		(bounce_field_is(header, field, "Precedence") &&
		 strcasecmp(t_bounce_field_value(header, field, 64),
			    "list") == 0);
}

static void marks_get_field(const struct bounce_header *header,
			    const struct bounce_field *field,
			    struct kind_marks *marks)
{
	const char *value;

	if (bounce_field_is(header, field, "X-Failed-Recipients"))
		marks->failed_recipients = TRUE;
	else if (bounce_field_is(header, field,
				 "X-MS-Exchange-Message-Is-Ndr") ||
		 bounce_field_is(header, field, "X-MS-Embedded-Report"))
		marks->ndr = TRUE;
	else if (field_is_of_list(header, field))
		marks->list = TRUE;
	else if (field_is_like_a_lists(header, field))
		marks->list_like = TRUE;
	else if (bounce_field_is(header, field, "X-Mimecast-Originator")) {
		value = t_bounce_field_value(header, field, 64);
		if (strcmp(value, "<>") == 0)
			marks->ndr = TRUE;
	} else if (bounce_field_is(header, field, "Auto-Submitted")) {
		value = t_str_lcase(t_bounce_field_value(header, field, 256));
		if (strstr(value, "(failure)") != NULL)
			marks->ndr = TRUE;
		if (strncmp(value, "auto-replied", 12) == 0) {
			marks->auto_replied = TRUE;
			marks->rejected = strstr(value, "(rejected)") != NULL;
		} else if (strncmp(value, "auto-notified", 13) == 0) {
			marks->list = TRUE;
		}
	}
}

void bounce_kind_marks_get(const struct bounce_header *header,
			   const struct bounce_envelope *envelope,
			   struct kind_marks *marks_r)
{
	const char *subject;
	unsigned int i;

	i_zero(marks_r);
	marks_r->envelope = envelope;
	marks_r->sender = sender_get(header, envelope);
	marks_get_from(header, marks_r);
	subject = t_bounce_header_value(header, "Subject");
	marks_r->lc_subject = subject == NULL ? "" : t_bounce_kind_decode(subject);
	marks_r->subject = bounce_words_subject(marks_r->lc_subject);
	marks_r->list = bounce_words_session_subject(marks_r->lc_subject);
	for (i = 0; i < header->fields_count; i++)
		marks_get_field(header, &header->fields[i], marks_r);
}
