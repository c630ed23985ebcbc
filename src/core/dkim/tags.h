#ifndef BOUNCE_TAGS_H
#define BOUNCE_TAGS_H

/* Tag-lists, RFC 6376 section 3.2. */

#include "base/limits.h"
#include "base/lines.h"

struct bounce_tag {
	/* Spans of what was parsed: the name; the value with the white space
	   around it removed, white space inside it kept. */
	const unsigned char *name;
	size_t name_size;
	const unsigned char *value;
	size_t value_size;
};

struct bounce_tags {
	struct bounce_tag tags[BOUNCE_DKIM_MAX_TAGS];
	unsigned int count;
};

/* Folding white space. What a line break means was decided when the field was cut
   out of its header: here it can only be folding, or stand at the end. A CR
   without its LF is an octet like any other. */
static inline bool
bounce_is_fws(const unsigned char *p, const unsigned char *end)
{
	return bounce_is_wsp(*p) || *p == '\n' ||
		(*p == '\r' && p + 1 < end && p[1] == '\n');
}

/* Returns the first octet behind the white space at p, or end. */
static inline const unsigned char *
bounce_fws_skip(const unsigned char *p, const unsigned char *end)
{
	while (p < end && bounce_is_fws(p, end))
		p++;
	return p;
}

/* Returns 0, or -1 if this is no tag-list, has a tag twice, or more tags than
   the cap; error_r is a static string. Nothing is copied. On -1 tags_r holds
   the tags before the error, or the first of each name: whose signature it
   was meant to be can still be said. */
int bounce_tags_parse(const unsigned char *data, size_t size,
		      struct bounce_tags *tags_r, const char **error_r);
/* TRUE if the error is that of a tag-list that can be read: a tag is there twice,
   or there are too many. */
bool bounce_tags_error_is_rule(const char *error);
/* Tag names are case-sensitive. NULL: there is none. */
const struct bounce_tag *
bounce_tags_find(const struct bounce_tags *tags, const char *name);

/* TRUE if the value is this word. Values are case-sensitive, unless their own
   description says otherwise. */
bool bounce_tag_is(const struct bounce_tag *tag, const char *word);
/* The next word of a colon-separated value, without the white space around it;
   it may be empty. *p begins at the value, and is NULL behind the last word:
   then FALSE is returned. The word's name is not set. */
bool bounce_tag_next_word(const unsigned char **p, const unsigned char *end,
			  struct bounce_tag *word_r);
/* TRUE if the colon-separated value holds the word, white space around the
   colons ignored; case-sensitive. */
bool bounce_tag_has_word(const struct bounce_tag *tag, const char *word);
/* Append what the value says in base64, white space anywhere in it ignored.
   The padding at its end may be missing. Returns 0, or -1 if it is not
   base64. */
int bounce_tag_decode(const struct bounce_tag *tag, buffer_t *dest);

#endif
