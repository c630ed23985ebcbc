/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "message-address.h"
#include "bounce-charset.h"
#include "bounce-direction.h"
#include "bounce-header.h"
#include "bounce-kind.h"
#include "bounce-message.h"
#include "bounce-policy.h"
#include "bounce-report.h"
#include "bounce-words.h"

#include <ctype.h>

/* Octets of a subject or a name that are decoded. Each encoded word may name
   another charset, and to set up a conversion costs more than to read the
   message. */
#define KIND_DECODE_MAX_SIZE 998

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
	/* sent to a list, a copy for an archive, or news of something else: of
	   another message (RFC 5436 section 2.7.1), or of a session */
	bool list;
	/* the same, by marks that some bounces bear, too */
	bool list_like;
	/* RFC 3834 section 5.2: a reply, and of a Sieve script that rejects */
	bool auto_replied;
	bool rejected;
	bool subject;
	const char *lc_subject;
};

static const char *t_decode_lcase(const char *value)
{
	buffer_t *buf = t_buffer_create(256);

	bounce_charset_decode_words((const unsigned char *)value,
				    I_MIN(strlen(value), KIND_DECODE_MAX_SIZE),
				    buf);
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
	marks_r->list = bounce_words_session_subject(marks_r->lc_subject);
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

/* How many octets of white space there are, a no-break space among them. */
static size_t space_size(const unsigned char *data, size_t size)
{
	if (*data == ' ' || *data == '\t' || *data == '\r' || *data == '\n')
		return 1;
	return size >= 2 && memcmp(data, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

/* The size of the line if it is the subject of some message: what a notice
   lists, or says of the message that it is about. */
static size_t subject_line_size(const unsigned char *data, size_t size)
{
	const unsigned char *end;

	if (size < 8 || strncasecmp((const char *)data, "subject:", 8) != 0)
		return 0;
	end = memchr(data, '\n', size);
	return end == NULL ? size : (size_t)(end - data);
}

/* In lower case, and without the line breaks, which stand anywhere; with plain
   spaces and apostrophes for the typographer's, and without the lines that are
   a subject. A NUL ends what is looked at, which is no harm: no bounce has
   one. */
static const char *t_message_text(const struct bounce_message *message)
{
	const unsigned char *p = message->text, *end = p + message->text_size;
	string_t *text = t_str_new(message->text_size + 1);
	bool start = TRUE, space = FALSE;
	size_t size;

	for (; p < end; p += size) {
		if ((size = space_size(p, end - p)) > 0) {
			space = TRUE;
			if (*p == '\n')
				start = TRUE;
			continue;
		}
		if (start && (size = subject_line_size(p, end - p)) > 0)
			continue;
		start = FALSE;
		if (space)
			str_append_c(text, ' ');
		space = FALSE;
		size = 1;
		if (end - p >= 3 && memcmp(p, "\xe2\x80\x99", 3) == 0) {
			str_append_c(text, '\'');
			size = 3;
		} else {
			str_append_c(text, i_tolower(*p));
		}
	}
	return str_c(text);
}

static bool message_has_words(const struct bounce_message *message,
			      bool (*words)(const char *lc_text))
{
	return message->text_size > 0 && words(t_message_text(message));
}

static bool message_says_delayed(const struct bounce_message *message,
				 const struct kind_marks *marks)
{
	return bounce_words_delayed(marks->lc_subject) ||
		(!marks->subject &&
		 message_has_words(message, bounce_words_delayed));
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

/* Some name what they answer: "Case 12: Returned mail", of a message whose
   subject is "Returned mail". */
static bool
subject_is_quoted(const struct bounce_message *message, const char *lc_subject)
{
	const char *value, *quoted;
	size_t size = strlen(lc_subject), quoted_size;

	value = t_bounce_header_value(message->originals->message.header,
				      "Subject");
	if (value == NULL)
		return FALSE;
	quoted = t_decode_lcase(value);
	quoted_size = strlen(quoted);
	return quoted_size > 0 && quoted_size < size &&
		strcmp(lc_subject + size - quoted_size, quoted) == 0 &&
		!bounce_words_subject(t_strndup(lc_subject,
						size - quoted_size));
}

static bool message_is_status_report(const struct bounce_message *message)
{
	return strcmp(message->content_type, "multipart/report") == 0 &&
		null_strcmp(message->report_type, "delivery-status") == 0;
}

static bool text_is_foreign(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x80)
			return TRUE;
	}
	return FALSE;
}

/* The reader's own message, whole and as a part, with the null sender: what a
   postmaster says of it may be in a language of which no words are known. */
static bool message_is_returned(const struct bounce_message *message,
				const struct kind_marks *marks,
				enum bounce_direction direction)
{
	return marks->sender == SENDER_NULL &&
		direction == BOUNCE_DIRECTION_FROM_READER &&
		message->originals->source == BOUNCE_SOURCE_PART &&
		message->originals->state == BOUNCE_ORIGINAL_FULL &&
		!bounce_words_answer(marks->lc_subject) &&
		!bounce_words_forward(marks->lc_subject) &&
		!bounce_words_autoreply_subject(marks->lc_subject) &&
		message_has_words(message, text_is_foreign);
}

/* A mail daemon, or its postmaster, with the null sender as far as is known. */
static const char *
bounce_rule_daemon(const struct bounce_message *message,
		   const struct kind_marks *marks)
{
	bool original = message->originals != NULL;
	enum bounce_direction direction;
	bool says, hints;

	if (original && marks->hard)
		return "6: a mail daemon returns a message";
	direction = bounce_direction_get(message);
	if (direction == BOUNCE_DIRECTION_TO_READER)
		return NULL;
	if (original && marks->subject)
		return "6: a mail daemon returns a message";
	if (message_is_returned(message, marks, direction))
		return "6: a postmaster returns a message to its sender";
	/* a postmaster sends much else */
	says = (marks->subject &&
		(marks->hard || bounce_words_mail(marks->lc_subject))) ||
		message_has_words(message, bounce_words_text) ||
		message_has_words(message, bounce_words_returned);
	hints = says || marks->subject ||
		message_has_words(message, bounce_words_hint);
	if (original && hints) {
		return "6: a postmaster returns a message and says that it "
			"was not delivered";
	}
	/* or names those who did not get it */
	return says || (hints && message->report != NULL) ?
		"7: a mail daemon says that a message was not delivered" :
		NULL;
}

/* The null sender, and From is anybody. */
static const char *
bounce_rule_null(const struct bounce_message *message,
		 const struct kind_marks *marks)
{
	enum bounce_direction direction;
	bool answer, says;

	/* the text is searched only where it decides */
	if (message->originals == NULL || marks->list_like ||
	    bounce_words_forward(marks->lc_subject))
		return NULL;
	/* nothing is returned to who has sent a bounce */
	if (message_is_status_report(&message->originals->message))
		return NULL;
	direction = bounce_direction_get(message);
	if (direction == BOUNCE_DIRECTION_TO_READER)
		return NULL;
	answer = bounce_words_answer(marks->lc_subject);
	says = marks->subject && !answer &&
		!subject_is_quoted(message, marks->lc_subject) &&
		(direction == BOUNCE_DIRECTION_FROM_READER ||
		 message->report != NULL ||
		 bounce_words_mail(marks->lc_subject));
	if (!says && !marks->auto_replied &&
	    !bounce_words_autoreply_subject(marks->lc_subject) &&
	    /* an answer quotes */
	    (!answer || message->originals->source == BOUNCE_SOURCE_PART)) {
		says = message_has_words(message, bounce_words_text) ||
			(message->report != NULL &&
			 message_has_words(message, bounce_words_hint));
	}
	return says ? "8: the null sender returns a message and says that "
		"it was not delivered" : NULL;
}

/* Returns the rule by which the message is a bounce, or NULL. */
static const char *
bounce_rule(const struct bounce_message *message,
	    const struct kind_marks *marks, bool *weak_r)
{
	bool report = strcmp(message->content_type, "multipart/report") == 0;
	bool null = marks->sender == SENDER_NULL;

	if (message_is_status_report(message))
		return "3: multipart/report of a delivery status";
	if ((message->parts & BOUNCE_PART_DELIVERY_STATUS) != 0 &&
	    (report || null || marks->daemon || marks->subject)) {
		/* who forwards a bounce may send its parts on */
		*weak_r = marks->sender == SENDER_OTHER && !report &&
			!marks->daemon;
		return "4: a delivery status part";
	}
	if (marks->failed_recipients && marks->daemon)
		return "5: X-Failed-Recipients from a mail daemon";
	if (marks->ndr && (marks->daemon || null))
		return "5: marked as a non-delivery report";
	if (marks->list)
		return NULL;
	if (marks->daemon && marks->sender != SENDER_OTHER)
		return bounce_rule_daemon(message, marks);
	if (null)
		return bounce_rule_null(message, marks);
	if (marks->daemon && marks->subject && message->originals != NULL) {
		*weak_r = TRUE;
		return "9: a mail daemon returns a message, but not with "
			"the null sender";
	}
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
