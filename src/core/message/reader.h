#ifndef BOUNCE_WALK_H
#define BOUNCE_WALK_H

/* Goes through the lines of a message and of its parts. What a part is given to
   depends on its type: to a buffer, to the scan of a text, or to another walk, as
   messages nest: that is why the functions of message/reader.c call each other in a
   ring. No other file is part of it: the decoder and the scan give lines to a
   callback and know no walk. How deep it goes is bounded by BOUNCE_MAX_LEVELS.

   The line end before a boundary belongs to the boundary (RFC 2046 section
   5.1.1), yet is given with its line: nothing that is computed from it here
   depends on whether the last line of a part has a line end. */

#include "message/message.h"
#include "message/text-scan.h"

struct bounce_walk;

/* What all levels of one delivered message share. */
struct bounce_walk_shared {
	pool_t pool;
	const struct bounce_message_settings *set;
	unsigned int parts_count;
	unsigned int originals_count;
	struct bounce_text_shared text;
};

/* The walk over the message that is being delivered, which is read to message.
   shared is zeroed but for pool and set, and has to stay until deinit(). */
struct bounce_walk *
bounce_walk_init(struct bounce_walk_shared *shared,
		 struct bounce_message *message);
/* The next line with its line end, or piece of one; start: its first piece.
   Returns FALSE if the rest of the message is not needed. */
bool bounce_walk_line(struct bounce_walk *walk, const unsigned char *data,
		      size_t size, bool start);
/* Ends the message, and the messages in it. */
void bounce_walk_deinit(struct bounce_walk **walk);

#endif
