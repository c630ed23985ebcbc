#ifndef BACKSCATTER_COMPAT_H
#define BACKSCATTER_COMPAT_H

/* What has another name or shape in Dovecot 2.4. The code is written for 2.3's
   names; nowhere else is a version asked for. */

#if DOVECOT_PREREQ(2, 4, 0)
#  include "str-parse.h"
#  define settings_get_time str_parse_get_interval
#  define settings_get_time_msecs str_parse_get_interval_msecs
#else
#  include "settings-parser.h"
#endif

#endif
