#ifndef BOUNCE_MESSAGE_H
#define BOUNCE_MESSAGE_H

/* A message read in one pass: its header, what its parts are, what its status
   part says, and the messages that came back in it. The body streams by; what
   is kept of it is bounded by base/limits.h. */

#include "base/types.h"
#include "header/header.h"
#include "dkim/dkim.h"

struct istream;
struct bounce_envelope;
struct bounce_kind_marks;
struct bounce_report;
struct bounce_original;

/* Parts that a message has of its own: never those inside a returned
   message. */
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
	/* What it shows of the kind of the message. */
	const struct bounce_kind_marks *marks;
	/* Lower case "type/subtype"; "text/plain" if there is none. */
	const char *content_type;
	/* Lower case; NULL: none. RFC 6522 section 3. */
	const char *report_type;

	enum bounce_part parts;
	/* From the first status part, or NULL. */
	const struct bounce_report *report;
	/* The beginning of the decoded text, for wordings; sanitised by
	   nobody. */
	const unsigned char *text;
	size_t text_size;
	/* What came back, in the order of the message. */
	struct bounce_original *originals;

	/* A cap (depth, parts, header) was reached. */
	bool over_limit:1;
	/* The header alone showed that this is no bounce: the body was not
	   read. */
	bool header_only:1;
	/* A multipart was not closed by its boundary. */
	bool unclosed:1;
};

enum bounce_original_source {
	/* A message/rfc822, message/global, text/rfc822-headers.. part. */
	BOUNCE_SOURCE_PART,
	/* Inline in a text part. */
	BOUNCE_SOURCE_TEXT,
	/* The same in HTML, which does not keep all of the white space. */
	BOUNCE_SOURCE_HTML
};

struct bounce_original {
	struct bounce_original *next;

	/* What came back, as a message: it may be a bounce itself. */
	struct bounce_message message;
	enum bounce_original_source source;
	enum bounce_original_state state;
	/* 1: it came back in the delivered message; 2: in its original.. */
	unsigned int level;
	/* Octets of body that came back; and without the empty lines at its
	   end: 0 if no body came back. */
	uoff_t body_seen;
	uoff_t body_size;

	/* What the signatures of its header are compared with; NULL: it has no
	   header of its own. */
	const struct bounce_dkim_body_hashes *body;
};

struct bounce_message_settings {
	/* Who sent it to whom. */
	const struct bounce_envelope *envelope;
	/* Read the body even if the header says that this is no bounce. */
	bool read_all;
};

/* The push interface. data is cut anywhere. more() returns FALSE when the rest
   is not needed. finish() ends the message, frees what is not in the pool, and
   must be called; the message is the pool's and points to no input. */
struct bounce_message_parser *
bounce_message_parser_init(pool_t pool,
			   const struct bounce_message_settings *set);
bool bounce_message_parser_more(struct bounce_message_parser *parser,
				const unsigned char *data, size_t size);
const struct bounce_message *
bounce_message_parser_finish(struct bounce_message_parser **parser);

/* Read a blocking stream from where it stands. Returns 0, or -1 if it could
   not be read (the message is then what was read before). */
int bounce_message_read(pool_t pool, struct istream *input,
			const struct bounce_message_settings *set,
			const struct bounce_message **message_r,
			const char **error_r);

#endif
