/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Tag-lists, RFC 6376 section 3.2, and what is asked of a tag.
   Covers: src/core/dkim/tags.c */

#include "fuzz-common.h"
#include "base/limits.h"
#include "dkim/tags.h"

static void
fuzz_tag(const struct bounce_tag *tag, const uint8_t *data, size_t size)
{
	const unsigned char *end = data + size;
	buffer_t *decoded = t_buffer_create(64);
	size_t i;

	i_assert(tag->name >= data && tag->name + tag->name_size <= end);
	i_assert(tag->value >= tag->name + tag->name_size &&
		 tag->value + tag->value_size <= end);
	i_assert(tag->name_size > 0);
	for (i = 0; i < tag->value_size; i++)
		i_assert(tag->value[i] != ';' && tag->value[i] != '\0');
	(void)bounce_tag_has_word(tag, "sha256");
	if (bounce_tag_decode(tag, decoded) == 0)
		i_assert(decoded->used <= tag->value_size);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	struct bounce_tags tags;
	const char *error = NULL;
	unsigned int i;

	if (bounce_tags_parse(data, size, &tags, &error) < 0)
		i_assert(error != NULL);
	for (i = 0; i < tags.count; i++)
		fuzz_tag(&tags.tags[i], data, size);
}
FUZZ_END
