/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "unichar.h"
#include "iso8601-date.h"
#include "explain/check.h"
#include "verdict/linkage.h"
#include "message/message.h"
#include "explain/property.h"
#include "trace/received.h"
#include "report/delivery-status.h"
#include "base/sanitize.h"
#include "verdict/verdict.h"
#include "base/compat.h"
#include "check-json.h"

#include <time.h>

/* Append a comma, unless what follows is the first one in its object or
   array. */
static void json_next(string_t *dest)
{
	const char *text = str_c(dest);
	size_t len = str_len(dest);

	if (len > 0 && strchr("{[\n", text[len - 1]) == NULL)
		str_append_c(dest, ',');
}

static void json_key(string_t *dest, const char *key)
{
	json_next(dest);
	str_printfa(dest, "\"%s\":", key);
}

static void json_open(string_t *dest)
{
	json_next(dest);
	str_append_c(dest, '{');
}

static void json_open_array(string_t *dest, const char *key)
{
	json_key(dest, key);
	str_append_c(dest, '[');
}

/* Append valid UTF-8, and escape those control characters, too, that JSON
   allows as they are: nothing may be hidden from somebody who reads the line in
   a terminal. */
static void json_append_visible(string_t *dest, const char *value)
{
	unichar_t chr;
	int len;

	for (; *value != '\0'; value += len) {
		len = uni_utf8_get_char(value, &chr);
		i_assert(len > 0);
		if (bounce_char_is_control(chr))
			str_printfa(dest, "\\u%04x", chr);
		else
			str_append_data(dest, value, len);
	}
}

/* Append a value; NULL is written as null. Octets that are not UTF-8 are
   replaced, control characters are escaped. */
static void json_value(string_t *dest, const char *value)
{
	string_t *valid, *escaped;

	if (value == NULL) {
		str_append(dest, "null");
		return;
	}
	valid = t_str_new(128);
	if (!uni_utf8_get_valid_data((const unsigned char *)value,
				     strlen(value), valid))
		value = str_c(valid);
	str_append_c(dest, '"');
	escaped = t_str_new(128);
	json_append_escaped(escaped, value);
	json_append_visible(dest, str_c(escaped));
	str_append_c(dest, '"');
}

void check_json_text(string_t *dest, const char *key, const char *value)
{
	json_key(dest, key);
	json_value(dest, value);
}

static void json_bool(string_t *dest, const char *key, bool value)
{
	json_key(dest, key);
	str_append(dest, value ? "true" : "false");
}

static void json_number(string_t *dest, const char *key, uintmax_t value)
{
	json_key(dest, key);
	str_printfa(dest, "%ju", value);
}

/* Append a time, in the form of RFC 3339. A time of 0 is written as null. */
static void json_time(string_t *dest, const char *key, time_t value)
{
	check_json_text(dest, key, value == 0 ? NULL :
			iso8601_date_create_tm(gmtime(&value), INT_MAX));
}

/* Append the key that was found, such as
   {"origin":"dir","bits":2048,"retired":null}; or null if none was found. */
static void
json_evidence_key(string_t *dest, const struct bounce_signature_evidence *sig)
{
	static const char *const origins[] = {
		[BOUNCE_KEY_ORIGIN_NONE] = NULL,
		[BOUNCE_KEY_ORIGIN_DIR] = "dir",
		[BOUNCE_KEY_ORIGIN_DNS] = "dns"
	};

	json_key(dest, "key");
	if (sig->key_origin == BOUNCE_KEY_ORIGIN_NONE) {
		str_append(dest, "null");
		return;
	}
	str_append_c(dest, '{');
	check_json_text(dest, "origin", origins[sig->key_origin]);
	json_number(dest, "bits", sig->key_bits);
	json_time(dest, "retired", sig->key_retired);
	str_append_c(dest, '}');
}

