/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "mail-user.h"
#include "doveadm-mail.h"
#include "doveadm-print.h"
#include "dovecot-backscatter.h"
#include "backscatter-compat.h"
#include "doveadm-backscatter.h"

static void
bursts_init(struct doveadm_mail_cmd_context *ctx ATTR_UNUSED
	    BACKSCATTER_DOVEADM_INIT_ARGS)
{
	doveadm_print_header_simple("since");
	doveadm_print_header_simple("last");
	doveadm_print_header_simple("originals");
	doveadm_print_header_simple("recipients");
	doveadm_print_header_simple("bounces");
}

static int
bursts_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct backscatter_burst burst;
	const char *error;
	int ret;

	ret = backscatter_burst_get(user, &burst, &error);
	if (ret < 0) {
		i_error("%s: %s", user->username, error);
		ctx->exit_code = EX_TEMPFAIL;
		return -1;
	}
	if (ret > 0) {
		doveadm_print(unixdate2str(burst.since));
		doveadm_print(unixdate2str(burst.last));
		doveadm_print_num(burst.originals);
		doveadm_print_num(burst.recipients);
		doveadm_print_num(burst.bounces);
	}
	return 0;
}

struct doveadm_mail_cmd_context *doveadm_backscatter_bursts_alloc(void)
{
	struct doveadm_mail_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct doveadm_mail_cmd_context);
	backscatter_doveadm_take_options(ctx);
	ctx->v.init = bursts_init;
	ctx->v.run = bursts_run;
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	return ctx;
}
