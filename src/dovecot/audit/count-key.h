#ifndef BACKSCATTER_COUNT_KEY_H
#define BACKSCATTER_COUNT_KEY_H

/* The names of the counters in backscatter_dict:

   shared/backscatter/add/DAY/SCOPE/NAME/VERDICT/REASON/OUTCOME

   DAY is a day in UTC, such as 2026-01-31. SCOPE is user, domain, server or
   key. NAME is escaped with dict_escape_string(). A server and a key have no
   reason and no outcome: these are "-". In SQL the parts are the columns of one
   table. In a dict that cannot list its keys, those of one user or domain can
   still be looked up: all other parts are words of ours, so that the possible
   keys are known.

   In SQL these names are only used to add to a counter. To read it, "add" in
   its name is replaced by "count". All counters of a name are deleted there by
   deleting

   shared/backscatter/name/SCOPE/NAME

   and setting

   shared/backscatter/tidy/DAY/DAY

   deletes all counters of before the first day, and what is remembered of users
   of whom nothing was written since the second.

   Only in SQL there is another key, which stands for a whole bounce:

   priv/backscatter/bounce/DAY/USER/DOMAIN/SERVER/KEY/VERDICT/REASON/OUTCOME

   Setting it adds 1 to each of the bounce's counters, and remembers the value
   as the user's record, unless the value is empty: all of that takes one
   statement. USER to KEY are the names by which the bounce is counted. */

#include "dict/dict-key.h"
#include "dovecot-backscatter.h"

/* How many scopes there are. */
#define BACKSCATTER_COUNT_SCOPES (BACKSCATTER_COUNT_KEY + 1)

#define BACKSCATTER_COUNT_ADD "shared/backscatter/add/"
#define BACKSCATTER_COUNT_SQL "shared/backscatter/count/"
#define BACKSCATTER_COUNT_NAME "shared/backscatter/name/"
#define BACKSCATTER_COUNT_TIDY "shared/backscatter/tidy/"
#define BACKSCATTER_COUNT_BOUNCE BACKSCATTER_KEY_PRIV"bounce/"
/* Stands for a reason or an outcome that a counter does not have, and for an
   empty name. */
#define BACKSCATTER_COUNT_NO_WORD "-"
/* Stands for the server or the key of a bounce that is not counted for one. */
#define BACKSCATTER_COUNT_UNCOUNTED "(uncounted)"

/* Returns the scope's word in the key, such as "user". A static string. */
const char *
backscatter_count_scope_name(enum backscatter_count_scope scope);

/* Returns the day of a time in UTC, as YYYY-MM-DD. From the data stack, or
   static. */
const char *backscatter_count_day(time_t now);

/* Returns the beginning of a counter's key, with this prefix: up to the scope,
   or if name is not NULL up to the name. It ends with a slash. A name of more
   than 255 octets is replaced by its hash. From the data stack. */
const char *
backscatter_count_path(const char *prefix, const char *day,
			 enum backscatter_count_scope scope, const char *name);
/* Returns the key of a counter, below BACKSCATTER_COUNT_ADD. From the data
   stack. */
const char *backscatter_count_key(const struct backscatter_count *count);
/* Returns the key that stands for all counters of a name in SQL. From the data
   stack. */
const char *backscatter_count_name_key(enum backscatter_count_scope scope,
				       const char *name);
/* Returns the key of a whole bounce. count has all but the scope and the name;
   names has the name of each scope, NULL for one that the bounce is not counted
   for. From the data stack. */
const char *
backscatter_count_bounce_key(const struct backscatter_count *count,
			     const char *const names[BACKSCATTER_COUNT_SCOPES]);
/* Parse the key of a counter, with either prefix. Returns 0 and sets all fields
   but text and bounces, which stay as they are; or returns -1 if it is not the
   key of a counter, and then count_r is of no use. The strings are from the
   data stack. */
int backscatter_count_key_parse(const char *key,
				struct backscatter_count *count_r);

/* Returns the name by which a reporting server is counted: in lower case if it
   looks like a host's name or address, "(unknown)" if it is empty or NULL,
   otherwise "(invalid)". From the data stack, or static. */
const char *backscatter_count_server(const char *reporting_mta);
/* Returns the domain in the user's name, in lower case. If that has none, it is
   the domain of the recipient's address (which may be NULL), or else "(none)".
   From the data stack, or static. */
const char *backscatter_count_domain(const char *username,
				       const char *rcpt_to);

#endif
