# backscatter.m4 - what dovecot-backscatter needs to find   -*-Autoconf-*-

dnl Where dovecot-config and Pigeonhole's headers are, unless the user says so
dnl with --with-dovecot and --with-pigeonhole: below the prefix, then where
dnl distributions put them. To be called before DC_DOVECOT.
AC_DEFUN([BACKSCATTER_DOVECOT_DEFAULTS],[
	bs_prefix=$prefix
	test "x$bs_prefix" = xNONE && bs_prefix=$ac_default_prefix
	AS_IF([test "x$with_dovecot" = x], [
		for bs_dir in "$bs_prefix/lib/dovecot" /usr/lib/dovecot \
		    /usr/lib64/dovecot /usr/local/lib/dovecot; do
			AS_IF([test -f "$bs_dir/dovecot-config"], [
				with_dovecot=$bs_dir
				break
			])
		done
	])
	AS_IF([test "x$with_dovecot" = x], [
		AC_MSG_ERROR([Dovecot's dovecot-config was not found. Install dovecot-dev (Debian) or give --with-dovecot=DIR])
	])
	AS_IF([test "x$with_pigeonhole" = x], [
		bs_incdir=`sed -n 's/^dovecot_pkgincludedir=//p' \
			"$with_dovecot/dovecot-config" 2>/dev/null`
		for bs_dir in "$bs_incdir/sieve" \
		    "$bs_prefix/include/dovecot/sieve" \
		    /usr/include/dovecot/sieve; do
			AS_IF([test -f "$bs_dir/sieve.h"], [
				with_pigeonhole=$bs_dir
				break
			])
		done
	])
	AS_IF([test "x$with_pigeonhole" = x], [
		AC_MSG_ERROR([Pigeonhole's sieve.h was not found. Install dovecot-dev and dovecot-sieve (Debian) or give --with-pigeonhole=DIR])
	])
])

dnl DC_DOVECOT puts its warnings and its hardening into CFLAGS, which is the
dnl user's variable, and -std=gnu99 with them. Keep CFLAGS the user's, and what
dnl was added in DOVECOT_EXTRA_CFLAGS. (dovecot-config's DOVECOT_CFLAGS are not
dnl used at all: they bring link time optimisation along.)
AC_DEFUN([BACKSCATTER_DOVECOT],[
	bs_user_cflags=$CFLAGS
	CFLAGS=
	AS_IF([test "$enable_sanitizers" = yes], [
		enable_hardening=no
	])
	DC_DOVECOT
	DOVECOT_EXTRA_CFLAGS=`AS_ECHO(["$CFLAGS"]) | sed 's/-std=gnu99//'`
	CFLAGS=$bs_user_cflags
	AC_SUBST([DOVECOT_EXTRA_CFLAGS])

	DC_DOVECOT_MODULEDIR
	dnl For distcheck: the macros' $(moduledir) would refer to itself.
	AS_IF([test "$use_install_dirs" = no], [
		dovecot_pkglibdir='${libdir}/dovecot'
		test "x$with_moduledir" = x && moduledir='${libdir}/dovecot/modules'
	])
	DC_PIGEONHOLE

	dnl The host's libdovecot, for the run path of what is no module.
	dovecot_libdir=$dovecotdir
	AC_SUBST([dovecot_libdir])

	dnl Their headers are not ours to mend: no warnings from there.
	DOVECOT_CPPFLAGS=`AS_ECHO(["$LIBDOVECOT_INCLUDE"]) | sed 's/-I */-isystem /g'`
	SIEVE_CPPFLAGS="-isystem $pigeonhole_incdir"
	AC_SUBST([DOVECOT_CPPFLAGS])
	AC_SUBST([SIEVE_CPPFLAGS])

	bs_config_h=`AS_ECHO(["$LIBDOVECOT_INCLUDE"]) | sed 's/^-I *//; s/ .*//'`/config.h
	DOVECOT_VERSION_FOUND=`sed -n \
		's/^#define DOVECOT_VERSION "\(.*\)"$/\1/p' "$bs_config_h" 2>/dev/null`
	test "x$DOVECOT_VERSION_FOUND" = x && DOVECOT_VERSION_FOUND=unknown
])

dnl Programs and modules are hardened unless --disable-hardening was given, or
dnl what is built is for a sanitizer. Dovecot's macros bring -fstack-protector-strong
dnl and _FORTIFY_SOURCE, PIE_CFLAGS and PIE_LDFLAGS for programs, and
dnl RELRO_LDFLAGS; what they leave out is tried here. All of it comes before
dnl the user's CFLAGS and LDFLAGS, which therefore win.
dnl
dnl The modules too have all their relocations read-only (-z now), which costs no
dnl delivery anything: Dovecot opens modules, and load.c the verifier, with
dnl RTLD_NOW, so that the loader looks up all symbols at once in any case. Loading
dnl the delivery and Sieve modules takes 6822 relocations and 6.22 million
dnl instructions with lazy binding as well as without.
AC_DEFUN([BACKSCATTER_HARDENING],[
	HARDENING_CFLAGS=
	AS_IF([test "$enable_hardening" = yes], [
		bs_save_cflags=$CFLAGS
		for bs_flag in -fcf-protection -mbranch-protection=standard \
		    -fstack-clash-protection; do
			AC_MSG_CHECKING([whether $CC takes $bs_flag])
			CFLAGS="-Werror $bs_flag"
			AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])], [
				HARDENING_CFLAGS="$HARDENING_CFLAGS $bs_flag"
				AC_MSG_RESULT([yes])
			], [
				AC_MSG_RESULT([no])
			])
		done
		CFLAGS=$bs_save_cflags
	])
	AC_SUBST([HARDENING_CFLAGS])
])

