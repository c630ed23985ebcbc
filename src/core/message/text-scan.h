#ifndef BOUNCE_TEXT_SCAN_H
#define BOUNCE_TEXT_SCAN_H

/* Reads a text: keeps its beginning to look for wordings, and looks for
   originals in it. An original is recognised by its header, a block of fields.
   Its lines are given to callbacks of the reader of the message. */

#include "base/charset.h"
#include "base/lines.h"
#include "message/message.h"

enum bounce_text_flags {
	/* keep the text to look for wordings */
	BOUNCE_TEXT_KEEP	= 0x01,
	/* look for an original in the text */
	BOUNCE_TEXT_SCAN	= 0x02,
	/* look only for one at the beginning of the text */
	BOUNCE_TEXT_TOP		= 0x04,
	/* the text is HTML: take its tags out */
	BOUNCE_TEXT_HTML	= 0x08
};

/* What all texts of the delivered message share. */
struct bounce_text_shared {
	/* in how many decoded octets an original was looked for */
	uoff_t scanned;
	struct bounce_charsets charsets;
};

/* The message to which the text belongs. */
struct bounce_text_owner {
	pool_t pool;
	struct bounce_text_shared *shared;
	/* The scan reads whether it has originals, and sets over_limit if an
	   original may be beyond a cap. */
	struct bounce_message *message;
	/* What was kept of all its texts, at most BOUNCE_TEXT_MAX_SIZE octets;
	   it is UTF-8 if the charset is known. NULL: nothing yet. */
	buffer_t *kept;
};

struct bounce_text_callbacks {
	/* An original with this header was found; the header is from the
	   owner's pool. Returns FALSE if a cap forbids to read the original,
	   and then no other one is looked for. */
	bool (*begin)(void *context, enum bounce_original_source source,
		      const struct bounce_header *header);
	/* Gets the next line of the original's body, or a piece of a line. */
	bounce_line_callback_t *line;
	/* The original ended before the text did. This is not called if both
	   end together. */
	void (*end)(void *context);
};

/* Begin a text that belongs to owner, which must live until deinit(). charset
   is that of the decoded text; NULL: it is not known. */
struct bounce_text *
bounce_text_init(struct bounce_text_owner *owner, enum bounce_text_flags flags,
		 const char *charset,
		 const struct bounce_text_callbacks *callbacks, void *context);
/* Take the next line of decoded text, or a piece of a line; start is TRUE for a
   line and for the first piece of one. deinit() ends the text, and sets *text
   to NULL. */
void bounce_text_line(struct bounce_text *text, const unsigned char *data,
		      size_t size, bool start);
void bounce_text_deinit(struct bounce_text **text);

#endif
