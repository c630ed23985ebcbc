#ifndef BOUNCE_MESSAGE_PRIVATE_H
#define BOUNCE_MESSAGE_PRIVATE_H

/* How a message is read: a walk for each level of messages, with a leaf for
   the part that is open, which decodes it and gives it to a collector, to the
   text scan, or to the walk of the next level.

   The line end before a boundary belongs to the boundary (RFC 2046 section
   5.1.1), yet is given with its line: nothing that is computed from it here
   depends on whether the last line of a part has a line end. */

#include "bounce-lines.h"
#include "bounce-mime.h"
#include "bounce-limits.h"
#include "bounce-charset.h"
#include "bounce-message.h"
#include "base64.h"

struct bounce_walk;
struct bounce_text;

/* What all levels of one delivered message share. */
struct bounce_walk_shared {
	pool_t pool;
	const struct bounce_message_settings *set;
	unsigned int parts_count;
	unsigned int originals_count;
	/* decoded octets in which an original was looked for */
	uoff_t scanned;
	struct bounce_charsets charsets;
};

enum bounce_leaf_sink {
	BOUNCE_LEAF_SKIP = 0,
	/* into a buffer; an original may stand in it, where the boundary before
	   it is damaged */
	BOUNCE_LEAF_COLLECT,
	/* text, in which an original may stand */
	BOUNCE_LEAF_TEXT,
	/* a returned message */
	BOUNCE_LEAF_MESSAGE
};

struct bounce_leaf {
	enum bounce_leaf_sink sink;
	enum bounce_encoding encoding;

	struct qp_decoder *qp;
	struct base64_decoder base64;
	buffer_t *decoded;
	struct bounce_lines lines;
	/* nothing more can be decoded */
	bool broken;

	/* by sink */
	buffer_t *collect;
	struct bounce_text *text;
	struct bounce_walk *child;
};

void bounce_leaf_init(struct bounce_leaf *leaf, pool_t pool,
		      enum bounce_leaf_sink sink,
		      enum bounce_encoding encoding);
/* The next line of the part, or piece of one, as it was sent. */
void bounce_leaf_line(struct bounce_leaf *leaf, const unsigned char *data,
		      size_t size, bool start);
void bounce_leaf_deinit(struct bounce_leaf *leaf);

/* A walk over a message that was returned in parent's message. NULL if a cap
   forbids it. with_header: its header was found already (in a text, as a part's
   header), lines of body follow; NULL: it comes with the lines. */
struct bounce_walk *
bounce_walk_init_original(struct bounce_walk *parent,
			  enum bounce_original_source source,
			  const struct bounce_header *with_header);
/* TRUE to go on. */
bool bounce_walk_line(struct bounce_walk *walk, const unsigned char *data,
		      size_t size, bool start);
/* Ends the walk and the walks below it. */
void bounce_walk_deinit(struct bounce_walk **walk);

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

/* charset: of what is kept; NULL: not known. */
struct bounce_text *
bounce_text_init(pool_t pool, struct bounce_walk *walk,
		 enum bounce_text_flags flags, const char *charset);
/* The next line of decoded text, or piece of one. */
void bounce_text_line(struct bounce_text *text, const unsigned char *data,
		      size_t size, bool start);
void bounce_text_deinit(struct bounce_text **text);

/* For the text scan: keep text for its wording; how much was kept, to forget
   what is beyond that again; FALSE if no more of it may be scanned; and what was
   looked for may be beyond a cap; whether something came back already. */
void bounce_walk_keep_text(struct bounce_walk *walk,
			   const unsigned char *data, size_t size);
size_t bounce_walk_kept_text(const struct bounce_walk *walk);
void bounce_walk_forget_text(struct bounce_walk *walk, size_t kept);
struct bounce_charsets *bounce_walk_get_charsets(struct bounce_walk *walk);
bool bounce_walk_may_scan(struct bounce_walk *walk, size_t size);
void bounce_walk_set_over_limit(struct bounce_walk *walk);
bool bounce_walk_has_original(const struct bounce_walk *walk);

#endif
