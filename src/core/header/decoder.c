/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "qp-decoder.h"
#include "header/decoder.h"

void bounce_decoder_init(struct bounce_decoder *decoder, pool_t pool,
			 enum bounce_encoding encoding,
			 bounce_line_callback_t *callback, void *context)
{
	i_zero(decoder);
	decoder->callback = callback;
	decoder->context = context;
	if (encoding == BOUNCE_ENCODING_IDENTITY)
		return;

	/* from the heap: the buffer is used again for each line, and may
	   grow */
	decoder->decoded = buffer_create_dynamic(default_pool, 1024);
	bounce_lines_init(&decoder->lines, pool, callback, context);
	if (encoding == BOUNCE_ENCODING_QUOTED_PRINTABLE)
		decoder->qp = qp_decoder_init(decoder->decoded);
	else
		base64_decode_init(&decoder->base64, &base64_scheme, 0);
}

static void decoder_give(struct bounce_decoder *decoder)
{
	(void)bounce_lines_more(&decoder->lines, decoder->decoded->data,
				decoder->decoded->used);
	buffer_set_used_size(decoder->decoded, 0);
}

void bounce_decoder_line(struct bounce_decoder *decoder,
			 const unsigned char *data, size_t size, bool start)
{
	size_t pos;
	const char *error;

	if (decoder->decoded == NULL) {
		(void)decoder->callback(data, size, start, decoder->context);
		return;
	}
	if (decoder->broken)
		return;
	if (decoder->qp != NULL)
		(void)qp_decoder_more(decoder->qp, data, size, &pos, &error);
	else if (base64_decode_more(&decoder->base64, data, size, &pos,
				    decoder->decoded) <= 0) {
		/* the base64 has ended, or is invalid */
		decoder->broken = TRUE;
	}
	decoder_give(decoder);
}

void bounce_decoder_deinit(struct bounce_decoder *decoder)
{
	const char *error;

	if (decoder->decoded == NULL)
		return;
	if (decoder->qp != NULL) {
		(void)qp_decoder_finish(decoder->qp, &error);
		decoder_give(decoder);
		qp_decoder_deinit(&decoder->qp);
	} else {
		(void)base64_decode_finish(&decoder->base64);
	}
	(void)bounce_lines_finish(&decoder->lines);
	buffer_free(&decoder->decoded);
}