dnl BACKSCATTER_PROBE(WHAT, VARIABLE, INCLUDES, BODY): whether it compiles with
dnl Dovecot's headers, without a warning.
AC_DEFUN([BACKSCATTER_PROBE],[
	AC_MSG_CHECKING([for $1])
	bs_save_cppflags=$CPPFLAGS
	bs_save_cflags=$CFLAGS
	CPPFLAGS="-DHAVE_CONFIG_H $SIEVE_CPPFLAGS $DOVECOT_CPPFLAGS $CPPFLAGS"
	CFLAGS="-std=gnu11 -Werror"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
		#include "lib.h"
		]$3], [$4])], [$2=yes], [$2=no])
	CPPFLAGS=$bs_save_cppflags
	CFLAGS=$bs_save_cflags
	AC_MSG_RESULT([$]$2)
])

dnl The interfaces that differ from Dovecot 2.3 to 2.4 and further. Not by the
dnl version's number: what is asked for is what the code uses.
AC_DEFUN([BACKSCATTER_DOVECOT_API],[
	BACKSCATTER_PROBE([mail_user_plugin_getenv()], [bs_settings_23], [[
		#include "array.h"
		#include "mail-user.h"]], [[
		struct mail_user *user = NULL;
		return mail_user_plugin_getenv(user, "x") != NULL &&
			array_is_created(&user->set->plugin_envs);]])
	BACKSCATTER_PROBE([settings_get()], [bs_settings_24], [[
		#include "settings.h"
		struct set { pool_t pool; const char *str; };
		const struct setting_define defines[] = {
			SETTING_DEFINE_STRUCT_STR("str", str, struct set),
			SETTING_DEFINE_LIST_END
		};
		const struct setting_parser_info info = {
			.name = "set",
			.defines = defines,
			.struct_size = sizeof(struct set),
			.pool_offset1 = 1 + offsetof(struct set, pool)
		};]], [[
		const struct set *set;
		const char *error;
		if (settings_get_config_binary() != SETTINGS_BINARY_OTHER)
			return set_value_unknown != NULL;
		return settings_get(NULL, &info, 0, &set, &error);]])
	AS_IF([test $bs_settings_23$bs_settings_24 = nono], [
		AC_MSG_ERROR([Dovecot $DOVECOT_VERSION_FOUND has a settings interface that is not known here; config.log has the details])
	])
	AM_CONDITIONAL([SETTINGS_24], [test $bs_settings_24 = yes])

	BACKSCATTER_PROBE([str_parse_get_interval()], [bs_str_parse], [[
		#include "str-parse.h"]], [[
		unsigned int secs;
		const char *error;
		return str_parse_get_interval("1s", &secs, &error);]])
	AS_IF([test $bs_str_parse = yes], [
		AC_DEFINE([HAVE_STR_PARSE_GET_INTERVAL], [1],
			[str-parse.h has str_parse_get_interval()])
	])
	BACKSCATTER_PROBE([Pigeonhole's results by pointers], [bs_sieve], [[
		#include "sieve-common.h"
		#include "sieve-extensions.h"
		#include "sieve-storage.h"]], [[
		const struct sieve_extension *ext;
		struct sieve_storage_list_context *list;
		return sieve_extension_register(NULL, NULL, FALSE, &ext) +
			sieve_storage_list_init(NULL, &list);]])
	AS_IF([test $bs_sieve = yes], [
		AC_DEFINE([HAVE_SIEVE_RESULTS_BY_POINTER], [1],
			[Pigeonhole's functions return objects by pointers])
	])
	BACKSCATTER_PROBE([smtp-submit with settings of TLS], [bs_submit], [[
		#include "smtp-submit.h"]], [[
		struct smtp_submit_input input = { .ssl = NULL };
		return input.ssl != NULL;]])
	AS_IF([test $bs_submit = yes], [
		AC_DEFINE([HAVE_SMTP_SUBMIT_SSL], [1],
			[smtp_submit_input has the settings of TLS])
	])
	BACKSCATTER_PROBE([parse_arg() of doveadm mail commands], [bs_parse_arg], [[
		#include "doveadm-mail.h"]], [[
		struct doveadm_mail_cmd_context *ctx = NULL;
		return ctx->v.parse_arg(ctx, 'x');]])
	AS_IF([test $bs_parse_arg = yes], [
		AC_DEFINE([HAVE_DOVEADM_MAIL_PARSE_ARG], [1],
			[doveadm mail commands take options by parse_arg()])
	])
	BACKSCATTER_PROBE([a protocol in passdb lookups], [bs_auth_protocol], [[
		#include "array.h"
		#include "auth-master.h"]], [[
		struct auth_user_info info;
		return (info.protocol = "imap") != NULL;]])
	AS_IF([test $bs_auth_protocol = yes], [
		AC_DEFINE([HAVE_AUTH_USER_INFO_PROTOCOL], [1],
			[A passdb lookup names a protocol, not a service])
	])
	BACKSCATTER_PROBE([a list of modules to load], [bs_module_names], [[
		#include "module-dir.h"]], [[
		struct module *modules = NULL;
		const struct module_dir_load_settings set = { .debug = 0 };
		const char *const *names = NULL;
		const char *error;
		return module_dir_try_load_missing(&modules, "", names, &set,
						   &error);]])
	AS_IF([test $bs_module_names = yes], [
		AC_DEFINE([HAVE_MODULE_NAMES_LIST], [1],
			[The modules to load are named in a list])
	])
	BACKSCATTER_PROBE([event_get_global_debug_send_filter()],
		[bs_send_filter], [[
		#include "lib-event.h"
		#include "event-log.h"]], [[
		return event_get_global_debug_send_filter() != NULL;]])
	AS_IF([test $bs_send_filter = yes], [
		AC_DEFINE([HAVE_EVENT_SEND_FILTER], [1],
			[Which debug events are sent can be found out])
	])
	BACKSCATTER_PROBE([doveadm_plugin_getenv()], [bs_plugin_getenv], [[
		#include "doveadm.h"]], [[
		return doveadm_plugin_getenv("x") != NULL;]])
	AS_IF([test $bs_plugin_getenv = yes], [
		AC_DEFINE([HAVE_DOVEADM_PLUGIN_GETENV], [1],
			[doveadm knows what is in plugin { }])
	])
])

dnl BACKSCATTER_PKG(VARIABLE, MODULE CONDITION, DEBIAN PACKAGE)
AC_DEFUN([BACKSCATTER_PKG],[
	PKG_CHECK_MODULES([$1], [$2], [], [
		AC_MSG_ERROR([$2 was not found: $$1_PKG_ERRORS
Install $3 (Debian).])
	])
])

dnl libspf2 has no pkg-config file. Its headers expect their own config.h's
dnl HAVE_NS_TYPE, and netinet/in.h before them.
AC_DEFUN([BACKSCATTER_LIBSPF2],[
	LIBSPF2_CFLAGS="-DHAVE_NS_TYPE"
	LIBSPF2_LIBS="-lspf2"
	AC_MSG_CHECKING([for libspf2])
	bs_save_cppflags=$CPPFLAGS
	bs_save_libs=$LIBS
	CPPFLAGS="$CPPFLAGS $LIBSPF2_CFLAGS"
	LIBS="$LIBSPF2_LIBS $LIBS"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[
		#include <sys/types.h>
		#include <sys/socket.h>
		#include <netinet/in.h>
		#include <arpa/nameser.h>
		#include <spf2/spf.h>
	]], [[
		SPF_server_t *server = SPF_server_new(SPF_DNS_CACHE, 0);
		return server == NULL ? 1 : 0;
	]])], [
		AC_MSG_RESULT([$LIBSPF2_LIBS])
	], [
		AC_MSG_RESULT([no])
		AC_MSG_ERROR([libspf2 was not found. Install libspf2-dev (Debian).])
	])
	CPPFLAGS=$bs_save_cppflags
	LIBS=$bs_save_libs
	AC_SUBST([LIBSPF2_CFLAGS])
	AC_SUBST([LIBSPF2_LIBS])
])

