#ifndef BACKSCATTER_KEY_SURVEY_H
#define BACKSCATTER_KEY_SURVEY_H

/* What the commands about keys and the command "status" share. */

#include "dkim/key.h"
#include "settings/plugin-settings.h"

struct bounce_dns_query;

/* Take the key out of an answer of the DNS: the first of its records that is a
   usable key. If it is FOUND, key_r is the key, whose reference the caller
   drops, and record_r the index of its record. Otherwise error_r says why not:
   a string of the query's, from the data stack, or static. */
enum bounce_key_status
backscatter_key_from_dns(const struct bounce_dns_query *query,
			 struct bounce_key **key_r, unsigned int *record_r,
			 const char **error_r);

/* Ask the DNS servers of the settings, and wait no longer than the settings
   allow for a message. Returns 0: each query has its answer or its error, from
   the pool; or -1 with an error (data stack) if the setting of the servers
   cannot be used. */
int backscatter_dns_ask(const struct backscatter_settings *set, pool_t pool,
			struct bounce_dns_query *queries, unsigned int count,
			const char **error_r);

#endif
