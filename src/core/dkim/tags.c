/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "base64.h"
#include "dkim/tags.h"

static const char error_twice[] = "a tag is there twice";
static const char error_too_many[] = "there are too many tags";

static bool is_alpha(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_char(unsigned char c)
{
	return is_alpha(c) || (c >= '0' && c <= '9') || c == '_';
}

/* TRUE for VALCHAR, and for UTF-8, which RFC 8616 section 5 adds. */
static bool is_value_char(unsigned char c)
{
	return c > 32 && c != 127 && c != ';';
}

static const struct bounce_tag *
tags_find(const struct bounce_tags *tags, const void *name, size_t name_size)
{
	unsigned int i;

	for (i = 0; i < tags->count; i++) {
		if (tags->tags[i].name_size == name_size &&
		    memcmp(tags->tags[i].name, name, name_size) == 0)
			return &tags->tags[i];
	}
	return NULL;
}

/* Parse: tag-name [FWS] "=" [FWS] */
static int
tag_parse_name(const unsigned char **p, const unsigned char *end,
	       struct bounce_tag *tag, const char **error_r)
{
	const unsigned char *name = *p;

	if (!is_alpha(*name)) {
		*error_r = "a tag has no name";
		return -1;
	}
	while (*p < end && is_name_char(**p))
		(*p)++;
	tag->name = name;
	tag->name_size = *p - name;
	*p = bounce_fws_skip(*p, end);
	if (*p == end || **p != '=') {
		*error_r = "a tag has no value";
		return -1;
	}
	*p = bounce_fws_skip(*p + 1, end);
	return 0;
}

/* Parse the value of a tag. *p is then at the semicolon or at the end. */
static int
tag_parse_value(const unsigned char **p, const unsigned char *end,
		struct bounce_tag *tag, const char **error_r)
{
	tag->value = *p;
	tag->value_size = 0;
	for (; *p < end && **p != ';'; (*p)++) {
		if (is_value_char(**p))
			tag->value_size = *p + 1 - tag->value;
		else if (!bounce_is_fws(*p, end)) {
			*error_r = "a tag's value has a control character";
			return -1;
		}
	}
	return 0;
}

int bounce_tags_parse(const unsigned char *data, size_t size,
		      struct bounce_tags *tags_r, const char **error_r)
{
	const unsigned char *end = data + size, *p;
	struct bounce_tag tag;
	bool twice = FALSE;

	tags_r->count = 0;
	p = bounce_fws_skip(data, end);
	if (p == end) {
		*error_r = "there are no tags";
		return -1;
	}
	while (p < end) {
		if (tag_parse_name(&p, end, &tag, error_r) < 0 ||
		    tag_parse_value(&p, end, &tag, error_r) < 0)
			return -1;
		if (tags_find(tags_r, tag.name, tag.name_size) != NULL)
			twice = TRUE;
		else if (tags_r->count == BOUNCE_DKIM_MAX_TAGS) {
			*error_r = error_too_many;
			return -1;
		} else {
			tags_r->tags[tags_r->count++] = tag;
		}
		if (p < end)
			p = bounce_fws_skip(p + 1, end);
	}
	if (twice) {
		*error_r = error_twice;
		return -1;
	}
	return 0;
}

bool bounce_tags_error_is_rule(const char *error)
{
	return error == error_twice || error == error_too_many;
}

const struct bounce_tag *
bounce_tags_find(const struct bounce_tags *tags, const char *name)
{
	return tags_find(tags, name, strlen(name));
}

bool bounce_tag_is(const struct bounce_tag *tag, const char *word)
{
	size_t word_size = strlen(word);

	return tag->value_size == word_size &&
		memcmp(tag->value, word, word_size) == 0;
}

bool bounce_tag_next_word(const unsigned char **_p, const unsigned char *end,
			  struct bounce_tag *word_r)
{
	const unsigned char *p = *_p, *next;

	if (p == NULL)
		return FALSE;
	next = memchr(p, ':', end - p);
	*_p = next == NULL ? NULL : next + 1;
	if (next == NULL)
		next = end;
	word_r->value = bounce_space_skip(p, next);
	word_r->value_size = bounce_space_trim(word_r->value, next) -
		word_r->value;
	return TRUE;
}

bool bounce_tag_has_word(const struct bounce_tag *tag, const char *word)
{
	const unsigned char *p = tag->value, *end = p + tag->value_size;
	struct bounce_tag item;

	while (bounce_tag_next_word(&p, end, &item)) {
		if (bounce_tag_is(&item, word))
			return TRUE;
	}
	return FALSE;
}

/* TRUE if a single character is left at the end, which the decoder would
   drop. */
static bool base64_is_cut(const unsigned char *data, size_t size)
{
	size_t i, count = 0;

	for (i = 0; i < size; i++) {
		if (base64_scheme_is_valid_char(&base64_scheme, data[i]))
			count++;
	}
	return count % 4 == 1;
}

int bounce_tag_decode(const struct bounce_tag *tag, buffer_t *dest)
{
	if (base64_is_cut(tag->value, tag->value_size))
		return -1;
	return base64_scheme_decode(&base64_scheme,
				    BASE64_DECODE_FLAG_IGNORE_PADDING,
				    tag->value, tag->value_size, dest) < 0 ?
		-1 : 0;
}
