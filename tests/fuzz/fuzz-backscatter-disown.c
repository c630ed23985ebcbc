/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The times that are disowned, changed where the dict may hold anything. The
   first two lines are times as an admin writes them; the dict answers with the
   others.
   Covers: src/dovecot/memory/disown.c src/dovecot/admin/time.c */

#include "fuzz-common.h"
#include "fuzz-dict.h"
#include "lib-event.h"
#include "mail-user.h"
#include "memory/disowned-times.h"
#include "dovecot-backscatter.h"

#define FUZZ_NOW 1763903600

static struct mail_user fuzz_user = { .username = "user" };

/* A record that is broken is told of. */
static void ATTR_FORMAT(2, 0)
fuzz_log(const struct failure_context *ctx ATTR_UNUSED,
	 const char *format ATTR_UNUSED, va_list args ATTR_UNUSED)
{
}

/* Make the change. Returns how many times have this one in them then, or
   -1. */
static int
fuzz_change(enum backscatter_disown_change change,
	    const struct backscatter_time_window *window, time_t when)
{
	const struct backscatter_time_window *list;
	const char *error = NULL;
	unsigned int i, count;
	int found = 0;

	if (backscatter_disown(&fuzz_user, change, window,
			       pool_datastack_create(), &list, &count,
			       &error) < 0) {
		i_assert(error != NULL);
		return -1;
	}
	i_assert(count <= BOUNCE_WINDOWS_MAX);
	for (i = 0; i < count; i++) {
		i_assert(list[i].since <= list[i].until);
		if (list[i].since <= when && when <= list[i].until)
			found++;
	}
	return found;
}

static int fuzz_list(time_t when)
{
	return fuzz_change(BACKSCATTER_DISOWN_NOTHING, NULL, when);
}

static void fuzz_disown(time_t since, time_t until)
{
	const struct backscatter_time_window window = { since, until };
	const struct backscatter_time_window end = { until, until };
	int found;

	(void)fuzz_list(since);
	found = fuzz_change(BACKSCATTER_DISOWN_ADD, &window, since);
	if (found >= 0) {
		i_assert(found == 1 && fuzz_list(until) == 1);
		i_assert(fuzz_change(BACKSCATTER_DISOWN_REMOVE, &end,
				     until) == 0);
		i_assert(fuzz_list(since) == 0 && fuzz_list(until) == 0);
	}
	(void)fuzz_change(BACKSCATTER_DISOWN_REMOVE, &window, since);
}

FUZZ_BEGIN_STR(const char *str)
{
	const char *const *lines = t_strsplit(str, "\n");
	time_t since, until;
	const char *error = NULL;

	if (str_array_length(lines) >= 2) {
		if (backscatter_time_parse(lines[0], FUZZ_NOW, &since,
					   &error) < 0 ||
		    backscatter_time_parse(lines[1], FUZZ_NOW, &until,
					   &error) < 0)
			i_assert(error != NULL);
		else {
			i_assert(since >= 0 && until >= 0);
			i_assert(since <= BOUNCE_WINDOWS_TIME_MAX);
			i_assert(until <= BOUNCE_WINDOWS_TIME_MAX);
			if (fuzz_user.event == NULL)
				fuzz_user.event = event_create(NULL);
			i_set_error_handler(fuzz_log);
			fuzz_dict_init(lines + 2);
			fuzz_disown(I_MIN(since, until), I_MAX(since, until));
		}
	}
}
FUZZ_END
