/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "kind/direction.h"
#include "base/envelope.h"
#include "header/header.h"
#include "kind/kind-private.h"
#include "report/delivery-status.h"

static bool
subject_has(const struct bounce_kind_input *input, enum bounce_words words)
{
	return bounce_words_match(words, input->marks->lc_subject);
}

/* Returns which of the five kinds of RFC 3464 a bounce is. */
static enum bounce_kind
bounce_kind_of(struct bounce_kind_input *input)
{
	enum bounce_kind kind = BOUNCE_KIND_NONE;

	if (input->message->report != NULL)
		kind = bounce_report_kind(input->message->report);
	if (kind == BOUNCE_KIND_NONE) {
		kind = bounce_kind_says_delayed(input) ?
			BOUNCE_KIND_DELAYED : BOUNCE_KIND_FAILED;
	}
	return kind;
}

/* TRUE if the subject quotes the subject of the message that it answers, such
   as "Case 12: Returned mail" if that is "Returned mail". */
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
	return quoted_size < size &&
		strcmp(lc_subject + size - quoted_size, quoted) == 0 &&
		!bounce_words_match(BOUNCE_WORDS_SUBJECT,
				    t_strndup(lc_subject,
					      size - quoted_size));
}

static bool message_is_status_report(const struct bounce_message *message)
{
	return strcmp(message->content_type, "multipart/report") == 0 &&
		null_strcmp(message->report_type, "delivery-status") == 0;
}

static bool text_is_foreign(struct bounce_kind_input *input)
{
	const char *text = bounce_kind_text(input);

	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x80)
			return TRUE;
	}
	return FALSE;
}

/* TRUE if the null sender returns the reader's own message, though in words
   that are not known. Either the message came back whole and as a part, with a
   text in another language; or it came back with its trace, which people do not
   quote, and the text names one of its recipients. */
static bool message_is_returned(struct bounce_kind_input *input,
				enum bounce_direction direction)
{
	const struct bounce_original *original = input->message->originals;

	if (input->marks->sender != BOUNCE_SENDER_NULL ||
	    direction != BOUNCE_DIRECTION_FROM_READER ||
	    bounce_words_answer(input->marks->lc_subject) ||
	    subject_has(input, BOUNCE_WORDS_FORWARD) ||
	    subject_has(input, BOUNCE_WORDS_AUTOREPLY_SUBJECT) ||
	    subject_has(input, BOUNCE_WORDS_OTHER_NOTICE) ||
	    bounce_kind_text_has(input, BOUNCE_WORDS_OTHER_NOTICE))
		return FALSE;
	if (original->source == BOUNCE_SOURCE_PART &&
	    original->state == BOUNCE_ORIGINAL_FULL &&
	    text_is_foreign(input))
		return TRUE;
	return bounce_header_find(original->message.header,
				  "Received") != NULL &&
		bounce_kind_names_recipient(input);
}

/* The rules for From a mail daemon or a postmaster, if the sender is the null
   sender or is not known. */
static const char *
bounce_rule_daemon(struct bounce_kind_input *input)
{
	const struct bounce_kind_marks *marks = input->marks;
	bool original = input->message->originals != NULL;
	enum bounce_direction direction;
	bool says, hints;

	if (original && marks->hard)
		return "6: a mail daemon returns a message";
	direction = bounce_direction_get(input->message, input->envelope);
	if (direction == BOUNCE_DIRECTION_TO_READER)
		return NULL;
	if (original && marks->subject)
		return "6: a mail daemon returns a message";
	if (original && message_is_returned(input, direction))
		return "6: a postmaster returns a message to its sender";
	/* a postmaster sends other mail, too, so the words must say it */
	says = (marks->subject &&
		(marks->hard || subject_has(input, BOUNCE_WORDS_MAIL))) ||
		bounce_kind_text_has(input, BOUNCE_WORDS_TEXT) ||
		bounce_kind_text_has(input, BOUNCE_WORDS_RETURNED);
	hints = says || marks->subject ||
		bounce_kind_text_has(input, BOUNCE_WORDS_HINT);
	if (original && hints) {
		return "6: a postmaster returns a message and says that it "
			"was not delivered";
	}
	/* only mail servers leave their address out of From */
	if (marks->nobody && marks->sender == BOUNCE_SENDER_NULL &&
	    !subject_has(input, BOUNCE_WORDS_AUTOREPLY_SUBJECT) &&
	    (hints || bounce_kind_names_other(input)))
		says = TRUE;
	/* hints are enough if it names those who did not get the message */
	return says || (hints && input->message->report != NULL) ?
		"7: a mail daemon says that a message was not delivered" :
		NULL;
}

