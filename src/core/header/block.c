/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "header/block.h"
#include "header/header.h"

unsigned int
bounce_block_count_known(const struct bounce_header *block,
			 unsigned int enough, bool *machine_r)
{
	enum bounce_field_rank rank;
	unsigned int i, count = 0;

	*machine_r = FALSE;
	for (i = 0; i < block->fields_count; i++) {
		rank = bounce_field_rank(block, &block->fields[i]);
		if (rank < BOUNCE_FIELD_KNOWN)
			continue;
		count++;
		if (rank == BOUNCE_FIELD_MACHINE)
			*machine_r = TRUE;
		if (count >= enough && *machine_r)
			break;
	}
	return count;
}

bool bounce_block_is_original(const struct bounce_header *block)
{
	bool machine;

	return bounce_block_count_known(block, 3, &machine) >= 3 && machine;
}

bool bounce_block_replaces_part_header(const struct bounce_header *block)
{
	return bounce_block_is_original(block) &&
		(bounce_header_find(block, "From") != NULL ||
		 bounce_header_find(block, "Received") != NULL ||
		 bounce_header_find(block, "DKIM-Signature") != NULL);
}

bool bounce_block_is_of_part(const struct bounce_header *block)
{
	static const char prefix[] = "Content-";
	const struct bounce_field *field = block->fields;
	const struct bounce_field *end = field + block->fields_count;

	for (; field < end; field++) {
		if (!bounce_field_is(block, field, "MIME-Version") &&
		    (field->name_size < sizeof(prefix) ||
		     strncasecmp((const char *)block->data + field->offset,
				 prefix, sizeof(prefix) - 1) != 0))
			return FALSE;
	}
	return block->complete && block->fields_count > 0;
}
