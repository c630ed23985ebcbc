/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "bounce-envelope.h"
#include "bounce-kind-marks.h"
#include "bounce-report.h"
#include "bounce-text.h"
#include "bounce-walk.h"
#include "bounce-walk-private.h"

struct bounce_walk *bounce_walk_alloc(struct bounce_walk_shared *shared,
				      struct bounce_message *message)
{
	struct bounce_walk *walk;

	walk = p_new(shared->pool, struct bounce_walk, 1);
	walk->shared = shared;
	walk->message = message;
	walk->originals_tail = &message->originals;
	return walk;
}

struct bounce_walk *
bounce_walk_init(struct bounce_walk_shared *shared,
		 struct bounce_message *message)
{
	struct bounce_walk *walk = bounce_walk_alloc(shared, message);

	walk->header = bounce_header_builder_init(shared->pool,
						  BOUNCE_HEADER_MESSAGE);
	return walk;
}

/*
 * Parts
 */

static const struct {
	const char *type;
	enum bounce_part part;
	enum bounce_leaf_sink sink;
} walk_types[] = {
	{ "message/delivery-status", BOUNCE_PART_DELIVERY_STATUS,
	  BOUNCE_LEAF_COLLECT },
	{ "message/global-delivery-status", BOUNCE_PART_DELIVERY_STATUS,
	  BOUNCE_LEAF_COLLECT },
	{ "message/disposition-notification", BOUNCE_PART_DISPOSITION,
	  BOUNCE_LEAF_SKIP },
	{ "message/global-disposition-notification", BOUNCE_PART_DISPOSITION,
	  BOUNCE_LEAF_SKIP },
	{ "message/feedback-report", BOUNCE_PART_FEEDBACK, BOUNCE_LEAF_SKIP },
	{ "message/global", BOUNCE_PART_MESSAGE, BOUNCE_LEAF_MESSAGE },
	{ "message/partial", BOUNCE_PART_MESSAGE, BOUNCE_LEAF_MESSAGE },
	{ "text/calendar", BOUNCE_PART_CALENDAR, BOUNCE_LEAF_SKIP },
	{ "application/octet-stream", 0, BOUNCE_LEAF_TEXT },
};

/* message/rfc822, message/global-headers, text/rfc822-headers, and the names
   that are of no RFC: message/rfc822-headers, text/x-message-header.. */
static bool type_is_message(const char *type)
{
	return (strncmp(type, "message/", 8) == 0 ||
		strncmp(type, "text/", 5) == 0) &&
		(strstr(type, "rfc822") != NULL ||
		 strstr(type, "rfc-822") != NULL ||
		 strstr(type, "header") != NULL);
}

static enum bounce_leaf_sink
walk_type_sink(struct bounce_walk *walk, const char *type)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(walk_types); i++) {
		if (strcmp(walk_types[i].type, type) == 0) {
			walk->message->parts |= walk_types[i].part;
			return walk_types[i].sink;
		}
	}
	if (type_is_message(type)) {
		walk->message->parts |= BOUNCE_PART_MESSAGE;
		return BOUNCE_LEAF_MESSAGE;
	}
	return strncmp(type, "text/", 5) == 0 ||
		strncmp(type, "message/", 8) == 0 ||
		strncmp(type, "multipart/", 10) == 0 ?
		BOUNCE_LEAF_TEXT : BOUNCE_LEAF_SKIP;
}

static enum bounce_text_flags
walk_text_flags(const char *type)
{
	if (strcmp(type, "text/html") == 0)
		return BOUNCE_TEXT_KEEP | BOUNCE_TEXT_HTML | BOUNCE_TEXT_SCAN;
	/* some call what they return that */
	if (strcmp(type, "application/octet-stream") == 0)
		return BOUNCE_TEXT_SCAN | BOUNCE_TEXT_TOP;
	if (strncmp(type, "message/", 8) == 0)
		return BOUNCE_TEXT_SCAN;
	return BOUNCE_TEXT_KEEP | BOUNCE_TEXT_SCAN;
}

