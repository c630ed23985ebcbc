#ifndef BOUNCE_PART_H
#define BOUNCE_PART_H

/* What a MIME part is by its type, and what is done with it. */

#include "message/message.h"
#include "message/text-scan.h"

enum bounce_part_use {
	/* Nobody looks at it. */
	BOUNCE_PART_USE_SKIP = 0,
	/* It is kept, to be parsed as a delivery status. An original may stand
	   in it, where the boundary before it is damaged. */
	BOUNCE_PART_USE_STATUS,
	/* It is a text, in which an original may stand. */
	BOUNCE_PART_USE_TEXT,
	/* It is a returned message. */
	BOUNCE_PART_USE_ORIGINAL
};

struct bounce_part_type {
	/* "*" stands for anything. */
	const char *type;
	enum bounce_part_use use;
	/* What a message has that has such a part; 0: nothing. */
	enum bounce_part part;
	/* For STATUS and TEXT. */
	enum bounce_text_flags text;
};

/* type: in lower case. Never returns NULL. */
const struct bounce_part_type *bounce_part_type_find(const char *type);

#endif
