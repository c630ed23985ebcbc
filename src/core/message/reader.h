#ifndef BOUNCE_READER_H
#define BOUNCE_READER_H

/* Goes through the lines of a message and of its parts. The type of a part
   decides what its lines are given to: a buffer, the scan of a text, or
   another walk if the part is a message. Because messages may hold messages,
   functions of message/reader.c call each other recursively, at most
   BOUNCE_MAX_LEVELS deep. No other file takes part in this: the decoder and
   the scan give lines to a callback and know nothing of walks.

   The line end before a boundary belongs to the boundary (RFC 2046 section
   5.1.1), but is given with the line before it. This does no harm: nothing
   that is computed here depends on whether the last line of a part has a line
   end. */

#include "message/message.h"
#include "message/text-scan.h"

struct bounce_walk;

/* What the walks through one delivered message and the messages in it share. */
struct bounce_walk_shared {
	pool_t pool;
	const struct bounce_message_settings *set;
	unsigned int parts_count;
	unsigned int originals_count;
	struct bounce_text_shared text;
};

/* Begin to read the message that is delivered into message. The caller sets
   pool and set of shared and zeroes the rest; shared must live until
   deinit(). */
struct bounce_walk *
bounce_walk_init(struct bounce_walk_shared *shared,
		 struct bounce_message *message);
/* Take the next line with its line end, or a piece of a line; start is TRUE for
   a line and for the first piece of one. Returns FALSE if the rest of the
   message is not needed. */
bool bounce_walk_line(struct bounce_walk *walk, const unsigned char *data,
		      size_t size, bool start);
/* End the message and the messages in it, free the walk, and set *walk to
   NULL. */
void bounce_walk_deinit(struct bounce_walk **walk);

#endif
