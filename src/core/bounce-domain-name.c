/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-key.h"
#include "bounce-domain-name.h"

#include <idn2.h>

/* No name that is longer in UTF-8 has an A-label form of 253 octets: each
   character of up to 4 octets takes one octet there at least. */
#define DOMAIN_MAX_UTF8_SIZE (4 * 253)

static bool domain_is_ascii(const char *domain)
{
	for (; *domain != '\0'; domain++) {
		if ((unsigned char)*domain >= 0x80)
			return FALSE;
	}
	return TRUE;
}

static const char *t_domain_to_ascii(const char *domain)
{
	const char *ret;
	uint8_t *ascii;

	if (strlen(domain) > DOMAIN_MAX_UTF8_SIZE ||
	    idn2_lookup_u8((const uint8_t *)domain, &ascii,
			   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return NULL;
	ret = t_strdup((const char *)ascii);
	idn2_free(ascii);
	return ret;
}

const char *t_bounce_domain_normalise(const char *domain)
{
	size_t size;

	if (!domain_is_ascii(domain) &&
	    (domain = t_domain_to_ascii(domain)) == NULL)
		return NULL;
	size = strlen(domain);
	if (size > 1 && domain[size - 1] == '.')
		size--;
	domain = t_str_lcase(t_strndup(domain, size));
	return bounce_key_name_is_valid(domain) ? domain : NULL;
}
