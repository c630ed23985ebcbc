/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "header/block.h"
#include "header/decoder.h"
#include "base/envelope.h"
#include "wording/marks.h"
#include "base/limits.h"
#include "message/part.h"
#include "report/delivery-status.h"
#include "message/reader.h"

enum walk_state {
	/* in the header of the message */
	WALK_HEADER,
	/* in the header of a part */
	WALK_PART_HEADER,
	/* in a part, a preamble or an epilogue */
	WALK_BODY,
	/* in a body whose parts are not looked at */
	WALK_OPAQUE
};

struct bounce_walk {
	struct bounce_walk_shared *shared;
	struct bounce_walk *parent;
	struct bounce_message *message;
	/* NULL: the message that is being delivered */
	struct bounce_original *original;
	struct bounce_original **originals_tail;

	enum walk_state state;
	/* the header of the message, and then those of its parts */
	struct bounce_header_builder *header, *part_header;
	struct bounce_multiparts multiparts;

	/* The part that is open: its lines are given to text, or otherwise to
	   child. An original that was found in the text is a child, too. */
	struct bounce_decoder decoder;
	struct bounce_text *text;
	struct bounce_walk *child;
	/* whether they are also given to status */
	bool is_status;
	buffer_t *status;
	struct bounce_text_owner texts;

	/* the outermost boundary, and whether the last one was seen */
	const char *boundary;
	bool closed;
	/* The header of the part that this message came in. It is the header of
	   this message, too, unless one comes in the part. */
	const struct bounce_header *original_header;
	/* The part did not begin with the header of a message: another walk
	   reads what follows. */
	bool passed_on;

	struct bounce_dkim_body_hasher *hasher;
};

static bool walk_set_header(struct bounce_walk *walk,
			    const struct bounce_header *header);

struct bounce_walk *
bounce_walk_init(struct bounce_walk_shared *shared,
		 struct bounce_message *message)
{
	struct bounce_walk *walk;

	walk = p_new(shared->pool, struct bounce_walk, 1);
	walk->shared = shared;
	walk->message = message;
	walk->originals_tail = &message->originals;
	walk->header = bounce_header_builder_init(shared->pool,
						  BOUNCE_HEADER_MESSAGE);
	walk->texts.pool = shared->pool;
	walk->texts.shared = &shared->text;
	walk->texts.message = message;
	return walk;
}

/*
 * Originals
 */

/* Returns the walk of the message to which an original found here belongs. */
static struct bounce_walk *walk_owner(struct bounce_walk *walk)
{
	return walk->passed_on ? walk->parent : walk;
}

/* Begin an original: the open part is a message that came back, or has one in
   it. with_header is the header if that was found already, in a text or as the
   header of a part, so that lines of the body follow; NULL: the lines begin
   with the header. Returns FALSE if a cap forbids to read the original. */
static bool
walk_begin_original(struct bounce_walk *walk,
		    enum bounce_original_source source,
		    const struct bounce_header *with_header)
{
	struct bounce_walk_shared *shared = walk->shared;
	struct bounce_walk *parent = walk_owner(walk);
	struct bounce_original *original;
	unsigned int level;

	level = parent->original == NULL ? 1 : parent->original->level + 1;
	if (level > BOUNCE_MAX_LEVELS ||
	    shared->originals_count == BOUNCE_MAX_ORIGINALS) {
		parent->message->over_limit = TRUE;
		return FALSE;
	}
	shared->originals_count++;

	original = p_new(shared->pool, struct bounce_original, 1);
	original->source = source;
	original->level = level;
	walk->child = bounce_walk_init(shared, &original->message);
	walk->child->parent = parent;
	walk->child->original = original;
	if (with_header != NULL)
		(void)walk_set_header(walk->child, with_header);
	return TRUE;
}

