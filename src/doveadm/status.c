/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "auth-master.h"
#include "mail-storage-service.h"
#include "mail-user.h"
#include "doveadm-mail.h"
#include "dovecot-backscatter.h"
#include "conf.h"
#include "commands.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many octets of a script are read. */
#define STATUS_SCRIPT_MAX_SIZE (256 * 1024)

struct status_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	/* NULL if doveconf failed, which conf_error explains */
	const struct backscatter_conf *lmtp, *lda;
	const char *conf_error;

	/* the user who is looked at, and what was found out about the scripts
	   that are run for him: whether one uses the extension, and the last
	   one that we cannot read */
	struct mail_user *user;
	bool script_found;
	const char *script_unknown;
};

static const struct doveadm_backscatter_column status_columns[] = {
	{ "status", 0 },
	{ "check", 0 },
	{ "detail", 0 },
	{ "mend", 0 }
};

static const char *const status_names[] = {
	[BACKSCATTER_STATUS_OK] = "ok",
	[BACKSCATTER_STATUS_NOTE] = "note",
	[BACKSCATTER_STATUS_FAILED] = "failed"
};

/* Print one row. mend is what to write into dovecot.conf, or "". */
static void
status_print(struct status_cmd_context *ctx, const char *name,
	     enum backscatter_status_value value, const char *detail,
	     const char *mend)
{
	if (value == BACKSCATTER_STATUS_FAILED)
		ctx->ctx.exit_code = EX_CONFIG;
	doveadm_print(status_names[value]);
	doveadm_print(name);
	doveadm_print(detail);
	doveadm_print(value == BACKSCATTER_STATUS_OK ? "" : mend);
}

static void
status_user_item(const struct backscatter_status_item *item, void *context)
{
	const char *mend = "";

	if (item->mend != NULL) {
		mend = t_strdup_printf(
			BACKSCATTER_CONF_TEXT("plugin {\n  %s\n}\n", "%s\n"),
			item->mend);
	}
	status_print(context, item->name, item->value, item->detail, mend);
}

static void
status_plugin(struct status_cmd_context *ctx,
	      const struct backscatter_conf *conf, const char *protocol,
	      enum backscatter_status_value missing)
{
	const char *name = t_strconcat("plugin for ", protocol, NULL);
	const char *own = t_strdup_printf("protocol %s/mail_plugins", protocol);
	bool judges = backscatter_conf_has(conf, "mail_plugins",
					   "backscatter") ||
		backscatter_conf_has(conf, own, "backscatter");
	bool runs = backscatter_conf_has(conf, "mail_plugins", "sieve") ||
		backscatter_conf_has(conf, own, "sieve");

	status_print(ctx, name, judges && runs ? BACKSCATTER_STATUS_OK :
		     missing, !judges ? "not among its mail_plugins" :
		     !runs ? "among its mail_plugins, but sieve is not: no "
		     "script is run" : "among its mail_plugins",
		     t_strdup_printf(BACKSCATTER_CONF_TEXT(
			"protocol %s {\n"
			"  mail_plugins = $mail_plugins sieve backscatter\n}\n",
			"protocol %s {\n  mail_plugins {\n    sieve = yes\n"
			"    backscatter = yes\n  }\n}\n"), protocol));
}

static bool status_conf_has(struct status_cmd_context *ctx, const char *name,
			    const char *word)
{
	return backscatter_conf_has(ctx->lmtp, name, word) ||
		backscatter_conf_has(ctx->lmtp,
				     t_strconcat("plugin/", name, NULL), word);
}

