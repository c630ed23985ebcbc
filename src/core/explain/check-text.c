/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "unichar.h"
#include "iso8601-date.h"
#include "explain/check.h"
#include "message/message.h"
#include "explain/property.h"
#include "report/delivery-status.h"
#include "base/sanitize.h"
#include "verdict/verdict.h"

#include <time.h>

#define TEXT_COLUMNS 79
#define TEXT_INDENT 14

/* How many recipients of one report are shown. */
#define TEXT_MAX_RECIPIENTS 10
/* How many characters of a value from outside are shown. */
#define TEXT_MAX_VALUE 500

/* Returns an untrusted value in a form that is safe on a terminal. */
static const char *t_text_value(const char *value)
{
	return t_bounce_sanitize_text(value, TEXT_MAX_VALUE);
}

static void text_spaces(string_t *dest, unsigned int count)
{
	while (count-- > 0)
		str_append_c(dest, ' ');
}

/* Append a text that begins in this column, broken between words. The lines
   after the first begin in the column indent. */
static void
text_wrap(string_t *dest, unsigned int column, unsigned int indent,
	  const char *text)
{
	unsigned int width;
	bool first = TRUE;
	size_t size;

	for (;;) {
		text += strspn(text, " ");
		if (*text == '\0')
			break;
		size = strcspn(text, " ");
		width = uni_utf8_strlen_n(text, size);
		if (!first && column + 1 + width > TEXT_COLUMNS) {
			str_append_c(dest, '\n');
			text_spaces(dest, indent);
			column = indent;
		} else if (!first) {
			str_append_c(dest, ' ');
			column++;
		}
		str_append_data(dest, text, size);
		column += width;
		text += size;
		first = FALSE;
	}
	str_append_c(dest, '\n');
}

/* Append a step: its name at the left, and the text about it in the column
   beside it. */
static void text_step(string_t *dest, const char *name, const char *text)
{
	str_printfa(dest, "  %-*s", TEXT_INDENT - 2, name);
	text_wrap(dest, TEXT_INDENT, TEXT_INDENT, text);
}

/* Append one more thing about the step; all lines after its first are
   indented. */
static void text_more(string_t *dest, const char *text)
{
	text_spaces(dest, TEXT_INDENT);
	text_wrap(dest, TEXT_INDENT, TEXT_INDENT + 2, text);
}

static void
text_kind(string_t *dest, const struct bounce_check *check)
{
	static const char *const explained[] = {
		[BOUNCE_KIND_NONE] = "not a bounce",
		[BOUNCE_KIND_FAILED] = "a bounce: delivery failed",
		[BOUNCE_KIND_DELAYED] = "a bounce: delivery is delayed",
		[BOUNCE_KIND_DELIVERED] = "a bounce: it was delivered",
		[BOUNCE_KIND_RELAYED] = "a bounce: it was relayed",
		[BOUNCE_KIND_EXPANDED] = "a bounce: it was sent on to a list",
		[BOUNCE_KIND_AUTOREPLY] = "an automatic reply, not a bounce",
		[BOUNCE_KIND_MDN] = "a read receipt, not a bounce",
		[BOUNCE_KIND_FEEDBACK] = "a spam complaint, not a bounce"
	};
	const struct bounce_kind_result *kind = &check->verdict->kind;

	text_step(dest, "Message", t_strdup_printf("%s (%s)",
		explained[kind->kind], bounce_kind_name(kind->kind)));
	if (kind->rule != NULL)
		text_more(dest, t_strconcat("rule ", kind->rule, NULL));
	if (kind->weak) {
		text_more(dest, "a weak rule: it may clear the message, and "
			  "is not held against it");
	}
}

static void
text_envelope(string_t *dest, const struct bounce_check *check)
{
	const struct bounce_envelope *envelope = &check->envelope;
	const char *from, *to;

	if (envelope->mail_from != NULL) {
		from = t_strdup_printf("<%s>",
				       t_text_value(envelope->mail_from));
	} else {
		from = t_bounce_header_value(check->verdict->message->header,
					     "Return-Path");
		from = from == NULL ? "an unknown sender" :
			t_strconcat(t_text_value(from), " (Return-Path)", NULL);
	}
	if (envelope->rcpt_to == NULL)
		to = "an unknown recipient";
	else {
		to = t_strdup_printf("<%s>", t_text_value(envelope->rcpt_to));
		if (check->rcpt_to_field != NULL) {
			to = t_strdup_printf("%s (%s)", to,
					     check->rcpt_to_field);
		}
	}
	if (envelope->orcpt != NULL) {
		to = t_strdup_printf("%s, once <%s>", to,
				     t_text_value(envelope->orcpt));
	}
	text_step(dest, "Envelope", t_strdup_printf("from %s to %s", from, to));
}

