#ifndef BACKSCATTER_SETTINGS_24_H
#define BACKSCATTER_SETTINGS_24_H

/* The struct into which Dovecot 2.4 reads our settings, and its description. */

#include "settings/plugin-settings.h"

struct setting_parser_info;

struct backscatter_string_settings {
	pool_t pool;

#define SETTING(_name, ...) const char *_name;
#define SETTING_BLOCK(...)
#include "settings/settings-table.h"
	/* A setting of Dovecot itself. */
	const char *recipient_delimiter;

	/* Parsed from the strings when Dovecot checks them. */
	struct backscatter_settings parsed;
};

extern const struct setting_parser_info backscatter_setting_parser_info;

/* The symbols that Dovecot looks for in a module in modules/settings. */
BACKSCATTER_API extern const char *backscatter_settings_version;
BACKSCATTER_API extern const char *backscatter_settings_doveconf_banner;
BACKSCATTER_API extern const struct setting_parser_info *
backscatter_settings_set_infos[];

#endif