dnl The C library's own DNS message parser: in libc or in libresolv.
AC_DEFUN([BACKSCATTER_RESOLV],[
	RESOLV_LIBS=
	AC_MSG_CHECKING([for ns_initparse])
	bs_save_libs=$LIBS
	for bs_lib in none -lresolv missing; do
		AS_IF([test $bs_lib = missing], [
			AC_MSG_RESULT([no])
			AC_MSG_ERROR([ns_initparse was not found. Install libc6-dev (Debian).])
		])
		test $bs_lib = none || RESOLV_LIBS=$bs_lib
		LIBS="$RESOLV_LIBS $bs_save_libs"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([[
			#include <sys/types.h>
			#include <netinet/in.h>
			#include <arpa/nameser.h>
		]], [[
			ns_msg handle;
			return ns_initparse((const unsigned char *)"", 0, &handle);
		]])], [break])
	done
	LIBS=$bs_save_libs
	AC_MSG_RESULT([$bs_lib])
	AC_SUBST([RESOLV_LIBS])
])

dnl --enable-sanitizers: AddressSanitizer and UndefinedBehaviorSanitizer in
dnl everything that is built. gcc links modules with its sanitizers' libraries, so
dnl that they load into a Dovecot that is built without if these come first
dnl (LD_PRELOAD). With clang, which does not, there are unit tests and tools only.
AC_DEFUN([BACKSCATTER_SANITIZERS],[
	AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers],
		[build everything with ASan and UBSan])],
		[], [enable_sanitizers=no])
	SANITIZER_CFLAGS=
	AS_IF([test "$enable_sanitizers" = yes], [
		SANITIZER_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
		AC_MSG_CHECKING([whether $CC takes $SANITIZER_CFLAGS])
		bs_save_cflags=$CFLAGS
		CFLAGS="$CFLAGS $SANITIZER_CFLAGS"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
			[AC_MSG_RESULT([yes])],
			[AC_MSG_RESULT([no])
			 AC_MSG_ERROR([$CC cannot do this; install gcc (Debian) and give CC=gcc])])
		CFLAGS=$bs_save_cflags
	])
	AC_SUBST([SANITIZER_CFLAGS])
	AM_CONDITIONAL([MODULES],
		[test "$enable_sanitizers" = no || test "$have_clang" != yes])
])
