/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "doveadm-mail.h"
#include "dovecot-backscatter.h"
#include "commands.h"

static const struct doveadm_backscatter_column bursts_columns[] = {
	{ "since", 0 },
	{ "last", 0 },
	{ "originals", 0 },
	{ "recipients", 0 },
	{ "bounces", 0 },
	{ "dead", 0 },
	{ "hosts", 0 },
	{ "signal", 0 }
};

static void
bursts_init(struct doveadm_mail_cmd_context *ctx ATTR_UNUSED
	    BACKSCATTER_DOVEADM_INIT_ARGS)
{
	doveadm_backscatter_print_headers(bursts_columns,
					  N_ELEMENTS(bursts_columns));
}

static int
bursts_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct backscatter_burst burst;
	const char *error;
	int ret;

	ret = backscatter_burst_get(user, &burst, &error);
	if (ret < 0)
		return doveadm_backscatter_dict_failed(ctx, user, error);
	if (ret > 0) {
		doveadm_print(unixdate2str(burst.since));
		doveadm_print(unixdate2str(burst.last));
		doveadm_print_num(burst.originals);
		doveadm_print_num(burst.recipients);
		doveadm_print_num(burst.bounces);
		doveadm_print_num(burst.dead);
		doveadm_print_num(burst.hosts);
		doveadm_print(burst.signal);
	}
	return 0;
}

struct doveadm_mail_cmd_context *doveadm_backscatter_bursts_alloc(void)
{
	return doveadm_backscatter_alloc(
		sizeof(struct doveadm_mail_cmd_context),
		bursts_init, bursts_run, NULL);
}