static void
json_signature(string_t *dest, const struct bounce_signature_evidence *sig)
{
	check_json_text(dest, "domain", sig->sig->domain);
	check_json_text(dest, "selector", sig->sig->selector);
	check_json_text(dest, "algorithm", sig->sig->algorithm_name);
	json_bool(dest, "own", sig->sig->own);
	check_json_text(dest, "header", bounce_dkim_header_name(sig->header));
	check_json_text(dest, "body", bounce_dkim_body_name(sig->body));
	check_json_text(dest, "reason", bounce_reason_name(sig->reason));
	check_json_text(dest, "text", sig->text);
	check_json_text(dest, "repair", sig->repair);
	json_evidence_key(dest, sig);
	json_number(dest, "level", sig->original->level);
}

static void
json_signatures(string_t *dest, const struct bounce_signatures *signatures)
{
	unsigned int i;

	json_open_array(dest, "signatures");
	for (i = 0; signatures != NULL && i < signatures->sigs_count;
	     i++) T_BEGIN {
		json_open(dest);
		json_signature(dest, &signatures->sigs[i]);
		str_append_c(dest, '}');
	} T_END;
	str_append_c(dest, ']');
}

static void
json_recipients(string_t *dest, const struct bounce_report *report)
{
	const struct bounce_report_recipient *rcpt;
	unsigned int i;

	json_open_array(dest, "recipients");
	for (i = 0; report != NULL && i < report->recipients_count; i++) {
		rcpt = &report->recipients[i];
		json_open(dest);
		check_json_text(dest, "final_recipient", rcpt->final_recipient);
		check_json_text(dest, "original_recipient",
				rcpt->original_recipient);
		check_json_text(dest, "action", rcpt->action);
		check_json_text(dest, "status", rcpt->status);
		check_json_text(dest, "diagnostic_code", rcpt->diagnostic_code);
		check_json_text(dest, "remote_mta", rcpt->remote_mta);
		str_append_c(dest, '}');
	}
	str_append_c(dest, ']');
}

/* Append the result of SPF, or null if SPF was not asked for. */
static void
json_spf(string_t *dest, const char *key,
	 const struct bounce_spf_result *result)
{
	json_key(dest, key);
	if (result == NULL || result->spf == BOUNCE_SPF_NOT_ASKED) {
		str_append(dest, "null");
		return;
	}
	str_append_c(dest, '{');
	check_json_text(dest, "result", bounce_spf_name(result->spf));
	check_json_text(dest, "address", result->address);
	check_json_text(dest, "domain", result->domain);
	check_json_text(dest, "text", result->text);
	str_append_c(dest, '}');
}

static void
json_answers(string_t *dest, const struct bounce_answers *answers)
{
	json_spf(dest, "spf", answers == NULL ? NULL : &answers->spf);
	json_spf(dest, "reporter_spf", answers == NULL ? NULL :
		 &answers->reporter_spf);
	check_json_text(dest, "reporter_alignment", answers == NULL ? NULL :
			answers->reporter_alignment);
}

static const char *const *
t_json_values(const struct bounce_check *check, enum bounce_property property)
{
	return bounce_property_get(pool_datastack_create(), property,
				   check->verdict);
}

/* Append the first value of a property, or null if it has none. The dashes in
   the property's name become underscores: "original_date". */
static void
json_property(string_t *dest, const struct bounce_check *check,
	      enum bounce_property property)
{
	const char *name = bounce_property_name(property);

	check_json_text(dest, t_str_replace(name, '-', '_'),
			t_json_values(check, property)[0]);
}

/* Append what the text output also shows of the original. */
static void
json_original(string_t *dest, const struct bounce_check *check)
{
	const char *const *to;

	json_property(dest, check, BOUNCE_PROPERTY_ORIGINAL_FROM);
	json_open_array(dest, "original_to");
	to = t_json_values(check, BOUNCE_PROPERTY_ORIGINAL_TO);
	for (; *to != NULL; to++) {
		json_next(dest);
		json_value(dest, *to);
	}
	str_append_c(dest, ']');
	json_property(dest, check, BOUNCE_PROPERTY_ORIGINAL_SUBJECT);
	json_property(dest, check, BOUNCE_PROPERTY_ORIGINAL_DATE);
}

static void
json_received(string_t *dest, const struct bounce_received *received)
{
	check_json_text(dest, "helo", received->helo);
	check_json_text(dest, "host", received->host);
	check_json_text(dest, "address", received->ip.family == 0 ? NULL :
			net_ip2addr(&received->ip));
	check_json_text(dest, "by", received->by);
	check_json_text(dest, "with", received->with);
	check_json_text(dest, "id", received->id);
	check_json_text(dest, "for", received->rcpt);
	json_bool(dest, "authenticated", received->authenticated);
	check_json_text(dest, "user", received->auth_user);
	json_time(dest, "date", received->date);
}

