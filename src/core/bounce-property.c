/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "message-address.h"
#include "bounce-charset.h"
#include "bounce-linkage.h"
#include "bounce-message.h"
#include "bounce-report.h"
#include "bounce-sanitize.h"
#include "bounce-verdict.h"
#include "bounce-property.h"

/* Octets of a returned field that are looked at: enough for any field that
   a person wrote. */
#define PROPERTY_FIELD_MAX_SIZE (16 * 1024)
/* Addresses of a returned To field. */
#define PROPERTY_MAX_ADDRESSES 100

static const char *const property_names[] = {
	[BOUNCE_PROPERTY_VERDICT] = "verdict",
	[BOUNCE_PROPERTY_REASON] = "reason",
	[BOUNCE_PROPERTY_KIND] = "kind",
	[BOUNCE_PROPERTY_ORIGINAL] = "original",
	[BOUNCE_PROPERTY_DOMAIN] = "domain",
	[BOUNCE_PROPERTY_SELECTOR] = "selector",
	[BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID] = "original-message-id",
	[BOUNCE_PROPERTY_ORIGINAL_FROM] = "original-from",
	[BOUNCE_PROPERTY_ORIGINAL_TO] = "original-to",
	[BOUNCE_PROPERTY_ORIGINAL_SUBJECT] = "original-subject",
	[BOUNCE_PROPERTY_ORIGINAL_DATE] = "original-date",
	[BOUNCE_PROPERTY_REPORTING_MTA] = "reporting-mta",
	[BOUNCE_PROPERTY_FINAL_RECIPIENT] = "final-recipient",
	[BOUNCE_PROPERTY_ACTION] = "action",
	[BOUNCE_PROPERTY_STATUS] = "status",
	[BOUNCE_PROPERTY_DIAGNOSTIC_CODE] = "diagnostic-code",
	[BOUNCE_PROPERTY_SPF] = "spf",
	[BOUNCE_PROPERTY_REPORTER_SPF] = "reporter-spf",
	[BOUNCE_PROPERTY_REPORTER_ALIGNMENT] = "reporter-alignment",
	[BOUNCE_PROPERTY_RECIPIENT_LINKAGE] = "recipient-linkage",
	[BOUNCE_PROPERTY_BURST] = "burst",
	[BOUNCE_PROPERTY_ALARM] = "alarm"
};
_Static_assert(N_ELEMENTS(property_names) == BOUNCE_PROPERTY_COUNT,
	       "property_names is complete");

ARRAY_DEFINE_TYPE(property_values, const char *);

const char *bounce_property_name(enum bounce_property property)
{
	i_assert(property < BOUNCE_PROPERTY_COUNT);
	return property_names[property];
}

int bounce_property_find(const char *name, enum bounce_property *property_r)
{
	unsigned int i;

	for (i = 0; i < BOUNCE_PROPERTY_COUNT; i++) {
		if (strcasecmp(property_names[i], name) == 0) {
			*property_r = i;
			return 0;
		}
	}
	return -1;
}

static bool property_is_kind(const char *value)
{
	unsigned int i;

	for (i = 0; i < BOUNCE_KIND_COUNT; i++) {
		if (strcasecmp(bounce_kind_name(i), value) == 0)
			return TRUE;
	}
	return FALSE;
}

static bool property_is_reason(const char *value)
{
	unsigned int i;

	for (i = BOUNCE_REASON_NONE + 1; i < BOUNCE_REASON_COUNT; i++) {
		if (strcasecmp(bounce_reason_name(i), value) == 0)
			return TRUE;
	}
	/* of what is no bounce */
	return property_is_kind(value);
}

static bool property_is_verdict(const char *value)
{
	unsigned int i;

	for (i = 0; i < BOUNCE_VERDICT_COUNT; i++) {
		if (strcasecmp(bounce_verdict_name(i), value) == 0)
			return TRUE;
	}
	return FALSE;
}

static bool property_is_original(const char *value)
{
	unsigned int i;

	for (i = 0; i < BOUNCE_ORIGINAL_COUNT; i++) {
		if (strcasecmp(bounce_original_state_name(i), value) == 0)
			return TRUE;
	}
	return FALSE;
}

