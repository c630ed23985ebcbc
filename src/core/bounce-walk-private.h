#ifndef BOUNCE_WALK_PRIVATE_H
#define BOUNCE_WALK_PRIVATE_H

/* For the files that the walk consists of: bounce-walk.c goes through the lines
   of a message and its parts, bounce-walk-original.c begins and ends what came
   back in it, and bounce-walk-report.c keeps what the message says itself. */

#include "bounce-message-private.h"

struct bounce_dkim_body_hasher;

enum walk_state {
	/* in the header of the message */
	WALK_HEADER,
	/* in the header of a part */
	WALK_PART_HEADER,
	/* in a part, a preamble or an epilogue */
	WALK_BODY,
	/* nothing in the body is of interest but its octets */
	WALK_OPAQUE
};

struct walk_multipart {
	const char *boundary;
	size_t boundary_size;
	bool digest;
};

struct bounce_walk {
	struct bounce_walk_shared *shared;
	struct bounce_walk *parent;
	struct bounce_message *message;
	/* NULL: the message that is being delivered */
	struct bounce_original *original;
	struct bounce_original **originals_tail;

	enum walk_state state;
	/* of the message, then of its parts */
	struct bounce_header_builder *header, *part_header;
	struct walk_multipart stack[BOUNCE_MIME_MAX_DEPTH];
	unsigned int depth;
	struct bounce_leaf leaf;

	/* the outermost boundary, and whether it was closed */
	const char *boundary;
	bool closed;
	/* the original was found in a text or as the header of a part */
	bool header_given;
	/* the header of its part, which may be that of the original: unless
	   one comes in the part */
	const struct bounce_header *original_header;
	/* what came was no header: it was given to another walk */
	bool passed_on;

	struct bounce_dkim_body_hasher *hasher;
	buffer_t *status;
	buffer_t *text;
};

/* walk is of a message that is read to message. */
struct bounce_walk *bounce_walk_alloc(struct bounce_walk_shared *shared,
				      struct bounce_message *message);
/* The header of the message was found elsewhere, or ends here. FALSE: the body
   is not needed. */
bool bounce_walk_set_header(struct bounce_walk *walk,
			    const struct bounce_header *header);
/* The part of a returned message began with something else. TRUE if an original
   is looked for below it, by a leaf that takes what is the body. */
bool bounce_walk_original_pass_on(struct bounce_walk *walk,
				  const struct bounce_header *header);
/* A returned message was read: it joins the others, if it is one. */
void bounce_walk_original_finish(struct bounce_walk *walk);

/* A status part begins; what it says is to be put into walk->status. */
void bounce_walk_begin_status(struct bounce_walk *walk);
/* The message was read: set what it says. */
void bounce_walk_report_finish(struct bounce_walk *walk);

#endif