static enum bounce_original_state
walk_original_state(const struct bounce_walk *walk)
{
	const struct bounce_original *original = walk->original;

	if (original->message.header->over_limit ||
	    (original->body_size == 0 &&
	     bounce_dkim_header_is_cut(original->message.header)))
		return BOUNCE_ORIGINAL_TRUNCATED;
	/* it is a summary of a few fields that people look at */
	if (!bounce_block_is_original(original->message.header))
		return BOUNCE_ORIGINAL_TRUNCATED;
	if (original->body_size == 0)
		return BOUNCE_ORIGINAL_HEADERS;
	if (walk->boundary != NULL && !walk->closed)
		return BOUNCE_ORIGINAL_TRUNCATED;
	return BOUNCE_ORIGINAL_FULL;
}

/* A returned message was read: add it to the originals, if it is one. */
static void walk_finish_original(struct bounce_walk *walk)
{
	struct bounce_original *original = walk->original;

	if (walk->hasher != NULL)
		original->body = bounce_dkim_body_finish(&walk->hasher);
	/* there was no message in the part, whatever its type is */
	if (walk->passed_on)
		return;
	original->state = walk_original_state(walk);
	*walk->parent->originals_tail = original;
	walk->parent->originals_tail = &original->next;
}

/*
 * Parts
 */

static void walk_finish_status(struct bounce_walk *walk)
{
	struct bounce_message *message = walk->message;
	const struct bounce_report *report;

	/* some servers give this type to a text for people, too */
	report = bounce_report_parse(walk->shared->pool, walk->status->data,
				     walk->status->used);
	message->report = message->report == NULL ? report :
		bounce_report_merge(walk->shared->pool, message->report,
				    report);
	buffer_set_used_size(walk->status, 0);
}

static bool
walk_text_begin(void *context, enum bounce_original_source source,
		const struct bounce_header *header)
{
	return walk_begin_original(context, source, header);
}

static bool
walk_text_line(const unsigned char *data, size_t size, bool start,
	       void *context)
{
	struct bounce_walk *walk = context;

	(void)bounce_walk_line(walk->child, data, size, start);
	return TRUE;
}

static void walk_text_end(void *context)
{
	struct bounce_walk *walk = context;

	bounce_walk_deinit(&walk->child);
}

static void
walk_open_text(struct bounce_walk *walk, enum bounce_text_flags flags,
	       const char *charset)
{
	static const struct bounce_text_callbacks callbacks = {
		.begin = walk_text_begin,
		.line = walk_text_line,
		.end = walk_text_end
	};

	walk->text = bounce_text_init(&walk_owner(walk)->texts, flags, charset,
				      &callbacks, walk);
}

static bool
walk_decoded_line(const unsigned char *data, size_t size, bool start,
		  void *context)
{
	struct bounce_walk *walk = context;

	if (walk->is_status) {
		buffer_append(walk->status, data,
			      I_MIN(size, BOUNCE_REPORT_MAX_SIZE -
				    walk->status->used));
	}
	if (walk->text != NULL)
		bounce_text_line(walk->text, data, size, start);
	else
		(void)bounce_walk_line(walk->child, data, size, start);
	return TRUE;
}

static void
walk_open_decoder(struct bounce_walk *walk, enum bounce_encoding encoding)
{
	bounce_decoder_init(&walk->decoder, walk->shared->pool, encoding,
			    walk_decoded_line, walk);
}

static void walk_part_line(struct bounce_walk *walk, const unsigned char *data,
			   size_t size, bool start)
{
	if (walk->text != NULL || walk->child != NULL)
		bounce_decoder_line(&walk->decoder, data, size, start);
}

static void walk_close_part(struct bounce_walk *walk)
{
	bounce_decoder_deinit(&walk->decoder);
	if (walk->text != NULL)
		bounce_text_deinit(&walk->text);
	if (walk->child != NULL)
		bounce_walk_deinit(&walk->child);
	if (walk->is_status)
		walk_finish_status(walk);
	walk->is_status = FALSE;
}

/* Open a part that is not a multipart, or whose boundary is not known.
   original_header: the part's header, if that may also be the header of an
   original; otherwise NULL. */
