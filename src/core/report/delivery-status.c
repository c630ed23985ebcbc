/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "message-date.h"
#include "base/types.h"
#include "base/limits.h"
#include "base/lines.h"
#include "header/decoder.h"
#include "header/header.h"
#include "header/mime.h"
#include "report/delivery-status.h"

#include <ctype.h>

#define REPORT_VALUE_MAX_SIZE 1024
/* A group that is shorter is not taken for base64, as it may be a single
   word. */
#define REPORT_BASE64_MIN_SIZE 32

struct report_parser {
	pool_t pool;
	struct bounce_report *report;
	ARRAY(struct bounce_report_recipient) recipients;
	/* the recipient to which the fields belong; NULL: none was named yet */
	struct bounce_report_recipient *rcpt;
	/* The encoding that the last group of fields names. Some servers write
	   the groups as if they were the header and the body of a message, and
	   encode those that follow. */
	enum bounce_encoding encoding;
	bool decoded;
};

/* Most values are "type; value" (RFC 3464 section 2.1.2). */
static const char *value_without_type(const char *value)
{
	const char *p = strchr(value, ';');

	if (p == NULL)
		return value;
	for (p++; *p == ' '; p++) ;
	return p;
}

static const char *value_address(const char *value)
{
	const char *address = value_without_type(value), *end;

	if (*address != '<')
		return address;
	end = strchr(++address, '>');
	return end == NULL ? address : t_strdup_until(address, end);
}

static const char *value_first_word(const char *value)
{
	return t_strcut(value, ' ');
}

static const char *value_whole(const char *value)
{
	return value;
}

static const char *value_action(const char *value)
{
	return t_str_lcase(t_strdup_until(value, value +
					  strcspn(value, " ;(")));
}

enum report_field {
	REPORT_REPORTING_MTA,
	REPORT_ARRIVAL_DATE,
	/* these, and all that follow, are fields of a recipient */
	REPORT_FINAL_RECIPIENT,
	REPORT_ORIGINAL_RECIPIENT
};

#define RECIPIENT(field) offsetof(struct bounce_report_recipient, field)

/* RFC 3464 sections 2.2 and 2.3 */
static const struct {
	const char *name;
	/* Returns what is kept of the value. */
	const char *(*value)(const char *value);
	/* Where it belongs in the recipient. */
	size_t offset;
} report_fields[] = {
	[REPORT_REPORTING_MTA] = { "Reporting-MTA", value_without_type, 0 },
	[REPORT_ARRIVAL_DATE] = { "Arrival-Date", value_whole, 0 },
	[REPORT_FINAL_RECIPIENT] = { "Final-Recipient", value_address,
				     RECIPIENT(final_recipient) },
	[REPORT_ORIGINAL_RECIPIENT] = { "Original-Recipient", value_address,
					RECIPIENT(original_recipient) },
	{ "Action", value_action, RECIPIENT(action) },
	{ "Status", value_first_word, RECIPIENT(status) },
	{ "Diagnostic-Code", value_whole, RECIPIENT(diagnostic_code) },
	{ "Remote-MTA", value_without_type, RECIPIENT(remote_mta) }
};

static bool
report_field_find(const struct bounce_header *header,
		  const struct bounce_field *field,
		  enum report_field *name_r)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(report_fields); i++) {
		if (bounce_field_is(header, field, report_fields[i].name)) {
			*name_r = i;
			return TRUE;
		}
	}
	return FALSE;
}

static void report_message_field(struct report_parser *parser,
				 enum report_field name, const char *value)
{
	struct bounce_report *report = parser->report;
	time_t date;
	int offset;

	if (name == REPORT_REPORTING_MTA) {
		if (report->reporting_mta == NULL)
			report->reporting_mta = p_strdup(parser->pool, value);
	} else if (report->arrival_date == 0 &&
		   message_date_parse((const unsigned char *)value,
				      strlen(value), &date, &offset)) {
		report->arrival_date = date;
	}
}

static bool report_next_recipient(struct report_parser *parser)
{
	if (array_count(&parser->recipients) >= BOUNCE_REPORT_MAX_RECIPIENTS) {
		parser->report->over_limit = TRUE;
		parser->rcpt = NULL;
		return FALSE;
	}
	parser->rcpt = array_append_space(&parser->recipients);
	return TRUE;
}

