/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "message-address.h"
#include "wildcard-match.h"
#include "name/address.h"
#include "base/charset.h"
#include "base/envelope.h"
#include "header/header.h"
#include "wording/marks.h"
#include "wording/wordings.h"

/* How many octets of a subject or a name are decoded. Each encoded word may
   name another charset, and setting up a conversion takes longer than reading
   the message. */
#define KIND_DECODE_MAX_SIZE 998
/* How many octets are read of a field whose value may be a mark. */
#define MARK_VALUE_MAX_SIZE 256

const char *t_bounce_kind_decode(const char *value)
{
	buffer_t *buf = t_buffer_create(256);

	bounce_charset_decode_words((const unsigned char *)value,
				    I_MIN(strlen(value), KIND_DECODE_MAX_SIZE),
				    buf);
	return t_str_lcase(t_strndup(buf->data, buf->used));
}

static enum bounce_sender sender_get(const struct bounce_header *header,
				     const struct bounce_envelope *envelope)
{
	const char *address = envelope->mail_from;

	if (address == NULL) {
		address = t_bounce_header_value(header, "Return-Path");
		if (address == NULL)
			return BOUNCE_SENDER_UNKNOWN;
		address = t_bounce_address_strip(address);
	}
	return *address == '\0' ||
		bounce_words_match(BOUNCE_WORDS_NULL_LOCAL_PART,
				   t_str_lcase(t_strcut(address, '@'))) ?
		BOUNCE_SENDER_NULL : BOUNCE_SENDER_OTHER;
}

static void marks_get_from(const struct bounce_header *header,
			   struct bounce_kind_marks *marks)
{
	const char *value = t_bounce_header_value(header, "From");
	const char *local_part;
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
	local_part = t_str_lcase(addr->mailbox);
	marks->list_manager =
		bounce_words_match(BOUNCE_WORDS_MANAGER_NAME, local_part) ||
		bounce_words_match(BOUNCE_WORDS_MANAGER_ROLE, local_part);
	marks->hard = strcmp(local_part, "mailer-daemon") == 0;
	marks->daemon = marks->hard ||
		bounce_words_match(BOUNCE_WORDS_DAEMON_LOCAL_PART,
				   local_part) ||
		(addr->name != NULL &&
		 bounce_words_match(BOUNCE_WORDS_DAEMON_NAME,
				    t_bounce_kind_decode(addr->name)));
}

/* Fields that are a mark if their value matches the pattern; case makes no
   difference. */
#define FIELD(name, value, mark) \
	{ name, value, offsetof(struct bounce_kind_marks, mark) }
static const struct {
	const char *name, *value;
	size_t offset;
} mark_fields[] = {
	FIELD("X-Failed-Recipients", "*", failed_recipients),
	FIELD("X-MS-Exchange-Message-Is-Ndr", "*", ndr),
	FIELD("X-MS-Embedded-Report", "*", ndr),
	FIELD("X-Mimecast-Originator", "<>", ndr),
	FIELD("Auto-Submitted", "*(failure)*", ndr),
	FIELD("Auto-Submitted", "auto-replied*", auto_replied),
	FIELD("Auto-Submitted", "auto-replied*(rejected)*", rejected),
	FIELD("Auto-Submitted", "auto-notified*", list),
	FIELD("List-Id", "*", list),
	FIELD("List-Unsubscribe", "*", list),
	FIELD("List-Post", "*", list),
	/* Exchange sends a copy of each message to its archive */
	FIELD("X-MS-Journal-Report", "*", list),
	FIELD("X-Backscatter-Notice", "*", notice),
	FIELD("Mailing-List", "*", list_like),
	FIELD("Precedence", "list", list_like),
};

static void marks_get_field(const struct bounce_header *header,
			    const struct bounce_field *field,
			    struct bounce_kind_marks *marks)
{
	const char *value;
	unsigned int i;

	/* few fields begin with the letter of one in the table */
	if (strchr("AaLlMmPpXx", header->data[field->offset]) == NULL)
		return;
	for (i = 0; i < N_ELEMENTS(mark_fields); i++) {
		if (!bounce_field_is(header, field, mark_fields[i].name))
			continue;
		value = t_bounce_field_value(header, field,
					     MARK_VALUE_MAX_SIZE);
		if (wildcard_match_icase(value, mark_fields[i].value)) {
			*(bool *)PTR_OFFSET(marks, mark_fields[i].offset) =
				TRUE;
		}
	}
}

static bool marks_allow_bounce(const struct bounce_header *header,
			       const struct bounce_kind_marks *marks)
{
	const char *type = t_bounce_header_value(header, "Content-Type");

	return marks->sender == BOUNCE_SENDER_NULL || marks->daemon ||
		marks->ndr || marks->failed_recipients || marks->subject ||
		marks->rejected ||
		(type != NULL &&
		 (strncasecmp(type, "multipart/report", 16) == 0 ||
		  (marks->list_manager &&
		   strncasecmp(type, "multipart/", 10) == 0)));
}

void t_bounce_kind_marks(const struct bounce_header *header,
			 const struct bounce_envelope *envelope,
			 struct bounce_kind_marks *marks_r)
{
	const char *value = t_bounce_header_value(header, "Subject");
	unsigned int i;

	i_zero(marks_r);
	marks_r->sender = sender_get(header, envelope);
	marks_get_from(header, marks_r);
	marks_r->lc_subject = value == NULL ? "" : t_bounce_kind_decode(value);
	marks_r->subject = bounce_words_match(BOUNCE_WORDS_SUBJECT,
					      marks_r->lc_subject);
	marks_r->list = bounce_words_match(BOUNCE_WORDS_SESSION_SUBJECT,
					   marks_r->lc_subject);
	for (i = 0; i < header->fields_count; i++)
		marks_get_field(header, &header->fields[i], marks_r);
	marks_r->possible = marks_allow_bounce(header, marks_r);
}

const struct bounce_kind_marks *
bounce_kind_marks_get(pool_t pool, const struct bounce_header *header,
		      const struct bounce_envelope *envelope)
{
	struct bounce_kind_marks *marks =
		p_new(pool, struct bounce_kind_marks, 1);

	T_BEGIN {
		t_bounce_kind_marks(header, envelope, marks);
		marks->lc_subject = p_strdup(pool, marks->lc_subject);
	} T_END;
	return marks;
}
