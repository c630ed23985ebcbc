/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "unichar.h"
#include "bounce-limits.h"
#include "bounce-tags.h"
#include "bounce-dkim-private.h"

/* What mail software puts around a name, or into it, when it makes a link of
   it, encodes it or takes the link away. None of it stands in a domain name. */
#define DAMAGE_CHARS "<>[](){}=?!\"'`"

size_t bounce_dkim_invisible_size(const unsigned char *data, size_t size)
{
	unichar_t chr;
	int ret;

	ret = uni_utf8_get_char_n(data, size, &chr);
	if (ret <= 0) {
		/* it is not UTF-8: nothing that belongs into a tag */
		return 1;
	}
	switch (chr) {
	case 0x00a0: /* no-break space */
	case 0x00ad: /* soft hyphen */
	case 0x200b: /* zero width space, non-joiner, joiner, marks */
	case 0x200c:
	case 0x200d:
	case 0x200e:
	case 0x200f:
	case 0x2028: /* line and paragraph separator */
	case 0x2029:
	case 0x202f: /* narrow no-break space */
	case 0x2060: /* word joiner */
	case 0xfeff: /* zero width no-break space */
	case 0xfffd: /* what could not be converted */
		return ret;
	}
	return 0;
}

bool bounce_dkim_name_is_broken(const unsigned char *data, size_t size)
{
	size_t i;

	/* emphasis in a text */
	if (size > 0 && (data[0] == '_' || data[size - 1] == '_'))
		return TRUE;
	for (i = 0; i < size; i++) {
		if (data[i] <= ' ' || data[i] == 127 ||
		    strchr(DAMAGE_CHARS, data[i]) != NULL)
			return TRUE;
		if (data[i] < 128)
			continue;
		if (bounce_dkim_invisible_size(data + i, size - i) > 0)
			return TRUE;
		i += uni_utf8_char_bytes(data[i]) - 1;
	}
	return FALSE;
}

static bool tag_begins_qp(const struct bounce_tag *tag)
{
	return tag != NULL && tag->value_size >= 2 && tag->value[0] == '3' &&
		(tag->value[1] == 'D' || tag->value[1] == 'd');
}

bool bounce_dkim_tags_are_qp(const struct bounce_tags *tags)
{
	const struct bounce_tag *tag;
	unsigned int i, count = 0;

	/* a "=" that was encoded and left so: v=3D1; a=3Drsa-sha256 */
	for (i = 0; i < tags->count; i++) {
		tag = &tags->tags[i];
		if (tag_begins_qp(tag))
			count++;
	}
	return count >= 2;
}

static bool
tag_is_broken(const struct bounce_tags *tags, const char *name)
{
	const struct bounce_tag *tag = bounce_tags_find(tags, name);

	return tag != NULL &&
		bounce_dkim_name_is_broken(tag->value, tag->value_size);
}

/* Nothing but ASCII belongs into it. */
static bool
tag_has_8bit(const struct bounce_tags *tags, const char *name)
{
	const struct bounce_tag *tag = bounce_tags_find(tags, name);
	size_t i;

	for (i = 0; tag != NULL && i < tag->value_size; i++) {
		if (tag->value[i] >= 128)
			return TRUE;
	}
	return FALSE;
}

/* The domain of i=; its local part may be quoted, and hold anything. */
static bool tags_identity_is_broken(const struct bounce_tags *tags)
{
	const struct bounce_tag *tag = bounce_tags_find(tags, "i");
	size_t i;

	if (tag == NULL)
		return FALSE;
	for (i = tag->value_size; i > 0 && tag->value[i - 1] != '@'; i--) ;
	return i == 0 || bounce_dkim_name_is_broken(tag->value + i,
						    tag->value_size - i);
}

bool bounce_dkim_tags_are_damaged(const struct bounce_tags *tags)
{
	static const char *const words[] = {
		"v", "a", "c", "q", "d", "s", "t", "x", "l"
	};
	static const char *const ascii[] = {
		"v", "a", "c", "q", "t", "x", "l", "h", "bh", "b"
	};
	unsigned int i;

	if (!bounce_dkim_tags_are_complete(tags))
		return TRUE;
	for (i = 0; i < N_ELEMENTS(words); i++) {
		if (tag_is_broken(tags, words[i]))
			return TRUE;
	}
	for (i = 0; i < N_ELEMENTS(ascii); i++) {
		if (tag_has_8bit(tags, ascii[i]))
			return TRUE;
	}
	return tags_identity_is_broken(tags) ||
		bounce_dkim_tags_are_qp(tags) ||
		tag_begins_qp(bounce_tags_find(tags, "s"));
}

bool bounce_dkim_b_is_complete(const struct bounce_dkim_signature *sig)
{
	const unsigned char *p = sig->data + sig->b_end;
	unsigned int padding = 0;

	if (sig->error != NULL || sig->damaged || sig->marked ||
	    (sig->b_size != 1024 / 8 && sig->b_size != 2048 / 8 &&
	     sig->b_size != 4096 / 8))
		return FALSE;
	/* what was cut has hardly been cut at its padding */
	while (p > sig->data + sig->b_start &&
	       (p[-1] == '=' || bounce_is_space(p[-1]))) {
		if (*--p == '=')
			padding++;
	}
	return padding == (3 - sig->b_size % 3) % 3;
}
