#ifndef BACKSCATTER_COMPAT_H
#define BACKSCATTER_COMPAT_H

/* What has another name or shape in one version of Dovecot than in another.
   The code is written for 2.4's; configure looks which of them are there, and
   nowhere else is a version asked for. What is larger than a name has files of
   its own: backscatter-settings-23.c and -24.c. */

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

#endif
