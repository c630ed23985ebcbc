/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "explain/check.h"
#include "verdict/linkage.h"
#include "message/message.h"
#include "explain/property.h"
#include "trace/received.h"
#include "report/delivery-status.h"
#include "base/json.h"
#include "verdict/verdict.h"
#include "check-json.h"

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

	if (sig->key_origin == BOUNCE_KEY_ORIGIN_NONE) {
		bounce_json_text(dest, "key", NULL);
		return;
	}
	bounce_json_open_object(dest, "key");
	bounce_json_text(dest, "origin", origins[sig->key_origin]);
	bounce_json_number(dest, "bits", sig->key_bits);
	bounce_json_time(dest, "retired", sig->key_retired);
	str_append_c(dest, '}');
}

static void
json_signature(string_t *dest, const struct bounce_signature_evidence *sig)
{
	bounce_json_text(dest, "domain", sig->sig->domain);
	bounce_json_text(dest, "selector", sig->sig->selector);
	bounce_json_text(dest, "algorithm", sig->sig->algorithm_name);
	bounce_json_bool(dest, "own", sig->sig->own);
	bounce_json_text(dest, "header", bounce_dkim_header_name(sig->header));
	bounce_json_text(dest, "body", bounce_dkim_body_name(sig->body));
	bounce_json_text(dest, "reason", bounce_reason_name(sig->reason));
	bounce_json_text(dest, "text", sig->text);
	bounce_json_text(dest, "repair", sig->repair);
	json_evidence_key(dest, sig);
	bounce_json_number(dest, "level", sig->original->level);
}

