/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "module-context.h"
#include "mail-user.h"
#include "mail-deliver.h"
#include "mail-storage-private.h"
#include "mail-storage-hooks.h"
#include "dovecot-backscatter.h"
#include "follow.h"
#include "plugin.h"
#include "submit.h"

#define BACKSCATTER_DELIVER_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, backscatter_deliver_user_module)

/* A user has this context if the plugin is among his mail_plugins. The delivery
   hook belongs to the process, and is called for all users. */
static MODULE_CONTEXT_DEFINE_INIT(backscatter_deliver_user_module,
				  &mail_user_module_register);

const char *backscatter_plugin_version = DOVECOT_ABI_VERSION;
const char backscatter_plugin_binary_dependency[] = "lda lmtp";

/* The hook that was set before ours, and the one that ours calls. They differ
   if another plugin has set its hook after us. */
static deliver_mail_func_t *backscatter_first_next_deliver = NULL;
static deliver_mail_func_t *backscatter_next_deliver = NULL;
/* The innermost delivery that our hook is called for at the moment. */
static struct mail_deliver_context *backscatter_delivery = NULL;

static int
backscatter_call_next(deliver_mail_func_t *next,
		      struct mail_deliver_context *ctx,
		      struct mail_storage **storage_r)
{
	/* 0: nobody has handled the message, so it is saved by default */
	return next == NULL ? 0 : next(ctx, storage_r);
}

/* Judge the message. Returns the delivery to be followed if it is a bounce,
   else NULL. */
static struct backscatter_delivery *
backscatter_deliver_judge(struct mail_deliver_context *ctx)
{
	struct backscatter_envelope envelope;
	const struct backscatter_result *result;

	if (BACKSCATTER_DELIVER_USER_CONTEXT(ctx->rcpt_user) == NULL)
		return NULL;

	i_zero(&envelope);
	envelope.mail_from = ctx->mail_from;
	envelope.rcpt_to = ctx->rcpt_to;
	envelope.orcpt = ctx->rcpt_params.orcpt.addr;
	envelope.session_id = ctx->session_id;
	envelope.delivery = TRUE;
	result = backscatter_judge_mail(ctx->pool, ctx->event, ctx->rcpt_user,
					ctx->src_mail, &envelope);
	if (result == NULL || !result->is_bounce)
		return NULL;
	return backscatter_delivery_begin(ctx->pool, ctx->rcpt_user, result,
					  &envelope, ctx->rcpt_default_mailbox);
}

static bool
backscatter_deliver_is_tempfailed(struct mail_deliver_context *ctx,
				  struct mail_storage *storage)
{
	enum mail_error error = MAIL_ERROR_NONE;

	if (storage != NULL)
		(void)mail_storage_get_last_error(storage, &error);
	return ctx->tempfail_error != NULL || error == MAIL_ERROR_TEMP;
}

/* Save the message by default, with the same rules as mail_deliver() has when
   no hook has handled the message. We do it here to see where it is saved.
   Returns 1, or -1 if it was not saved. */
static int
backscatter_deliver_default(struct mail_deliver_context *ctx,
			    struct mail_storage **storage_r)
{
	int ret = -1;

	if (backscatter_deliver_is_tempfailed(ctx, *storage_r))
		return -1;
	if (!ctx->tried_default_save) {
		ret = mail_deliver_save(ctx, ctx->rcpt_default_mailbox, 0, NULL,
					storage_r);
		if (ret < 0 &&
		    backscatter_deliver_is_tempfailed(ctx, *storage_r))
			return -1;
	}
	if (ret < 0 && strcasecmp(ctx->rcpt_default_mailbox, "INBOX") != 0)
		ret = mail_deliver_save(ctx, "INBOX", 0, NULL, storage_r);
	return ret < 0 ? -1 : 1;
}

/* Deliver the message. delivery is NULL if it is not a bounce. Returns the same
   as a delivery hook. */
static int
backscatter_deliver_next(struct mail_deliver_context *ctx,
			 struct backscatter_delivery *delivery,
			 struct mail_storage **storage_r)
{
	int ret;

	ret = backscatter_call_next(backscatter_next_deliver, ctx, storage_r);
	if (delivery != NULL && ret <= 0 && !ctx->saved_mail)
		ret = backscatter_deliver_default(ctx, storage_r);
	return ret;
}

/* The bounce is delivered, or not, whatever becomes of a notice. */
static void
backscatter_deliver_end(struct mail_deliver_context *ctx,
			struct backscatter_delivery *delivery, bool ok)
{
	const struct backscatter_notice *notice;
	const char *error;

	notice = backscatter_delivery_end(&delivery, ctx->event,
					  ok || ctx->saved_mail);
	if (notice == NULL)
		return;
	if (backscatter_submit(ctx, notice, &error) < 0) {
		e_error(ctx->event, "backscatter: The notice of a burst could "
			"not be sent to backscatter_notice_to: %s", error);
		backscatter_notice_failed(ctx->rcpt_user);
	}
}

static int
backscatter_deliver(struct mail_deliver_context *ctx,
		    struct mail_storage **storage_r)
{
	struct mail_deliver_context *outer_ctx = backscatter_delivery;
	struct backscatter_delivery *delivery, *outer;
	int ret;

	/* We are called again for the same delivery: by a plugin that has set
	   its hook after us, and that we have called. */
	if (backscatter_delivery == ctx) {
		return backscatter_call_next(backscatter_first_next_deliver,
					     ctx, storage_r);
	}

	/* A plugin may deliver another message in the middle of this delivery,
	   so what was followed before is followed again at the end. */
	delivery = backscatter_deliver_judge(ctx);
	outer = backscatter_follow(delivery);
	backscatter_delivery = ctx;
	ret = backscatter_deliver_next(ctx, delivery, storage_r);
	backscatter_delivery = outer_ctx;
	(void)backscatter_follow(outer);
	if (delivery != NULL)
		backscatter_deliver_end(ctx, delivery, ret > 0);
	return ret;
}

/* A plugin that only some users have is loaded with the first of these users.
   If Sieve is loaded after us, its hook is called instead of ours: put ours
   back on the outside. */
static void backscatter_deliver_hook_check(void)
{
	deliver_mail_func_t *outermost =
		mail_deliver_hook_set(backscatter_deliver);

	if (outermost != backscatter_deliver)
		backscatter_next_deliver = outermost;
}

static void backscatter_mail_user_created(struct mail_user *user)
{
	union mail_user_module_context *context;

	/* the raw user of LMTP and LDA, and the owners of shared folders */
	if (user->autocreated)
		return;

	context = p_new(user->pool, union mail_user_module_context, 1);
	MODULE_CONTEXT_SET_SELF(user, backscatter_deliver_user_module, context);
	backscatter_user_init(user);
	backscatter_deliver_hook_check();
}

static struct mail_storage_hooks backscatter_mail_storage_hooks = {
	.mail_user_created = backscatter_mail_user_created,
	.mailbox_allocated = backscatter_follow_mailbox_allocated
};

void backscatter_plugin_init(struct module *module)
{
	backscatter_first_next_deliver =
		mail_deliver_hook_set(backscatter_deliver);
	backscatter_next_deliver = backscatter_first_next_deliver;
	mail_storage_hooks_add(module, &backscatter_mail_storage_hooks);
}

void backscatter_plugin_deinit(void)
{
	mail_storage_hooks_remove(&backscatter_mail_storage_hooks);
	mail_deliver_hook_set(backscatter_first_next_deliver);
}
