/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "str-sanitize.h"
#include "unichar.h"
#include "base/sanitize.h"

/* str_sanitize() lets C1 controls pass, yet U+009B begins an escape sequence of
   a terminal as "ESC [" does. A character that changes the direction of the
   text makes the line read differently from what it says. */
bool bounce_char_is_control(uint32_t chr)
{
	return chr < 0x20 || (chr >= 0x7f && chr < 0xa0) ||
		(chr >= 0x202a && chr <= 0x202e) ||
		(chr >= 0x2066 && chr <= 0x2069);
}

/* Most texts are ASCII without control characters. */
static bool data_is_printable(const unsigned char *data, size_t size)
{
	size_t i;

	for (i = 0; i < size && data[i] >= 0x20 && data[i] < 0x7f; i++) ;
	return size > 0 && i == size;
}

const char *t_bounce_sanitize(const void *data, size_t size)
{
	const unsigned char *p = data;
	string_t *valid, *str;
	unichar_t chr;
	int len;

	if (data_is_printable(p, size))
		return t_strndup(data, size);
	valid = t_str_new(size + 16);
	if (!uni_utf8_get_valid_data(p, size, valid)) {
		p = str_data(valid);
		size = str_len(valid);
	}
	str = t_str_new(size + 1);
	while (size > 0) {
		len = uni_utf8_get_char_n(p, size, &chr);
		i_assert(len > 0);
		if (bounce_char_is_control(chr))
			str_append_c(str, '?');
		else
			str_append_data(str, p, len);
		p += len;
		size -= len;
	}
	return str_c(str);
}

const char *t_bounce_sanitize_text(const char *text, size_t max_chars)
{
	return text == NULL ? NULL :
		str_sanitize_utf8(t_bounce_sanitize(text, strlen(text)),
				  max_chars);
}