static bool property_is_linkage(const char *value)
{
	unsigned int i;

	for (i = 0; i < BOUNCE_LINKAGE_COUNT; i++) {
		if (strcasecmp(bounce_linkage_name(i), value) == 0)
			return TRUE;
	}
	return FALSE;
}

bool bounce_property_value_is_possible(enum bounce_property property,
				       const char *value)
{
	switch (property) {
	case BOUNCE_PROPERTY_VERDICT:
		return property_is_verdict(value);
	case BOUNCE_PROPERTY_REASON:
		return property_is_reason(value);
	case BOUNCE_PROPERTY_KIND:
		return property_is_kind(value);
	case BOUNCE_PROPERTY_ORIGINAL:
		return property_is_original(value);
	case BOUNCE_PROPERTY_RECIPIENT_LINKAGE:
		return property_is_linkage(value);
	default:
		return TRUE;
	}
}

static void
property_add_data(pool_t pool, ARRAY_TYPE(property_values) *values,
		  const void *data, size_t size)
{
	const char *value;

	if (size == 0)
		return;
	value = p_strdup(pool, t_bounce_sanitize(data, size));
	array_push_back(values, &value);
}

static void
property_add(pool_t pool, ARRAY_TYPE(property_values) *values,
	     const char *value)
{
	if (value != NULL)
		property_add_data(pool, values, value, strlen(value));
}

/* The value of the original's first field of that name, or NULL. */
static const char *
t_property_field(const struct bounce_verdict *verdict, const char *name)
{
	const struct bounce_header *header;
	const struct bounce_field *field;

	if (verdict->original == NULL)
		return NULL;
	header = verdict->original->message.header;
	field = bounce_header_find(header, name);
	return field == NULL ? NULL :
		t_bounce_field_value(header, field, PROPERTY_FIELD_MAX_SIZE);
}

static void
property_add_decoded(pool_t pool, ARRAY_TYPE(property_values) *values,
		     const char *value)
{
	buffer_t *decoded;

	if (value == NULL)
		return;
	decoded = t_buffer_create(strlen(value) + 16);
	bounce_charset_decode_words((const unsigned char *)value,
				    strlen(value), decoded);
	property_add_data(pool, values, decoded->data, decoded->used);
}

static void
property_add_addresses(pool_t pool, ARRAY_TYPE(property_values) *values,
		       const char *value, unsigned int max)
{
	const struct message_address *addr;

	if (value == NULL)
		return;
	addr = message_address_parse(pool_datastack_create(),
				     (const unsigned char *)value,
				     strlen(value), max, 0);
	for (; addr != NULL; addr = addr->next) {
		/* Groups begin and end with an address without a domain. */
		if (addr->mailbox == NULL || *addr->mailbox == '\0' ||
		    addr->domain == NULL || *addr->domain == '\0')
			continue;
		property_add(pool, values, t_strconcat(addr->mailbox, "@",
						       addr->domain, NULL));
	}
}

/* One value for each recipient of the report that has it. */
static void
property_add_recipients(pool_t pool, ARRAY_TYPE(property_values) *values,
			const struct bounce_report *report, size_t offset)
{
	unsigned int i;

	for (i = 0; i < report->recipients_count; i++) {
		property_add(pool, values,
			     *(const char *const *)CONST_PTR_OFFSET(
					&report->recipients[i], offset));
	}
}

/* verdict, reason and kind: all that there is to say of any message. */
static const char *
property_get_word(enum bounce_property property,
		  const struct bounce_verdict *verdict)
{
	switch (property) {
	case BOUNCE_PROPERTY_VERDICT:
		return bounce_verdict_name(verdict->value);
	case BOUNCE_PROPERTY_REASON:
		if (verdict->reason != BOUNCE_REASON_NONE)
			return bounce_reason_name(verdict->reason);
		/* fall through */
	case BOUNCE_PROPERTY_KIND:
		return bounce_kind_name(verdict->kind.kind);
	default:
		return NULL;
	}
}

