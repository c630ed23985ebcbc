#ifndef BOUNCE_CHARSET_H
#define BOUNCE_CHARSET_H

/* iconv loads a module for a charset when the charset is first used, and
   unloads it soon after its last use. Loading one costs more than everything
   else that is done with a message, and the mail of one mailbox comes in few
   charsets. So this process keeps BOUNCE_MAX_CHARSETS of them loaded, and
   converts no more than that many for one message. */

#include "base/limits.h"

/* A charset with a longer name is not known, in octets. */
#define BOUNCE_CHARSET_NAME_MAX_SIZE 40

struct charset_translation;

/* The charsets that one message has used so far, by the names that the message
   gives them. The owner zeroes the struct before its first use. */
struct bounce_charsets {
	char names[BOUNCE_MAX_CHARSETS][BOUNCE_CHARSET_NAME_MAX_SIZE + 1];
	unsigned int count;
};

/* Begin a conversion to UTF-8, as charset_to_utf8_begin() does; the caller ends
   it with charset_to_utf8_end(). Returns 0, or -1 if the charset is not known
   or if the message has used BOUNCE_MAX_CHARSETS others already. */
int bounce_charset_begin(struct bounce_charsets *used, const char *charset,
			 struct charset_translation **translation_r);
/* Append a field's value to dest, with its encoded words (RFC 2047) decoded to
   UTF-8. Words that are broken stay as they are. If the value uses more than
   BOUNCE_FIELD_MAX_CHARSETS charsets, it is not decoded from the first word on
   that is in one too many. */
void bounce_charset_decode_words(const unsigned char *data, size_t size,
				 buffer_t *dest);
/* Unload all charsets. */
void bounce_charsets_deinit(void);

#endif
