/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-key.h"

/* RFC 1035 section 2.3.4, in the text form */
#define KEY_NAME_MAX_SIZE 253
#define KEY_LABEL_MAX_SIZE 63

bool bounce_key_name_data_is_valid(const unsigned char *name, size_t size)
{
	size_t i, label_size = 0;

	if (size == 0 || size > KEY_NAME_MAX_SIZE)
		return FALSE;
	for (i = 0; i < size; i++) {
		if (name[i] == '.') {
			if (label_size == 0)
				return FALSE;
			label_size = 0;
		} else if (!((name[i] >= 'a' && name[i] <= 'z') ||
			     (name[i] >= '0' && name[i] <= '9') ||
			     name[i] == '-' || name[i] == '_') ||
			   ++label_size > KEY_LABEL_MAX_SIZE) {
			return FALSE;
		}
	}
	return label_size > 0;
}

bool bounce_key_name_is_valid(const char *name)
{
	return bounce_key_name_data_is_valid((const unsigned char *)name,
					     strlen(name));
}
