#ifndef BOUNCE_BLOCK_H
#define BOUNCE_BLOCK_H

/* What a block of fields is that stands in a part or in a text: a header of a
   message or of a part, or something else. */

struct bounce_header;

/* How many of its fields are of BOUNCE_FIELD_KNOWN and above, counted up to
   enough. machine_r: one of them is a BOUNCE_FIELD_MACHINE. */
unsigned int
bounce_block_count_known(const struct bounce_header *block,
			 unsigned int enough, bool *machine_r);
/* TRUE if nothing but the header of a message looks like this: at least three
   fields that every message has, at least one of them of the kind that nobody
   writes by hand. */
bool bounce_block_is_original(const struct bounce_header *block);
/* The same of what stands where the header of a part belongs. Gateways write
   less than that to a part of theirs: a date, a number. */
bool bounce_block_replaces_part_header(const struct bounce_header *block);
/* TRUE if it is what is left of a part's own header when an empty line stands in
   it, where a quoted string was not closed or by mistake. */
bool bounce_block_is_of_part(const struct bounce_header *block);

#endif