/* The rule for the null sender with any From. */
static const char *
bounce_rule_null(struct bounce_kind_input *input)
{
	const struct bounce_message *message = input->message;
	const struct bounce_kind_marks *marks = input->marks;
	enum bounce_direction direction;
	bool answer, says;

	/* the text is searched last, and only if that decides */
	if (message->originals == NULL || marks->list_like ||
	    subject_has(input, BOUNCE_WORDS_FORWARD))
		return NULL;
	/* a bounce was sent with the null sender, so it cannot come back */
	if (message_is_status_report(&message->originals->message))
		return NULL;
	direction = bounce_direction_get(message, input->envelope);
	if (direction == BOUNCE_DIRECTION_TO_READER)
		return NULL;
	answer = bounce_words_answer(marks->lc_subject);
	says = marks->subject && !answer &&
		!subject_is_quoted(message, marks->lc_subject) &&
		(direction == BOUNCE_DIRECTION_FROM_READER ||
		 message->report != NULL ||
		 subject_has(input, BOUNCE_WORDS_MAIL));
	if (!says && !marks->auto_replied &&
	    !subject_has(input, BOUNCE_WORDS_AUTOREPLY_SUBJECT) &&
	    /* the text of an answer may quote a bounce */
	    (!answer || message->originals->source == BOUNCE_SOURCE_PART)) {
		says = bounce_kind_text_has(input, BOUNCE_WORDS_TEXT) ||
			(message->report != NULL &&
			 bounce_kind_text_has(input, BOUNCE_WORDS_HINT));
	}
	return says ? "8: the null sender returns a message and says that "
		"it was not delivered" : NULL;
}

/* The rule for the manager of a list who returns a post to its author, with any
   sender. The same address sends digests and posts that wait for a moderator,
   which must not match. */
static const char *
bounce_rule_list_manager(struct bounce_kind_input *input)
{
	const struct bounce_message *message = input->message;
	const struct bounce_original *original = message->originals;

	if (!input->marks->list_manager || original == NULL ||
	    original->next != NULL || original->source != BOUNCE_SOURCE_PART ||
	    original->state != BOUNCE_ORIGINAL_FULL ||
	    (message->parts & BOUNCE_PART_DIGEST) != 0 ||
	    bounce_direction_get(message, input->envelope) !=
	    BOUNCE_DIRECTION_FROM_READER ||
	    !bounce_kind_same_address(message, "To", "From"))
		return NULL;
	return bounce_words_refused_post(bounce_kind_text(input)) ?
		"8: the manager of a list returns a post to its author" : NULL;
}

/* Returns the rule by which the message is a bounce, or NULL. */
static const char *
bounce_rule(struct bounce_kind_input *input, bool *weak_r)
{
	const struct bounce_message *message = input->message;
	const struct bounce_kind_marks *marks = input->marks;
	bool report = strcmp(message->content_type, "multipart/report") == 0;
	bool null = marks->sender == BOUNCE_SENDER_NULL;
	const char *rule;

	if (message_is_status_report(message))
		return "3: multipart/report of a delivery status";
	if ((message->parts & BOUNCE_PART_DELIVERY_STATUS) != 0 &&
	    (report || null || marks->daemon || marks->subject)) {
		/* somebody who forwards a bounce may send its parts, too */
		*weak_r = marks->sender == BOUNCE_SENDER_OTHER && !report &&
			!marks->daemon;
		return "4: a delivery status part";
	}
	if (marks->failed_recipients && marks->daemon)
		return "5: X-Failed-Recipients from a mail daemon";
	if (marks->ndr && (marks->daemon || null))
		return "5: marked as a non-delivery report";
	rule = bounce_rule_list_manager(input);
	if (rule != NULL || marks->list)
		return rule;
	if (marks->daemon && marks->sender != BOUNCE_SENDER_OTHER)
		return bounce_rule_daemon(input);
	if (null)
		return bounce_rule_null(input);
	if (marks->daemon && marks->subject && message->originals != NULL) {
		*weak_r = TRUE;
		return "9: a mail daemon returns a message, but not with "
			"the null sender";
	}
	return NULL;
}

/* Returns the kind of the bounce that a gateway has put into another message
   with the same sender, recipient and subject; NONE if this is not such a
   message. */
static enum bounce_kind
kind_of_wrapped(const struct bounce_message *message,
		const struct bounce_kind_marks *marks)
{
	static const struct bounce_envelope no_envelope;
	const struct bounce_original *original = message->originals;
	struct bounce_kind_result result;
	const char *subject;

	if (original == NULL || original->source != BOUNCE_SOURCE_PART ||
	    marks->list || marks->sender == BOUNCE_SENDER_OTHER ||
	    (marks->sender == BOUNCE_SENDER_UNKNOWN && !marks->daemon) ||
	    !bounce_kind_same_address(message, "From", "From") ||
	    !bounce_kind_same_address(message, "To", "To"))
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
kind_classify(struct bounce_kind_input *input,
	      struct bounce_kind_result *result_r)
{
	const struct bounce_message *message = input->message;
	const struct bounce_kind_marks *marks = input->marks;
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
	result_r->rule = bounce_rule(input, &result_r->weak);
	if (result_r->rule != NULL) {
		result_r->kind = bounce_kind_of(input);
		return;
	}
	result_r->weak = FALSE;
	if (marks->auto_replied ||
	    subject_has(input, BOUNCE_WORDS_AUTOREPLY_SUBJECT)) {
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
	struct bounce_kind_input input = {
		.message = message,
		.marks = message->marks,
		.envelope = envelope
	};

	i_zero(result_r);
	T_BEGIN {
		kind_classify(&input, result_r);
	} T_END;
}
