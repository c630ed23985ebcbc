/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "unichar.h"
#include "iso8601-date.h"
/* json_append_escaped() */
#if __has_include("json-generator.h")
#  include "json-generator.h"
#else
#  include "json-parser.h"
#endif
#include "base/sanitize.h"
#include "base/json.h"

#include <time.h>

static void json_next(string_t *dest)
{
	const char *text = str_c(dest);
	size_t len = str_len(dest);

	if (len > 0 && strchr("{[\n", text[len - 1]) == NULL)
		str_append_c(dest, ',');
}

static void json_key(string_t *dest, const char *key)
{
	json_next(dest);
	str_printfa(dest, "\"%s\":", key);
}

/* Append valid UTF-8, and escape those control characters, too, that JSON
   allows as they are: nothing may be hidden from somebody who reads the line in
   a terminal. */
static void json_append_visible(string_t *dest, const char *value)
{
	unichar_t chr;
	int len;

	for (; *value != '\0'; value += len) {
		len = uni_utf8_get_char(value, &chr);
		i_assert(len > 0);
		if (bounce_char_is_control(chr))
			str_printfa(dest, "\\u%04x", chr);
		else
			str_append_data(dest, value, len);
	}
}

/* Append what follows a key, or the comma before an element of an array. */
static void json_append_value(string_t *dest, const char *value)
{
	string_t *valid, *escaped;

	if (value == NULL) {
		str_append(dest, "null");
		return;
	}
	valid = t_str_new(128);
	if (!uni_utf8_get_valid_data((const unsigned char *)value,
				     strlen(value), valid))
		value = str_c(valid);
	str_append_c(dest, '"');
	escaped = t_str_new(128);
	json_append_escaped(escaped, value);
	json_append_visible(dest, str_c(escaped));
	str_append_c(dest, '"');
}

void bounce_json_value(string_t *dest, const char *value)
{
	json_next(dest);
	json_append_value(dest, value);
}

void bounce_json_text(string_t *dest, const char *key, const char *value)
{
	json_key(dest, key);
	json_append_value(dest, value);
}

void bounce_json_bool(string_t *dest, const char *key, bool value)
{
	json_key(dest, key);
	str_append(dest, value ? "true" : "false");
}

void bounce_json_number(string_t *dest, const char *key, uintmax_t value)
{
	json_key(dest, key);
	str_printfa(dest, "%ju", value);
}

void bounce_json_time(string_t *dest, const char *key, time_t value)
{
	bounce_json_text(dest, key, value == 0 ? NULL :
			 iso8601_date_create_tm(gmtime(&value), INT_MAX));
}

void bounce_json_open(string_t *dest)
{
	json_next(dest);
	str_append_c(dest, '{');
}

void bounce_json_open_object(string_t *dest, const char *key)
{
	json_key(dest, key);
	str_append_c(dest, '{');
}

void bounce_json_open_array(string_t *dest, const char *key)
{
	json_key(dest, key);
	str_append_c(dest, '[');
}