static void
walk_open_leaf(struct bounce_walk *walk, const struct bounce_mime *mime)
{
	pool_t pool = walk->shared->pool;
	enum bounce_leaf_sink sink = walk_type_sink(walk, mime->type);
	struct bounce_walk *child = NULL;

	if (sink == BOUNCE_LEAF_MESSAGE) {
		child = bounce_walk_init_original(walk, BOUNCE_SOURCE_PART,
						  NULL);
		if (child == NULL)
			sink = BOUNCE_LEAF_SKIP;
	}
	bounce_leaf_init(&walk->leaf, pool, sink, mime->encoding);
	walk->leaf.child = child;
	if (sink == BOUNCE_LEAF_COLLECT) {
		bounce_walk_begin_status(walk);
		walk->leaf.collect = walk->status;
		walk->leaf.text = bounce_text_init(pool, walk,
						   BOUNCE_TEXT_SCAN, NULL);
	} else if (sink == BOUNCE_LEAF_TEXT) {
		walk->leaf.text = bounce_text_init(pool, walk,
						   walk_text_flags(mime->type),
						   mime->charset);
	}
}

/* A multipart, whose preamble is read as text: the boundary may never come. */
static void
walk_open_multipart(struct bounce_walk *walk, const struct bounce_mime *mime)
{
	static const struct bounce_mime preamble = { .type = "text/plain" };
	struct walk_multipart *multipart;

	if (walk->depth == N_ELEMENTS(walk->stack)) {
		walk->message->over_limit = TRUE;
		return;
	}
	multipart = &walk->stack[walk->depth++];
	multipart->boundary = mime->boundary;
	multipart->boundary_size = strlen(mime->boundary);
	multipart->digest = strcmp(mime->type, "multipart/digest") == 0;
	if (multipart->digest)
		walk->message->parts |= BOUNCE_PART_DIGEST;
	walk_open_leaf(walk, &preamble);
}

static void
walk_open_part(struct bounce_walk *walk, const struct bounce_mime *mime)
{
	walk->state = WALK_BODY;
	if (mime->boundary != NULL)
		walk_open_multipart(walk, mime);
	else
		walk_open_leaf(walk, mime);
}

/* Some have written the header of the original where that of the part belongs.
   What gateways write to a part of theirs is less: a date, a number. */
static bool part_header_is_original(const struct bounce_header *header)
{
	return bounce_text_block_is_original(header) &&
		(bounce_header_find(header, "From") != NULL ||
		 bounce_header_find(header, "Received") != NULL ||
		 bounce_header_find(header, "DKIM-Signature") != NULL);
}

static void walk_part_header_done(struct bounce_walk *walk, bool complete)
{
	const struct bounce_header *header =
		bounce_header_builder_finish(walk->part_header, complete);
	bool digest = walk->depth > 0 && walk->stack[walk->depth - 1].digest;
	struct bounce_mime mime;

	walk->state = WALK_BODY;
	if (header->over_limit)
		bounce_walk_set_over_limit(walk);
	bounce_mime_parse(walk->shared->pool, header,
			  digest ? "message/rfc822" : "text/plain", &mime);
	if (!part_header_is_original(header)) {
		walk_open_part(walk, &mime);
		return;
	}
	/* the original may take the place of the part's own header, which is
	   not to be reused then */
	walk->part_header = NULL;
	if (type_is_message(mime.type)) {
		walk_open_leaf(walk, &mime);
		if (walk->leaf.child != NULL)
			walk->leaf.child->original_header = header;
		return;
	}
	walk->leaf.child = bounce_walk_init_original(walk, BOUNCE_SOURCE_PART,
						     header);
	if (walk->leaf.child != NULL) {
		walk->leaf.sink = BOUNCE_LEAF_MESSAGE;
		walk->leaf.encoding = BOUNCE_ENCODING_IDENTITY;
	}
}

/*
 * Boundaries
 */

