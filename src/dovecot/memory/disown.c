/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "mail-user.h"
#include "base/compat.h"
#include "memory/record-dict.h"
#include "settings/plugin-settings.h"
#include "dovecot-backscatter.h"

#include <ctype.h>

struct disown_change {
	enum backscatter_disown_change change;
	const struct backscatter_time_window *window;
	/* The user's times, after the change. */
	struct bounce_windows windows;
};

static int
disown_change(struct backscatter_record *record, void *context,
	      const char **error_r)
{
	struct disown_change *ctx = context;
	struct bounce_windows *windows = &record->disowned;
	const char *before = t_bounce_windows_text(windows);

	if (ctx->change == BACKSCATTER_DISOWN_REMOVE) {
		(void)bounce_windows_remove(windows, ctx->window->since,
					    ctx->window->until);
	} else if (!bounce_windows_add(windows, ctx->window->since,
				       ctx->window->until)) {
		*error_r = t_strdup_printf("there are already %u such times",
					   windows->count);
		return -1;
	}
	ctx->windows = *windows;
	return strcmp(t_bounce_windows_text(windows), before) == 0 ? 0 : 1;
}

static int
disown_in_dict(struct mail_user *user, struct disown_change *ctx,
	       const char **error_r)
{
	struct backscatter_record record;
	int ret;

	if (ctx->change != BACKSCATTER_DISOWN_NOTHING) {
		ret = backscatter_record_change(user, disown_change, ctx, TRUE,
						NULL, error_r);
	} else {
		ret = backscatter_record_read(user, pool_datastack_create(),
					      &record, error_r);
		if (ret > 0)
			ctx->windows = record.disowned;
	}
	if (ret == 0)
		*error_r = "backscatter_dict is not set";
	return ret <= 0 ? -1 : 0;
}

int backscatter_disown(struct mail_user *user,
		       enum backscatter_disown_change change,
		       const struct backscatter_time_window *window,
		       pool_t pool,
		       const struct backscatter_time_window **list_r,
		       unsigned int *count_r, const char **error_r)
{
	struct backscatter_time_window *list;
	struct disown_change ctx = { .change = change, .window = window };
	unsigned int i;

	if (disown_in_dict(user, &ctx, error_r) < 0)
		return -1;

	list = p_new(pool, struct backscatter_time_window,
		     ctx.windows.count + 1);
	for (i = 0; i < ctx.windows.count; i++) {
		list[i].since = ctx.windows.list[i].since;
		list[i].until = ctx.windows.list[i].until;
	}
	*list_r = list;
	*count_r = ctx.windows.count;
	return 0;
}

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
