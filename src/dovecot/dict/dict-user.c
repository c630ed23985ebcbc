/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Each user has one handle of the backscatter_dict. It is kept in the user's
   module context, and is closed when the user is freed. */

#include "lib.h"
#include "module-context.h"
#include "mail-user.h"
#include "dict/dict-handle.h"

#define BACKSCATTER_DICT_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, backscatter_dict_user_module)

struct backscatter_dict_user {
	union mail_user_module_context module_ctx;

	/* NULL if it is not open. */
	struct backscatter_dict *dict;
	/* It stays open until the user is freed. */
	bool keep;
};

static MODULE_CONTEXT_DEFINE_INIT(backscatter_dict_user_module,
				  &mail_user_module_register);

/* Close it if it is open. */
static void backscatter_dict_close(struct backscatter_dict_user *duser)
{
	struct backscatter_dict *dict = duser->dict;

	if (dict == NULL)
		return;
	duser->dict = NULL;
	if (!backscatter_dict_handle_hang_up(dict)) {
		/* It cannot be freed while it waits. It does no harm, since
		   nothing runs its ioloop any more. */
		e_error(dict->event, "A connection that does not answer "
			"cannot be closed");
		return;
	}
	backscatter_dict_handle_free(&dict);
}

static void backscatter_dict_user_deinit(struct mail_user *user)
{
	struct backscatter_dict_user *duser =
		BACKSCATTER_DICT_USER_CONTEXT(user);

	i_assert(duser != NULL);
	backscatter_dict_close(duser);
	duser->module_ctx.super.deinit(user);
}

static struct backscatter_dict_user *
backscatter_dict_user_get(struct mail_user *user)
{
	struct backscatter_dict_user *duser =
		BACKSCATTER_DICT_USER_CONTEXT(user);
	struct mail_user_vfuncs *v;

	if (duser != NULL)
		return duser;
	duser = p_new(user->pool, struct backscatter_dict_user, 1);
	/* vlast is set only while the hooks of a new user are called. If it is
	   not, we put ourselves before all others. */
	v = user->vlast != NULL ? user->vlast : &user->v;
	duser->module_ctx.super = *v;
	v->deinit = backscatter_dict_user_deinit;
	if (user->vlast != NULL)
		user->vlast = &duser->module_ctx.super;
	MODULE_CONTEXT_SET(user, backscatter_dict_user_module, duser);
	return duser;
}

void backscatter_dict_keep(struct mail_user *user)
{
	backscatter_dict_user_get(user)->keep = TRUE;
}

int backscatter_dict_get(struct mail_user *user,
			 struct backscatter_dict **dict_r,
			 const char **error_r)
{
	struct backscatter_dict_user *duser = backscatter_dict_user_get(user);
	int ret = 1;

	if (duser->dict == NULL) {
		ret = backscatter_dict_handle_open(user, &duser->dict,
						   error_r);
	}
	*dict_r = duser->dict;
	if (ret <= 0)
		return ret;
	return backscatter_dict_can_ask(*dict_r, error_r) ? 1 : -1;
}

void backscatter_dict_start_message(struct mail_user *user)
{
	struct backscatter_dict_user *duser = backscatter_dict_user_get(user);

	if (duser->dict == NULL)
		return;
	/* one that has failed is opened again if it is needed again */
	if (duser->dict->error != NULL)
		backscatter_dict_close(duser);
	else
		backscatter_dict_handle_renew(duser->dict);
}

void backscatter_dict_release(struct mail_user *user)
{
	struct backscatter_dict_user *duser = backscatter_dict_user_get(user);

	if (!duser->keep)
		backscatter_dict_close(duser);
}
