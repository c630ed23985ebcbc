#ifndef BOUNCE_PART_H
#define BOUNCE_PART_H

/* What a MIME part is by its type, and how it is read. */

#include "message/message.h"
#include "message/text-scan.h"

enum bounce_part_use {
	/* It is not looked at. */
	BOUNCE_PART_USE_SKIP = 0,
	/* It is kept and then parsed as a delivery status. It is searched for
	   an original, too, as the boundary before the original may be
	   damaged. */
	BOUNCE_PART_USE_STATUS,
	/* It is a text, which is searched for an original. */
	BOUNCE_PART_USE_TEXT,
	/* It is a returned message. */
	BOUNCE_PART_USE_ORIGINAL
};

struct bounce_part_type {
	/* "*" stands for anything. */
	const char *type;
	enum bounce_part_use use;
	/* The bit in parts of a message that has such a part; 0: none. */
	enum bounce_part part;
	/* How the text is read, for STATUS and TEXT. */
	enum bounce_text_flags text;
};

/* Find what is done with a part of this type, which is in lower case. Never
   returns NULL; the result is static. */
const struct bounce_part_type *bounce_part_type_find(const char *type);

#endif
