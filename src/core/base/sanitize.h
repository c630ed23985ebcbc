#ifndef BOUNCE_SANITIZE_H
#define BOUNCE_SANITIZE_H

/* Returns untrusted octets in a form that is safe in a log, on a terminal and
   in JSON: it is valid UTF-8, in which U+FFFD replaces what was not, and '?'
   replaces control characters, C1 included. Allocated from the data stack. */
const char *t_bounce_sanitize(const void *data, size_t size);
/* The same for a text, cut off after this many characters with U+2026 (...).
   Returns NULL if the text is NULL. */
const char *t_bounce_sanitize_text(const char *text, size_t max_chars);
/* TRUE if a terminal may take the character for a command, or if the character
   changes the direction of the text. */
bool bounce_char_is_control(uint32_t chr);

#endif
