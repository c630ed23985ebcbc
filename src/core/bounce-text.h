#ifndef BOUNCE_TEXT_H
#define BOUNCE_TEXT_H

/* Originals that stand in a text, found by what they are: a header block. */

struct bounce_header;

/* TRUE if nothing but the header of a message looks like this: at least three
   fields that every message has, at least one of them of the kind that nobody
   writes by hand. */
bool bounce_text_block_is_original(const struct bounce_header *header);
/* TRUE if at least one field is there that messages have. */
bool bounce_text_block_has_known_field(const struct bounce_header *header);

#endif