static void status_extension(struct status_cmd_context *ctx)
{
	static const char *const names[] = {
		"sieve_extensions", "sieve_global_extensions"
	};
	bool enabled;
	unsigned int i;

	enabled = status_conf_has(ctx, "sieve_plugins", "sieve_backscatter");
	status_print(ctx, "Sieve plugin", enabled ? BACKSCATTER_STATUS_OK :
		     BACKSCATTER_STATUS_FAILED, enabled ?
		     "among sieve_plugins" :
		     "sieve_backscatter is not among sieve_plugins",
		     BACKSCATTER_CONF_TEXT("plugin {\n  sieve_plugins = "
				 "sieve_backscatter\n}\n",
				 "sieve_plugins = sieve_backscatter\n"));
	enabled = FALSE;
	for (i = 0; i < N_ELEMENTS(names); i++) {
		enabled = enabled ||
			status_conf_has(ctx, names[i], "vnd.backscatter") ||
			status_conf_has(ctx, names[i], "+vnd.backscatter");
	}
	/* 2.3: if a word has no sign, only the extensions that are named are
	   enabled */
	if (backscatter_conf_has(ctx->lmtp, "plugin/sieve_extensions",
				 "vnd.backscatter") &&
	    !backscatter_conf_has(ctx->lmtp, "plugin/sieve_extensions",
				  "fileinto")) {
		status_print(ctx, "Sieve extension", BACKSCATTER_STATUS_NOTE,
			     "sieve_extensions without + disables all others, "
			     "fileinto too",
			     "plugin {\n  sieve_extensions = "
			     "+vnd.backscatter\n}\n");
		return;
	}
	status_print(ctx, "Sieve extension", enabled ? BACKSCATTER_STATUS_OK :
		     BACKSCATTER_STATUS_FAILED, enabled ?
		     "vnd.backscatter is enabled" :
		     "vnd.backscatter is not enabled",
		     BACKSCATTER_CONF_TEXT("plugin {\n  sieve_extensions = "
				 "+vnd.backscatter\n}\n",
				 "sieve_extensions {\n  vnd.backscatter = yes\n"
				 "}\n"));
}

/*
 * Scripts
 */

/* Returns a path of the configuration as an absolute path, or NULL if we cannot
   tell where it is. From the data stack. */
static const char *
t_status_path(struct status_cmd_context *ctx, const char *value)
{
	const char *home, *const *parts;

	/* "file:~/sieve;active=~/.dovecot.sieve" */
	parts = t_strsplit(value, ";");
	value = parts[0];
	for (; *parts != NULL; parts++) {
		if (strncmp(*parts, "active=", 7) == 0)
			value = *parts + 7;
	}
	if (strncmp(value, "file:", 5) == 0)
		value += 5;
	if (strncmp(value, "~/", 2) == 0 &&
	    mail_user_get_home(ctx->user, &home) > 0)
		value = t_strconcat(home, value + 1, NULL);
	return *value != '/' || strchr(value, '%') != NULL ? NULL : value;
}

/* Returns TRUE if a script contains the name of the extension; it is not
   compiled. The script may belong to the user, who may put anything there, such
   as a FIFO. */
static bool status_script_uses(const char *path)
{
	char *text = t_malloc_no0(STATUS_SCRIPT_MAX_SIZE + 1);
	struct stat st;
	ssize_t size = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return FALSE;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		size = read(fd, text, STATUS_SCRIPT_MAX_SIZE);
	i_close_fd(&fd);
	text[size < 0 ? 0 : size] = '\0';
	return strstr(text, "\"vnd.backscatter\"") != NULL;
}

/* Look at the script that a setting names. A global setting may name a folder,
   whose scripts are all run; we do not read them. A folder of the user's own is
   only where his scripts are kept. */
static void
status_script(struct status_cmd_context *ctx, const char *value, bool global)
{
	const char *path = t_status_path(ctx, value);
	struct stat st;

	if (path == NULL)
		ctx->script_unknown = t_strdup(value);
	else if (stat(path, &st) < 0)
		return;
	else if (S_ISDIR(st.st_mode) && global)
		ctx->script_unknown = t_strdup(value);
	else if (status_script_uses(path))
		ctx->script_found = TRUE;
}

static bool
status_script_is_global(struct status_cmd_context *ctx, const char *name)
{
	const char *slash = strrchr(name, '/'), *type;

	if (strncmp(name, "plugin/", 7) == 0) {
		return strncmp(name, "plugin/sieve_before", 19) == 0 ||
			strncmp(name, "plugin/sieve_after", 18) == 0;
	}
	type = backscatter_conf_get(ctx->lmtp, t_strconcat(
		t_strdup_until(name, slash + 1), "type", NULL));
	return type != NULL && strcmp(type, "personal") != 0;
}

