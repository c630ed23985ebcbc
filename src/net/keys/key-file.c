/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base64.h"
#include "buffer.h"
#include "iso8601-date.h"
#include "str.h"
#include "base/lines.h"
#include "base/sanitize.h"
#include "keys/key-file.h"

#include <ctype.h>

/* In a zone file's entry this many words may come before the strings: owner,
   TTL, class and type. */
#define ZONE_MAX_WORDS 4

static bool is_blank(char c)
{
	return bounce_is_wsp(c) || c == '\r';
}

static int
retired_parse(const char *value, time_t *retired_r, const char **error_r)
{
	const char *str = value;
	int offset;

	if (*retired_r != 0) {
		*error_r = "it says twice when the key was retired";
		return -1;
	}
	/* a key retired on a day is valid until the end of that day */
	if (strchr(value, 'T') == NULL && strchr(value, 't') == NULL)
		str = t_strconcat(value, "T23:59:59Z", NULL);
	if (!iso8601_date_parse((const unsigned char *)str, strlen(str),
				retired_r, &offset) || *retired_r <= 0) {
		*error_r = t_strdup_printf(
			"'%s' is not a date like 2026-11-01, nor a time like "
			"2026-11-01T12:00:00Z",
			t_bounce_sanitize_text(value, 40));
		return -1;
	}
	return 0;
}

/* Parse a comment, which is what follows a ';'. Returns 1 if it says when the
   key was retired, 0 if it is another comment, -1 if the date is wrong. */
static int
comment_parse(const char *comment, time_t *retired_r, const char **error_r)
{
	static const char word[] = "retired";
	const char *value;
	bool blank;

	comment += strspn(comment, "; \t\r");
	if (strncasecmp(comment, word, strlen(word)) != 0)
		return 0;
	value = comment + strlen(word);
	blank = is_blank(*value);
	value += strspn(value, " \t\r");
	if (*value == ':')
		value++;
	else if (!blank || !i_isdigit(*value)) {
		/* something else, such as "; retired keys"; without the colon
		   only a digit begins a date */
		return 0;
	}
	return retired_parse(t_str_trim(value, " \t\r"), retired_r,
			     error_r) < 0 ? -1 : 1;
}

/* Find the comments "retired:", and overwrite them with blanks. A comment ends
   at the end of its line, and so does a quoted string. */
static int text_take_retired(char *text, time_t *retired_r,
			     const char **error_r)
{
	char *p, *end;
	bool quoted = FALSE;
	int ret;

	for (p = text; *p != '\0'; p++) {
		if (*p == '\n')
			quoted = FALSE;
		else if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && quoted && p[1] != '\0' &&
			 p[1] != '\n')
			p++;
		if (*p != ';' || quoted)
			continue;
		end = p + strcspn(p, "\n");
		ret = comment_parse(t_strdup_until(p, end), retired_r,
				    error_r);
		if (ret < 0)
			return -1;
		if (ret > 0)
			memset(p, ' ', end - p);
	}
	return 0;
}

/* For each form a function appends the record to a string. It returns NULL, or
   why it cannot read the text. */

/*
 * A TXT record's text
 */

/* Lines need no leading white space, unlike folded header fields. A line that
   begins with ';' is a comment; elsewhere ';' separates tags. */
static void plain_read(const char *p, string_t *record)
{
	bool start = TRUE;

	for (; *p != '\0'; p++) {
		if (start && p[strspn(p, " \t\r")] == ';')
			p += strcspn(p, "\n");
		if (*p == '\0')
			break;
		start = *p == '\n';
		str_append_c(record, is_blank(*p) || start ? ' ' : *p);
	}
}

/*
 * A zone file's entry: RFC 1035 section 5.1
 */

/* Only words may come before the first string. An '=' means that these are the
   tags of a record's text. */
static bool text_is_zone(const char *p)
{
	for (; *p != '\0' && *p != '='; p++) {
		if (*p == '"')
			return TRUE;
		if (*p == ';') {
			p += strcspn(p, "\n");
			if (*p == '\0')
				break;
		}
	}
	return FALSE;
}

/* p points after the opening quote. Returns a pointer after the closing quote,
   or NULL if there is none. */
static const char *zone_string(const char *p, string_t *record)
{
	unsigned int num;

	for (; *p != '\0' && *p != '\n'; p++) {
		if (*p == '"')
			return p + 1;
		if (*p != '\\') {
			str_append_c(record, *p);
			continue;
		}
		p++;
		if (i_isdigit(p[0]) && i_isdigit(p[1]) && i_isdigit(p[2])) {
			num = (p[0] - '0') * 100 + (p[1] - '0') * 10 +
				(p[2] - '0');
			if (num > 255)
				return NULL;
			str_append_c(record, num);
			p += 2;
		} else if (*p == '\0' || *p == '\n')
			return NULL;
		else
			str_append_c(record, *p);
	}
	return NULL;
}

static const char *zone_read(const char *p, string_t *record)
{
	unsigned int words = 0;
	bool strings = FALSE, txt = FALSE;
	size_t size;

	while (*p != '\0') {
		if (is_blank(*p) || *p == '\n' || *p == '(' || *p == ')')
			p++;
		else if (*p == ';')
			p += strcspn(p, "\n");
		else if (*p == '"') {
			p = zone_string(p + 1, record);
			if (p == NULL)
				return "a quoted string does not end";
			strings = TRUE;
		} else if (strings || txt || ++words > ZONE_MAX_WORDS) {
			return "it is not one TXT record as in a zone file";
		} else {
			size = strcspn(p, " \t\r\n()\";");
			txt = size == 3 && strncasecmp(p, "TXT", 3) == 0;
			p += size;
		}
	}
	if (!strings || (words > 0 && !txt))
		return "it is not one TXT record as in a zone file";
	return NULL;
}

/*
 * PEM
 */

/* Make the record that would be in the DNS, so that one function parses all
   keys. */
static const char *pem_read(const char *text, string_t *record)
{
	buffer_t *key = t_buffer_create(512);
	enum bounce_key_type type;
	const char *error;

	if (strstr(text, "PRIVATE KEY-----") != NULL)
		return "it holds a private key, which does not belong here";
	if (bounce_crypto_pem_decode(text, &type, key, &error) < 0)
		return error;
	str_printfa(record, "v=DKIM1; k=%s; p=",
		    type == BOUNCE_KEY_TYPE_RSA ? "rsa" : "ed25519");
	base64_encode(key->data, key->used, record);
	return NULL;
}

enum bounce_key_status
bounce_key_file_parse(const unsigned char *data, size_t size,
		      struct bounce_key **key_r, const char **error_r)
{
	string_t *record = t_str_new(512);
	enum bounce_key_status status;
	time_t retired = 0;
	char *text;

	*key_r = NULL;
	*error_r = NULL;
	text = p_strndup(pool_datastack_create(), data, size);
	if (memchr(data, '\0', size) != NULL)
		*error_r = "it is not text";
	else if (text[strspn(text, " \t\r\n")] == '\0')
		*error_r = "it is empty";
	else if (text_take_retired(text, &retired, error_r) < 0)
		;
	else if (strstr(text, "-----BEGIN ") != NULL)
		*error_r = pem_read(text, record);
	else if (text_is_zone(text))
		*error_r = zone_read(text, record);
	else
		plain_read(text, record);
	if (*error_r != NULL)
		return BOUNCE_KEY_UNUSABLE;
	status = bounce_key_parse(str_data(record), str_len(record), key_r,
				  error_r);
	if (status == BOUNCE_KEY_FOUND)
		(*key_r)->retired = retired;
	return status;
}
