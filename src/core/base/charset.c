/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "charset-utf8.h"
#include "message-header-decode.h"
#include "base/charset.h"

struct charset_kept {
	char name[BOUNCE_CHARSET_NAME_MAX_SIZE + 1];
	/* this is never used; it keeps the charset's module loaded */
	struct charset_translation *translation;
};

/* A ring: a new charset takes the place of the one that was loaded first. */
static struct charset_kept charsets_kept[BOUNCE_MAX_CHARSETS];
static unsigned int charsets_next;

/* Load the charset, if it is not loaded yet. Returns 0, or -1 if the charset is
   not known. */
static int charset_keep(const char *name)
{
	struct charset_translation *translation;
	struct charset_kept *kept;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(charsets_kept); i++) {
		if (strcasecmp(charsets_kept[i].name, name) == 0)
			return 0;
	}
	if (charset_to_utf8_begin(name, NULL, &translation) < 0)
		return -1;
	kept = &charsets_kept[charsets_next];
	charsets_next = (charsets_next + 1) % N_ELEMENTS(charsets_kept);
	if (kept->translation != NULL)
		charset_to_utf8_end(&kept->translation);
	i_strocpy(kept->name, name, sizeof(kept->name));
	kept->translation = translation;
	return 0;
}

/* Returns 1 if the charset may be converted, 0 if it is not known, -1 if max
   others are used already. */
static int
charsets_use(struct bounce_charsets *used, unsigned int max, const char *name)
{
	unsigned int i;

	if (charset_is_utf8(name))
		return 1;
	if (*name == '\0' || strlen(name) > BOUNCE_CHARSET_NAME_MAX_SIZE)
		return 0;
	for (i = 0; i < used->count; i++) {
		if (strcasecmp(used->names[i], name) == 0)
			return charset_keep(name) < 0 ? 0 : 1;
	}
	if (used->count == max)
		return -1;
	if (charset_keep(name) < 0)
		return 0;
	i_strocpy(used->names[used->count++], name, sizeof(used->names[0]));
	return 1;
}

int bounce_charset_begin(struct bounce_charsets *used, const char *charset,
			 struct charset_translation **translation_r)
{
	if (charsets_use(used, N_ELEMENTS(used->names), charset) <= 0)
		return -1;
	return charset_to_utf8_begin(charset, NULL, translation_r);
}

/* data is what follows the "=?" of "=?charset?..", or of "=?charset*en?..",
   which names a language, too (RFC 2231 section 5). */
static const char *t_word_charset(const unsigned char *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (data[i] == '?' || data[i] == '*')
			return t_strndup(data, i);
	}
	return "";
}

/* Returns how many octets stand before the first word whose charset is one too
   many. */
static size_t words_size(const unsigned char *data, size_t size)
{
	const unsigned char *word = data, *end = data + size;
	struct bounce_charsets used;
	int ret = 0;

	used.count = 0;
	while (end - word > 2 &&
	       (word = memchr(word, '=', end - word - 1)) != NULL) {
		word++;
		if (*word == '?') T_BEGIN {
			ret = charsets_use(&used, BOUNCE_FIELD_MAX_CHARSETS,
				t_word_charset(word + 1, end - word - 1));
		} T_END;
		if (ret < 0)
			return word - 1 - data;
	}
	return size;
}

void bounce_charset_decode_words(const unsigned char *data, size_t size,
				 buffer_t *dest)
{
	size_t words = words_size(data, size);

	message_header_decode_utf8(data, words, dest, NULL);
	buffer_append(dest, data + words, size - words);
}

void bounce_charsets_deinit(void)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(charsets_kept); i++) {
		if (charsets_kept[i].translation != NULL)
			charset_to_utf8_end(&charsets_kept[i].translation);
		i_zero(&charsets_kept[i]);
	}
}
