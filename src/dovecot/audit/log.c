/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "lib-event.h"
#include "event-filter.h"
#include "explain/check.h"
#include "header/header.h"
#include "message/message.h"
#include "explain/property.h"
#include "base/compat.h"
#include "base/sanitize.h"
#include "base/types.h"
#include "verdict/unsigned-sender.h"
#include "verdict/verdict.h"
#include "mail-user.h"
#include "audit/outcome.h"
#include "audit/delivered.h"
#include "settings/plugin-settings.h"
#include "audit/log.h"

/* In characters: a longer value, which a stranger may have written, is cut. */
#define BACKSCATTER_LOG_MAX_VALUE 200

/* A result while its line and its event are built. */
struct log {
	const struct backscatter_result *result;
	struct event_passthrough *e;
	/* The line of the log, or NULL if the event has none. */
	string_t *line;
};

/* The properties that are logged, and their names in both events and in the
   line. NULL: the property is not in the events, or not in the line. */
static const struct {
	enum bounce_property property;
	const char *event_name, *line_name;
} log_properties[] = {
	{ BOUNCE_PROPERTY_ORIGINAL, "original", "original" },
	{ BOUNCE_PROPERTY_DOMAIN, "domain", "domain" },
	{ BOUNCE_PROPERTY_SELECTOR, "selector", "selector" },
	{ BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID,
	  "original_message_id", "original-msgid" },
	{ BOUNCE_PROPERTY_REPORTING_MTA, "reporting_mta", "reporting-mta" },
	{ BOUNCE_PROPERTY_SPF, "spf", "spf" },
	{ BOUNCE_PROPERTY_REPORTER_SPF, "reporter_spf", "reporter-spf" },
	{ BOUNCE_PROPERTY_REPORTER_ALIGNMENT,
	  "reporter_alignment", "reporter-alignment" },
	{ BOUNCE_PROPERTY_PROOF, "proof", "proof" },
	{ BOUNCE_PROPERTY_RECIPIENT_LINKAGE, "recipient_linkage", NULL }
};

static const char *
backscatter_log_property(const struct backscatter_result *result,
			 enum bounce_property property)
{
	const char *const *values;

	values = bounce_property_get(pool_datastack_create(), property,
				     result->verdict);
	return t_bounce_sanitize_text(values[0], BACKSCATTER_LOG_MAX_VALUE);
}

static const char *
backscatter_log_header(const struct backscatter_result *result,
		       const char *name)
{
	const char *value =
		t_bounce_header_value(result->verdict->message->header, name);

	return t_bounce_sanitize_text(value, BACKSCATTER_LOG_MAX_VALUE);
}

/* Values that a stranger wrote must not look like other fields of the line:
   replace the characters that separate fields. */
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
		t_log_word(t_bounce_sanitize_text(mail_from,
						BACKSCATTER_LOG_MAX_VALUE)));
}

/* Add a field to the event and to the line, which gets it after a comma. A NULL
   name leaves it out of that one. The line has the value as one word, without
   characters that separate fields; only a value that is not for the event is
   taken as it is: the caller has prepared it. Nothing is added if the value is
   NULL or empty. */
static void log_add(struct log *log, const char *event_name,
		    const char *line_name, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	if (event_name != NULL)
		log->e->add_str(event_name, value);
	if (log->line != NULL && line_name != NULL) {
		str_append(log->line, ", ");
		str_append(log->line, line_name);
		str_append_c(log->line, '=');
		str_append(log->line,
			   event_name == NULL ? value : t_log_word(value));
	}
}

static void log_begin(struct log *log, struct event *event, const char *name,
		      const struct backscatter_result *result)
{
	log->result = result;
	log->e = event_create_passthrough(event)->set_name(name);
	log_add(log, "verdict", NULL,
		bounce_verdict_name(result->verdict->value));
	log_add(log, "reason", NULL,
		bounce_reason_name(result->verdict->reason));
}

/* Add the fields that both events of a result have. */
static void log_add_result(struct log *log)
{
	const struct backscatter_result *result = log->result;
	unsigned int i;

	log_add(log, "message_id", NULL,
		backscatter_log_header(result, "Message-ID"));
	log_add(log, "kind", "kind",
		bounce_kind_name(result->verdict->kind.kind));
	for (i = 0; i < N_ELEMENTS(log_properties); i++) {
		log_add(log, log_properties[i].event_name,
			log_properties[i].line_name,
			backscatter_log_property(result,
						 log_properties[i].property));
	}
	log_add(log, "mode", NULL, backscatter_mode_name(result->mode));
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
			    const char *session_id)
{
	const struct bounce_verdict *verdict = result->verdict;
	struct log log = { .line = t_str_new(512) };

	str_append(log.line, t_log_line_start(result));
	log_begin(&log, event, "backscatter_checked", result);
	log_add_result(&log);
	log_add(&log, NULL, "sender",
		backscatter_log_sender(result->check->envelope.mail_from));
	log_add(&log, NULL, "from",
		t_log_phrase(backscatter_log_header(result, "From")));
	log_add(&log, "session", "session", session_id);
	log_add(&log, NULL, "mode", backscatter_mode_name(result->mode));
	e_info(log.e->event(), "%s", str_c(log.line));
	e_debug(event, "%s: %s", verdict->kind.rule,
		verdict->text == NULL ? "" : verdict->text);
}

