/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "mail-user.h"
#include "doveadm-mail.h"
#include "doveadm-print.h"
#include "dovecot-backscatter.h"
#include "backscatter-compat.h"
#include "doveadm-backscatter.h"

#include <time.h>

struct disown_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	struct backscatter_time_window window;
	enum backscatter_disown_change change;
};

/* Seconds since 1970, a date, or how long ago. */
static time_t
disown_parse_time(const char *option, const char *value)
{
	const char *error;
	time_t when;

	if (backscatter_time_parse(value, time(NULL), &when, &error) < 0) {
		i_fatal_status(EX_USAGE, "--%s %s: %s", option, value,
			       error);
	}
	return when;
}

static void
disown_init(struct doveadm_mail_cmd_context *_ctx
	    BACKSCATTER_DOVEADM_INIT_ARGS)
{
	struct disown_cmd_context *ctx =
		container_of(_ctx, struct disown_cmd_context, ctx);
	const char *value;
	bool list = FALSE, remove = FALSE;

	(void)doveadm_cmd_param_bool(_ctx->cctx, "list", &list);
	(void)doveadm_cmd_param_bool(_ctx->cctx, "remove", &remove);
	/* what is removed is all that reaches into it */
	ctx->window.until = remove ? INT32_MAX : time(NULL);
	if (doveadm_cmd_param_str(_ctx->cctx, "since", &value))
		ctx->window.since = disown_parse_time("since", value);
	if (doveadm_cmd_param_str(_ctx->cctx, "until", &value))
		ctx->window.until = disown_parse_time("until", value);
	if (ctx->window.since > ctx->window.until)
		i_fatal_status(EX_USAGE, "--since is later than --until");
	if (list && remove)
		i_fatal_status(EX_USAGE, "Either --list or --remove");
	ctx->change = list ? BACKSCATTER_DISOWN_NOTHING :
		remove ? BACKSCATTER_DISOWN_REMOVE : BACKSCATTER_DISOWN_ADD;

	doveadm_print_header_simple("since");
	doveadm_print_header_simple("until");
}

static int
disown_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct disown_cmd_context *ctx =
		container_of(_ctx, struct disown_cmd_context, ctx);
	const struct backscatter_time_window *list;
	const char *error;
	unsigned int i, count;

	if (backscatter_disown(user, ctx->change, &ctx->window, _ctx->pool,
			       &list, &count, &error) < 0) {
		i_error("%s: %s", user->username, error);
		_ctx->exit_code = EX_TEMPFAIL;
		return -1;
	}
	/* what it is now */
	for (i = 0; i < count; i++) {
		doveadm_print(unixdate2str(list[i].since));
		doveadm_print(unixdate2str(list[i].until));
	}
	return 0;
}

struct doveadm_mail_cmd_context *doveadm_backscatter_disown_alloc(void)
{
	struct disown_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct disown_cmd_context);
	backscatter_doveadm_take_options(&ctx->ctx);
	ctx->ctx.v.init = disown_init;
	ctx->ctx.v.run = disown_run;
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	return &ctx->ctx;
}
