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
#include "installed.h"
#include "mend.h"
#include "site-scripts.h"

struct status_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	/* NULL if doveconf failed, which conf_error explains */
	const struct backscatter_conf *lmtp, *lda;
	const char *conf_error;
	/* What is wrong with the modules that are installed; NULL: nothing. */
	const char *installed_error;
	/* The Dovecot that is running does not know our settings. */
	bool unknown;

	/* the user who is looked at */
	struct mail_user *user;
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
	status_print(context, item->name, item->value, item->detail,
		     item->mend == NULL ? "" :
		     backscatter_mend_setting(item->mend));
}

/* What all else depends on comes first. */
static void status_installed(struct status_cmd_context *ctx)
{
	status_print(ctx, "modules", ctx->installed_error == NULL ?
		     BACKSCATTER_STATUS_OK : BACKSCATTER_STATUS_FAILED,
		     ctx->installed_error == NULL ?
		     "they fit this Dovecot" :
		     ctx->installed_error, "");
	if (ctx->unknown) {
		status_print(ctx, "running configuration",
			     BACKSCATTER_STATUS_FAILED,
			     "Dovecot was started before the plugin was "
			     "installed, and does not know its settings: "
			     "restart Dovecot (a reload is not enough)", "");
	}
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
		     backscatter_mend_plugins(protocol));
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
		     backscatter_mend_sieve_plugin(ctx->lmtp));
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
		     backscatter_mend_extension(ctx->lmtp));
}

/*
 * Scripts
 */

static void status_scripts(struct status_cmd_context *ctx)
{
	struct backscatter_site_scripts scripts;

	backscatter_site_scripts_look(ctx->lmtp, ctx->user, &scripts);
	if (scripts.uses) {
		status_print(ctx, "Sieve script", BACKSCATTER_STATUS_OK,
			     "a script that is run for the user uses "
			     "vnd.backscatter", "");
	} else {
		status_print(ctx, "Sieve script", scripts.unknown != NULL ?
			     BACKSCATTER_STATUS_NOTE :
			     BACKSCATTER_STATUS_FAILED,
			     scripts.unknown != NULL ?
			     t_strdup_printf("no script was found that uses "
					     "vnd.backscatter, but %s was not "
					     "read", scripts.unknown) :
			     "no script that is run for the user uses "
			     "vnd.backscatter: nothing is filed or discarded",
			     backscatter_mend_script(ctx->lmtp));
	}
	if (scripts.missing != NULL) {
		status_print(ctx, "Sieve script that is missing", scripts.uses ?
			     BACKSCATTER_STATUS_NOTE :
			     BACKSCATTER_STATUS_FAILED, scripts.missing, "");
	}
	if (scripts.uncompiled != NULL) {
		status_print(ctx, "Sieve script not compiled",
			     BACKSCATTER_STATUS_NOTE, t_strdup_printf(
			     "%s is compiled anew for each message: run "
			     "sievec %s", scripts.uncompiled,
			     scripts.uncompiled), "");
	}
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
		status_installed(ctx);
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

static void status_init_installed(struct status_cmd_context *ctx)
{
	const char *error;

	if (backscatter_installed_check(ctx->lmtp, &error) < 0)
		ctx->installed_error = p_strdup(ctx->ctx.pool, error);
	ctx->unknown =
		backscatter_installed_is_unknown(doveadm_settings->base_dir);
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
	} else {
		status_init_installed(ctx);
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
