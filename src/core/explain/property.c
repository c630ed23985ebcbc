/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "message-address.h"
#include "base/charset.h"
#include "verdict/linkage.h"
#include "message/message.h"
#include "report/delivery-status.h"
#include "base/sanitize.h"
#include "verdict/verdict.h"
#include "explain/property.h"

/* How many octets of a returned field are looked at: enough for any field that
   a person wrote. */
#define PROPERTY_FIELD_MAX_SIZE (16 * 1024)
/* How many addresses of a returned To are looked at. */
#define PROPERTY_MAX_ADDRESSES 100

struct property_row;

struct property_values {
	pool_t pool;
	const struct bounce_verdict *verdict;
	ARRAY_TYPE(const_string) values;
};

typedef void property_get_t(struct property_values *values,
			    const struct property_row *row);

struct property_row {
	const char *name;
	property_get_t *get;
	/* It has a value for any message, not only for bounces. */
	bool of_any_message;
	/* Returns the word with this number, of those that the value may be;
	   NULL: the value may be anything. */
	const char *(*word)(unsigned int number);
	unsigned int words_count;
	/* For get(): the name of the returned field; and how many addresses of
	   it are looked at, or the offset of the value in struct
	   bounce_report_recipient. */
	const char *field;
	size_t number;
};

static void
property_add_data(struct property_values *values, const void *data, size_t size)
{
	const char *value;

	if (size == 0)
		return;
	value = p_strdup(values->pool, t_bounce_sanitize(data, size));
	array_push_back(&values->values, &value);
}

static void property_add(struct property_values *values, const char *value)
{
	if (value != NULL)
		property_add_data(values, value, strlen(value));
}

/*
 * The functions that find the values
 */

static void
get_verdict(struct property_values *values,
	    const struct property_row *row ATTR_UNUSED)
{
	property_add(values, bounce_verdict_name(values->verdict->value));
}

static void
get_kind(struct property_values *values,
	 const struct property_row *row ATTR_UNUSED)
{
	property_add(values, bounce_kind_name(values->verdict->kind.kind));
}

/* If the message is not a bounce, the reason is the kind. */
static void
get_reason(struct property_values *values, const struct property_row *row)
{
	if (values->verdict->reason == BOUNCE_REASON_NONE)
		get_kind(values, row);
	else {
		property_add(values,
			     bounce_reason_name(values->verdict->reason));
	}
}

static void
get_original(struct property_values *values,
	     const struct property_row *row ATTR_UNUSED)
{
	const struct bounce_original *original = values->verdict->original;

	property_add(values, bounce_original_state_name(
		original == NULL ? BOUNCE_ORIGINAL_NONE : original->state));
}

static void
get_domain(struct property_values *values,
	   const struct property_row *row ATTR_UNUSED)
{
	if (values->verdict->sig != NULL)
		property_add(values, values->verdict->sig->sig->domain);
}

static void
get_selector(struct property_values *values,
	     const struct property_row *row ATTR_UNUSED)
{
	if (values->verdict->sig != NULL)
		property_add(values, values->verdict->sig->sig->selector);
}

/* Returns the value of the first field of this name in the original, or
   NULL. */
static const char *
t_get_field(struct property_values *values, const struct property_row *row)
{
	const struct bounce_original *original = values->verdict->original;
	const struct bounce_field *field;

	if (original == NULL)
		return NULL;
	field = bounce_header_find(original->message.header, row->field);
	return field == NULL ? NULL :
		t_bounce_field_value(original->message.header, field,
				     PROPERTY_FIELD_MAX_SIZE);
}

static void
get_field(struct property_values *values, const struct property_row *row)
{
	property_add(values, t_get_field(values, row));
}

static void
get_decoded(struct property_values *values, const struct property_row *row)
{
	const char *value = t_get_field(values, row);
	buffer_t *decoded;

	if (value == NULL)
		return;
	decoded = t_buffer_create(strlen(value) + 16);
	bounce_charset_decode_words((const unsigned char *)value,
				    strlen(value), decoded);
	property_add_data(values, decoded->data, decoded->used);
}

