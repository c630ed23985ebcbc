#ifndef BOUNCE_DECODER_H
#define BOUNCE_DECODER_H

/* Takes the transfer encoding of a part away (RFC 2045 section 6), and gives what
   is left in lines. */

#include "base64.h"
#include "base/lines.h"
#include "header/mime.h"

struct bounce_decoder {
	bounce_line_callback_t *callback;
	void *context;

	/* NULL: there is no encoding */
	buffer_t *decoded;
	/* NULL: it is base64 */
	struct qp_decoder *qp;
	struct base64_decoder base64;
	struct bounce_lines lines;
	/* nothing more can be decoded */
	bool broken;
};

/* The callback gets the decoded lines, and has to return TRUE. */
void bounce_decoder_init(struct bounce_decoder *decoder, pool_t pool,
			 enum bounce_encoding encoding,
			 bounce_line_callback_t *callback, void *context);
/* The next line, or piece of one, as it was sent. What is invalid in
   quoted-printable stays as it is, and ends base64. */
void bounce_decoder_line(struct bounce_decoder *decoder,
			 const unsigned char *data, size_t size, bool start);
/* Gives the rest. It may be called again, or without init() on zeroed
   memory. */
void bounce_decoder_deinit(struct bounce_decoder *decoder);

#endif
