/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "doveadm-mail.h"
#include "dovecot-backscatter.h"
#include "commands.h"

#include <time.h>

struct disown_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	struct backscatter_time_window window;
	enum backscatter_disown_change change;
};

static void
disown_init(struct doveadm_mail_cmd_context *_ctx
	    BACKSCATTER_DOVEADM_INIT_ARGS)
{
	struct disown_cmd_context *ctx =
		container_of(_ctx, struct disown_cmd_context, ctx);
	const char *error;
	bool list = FALSE, remove = FALSE;

	(void)doveadm_cmd_param_bool(_ctx->cctx, "list", &list);
	(void)doveadm_cmd_param_bool(_ctx->cctx, "remove", &remove);
	/* --remove removes all windows that overlap with the given one, which
	   has no end unless --until is given */
	ctx->window.until = remove ? INT32_MAX : time(NULL);
	if (doveadm_backscatter_param_time(_ctx->cctx, "since",
					   &ctx->window.since, &error) < 0 ||
	    doveadm_backscatter_param_time(_ctx->cctx, "until",
					   &ctx->window.until, &error) < 0)
		i_fatal_status(EX_USAGE, "%s", error);
	if (ctx->window.since > ctx->window.until)
		i_fatal_status(EX_USAGE, "--since is later than --until: "
			       "give an earlier one");
	if (list && remove)
		i_fatal_status(EX_USAGE, "--list and --remove exclude each "
			       "other: give one of them");
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
			       &list, &count, &error) < 0)
		return doveadm_backscatter_dict_failed(_ctx, user, error);
	/* print the list as it is now */
	for (i = 0; i < count; i++) {
		doveadm_print(unixdate2str(list[i].since));
		doveadm_print(unixdate2str(list[i].until));
	}
	return 0;
}

struct doveadm_mail_cmd_context *doveadm_backscatter_disown_alloc(void)
{
	return doveadm_backscatter_alloc(sizeof(struct disown_cmd_context),
					 disown_init, disown_run, NULL);
}
