/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "module-context.h"
#include "mail-user.h"
#include "smtp-address.h"
#include "dict/state-dict.h"
#include "base/event.h"
#include "settings/plugin-settings.h"
#include "user/domains.h"
#include "user/keys.h"
#include "user/user.h"
#include "dovecot-backscatter.h"

#define BACKSCATTER_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, backscatter_user_module)

struct backscatter_user {
	union mail_user_module_context module_ctx;

	/* NULL if the settings are wrong. */
	const struct backscatter_settings *set;
};

static MODULE_CONTEXT_DEFINE_INIT(backscatter_user_module,
				  &mail_user_module_register);

const char *backscatter_address(pool_t pool, const struct smtp_address *address)
{
	return address == NULL ? NULL :
		p_strdup(pool, smtp_address_encode(address));
}

static void
backscatter_user_read_settings(struct backscatter_user *buser,
			       struct mail_user *user, struct event *event)
{
	const char *warning, *error;

	if (backscatter_settings_get(user, user->pool, &buser->set,
				     &warning, &error) < 0) {
		buser->set = NULL;
		backscatter_log_config_error(event, t_strdup_printf(
			"Bounces are not judged, because a setting is wrong: "
			"%s",
			error));
	}
	if (warning != NULL)
		backscatter_log_config_warning(event, warning);

	if (buser->set == NULL || buser->set->mode == BACKSCATTER_MODE_OFF)
		return;
	if (buser->set->key_dir != NULL)
		backscatter_keys_check_dir(event, buser->set->key_dir);
	backscatter_domains_check(event, &buser->set->domains);
}

const struct backscatter_settings *
backscatter_user_get_settings(struct mail_user *user)
{
	struct backscatter_user *buser = BACKSCATTER_USER_CONTEXT(user);
	struct event *event;

	if (buser != NULL)
		return buser->set;

	buser = p_new(user->pool, struct backscatter_user, 1);
	MODULE_CONTEXT_SET(user, backscatter_user_module, buser);

	event = backscatter_event_create(user->event);
	T_BEGIN {
		backscatter_user_read_settings(buser, user, event);
	} T_END;
	event_unref(&event);
	return buser->set;
}

/* Ordinary mail needs no settings, and it costs more to find them than to see
   that it is ordinary. But what is wrong in the configuration should be logged
   with the first mail of a process, and not with its first bounce. What is
   wrong for a later user alone is logged with his first mail that may be a
   bounce. */
void backscatter_user_init(struct mail_user *user)
{
	static bool checked = FALSE;

	if (!checked) {
		checked = TRUE;
		(void)backscatter_user_get_settings(user);
	}
	backscatter_dict_keep(user);
}
