/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "name/address.h"
#include "header/header.h"
#include "kind/kind-private.h"
#include "base/lines.h"

#include <ctype.h>

/* How many addresses of one field are looked for in the text. */
#define KIND_MAX_ADDRESSES 20

/* Returns the size of the white space character at data, which may be a
   no-break space; 0 if there is none. */
static size_t space_size(const unsigned char *data, size_t size)
{
	if (bounce_is_space(*data))
		return 1;
	return size >= 2 && memcmp(data, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

/* Returns the size of the line if it is the subject of a message, which a
   notice lists or is about; otherwise 0. */
static size_t subject_line_size(const unsigned char *data, size_t size)
{
	if (size < 8 || strncasecmp((const char *)data, "subject:", 8) != 0)
		return 0;
	return bounce_line_next(data, data + size) - data;
}

/* Returns the text in lower case, without line breaks, as these may stand
   between any words, and without lines that are a subject. Typographic spaces
   and apostrophes are replaced by plain ones. A NUL ends the text, which does
   no harm: bounces have none. */
static const char *t_text_normalize(const struct bounce_message *message)
{
	const unsigned char *p = message->text, *end = p + message->text_size;
	string_t *text = t_str_new(message->text_size + 1);
	bool start = TRUE, space = FALSE;
	size_t size;

	for (; p < end; p += size) {
		if ((size = space_size(p, end - p)) > 0) {
			space = TRUE;
			if (*p == '\n')
				start = TRUE;
			continue;
		}
		if (start && (size = subject_line_size(p, end - p)) > 0)
			continue;
		start = FALSE;
		if (space)
			str_append_c(text, ' ');
		space = FALSE;
		size = 1;
		if (end - p >= 3 && memcmp(p, "\xe2\x80\x99", 3) == 0) {
			str_append_c(text, '\'');
			size = 3;
		} else {
			str_append_c(text, i_tolower(*p));
		}
	}
	return str_c(text);
}

const char *bounce_kind_text(struct bounce_kind_input *input)
{
	if (input->lc_text == NULL) {
		input->lc_text = input->message->text_size == 0 ? "" :
			t_text_normalize(input->message);
	}
	return input->lc_text;
}

bool bounce_kind_text_has(struct bounce_kind_input *input,
			  enum bounce_words words)
{
	return bounce_words_match(words, bounce_kind_text(input));
}

bool bounce_kind_says_delayed(struct bounce_kind_input *input)
{
	const char *subject = input->marks->lc_subject;

	if (bounce_words_match(BOUNCE_WORDS_DELAYED, subject) ||
	    bounce_words_match(BOUNCE_WORDS_STILL_TRIED, subject) ||
	    (bounce_words_match(BOUNCE_WORDS_DEFERRED, subject) &&
	     !bounce_words_match(BOUNCE_WORDS_FAILED_SUBJECT, subject)))
		return TRUE;
	return !bounce_kind_text_has(input, BOUNCE_WORDS_GIVEN_UP) &&
		(bounce_kind_text_has(input, BOUNCE_WORDS_STILL_TRIED) ||
		 (!input->marks->subject &&
		  (bounce_kind_text_has(input, BOUNCE_WORDS_DELAYED) ||
		   bounce_kind_text_has(input, BOUNCE_WORDS_DEFERRED))));
}

static const char *const *
t_header_addresses(const struct bounce_header *header, const char *name)
{
	return t_bounce_address_strings(t_bounce_header_value(header, name),
					KIND_MAX_ADDRESSES);
}

bool bounce_kind_names_recipient(struct bounce_kind_input *input)
{
	static const char *const names[] = { "To", "Cc" };
	const struct bounce_header *header =
		input->message->originals->message.header;
	const char *text = bounce_kind_text(input), *const *address;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(names); i++) {
		address = t_header_addresses(header, names[i]);
		for (; *address != NULL; address++) {
			if (bounce_address_string_is_whole(*address) &&
			    (strstr(text, *address) != NULL ||
			     strstr(input->marks->lc_subject,
				    *address) != NULL))
				return TRUE;
		}
	}
	return FALSE;
}

bool bounce_kind_names_other(struct bounce_kind_input *input)
{
	static const char specials[] = " <>()[],;:\"'";
	const char *reader = t_header_addresses(input->message->header,
						"To")[0];
	const char *const *word, *at;

	if (reader != NULL && !bounce_address_string_is_whole(reader))
		reader = NULL;
	word = t_strsplit_spaces(bounce_kind_text(input), specials);
	for (; *word != NULL; word++) {
		at = strchr(*word, '@');
		if (at == NULL || at == *word || strchr(at, '.') == NULL)
			continue;
		if (reader == NULL ||
		    strncmp(*word, reader, strlen(reader)) != 0)
			return TRUE;
	}
	return FALSE;
}

bool bounce_kind_same_address(const struct bounce_message *message,
			      const char *name, const char *original_name)
{
	const char *first, *second;

	first = t_header_addresses(message->header, name)[0];
	second = t_header_addresses(message->originals->message.header,
				    original_name)[0];
	return first != NULL && second != NULL && strcmp(first, second) == 0;
}
