/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "bounce-report.h"
#include "bounce-walk-private.h"

/*
 * The status part
 */

/* What the last status part says. */
static void walk_end_status(struct bounce_walk *walk)
{
	struct bounce_message *message = walk->message;
	const struct bounce_report *report;

	if (walk->status == NULL)
		return;
	report = bounce_report_parse(walk->shared->pool, walk->status->data,
				     walk->status->used);
	message->report = message->report == NULL ? report :
		bounce_report_merge(walk->shared->pool, message->report,
				    report);
	buffer_set_used_size(walk->status, 0);
}

void bounce_walk_begin_status(struct bounce_walk *walk)
{
	/* some call the text for a reader a status, too */
	walk_end_status(walk);
	if (walk->status == NULL) {
		walk->status = buffer_create_dynamic(walk->shared->pool,
						     1024);
	}
}

/*
 * The text
 */

void bounce_walk_keep_text(struct bounce_walk *walk,
			   const unsigned char *data, size_t size)
{
	if (walk->text == NULL)
		walk->text = buffer_create_dynamic(walk->shared->pool, 1024);
	buffer_append(walk->text, data,
		      I_MIN(size, BOUNCE_TEXT_MAX_SIZE - walk->text->used));
}

size_t bounce_walk_kept_text(const struct bounce_walk *walk)
{
	return walk->text == NULL ? 0 : walk->text->used;
}

void bounce_walk_forget_text(struct bounce_walk *walk, size_t kept)
{
	if (walk->text != NULL && walk->text->used > kept)
		buffer_set_used_size(walk->text, kept);
}

void bounce_walk_set_over_limit(struct bounce_walk *walk)
{
	walk->message->over_limit = TRUE;
}

struct bounce_charsets *bounce_walk_get_charsets(struct bounce_walk *walk)
{
	return &walk->shared->charsets;
}

bool bounce_walk_has_original(const struct bounce_walk *walk)
{
	return walk->message->originals != NULL;
}

bool bounce_walk_may_scan(struct bounce_walk *walk, size_t size)
{
	struct bounce_walk_shared *shared = walk->shared;

	if (shared->scanned > BOUNCE_TEXT_MAX_SCAN) {
		walk->message->over_limit = TRUE;
		return FALSE;
	}
	shared->scanned += size;
	return TRUE;
}

static const char *const *
t_walk_message_ids(const struct bounce_message *message)
{
	const struct bounce_original *original;
	ARRAY_TYPE(const_string) ids;
	const char *value;

	t_array_init(&ids, 4);
	for (original = message->originals; original != NULL;
	     original = original->next) {
		value = t_bounce_header_value(original->message.header,
					      "Message-ID");
		if (value == NULL)
			continue;
		if (*value == '<')
			value = t_strcut(value + 1, '>');
		array_push_back(&ids, &value);
	}
	array_append_zero(&ids);
	return array_front(&ids);
}

static void walk_report_from_text(struct bounce_walk *walk)
{
	struct bounce_message *message = walk->message;

	T_BEGIN {
		message->report = bounce_report_from_text(
			walk->shared->pool, message->header,
			t_walk_message_ids(message), message->text,
			message->text_size);
	} T_END;
}

void bounce_walk_report_finish(struct bounce_walk *walk)
{
	struct bounce_message *message = walk->message;

	walk_end_status(walk);
	if (walk->text != NULL) {
		message->text = walk->text->data;
		message->text_size = walk->text->used;
	}
	if (message->report == NULL && walk->original == NULL)
		walk_report_from_text(walk);
}
