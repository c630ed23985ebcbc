#ifndef BOUNCE_CHARSET_H
#define BOUNCE_CHARSET_H

/* iconv loads a module for a charset when it is first used and lets go of it
   soon after its last use. To load it costs more than all else that is done with
   a message, and a mailbox's mail comes in a few charsets, so the last
   BOUNCE_CHARSETS_MAX that were used stay loaded, for the process. */

#define BOUNCE_CHARSETS_MAX 16

struct charset_translation;

/* Begin a conversion to UTF-8: charset_to_utf8_begin(). Returns 0, or -1 if the
   charset is not known. */
int bounce_charset_begin(const char *charset,
			 struct charset_translation **translation_r);
/* The words of RFC 2047 in a field's value, decoded to UTF-8. Broken ones stay
   as they are. */
void bounce_charset_decode_words(const unsigned char *data, size_t size,
				 buffer_t *dest);
/* Let go of all of them. */
void bounce_charsets_deinit(void);

#endif
