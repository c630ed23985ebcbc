/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* A time, as an admin writes it. */

#include "lib.h"
#include "base/compat.h"
#include "memory/disowned-times.h"
#include "settings/plugin-settings.h"
#include "dovecot-backscatter.h"

#include <ctype.h>

static int
backscatter_time_parse_any(const char *text, time_t now, time_t *time_r,
			   const char **error_r)
{
	unsigned int secs;

	if (str_to_time(text, time_r) == 0 && *time_r >= 0)
		return 0;
	if (backscatter_settings_parse_date(text, time_r) == 0)
		return 0;
	if (i_isdigit(text[0]) &&
	    str_parse_get_interval(text, &secs, error_r) == 0) {
		*time_r = now - (time_t)secs;
		return 0;
	}
	*error_r = "not a time: write a date such as 2026-01-31 or "
		"2026-01-31T12:00:00Z, seconds since 1970, or how long ago "
		"it was, such as 2d";
	return -1;
}

int backscatter_time_parse(const char *text, time_t now, time_t *time_r,
			   const char **error_r)
{
	if (backscatter_time_parse_any(text, now, time_r, error_r) < 0)
		return -1;
	if (*time_r > BOUNCE_WINDOWS_TIME_MAX) {
		*error_r = "the year must not have more than four digits";
		return -1;
	}
	/* no mail was sent before 1970, and no earlier time can be kept */
	*time_r = I_MAX(*time_r, 0);
	return 0;
}
