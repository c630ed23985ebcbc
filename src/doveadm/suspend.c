/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Suspends users from sending, resumes them, and lists those who are
   suspended. */

#include "lib.h"
#include "str.h"
#include "ipwd.h"
#include "net.h"
#include "doveadm-mail.h"
#include "mail-user.h"
#include "dovecot-backscatter.h"
#include "commands.h"

#include <time.h>
#include <unistd.h>

#define SUSPEND_MAX_WHY 200

struct suspend_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	struct backscatter_suspension suspension;
	bool disown;
	/* Those who are not suspended are not told of. */
	bool all_users;
};

/* Returns who runs the command, from the pool: the user of the system; or where
   the client of doveadm's server is, which has one login for all. */
static const char *suspend_who(struct doveadm_mail_cmd_context *ctx)
{
	const struct doveadm_cmd_context *cctx = ctx->cctx;
	struct passwd pw;
	const char *sudo;

	if (cctx->conn_type != DOVEADM_CONNECTION_TYPE_CLI) {
		return cctx->remote_ip.family == 0 ? "doveadm's server" :
			p_strdup_printf(ctx->pool, "doveadm's client %s",
					net_ip2addr(&cctx->remote_ip));
	}
	if (i_getpwuid(getuid(), &pw) <= 0)
		return p_strdup_printf(ctx->pool, "uid %s", dec2str(getuid()));
	sudo = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	return sudo == NULL ? p_strdup(ctx->pool, pw.pw_name) :
		p_strdup_printf(ctx->pool, "%s (sudo of %s)", pw.pw_name,
				backscatter_sanitize(sudo, 50));
}

/* A time in the future: one that is not given as a date or a second is how long
   it is from now. */
static time_t suspend_until(struct doveadm_cmd_context *cctx)
{
	time_t now = time(NULL), until;
	const char *value, *error;
	bool is_date;

	if (!doveadm_cmd_param_str(cctx, "until", &value))
		return 0;
	/* with a now of 0, what is some time ago becomes 0 */
	is_date = backscatter_time_parse(value, 0, &until, &error) == 0 &&
		until > 0;
	if (!is_date && backscatter_time_parse(value, now, &until,
					       &error) < 0) {
		i_fatal_status(EX_USAGE, "--until %s: not a time: write a date "
			"such as 2026-01-31 or 2026-01-31T12:00:00Z, seconds "
			"since 1970, or how long from now, such as 2d",
			backscatter_sanitize(value, 100));
	}
	if (!is_date)
		until = now + (now - until);
	if (until <= now)
		i_fatal_status(EX_USAGE, "--until is over already: give a "
			       "later time");
	return until;
}

static void
suspend_init(struct doveadm_mail_cmd_context *_ctx
	     BACKSCATTER_DOVEADM_INIT_ARGS)
{
	struct suspend_cmd_context *ctx =
		container_of(_ctx, struct suspend_cmd_context, ctx);
	const char *why;

	(void)doveadm_cmd_param_bool(_ctx->cctx, "all-users", &ctx->all_users);
	if (ctx->all_users)
		i_fatal_status(EX_USAGE, "Nobody may send mail then: name the "
			       "users with -u or -F in place of -A");
	if (!doveadm_cmd_param_str(_ctx->cctx, "why", &why))
		why = "no reason was given";
	ctx->suspension.since = time(NULL);
	ctx->suspension.until = suspend_until(_ctx->cctx);
	ctx->suspension.by = suspend_who(_ctx);
	ctx->suspension.why = p_strdup(_ctx->pool, backscatter_sanitize(
				       why, SUSPEND_MAX_WHY));
	doveadm_print_header_simple("text");
}

static const char *suspend_until_text(time_t until)
{
	return until == 0 ? "somebody resumes it" : unixdate2str(until);
}

static int
suspend_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct suspend_cmd_context *ctx =
		container_of(_ctx, struct suspend_cmd_context, ctx);
	const char *error, *name = user->username;

	if (backscatter_suspend(user, &ctx->suspension, &error) < 0)
		return doveadm_backscatter_dict_failed(_ctx, user, error);
	doveadm_print(t_strdup_printf(
		"%s is suspended from sending until %s.\n"
		"Servers that take mail refuse the user if they read this: "
		"see WHAT A SUSPENSION STOPS in backscatter(7).\n"
		"Still to be done:\n"
		"  doveadm backscatter status -u %s   says who does\n"
		"  doveadm auth cache flush %s        forgets earlier logins\n"
		"  doveadm kick %s                    ends IMAP sessions\n"
		"  hold or delete what of the user's mail is in the queue\n"
		"  doveadm backscatter diagnose -u %s says what was sent\n"
		"  set a new password, and then\n"
		"  doveadm backscatter resume -u %s --disown\n",
		name, suspend_until_text(ctx->suspension.until), name, name,
		name, name, name));
	return 0;
}

