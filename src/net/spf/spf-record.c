/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "spf/spf-record.h"

#include <ctype.h>

#define SPF_VERSION "v=spf1"

/* Parse a macro, RFC 7208 section 7.1; p points after the '%'. Returns the end
   of the macro, or NULL if it is not one. */
static const char *macro_end(const char *p)
{
	unsigned int digits;

	if (*p == '%' || *p == '_' || *p == '-')
		return p + 1;
	if (*p++ != '{' || *p == '\0' ||
	    strchr("slodiphcrtvSLODIPHCRTV", *p) == NULL)
		return NULL;
	p++;
	for (digits = 0; i_isdigit(*p); p++) {
		if (++digits > 2)
			return NULL;
	}
	if (*p == 'r' || *p == 'R')
		p++;
	p += strspn(p, ".-+,/_=");
	return *p == '}' ? p + 1 : NULL;
}

static bool term_macros_are_valid(const char *term)
{
	while ((term = strchr(term, '%')) != NULL) {
		term = macro_end(term + 1);
		if (term == NULL)
			return FALSE;
	}
	return TRUE;
}

/* TRUE for a modifier that does not affect the result, name= of section 4.6.1.
   One of them, exp=, would cost a lookup. */
static bool term_is_needless(const char *term)
{
	size_t size = strspn(term, "abcdefghijklmnopqrstuvwxyz"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

	return size > 0 && term[size] == '=' &&
		strncasecmp(term, "redirect=", 9) != 0;
}

static const char *record_add_terms(string_t *dest, const char *const *terms)
{
	unsigned int count = 0;

	for (; *terms != NULL; terms++) {
		if (strlen(*terms) > BOUNCE_SPF_RECORD_MAX_TERM_SIZE)
			return "one of its terms is too long";
		if (++count > BOUNCE_SPF_RECORD_MAX_TERMS)
			return "it has too many terms";
		if (!term_macros_are_valid(*terms))
			return "it has a wrong macro";
		if (!term_is_needless(*terms)) {
			str_append_c(dest, ' ');
			str_append(dest, *terms);
		}
	}
	return NULL;
}

int bounce_spf_record_check(const unsigned char *data, size_t size,
			    const char **record_r, const char **error_r)
{
	const size_t version_size = strlen(SPF_VERSION);
	string_t *str;
	size_t i;

	if (size < version_size ||
	    strncasecmp((const char *)data, SPF_VERSION, version_size) != 0 ||
	    (size > version_size && data[version_size] != ' '))
		return 0;
	if (size > BOUNCE_SPF_RECORD_MAX_SIZE) {
		*error_r = "it is too long";
		return -1;
	}
	for (i = 0; i < size && data[i] >= 0x20 && data[i] <= 0x7e; i++) ;
	if (i < size) {
		*error_r = "it has a character that is not ASCII";
		return -1;
	}
	str = t_str_new(size + 1);
	str_append(str, SPF_VERSION);
	*error_r = record_add_terms(str, t_strsplit_spaces(
		t_strndup(data + version_size, size - version_size), " "));
	if (*error_r != NULL)
		return -1;
	*record_r = str_c(str);
	return 1;
}
