#ifndef BOUNCE_MIME_H
#define BOUNCE_MIME_H

/* Reads the MIME fields of a header. RFC 2045, RFC 2046, RFC 6522. */

#include "base/limits.h"

struct bounce_header;

enum bounce_encoding {
	BOUNCE_ENCODING_IDENTITY = 0,	/* 7bit, 8bit, binary, unknown */
	BOUNCE_ENCODING_QUOTED_PRINTABLE,
	BOUNCE_ENCODING_BASE64
};

struct bounce_mime {
	/* "type/subtype" in lower case. */
	const char *type;
	/* The boundary of multipart/...; NULL: there is none. */
	const char *boundary;
	/* The parameter report-type in lower case; NULL: there is none. */
	const char *report_type;
	/* The charset of text/...; NULL: none is named. */
	const char *charset;
	enum bounce_encoding encoding;
};

/* Read the MIME fields of a header. The strings are the pool's. default_type is
   the type of a part that has no Content-Type which can be read (RFC 2045
   section 5.2, RFC 2046 section 5.1.5); it must be a static string, as it is
   not copied. */
void bounce_mime_parse(pool_t pool, const struct bounce_header *header,
		       const char *default_type, struct bounce_mime *mime_r);
/* Read the transfer encoding alone. */
enum bounce_encoding
bounce_mime_get_encoding(const struct bounce_header *header);

/* The multiparts that are open, the outermost first. The owner zeroes the
   struct before its first use, and closes multiparts by making depth
   smaller. */
struct bounce_multiparts {
	struct {
		const char *boundary;
		size_t boundary_size;
		bool digest;
	} stack[BOUNCE_MIME_MAX_DEPTH];
	unsigned int depth;
};

/* Open a multipart. mime must have a boundary, which is not copied. Returns
   FALSE if BOUNCE_MIME_MAX_DEPTH multiparts are open already. */
bool bounce_multiparts_open(struct bounce_multiparts *multiparts,
			    const struct bounce_mime *mime);
/* TRUE if the innermost open multipart is a digest, whose parts are messages
   unless they say otherwise (RFC 2046 section 5.1.5). */
bool bounce_multiparts_in_digest(const struct bounce_multiparts *multiparts);
/* Take a line that begins with "--". Returns the index of the multipart whose
   boundary it is, the innermost one if there are several, or -1 if there is
   none. last_r is set to whether the boundary closes the multipart. */
int bounce_multiparts_find(const struct bounce_multiparts *multiparts,
			   const unsigned char *data, size_t size,
			   bool *last_r);

#endif
