#ifndef BACKSCATTER_COUNT_KEY_H
#define BACKSCATTER_COUNT_KEY_H

/* The names of the counters in backscatter_dict:

   shared/backscatter/add/DAY/SCOPE/NAME/VERDICT/REASON/OUTCOME

   DAY is 2026-01-31, UTC's; SCOPE user, domain, server or key; NAME escaped as
   dict_escape_string() does it. A server and a key have no reason and no
   outcome: "-". Columns of one table for SQL; and as all but the name of a
   server are words of ours, each can be computed where a dict cannot list its keys.

   In SQL that is where counters are added, and they are read by the same names
   below shared/backscatter/count/. */

#include "dovecot-backscatter.h"

#define BACKSCATTER_COUNT_ADD "shared/backscatter/add/"
#define BACKSCATTER_COUNT_SQL "shared/backscatter/count/"
/* Where there is no reason or outcome. */
#define BACKSCATTER_COUNT_NO_WORD "-"

/* "user"; static. */
const char *
backscatter_count_scope_name(enum backscatter_count_scope scope);

/* The day of a time, and the time that a day begins. From the data stack. */
const char *backscatter_count_day(time_t now);

/* The path below prefix, up to the day and scope, and if name is not NULL up to
   the name; it ends with a slash. From the data stack. */
const char *
backscatter_count_path(const char *prefix, const char *day,
			 enum backscatter_count_scope scope, const char *name);
/* The key of a counter. From the data stack. */
const char *backscatter_count_key(const struct backscatter_count *count);
/* The reverse, for both prefixes; bounces is not touched. Returns 0, or -1 if it is no key of a
   counter. The strings are from the data stack. */
int backscatter_count_key_parse(const char *key,
				struct backscatter_count *count_r);

/* What a reporting server is counted as: its name in lower case if it looks
   like one, "(unknown)" for an empty one, otherwise "(invalid)". From the data
   stack. */
const char *backscatter_count_server(const char *reporting_mta);
/* The domain of a user's name, or of the recipient's address (may be NULL), or
   "(none)". From the data stack. */
const char *backscatter_count_domain(const char *username,
				       const char *rcpt_to);

#endif