/* An empty line may stand among the fields of a recipient. Returns TRUE if the
   field belongs to the recipient before that line, because it was not said yet
   what became of him. */
static bool report_resume_recipient(struct report_parser *parser,
				    enum report_field name)
{
	struct bounce_report_recipient *rcpt;

	if (name == REPORT_FINAL_RECIPIENT ||
	    name == REPORT_ORIGINAL_RECIPIENT ||
	    parser->report->over_limit ||
	    array_count(&parser->recipients) == 0)
		return FALSE;
	rcpt = array_back_modifiable(&parser->recipients);
	if (rcpt->action != NULL || rcpt->status != NULL ||
	    rcpt->final_recipient == NULL)
		return FALSE;
	parser->rcpt = rcpt;
	return TRUE;
}

static void report_recipient_field(struct report_parser *parser,
				   enum report_field name, const char *value)
{
	const char **dest;

	if (parser->rcpt == NULL && !report_resume_recipient(parser, name) &&
	    !report_next_recipient(parser))
		return;
	dest = PTR_OFFSET(parser->rcpt, report_fields[name].offset);
	if (*dest != NULL && name == REPORT_FINAL_RECIPIENT) {
		/* the empty line between two recipients is missing */
		if (!report_next_recipient(parser))
			return;
		dest = &parser->rcpt->final_recipient;
	}
	if (*dest == NULL && *value != '\0')
		*dest = p_strdup(parser->pool, value);
}

static void report_group(struct report_parser *parser,
			 const unsigned char *data, size_t size)
{
	const struct bounce_header *header;
	enum report_field name;
	unsigned int i;

	header = bounce_header_parse_type(pool_datastack_create(),
					  BOUNCE_HEADER_STATUS, data, size);
	parser->rcpt = NULL;
	parser->encoding = bounce_mime_get_encoding(header);
	for (i = 0; i < header->fields_count; i++) T_BEGIN {
		const char *value;

		if (report_field_find(header, &header->fields[i], &name)) {
			value = t_bounce_field_value(header,
						     &header->fields[i],
						     REPORT_VALUE_MAX_SIZE);
			value = report_fields[name].value(value);
			if (name <= REPORT_ARRIVAL_DATE)
				report_message_field(parser, name, value);
			else
				report_recipient_field(parser, name, value);
		}
	} T_END;
}

static bool data_is_base64(const unsigned char *data, size_t size)
{
	size_t i;

	if (size < REPORT_BASE64_MIN_SIZE)
		return FALSE;
	for (i = 0; i < size; i++) {
		if (!i_isalnum(data[i]) && data[i] != '+' && data[i] != '/' &&
		    data[i] != '=' && data[i] != '\r' && data[i] != '\n')
			return FALSE;
	}
	return TRUE;
}

static bool
report_append(const unsigned char *data, size_t size, bool start ATTR_UNUSED,
	      void *context)
{
	buffer_append(context, data, size);
	return TRUE;
}

static buffer_t *t_report_decode(enum bounce_encoding encoding,
				 const unsigned char *data, size_t size)
{
	buffer_t *dest = t_buffer_create(size);
	struct bounce_decoder decoder;

	bounce_decoder_init(&decoder, pool_datastack_create(), encoding,
			    report_append, dest);
	bounce_decoder_line(&decoder, data, size, TRUE);
	bounce_decoder_deinit(&decoder);
	return dest;
}

static void report_parse_groups(struct report_parser *parser,
				const unsigned char *data, size_t size);

/* Returns FALSE if the data is not encoded, or is the result of decoding. */
static bool
report_parse_encoded(struct report_parser *parser,
		     enum bounce_encoding encoding,
		     const unsigned char *data, size_t size)
{
	if (parser->decoded || encoding == BOUNCE_ENCODING_IDENTITY)
		return FALSE;
	parser->decoded = TRUE;
	T_BEGIN {
		buffer_t *plain = t_report_decode(encoding, data, size);

		report_parse_groups(parser, plain->data, plain->used);
	} T_END;
	parser->decoded = FALSE;
	return TRUE;
}

static void
report_end_group(struct report_parser *parser,
		 const unsigned char *group, const unsigned char *end)
{
	size_t size = end - group;

	if (size == 0)
		return;
	if (!report_parse_encoded(parser, data_is_base64(group, size) ?
				  BOUNCE_ENCODING_BASE64 :
				  BOUNCE_ENCODING_IDENTITY, group, size))
		report_group(parser, group, size);
}

