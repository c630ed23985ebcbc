#ifndef BACKSCATTER_SETTINGS_24_H
#define BACKSCATTER_SETTINGS_24_H

/* The settings as Dovecot 2.4 knows them. */

#include "settings/plugin-settings.h"

struct setting_parser_info;

struct backscatter_string_settings {
	pool_t pool;

#define SETTING(_name, ...) const char *_name;
#define SETTING_BLOCK(...)
#include "settings/settings-table.h"
	/* Dovecot's own */
	const char *recipient_delimiter;

	/* made of the strings when they are checked */
	struct backscatter_settings parsed;
};

extern const struct setting_parser_info backscatter_setting_parser_info;

/* What Dovecot looks for in modules/settings. */
BACKSCATTER_API extern const char *backscatter_settings_version;
BACKSCATTER_API extern const char *backscatter_settings_doveconf_banner;
BACKSCATTER_API extern const struct setting_parser_info *
backscatter_settings_set_infos[];

#endif
