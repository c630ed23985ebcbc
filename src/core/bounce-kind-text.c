/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "message-address.h"
#include "bounce-header.h"
#include "bounce-kind-private.h"
#include "bounce-lines.h"
#include "bounce-message.h"
#include "bounce-words.h"

#include <ctype.h>

/* Addresses of one field that are looked for in the text. */
#define KIND_MAX_ADDRESSES 20

/* How many octets of white space there are, a no-break space among them. */
static size_t space_size(const unsigned char *data, size_t size)
{
	if (bounce_is_space(*data))
		return 1;
	return size >= 2 && memcmp(data, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

/* The size of the line if it is the subject of some message: what a notice
   lists, or says of the message that it is about. */
static size_t subject_line_size(const unsigned char *data, size_t size)
{
	if (size < 8 || strncasecmp((const char *)data, "subject:", 8) != 0)
		return 0;
	return bounce_line_next(data, data + size) - data;
}

/* In lower case, and without the line breaks, which stand anywhere; with plain
   spaces and apostrophes for the typographer's, and without the lines that are
   a subject. A NUL ends what is looked at, which is no harm: no bounce has
   one. */
static const char *t_message_text(const struct bounce_message *message)
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

bool bounce_kind_text_has(const struct bounce_message *message,
			  bool (*words)(const char *lc_text))
{
	return message->text_size > 0 && words(t_message_text(message));
}

bool bounce_kind_says_delayed(const struct bounce_message *message,
			      const struct kind_marks *marks)
{
	const char *text;

	if (bounce_words_delayed(marks->lc_subject) ||
	    bounce_words_still_tried(marks->lc_subject) ||
	    (bounce_words_deferred(marks->lc_subject) &&
	     !bounce_words_failed_subject(marks->lc_subject)))
		return TRUE;
	if (message->text_size == 0)
		return FALSE;
	text = t_message_text(message);
	return !bounce_words_given_up(text) &&
		(bounce_words_still_tried(text) ||
		 (!marks->subject && (bounce_words_delayed(text) ||
				      bounce_words_deferred(text))));
}

/* The address in lower case; NULL: it is none. */
static const char *t_address_lcase(const struct message_address *addr)
{
	if (addr->mailbox == NULL || *addr->mailbox == '\0' ||
	    addr->domain == NULL || *addr->domain == '\0')
		return NULL;
	return t_str_lcase(t_strconcat(addr->mailbox, "@", addr->domain, NULL));
}

static const struct message_address *
t_header_addresses(const struct bounce_header *header, const char *name)
{
	const char *value = t_bounce_header_value(header, name);

	if (value == NULL)
		return NULL;
	return message_address_parse(pool_datastack_create(),
				     (const unsigned char *)value,
				     strlen(value), KIND_MAX_ADDRESSES, 0);
}

bool bounce_kind_names_recipient(const struct bounce_message *message,
				 const struct kind_marks *marks)
{
	static const char *const names[] = { "To", "Cc" };
	const struct bounce_header *header =
		message->originals->message.header;
	const struct message_address *addr;
	const char *text = message->text_size == 0 ? "" :
		t_message_text(message);
	const char *address;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(names); i++) {
		for (addr = t_header_addresses(header, names[i]); addr != NULL;
		     addr = addr->next) {
			address = t_address_lcase(addr);
			if (address != NULL &&
			    (strstr(text, address) != NULL ||
			     strstr(marks->lc_subject, address) != NULL))
				return TRUE;
		}
	}
	return FALSE;
}

bool bounce_kind_same_address(const struct bounce_header *header,
			      const char *name,
			      const struct bounce_header *other,
			      const char *other_name)
{
	const struct message_address *first, *second;

	first = t_header_addresses(header, name);
	second = t_header_addresses(other, other_name);
	return first != NULL && second != NULL &&
		null_strcasecmp(first->mailbox, second->mailbox) == 0 &&
		null_strcasecmp(first->domain, second->domain) == 0;
}

bool bounce_kind_names_other(const struct bounce_message *message)
{
	static const char specials[] = " <>()[],;:\"'";
	const struct message_address *addr =
		t_header_addresses(message->header, "To");
	const char *reader = addr == NULL ? NULL : t_address_lcase(addr);
	const char *const *words;

	if (message->text_size == 0)
		return FALSE;
	words = t_strsplit_spaces(t_message_text(message), specials);
	for (; *words != NULL; words++) {
		const char *at = strchr(*words, '@');

		if (at == NULL || at == *words || strchr(at, '.') == NULL)
			continue;
		if (reader == NULL ||
		    strncmp(*words, reader, strlen(reader)) != 0)
			return TRUE;
	}
	return FALSE;
}
