/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "message-address.h"
#include "message-header-decode.h"
#include "bounce-header.h"
#include "bounce-kind.h"
#include "bounce-message.h"
#include "bounce-policy.h"
#include "bounce-report.h"
#include "bounce-words.h"

enum sender {
	SENDER_UNKNOWN = 0,
	SENDER_NULL,
	SENDER_OTHER
};

/* What the header says on the question. */
struct kind_marks {
	enum sender sender;
	/* From is a mail daemon's for certain; or of one, or its postmaster */
	bool hard;
	bool daemon;
	/* marks that only software which makes bounces sets */
	bool ndr;
	bool failed_recipients;
	/* sent to a list */
	bool list;
	/* RFC 3834 section 5.2: a reply, and of a Sieve script that rejects */
	bool auto_replied;
	bool rejected;
	bool subject;
	const char *lc_subject;
};

static const char *t_decode_lcase(const char *value)
{
	buffer_t *buf = t_buffer_create(256);

	message_header_decode_utf8((const unsigned char *)value, strlen(value),
				   buf, NULL);
	return t_str_lcase(t_strndup(buf->data, buf->used));
}

static const char *
t_header_lcase(const struct bounce_header *header, const char *name)
{
	const char *value = t_bounce_header_value(header, name);

	return value == NULL ? "" : t_str_lcase(value);
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
	size_t size;

	if (address == NULL) {
		address = t_bounce_header_value(header, "Return-Path");
		if (address == NULL)
			return SENDER_UNKNOWN;
		size = strlen(address);
		if (size >= 2 && address[0] == '<' &&
		    address[size - 1] == '>')
			address = t_strndup(address + 1, size - 2);
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
		marks->hard = marks->daemon = TRUE;
		return;
	}
	marks->hard = strcasecmp(addr->mailbox, "mailer-daemon") == 0;
	marks->daemon = marks->hard ||
		bounce_words_daemon_local_part(t_str_lcase(addr->mailbox)) ||
		(addr->name != NULL &&
		 bounce_words_daemon_name(t_decode_lcase(addr->name)));
}

/*
 * The header
 */

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
	else if (bounce_field_is(header, field, "List-Id") ||
		 bounce_field_is(header, field, "List-Unsubscribe") ||
		 bounce_field_is(header, field, "List-Post"))
		marks->list = TRUE;
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
		}
	}
}

static void marks_get(const struct bounce_header *header,
		      const struct bounce_envelope *envelope,
		      struct kind_marks *marks_r)
{
	const char *subject;
	unsigned int i;

	i_zero(marks_r);
	marks_r->sender = sender_get(header, envelope);
	marks_get_from(header, marks_r);
	subject = t_bounce_header_value(header, "Subject");
	marks_r->lc_subject = subject == NULL ? "" : t_decode_lcase(subject);
	marks_r->subject = bounce_words_subject(marks_r->lc_subject);
	for (i = 0; i < header->fields_count; i++)
		marks_get_field(header, &header->fields[i], marks_r);
}

bool bounce_kind_is_possible(const struct bounce_header *header,
			     const struct bounce_envelope *envelope)
{
	struct kind_marks marks;
	bool ret;

	T_BEGIN {
		marks_get(header, envelope, &marks);
		ret = marks.sender == SENDER_NULL || marks.daemon ||
			marks.ndr || marks.failed_recipients ||
			marks.subject || marks.rejected ||
			strncmp(t_header_lcase(header, "Content-Type"),
				"multipart/report", 16) == 0;
	} T_END;
	return ret;
}

/*
 * The rules
 */

static bool message_says_undelivered(const struct bounce_message *message)
{
	const char *text;

	if (message->text_size == 0)
		return FALSE;
	/* a NUL ends what is looked at, which is no harm: no bounce has one */
	text = t_str_lcase(t_strndup(message->text, message->text_size));
	return bounce_words_text(text);
}

static bool message_says_delayed(const struct bounce_message *message,
				 const struct kind_marks *marks)
{
	const char *text;

	if (bounce_words_delayed(marks->lc_subject))
		return TRUE;
	if (message->text_size == 0 || marks->subject)
		return FALSE;
	text = t_str_lcase(t_strndup(message->text, message->text_size));
	return bounce_words_delayed(text);
}

