/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "unichar.h"
#include "dkim/dkim-private.h"

/* Characters that mail software puts around a name or into it when it makes a
   link of the name, encodes it or removes the link. None of them can be in a
   domain name. */
#define DAMAGE_CHARS "<>[](){}=?!\"'`"

/* Characters that are invisible or look like a space, and the character that
   stands for what could not be converted. */
static const unichar_t damage_invisible[] = {
	0x00a0, /* no-break space */
	0x00ad, /* soft hyphen */
	0x200b, /* zero width space, non-joiner, joiner, marks */
	0x200c, 0x200d, 0x200e, 0x200f,
	0x2028, 0x2029, /* line and paragraph separator */
	0x202f, /* narrow no-break space */
	0x2060, /* word joiner */
	0xfeff, /* zero width no-break space */
	0xfffd
};

/* What is known of the values of tags: which of them are a single word, and
   which are pure ASCII. */
static const struct {
	const char *name;
	bool word, ascii;
} damage_tags[] = {
	{ "v", TRUE, TRUE },
	{ "a", TRUE, TRUE },
	{ "c", TRUE, TRUE },
	{ "q", TRUE, TRUE },
	{ "d", TRUE, FALSE },
	{ "s", TRUE, FALSE },
	{ "t", TRUE, TRUE },
	{ "x", TRUE, TRUE },
	{ "l", TRUE, TRUE },
	{ "h", FALSE, TRUE },
	{ "bh", FALSE, TRUE },
	{ "b", FALSE, TRUE }
};

size_t bounce_dkim_invisible_size(const unsigned char *data, size_t size)
{
	unichar_t chr;
	unsigned int i;
	int ret;

	ret = uni_utf8_get_char_n(data, size, &chr);
	if (ret <= 0) {
		/* it is not UTF-8, so no signer wrote it */
		return 1;
	}
	for (i = 0; i < N_ELEMENTS(damage_invisible); i++) {
		if (chr == damage_invisible[i])
			return ret;
	}
	return 0;
}

bool bounce_dkim_name_is_broken(const unsigned char *data, size_t size)
{
	size_t i;

	/* emphasis of plain text, such as _name_ */
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

/* TRUE if a "=" was encoded and the value still has the rest of the encoding,
   as in "v=3D1; a=3Drsa-sha256". */
static bool tag_begins_qp(const struct bounce_tag *tag)
{
	return tag != NULL && tag->value_size >= 2 && tag->value[0] == '3' &&
		(tag->value[1] == 'D' || tag->value[1] == 'd');
}

bool bounce_dkim_tags_are_qp(const struct bounce_tags *tags)
{
	unsigned int i, count = 0;

	for (i = 0; i < tags->count; i++)
		count += tag_begins_qp(&tags->tags[i]) ? 1 : 0;
	return count >= 2;
}

static bool value_has_8bit(const unsigned char *data, size_t size)
{
	while (size > 0 && data[size - 1] < 128)
		size--;
	return size > 0;
}

/* TRUE if the domain of i= is broken. The local part may be quoted and hold
   anything, so it is not looked at. */
static bool identity_is_broken(const struct bounce_tag *tag)
{
	size_t i = tag->value_size;

	while (i > 0 && tag->value[i - 1] != '@')
		i--;
	return i == 0 || bounce_dkim_name_is_broken(tag->value + i,
						    tag->value_size - i);
}

bool bounce_dkim_tags_are_damaged(const struct bounce_tags *tags)
{
	const struct bounce_tag *tag;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(damage_tags); i++) {
		tag = bounce_tags_find(tags, damage_tags[i].name);
		if (tag == NULL)
			continue;
		if ((damage_tags[i].word &&
		     bounce_dkim_name_is_broken(tag->value,
						tag->value_size)) ||
		    (damage_tags[i].ascii &&
		     value_has_8bit(tag->value, tag->value_size)))
			return TRUE;
	}
	tag = bounce_tags_find(tags, "i");
	return (tag != NULL && identity_is_broken(tag)) ||
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
	/* if the padding is there, b= was hardly cut */
	for (; p > sig->data + sig->b_start &&
	     (p[-1] == '=' || bounce_is_space(p[-1])); p--)
		padding += p[-1] == '=' ? 1 : 0;
	return padding == (3 - sig->b_size % 3) % 3;
}
