#ifndef BOUNCE_MIME_H
#define BOUNCE_MIME_H

/* What the MIME fields of a header say. RFC 2045, 2046, 6522. */

#include "base/limits.h"

struct bounce_header;

enum bounce_encoding {
	BOUNCE_ENCODING_IDENTITY = 0,	/* 7bit, 8bit, binary, unknown */
	BOUNCE_ENCODING_QUOTED_PRINTABLE,
	BOUNCE_ENCODING_BASE64
};

struct bounce_mime {
	/* Lower case "type/subtype". */
	const char *type;
	/* Only for multipart/...; NULL: none. */
	const char *boundary;
	/* Lower case; NULL: none. */
	const char *report_type;
	/* Only for text/...; NULL: none. */
	const char *charset;
	enum bounce_encoding encoding;
};

/* default_type: what a part is without a Content-Type that can be read
   (RFC 2045 section 5.2, RFC 2046 section 5.1.5); static. */
void bounce_mime_parse(pool_t pool, const struct bounce_header *header,
		       const char *default_type, struct bounce_mime *mime_r);
/* The encoding alone. */
enum bounce_encoding
bounce_mime_get_encoding(const struct bounce_header *header);

/* The multiparts that are open, the outermost first. Zeroed to begin with; to
   close some, make depth smaller. */
struct bounce_multiparts {
	struct {
		const char *boundary;
		size_t boundary_size;
		bool digest;
	} stack[BOUNCE_MIME_MAX_DEPTH];
	unsigned int depth;
};

/* mime: with a boundary, which is not copied. Returns FALSE if too many are
   open. */
bool bounce_multiparts_open(struct bounce_multiparts *multiparts,
			    const struct bounce_mime *mime);
/* TRUE if the innermost is a digest: its parts are messages (RFC 2046 section
   5.1.5). */
bool bounce_multiparts_in_digest(const struct bounce_multiparts *multiparts);
/* The line begins with "--". Returns the index of the multipart whose boundary
   it is, of several the innermost, or -1; last_r: it is the last one. */
int bounce_multiparts_find(const struct bounce_multiparts *multiparts,
			   const unsigned char *data, size_t size,
			   bool *last_r);

#endif
