/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "qp-decoder.h"
#include "bounce-message-private.h"

static bool
leaf_decoded_line(const unsigned char *data, size_t size, bool start,
		  void *context)
{
	struct bounce_leaf *leaf = context;

	switch (leaf->sink) {
	case BOUNCE_LEAF_SKIP:
		break;
	case BOUNCE_LEAF_COLLECT:
		buffer_append(leaf->collect, data,
			      I_MIN(size, BOUNCE_REPORT_MAX_SIZE -
				    leaf->collect->used));
		/* fall through */
	case BOUNCE_LEAF_TEXT:
		bounce_text_line(leaf->text, data, size, start);
		break;
	case BOUNCE_LEAF_MESSAGE:
		(void)bounce_walk_line(leaf->child, data, size, start);
		break;
	}
	return TRUE;
}

void bounce_leaf_init(struct bounce_leaf *leaf, pool_t pool,
		      enum bounce_leaf_sink sink,
		      enum bounce_encoding encoding)
{
	i_zero(leaf);
	leaf->sink = sink;
	leaf->encoding = encoding;
	if (sink == BOUNCE_LEAF_SKIP ||
	    encoding == BOUNCE_ENCODING_IDENTITY)
		return;

	/* malloced: what the decoder buffers is reused for each line */
	leaf->decoded = buffer_create_dynamic(default_pool, 1024);
	bounce_lines_init(&leaf->lines, pool, leaf_decoded_line, leaf);
	if (encoding == BOUNCE_ENCODING_QUOTED_PRINTABLE)
		leaf->qp = qp_decoder_init(leaf->decoded);
	else
		base64_decode_init(&leaf->base64, &base64_scheme, 0);
}

static void leaf_give_decoded(struct bounce_leaf *leaf)
{
	(void)bounce_lines_more(&leaf->lines, leaf->decoded->data,
				leaf->decoded->used);
	buffer_set_used_size(leaf->decoded, 0);
}

static void
leaf_decode(struct bounce_leaf *leaf, const unsigned char *data, size_t size)
{
	size_t pos;
	const char *error;

	if (leaf->broken)
		return;
	if (leaf->encoding == BOUNCE_ENCODING_QUOTED_PRINTABLE) {
		/* what is invalid stays as it is */
		(void)qp_decoder_more(leaf->qp, data, size, &pos, &error);
	} else if (base64_decode_more(&leaf->base64, data, size, &pos,
				      leaf->decoded) <= 0) {
		/* the end of the data, or garbage */
		leaf->broken = TRUE;
	}
	leaf_give_decoded(leaf);
}

void bounce_leaf_line(struct bounce_leaf *leaf, const unsigned char *data,
		      size_t size, bool start)
{
	if (leaf->sink == BOUNCE_LEAF_SKIP)
		return;
	if (leaf->encoding == BOUNCE_ENCODING_IDENTITY)
		(void)leaf_decoded_line(data, size, start, leaf);
	else
		leaf_decode(leaf, data, size);
}

static void leaf_decode_finish(struct bounce_leaf *leaf)
{
	const char *error;

	if (leaf->qp != NULL) {
		(void)qp_decoder_finish(leaf->qp, &error);
		leaf_give_decoded(leaf);
		qp_decoder_deinit(&leaf->qp);
	} else {
		(void)base64_decode_finish(&leaf->base64);
	}
	(void)bounce_lines_finish(&leaf->lines);
	buffer_free(&leaf->decoded);
}

void bounce_leaf_deinit(struct bounce_leaf *leaf)
{
	if (leaf->decoded != NULL)
		leaf_decode_finish(leaf);
	if (leaf->text != NULL)
		bounce_text_deinit(&leaf->text);
	if (leaf->child != NULL)
		bounce_walk_deinit(&leaf->child);
	leaf->sink = BOUNCE_LEAF_SKIP;
}
