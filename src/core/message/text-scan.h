#ifndef BOUNCE_TEXT_H
#define BOUNCE_TEXT_H

/* Reads a text: keeps it for its wording, and looks for originals in it, which
   are found by what they are: a block of fields. Who reads the message around it
   gets the lines of an original by callback. */

#include "base/charset.h"
#include "base/lines.h"
#include "message/message.h"

enum bounce_text_flags {
	/* keep it for its wording */
	BOUNCE_TEXT_KEEP	= 0x01,
	/* look for an original in it */
	BOUNCE_TEXT_SCAN	= 0x02,
	/* only for one that it begins with */
	BOUNCE_TEXT_TOP		= 0x04,
	/* take what is left without its tags */
	BOUNCE_TEXT_HTML	= 0x08
};

/* What all texts of the delivered message share. */
struct bounce_text_shared {
	/* decoded octets in which an original was looked for */
	uoff_t scanned;
	struct bounce_charsets charsets;
};

/* The message that the text is of. */
struct bounce_text_owner {
	pool_t pool;
	struct bounce_text_shared *shared;
	/* Whether it has originals is read; over_limit is set, where what is
	   looked for may be beyond a cap. */
	struct bounce_message *message;
	/* All that was kept of its texts, as UTF-8 where the charset is known;
	   at most BOUNCE_TEXT_MAX_SIZE. */
	buffer_t *kept;
};

struct bounce_text_callbacks {
	/* An original was found. Its header may be kept. Returns FALSE if a cap
	   forbids to read it: then no more is looked for. */
	bool (*begin)(void *context, enum bounce_original_source source,
		      const struct bounce_header *header);
	/* The next line of its body, or piece of one. */
	bounce_line_callback_t *line;
	/* It ended before the text; it is not called where both end. */
	void (*end)(void *context);
};

/* charset: of what is kept; NULL: not known. */
struct bounce_text *
bounce_text_init(struct bounce_text_owner *owner, enum bounce_text_flags flags,
		 const char *charset,
		 const struct bounce_text_callbacks *callbacks, void *context);
/* The next line of decoded text, or piece of one. */
void bounce_text_line(struct bounce_text *text, const unsigned char *data,
		      size_t size, bool start);
void bounce_text_deinit(struct bounce_text **text);

#endif
