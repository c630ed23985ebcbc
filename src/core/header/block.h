#ifndef BOUNCE_BLOCK_H
#define BOUNCE_BLOCK_H

/* Tells what a block of fields is that was found in a part or in a text: the
   header of a message, the header of a part, or something else. */

struct bounce_header;

/* Returns how many fields of the block have the rank BOUNCE_FIELD_KNOWN or
   above. Counting may stop when there are enough of them and one of them is a
   BOUNCE_FIELD_MACHINE; machine_r is set to whether one is. */
unsigned int
bounce_block_count_known(const struct bounce_header *block,
			 unsigned int enough, bool *machine_r);
/* TRUE if only the header of a message looks like this: it has at least three
   of the fields that all messages have, and at least one of them is of the kind
   that nobody writes by hand. */
bool bounce_block_is_original(const struct bounce_header *block);
/* TRUE if a block that stands where the header of a part belongs is the header
   of a message. This takes more than above, because gateways write some such
   fields, a date or a number, into the headers of their parts. */
bool bounce_block_replaces_part_header(const struct bounce_header *block);
/* TRUE if the block is the rest of a part's own header. Some programs write an
   empty line into such a header, after a quoted string that was not closed or
   by mistake. */
bool bounce_block_is_of_part(const struct bounce_header *block);

#endif