#ifdef HAVE_EVENT_SEND_FILTER
static bool log_filter_is_empty(struct event_filter *filter)
{
	string_t *str;

	if (filter == NULL)
		return TRUE;
	str = t_str_new(128);
	event_filter_export(filter, str);
	return str_len(str) == 0;
}

/* Whether e_debug() may do anything with a named event, whatever its fields
   are: to collect these takes longer than to find this out. If there are no
   metrics, the first of these filters is empty. */
static bool log_debug_is_wanted(struct event *event)
{
	return !log_filter_is_empty(event_get_global_debug_send_filter()) ||
		!log_filter_is_empty(event_get_global_debug_log_filter()) ||
		!log_filter_is_empty(event_get_global_core_log_filter()) ||
		event_want_debug_log(event);
}
#else
/* Dovecot 2.4.5 does not tell which events are sent. */
static bool log_debug_is_wanted(struct event *event ATTR_UNUSED)
{
	return TRUE;
}
#endif

static void log_delivered(struct event *event,
			  const struct backscatter_delivered *delivered)
{
	const struct backscatter_result *result = delivered->result;
	const char *outcome = backscatter_outcome_name(delivered->outcome);
	struct log log = { .line = NULL };

	log_begin(&log, event, "backscatter_delivered", result);
	log_add_result(&log);
	log_add(&log, "outcome", NULL, outcome);
	log_add(&log, "mailbox", NULL, delivered->mailboxes);
	log_add(&log, "actions", NULL, delivered->actions);
	log_add(&log, "user", NULL, t_bounce_sanitize_text(
		delivered->user->username, BACKSCATTER_LOG_MAX_VALUE));
	log_add(&log, "sender", NULL,
		backscatter_log_sender(delivered->mail_from));
	log_add(&log, "from", NULL, backscatter_log_header(result, "From"));
	log_add(&log, "failed_recipient", NULL,
		backscatter_log_property(result,
					 BOUNCE_PROPERTY_FINAL_RECIPIENT));
	log_add(&log, "session", NULL, delivered->session_id);
	e_debug(log.e->event(), "%s: %s%s%s", t_log_line_start(result), outcome,
		*delivered->mailboxes == '\0' ? "" : " in ",
		delivered->mailboxes);
}

void backscatter_log_delivered(struct event *event,
			       const struct backscatter_delivered *delivered)
{
	if (log_debug_is_wanted(event))
		log_delivered(event, delivered);
}

static void
backscatter_log_unsigned_sender(struct event *event,
				const struct backscatter_result *result,
				const struct bounce_unsigned_sender *sender)
{
	const char *host = sender->host == NULL ? "" :
		t_bounce_sanitize_text(sender->host,
				       BACKSCATTER_LOG_MAX_VALUE);
	const char *address = sender->address == NULL ? "unknown" :
		sender->address;
	struct log log = { .line = NULL };

	log_begin(&log, event, "backscatter_unsigned_sender", result);
	log_add(&log, "domain", NULL, sender->domain);
	log_add(&log, "address", NULL, address);
	log_add(&log, "host", NULL, host);
	log_add(&log, "reporter", NULL,
		sender->reported_here ? "here" : "elsewhere");
	log_add(&log, "original_message_id", NULL,
		backscatter_log_property(result,
				BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID));
	e_debug(log.e->event(), "unsigned mail of %s came from %s (%s)",
		sender->domain, address, host);
}

void backscatter_log_unsigned(struct event *event,
			      const struct backscatter_result *result)
{
	struct bounce_unsigned_sender sender;
	pool_t pool;

	if (!log_debug_is_wanted(event))
		return;
	/* bounce_unsigned_sender_find() uses data stack frames of its own, so
	   what it returns needs another pool */
	pool = pool_alloconly_create("unsigned sender", 1024);
	if (bounce_unsigned_sender_find(pool, &result->check->policy,
					result->verdict, &sender))
		backscatter_log_unsigned_sender(event, result, &sender);
	pool_unref(&pool);
}
