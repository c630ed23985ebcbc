#ifndef BOUNCE_TAGS_H
#define BOUNCE_TAGS_H

/* Parses tag-lists, RFC 6376 section 3.2. */

#include "base/limits.h"
#include "base/lines.h"

struct bounce_tag {
	/* Both point into the text that was parsed. The value is without the
	   white space around it, and has the white space inside it. */
	const unsigned char *name;
	size_t name_size;
	const unsigned char *value;
	size_t value_size;
};

struct bounce_tags {
	struct bounce_tag tags[BOUNCE_DKIM_MAX_TAGS];
	unsigned int count;
};

/* TRUE if there is folding white space at p, which is less than end. When the
   header was split into fields, every line break was found to be inside a field
   or at its end, so a line break is folding here. A CR without an LF is not
   white space. */
static inline bool
bounce_is_fws(const unsigned char *p, const unsigned char *end)
{
	return bounce_is_wsp(*p) || *p == '\n' ||
		(*p == '\r' && p + 1 < end && p[1] == '\n');
}

/* Returns the first octet after the white space at p, or end. */
static inline const unsigned char *
bounce_fws_skip(const unsigned char *p, const unsigned char *end)
{
	while (p < end && bounce_is_fws(p, end))
		p++;
	return p;
}

/* Parse a tag-list, without copying it. Returns 0, or -1 with a static string
   in error_r if this is not a tag-list, if a tag is there twice, or if there
   are more than BOUNCE_DKIM_MAX_TAGS. With -1, tags_r has the tags before the
   error, or the first of each name, so that the caller can still tell whose
   signature it was meant to be. */
int bounce_tags_parse(const unsigned char *data, size_t size,
		      struct bounce_tags *tags_r, const char **error_r);
/* TRUE if the error is one of a tag-list that can be read, but breaks a rule: a
   tag is there twice, or there are too many tags. */
bool bounce_tags_error_is_rule(const char *error);
/* Returns the tag of that name, or NULL. Names of tags are case-sensitive. */
const struct bounce_tag *
bounce_tags_find(const struct bounce_tags *tags, const char *name);

/* TRUE if the value is this word. Values are case-sensitive, unless their own
   description says otherwise. */
bool bounce_tag_is(const struct bounce_tag *tag, const char *word);
/* Get the next word of a colon-separated value, without the white space around
   it; the word may be empty. The caller sets *p to the beginning of the value
   before the first call. Returns FALSE if there are no more words. Only the
   value of word_r is set. */
bool bounce_tag_next_word(const unsigned char **p, const unsigned char *end,
			  struct bounce_tag *word_r);
/* TRUE if one of the words of the colon-separated value is this word, which is
   case-sensitive. */
bool bounce_tag_has_word(const struct bounce_tag *tag, const char *word);
/* Decode the value as base64 and append the result to dest. White space in the
   value is ignored, and the padding at its end may be missing. Returns 0, or -1
   if it is not base64. */
int bounce_tag_decode(const struct bounce_tag *tag, buffer_t *dest);

#endif