struct doveadm_mail_cmd_context *doveadm_backscatter_suspend_alloc(void)
{
	return doveadm_backscatter_alloc(sizeof(struct suspend_cmd_context),
					 suspend_init, suspend_run,
					 "%{text}");
}

/*
 * resume
 */

static void
resume_init(struct doveadm_mail_cmd_context *_ctx
	    BACKSCATTER_DOVEADM_INIT_ARGS)
{
	struct suspend_cmd_context *ctx =
		container_of(_ctx, struct suspend_cmd_context, ctx);

	(void)doveadm_cmd_param_bool(_ctx->cctx, "disown", &ctx->disown);
	(void)doveadm_cmd_param_bool(_ctx->cctx, "all-users", &ctx->all_users);
	ctx->suspension.by = suspend_who(_ctx);
	doveadm_print_header_simple("text");
}

/* Says what is still to be done. disowned is NULL if nothing is. */
static void
resume_print(const char *name, const struct backscatter_suspension *was,
	     const struct backscatter_time_window *disowned)
{
	string_t *text = t_str_new(512);

	str_printfa(text, "%s may send mail again. Suspended by %s since %s: "
		    "%s\n", name, was->by, unixdate2str(was->since), was->why);
	if (disowned != NULL) {
		str_printfa(text, "Bounces of mail that was signed since %s "
			    "are disowned. If somebody else has sent before "
			    "that, give an earlier time:\n",
			    unixdate2str(disowned->since));
	} else {
		str_append(text, "Bounces of what somebody else has sent are "
			   "still genuine. To disown them, give the time when "
			   "it began:\n");
	}
	str_printfa(text, "  doveadm backscatter disown -u %s --since <time>\n"
		    "Still to be done:\n"
		    "  set a new password, if that was not done\n"
		    "  doveadm auth cache flush %s\n"
		    "  release what of the user's own mail is held in the "
		    "queue, and delete the other\n", name, name);
	doveadm_print(str_c(text));
}

static int
resume_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct suspend_cmd_context *ctx =
		container_of(_ctx, struct suspend_cmd_context, ctx);
	struct backscatter_time_window window, *disown = NULL;
	struct backscatter_suspension was;
	const char *error;
	int ret;

	if (ctx->disown)
		disown = &window;
	ret = backscatter_resume(user, ctx->suspension.by, _ctx->pool, &was,
				 disown, &error);
	if (ret < 0)
		return doveadm_backscatter_dict_failed(_ctx, user, error);
	if (ret > 0)
		resume_print(user->username, &was, disown);
	else if (!ctx->all_users) {
		doveadm_print(t_strdup_printf("%s is not suspended.\n",
					      user->username));
	}
	return 0;
}

struct doveadm_mail_cmd_context *doveadm_backscatter_resume_alloc(void)
{
	return doveadm_backscatter_alloc(sizeof(struct suspend_cmd_context),
					 resume_init, resume_run, "%{text}");
}

/*
 * suspended
 */

static const struct doveadm_backscatter_column suspended_columns[] = {
	{ "since", 0 },
	{ "until", 0 },
	{ "by", 0 },
	{ "why", 0 }
};

static void
suspended_init(struct doveadm_mail_cmd_context *ctx ATTR_UNUSED
	       BACKSCATTER_DOVEADM_INIT_ARGS)
{
	doveadm_backscatter_print_headers(suspended_columns,
					  N_ELEMENTS(suspended_columns));
}

static int
suspended_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct backscatter_suspension suspension;
	const char *error;
	int ret;

	ret = backscatter_suspension_get(user, ctx->pool, &suspension, &error);
	if (ret < 0 || (ret == 0 && error != NULL))
		return doveadm_backscatter_dict_failed(ctx, user, error);
	if (ret > 0) {
		doveadm_print(unixdate2str(suspension.since));
		doveadm_print(suspension.until == 0 ? "-" :
			      unixdate2str(suspension.until));
		doveadm_print(suspension.by);
		doveadm_print(suspension.why);
	}
	return 0;
}

struct doveadm_mail_cmd_context *doveadm_backscatter_suspended_alloc(void)
{
	return doveadm_backscatter_alloc(
		sizeof(struct doveadm_mail_cmd_context),
		suspended_init, suspended_run, NULL);
}
