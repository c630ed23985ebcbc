/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Dovecot 2.4: the module that makes our settings known to doveconf and to the
   config process. Every doveconf loads it, so it is linked only with the code
   that checks settings. */

#include "lib.h"
#include "backscatter-config.h"
#include "settings/settings-24.h"

const char *backscatter_settings_version = DOVECOT_ABI_VERSION;
const char *backscatter_settings_doveconf_banner =
	BACKSCATTER_NAME" "BACKSCATTER_VERSION;

const struct setting_parser_info *backscatter_settings_set_infos[] = {
	&backscatter_setting_parser_info,
	NULL
};
