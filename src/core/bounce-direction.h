#ifndef BOUNCE_DIRECTION_H
#define BOUNCE_DIRECTION_H

struct bounce_message;

/* Whose message it is that came with the one that is delivered. */
enum bounce_direction {
	BOUNCE_DIRECTION_UNKNOWN = 0,
	/* from the reader: a bounce returns it */
	BOUNCE_DIRECTION_FROM_READER,
	/* it was on its way to him: something else */
	BOUNCE_DIRECTION_TO_READER
};

/* By the first original that came back, and by the first address in To for the
   reader's. UNKNOWN without either. Uses the data stack. */
enum bounce_direction
bounce_direction_get(const struct bounce_message *message);

#endif
