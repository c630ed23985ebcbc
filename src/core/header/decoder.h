#ifndef BOUNCE_DECODER_H
#define BOUNCE_DECODER_H

/* Decodes the transfer encoding of a part (RFC 2045 section 6), and gives the
   decoded text in lines. */

#include "base64.h"
#include "base/lines.h"
#include "header/mime.h"

struct bounce_decoder {
	bounce_line_callback_t *callback;
	void *context;

	/* NULL: the part is not encoded */
	buffer_t *decoded;
	/* NULL: the encoding is base64 */
	struct qp_decoder *qp;
	struct base64_decoder base64;
	struct bounce_lines lines;
	/* the base64 has ended, or is invalid: the rest is dropped */
	bool broken;
};

/* Begin a part. The callback gets the decoded lines, and must always return
   TRUE. The decoder allocates from the pool and from the heap. */
void bounce_decoder_init(struct bounce_decoder *decoder, pool_t pool,
			 enum bounce_encoding encoding,
			 bounce_line_callback_t *callback, void *context);
/* Take the next line of the part as it was sent, or a piece of the line.
   Invalid quoted-printable stays as it is; invalid base64 ends the text. */
void bounce_decoder_line(struct bounce_decoder *decoder,
			 const unsigned char *data, size_t size, bool start);
/* Give the rest of the text, and free the decoder's memory. This may be called
   twice, and on zeroed memory that was never initialized. */
void bounce_decoder_deinit(struct bounce_decoder *decoder);

#endif