static void
property_get_original(pool_t pool, enum bounce_property property,
		      const struct bounce_verdict *verdict,
		      ARRAY_TYPE(property_values) *values)
{
	switch (property) {
	case BOUNCE_PROPERTY_ORIGINAL:
		property_add(pool, values, bounce_original_state_name(
			verdict->original == NULL ? BOUNCE_ORIGINAL_NONE :
			verdict->original->state));
		break;
	case BOUNCE_PROPERTY_DOMAIN:
		if (verdict->sig != NULL)
			property_add(pool, values, verdict->sig->sig->domain);
		break;
	case BOUNCE_PROPERTY_SELECTOR:
		if (verdict->sig != NULL)
			property_add(pool, values, verdict->sig->sig->selector);
		break;
	case BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID:
		property_add(pool, values,
			     t_property_field(verdict, "Message-ID"));
		break;
	case BOUNCE_PROPERTY_ORIGINAL_FROM:
		property_add_addresses(pool, values,
				       t_property_field(verdict, "From"), 1);
		break;
	case BOUNCE_PROPERTY_ORIGINAL_TO:
		property_add_addresses(pool, values,
				       t_property_field(verdict, "To"),
				       PROPERTY_MAX_ADDRESSES);
		break;
	case BOUNCE_PROPERTY_ORIGINAL_SUBJECT:
		property_add_decoded(pool, values,
				     t_property_field(verdict, "Subject"));
		break;
	case BOUNCE_PROPERTY_ORIGINAL_DATE:
		property_add(pool, values, t_property_field(verdict, "Date"));
		break;
	default:
		break;
	}
}

static const char *
property_get_support(enum bounce_property property,
		     const struct bounce_answers *answers)
{
	switch (property) {
	case BOUNCE_PROPERTY_SPF:
		return bounce_spf_name(answers->spf.spf);
	case BOUNCE_PROPERTY_REPORTER_SPF:
		return bounce_spf_name(answers->reporter_spf.spf);
	case BOUNCE_PROPERTY_REPORTER_ALIGNMENT:
		return answers->reporter_alignment;
	default:
		return NULL;
	}
}

static void
property_get_report(pool_t pool, enum bounce_property property,
		    const struct bounce_report *report,
		    ARRAY_TYPE(property_values) *values)
{
#define RECIPIENT_OFFSET(name) offsetof(struct bounce_report_recipient, name)
	switch (property) {
	case BOUNCE_PROPERTY_REPORTING_MTA:
		property_add(pool, values, report->reporting_mta);
		break;
	case BOUNCE_PROPERTY_FINAL_RECIPIENT:
		property_add_recipients(pool, values, report,
					RECIPIENT_OFFSET(final_recipient));
		break;
	case BOUNCE_PROPERTY_ACTION:
		property_add_recipients(pool, values, report,
					RECIPIENT_OFFSET(action));
		break;
	case BOUNCE_PROPERTY_STATUS:
		property_add_recipients(pool, values, report,
					RECIPIENT_OFFSET(status));
		break;
	case BOUNCE_PROPERTY_DIAGNOSTIC_CODE:
		property_add_recipients(pool, values, report,
					RECIPIENT_OFFSET(diagnostic_code));
		break;
	default:
		break;
	}
}

const char *const *
bounce_property_get(pool_t pool, enum bounce_property property,
		    const struct bounce_verdict *verdict)
{
	const struct bounce_message *message = verdict->message;
	ARRAY_TYPE(property_values) values;

	i_assert(property < BOUNCE_PROPERTY_COUNT);

	p_array_init(&values, pool, 2);
	property_add(pool, &values, property_get_word(property, verdict));
	if (bounce_kind_is_bounce(verdict->kind.kind)) {
		property_get_original(pool, property, verdict, &values);
		if (verdict->answers != NULL) {
			property_add(pool, &values, property_get_support(
				property, verdict->answers));
		}
		if (property == BOUNCE_PROPERTY_RECIPIENT_LINKAGE) {
			const char *matched;

			property_add(pool, &values, bounce_linkage_name(
				bounce_linkage_find(message, verdict->original,
						    &matched)));
		}
		if (message->report != NULL) {
			property_get_report(pool, property, message->report,
					    &values);
		}
	}
	array_append_zero(&values);
	return array_front(&values);
}