static void
walk_open_leaf(struct bounce_walk *walk, const struct bounce_mime *mime,
	       const struct bounce_header *original_header)
{
	const struct bounce_part_type *type = bounce_part_type_find(mime->type);

	walk->message->parts |= type->part;
	switch (type->use) {
	case BOUNCE_PART_USE_SKIP:
		return;
	case BOUNCE_PART_USE_ORIGINAL:
		if (!walk_begin_original(walk, BOUNCE_SOURCE_PART, NULL))
			return;
		walk->child->original_header = original_header;
		break;
	case BOUNCE_PART_USE_STATUS:
		walk->is_status = TRUE;
		if (walk->status == NULL) {
			walk->status = buffer_create_dynamic(
				walk->shared->pool, 1024);
		}
		/* fall through */
	case BOUNCE_PART_USE_TEXT:
		walk_open_text(walk, type->text, mime->charset);
		break;
	}
	walk_open_decoder(walk, mime->encoding);
}

/* Open a multipart. Its preamble is read as text, because the boundary may
   never come. */
static void
walk_open_multipart(struct bounce_walk *walk, const struct bounce_mime *mime)
{
	static const struct bounce_mime preamble = { .type = "text/plain" };

	if (!bounce_multiparts_open(&walk->multiparts, mime)) {
		walk->message->over_limit = TRUE;
		return;
	}
	if (bounce_multiparts_in_digest(&walk->multiparts))
		walk->message->parts |= BOUNCE_PART_DIGEST;
	walk_open_leaf(walk, &preamble, NULL);
}

static void
walk_open_part(struct bounce_walk *walk, const struct bounce_mime *mime)
{
	walk->state = WALK_BODY;
	if (mime->boundary != NULL)
		walk_open_multipart(walk, mime);
	else
		walk_open_leaf(walk, mime, NULL);
}

static void walk_part_header_done(struct bounce_walk *walk, bool complete)
{
	const struct bounce_header *header =
		bounce_header_builder_finish(walk->part_header, complete);
	struct bounce_mime mime;

	walk->state = WALK_BODY;
	if (header->over_limit)
		walk->message->over_limit = TRUE;
	bounce_mime_parse(walk->shared->pool, header,
			  bounce_multiparts_in_digest(&walk->multiparts) ?
			  "message/rfc822" : "text/plain", &mime);
	if (!bounce_block_replaces_part_header(header)) {
		walk_open_part(walk, &mime);
		return;
	}
	/* The header may be that of an original, which then keeps it, so the
	   builder must not be used again. */
	walk->part_header = NULL;
	if (bounce_part_type_find(mime.type)->use == BOUNCE_PART_USE_ORIGINAL)
		walk_open_leaf(walk, &mime, header);
	else if (walk_begin_original(walk, BOUNCE_SOURCE_PART, header))
		walk_open_decoder(walk, BOUNCE_ENCODING_IDENTITY);
}

/*
 * Boundaries
 */

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

	i = bounce_multiparts_find(&walk->multiparts, data, size, &last);
	if (i < 0)
		return FALSE;
	/* the part had only a header, which may be that of an original */
	if (walk->state == WALK_PART_HEADER)
		walk_part_header_done(walk, FALSE);
	walk_close_part(walk);
	walk->multiparts.depth = last ? i : i + 1;
	if (last) {
		walk->state = WALK_BODY;
		if (i == 0)
			walk->closed = TRUE;
	} else {
		walk_begin_part(walk);
	}
	return TRUE;
}

/*
 * The message
 */

static const struct bounce_envelope *
walk_envelope(const struct bounce_walk *walk)
{
	static const struct bounce_envelope no_envelope;

	return walk->original != NULL || walk->shared->set->envelope == NULL ?
		&no_envelope : walk->shared->set->envelope;
}

/* Set the header of the message, which ends here or was found elsewhere.
   Returns FALSE if the body is not needed. */
