/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "rfc822-parser.h"
#include "rfc2231-parser.h"
#include "header/header.h"
#include "base/lines.h"
#include "header/mime.h"

/* RFC 2046 section 5.1.1 allows 70 octets; some more do no harm. */
#define BOUNDARY_MAX_SIZE 256

/* Returns the end of a quoted string or of a comment (RFC 5322 section 3.2), or
   its beginning if it has no end. */
static const char *quoted_find_end(const char *value)
{
	bool comment = *value == '(';
	unsigned int depth = 1;
	const char *p;

	for (p = value + 1; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (comment && *p == '(')
			depth++;
		else if (*p == (comment ? ')' : '"') && --depth == 0)
			return p;
	}
	return value;
}

/* The next ';' that stands between two parameters. */
static const char *params_find_next(const char *value)
{
	const char *p;

	for (p = value; *p != '\0' && *p != ';'; p++) {
		if (*p == '"' || *p == '(')
			p = quoted_find_end(p);
	}
	return *p == ';' ? p : NULL;
}

/* Many programs write a boundary with a '=' or '/' in it without the quotes
   that it needs. Take everything up to the next ';' or white space. */
static const char *boundary_find_unquoted(const char *value)
{
	const char *p = value, *end;

	while ((p = params_find_next(p)) != NULL) {
		p++;
		while (*p == ' ')
			p++;
		if (strncasecmp(p, "boundary=", 9) != 0)
			continue;
		p += 9;
		if (*p == '"')
			return NULL;
		end = p + strcspn(p, "; ");
		return end == p ? NULL : t_strdup_until(p, end);
	}
	return NULL;
}

static const char *boundary_clean(pool_t pool, const char *boundary)
{
	size_t size = strlen(boundary);

	/* section 5.1.1: it does not end in white space */
	while (size > 0 && boundary[size - 1] == ' ')
		size--;
	if (size == 0 || size > BOUNDARY_MAX_SIZE)
		return NULL;
	return p_strndup(pool, boundary, size);
}

static void
mime_parse_content_type(pool_t pool, const char *value,
			struct bounce_mime *mime_r)
{
	struct rfc822_parser_context parser;
	const char *const *params, *boundary, *unquoted;
	string_t *type = t_str_new(64);

	rfc822_parser_init(&parser, (const unsigned char *)value,
			   strlen(value), NULL);
	if (rfc822_parse_content_type(&parser, type) < 0 ||
	    strchr(str_c(type), '/') == NULL) {
		rfc822_parser_deinit(&parser);
		return;
	}
	mime_r->type = p_strdup(pool, str_lcase(str_c_modifiable(type)));
	rfc2231_parse(&parser, &params);
	rfc822_parser_deinit(&parser);

	boundary = NULL;
	for (; params[0] != NULL; params += 2) {
		if (strcasecmp(params[0], "boundary") == 0 && boundary == NULL)
			boundary = params[1];
		else if (strcasecmp(params[0], "report-type") == 0 &&
			 mime_r->report_type == NULL) {
			mime_r->report_type =
				str_lcase(p_strdup(pool, params[1]));
		} else if (strcasecmp(params[0], "charset") == 0 &&
			   mime_r->charset == NULL &&
			   strncmp(mime_r->type, "text/", 5) == 0)
			mime_r->charset = p_strdup(pool, params[1]);
	}
	if (strncmp(mime_r->type, "multipart/", 10) != 0)
		return;
	unquoted = boundary_find_unquoted(value);
	if (unquoted != NULL)
		boundary = unquoted;
	if (boundary != NULL)
		mime_r->boundary = boundary_clean(pool, boundary);
}

static enum bounce_encoding mime_parse_encoding(const char *value)
{
	/* a word, maybe with a comment behind it */
	size_t size = strcspn(value, " ;(");

	if (size == 16 && strncasecmp(value, "quoted-printable", 16) == 0)
		return BOUNCE_ENCODING_QUOTED_PRINTABLE;
	if (size == 6 && strncasecmp(value, "base64", 6) == 0)
		return BOUNCE_ENCODING_BASE64;
	return BOUNCE_ENCODING_IDENTITY;
}

enum bounce_encoding
bounce_mime_get_encoding(const struct bounce_header *header)
{
	enum bounce_encoding encoding = BOUNCE_ENCODING_IDENTITY;

	T_BEGIN {
		const char *value;

		value = t_bounce_header_value(header,
					      "Content-Transfer-Encoding");
		if (value != NULL)
			encoding = mime_parse_encoding(value);
	} T_END;
	return encoding;
}

void bounce_mime_parse(pool_t pool, const struct bounce_header *header,
		       const char *default_type, struct bounce_mime *mime_r)
{
	i_zero(mime_r);
	mime_r->type = default_type;
	T_BEGIN {
		const char *value;

		value = t_bounce_header_value(header, "Content-Type");
		if (value != NULL)
			mime_parse_content_type(pool, value, mime_r);
	} T_END;
	mime_r->encoding = bounce_mime_get_encoding(header);
}

bool bounce_multiparts_open(struct bounce_multiparts *multiparts,
			    const struct bounce_mime *mime)
{
	unsigned int i = multiparts->depth;

	if (i == N_ELEMENTS(multiparts->stack))
		return FALSE;
	multiparts->stack[i].boundary = mime->boundary;
	multiparts->stack[i].boundary_size = strlen(mime->boundary);
	multiparts->stack[i].digest =
		strcmp(mime->type, "multipart/digest") == 0;
	multiparts->depth++;
	return TRUE;
}

bool bounce_multiparts_in_digest(const struct bounce_multiparts *multiparts)
{
	return multiparts->depth > 0 &&
		multiparts->stack[multiparts->depth - 1].digest;
}

int bounce_multiparts_find(const struct bounce_multiparts *multiparts,
			   const unsigned char *data, size_t size,
			   bool *last_r)
{
	const unsigned char *end = bounce_space_trim(data + 2, data + size);
	size_t boundary_size;
	unsigned int i;

	data += 2;
	size = end - data;
	for (i = multiparts->depth; i > 0; i--) {
		boundary_size = multiparts->stack[i - 1].boundary_size;
		if (size < boundary_size ||
		    memcmp(data, multiparts->stack[i - 1].boundary,
			   boundary_size) != 0)
			continue;
		*last_r = size == boundary_size + 2 &&
			memcmp(end - 2, "--", 2) == 0;
		if (*last_r || size == boundary_size)
			return i - 1;
	}
	return -1;
}
