/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-key.h"

/* RFC 1035 section 2.3.4, in the text form */
#define KEY_NAME_MAX_SIZE 253
#define KEY_LABEL_MAX_SIZE 63

bool bounce_key_name_is_valid(const char *name)
{
	size_t size = strlen(name), label_size = 0;
	const char *p;

	if (size == 0 || size > KEY_NAME_MAX_SIZE)
		return FALSE;
	for (p = name; *p != '\0'; p++) {
		if (*p == '.') {
			if (label_size == 0)
				return FALSE;
			label_size = 0;
		} else if (!((*p >= 'a' && *p <= 'z') ||
			     (*p >= '0' && *p <= '9') ||
			     *p == '-' || *p == '_') ||
			   ++label_size > KEY_LABEL_MAX_SIZE) {
			return FALSE;
		}
	}
	return label_size > 0;
}
