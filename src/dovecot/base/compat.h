#ifndef BACKSCATTER_COMPAT_H
#define BACKSCATTER_COMPAT_H

/* What has another name or shape in one version of Dovecot than in another.
   The code is written for 2.4's; configure looks which of them are there, and
   nowhere else is a version asked for. What is larger than a name has files of
   its own: settings/settings-23.c and -24.c. */

#include "backscatter-config.h"

#ifdef HAVE_STR_PARSE_GET_INTERVAL
#  include "str-parse.h"
#else
#  include "settings-parser.h"
#  define str_parse_get_interval settings_get_time
#  define str_parse_get_interval_msecs settings_get_time_msecs
#endif

/* json_append_escaped() */
#ifdef HAVE_JSON_GENERATOR
#  include "json-generator.h"
#else
#  include "json-parser.h"
#endif

/* Older ones return the extension, and cannot fail. */
#ifndef HAVE_SIEVE_EXTENSION_REGISTER_R
#  define sieve_extension_register(svinst, def, load, ext_r) \
	((*(ext_r) = sieve_extension_register(svinst, def, load)) == NULL ? \
	 -1 : 0)
#endif

/* Older doveadm gives a mail command its arguments with init(), and its options
   one by one: we ask for both where newer ones have them. */
#ifdef HAVE_DOVEADM_MAIL_PARSE_ARG
struct doveadm_mail_cmd_context;
static inline bool
backscatter_doveadm_take_option(struct doveadm_mail_cmd_context *ctx
				ATTR_UNUSED, int c ATTR_UNUSED)
{
	return TRUE;
}
#  define backscatter_doveadm_take_options(ctx) \
	((ctx)->v.parse_arg = backscatter_doveadm_take_option)
#  define BACKSCATTER_DOVEADM_INIT_ARGS \
	, const char *const args[] ATTR_UNUSED
#else
#  define backscatter_doveadm_take_options(ctx)
#  define BACKSCATTER_DOVEADM_INIT_ARGS
#endif

/* Where doveadm has the settings of no user, and what we tell an admin to write
   into dovecot.conf. */
#ifdef HAVE_DOVEADM_PLUGIN_GETENV
#  define backscatter_doveadm_getenv doveadm_plugin_getenv
#  define backscatter_doveadm_event(cctx) NULL
#  define BACKSCATTER_CONF_TEXT(text_23, text_24) text_23
#else
#  define backscatter_doveadm_getenv NULL
#  define backscatter_doveadm_event(cctx) ((cctx)->event)
#  define BACKSCATTER_CONF_TEXT(text_23, text_24) text_24
#endif

#endif
