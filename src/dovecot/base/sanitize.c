/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base/sanitize.h"
#include "dovecot-backscatter.h"

const char *backscatter_sanitize(const char *text, size_t max_chars)
{
	return t_bounce_sanitize_text(text, max_chars);
}