static void
get_addresses(struct property_values *values, const struct property_row *row)
{
	const char *value = t_get_field(values, row);
	const struct message_address *addr;

	if (value == NULL)
		return;
	addr = message_address_parse(pool_datastack_create(),
				     (const unsigned char *)value,
				     strlen(value), row->number, 0);
	for (; addr != NULL; addr = addr->next) {
		/* groups begin and end with an address without a domain */
		if (addr->mailbox == NULL || *addr->mailbox == '\0' ||
		    addr->domain == NULL || *addr->domain == '\0')
			continue;
		property_add(values, t_strconcat(addr->mailbox, "@",
						 addr->domain, NULL));
	}
}

static void
get_reporting_mta(struct property_values *values,
		  const struct property_row *row ATTR_UNUSED)
{
	const struct bounce_report *report = values->verdict->message->report;

	if (report != NULL)
		property_add(values, report->reporting_mta);
}

/* Add one value for each recipient in the report that has it. */
static void
get_recipients(struct property_values *values, const struct property_row *row)
{
	const struct bounce_report *report = values->verdict->message->report;
	unsigned int i;

	for (i = 0; report != NULL && i < report->recipients_count; i++) {
		property_add(values, *(const char *const *)CONST_PTR_OFFSET(
			&report->recipients[i], row->number));
	}
}

static void
get_linkage(struct property_values *values,
	    const struct property_row *row ATTR_UNUSED)
{
	const char *matched;

	property_add(values, bounce_linkage_name(bounce_linkage_find(
		values->verdict->message, values->verdict->original,
		&matched)));
}

static void
get_spf(struct property_values *values,
	const struct property_row *row ATTR_UNUSED)
{
	const struct bounce_answers *answers = values->verdict->answers;

	if (answers != NULL)
		property_add(values, bounce_spf_name(answers->spf.spf));
}

static void
get_reporter_spf(struct property_values *values,
		 const struct property_row *row ATTR_UNUSED)
{
	const struct bounce_answers *answers = values->verdict->answers;

	if (answers != NULL) {
		property_add(values,
			     bounce_spf_name(answers->reporter_spf.spf));
	}
}

static void
get_reporter_alignment(struct property_values *values,
		       const struct property_row *row ATTR_UNUSED)
{
	const struct bounce_answers *answers = values->verdict->answers;

	if (answers != NULL)
		property_add(values, answers->reporter_alignment);
}

static void
get_proof(struct property_values *values,
	  const struct property_row *row ATTR_UNUSED)
{
	const struct bounce_answers *answers = values->verdict->answers;

	if (answers != NULL) {
		property_add(values,
			     bounce_proof_name(answers->proof.strength));
	}
}

/* The value is not known here. */
static void
get_nothing(struct property_values *values ATTR_UNUSED,
	    const struct property_row *row ATTR_UNUSED)
{
}

/*
 * The table
 */

/* Returns the names of the reasons, and then those of the kinds. */
static const char *reason_word(unsigned int number)
{
	return number < BOUNCE_REASON_COUNT ? bounce_reason_name(number) :
		bounce_kind_name(number - BOUNCE_REASON_COUNT);
}

/* Returns the names of what a bounce can prove, without NONE. */
static const char *proof_word(unsigned int number)
{
	return bounce_proof_name(number + 1);
}

#define WORDS(name, count) .word = name, .words_count = count
#define FIELD(name) .field = name
#define ADDRESSES(name, max) .field = name, .number = max
#define RECIPIENT(name) \
	.number = offsetof(struct bounce_report_recipient, name)

