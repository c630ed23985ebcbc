/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The times that are disowned, as they are kept.
   Covers: src/dovecot/memory/disowned-times.c */

#include "fuzz-common.h"
#include "memory/disowned-times.h"

/* In order, and none overlaps another. */
static void fuzz_check(const struct bounce_windows *windows)
{
	unsigned int i;

	i_assert(windows->count <= BOUNCE_WINDOWS_MAX);
	for (i = 0; i < windows->count; i++) {
		const struct bounce_window *window = &windows->list[i];

		i_assert(window->since >= 0 && window->since <= window->until);
		i_assert(window->until <= BOUNCE_WINDOWS_TIME_MAX);
		i_assert(i == 0 || window[-1].until < window->since);
		i_assert(bounce_windows_have(windows, window->since));
		i_assert(bounce_windows_have(windows, window->until));
	}
}

static void fuzz_same(const struct bounce_windows *windows)
{
	struct bounce_windows again;

	if (bounce_windows_parse(t_bounce_windows_text(windows), &again) < 0)
		i_unreached();
	i_assert(again.count == windows->count);
	i_assert(memcmp(again.list, windows->list, windows->count *
			sizeof(windows->list[0])) == 0);
}

/* Between the first and the last one, and the other way round. */
static void fuzz_change(const struct bounce_windows *windows)
{
	struct bounce_windows changed = *windows;
	time_t since = windows->list[0].until;
	time_t until = windows->list[windows->count - 1].since;

	if (since > until)
		since = until;
	i_assert(bounce_windows_add(&changed, since, until));
	fuzz_check(&changed);
	i_assert(changed.count == 1);

	changed = *windows;
	i_assert(bounce_windows_remove(&changed, since, since) <= 1);
	i_assert(!bounce_windows_have(&changed, since));
	fuzz_check(&changed);
	if (bounce_windows_add(&changed, 5, 10))
		fuzz_check(&changed);
	(void)bounce_windows_remove(&changed, 0, BOUNCE_WINDOWS_TIME_MAX);
	i_assert(changed.count == 0);
}

FUZZ_BEGIN_STR(const char *str)
{
	struct bounce_windows windows;

	if (bounce_windows_parse(str, &windows) < 0)
		i_assert(windows.count == 0);
	fuzz_check(&windows);
	fuzz_same(&windows);
	if (windows.count > 0)
		fuzz_change(&windows);
}
FUZZ_END
