/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "memory/disowned-times.h"

static int window_parse(const char *text, struct bounce_window *window_r)
{
	const char *p = strchr(text, '-');
	uint64_t since, until;

	if (p == NULL || str_to_uint64(t_strdup_until(text, p), &since) < 0 ||
	    str_to_uint64(p + 1, &until) < 0 ||
	    since > until || until > BOUNCE_WINDOWS_TIME_MAX)
		return -1;
	window_r->since = since;
	window_r->until = until;
	return 0;
}

int bounce_windows_parse(const char *text, struct bounce_windows *windows_r)
{
	struct bounce_window window;
	const char *const *words;
	int ret = 0;

	i_zero(windows_r);
	if (text == NULL)
		return 0;
	T_BEGIN {
		for (words = t_strsplit_spaces(text, " "); *words != NULL;
		     words++) {
			if (window_parse(*words, &window) < 0 ||
			    !bounce_windows_add(windows_r, window.since,
						window.until)) {
				i_zero(windows_r);
				ret = -1;
				break;
			}
		}
	} T_END;
	return ret;
}

const char *t_bounce_windows_text(const struct bounce_windows *windows)
{
	string_t *text = t_str_new(128);
	unsigned int i;

	for (i = 0; i < windows->count; i++) {
		str_printfa(text, "%s%lld-%lld", i == 0 ? "" : " ",
			    (long long)windows->list[i].since,
			    (long long)windows->list[i].until);
	}
	return str_c(text);
}

unsigned int bounce_windows_remove(struct bounce_windows *windows,
				   time_t since, time_t until)
{
	const struct bounce_window *window;
	unsigned int i, kept = 0, removed;

	for (i = 0; i < windows->count; i++) {
		window = &windows->list[i];
		if (window->until < since || window->since > until)
			windows->list[kept++] = *window;
	}
	removed = windows->count - kept;
	windows->count = kept;
	return removed;
}

bool bounce_windows_add(struct bounce_windows *windows,
			time_t since, time_t until)
{
	const struct bounce_window *window;
	time_t from = since, to = until;
	unsigned int i;

	i_assert(since <= until);

	for (i = 0; i < windows->count; i++) {
		window = &windows->list[i];
		if (window->until >= since && window->since <= until) {
			from = I_MIN(from, window->since);
			to = I_MAX(to, window->until);
		}
	}
	(void)bounce_windows_remove(windows, since, until);
	if (windows->count == N_ELEMENTS(windows->list))
		return FALSE;
	for (i = windows->count; i > 0 && windows->list[i-1].since > from; i--)
		windows->list[i] = windows->list[i-1];
	windows->list[i].since = from;
	windows->list[i].until = to;
	windows->count++;
	return TRUE;
}

bool bounce_windows_have(const struct bounce_windows *windows, time_t when)
{
	unsigned int i;

	for (i = 0; i < windows->count; i++) {
		if (windows->list[i].since <= when &&
		    when <= windows->list[i].until)
			return TRUE;
	}
	return FALSE;
}
