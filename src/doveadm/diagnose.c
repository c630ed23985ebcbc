/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "doveadm-mail.h"
#include "dovecot-backscatter.h"
#include "aftermath.h"
#include "mail.h"
#include "commands.h"

struct diagnose_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	/* NULL: all mailboxes of the user's own namespaces */
	const char *const *mailboxes;
	/* 0: however old a bounce is */
	time_t since;
	bool json;
};

struct diagnose_walk {
	struct backscatter_walk walk;

	struct bounce_diagnosis *diagnosis;
};

static bool
diagnose_judged(struct backscatter_walk *walk, struct mail *mail ATTR_UNUSED,
		time_t received ATTR_UNUSED,
		const struct backscatter_result *result)
{
	struct diagnose_walk *diagnose =
		container_of(walk, struct diagnose_walk, walk);

	backscatter_diagnosis_add(diagnose->diagnosis, result);
	return FALSE;
}

static void diagnose_mailbox(const char *name, void *context)
{
	struct backscatter_walk *walk = context;
	struct mailbox_transaction_context *trans;

	if (backscatter_walk_open(walk, name) < 0)
		return;
	while (!doveadm_is_killed() &&
	       backscatter_walk_batch(walk, &trans) > 0 &&
	       backscatter_walk_commit(walk, &trans) == 0) ;
	mailbox_free(&walk->box);
}

/* Returns since when there may be something to look at, or 0. If the dict
   cannot be read, or nothing is kept in it, the bounces themselves tell. */
static time_t
diagnose_since(struct diagnose_cmd_context *ctx, struct mail_user *user,
	       const struct bounce_diagnosis *diagnosis)
{
	struct backscatter_burst burst;
	const char *error;

	if (ctx->since != 0)
		return ctx->since;
	if (backscatter_burst_get(user, &burst, &error) > 0)
		return burst.first;
	return backscatter_diagnosis_stolen_since(diagnosis);
}

static int
diagnose_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct diagnose_cmd_context *ctx =
		container_of(_ctx, struct diagnose_cmd_context, ctx);
	struct diagnose_walk diagnose = {
		.walk = {
			.ctx = _ctx,
			.user = user,
			.since = ctx->since,
			.judged = diagnose_judged
		}
	};
	struct backscatter_aftermath aftermath;
	const char *const *name;
	string_t *text;
	pool_t pool;

	pool = pool_alloconly_create(MEMPOOL_GROWING"backscatter diagnosis",
				     16 * 1024);
	diagnose.diagnosis = backscatter_diagnosis_init(pool);
	if (ctx->mailboxes == NULL) {
		/* a script may have filed bounces in any of them */
		doveadm_backscatter_each_mailbox(_ctx, user, diagnose_mailbox,
						 &diagnose.walk);
	} else for (name = ctx->mailboxes; *name != NULL; name++) T_BEGIN {
		diagnose_mailbox(*name, &diagnose.walk);
	} T_END;
	i_zero(&aftermath);
	aftermath.since = diagnose_since(ctx, user, diagnose.diagnosis);
	if (aftermath.since != 0) {
		doveadm_backscatter_aftermath_find(pool, _ctx, user,
						   &aftermath);
	}
	text = str_new(default_pool, 1024);
	backscatter_diagnosis_finish(&diagnose.diagnosis, user->username,
				     &aftermath, ctx->json, text);
	doveadm_print(str_c(text));
	str_free(&text);
	pool_unref(&pool);
	return 0;
}

static void
diagnose_init(struct doveadm_mail_cmd_context *_ctx
	      BACKSCATTER_DOVEADM_INIT_ARGS)
{
	struct diagnose_cmd_context *ctx =
		container_of(_ctx, struct diagnose_cmd_context, ctx);
	const char *error;

	(void)doveadm_cmd_param_array(_ctx->cctx, "mailbox", &ctx->mailboxes);
	(void)doveadm_cmd_param_bool(_ctx->cctx, "json", &ctx->json);
	if (doveadm_backscatter_param_time(_ctx->cctx, "since", &ctx->since,
					   &error) < 0)
		i_fatal_status(EX_USAGE, "%s", error);
	doveadm_print_header("diagnosis", "diagnosis",
			     DOVEADM_PRINT_HEADER_FLAG_HIDE_TITLE);
}

struct doveadm_mail_cmd_context *doveadm_backscatter_diagnose_alloc(void)
{
	return doveadm_backscatter_alloc(sizeof(struct diagnose_cmd_context),
					 diagnose_init, diagnose_run,
					 "%{diagnosis}");
}
