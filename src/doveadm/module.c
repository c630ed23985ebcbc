/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "doveadm.h"
#include "doveadm-mail.h"
#include "commands.h"
#include "module.h"

const char *doveadm_backscatter_plugin_version = DOVECOT_ABI_VERSION;

#define TEXT(chr, name) DOVEADM_CMD_PARAM(chr, name, CMD_PARAM_STR, 0)
#define FLAG(chr, name) DOVEADM_CMD_PARAM(chr, name, CMD_PARAM_BOOL, 0)
#define LIST(chr, name) DOVEADM_CMD_PARAM(chr, name, CMD_PARAM_ARRAY, 0)
#define ARGUMENTS(name) \
	DOVEADM_CMD_PARAM('\0', name, CMD_PARAM_ARRAY, \
			  CMD_PARAM_FLAG_POSITIONAL)
/* options of the commands that read counters */
#define DAYS TEXT('\0', "since") TEXT('\0', "until")
#define WHOSE TEXT('u', "user") TEXT('d', "domain")

/* Dovecot's own usage lines do not name -F. */
#define USERS "[-u <user>|-A|-F <file>] [-S <socket_path>] "
#define NOT_ALL_USERS "[-u <user>|-F <file>] [-S <socket_path>] "

#define MAIL_COMMAND(command, alloc, text, params) { \
	.name = "backscatter "command, \
	.mail_cmd = doveadm_backscatter_##alloc, \
	.usage = text, \
	DOVEADM_CMD_PARAMS_START \
	DOVEADM_CMD_MAIL_COMMON \
	params \
	DOVEADM_CMD_PARAMS_END \
}
#define SITE_COMMAND(command, function, text, params) { \
	.name = "backscatter "command, \
	.cmd = doveadm_backscatter_##function, \
	.usage = text, \
	DOVEADM_CMD_PARAMS_START \
	params \
	DOVEADM_CMD_PARAMS_END \
}

static struct doveadm_cmd_ver2 doveadm_backscatter_commands[] = {
	MAIL_COMMAND("bursts", bursts_alloc, USERS,),
	MAIL_COMMAND("disown", disown_alloc,
		USERS "[--since <time>] [--until <time>] [--list|--remove]",
		TEXT('s', "since")
		TEXT('t', "until")
		FLAG('l', "list")
		FLAG('r', "remove")),
	MAIL_COMMAND("forget", forget_alloc, USERS,),
	MAIL_COMMAND("check", check_alloc,
		USERS "[-f <sender>] [-a <recipient>] <file> [...]",
		TEXT('f', "sender")
		TEXT('a', "recipient")
		ARGUMENTS("path")),
	SITE_COMMAND("report", report,
		"[-u <user> | -d <domain>] [--since <time>] [--until <time>] "
		"--html <file>",
		WHOSE
		DAYS
		TEXT('\0', "html")),
	SITE_COMMAND("stats", stats,
		"[-u <user> | -d <domain>] [--since <time>] [--until <time>] "
		"[--by day|user|domain|reason]",
		WHOSE
		DAYS
		TEXT('\0', "by")),
	SITE_COMMAND("tidy", tidy, "",),
	SITE_COMMAND("top", top,
		"[--since <time>] [--until <time>] [-n <limit>]",
		DAYS
		TEXT('n', "limit")),
	MAIL_COMMAND("diagnose", diagnose_alloc,
		USERS "[-s <since>] [--json] [<mailbox> [...]]",
		TEXT('s', "since")
		FLAG('j', "json")
		ARGUMENTS("mailbox")),
	MAIL_COMMAND("scan", scan_alloc,
		USERS "[-f] [-m <mailbox to move to>] <mailbox> [...]",
		FLAG('f', "full")
		TEXT('m', "move")
		ARGUMENTS("mailbox")),
	/* these come before "keys", which would take "fetch" for a domain */
	SITE_COMMAND("keys fetch", keys_fetch,
		"-s <selector> [-s ...] <domain> [...]",
		LIST('s', "selector")
		ARGUMENTS("domain")),
	SITE_COMMAND("keys keep", keys_keep,
		"[-s <selector> [-s ...] <domain> [...]]",
		LIST('s', "selector")
		ARGUMENTS("domain")),
	SITE_COMMAND("keys", keys,
		"[-s <selector> [-s ...]] [<domain> [...]]",
		LIST('s', "selector")
		ARGUMENTS("domain")),
	/* it runs a mail command of its own */
	SITE_COMMAND("setup", setup, USERS,
		DOVEADM_CMD_MAIL_COMMON),
	MAIL_COMMAND("status", status_alloc, USERS,),
	MAIL_COMMAND("suspended", suspended_alloc, USERS,),
	MAIL_COMMAND("suspend", suspend_alloc,
		NOT_ALL_USERS "[--until <time>] [--why <text>]",
		TEXT('t', "until")
		TEXT('w', "why")),
	MAIL_COMMAND("resume", resume_alloc, USERS "[--disown]",
		FLAG('d', "disown"))
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
