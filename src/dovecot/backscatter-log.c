/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "str-sanitize.h"
#include "lib-event.h"
#include "bounce-envelope.h"
#include "bounce-header.h"
#include "bounce-message.h"
#include "bounce-policy.h"
#include "bounce-property.h"
#include "bounce-sanitize.h"
#include "bounce-types.h"
#include "bounce-unsigned.h"
#include "bounce-verdict.h"
#include "mail-user.h"
#include "backscatter-outcome.h"
#include "backscatter-delivered.h"
#include "backscatter-settings.h"
#include "backscatter-private.h"

/* Of a value that a stranger wrote. */
#define BACKSCATTER_LOG_MAX_VALUE 200

struct backscatter_log_field {
	/* In the event, and in the line; NULL: not there. */
	const char *event_name;
	const char *line_name;
	/* NULL or empty: there is none. One that is not for the event is
	   written as the line wants it. */
	const char *value;
};

static const char *
backscatter_log_property(const struct backscatter_result *result,
			 enum bounce_property property)
{
	const char *const *values;

	values = bounce_property_get(pool_datastack_create(), property,
				     result->verdict);
	return str_sanitize_utf8(values[0], BACKSCATTER_LOG_MAX_VALUE);
}

static const char *
backscatter_log_header(const struct backscatter_result *result,
		       const char *name)
{
	const char *value =
		t_bounce_header_value(result->verdict->message->header, name);

	if (value == NULL)
		return NULL;
	return str_sanitize_utf8(t_bounce_sanitize(value, strlen(value)),
				 BACKSCATTER_LOG_MAX_VALUE);
}

/* What a stranger wrote may not look like more of our line than it is. */
static const char *t_log_without(const char *value, const char *chars)
{
	char *str = t_strdup_noconst(value), *p;

	for (p = str; (p = strpbrk(p, chars)) != NULL; p++)
		*p = '?';
	return str;
}

static const char *t_log_word(const char *value)
{
	return value == NULL ? NULL : t_log_without(value, " ,()\"");
}

static const char *t_log_phrase(const char *value)
{
	return value == NULL ? NULL :
		t_strdup_printf("\"%s\"", t_log_without(value, ",()=\""));
}

static const char *
backscatter_log_sender(const char *mail_from)
{
	if (mail_from == NULL)
		return NULL;
	return t_strdup_printf("<%s>",
		t_log_word(str_sanitize_utf8(mail_from,
					     BACKSCATTER_LOG_MAX_VALUE)));
}

/* Fields into the event, and into the line behind what it begins with. */
static void
backscatter_log_add(struct event_passthrough *e, string_t *line,
		    const struct backscatter_log_field *fields,
		    unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (fields[i].value == NULL || *fields[i].value == '\0')
			continue;
		if (fields[i].event_name != NULL)
			e->add_str(fields[i].event_name, fields[i].value);
		if (line != NULL && fields[i].line_name != NULL) {
			str_printfa(line, ", %s=%s", fields[i].line_name,
				    fields[i].event_name == NULL ?
				    fields[i].value :
				    t_log_word(fields[i].value));
		}
	}
}

/* What both events have. */
static void
backscatter_log_add_result(struct event_passthrough *e, string_t *line,
			   const struct backscatter_result *result)
{
	const struct bounce_verdict *verdict = result->verdict;
	const struct backscatter_log_field fields[] = {
		{ "verdict", NULL, bounce_verdict_name(verdict->value) },
		{ "reason", NULL, bounce_reason_name(verdict->reason) },
		{ "message_id", NULL,
		  backscatter_log_header(result, "Message-ID") },
		{ "kind", "kind", bounce_kind_name(verdict->kind.kind) },
		{ "original", "original",
		  backscatter_log_property(result, BOUNCE_PROPERTY_ORIGINAL) },
		{ "domain", "domain",
		  backscatter_log_property(result, BOUNCE_PROPERTY_DOMAIN) },
		{ "selector", "selector",
		  backscatter_log_property(result, BOUNCE_PROPERTY_SELECTOR) },
		{ "original_message_id", "original-msgid",
		  backscatter_log_property(result,
				BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID) },
		{ "reporting_mta", "reporting-mta",
		  backscatter_log_property(result,
				BOUNCE_PROPERTY_REPORTING_MTA) },
		{ "spf", "spf",
		  backscatter_log_property(result, BOUNCE_PROPERTY_SPF) },
		{ "reporter_spf", "reporter-spf",
		  backscatter_log_property(result,
				BOUNCE_PROPERTY_REPORTER_SPF) },
		{ "reporter_alignment", "reporter-alignment",
		  backscatter_log_property(result,
				BOUNCE_PROPERTY_REPORTER_ALIGNMENT) },
		{ "recipient_linkage", NULL,
		  backscatter_log_property(result,
				BOUNCE_PROPERTY_RECIPIENT_LINKAGE) },
		{ "mode", NULL, backscatter_mode_name(result->mode) }
	};

	backscatter_log_add(e, line, fields, N_ELEMENTS(fields));
}

