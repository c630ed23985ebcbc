/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "fuzz-common.h"
#include "dkim/dkim-private.h"
#include "message/message.h"
#include "report/delivery-status.h"

static void fuzz_touch(string_t *str, const void *data, size_t size)
{
	const unsigned char *p = data;
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < size; i++)
		sum = sum * 31 + p[i];
	str_printfa(str, " %zu:%u", size, sum);
}

static void
fuzz_header_describe(string_t *str, const struct bounce_header *header)
{
	unsigned int i;

	fuzz_touch(str, header->data, header->size);
	for (i = 0; i < header->fields_count; i++) {
		const struct bounce_field *field = &header->fields[i];

		i_assert(field->offset + field->size <= header->size);
		i_assert(field->value_offset <= field->size);
		str_printfa(str, " %u+%u", field->offset, field->size);
	}
}

static void
fuzz_hashes_describe(string_t *str, const struct bounce_dkim_body_hashes *hashes)
{
	const struct bounce_dkim_body_form *form;
	unsigned int i, j;

	for (i = 0; hashes != NULL && i < BOUNCE_DKIM_CANON_COUNT; i++) {
		form = hashes->forms[i];
		if (form == NULL)
			continue;
		i_assert(form->usable);
		fuzz_touch(str, form->hash, sizeof(form->hash));
		for (j = 0; j < form->digests_count; j++) {
			i_assert(j == 0 || form->digests[j].length >
				 form->digests[j - 1].length);
			if (form->digests[j].length < form->size) {
				fuzz_touch(str, form->digests[j].hash,
					   sizeof(form->digests[j].hash));
			}
		}
	}
}

void fuzz_message_describe(string_t *str, const struct bounce_message *message)
{
	const struct bounce_original *original;
	unsigned int i;

	fuzz_header_describe(str, message->header);
	str_printfa(str, " type=%s parts=%x limit=%d", message->content_type,
		    message->parts, message->over_limit);
	fuzz_touch(str, message->text, message->text_size);
	if (message->report != NULL) {
		for (i = 0; i < message->report->recipients_count; i++) {
			const struct bounce_report_recipient *rcpt =
				&message->report->recipients[i];

			str_printfa(str, " rcpt=%s/%s/%s",
				    rcpt->final_recipient == NULL ? "" :
				    rcpt->final_recipient,
				    rcpt->action == NULL ? "" : rcpt->action,
				    rcpt->status == NULL ? "" : rcpt->status);
		}
	}
	for (original = message->originals; original != NULL;
	     original = original->next) {
		str_printfa(str, " [%u %d %d %"PRIuUOFF_T" %"PRIuUOFF_T":",
			    original->level, original->source,
			    original->state, original->body_seen,
			    original->body_size);
		fuzz_message_describe(str, &original->message);
		fuzz_hashes_describe(str, original->body);
		str_append_c(str, ']');
	}
}