/* Returns the index of the multipart that the line belongs to, or -1. */
static int
walk_find_boundary(const struct bounce_walk *walk, const unsigned char *data,
		   size_t size, bool *last_r)
{
	const struct walk_multipart *multipart;
	unsigned int i;

	size = bounce_space_trim(data + 2, data + size) - (data + 2);
	data += 2;
	for (i = walk->depth; i > 0; i--) {
		multipart = &walk->stack[i - 1];
		if (size < multipart->boundary_size ||
		    memcmp(data, multipart->boundary,
			   multipart->boundary_size) != 0)
			continue;
		*last_r = size == multipart->boundary_size + 2 &&
			memcmp(data + size - 2, "--", 2) == 0;
		if (*last_r || size == multipart->boundary_size)
			return i - 1;
	}
	return -1;
}

static void walk_begin_part(struct bounce_walk *walk)
{
	if (walk->shared->parts_count == BOUNCE_MIME_MAX_PARTS) {
		walk->message->over_limit = TRUE;
		walk->state = WALK_BODY;
		return;
	}
	walk->shared->parts_count++;
	walk->state = WALK_PART_HEADER;
	if (walk->part_header == NULL) {
		walk->part_header =
			bounce_header_builder_init(walk->shared->pool,
						   BOUNCE_HEADER_PART);
	} else {
		bounce_header_builder_reset(walk->part_header);
	}
}

static bool
walk_is_boundary(struct bounce_walk *walk, const unsigned char *data,
		 size_t size)
{
	bool last;
	int i;

	i = walk_find_boundary(walk, data, size, &last);
	if (i < 0)
		return FALSE;

	/* a part that is nothing but its header, which may be an original */
	if (walk->state == WALK_PART_HEADER)
		walk_part_header_done(walk, FALSE);
	bounce_leaf_deinit(&walk->leaf);
	if (last) {
		walk->depth = i;
		walk->state = WALK_BODY;
		if (i == 0)
			walk->closed = TRUE;
	} else {
		walk->depth = i + 1;
		walk_begin_part(walk);
	}
	return TRUE;
}

/*
 * The message
 */

static const struct bounce_envelope walk_no_envelope;

static const struct bounce_envelope *
walk_envelope(const struct bounce_walk *walk)
{
	return walk->original != NULL || walk->shared->set->envelope == NULL ?
		&walk_no_envelope : walk->shared->set->envelope;
}

bool bounce_walk_set_header(struct bounce_walk *walk,
			    const struct bounce_header *header)
{
	struct bounce_original *original = walk->original;
	struct bounce_message *message = walk->message;
	pool_t pool = walk->shared->pool;
	struct bounce_mime mime;

	bounce_mime_parse(pool, header, "text/plain", &mime);
	message->header = header;
	message->content_type = mime.type;
	message->report_type = mime.report_type;
	message->over_limit = header->over_limit;
	walk->boundary = mime.boundary;

	if (original != NULL)
		walk->hasher = bounce_dkim_body_init(pool, header);
	message->marks = bounce_kind_marks_get(pool, header,
					       walk_envelope(walk));
	if (!message->marks->possible &&
	    !(original == NULL && walk->shared->set->read_all)) {
		message->header_only = TRUE;
		walk->state = WALK_OPAQUE;
		return original != NULL;
	}
	walk_open_part(walk, &mime);
	return TRUE;
}

static void
walk_body_line(struct bounce_walk *walk, const unsigned char *data,
	       size_t size, bool start);

static void walk_body_lines(struct bounce_walk *walk,
			    const unsigned char *data, size_t size)
{
	const unsigned char *end = size == 0 ? data : data + size, *next;

	for (; data < end; data = next) {
		next = bounce_line_next(data, end);
		walk_body_line(walk, data, next - data, TRUE);
	}
}

static bool walk_header_done(struct bounce_walk *walk, bool complete)
{
	const struct bounce_header *header =
		bounce_header_builder_finish(walk->header, complete);
	const unsigned char *data;
	size_t size;

	if (walk->original_header != NULL &&
	    !bounce_text_block_is_original(header)) {
		/* what came are lines of its body */
		walk->header_given = TRUE;
		(void)bounce_walk_set_header(walk, walk->original_header);
		walk_body_lines(walk, header->data, header->size);
		bounce_header_builder_get_body(walk->header, &data, &size);
		walk_body_lines(walk, data, size);
		if (complete)
			walk_body_line(walk, (const void *)"\r\n", 2, TRUE);
		return TRUE;
	}
	if (walk->original != NULL &&
	    bounce_walk_original_pass_on(walk, header))
		walk->state = WALK_BODY;
	else if (!bounce_walk_set_header(walk, header))
		return FALSE;
	bounce_header_builder_get_body(walk->header, &data, &size);
	walk_body_lines(walk, data, size);
	return TRUE;
}