static void
text_recipient(string_t *dest, const struct bounce_report_recipient *rcpt)
{
	const char *address = rcpt->final_recipient != NULL ?
		rcpt->final_recipient : rcpt->original_recipient;
	string_t *line = t_str_new(128);

	str_append(line, address == NULL ? "an unnamed recipient" :
		   t_text_value(address));
	str_append_c(line, ':');
	if (rcpt->action != NULL)
		str_printfa(line, " %s", t_text_value(rcpt->action));
	if (rcpt->status != NULL)
		str_printfa(line, " %s", t_text_value(rcpt->status));
	text_more(dest, str_c(line));
	if (rcpt->diagnostic_code != NULL) {
		text_spaces(dest, TEXT_INDENT + 2);
		text_wrap(dest, TEXT_INDENT + 2, TEXT_INDENT + 2,
			  t_text_value(rcpt->diagnostic_code));
	}
}

static void text_report(string_t *dest, const struct bounce_report *report)
{
	unsigned int i, count;
	string_t *line;

	if (report == NULL) {
		text_step(dest, "Report", "none that a program could read");
		return;
	}
	line = t_str_new(128);
	str_printfa(line, "by %s", report->reporting_mta == NULL ?
		    "an unnamed server" : t_text_value(report->reporting_mta));
	if (report->arrival_date != 0) {
		str_printfa(line, ", message arrived %s",
			    iso8601_date_create_tm(
				gmtime(&report->arrival_date), INT_MAX));
	}
	text_step(dest, "Report", str_c(line));
	count = I_MIN(report->recipients_count, TEXT_MAX_RECIPIENTS);
	for (i = 0; i < count; i++)
		text_recipient(dest, &report->recipients[i]);
	if (report->recipients_count > count) {
		text_more(dest, t_strdup_printf("and %u more",
			report->recipients_count - count));
	}
}

static void
text_property(string_t *dest, const struct bounce_check *check,
	      const char *label, enum bounce_property property)
{
	const char *const *values;

	values = bounce_property_get(pool_datastack_create(), property,
				     check->verdict);
	if (*values == NULL)
		return;
	text_more(dest, t_strdup_printf("%s: %s", label, t_text_value(
		t_strarray_join(values, ", "))));
}

static void
text_original(string_t *dest, const struct bounce_check *check)
{
	static const char *const states[] = {
		[BOUNCE_ORIGINAL_NONE] = "none came back",
		[BOUNCE_ORIGINAL_HEADERS] = "its header came back, no body",
		[BOUNCE_ORIGINAL_TRUNCATED] = "came back cut short",
		[BOUNCE_ORIGINAL_FULL] = "came back whole"
	};
	static const char *const sources[] = {
		[BOUNCE_SOURCE_PART] = "as a part of its own",
		[BOUNCE_SOURCE_TEXT] = "in the text",
		[BOUNCE_SOURCE_HTML] = "in the HTML"
	};
	const struct bounce_original *original = check->verdict->original;
	enum bounce_original_state state;

	state = original == NULL ? BOUNCE_ORIGINAL_NONE : original->state;
	if (state == BOUNCE_ORIGINAL_NONE) {
		text_step(dest, "Original", states[state]);
		return;
	}
	text_step(dest, "Original", t_strdup_printf(
		"%s (%s), %u header fields, %s%s", states[state],
		bounce_original_state_name(state),
		original->message.header->fields_count,
		sources[original->source],
		original->level == 1 ? "" : t_strdup_printf(
		", from a bounce of a bounce (level %u)", original->level)));
	text_property(dest, check, "Message-ID",
		      BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID);
	text_property(dest, check, "From", BOUNCE_PROPERTY_ORIGINAL_FROM);
	text_property(dest, check, "To", BOUNCE_PROPERTY_ORIGINAL_TO);
	text_property(dest, check, "Subject",
		      BOUNCE_PROPERTY_ORIGINAL_SUBJECT);
	text_property(dest, check, "Date", BOUNCE_PROPERTY_ORIGINAL_DATE);
	text_property(dest, check, "names the failed recipient",
		      BOUNCE_PROPERTY_RECIPIENT_LINKAGE);
}

static void
text_key(string_t *dest, const struct bounce_signature_evidence *sig)
{
	string_t *line = t_str_new(128);

	if (sig->key_origin == BOUNCE_KEY_ORIGIN_NONE)
		return;
	str_printfa(line, "key: %u bits, from %s", sig->key_bits,
		    sig->key_origin == BOUNCE_KEY_ORIGIN_DIR ?
		    "the key directory" : "DNS");
	if (sig->key_retired != 0) {
		str_printfa(line, ", retired %s", iso8601_date_create_tm(
			gmtime(&sig->key_retired), INT_MAX));
	}
	text_more(dest, str_c(line));
}