static const char *
t_log_line_start(const struct backscatter_result *result)
{
	const char *message_id = backscatter_log_header(result, "Message-ID");

	return t_strdup_printf("msgid=%s: %s (%s)",
		message_id == NULL ? "unspecified" : t_log_word(message_id),
		bounce_verdict_name(result->verdict->value),
		bounce_reason_name(result->verdict->reason));
}

void backscatter_log_result(struct event *event,
			    const struct backscatter_result *result,
			    const struct bounce_envelope *envelope,
			    const char *session_id)
{
	const struct bounce_verdict *verdict = result->verdict;
	const struct backscatter_log_field fields[] = {
		{ NULL, "sender", backscatter_log_sender(envelope->mail_from) },
		{ NULL, "from", t_log_phrase(
			backscatter_log_header(result, "From")) },
		{ "session", "session", session_id },
		{ NULL, "mode", backscatter_mode_name(result->mode) }
	};
	struct event_passthrough *e = event_create_passthrough(event)->
		set_name("backscatter_checked");
	string_t *line = t_str_new(512);

	str_append(line, t_log_line_start(result));
	backscatter_log_add_result(e, line, result);
	backscatter_log_add(e, line, fields, N_ELEMENTS(fields));
	e_info(e->event(), "%s", str_c(line));
	e_debug(event, "%s: %s", verdict->kind.rule,
		verdict->text == NULL ? "" : verdict->text);
}

void backscatter_log_delivered(struct event *event,
			       const struct backscatter_delivered *delivered)
{
	const struct backscatter_result *result = delivered->result;
	const char *outcome = backscatter_outcome_name(delivered->outcome);
	const struct backscatter_log_field fields[] = {
		{ "outcome", NULL, outcome },
		{ "mailbox", NULL, delivered->mailboxes },
		{ "actions", NULL, delivered->actions },
		{ "user", NULL, str_sanitize_utf8(delivered->user->username,
						  BACKSCATTER_LOG_MAX_VALUE) },
		{ "sender", NULL,
		  backscatter_log_sender(delivered->mail_from) },
		{ "from", NULL, backscatter_log_header(result, "From") },
		{ "failed_recipient", NULL,
		  backscatter_log_property(result,
				BOUNCE_PROPERTY_FINAL_RECIPIENT) },
		{ "session", NULL, delivered->session_id }
	};
	struct event_passthrough *e = event_create_passthrough(event)->
		set_name("backscatter_delivered");

	backscatter_log_add_result(e, NULL, result);
	backscatter_log_add(e, NULL, fields, N_ELEMENTS(fields));
	e_debug(e->event(), "%s: %s%s%s", t_log_line_start(result), outcome,
		*delivered->mailboxes == '\0' ? "" : " in ",
		delivered->mailboxes);
}

static void
backscatter_log_unsigned_sender(struct event *event,
				const struct backscatter_result *result,
				const struct bounce_unsigned_sender *sender)
{
	const struct bounce_verdict *verdict = result->verdict;
	const char *message_id, *host;
	struct event_passthrough *e;

	message_id = backscatter_log_property(result,
				BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID);
	host = sender->host == NULL ? NULL :
		str_sanitize_utf8(sender->host, BACKSCATTER_LOG_MAX_VALUE);
	e = event_create_passthrough(event)->
		set_name("backscatter_unsigned_sender")->
		add_str("verdict", bounce_verdict_name(verdict->value))->
		add_str("reason", bounce_reason_name(verdict->reason))->
		add_str("domain", sender->domain)->
		add_str("address", sender->address);
	if (host != NULL)
		e->add_str("host", host);
	if (message_id != NULL)
		e->add_str("original_message_id", message_id);
	e_debug(e->event(), "unsigned mail of %s came from %s (%s)",
		sender->domain, sender->address, host == NULL ? "" : host);
}

void backscatter_log_unsigned(struct event *event,
			      const struct backscatter_result *result,
			      const struct bounce_policy *policy)
{
	struct bounce_unsigned_sender sender;
	pool_t pool;

	/* not the data stack: the search has frames of its own */
	pool = pool_alloconly_create("unsigned sender", 1024);
	if (bounce_unsigned_sender_find(pool, policy, result->verdict,
					&sender))
		backscatter_log_unsigned_sender(event, result, &sender);
	pool_unref(&pool);
}
