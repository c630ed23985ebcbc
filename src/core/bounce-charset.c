/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "charset-utf8.h"
#include "message-header-decode.h"
#include "bounce-charset.h"

/* No name of a charset is longer. */
#define CHARSET_NAME_MAX_SIZE 40
/* Words of a field that are looked at: the others are in the same charset. */
#define CHARSET_MAX_WORDS 4

struct charset_kept {
	char name[CHARSET_NAME_MAX_SIZE + 1];
	/* never used but to keep its module loaded */
	struct charset_translation *translation;
};

/* The one that was begun first is the first to go. */
static struct charset_kept charsets_kept[BOUNCE_CHARSETS_MAX];
static unsigned int charsets_next;

static void charset_keep(const char *name)
{
	struct charset_translation *translation;
	struct charset_kept *kept;
	unsigned int i;

	if (charset_is_utf8(name) || strlen(name) > CHARSET_NAME_MAX_SIZE)
		return;
	for (i = 0; i < N_ELEMENTS(charsets_kept); i++) {
		if (strcasecmp(charsets_kept[i].name, name) == 0)
			return;
	}
	if (charset_to_utf8_begin(name, NULL, &translation) < 0)
		return;
	kept = &charsets_kept[charsets_next];
	charsets_next = (charsets_next + 1) % N_ELEMENTS(charsets_kept);
	if (kept->translation != NULL)
		charset_to_utf8_end(&kept->translation);
	i_strocpy(kept->name, name, sizeof(kept->name));
	kept->translation = translation;
}

int bounce_charset_begin(const char *charset,
			 struct charset_translation **translation_r)
{
	charset_keep(charset);
	return charset_to_utf8_begin(charset, NULL, translation_r);
}

/* =?charset?.., or with a language (RFC 2231 section 5) =?charset*en?.. */
static void charset_keep_word(const unsigned char *data, size_t size)
{
	size_t i;

	for (i = 0; i < size && i <= CHARSET_NAME_MAX_SIZE; i++) {
		if (data[i] == '?' || data[i] == '*') {
			charset_keep(t_strndup(data, i));
			return;
		}
	}
}

void bounce_charset_decode_words(const unsigned char *data, size_t size,
				 buffer_t *dest)
{
	const unsigned char *word = data, *end = data + size;
	unsigned int words = 0;

	while (words < CHARSET_MAX_WORDS && end - word > 2 &&
	       (word = memchr(word, '=', end - word - 1)) != NULL) {
		word++;
		if (*word == '?') T_BEGIN {
			words++;
			charset_keep_word(word + 1, end - word - 1);
		} T_END;
	}
	message_header_decode_utf8(data, size, dest, NULL);
}

void bounce_charsets_deinit(void)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(charsets_kept); i++) {
		if (charsets_kept[i].translation != NULL)
			charset_to_utf8_end(&charsets_kept[i].translation);
		charsets_kept[i].name[0] = '\0';
	}
}
