/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "mail-user.h"
#include "memory/record-dict.h"
#include "dovecot-backscatter.h"

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
		*error_r = t_strdup_printf("there are already %u such times: "
			"remove those that are over by --remove",
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
		*error_r = BACKSCATTER_RECORD_NO_DICT;
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