static void report_parse_groups(struct report_parser *parser,
				const unsigned char *data, size_t size)
{
	const unsigned char *end = data + size, *group = data, *next;

	while (data < end) {
		next = bounce_line_next(data, end);
		if (bounce_is_blank(data, next - data)) {
			report_end_group(parser, group, data);
			group = next;
			if (parser->encoding ==
			    BOUNCE_ENCODING_QUOTED_PRINTABLE &&
			    report_parse_encoded(parser, parser->encoding,
						 group, end - group))
				return;
		}
		data = next;
	}
	report_end_group(parser, group, end);
}

const struct bounce_report *
bounce_report_parse(pool_t pool, const unsigned char *data, size_t size)
{
	struct report_parser parser;

	i_zero(&parser);
	parser.pool = pool;
	parser.report = p_new(pool, struct bounce_report, 1);
	p_array_init(&parser.recipients, pool, 2);
	if (size > 0) T_BEGIN {
		report_parse_groups(&parser, data, size);
	} T_END;
	parser.report->recipients =
		array_get(&parser.recipients,
			  &parser.report->recipients_count);
	return parser.report;
}

static bool report_names_recipient(const struct bounce_report *report)
{
	unsigned int i;

	for (i = 0; i < report->recipients_count; i++) {
		if (report->recipients[i].final_recipient != NULL ||
		    report->recipients[i].original_recipient != NULL)
			return TRUE;
	}
	return FALSE;
}

static bool report_has_recipient(const struct bounce_report *report,
				 const struct bounce_report_recipient *rcpt)
{
	unsigned int i;

	for (i = 0; i < report->recipients_count; i++) {
		if (null_strcasecmp(report->recipients[i].final_recipient,
				    rcpt->final_recipient) == 0)
			return TRUE;
	}
	return FALSE;
}

const struct bounce_report *
bounce_report_merge(pool_t pool, const struct bounce_report *first,
		    const struct bounce_report *second)
{
	ARRAY(struct bounce_report_recipient) recipients;
	struct bounce_report *report;
	unsigned int i;

	if (!report_names_recipient(second))
		return first;
	if (!report_names_recipient(first))
		return second;
	if (first->over_limit)
		return first;
	report = p_new(pool, struct bounce_report, 1);
	*report = *first;
	report->over_limit = second->over_limit;
	p_array_init(&recipients, pool, first->recipients_count +
		     second->recipients_count);
	array_append(&recipients, first->recipients, first->recipients_count);
	for (i = 0; i < second->recipients_count; i++) {
		if (report_has_recipient(first, &second->recipients[i]))
			continue;
		if (array_count(&recipients) >= BOUNCE_REPORT_MAX_RECIPIENTS) {
			report->over_limit = TRUE;
			break;
		}
		array_push_back(&recipients, &second->recipients[i]);
	}
	report->recipients = array_get(&recipients, &report->recipients_count);
	return report;
}

bool bounce_report_recipient_is_dead(
	const struct bounce_report_recipient *recipient)
{
	const char *status = recipient->status;

	if (status != NULL && strcmp(status, "5.0.0") != 0)
		return strncmp(status, "5.1.", 4) == 0;
	return recipient->diagnostic_code != NULL &&
		strstr(recipient->diagnostic_code, " 5.1.") != NULL;
}

enum bounce_kind bounce_report_kind(const struct bounce_report *report)
{
	/* the most severe first */
	static const struct {
		const char *action;
		enum bounce_kind kind;
	} actions[] = {
		{ "failed", BOUNCE_KIND_FAILED },
		{ "delayed", BOUNCE_KIND_DELAYED },
		{ "expanded", BOUNCE_KIND_EXPANDED },
		{ "relayed", BOUNCE_KIND_RELAYED },
		{ "delivered", BOUNCE_KIND_DELIVERED },
	};
	unsigned int i, j;

	for (i = 0; i < N_ELEMENTS(actions); i++) {
		for (j = 0; j < report->recipients_count; j++) {
			if (null_strcmp(report->recipients[j].action,
					actions[i].action) == 0)
				return actions[i].kind;
		}
	}
	return BOUNCE_KIND_NONE;
}
