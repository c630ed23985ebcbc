/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Dovecot 2.3: our settings come from plugin { } of the configuration and from
   userdb. Dovecot does not know their names, and so does not check them. */

#include "lib.h"
#include "array.h"
#include "mail-user.h"
#include "mail-storage-settings.h"
#include "base/sanitize.h"
#include "settings/plugin-settings.h"

/* Returns those of the user's settings that begin with backscatter_, and no
   others: a name, its value, the next name and so on; NULL-terminated. Most
   settings of a user are not ours, and each of our names is looked for. */
static const char *const *t_backscatter_settings_ours(struct mail_user *user)
{
	ARRAY_TYPE(const_string) ours;
	const char *const *envs;
	unsigned int i, count;

	t_array_init(&ours, 16);
	if (array_is_created(&user->set->plugin_envs)) {
		envs = array_get(&user->set->plugin_envs, &count);
		for (i = 0; i + 1 < count; i += 2) {
			if (str_begins(envs[i], "backscatter_"))
				array_append(&ours, &envs[i], 2);
		}
	}
	array_append_zero(&ours);
	return array_front(&ours);
}

static const char *backscatter_settings_getenv(void *context, const char *name)
{
	const char *const *ours = context;

	/* the first one counts, as for mail_user_plugin_getenv() */
	for (; *ours != NULL; ours += 2) {
		if (strcmp(ours[0], name) == 0)
			return ours[1];
	}
	return NULL;
}

/* Find a setting that begins with backscatter_ and does not exist. That is no
   error: it may belong to another version of this plugin. */
static const char *backscatter_settings_find_unknown(const char *const *ours)
{
	for (; *ours != NULL; ours += 2) {
		if (!backscatter_settings_is_known(ours[0]))
			return ours[0];
	}
	return NULL;
}

int backscatter_settings_get(struct mail_user *user, pool_t pool,
			     const struct backscatter_settings **settings_r,
			     const char **warning_r, const char **error_r)
{
	struct backscatter_settings *settings;
	const char *const *ours = t_backscatter_settings_ours(user);
	const char *unknown = backscatter_settings_find_unknown(ours);

	*warning_r = unknown == NULL ? NULL :
		t_strdup_printf("%s: there is no such setting; it is ignored",
				t_bounce_sanitize_text(unknown, 100));
	settings = p_new(pool, struct backscatter_settings, 1);
	*settings_r = settings;
	if (backscatter_settings_parse(pool, backscatter_settings_getenv,
				       (void *)ours, settings, error_r) < 0)
		return -1;
	settings->policy.recipient_delimiter =
		mail_user_set_get_storage_set(user)->recipient_delimiter;
	return 0;
}

static const char *backscatter_settings_getenv_global(void *context,
						      const char *name)
{
	backscatter_getenv_t *const *getenv = context;

	return (*getenv)(name);
}

int
backscatter_settings_get_global(struct event *event ATTR_UNUSED,
				backscatter_getenv_t *getenv, pool_t pool,
				const struct backscatter_settings **settings_r,
				const char **error_r)
{
	struct backscatter_settings *settings =
		p_new(pool, struct backscatter_settings, 1);

	*settings_r = settings;
	return backscatter_settings_parse(pool,
					  backscatter_settings_getenv_global,
					  &getenv, settings, error_r);
}
