#ifndef BACKSCATTER_SETTINGS_MODULE_H
#define BACKSCATTER_SETTINGS_MODULE_H

/* What Dovecot 2.4 looks for in modules/settings. */

#include "dovecot-backscatter.h"

struct setting_parser_info;

BACKSCATTER_API extern const char *backscatter_settings_version;
BACKSCATTER_API extern const char *backscatter_settings_doveconf_banner;
BACKSCATTER_API extern const struct setting_parser_info *
backscatter_settings_set_infos[];

#endif
