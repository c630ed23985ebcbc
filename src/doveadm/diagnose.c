/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "mail-storage.h"
#include "mail-namespace.h"
#include "mailbox-list-iter.h"
#include "mail-user.h"
#include "doveadm-mail.h"
#include "dovecot-backscatter.h"
#include "mail.h"
#include "commands.h"

struct diagnose_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	/* NULL: all mailboxes of the user's own namespaces */
	const char *const *mailboxes;
	/* 0: however old a bounce is */
	time_t since;
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

static void diagnose_mailbox(struct backscatter_walk *walk, const char *name)
{
	struct mailbox_transaction_context *trans;

	if (backscatter_walk_open(walk, name) < 0)
		return;
	while (!doveadm_is_killed() &&
	       backscatter_walk_batch(walk, &trans) > 0 &&
	       backscatter_walk_commit(walk, &trans) == 0) ;
	mailbox_free(&walk->box);
}

/* Go through all mailboxes: a script may have filed bounces in any of them. */
static void diagnose_all(struct backscatter_walk *walk)
{
	static const char *const patterns[] = { "*", NULL };
	struct mail_namespace *namespaces = walk->user->namespaces;
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;

	iter = mailbox_list_iter_init_namespaces(namespaces, patterns,
		MAIL_NAMESPACE_TYPE_PRIVATE,
		MAILBOX_LIST_ITER_SKIP_ALIASES |
		MAILBOX_LIST_ITER_NO_AUTO_BOXES);
	while ((info = mailbox_list_iter_next(iter)) != NULL) T_BEGIN {
		if ((info->flags & (MAILBOX_NOSELECT |
				    MAILBOX_NONEXISTENT)) == 0)
			diagnose_mailbox(walk, info->vname);
	} T_END;
	if (mailbox_list_iter_deinit(&iter) < 0) {
		doveadm_backscatter_user_failed(walk->ctx, walk->user,
			"The mailboxes cannot be listed: %s",
			mailbox_list_get_last_internal_error(namespaces->list,
							     NULL));
	}
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
	const char *const *name;
	string_t *text;
	pool_t pool;

	pool = pool_alloconly_create(MEMPOOL_GROWING"backscatter diagnosis",
				     16 * 1024);
	diagnose.diagnosis = backscatter_diagnosis_init(pool);
	if (ctx->mailboxes == NULL)
		diagnose_all(&diagnose.walk);
	else for (name = ctx->mailboxes; *name != NULL; name++) T_BEGIN {
		diagnose_mailbox(&diagnose.walk, *name);
	} T_END;
	text = str_new(default_pool, 1024);
	backscatter_diagnosis_finish(&diagnose.diagnosis, user->username, text);
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