/* Append the Received fields of the original, from the top. */
static void
json_trace(string_t *dest, const struct bounce_original *original)
{
	const struct bounce_received *received;

	json_open_array(dest, "trace");
	if (original != NULL) {
		array_foreach(bounce_received_get(original->message.header),
			      received) T_BEGIN {
			json_open(dest);
			json_received(dest, received);
			str_append_c(dest, '}');
		} T_END;
	}
	str_append_c(dest, ']');
}

/* Append where the addresses of the envelope were found, and what else the text
   output shows. */
static void json_rest(string_t *dest, const struct bounce_check *check)
{
	static const char *const sources[] = {
		[BOUNCE_SOURCE_PART] = "part",
		[BOUNCE_SOURCE_TEXT] = "text",
		[BOUNCE_SOURCE_HTML] = "html"
	};
	const struct bounce_verdict *verdict = check->verdict;
	const struct bounce_report *report = check->verdict->message->report;
	const char *matched = NULL;

	if (bounce_kind_is_bounce(verdict->kind.kind)) {
		(void)bounce_linkage_find(verdict->message, verdict->original,
					  &matched);
	}
	check_json_text(dest, "matched_recipient", matched);
	json_trace(dest, verdict->original);
	check_json_text(dest, "original_source", verdict->original == NULL ?
			NULL : sources[verdict->original->source]);
	check_json_text(dest, "mail_from", check->envelope.mail_from);
	check_json_text(dest, "rcpt_to_field", check->rcpt_to_field);
	check_json_text(dest, "orcpt", check->envelope.orcpt);
	json_time(dest, "arrival_date", report == NULL ? 0 :
		  report->arrival_date);
	json_property(dest, check, BOUNCE_PROPERTY_PROOF);
}

/* Append the keys that backscatter-check(1) documents first, in its order. */
static void
json_contract(string_t *dest, const struct bounce_check *check)
{
	const struct bounce_verdict *verdict = check->verdict;
	const struct bounce_original *original = verdict->original;

	check_json_text(dest, "file", check->file);
	json_bool(dest, "is_bounce", bounce_kind_is_bounce(verdict->kind.kind));
	check_json_text(dest, "kind", bounce_kind_name(verdict->kind.kind));
	check_json_text(dest, "original", bounce_original_state_name(
		original == NULL ? BOUNCE_ORIGINAL_NONE : original->state));
	json_property(dest, check, BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID);
	json_number(dest, "original_fields", original == NULL ? 0 :
		    original->message.header->fields_count);
	json_signatures(dest, verdict->signatures);
	check_json_text(dest, "verdict", bounce_verdict_name(verdict->value));
	json_property(dest, check, BOUNCE_PROPERTY_REASON);
}

void bounce_check_json(string_t *dest, const struct bounce_check *check)
{
	const struct bounce_report *report = check->verdict->message->report;
	const struct bounce_original *original = check->verdict->original;

	str_append_c(dest, '{');
	json_contract(dest, check);
	check_json_text(dest, "text", check->verdict->text);
	json_number(dest, "message", check->number);
	check_json_text(dest, "rcpt_to", check->envelope.rcpt_to);
	check_json_text(dest, "kind_rule", check->verdict->kind.rule);
	json_number(dest, "original_level", original == NULL ? 0 :
		    original->level);
	check_json_text(dest, "reporting_mta", report == NULL ? NULL :
			report->reporting_mta);
	json_recipients(dest, report);
	json_bool(dest, "over_limit", bounce_check_is_over_limit(check));
	json_answers(dest, check->verdict->answers);
	check_json_text(dest, "warning", check->verdict->signatures == NULL ?
			NULL : check->verdict->signatures->warning);
	json_property(dest, check, BOUNCE_PROPERTY_RECIPIENT_LINKAGE);
	json_original(dest, check);
	json_rest(dest, check);
	str_append(dest, "}\n");
}
