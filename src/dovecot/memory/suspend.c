/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* An admin suspends and resumes a user. */

#include "lib.h"
#include "lib-event.h"
#include "mail-user.h"
#include "base/event.h"
#include "memory/record-dict.h"
#include "memory/suspension.h"
#include "dovecot-backscatter.h"

#include <time.h>

struct suspend_change {
	/* What is written; if its since is 0, the user is resumed. */
	struct backscatter_suspension suspension;
	/* The record was read, and the change was written into it. */
	bool read, written;

	/* The rest is for a user who is resumed: the suspension that ends, and
	   the time that is disowned; NULL: none is. */
	const struct backscatter_suspension *was;
	struct backscatter_time_window *disown;
};

/* The theft began with the burst, if there was one when the user was
   suspended. */
static time_t
suspend_begin(const struct backscatter_record *record,
	      const struct backscatter_suspension *suspension)
{
	const struct backscatter_record_burst *burst = &record->burst;

	return burst->last > 0 && burst->since < suspension->since &&
		suspension->since - burst->last <= (time_t)record->period ?
		burst->since : suspension->since;
}

static int
suspend_change(struct backscatter_record *record, void *context,
	       const char **error_r)
{
	struct suspend_change *ctx = context;
	time_t before = record->suspended;

	ctx->read = TRUE;
	if (ctx->disown != NULL) {
		/* the clock of the host that wrote it may be ahead */
		ctx->disown->since = I_MIN(suspend_begin(record, ctx->was),
					   ctx->disown->until);
		if (!bounce_windows_add(&record->disowned, ctx->disown->since,
					ctx->disown->until)) {
			*error_r = t_strdup_printf(
				"there are already %u disowned times",
				record->disowned.count);
			return -1;
		}
	}
	backscatter_record_suspend(record, &ctx->suspension);
	if (ctx->written && record->suspended == before) {
		/* it is still there */
		return 0;
	}
	ctx->written = TRUE;
	return 1;
}

/* If the record is broken, or was written by a newer version, the suspension is
   written without it: other servers read only that. */
static int
suspend_write(struct mail_user *user, struct suspend_change *ctx,
	      const char **error_r)
{
	const char *error;
	int ret = backscatter_record_change(user, suspend_change, ctx, TRUE,
					    NULL, error_r);

	if (ret == 0)
		*error_r = BACKSCATTER_RECORD_NO_DICT;
	if (ret > 0)
		return 0;
	if (ret == 0 || ctx->read ||
	    backscatter_record_write_suspension(user, &ctx->suspension,
						&error) <= 0)
		return -1;
	if (ctx->disown == NULL)
		return 0;
	*error_r = t_strdup_printf("The user may send again, but nothing was "
				   "disowned: %s", *error_r);
	return -1;
}

/* Returns the same as backscatter_suspension_get(), also for a suspension that
   has ended by its time. */
static int
suspend_lookup(struct mail_user *user, pool_t pool,
	       struct backscatter_suspension *suspension_r,
	       const char **error_r)
{
	struct backscatter_dict *dict;
	int ret = backscatter_dict_get(user, &dict, error_r);

	if (ret > 0) {
		ret = backscatter_suspension_lookup(dict, pool, suspension_r,
						    error_r);
	}
	backscatter_dict_release(user);
	return ret;
}

int backscatter_suspend(struct mail_user *user,
			const struct backscatter_suspension *suspension,
			const char **error_r)
{
	struct suspend_change ctx = { .suspension = *suspension };
	struct event *event;

	if (suspend_write(user, &ctx, error_r) < 0)
		return -1;
	event = backscatter_event_create(user->event);
	backscatter_suspension_log(event, user, suspension, "");
	event_unref(&event);
	return 0;
}

static void
resume_log(struct mail_user *user, const char *by,
	   const struct backscatter_suspension *was)
{
	struct event *event = backscatter_event_create(user->event);
	struct event_passthrough *e = event_create_passthrough(event)->
		set_name("backscatter_resumed")->
		add_str("user", user->username)->
		add_str("by", by)->
		add_int("since", was->since);

	e_info(e->event(), "The user may send again, by %s; was suspended by "
	       "%s: %s", by, was->by, was->why);
	event_unref(&event);
}

/* The row may have been deleted by somebody else, or by Redis. Returns 1 if the
   record still says that the user is suspended: then the alarm would never
   suspend the user again. Otherwise returns 0, or -1 with an error. */
static int
resume_lookup_record(struct mail_user *user, time_t now,
		     struct backscatter_suspension *was_r,
		     const char **error_r)
{
	struct backscatter_record record;
	int ret = backscatter_record_read(user, pool_datastack_create(),
					  &record, error_r);

	if (ret == 0)
		*error_r = BACKSCATTER_RECORD_NO_DICT;
	if (ret <= 0)
		return -1;
	if (record.suspended <= now)
		return 0;
	was_r->since = now;
	was_r->by = "somebody";
	was_r->why = "the dict does not have it any more";
	return 1;
}

int backscatter_resume(struct mail_user *user, const char *by, pool_t pool,
		       struct backscatter_suspension *was_r,
		       struct backscatter_time_window *disown,
		       const char **error_r)
{
	struct suspend_change ctx = {
		.suspension.until = time(NULL), .was = was_r, .disown = disown
	};
	int ret = suspend_lookup(user, pool, was_r, error_r);

	if (ret == 0) {
		ret = resume_lookup_record(user, ctx.suspension.until, was_r,
					   error_r);
	}
	if (ret <= 0)
		return ret;
	if (disown != NULL)
		disown->until = ctx.suspension.until;
	if (suspend_write(user, &ctx, error_r) < 0)
		return -1;
	resume_log(user, by, was_r);
	return 1;
}

int backscatter_suspension_get(struct mail_user *user, pool_t pool,
			       struct backscatter_suspension *suspension_r,
			       const char **error_r)
{
	struct backscatter_suspension was;
	int ret = suspend_lookup(user, pool, suspension_r, error_r);

	if (ret == 0) {
		*error_r = backscatter_dict_is_set(user) ? NULL :
			BACKSCATTER_RECORD_NO_DICT;
	}
	if (ret <= 0 || suspension_r->until == 0 ||
	    suspension_r->until > time(NULL))
		return ret;
	return backscatter_resume(user, "time", pool, &was, NULL,
				  error_r) < 0 ? -1 : 0;
}