/* Returns TRUE if a setting names a script that is run at delivery. */
static bool status_is_script(const char *name)
{
	const char *last = strrchr(name, '/');

	last = last == NULL ? name : last + 1;
	if (strncmp(name, "plugin/sieve", 12) == 0) {
		return strcmp(last, "sieve") == 0 ||
			strcmp(last, "sieve_default") == 0 ||
			strncmp(last, "sieve_before", 12) == 0 ||
			strncmp(last, "sieve_after", 11) == 0;
	}
	return strncmp(name, "sieve_script ", 13) == 0 &&
		(strcmp(last, "path") == 0 ||
		 strcmp(last, "active_path") == 0 ||
		 strcmp(last, "sieve_script_path") == 0 ||
		 strcmp(last, "sieve_script_active_path") == 0);
}

static void status_scripts(struct status_cmd_context *ctx)
{
	const struct backscatter_conf_setting *setting;

	ctx->script_found = FALSE;
	ctx->script_unknown = NULL;
	array_foreach(&ctx->lmtp->settings, setting) {
		if (status_is_script(setting->name)) {
			status_script(ctx, setting->value,
				status_script_is_global(ctx, setting->name));
		}
	}
	status_script(ctx, "~/.dovecot.sieve", FALSE);
	if (ctx->script_found) {
		status_print(ctx, "Sieve script", BACKSCATTER_STATUS_OK,
			     "a script that is run for the user uses "
			     "vnd.backscatter", "");
		return;
	}
	status_print(ctx, "Sieve script", ctx->script_unknown != NULL ?
		     BACKSCATTER_STATUS_NOTE : BACKSCATTER_STATUS_FAILED,
		     ctx->script_unknown != NULL ?
		     t_strdup_printf("no script was found that uses "
				     "vnd.backscatter, but %s was not read",
				     ctx->script_unknown) :
		     "no script that is run for the user uses "
		     "vnd.backscatter: nothing is filed or discarded",
		     BACKSCATTER_CONF_TEXT("plugin {\n  sieve_before = "
				 BACKSCATTER_SCRIPT"\n}\n",
				 "sieve_script backscatter {\n  type = before\n"
				 "  path = "BACKSCATTER_SCRIPT"\n}\n"));
}

/*
 * What others do with a user who is suspended
 */

enum status_login {
	/* Auth refuses the user, whatever the password is, or has failed. */
	STATUS_LOGIN_REFUSED = -1,
	/* It cannot tell without the password. */
	STATUS_LOGIN_UNKNOWN,
	STATUS_LOGIN_ALLOWED
};

/* Ask auth for the user's password, which it does not tell. */
static enum status_login
status_login_ask(struct status_cmd_context *ctx, const char *protocol)
{
	struct auth_user_info info;
	const char *const *fields;
	int ret;

	i_zero(&info);
	backscatter_auth_protocol(&info) = protocol;
	/* this connection was made before we became the user, who is not
	   allowed to ask that */
	ret = auth_master_pass_lookup(mail_storage_service_get_auth_conn(
					ctx->ctx.storage_service),
				      ctx->user->username, &info,
				      ctx->ctx.pool, &fields);
	/* Dovecot 2.3 fails if the passdb, such as PAM, cannot do that, and
	   says nothing if it refuses the user */
	if (ret < 0 && fields[0] != NULL &&
	    strstr(fields[0], "support credentials lookups") != NULL)
		return STATUS_LOGIN_UNKNOWN;
	return ret < 0 ? STATUS_LOGIN_REFUSED :
		ret == 0 ? STATUS_LOGIN_UNKNOWN : STATUS_LOGIN_ALLOWED;
}

static void
status_login(struct status_cmd_context *ctx, const char *protocol,
	     enum status_login login, enum status_login wanted)
{
	static const char *const details[] = {
		"Dovecot's auth refuses the user, or has failed, which its log "
			"says",
		"Dovecot's auth cannot tell without the user's password: it "
			"does not look passwords up",
		"Dovecot's auth does not refuse the user"
	};

