#ifndef BOUNCE_SANITIZE_H
#define BOUNCE_SANITIZE_H

/* Makes untrusted octets fit for a log, a terminal and JSON: valid UTF-8, what
   is not is U+FFFD; control characters, C1 included, are '?'. Allocated from
   the data stack. */
const char *t_bounce_sanitize(const void *data, size_t size);
/* TRUE if a terminal takes the character for an order to it, or it changes the
   direction of the text. */
bool bounce_char_is_control(uint32_t chr);

#endif
