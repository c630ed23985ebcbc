#ifndef BACKSCATTER_COMPAT_H
#define BACKSCATTER_COMPAT_H

/* Functions and macros whose names or arguments differ between versions of
   Dovecot. The code uses the names of 2.4; configure finds out which ones this
   Dovecot has, and this header defines the others. Larger differences have
   files of their own: settings/settings-23.c and -24.c, dict/dict-23.c and
   -24.c. */

#include "backscatter-config.h"

#ifdef HAVE_STR_PARSE_GET_INTERVAL
#  include "str-parse.h"
#else
#  include "settings-parser.h"
#  define str_parse_get_interval settings_get_time
#  define str_parse_get_interval_msecs settings_get_time_msecs
#endif

/* In older versions these functions return the object, and have no argument for
   it. */
#ifndef HAVE_SIEVE_RESULTS_BY_POINTER
#  define BACKSCATTER_RESULT(object_r, call) \
	((*(object_r) = call) == NULL ? -1 : 0)
#  define sieve_extension_register(svinst, def, load, ext_r) \
	BACKSCATTER_RESULT(ext_r, sieve_extension_register(svinst, def, load))
#  define sieve_init(env, callbacks, context, debug, svinst_r) \
	BACKSCATTER_RESULT(svinst_r, \
			   sieve_init(env, callbacks, context, debug))
#  define sieve_storage_create_personal(svinst, user, cause, flags, \
					storage_r, error_r) \
	BACKSCATTER_RESULT(storage_r, \
		sieve_storage_create_main(svinst, user, flags, error_r))
#  define sieve_storage_list_init(storage, list_r) \
	BACKSCATTER_RESULT(list_r, sieve_storage_list_init(storage))
#  define sieve_storage_open_script(storage, name, script_r, error_r) \
	BACKSCATTER_RESULT(script_r, \
		sieve_storage_open_script(storage, name, error_r))
#  define sieve_storage_active_script_open(storage, script_r, error_r) \
	BACKSCATTER_RESULT(script_r, \
		sieve_storage_active_script_open(storage, error_r))
#endif

/* An older doveadm passes the arguments to a mail command's init() and each
   option to its parse_arg(). We read both with doveadm_cmd_param_*(), as with a
   newer one: init() ignores its arguments, and parse_arg() accepts all. */
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

/* A lookup in the passdb is for a protocol, which was called a service. */
#ifdef HAVE_AUTH_USER_INFO_PROTOCOL
#  define backscatter_auth_protocol(info) ((info)->protocol)
#else
#  define backscatter_auth_protocol(info) ((info)->service)
#endif

/* An older smtp-submit gets the settings of TLS from its caller, a newer one
   finds them by the event. */
#ifdef HAVE_SMTP_SUBMIT_SSL
#  define backscatter_submit_set_ssl(user, input) \
	STMT_START { \
		struct ssl_iostream_settings *_ssl = \
			t_new(struct ssl_iostream_settings, 1); \
		mail_user_init_ssl_client_settings(user, _ssl); \
		(input)->ssl = _ssl; \
	} STMT_END
#else
#  define backscatter_submit_set_ssl(user, input) STMT_START { } STMT_END
#endif

/* The names of modules to load are a list, or one text. */
#ifdef HAVE_MODULE_NAMES_LIST
#  define backscatter_module_names(name) \
	((const char *const []) { (name), NULL })
#else
#  define backscatter_module_names(name) (name)
#endif

/* Where doveadm finds settings without a user: 2.3 by getenv in its plugin { },
   2.4 by the event. BACKSCATTER_CONF_TEXT() chooses what we tell an admin to
   write into dovecot.conf. */
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
