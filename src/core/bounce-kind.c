/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-direction.h"
#include "bounce-header.h"
#include "bounce-kind-private.h"
#include "bounce-message.h"
#include "bounce-policy.h"
#include "bounce-report.h"
#include "bounce-words.h"

static const char *
t_header_lcase(const struct bounce_header *header, const char *name)
{
	const char *value = t_bounce_header_value(header, name);

	return value == NULL ? "" : t_str_lcase(value);
}

bool bounce_kind_is_possible(const struct bounce_header *header,
			     const struct bounce_envelope *envelope)
{
	struct kind_marks marks;
	bool ret;

	T_BEGIN {
		const char *type = t_header_lcase(header, "Content-Type");

		bounce_kind_marks_get(header, envelope, &marks);
		ret = marks.sender == SENDER_NULL || marks.daemon ||
			marks.ndr || marks.failed_recipients ||
			marks.subject || marks.rejected ||
			strncmp(type, "multipart/report", 16) == 0 ||
			(marks.list_manager &&
			 strncmp(type, "multipart/", 10) == 0);
	} T_END;
	return ret;
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
		kind = bounce_kind_says_delayed(message, marks) ?
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
	quoted = t_bounce_kind_decode(value);
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

/* The reader's own message with the null sender: what a postmaster says of it
   may be in words that are not known. It came back whole and as a part, with a
   text in another language; or with its trace, to which a reader's quote does not
   go, and the text names somebody to whom it was written. */
static bool message_is_returned(const struct bounce_message *message,
				const struct kind_marks *marks,
				enum bounce_direction direction)
{
	const struct bounce_original *original = message->originals;

	if (marks->sender != SENDER_NULL ||
	    direction != BOUNCE_DIRECTION_FROM_READER ||
	    bounce_words_answer(marks->lc_subject) ||
	    bounce_words_forward(marks->lc_subject) ||
	    bounce_words_autoreply_subject(marks->lc_subject) ||
	    bounce_words_other_notice(marks->lc_subject) ||
	    bounce_kind_text_has(message, bounce_words_other_notice))
		return FALSE;
	if (original->source == BOUNCE_SOURCE_PART &&
	    original->state == BOUNCE_ORIGINAL_FULL &&
	    bounce_kind_text_has(message, text_is_foreign))
		return TRUE;
	return bounce_header_find(original->message.header,
				  "Received") != NULL &&
		bounce_kind_names_recipient(message, marks);
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
	direction = bounce_direction_get(message, marks->envelope);
	if (direction == BOUNCE_DIRECTION_TO_READER)
		return NULL;
	if (original && marks->subject)
		return "6: a mail daemon returns a message";
	if (original && message_is_returned(message, marks, direction))
		return "6: a postmaster returns a message to its sender";
	/* a postmaster sends much else */
	says = (marks->subject &&
		(marks->hard || bounce_words_mail(marks->lc_subject))) ||
		bounce_kind_text_has(message, bounce_words_text) ||
		bounce_kind_text_has(message, bounce_words_returned);
	hints = says || marks->subject ||
		bounce_kind_text_has(message, bounce_words_hint);
	if (original && hints) {
		return "6: a postmaster returns a message and says that it "
			"was not delivered";
	}
	/* nobody but a mail server leaves its name out */
	if (marks->nobody && marks->sender == SENDER_NULL &&
	    !bounce_words_autoreply_subject(marks->lc_subject) &&
	    (hints || bounce_kind_names_other(message)))
		says = TRUE;
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
	direction = bounce_direction_get(message, marks->envelope);
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
		says = bounce_kind_text_has(message, bounce_words_text) ||
			(message->report != NULL &&
			 bounce_kind_text_has(message, bounce_words_hint));
	}
	return says ? "8: the null sender returns a message and says that "
		"it was not delivered" : NULL;
}

/* The manager of a list, with whatever sender, returns a post to its author. A
   digest and what waits for a moderator come from it, too. */
static const char *
bounce_rule_list_manager(const struct bounce_message *message,
			 const struct kind_marks *marks)
{
	const struct bounce_original *original = message->originals;

	if (!marks->list_manager || original == NULL ||
	    original->next != NULL || original->source != BOUNCE_SOURCE_PART ||
	    original->state != BOUNCE_ORIGINAL_FULL ||
	    (message->parts & BOUNCE_PART_DIGEST) != 0 ||
	    bounce_direction_get(message, marks->envelope) !=
	    BOUNCE_DIRECTION_FROM_READER ||
	    !bounce_kind_same_address(message->header, "To",
				      original->message.header, "From"))
		return NULL;
	return bounce_kind_text_has(message, bounce_words_refused_post) ?
		"8: the manager of a list returns a post to its author" : NULL;
}

/* Returns the rule by which the message is a bounce, or NULL. */
static const char *
bounce_rule(const struct bounce_message *message,
	    const struct kind_marks *marks, bool *weak_r)
{
	bool report = strcmp(message->content_type, "multipart/report") == 0;
	bool null = marks->sender == SENDER_NULL;
	const char *rule;

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
	rule = bounce_rule_list_manager(message, marks);
	if (rule != NULL || marks->list)
		return rule;
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

/* A gateway has put a bounce into a message that looks like it: the same sender,
   recipient and subject. Returns its kind, or NONE. */
static enum bounce_kind
kind_of_wrapped(const struct bounce_message *message,
		const struct kind_marks *marks)
{
	static const struct bounce_envelope no_envelope;
	const struct bounce_original *original = message->originals;
	struct bounce_kind_result result;
	const char *subject;

	if (original == NULL || original->source != BOUNCE_SOURCE_PART ||
	    marks->list || marks->sender == SENDER_OTHER ||
	    (marks->sender == SENDER_UNKNOWN && !marks->daemon) ||
	    !bounce_kind_same_address(message->header, "From",
				      original->message.header, "From") ||
	    !bounce_kind_same_address(message->header, "To",
				      original->message.header, "To"))
		return BOUNCE_KIND_NONE;
	subject = t_bounce_header_value(original->message.header, "Subject");
	if (subject != NULL &&
	    strstr(marks->lc_subject, t_bounce_kind_decode(subject)) == NULL)
		return BOUNCE_KIND_NONE;
	bounce_kind_classify(&original->message, &no_envelope, &result);
	return bounce_kind_is_bounce(result.kind) && !result.weak ?
		result.kind : BOUNCE_KIND_NONE;
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
	result_r->kind = kind_of_wrapped(message, marks);
	if (result_r->kind != BOUNCE_KIND_NONE) {
		result_r->rule = "3: a bounce, wrapped by a gateway";
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

		bounce_kind_marks_get(message->header, envelope, &marks);
		kind_classify(message, &marks, result_r);
	} T_END;
}
