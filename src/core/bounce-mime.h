#ifndef BOUNCE_MIME_H
#define BOUNCE_MIME_H

/* What the MIME fields of a header say. RFC 2045, 2046, 6522. */

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

#endif
