#ifndef BOUNCE_DIRECTION_H
#define BOUNCE_DIRECTION_H

struct bounce_message;
struct bounce_envelope;

/* Whose message it is that came with the one that is delivered. */
enum bounce_direction {
	BOUNCE_DIRECTION_UNKNOWN = 0,
	/* from the reader: a bounce returns it */
	BOUNCE_DIRECTION_FROM_READER,
	/* it was on its way to him: something else */
	BOUNCE_DIRECTION_TO_READER
};

/* By the first original that came back. The reader is the recipient of the
   envelope, as far as it is known, and the first address in To, unless that is
   somebody elsewhere who did not get the original. UNKNOWN without a reader or an
   original. Uses the data stack. */
enum bounce_direction
bounce_direction_get(const struct bounce_message *message,
		     const struct bounce_envelope *envelope);

#endif
