#ifndef BOUNCE_CHARSET_H
#define BOUNCE_CHARSET_H

/* iconv loads a module for a charset when it is first used and lets go of it
   soon after its last use. To load it costs more than all else that is done with
   a message, and a mailbox's mail comes in a few charsets, so the last
   BOUNCE_MAX_CHARSETS that were used stay loaded, for the process; and no more
   are converted of one message. */

#include "base/limits.h"

/* No name of a charset is longer. */
#define BOUNCE_CHARSET_NAME_MAX_SIZE 40

struct charset_translation;

/* The charsets of one message, by the names that it gives them. Zeroed to begin
   with. */
struct bounce_charsets {
	char names[BOUNCE_MAX_CHARSETS][BOUNCE_CHARSET_NAME_MAX_SIZE + 1];
	unsigned int count;
};

/* Begin a conversion to UTF-8: charset_to_utf8_begin(). Returns 0, or -1 if the
   charset is not known, or one more than are converted of the message. */
int bounce_charset_begin(struct bounce_charsets *used, const char *charset,
			 struct charset_translation **translation_r);
/* The words of RFC 2047 in a field's value, decoded to UTF-8. Broken ones stay
   as they are, and so does all from the first that is in a charset beyond
   BOUNCE_FIELD_MAX_CHARSETS. */
void bounce_charset_decode_words(const unsigned char *data, size_t size,
				 buffer_t *dest);
/* Let go of all of them. */
void bounce_charsets_deinit(void);

#endif