	status_print(ctx, t_strconcat("suspended: ", protocol, NULL),
		     login == STATUS_LOGIN_UNKNOWN ? BACKSCATTER_STATUS_NOTE :
		     login == wanted ? BACKSCATTER_STATUS_OK :
		     BACKSCATTER_STATUS_FAILED, details[login + 1], "");
}

static void status_suspended(struct status_cmd_context *ctx)
{
	struct backscatter_suspension suspension;
	enum status_login imap;
	const char *error;
	int ret;

	ret = backscatter_suspension_get(ctx->user, ctx->ctx.pool, &suspension,
					 &error);
	if (ret < 0) {
		status_print(ctx, "suspended", BACKSCATTER_STATUS_FAILED,
			     t_strdup_printf("it is not known whether the user "
					     "is suspended: %s", error), "");
	}
	if (ret <= 0)
		return;
	status_print(ctx, "suspended", BACKSCATTER_STATUS_NOTE,
		     t_strdup_printf("since %s until %s, by %s: %s",
				     t_strdup(unixdate2str(suspension.since)),
				     suspension.until == 0 ?
				     "somebody resumes it" :
				     unixdate2str(suspension.until),
				     suspension.by, suspension.why), "");
	imap = status_login_ask(ctx, "imap");
	status_login(ctx, "smtp", status_login_ask(ctx, "smtp"),
		     STATUS_LOGIN_REFUSED);
	status_login(ctx, "submission", status_login_ask(ctx, "submission"),
		     STATUS_LOGIN_REFUSED);
	status_login(ctx, "imap", imap, STATUS_LOGIN_ALLOWED);
	status_print(ctx, "suspended: Postfix and Exim",
		     BACKSCATTER_STATUS_NOTE, "from here it cannot be seen "
		     "whether they read who is suspended, which ends sessions "
		     "that are open: see WHAT A SUSPENSION STOPS in "
		     "backscatter(7)", "");
}

static int
status_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct status_cmd_context *ctx =
		container_of(_ctx, struct status_cmd_context, ctx);

	ctx->user = user;
	if (ctx->lmtp == NULL) {
		status_print(ctx, "configuration", BACKSCATTER_STATUS_FAILED,
			     ctx->conf_error, "");
	} else {
		status_plugin(ctx, ctx->lmtp, "lmtp",
			      BACKSCATTER_STATUS_FAILED);
		status_plugin(ctx, ctx->lda, "lda", BACKSCATTER_STATUS_NOTE);
		status_extension(ctx);
		status_scripts(ctx);
	}
	backscatter_user_status(user, status_user_item, ctx);
	status_suspended(ctx);
	return _ctx->exit_code == 0 ? 0 : -1;
}

static void
status_init(struct doveadm_mail_cmd_context *_ctx BACKSCATTER_DOVEADM_INIT_ARGS)
{
	struct status_cmd_context *ctx =
		container_of(_ctx, struct status_cmd_context, ctx);
	const char *error;

	/* run doveconf while we are not the mail user yet */
	if (backscatter_conf_read(_ctx->pool, "lmtp", &ctx->lmtp,
				  &error) < 0 ||
	    backscatter_conf_read(_ctx->pool, "lda", &ctx->lda, &error) < 0) {
		ctx->lmtp = NULL;
		ctx->conf_error = p_strdup(_ctx->pool, error);
	}
	if (!_ctx->iterate_single_user) {
		doveadm_print_formatted_set_format(
			"%{status}\t%{username}: %{check}: %{detail}\n%{mend}");
	}
	doveadm_backscatter_print_headers(status_columns,
					  N_ELEMENTS(status_columns));
}

struct doveadm_mail_cmd_context *doveadm_backscatter_status_alloc(void)
{
	return doveadm_backscatter_alloc(sizeof(struct status_cmd_context),
		status_init, status_run,
		"%{status}\t%{check}: %{detail}\n%{mend}");
}
