/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "doveadm.h"
#include "doveadm-mail.h"
#include "doveadm-backscatter.h"
#include "doveadm-backscatter-plugin.h"

const char *doveadm_backscatter_plugin_version = DOVECOT_ABI_VERSION;

int doveadm_backscatter_may_open(struct doveadm_cmd_context *cctx,
				 const char *path)
{
	if (cctx->conn_type == DOVEADM_CONNECTION_TYPE_CLI)
		return 0;
	i_error("%s: a file may only be named on the command line, not to "
		"doveadm's server", path);
	return -1;
}

static struct doveadm_cmd_ver2 doveadm_backscatter_commands[] = {
	{
		.name = "backscatter bursts",
		.mail_cmd = doveadm_backscatter_bursts_alloc,
		.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAMS_END
	}, {
		.name = "backscatter disown",
		.mail_cmd = doveadm_backscatter_disown_alloc,
		.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX
			"[--since <time>] [--until <time>] "
			"[--list|--remove]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('s', "since", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('t', "until", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('l', "list", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAM('r', "remove", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAMS_END
	}, {
		.name = "backscatter check",
		.mail_cmd = doveadm_backscatter_check_alloc,
		.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX
			"[-f <sender>] [-a <recipient>] <file> [...]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('f', "sender", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('a', "recipient", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('\0', "path", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
	}, {
		.name = "backscatter report",
		.cmd = doveadm_backscatter_report,
		.usage = "[-u <user> | -d <domain>] [--since <time>] "
			"[--until <time>] --html <file>",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_PARAM('u', "user", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('d', "domain", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('\0', "since", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('\0', "until", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('\0', "html", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAMS_END
	}, {
		.name = "backscatter stats",
		.cmd = doveadm_backscatter_stats,
		.usage = "[-u <user> | -d <domain>] [--since <time>] "
			"[--until <time>] [--by day|user|domain|reason]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_PARAM('u', "user", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('d', "domain", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('\0', "since", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('\0', "until", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('\0', "by", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAMS_END
	}, {
		.name = "backscatter top",
		.cmd = doveadm_backscatter_top,
		.usage = "[--since <time>] [--until <time>] [-n <limit>]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_PARAM('\0', "since", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('\0', "until", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('n', "limit", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAMS_END
	}, {
		.name = "backscatter diagnose",
		.mail_cmd = doveadm_backscatter_diagnose_alloc,
		.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX
			"[-s <since>] [<mailbox> [...]]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('s', "since", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('\0', "mailbox", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
	}, {
		.name = "backscatter scan",
		.mail_cmd = doveadm_backscatter_scan_alloc,
		.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX
			"[-f] [-m <mailbox to move to>] <mailbox> [...]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('f', "full", CMD_PARAM_BOOL, 0)
DOVEADM_CMD_PARAM('m', "move", CMD_PARAM_STR, 0)
DOVEADM_CMD_PARAM('\0', "mailbox", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
	}, {
		/* before "keys", which would take it for a domain */
		.name = "backscatter keys fetch",
		.cmd = doveadm_backscatter_keys_fetch,
		.usage = "-s <selector> [-s ...] <domain> [...]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_PARAM('s', "selector", CMD_PARAM_ARRAY, 0)
DOVEADM_CMD_PARAM('\0', "domain", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
	}, {
		.name = "backscatter keys",
		.cmd = doveadm_backscatter_keys,
		.usage = "[-s <selector> [-s ...]] [<domain> [...]]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_PARAM('s', "selector", CMD_PARAM_ARRAY, 0)
DOVEADM_CMD_PARAM('\0', "domain", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
	}, {
		.name = "backscatter status",
		.mail_cmd = doveadm_backscatter_status_alloc,
		.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX,
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAMS_END
	}
};

void doveadm_backscatter_plugin_init(struct module *module ATTR_UNUSED)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(doveadm_backscatter_commands); i++)
		doveadm_cmd_register_ver2(&doveadm_backscatter_commands[i]);
}

void doveadm_backscatter_plugin_deinit(void)
{
}