static bool walk_set_header(struct bounce_walk *walk,
			    const struct bounce_header *header)
{
	struct bounce_message *message = walk->message;
	pool_t pool = walk->shared->pool;
	struct bounce_mime mime;

	bounce_mime_parse(pool, header, "text/plain", &mime);
	message->header = header;
	message->content_type = mime.type;
	message->report_type = mime.report_type;
	message->over_limit = header->over_limit;
	walk->boundary = mime.boundary;

	if (walk->original != NULL)
		walk->hasher = bounce_dkim_body_init(pool, header);
	message->marks = bounce_kind_marks_get(pool, header,
					       walk_envelope(walk));
	if (!message->marks->possible &&
	    !(walk->original == NULL && walk->shared->set->read_all)) {
		message->header_only = TRUE;
		walk->state = WALK_OPAQUE;
		return walk->original != NULL;
	}
	walk_open_part(walk, &mime);
	return TRUE;
}

/* The part of a returned message may begin with something that is not its
   header. Returns TRUE if it does, so that the original is looked for in what
   follows. */
static bool walk_pass_on(struct bounce_walk *walk,
			 const struct bounce_header *header)
{
	bool of_part = bounce_block_is_of_part(header), machine;

	if (!of_part && bounce_block_count_known(header, 1, &machine) > 0)
		return FALSE;
	walk->passed_on = TRUE;
	walk->message->header = header;
	walk->message->content_type = "text/plain";
	if (header->over_limit)
		walk->parent->message->over_limit = TRUE;

	if (!of_part) {
		/* it is a text, and the original may stand in it */
		walk_open_text(walk, BOUNCE_TEXT_SCAN, NULL);
		walk_open_decoder(walk, BOUNCE_ENCODING_IDENTITY);
	} else if (walk_begin_original(walk, BOUNCE_SOURCE_PART, NULL)) {
		walk_open_decoder(walk, bounce_mime_get_encoding(header));
	}
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
	bool given = walk->original_header != NULL &&
		!bounce_block_is_original(header);
	const unsigned char *data;
	size_t size;

	if (given) {
		/* the lines that were taken for a header are of the body */
		(void)walk_set_header(walk, walk->original_header);
		walk_body_lines(walk, header->data, header->size);
	} else if (walk->original != NULL && walk_pass_on(walk, header))
		walk->state = WALK_BODY;
	else if (!walk_set_header(walk, header))
		return FALSE;
	bounce_header_builder_get_body(walk->header, &data, &size);
	walk_body_lines(walk, data, size);
	if (given && complete)
		walk_body_line(walk, (const void *)"\r\n", 2, TRUE);
	return TRUE;
}

static void
walk_original_body(struct bounce_walk *walk, const unsigned char *data,
		   size_t size)
{
	struct bounce_original *original = walk->original;

	/* empty lines at the end do not count, as there may be no body */
	original->body_seen += size;
	if (size > 2 || (data[0] != '\r' && data[0] != '\n'))
		original->body_size = original->body_seen;
	if (walk->hasher != NULL)
		bounce_dkim_body_more(walk->hasher, data, size);
}

/* Look for the last boundary of an original whose parts are not looked at: if
   it is missing, the original is truncated. */
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
	if (dashes && walk_is_boundary(walk, data, size))
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
			/* it may be the boundary that this header has
			   declared */
			if (dashes && walk_is_boundary(walk, data, size))
				return;
			break;
		}
	}
	walk_part_line(walk, data, size, start);
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

void bounce_walk_deinit(struct bounce_walk **_walk)
{
	struct bounce_walk *walk = *_walk;

	*_walk = NULL;
	if (walk->state == WALK_HEADER)
		(void)walk_header_done(walk, FALSE);
	else if (walk->state == WALK_PART_HEADER)
		walk_part_header_done(walk, FALSE);
	walk_close_part(walk);
	walk->message->unclosed = walk->boundary != NULL && !walk->closed;
	if (walk->texts.kept != NULL) {
		walk->message->text = walk->texts.kept->data;
		walk->message->text_size = walk->texts.kept->used;
	}
	if (walk->original != NULL)
		walk_finish_original(walk);
}
