/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "name/idn.h"

#include <idn2.h>

const char *t_bounce_idn_to_ascii(const char *domain)
{
	const char *ret;
	uint8_t *ascii;

	if (idn2_lookup_u8((const uint8_t *)domain, &ascii,
			   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return NULL;
	ret = t_strdup((const char *)ascii);
	idn2_free(ascii);
	return ret;
}

const char *t_bounce_idn_error(void)
{
	return NULL;
}