/* Which of the five kinds a bounce is. */
static enum bounce_kind
bounce_kind_of(const struct bounce_message *message,
	       const struct kind_marks *marks)
{
	enum bounce_kind kind = BOUNCE_KIND_NONE;

	if (message->report != NULL)
		kind = bounce_report_kind(message->report);
	if (kind == BOUNCE_KIND_NONE) {
		kind = message_says_delayed(message, marks) ?
			BOUNCE_KIND_DELAYED : BOUNCE_KIND_FAILED;
	}
	return kind;
}

/* Returns the rule by which the message is a bounce, or NULL. */
static const char *
bounce_rule(const struct bounce_message *message,
	    const struct kind_marks *marks, bool *weak_r)
{
	bool report = strcmp(message->content_type, "multipart/report") == 0;
	bool null = marks->sender == SENDER_NULL;
	bool maybe_null = marks->sender != SENDER_OTHER;
	bool original = message->originals != NULL;
	bool says;

	if (report && null_strcmp(message->report_type,
				  "delivery-status") == 0)
		return "3: multipart/report of a delivery status";
	if ((message->parts & BOUNCE_PART_DELIVERY_STATUS) != 0 &&
	    (report || null || marks->daemon || marks->subject))
		return "4: a delivery status part";
	if (marks->failed_recipients && marks->daemon)
		return "5: X-Failed-Recipients from a mail daemon";
	if (marks->ndr && (marks->daemon || null))
		return "5: marked as a non-delivery report";
	if (marks->list)
		return NULL;
	if (!maybe_null || (!null && !marks->daemon)) {
		*weak_r = TRUE;
		return marks->daemon && marks->subject && original ?
			"9: a mail daemon returns a message, but not with "
			"the null sender" : NULL;
	}
	/* the text is searched only where it decides */
	if (!marks->daemon && !original)
		return NULL;
	says = marks->subject || message_says_undelivered(message);
	if (marks->daemon && original && (marks->hard || says))
		return "6: a mail daemon returns a message";
	if (marks->daemon && says)
		return "7: a mail daemon says that a message was not "
			"delivered";
	if (null && original && says)
		return "8: the null sender returns a message and says that "
			"it was not delivered";
	return NULL;
}

static void
kind_classify(const struct bounce_message *message,
	      const struct kind_marks *marks,
	      struct bounce_kind_result *result_r)
{
	bool report = strcmp(message->content_type, "multipart/report") == 0;

	if ((message->parts & BOUNCE_PART_FEEDBACK) != 0 ||
	    (report && null_strcmp(message->report_type,
				   "feedback-report") == 0)) {
		result_r->kind = BOUNCE_KIND_FEEDBACK;
		result_r->rule = "1: a feedback report";
		return;
	}
	if ((message->parts & BOUNCE_PART_DISPOSITION) != 0 ||
	    (report && null_strcmp(message->report_type,
				   "disposition-notification") == 0)) {
		result_r->kind = marks->rejected ? BOUNCE_KIND_FAILED :
			BOUNCE_KIND_MDN;
		result_r->rule = marks->rejected ?
			"2: a Sieve script rejected the message" :
			"2: a disposition notification";
		return;
	}
	result_r->rule = bounce_rule(message, marks, &result_r->weak);
	if (result_r->rule != NULL) {
		result_r->kind = bounce_kind_of(message, marks);
		return;
	}
	result_r->weak = FALSE;
	if (marks->auto_replied ||
	    bounce_words_autoreply_subject(marks->lc_subject)) {
		result_r->kind = BOUNCE_KIND_AUTOREPLY;
		result_r->rule = "10: an automatic reply";
	} else {
		result_r->kind = BOUNCE_KIND_NONE;
		result_r->rule = "10: no mark of a bounce";
	}
}

void bounce_kind_classify(const struct bounce_message *message,
			  const struct bounce_envelope *envelope,
			  struct bounce_kind_result *result_r)
{
	i_zero(result_r);
	T_BEGIN {
		struct kind_marks marks;

		marks_get(message->header, envelope, &marks);
		kind_classify(message, &marks, result_r);
	} T_END;
}