static void
text_signature(string_t *dest, const struct bounce_signature_evidence *sig)
{
	const struct bounce_dkim_signature *dkim = sig->sig;

	text_step(dest, "Signature", t_strdup_printf(
		"d=%s s=%s a=%s, %s%s", t_text_value(dkim->domain),
		t_text_value(dkim->selector),
		t_text_value(dkim->algorithm_name),
		dkim->own ? "ours" : dkim->own_unknown || dkim->own_over_limit ?
			"maybe ours" : "not ours",
		sig->original->level == 1 ? "" :
		t_strdup_printf(" (level %u)", sig->original->level)));
	if (dkim->own) {
		text_more(dest, t_strdup_printf("header: %s; body: %s",
			bounce_dkim_header_name(sig->header),
			bounce_dkim_body_name(sig->body)));
		text_key(dest, sig);
		if (sig->repair != NULL) {
			text_more(dest, t_strconcat("repaired: ",
				t_text_value(sig->repair), NULL));
		}
	}
	if (sig->text != NULL) {
		text_more(dest, t_strdup_printf("%s: %s",
			bounce_reason_name(sig->reason),
			t_text_value(sig->text)));
	} else {
		text_more(dest, bounce_reason_name(sig->reason));
	}
}

static void
text_signatures(string_t *dest, const struct bounce_check *check)
{
	const struct bounce_signatures *signatures =
		check->verdict->signatures;
	unsigned int i;

	if (signatures == NULL || signatures->sigs_count == 0) {
		if (check->verdict->original != NULL)
			text_step(dest, "Signature", "none");
		return;
	}
	for (i = 0; i < signatures->sigs_count; i++) T_BEGIN {
		text_signature(dest, &signatures->sigs[i]);
	} T_END;
	if (signatures->warning != NULL)
		text_step(dest, "Warning", t_text_value(signatures->warning));
}

static void
text_spf_result(string_t *dest, const char *name,
		const struct bounce_spf_result *result)
{
	if (result->spf == BOUNCE_SPF_NOT_ASKED)
		return;
	text_step(dest, name, t_strdup_printf("%s, %s for %s",
		bounce_spf_name(result->spf), result->address,
		result->domain == NULL ? "an unnamed host" :
		t_text_value(result->domain)));
	if (result->text != NULL)
		text_more(dest, t_text_value(result->text));
}

/* Append what was counted, or why a question was not answered. */
static void
text_asked(string_t *dest, const char *name, const struct bounce_asked *asked)
{
	if (asked->text != NULL)
		text_step(dest, name, t_text_value(asked->text));
}

static void
text_proof(string_t *dest, const struct bounce_proof *proof)
{
	static const char *const texts[] = {
		[BOUNCE_PROOF_NONE] = NULL,
		[BOUNCE_PROOF_CLAIMED] = "claimed: that delivery failed is not "
			"proven, as whoever has a copy of the original can "
			"report this",
		[BOUNCE_PROOF_RECIPIENT] = "recipient: a server of the "
			"recipient's domain says that it failed",
		[BOUNCE_PROOF_OWN] = "own: our own server made this bounce, "
			"of mail that was submitted to us"
	};

	if (texts[proof->strength] != NULL)
		text_step(dest, "Proof", texts[proof->strength]);
}

static void
text_answers(string_t *dest, const struct bounce_answers *answers)
{
	const struct bounce_asked *asked;

	if (answers == NULL)
		return;
	text_spf_result(dest, "SPF", &answers->spf);
	text_spf_result(dest, "Reporter", &answers->reporter_spf);
	if (answers->reporter_alignment != NULL) {
		text_step(dest, "Alignment", t_strconcat("the sender of the "
			"bounce is of the recipient's domain: ",
			answers->reporter_alignment, NULL));
	}
	asked = answers->asked;
	text_asked(dest, "Sent copy", &asked[BOUNCE_QUESTION_SENT_COPY]);
	text_asked(dest, "Disowned", &asked[BOUNCE_QUESTION_DISOWNED]);
	text_asked(dest, "Replays", &asked[BOUNCE_QUESTION_REPLAYED]);
	text_proof(dest, &answers->proof);
}

void bounce_check_text(string_t *dest, const struct bounce_check *check)
{
	const struct bounce_message *message = check->verdict->message;
	const struct bounce_verdict *verdict = check->verdict;

	str_append(dest, t_text_value(check->file));
	if (check->number > 1)
		str_printfa(dest, ", message %u", check->number);
	str_append_c(dest, '\n');

	text_kind(dest, check);
	if (bounce_kind_is_bounce(verdict->kind.kind)) {
		text_envelope(dest, check);
		text_report(dest, message->report);
		text_original(dest, check);
		text_signatures(dest, check);
		text_answers(dest, verdict->answers);
	}
	if (bounce_check_is_over_limit(check)) {
		text_step(dest, "Limit", "a cap was reached: not all of the "
			  "message was looked at");
	}
	text_step(dest, "Verdict", t_strdup_printf("%s, %s",
		bounce_verdict_name(verdict->value),
		bounce_property_get(pool_datastack_create(),
				    BOUNCE_PROPERTY_REASON, verdict)[0]));
	if (verdict->text != NULL)
		text_step(dest, "", t_text_value(verdict->text));
	str_append_c(dest, '\n');
}
