/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "mail-storage.h"
#include "mail-namespace.h"
#include "mailbox-list-iter.h"
#include "mail-user.h"
#include "doveadm-mail.h"
#include "doveadm-print.h"
#include "dovecot-backscatter.h"
#include "backscatter-compat.h"
#include "doveadm-backscatter-mail.h"
#include "doveadm-backscatter.h"

#include <time.h>

struct diagnose_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	/* NULL: all that are the user's own */
	const char *const *mailboxes;
	/* 0: all */
	time_t since;
};

struct diagnose_mailbox {
	struct diagnose_cmd_context *ctx;
	struct mail_user *user;
	struct mailbox *box;
	struct bounce_diagnosis *diagnosis;
};

static int diagnose_failed(struct diagnose_mailbox *d, const char *error)
{
	e_error(d->user->event, "mailbox %s: %s", mailbox_get_vname(d->box),
		error);
	d->ctx->ctx.exit_code = EX_TEMPFAIL;
	return -1;
}

static int diagnose_mail(struct diagnose_mailbox *d, struct mail *mail)
{
	const struct backscatter_result *result;
	const char *error;
	time_t received;
	pool_t pool;
	int ret;

	pool = pool_alloconly_create(MEMPOOL_GROWING"backscatter diagnose",
				     16 * 1024);
	ret = backscatter_doveadm_ask_mail(d->user, mail, d->ctx->since, pool,
					   &received, &result, &error);
	if (ret > 0)
		backscatter_diagnosis_add(d->diagnosis, result);
	if (ret < 0 && !mail->expunged) {
		(void)diagnose_failed(d, t_strdup_printf("UID %u: %s",
							 mail->uid, error));
	}
	pool_unref(&pool);
	return ret < 0 && !mail->expunged ? -1 : 0;
}

static int diagnose_mails(struct diagnose_mailbox *d)
{
	struct mailbox_transaction_context *trans;
	struct mailbox_status status;
	struct mail *mail;
	uint32_t seq;
	int ret = 0;

	mailbox_get_open_status(d->box, STATUS_MESSAGES, &status);
	trans = mailbox_transaction_begin(d->box, 0, __func__);
	mail = mail_alloc(trans, MAIL_FETCH_RECEIVED_DATE |
			  MAIL_FETCH_STREAM_HEADER, NULL);
	for (seq = 1; seq <= status.messages && !doveadm_is_killed();
	     seq++) T_BEGIN {
		mail_set_seq(mail, seq);
		if (diagnose_mail(d, mail) < 0)
			ret = -1;
	} T_END;
	mail_free(&mail);
	if (mailbox_transaction_commit(&trans) < 0) {
		ret = diagnose_failed(d,
			mailbox_get_last_internal_error(d->box, NULL));
	}
	return ret;
}

static int
diagnose_mailbox(struct diagnose_cmd_context *ctx, struct mail_user *user,
		 struct bounce_diagnosis *diagnosis, const char *name)
{
	struct diagnose_mailbox d = {
		.ctx = ctx, .user = user, .diagnosis = diagnosis
	};
	int ret;

	d.box = doveadm_mailbox_find(user, name);
	if (mailbox_open(d.box) < 0 ||
	    mailbox_sync(d.box, MAILBOX_SYNC_FLAG_FULL_READ) < 0) {
		ret = diagnose_failed(&d,
			mailbox_get_last_internal_error(d.box, NULL));
		doveadm_mail_failed_mailbox(&ctx->ctx, d.box);
	} else {
		ret = diagnose_mails(&d);
	}
	mailbox_free(&d.box);
	return ret;
}

/* A script may have filed them anywhere. */
static int
diagnose_all(struct diagnose_cmd_context *ctx, struct mail_user *user,
	     struct bounce_diagnosis *diagnosis)
{
	static const char *const patterns[] = { "*", NULL };
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;
	int ret = 0;

	iter = mailbox_list_iter_init_namespaces(user->namespaces, patterns,
		MAIL_NAMESPACE_TYPE_PRIVATE,
		MAILBOX_LIST_ITER_SKIP_ALIASES |
		MAILBOX_LIST_ITER_NO_AUTO_BOXES);
	while ((info = mailbox_list_iter_next(iter)) != NULL) T_BEGIN {
		if ((info->flags & (MAILBOX_NOSELECT |
				    MAILBOX_NONEXISTENT)) == 0 &&
		    diagnose_mailbox(ctx, user, diagnosis, info->vname) < 0)
			ret = -1;
	} T_END;
	if (mailbox_list_iter_deinit(&iter) < 0) {
		e_error(user->event, "The mailboxes cannot be listed: %s",
			mailbox_list_get_last_internal_error(
				user->namespaces->list, NULL));
		ctx->ctx.exit_code = EX_TEMPFAIL;
		ret = -1;
	}
	return ret;
}

static int
diagnose_named(struct diagnose_cmd_context *ctx, struct mail_user *user,
	       struct bounce_diagnosis *diagnosis)
{
	const char *const *name;
	int ret = 0;

	for (name = ctx->mailboxes; *name != NULL; name++) T_BEGIN {
		if (diagnose_mailbox(ctx, user, diagnosis, *name) < 0)
			ret = -1;
	} T_END;
	return ret;
}

static int
diagnose_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct diagnose_cmd_context *ctx =
		container_of(_ctx, struct diagnose_cmd_context, ctx);
	struct bounce_diagnosis *diagnosis;
	string_t *text;
	pool_t pool;
	int ret;

	pool = pool_alloconly_create(MEMPOOL_GROWING"backscatter diagnosis",
				     16 * 1024);
	diagnosis = backscatter_diagnosis_init(pool);
	ret = ctx->mailboxes == NULL ? diagnose_all(ctx, user, diagnosis) :
		diagnose_named(ctx, user, diagnosis);
	text = str_new(default_pool, 1024);
	backscatter_diagnosis_finish(&diagnosis, user->username, text);
	doveadm_print(str_c(text));
	str_free(&text);
	pool_unref(&pool);
	return ret;
}

static void
diagnose_init(struct doveadm_mail_cmd_context *_ctx
	      BACKSCATTER_DOVEADM_INIT_ARGS)
{
	struct diagnose_cmd_context *ctx =
		container_of(_ctx, struct diagnose_cmd_context, ctx);
	const char *value, *error;

	(void)doveadm_cmd_param_array(_ctx->cctx, "mailbox", &ctx->mailboxes);
	if (doveadm_cmd_param_str(_ctx->cctx, "since", &value) &&
	    backscatter_time_parse(value, time(NULL), &ctx->since,
				   &error) < 0)
		i_fatal_status(EX_USAGE, "--since %s: %s", value, error);
	doveadm_print_header("diagnosis", "diagnosis",
			     DOVEADM_PRINT_HEADER_FLAG_HIDE_TITLE);
}

struct doveadm_mail_cmd_context *doveadm_backscatter_diagnose_alloc(void)
{
	struct diagnose_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct diagnose_cmd_context);
	backscatter_doveadm_take_options(&ctx->ctx);
	ctx->ctx.v.init = diagnose_init;
	ctx->ctx.v.run = diagnose_run;
	doveadm_print_init(DOVEADM_PRINT_TYPE_FORMATTED);
	doveadm_print_formatted_set_format("%{diagnosis}");
	return &ctx->ctx;
}
