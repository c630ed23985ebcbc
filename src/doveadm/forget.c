/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Deletes what the plugin keeps of users. */

#include "lib.h"
#include "doveadm-mail.h"
#include "mail-user.h"
#include "dovecot-backscatter.h"
#include "commands.h"

static void
forget_init(struct doveadm_mail_cmd_context *ctx ATTR_UNUSED
	    BACKSCATTER_DOVEADM_INIT_ARGS)
{
	doveadm_print_header_simple("text");
}

static int
forget_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	const char *error, *name = user->username;
	bool suspended;

	if (backscatter_forget(user, ctx->pool, &suspended, &error) < 0) {
		return doveadm_backscatter_user_failed(ctx, user,
			"Not all was deleted: %s; run this command again "
			"when that is mended", error);
	}
	doveadm_print(t_strdup_printf("%s is forgotten.%s\n", name,
		!suspended ? "" : " The user is still suspended from "
		"sending: doveadm backscatter resume ends that."));
	return 0;
}

struct doveadm_mail_cmd_context *doveadm_backscatter_forget_alloc(void)
{
	return doveadm_backscatter_alloc(
		sizeof(struct doveadm_mail_cmd_context),
		forget_init, forget_run, "%{text}");
}
