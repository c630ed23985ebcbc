#ifndef BOUNCE_MESSAGE_H
#define BOUNCE_MESSAGE_H

/* Reads a message in one pass: its header, the types of its parts, what its
   status part says, and the messages that came back in it. The body is not
   kept, except for parts whose size base/limits.h limits. */

#include "base/types.h"
#include "header/header.h"
#include "dkim/dkim.h"

struct istream;
struct bounce_envelope;
struct bounce_kind_marks;
struct bounce_report;
struct bounce_original;

/* The parts that a message has of its own, which do not include those inside a
   returned message. */
enum bounce_part {
	BOUNCE_PART_DELIVERY_STATUS	= 0x01,	/* RFC 3464, RFC 6533 */
	BOUNCE_PART_DISPOSITION		= 0x02,	/* RFC 8098 */
	BOUNCE_PART_FEEDBACK		= 0x04,	/* RFC 5965 */
	BOUNCE_PART_MESSAGE		= 0x08,	/* message/rfc822 etc. */
	BOUNCE_PART_CALENDAR		= 0x10,	/* text/calendar */
	BOUNCE_PART_DIGEST		= 0x20	/* multipart/digest */
};

struct bounce_message {
	const struct bounce_header *header;
	/* What the header shows of the kind of the message. */
	const struct bounce_kind_marks *marks;
	/* "type/subtype" in lower case; "text/plain" if there is none. */
	const char *content_type;
	/* The report-type (RFC 6522 section 3) in lower case; NULL: there is
	   none. */
	const char *report_type;

	enum bounce_part parts;
	/* What the status parts say, merged if there are several. If the
	   delivered message has none, it is what its text says. NULL: nothing
	   was found. */
	const struct bounce_report *report;
	/* The beginning of the decoded text, to look for wordings in it. It is
	   not sanitised. */
	const unsigned char *text;
	size_t text_size;
	/* The originals that came back, in the order of the message; NULL:
	   none. */
	struct bounce_original *originals;

	/* A cap (depth, parts, header) was reached. */
	bool over_limit:1;
	/* The body was not read, because the header showed that this is not a
	   bounce. */
	bool header_only:1;
	/* A multipart was not closed by its last boundary. */
	bool unclosed:1;
};

enum bounce_original_source {
	/* It was a part: message/rfc822, message/global, text/rfc822-headers or
	   the like. */
	BOUNCE_SOURCE_PART,
	/* It stood in the text of a part. */
	BOUNCE_SOURCE_TEXT,
	/* It stood in HTML, which does not keep all white space. */
	BOUNCE_SOURCE_HTML
};

struct bounce_original {
	struct bounce_original *next;

	/* The message that came back, which may be a bounce itself. */
	struct bounce_message message;
	enum bounce_original_source source;
	enum bounce_original_state state;
	/* 1: it came back in the delivered message; 2: it came back in an
	   original of that; and so on. */
	unsigned int level;
	/* body_seen: how many octets of the body came back. body_size: the same
	   without the empty lines at its end; 0 if no body came back. */
	uoff_t body_seen;
	uoff_t body_size;

	/* The hashes of the body, for bounce_dkim_body_check(); NULL: there are
	   none. */
	const struct bounce_dkim_body_hashes *body;
};

struct bounce_message_settings {
	/* Who sent the message to whom. It must live as long as the parser. */
	const struct bounce_envelope *envelope;
	/* Read the body even if the header shows that this is not a bounce. */
	bool read_all;
};

/* Read a message that is given in pieces: init(), more() for each piece, which
   may be cut anywhere, and finish(). set must live until finish(). more()
   returns FALSE when the rest of the message is not needed. finish() must be
   called: it ends the message, frees what is not in the pool, and sets *parser
   to NULL. The message is the pool's, and does not point to any data that was
   given. */
struct bounce_message_parser *
bounce_message_parser_init(pool_t pool,
			   const struct bounce_message_settings *set);
bool bounce_message_parser_more(struct bounce_message_parser *parser,
				const unsigned char *data, size_t size);
const struct bounce_message *
bounce_message_parser_finish(struct bounce_message_parser **parser);

/* Read a message from the current position of a blocking stream. Returns 0, or
   -1 with an error if the stream could not be read; message_r is then what was
   read before the failure. The message is the pool's. */
int bounce_message_read(pool_t pool, struct istream *input,
			const struct bounce_message_settings *set,
			const struct bounce_message **message_r,
			const char **error_r);

#endif