static void
walk_original_body(struct bounce_walk *walk, const unsigned char *data,
		   size_t size)
{
	struct bounce_original *original = walk->original;

	/* empty lines at its end are not counted: there may be no body */
	original->body_seen += size;
	if (size > 2 || (data[0] != '\r' && data[0] != '\n'))
		original->body_size = original->body_seen;
	if (walk->hasher != NULL)
		bounce_dkim_body_more(walk->hasher, data, size);
}

/* An original whose body nobody looks into is truncated if it is a multipart
   and does not end. */
static void
walk_opaque_line(struct bounce_walk *walk, const unsigned char *data,
		 size_t size)
{
	size_t boundary_size;

	if (walk->boundary == NULL || walk->closed)
		return;
	boundary_size = strlen(walk->boundary);
	if (size >= boundary_size + 4 &&
	    memcmp(data + 2, walk->boundary, boundary_size) == 0 &&
	    memcmp(data + 2 + boundary_size, "--", 2) == 0)
		walk->closed = TRUE;
}

static void
walk_body_line(struct bounce_walk *walk, const unsigned char *data,
	       size_t size, bool start)
{
	bool dashes = start && size > 2 && data[0] == '-' && data[1] == '-';

	if (walk->original != NULL)
		walk_original_body(walk, data, size);
	if (walk->state == WALK_OPAQUE) {
		if (dashes)
			walk_opaque_line(walk, data, size);
		return;
	}
	if (dashes && walk->depth > 0 && walk_is_boundary(walk, data, size))
		return;
	if (walk->state == WALK_PART_HEADER) {
		switch (bounce_header_builder_line(walk->part_header, data,
						   size, start)) {
		case BOUNCE_HEADER_LINE_FIELD:
			return;
		case BOUNCE_HEADER_LINE_END:
			walk_part_header_done(walk, TRUE);
			return;
		case BOUNCE_HEADER_LINE_BODY:
			walk_part_header_done(walk, FALSE);
			/* the boundary that was declared just now */
			if (dashes && walk_is_boundary(walk, data, size))
				return;
			break;
		}
	}
	bounce_leaf_line(&walk->leaf, data, size, start);
}

bool bounce_walk_line(struct bounce_walk *walk, const unsigned char *data,
		      size_t size, bool start)
{
	if (walk->state == WALK_HEADER) {
		switch (bounce_header_builder_line(walk->header, data, size,
						   start)) {
		case BOUNCE_HEADER_LINE_FIELD:
			return TRUE;
		case BOUNCE_HEADER_LINE_END:
			return walk_header_done(walk, TRUE);
		case BOUNCE_HEADER_LINE_BODY:
			if (!walk_header_done(walk, FALSE))
				return FALSE;
			break;
		}
	}
	walk_body_line(walk, data, size, start);
	return TRUE;
}

static void walk_finish_open_header(struct bounce_walk *walk)
{
	if (walk->state == WALK_HEADER)
		(void)walk_header_done(walk, FALSE);
	else if (walk->state == WALK_PART_HEADER)
		walk_part_header_done(walk, FALSE);
}

void bounce_walk_deinit(struct bounce_walk **_walk)
{
	struct bounce_walk *walk = *_walk;
	struct bounce_message *message = walk->message;

	*_walk = NULL;
	walk_finish_open_header(walk);
	bounce_leaf_deinit(&walk->leaf);
	message->unclosed = walk->boundary != NULL && !walk->closed;
	bounce_walk_report_finish(walk);
	if (walk->original != NULL)
		bounce_walk_original_finish(walk);
}