static const struct property_row properties[] = {
	[BOUNCE_PROPERTY_VERDICT] = { "verdict", get_verdict, TRUE,
		WORDS(bounce_verdict_name, BOUNCE_VERDICT_COUNT) },
	[BOUNCE_PROPERTY_REASON] = { "reason", get_reason, TRUE,
		WORDS(reason_word, BOUNCE_REASON_COUNT + BOUNCE_KIND_COUNT) },
	[BOUNCE_PROPERTY_KIND] = { "kind", get_kind, TRUE,
		WORDS(bounce_kind_name, BOUNCE_KIND_COUNT) },
	[BOUNCE_PROPERTY_ORIGINAL] = { "original", get_original, FALSE,
		WORDS(bounce_original_state_name, BOUNCE_ORIGINAL_COUNT) },
	[BOUNCE_PROPERTY_DOMAIN] = { "domain", get_domain },
	[BOUNCE_PROPERTY_SELECTOR] = { "selector", get_selector },
	[BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID] = { "original-message-id",
		get_field, FIELD("Message-ID") },
	[BOUNCE_PROPERTY_ORIGINAL_FROM] = { "original-from",
		get_addresses, ADDRESSES("From", 1) },
	[BOUNCE_PROPERTY_ORIGINAL_TO] = { "original-to",
		get_addresses, ADDRESSES("To", PROPERTY_MAX_ADDRESSES) },
	[BOUNCE_PROPERTY_ORIGINAL_SUBJECT] = { "original-subject",
		get_decoded, FIELD("Subject") },
	[BOUNCE_PROPERTY_ORIGINAL_DATE] = { "original-date",
		get_field, FIELD("Date") },
	[BOUNCE_PROPERTY_REPORTING_MTA] = { "reporting-mta",
		get_reporting_mta },
	[BOUNCE_PROPERTY_FINAL_RECIPIENT] = { "final-recipient",
		get_recipients, RECIPIENT(final_recipient) },
	[BOUNCE_PROPERTY_ACTION] = { "action",
		get_recipients, RECIPIENT(action) },
	[BOUNCE_PROPERTY_STATUS] = { "status",
		get_recipients, RECIPIENT(status) },
	[BOUNCE_PROPERTY_DIAGNOSTIC_CODE] = { "diagnostic-code",
		get_recipients, RECIPIENT(diagnostic_code) },
	[BOUNCE_PROPERTY_RECIPIENT_LINKAGE] = { "recipient-linkage",
		get_linkage, FALSE,
		WORDS(bounce_linkage_name, BOUNCE_LINKAGE_COUNT) },
	[BOUNCE_PROPERTY_BURST] = { "burst", get_nothing },
	[BOUNCE_PROPERTY_ALARM] = { "alarm", get_nothing },
	[BOUNCE_PROPERTY_SPF] = { "spf", get_spf },
	[BOUNCE_PROPERTY_REPORTER_SPF] = { "reporter-spf", get_reporter_spf },
	[BOUNCE_PROPERTY_REPORTER_ALIGNMENT] = { "reporter-alignment",
		get_reporter_alignment },
	[BOUNCE_PROPERTY_PROOF] = { "proof", get_proof, FALSE,
		WORDS(proof_word, BOUNCE_PROOF_COUNT - 1) },
	[BOUNCE_PROPERTY_ALARM_RECIPIENTS] = { "alarm-recipients",
		get_nothing }
};
_Static_assert(N_ELEMENTS(properties) == BOUNCE_PROPERTY_COUNT,
	       "properties is complete");

const char *bounce_property_name(enum bounce_property property)
{
	i_assert(property < BOUNCE_PROPERTY_COUNT);
	return properties[property].name;
}

int bounce_property_find(const char *name, enum bounce_property *property_r)
{
	unsigned int i;

	for (i = 0; i < BOUNCE_PROPERTY_COUNT; i++) {
		if (strcasecmp(properties[i].name, name) == 0) {
			*property_r = i;
			return 0;
		}
	}
	return -1;
}

bool bounce_property_value_is_possible(enum bounce_property property,
				       const char *value)
{
	const struct property_row *row = &properties[property];
	unsigned int i;

	for (i = 0; i < row->words_count; i++) {
		if (strcasecmp(row->word(i), value) == 0)
			return TRUE;
	}
	return row->word == NULL;
}

const char *const *
bounce_property_get(pool_t pool, enum bounce_property property,
		    const struct bounce_verdict *verdict)
{
	const struct property_row *row = &properties[property];
	struct property_values values = { .pool = pool, .verdict = verdict };

	i_assert(property < BOUNCE_PROPERTY_COUNT);

	p_array_init(&values.values, pool, 2);
	if (row->of_any_message || bounce_kind_is_bounce(verdict->kind.kind))
		row->get(&values, row);
	array_append_zero(&values.values);
	return array_front(&values.values);
}