static void
json_signatures(string_t *dest, const struct bounce_signatures *signatures)
{
	unsigned int i;

	bounce_json_open_array(dest, "signatures");
	for (i = 0; signatures != NULL && i < signatures->sigs_count;
	     i++) T_BEGIN {
		bounce_json_open(dest);
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

	bounce_json_open_array(dest, "recipients");
	for (i = 0; report != NULL && i < report->recipients_count; i++) {
		rcpt = &report->recipients[i];
		bounce_json_open(dest);
		bounce_json_text(dest, "final_recipient",
				 rcpt->final_recipient);
		bounce_json_text(dest, "original_recipient",
				 rcpt->original_recipient);
		bounce_json_text(dest, "action", rcpt->action);
		bounce_json_text(dest, "status", rcpt->status);
		bounce_json_text(dest, "diagnostic_code",
				 rcpt->diagnostic_code);
		bounce_json_text(dest, "remote_mta", rcpt->remote_mta);
		str_append_c(dest, '}');
	}
	str_append_c(dest, ']');
}

/* Append the result of SPF, or null if SPF was not asked for. */
static void
json_spf(string_t *dest, const char *key,
	 const struct bounce_spf_result *result)
{
	if (result == NULL || result->spf == BOUNCE_SPF_NOT_ASKED) {
		bounce_json_text(dest, key, NULL);
		return;
	}
	bounce_json_open_object(dest, key);
	bounce_json_text(dest, "result", bounce_spf_name(result->spf));
	bounce_json_text(dest, "address", result->address);
	bounce_json_text(dest, "domain", result->domain);
	bounce_json_text(dest, "text", result->text);
	str_append_c(dest, '}');
}

static void
json_answers(string_t *dest, const struct bounce_answers *answers)
{
	json_spf(dest, "spf", answers == NULL ? NULL : &answers->spf);
	json_spf(dest, "reporter_spf", answers == NULL ? NULL :
		 &answers->reporter_spf);
	bounce_json_text(dest, "reporter_alignment", answers == NULL ? NULL :
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

	bounce_json_text(dest, t_str_replace(name, '-', '_'),
			 t_json_values(check, property)[0]);
}

/* Append what the text output also shows of the original. */
static void
json_original(string_t *dest, const struct bounce_check *check)
{
	const char *const *to;

	json_property(dest, check, BOUNCE_PROPERTY_ORIGINAL_FROM);
	bounce_json_open_array(dest, "original_to");
	to = t_json_values(check, BOUNCE_PROPERTY_ORIGINAL_TO);
	for (; *to != NULL; to++)
		bounce_json_value(dest, *to);
	str_append_c(dest, ']');
	json_property(dest, check, BOUNCE_PROPERTY_ORIGINAL_SUBJECT);
	json_property(dest, check, BOUNCE_PROPERTY_ORIGINAL_DATE);
}

static void
json_received(string_t *dest, const struct bounce_received *received)
{
	bounce_json_text(dest, "helo", received->helo);
	bounce_json_text(dest, "host", received->host);
	bounce_json_text(dest, "address", received->ip.family == 0 ? NULL :
			 net_ip2addr(&received->ip));
	bounce_json_text(dest, "by", received->by);
	bounce_json_text(dest, "with", received->with);
	bounce_json_text(dest, "id", received->id);
	bounce_json_text(dest, "for", received->rcpt);
	bounce_json_bool(dest, "authenticated", received->authenticated);
	bounce_json_text(dest, "user", received->auth_user);
	bounce_json_time(dest, "date", received->date);
}

/* Append the Received fields of the original, from the top. */
static void
json_trace(string_t *dest, const struct bounce_original *original)
{
	const struct bounce_received *received;

	bounce_json_open_array(dest, "trace");
	if (original != NULL) {
		array_foreach(bounce_received_get(original->message.header),
			      received) T_BEGIN {
			bounce_json_open(dest);
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
	bounce_json_text(dest, "matched_recipient", matched);
	json_trace(dest, verdict->original);
	bounce_json_text(dest, "original_source", verdict->original == NULL ?
			 NULL : sources[verdict->original->source]);
	bounce_json_text(dest, "mail_from", check->envelope.mail_from);
	bounce_json_text(dest, "rcpt_to_field", check->rcpt_to_field);
	bounce_json_text(dest, "orcpt", check->envelope.orcpt);
	bounce_json_time(dest, "arrival_date", report == NULL ? 0 :
			 report->arrival_date);
	json_property(dest, check, BOUNCE_PROPERTY_PROOF);
}

/* Append the keys that backscatter-check(1) documents first, in its order. */
static void
json_contract(string_t *dest, const struct bounce_check *check)
{
	const struct bounce_verdict *verdict = check->verdict;
	const struct bounce_original *original = verdict->original;

	bounce_json_text(dest, "file", check->file);
	bounce_json_bool(dest, "is_bounce",
			 bounce_kind_is_bounce(verdict->kind.kind));
	bounce_json_text(dest, "kind", bounce_kind_name(verdict->kind.kind));
	bounce_json_text(dest, "original", bounce_original_state_name(
		original == NULL ? BOUNCE_ORIGINAL_NONE : original->state));
	json_property(dest, check, BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID);
	bounce_json_number(dest, "original_fields", original == NULL ? 0 :
			   original->message.header->fields_count);
	json_signatures(dest, verdict->signatures);
	bounce_json_text(dest, "verdict", bounce_verdict_name(verdict->value));
	json_property(dest, check, BOUNCE_PROPERTY_REASON);
}

void bounce_check_json(string_t *dest, const struct bounce_check *check)
{
	const struct bounce_report *report = check->verdict->message->report;
	const struct bounce_original *original = check->verdict->original;

	str_append_c(dest, '{');
	json_contract(dest, check);
	bounce_json_text(dest, "text", check->verdict->text);
	bounce_json_number(dest, "message", check->number);
	bounce_json_text(dest, "rcpt_to", check->envelope.rcpt_to);
	bounce_json_text(dest, "kind_rule", check->verdict->kind.rule);
	bounce_json_number(dest, "original_level", original == NULL ? 0 :
			   original->level);
	bounce_json_text(dest, "reporting_mta", report == NULL ? NULL :
			 report->reporting_mta);
	json_recipients(dest, report);
	bounce_json_bool(dest, "over_limit", bounce_check_is_over_limit(check));
	json_answers(dest, check->verdict->answers);
	bounce_json_text(dest, "warning", check->verdict->signatures == NULL ?
			 NULL : check->verdict->signatures->warning);
	json_property(dest, check, BOUNCE_PROPERTY_RECIPIENT_LINKAGE);
	json_original(dest, check);
	json_rest(dest, check);
	str_append(dest, "}\n");
}
