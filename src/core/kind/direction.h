#ifndef BOUNCE_DIRECTION_H
#define BOUNCE_DIRECTION_H

struct bounce_message;
struct bounce_envelope;

/* Whether the original was sent by the reader, or to him. */
enum bounce_direction {
	BOUNCE_DIRECTION_UNKNOWN = 0,
	/* The reader sent it, as the original of a bounce. */
	BOUNCE_DIRECTION_FROM_READER,
	/* It was sent to the reader, so this is not a bounce of it. */
	BOUNCE_DIRECTION_TO_READER
};

/* Find the direction of the first original that came back. The reader is the
   recipient of the envelope, as far as that is known, and the first address in
   To, unless that is one at another domain for which the delivery failed. The
   result is UNKNOWN if there is no reader or no original, or if the original
   does not name the reader. Uses the data stack. */
enum bounce_direction
bounce_direction_get(const struct bounce_message *message,
		     const struct bounce_envelope *envelope);

#endif
