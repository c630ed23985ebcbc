/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Dovecot 2.4 knows our settings, and has them checked when it reads the
   configuration. For Dovecot all of them are strings: as in 2.3,
   settings/plugin-settings.c parses them, and says what is wrong with one. */

#include "lib.h"
#include "settings.h"
#include "mail-user.h"
#include "settings/plugin-settings.h"
#include "settings/settings-24.h"

static bool
backscatter_settings_check(void *_set, pool_t pool, const char **error_r);

static const struct setting_define backscatter_setting_defines[] = {
#define SETTING(_name, ...) \
	SETTING_DEFINE_STRUCT_STR("backscatter_"#_name, _name, \
				  struct backscatter_string_settings),
#define SETTING_BLOCK(_name, ...) \
	{ .type = SET_FILTER_NAME, .key = "backscatter_"#_name },
#include "settings/settings-table.h"
	/* a setting of Dovecot itself, with Dovecot's default: more than one
	   module may define it */
	SETTING_DEFINE_STRUCT_STR("recipient_delimiter", recipient_delimiter,
				  struct backscatter_string_settings),
	SETTING_DEFINE_LIST_END
};

static const struct backscatter_string_settings backscatter_default_settings = {
#define SETTING(_name, _default, ...) ._name = _default,
#define SETTING_BLOCK(...)
#include "settings/settings-table.h"
	.recipient_delimiter = "+"
};

const struct setting_parser_info backscatter_setting_parser_info = {
	.name = "backscatter",

	.defines = backscatter_setting_defines,
	.defaults = &backscatter_default_settings,

	.struct_size = sizeof(struct backscatter_string_settings),
	.pool_offset1 = 1 + offsetof(struct backscatter_string_settings, pool),
	.check_func = backscatter_settings_check
};

/* Returns TRUE if the value is not known yet: it contains a %{variable}, or
   begins with "<" and the path of a file, and doveconf expands neither. */
static bool backscatter_settings_is_unknown(const char *value)
{
	return value == set_value_unknown ||
		(*value == '<' &&
		 settings_get_config_binary() != SETTINGS_BINARY_OTHER);
}

static const char *backscatter_settings_get_string(void *context,
						   const char *name)
{
	const struct setting_define *def = backscatter_setting_defines;
	const char *value;

	for (; def->key != NULL; def++) {
		if (strcmp(def->key, name) != 0)
			continue;
		if (def->type != SET_STR)
			return NULL;
		value = *(const char *const *)
			CONST_PTR_OFFSET(context, def->offset);
		return backscatter_settings_is_unknown(value) ? NULL : value;
	}
	return NULL;
}

static bool
backscatter_settings_check(void *_set, pool_t pool, const char **error_r)
{
	struct backscatter_string_settings *set = _set;

	if (backscatter_settings_parse(pool, backscatter_settings_get_string,
				       set, &set->parsed, error_r) < 0)
		return FALSE;
	set->parsed.policy.recipient_delimiter = set->recipient_delimiter;
	return TRUE;
}

static int
backscatter_settings_get_event(struct event *event, pool_t pool,
			       const struct backscatter_settings **settings_r,
			       const char **error_r)
{
	const struct backscatter_string_settings *set;

	if (settings_get(event, &backscatter_setting_parser_info, 0,
			 &set, error_r) < 0) {
		/* Dovecot's error does not tell an admin what to do */
		if (strstr(*error_r, "no settings struct") != NULL) {
			*error_r = t_strconcat(*error_r, " (expected: "
				"libbackscatter_settings.so in modules/settings"
				" when Dovecot was started)", NULL);
		}
		return -1;
	}
	pool_add_external_ref(pool, set->pool);
	*settings_r = &set->parsed;
	settings_free(set);
	return 0;
}

int backscatter_settings_get(struct mail_user *user, pool_t pool,
			     const struct backscatter_settings **settings_r,
			     const char **warning_r, const char **error_r)
{
	*warning_r = NULL;
	return backscatter_settings_get_event(user->event, pool, settings_r,
					      error_r);
}

int
backscatter_settings_get_global(struct event *event,
				backscatter_getenv_t *getenv ATTR_UNUSED,
				pool_t pool,
				const struct backscatter_settings **settings_r,
				const char **error_r)
{
	return backscatter_settings_get_event(event, pool, settings_r, error_r);
}
