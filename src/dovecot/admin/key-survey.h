#ifndef BACKSCATTER_KEY_SURVEY_H
#define BACKSCATTER_KEY_SURVEY_H

/* What the commands for keys, and for the status, share. */

#include "dkim/key.h"
#include "settings/plugin-settings.h"

struct bounce_dns_query;

/* The key in an answer of the DNS, and which of its records it is. The caller
   drops the key's reference; error_r is set for all but FOUND. */
enum bounce_key_status
backscatter_key_from_dns(const struct bounce_dns_query *query,
			 struct bounce_key **key_r, unsigned int *record_r,
			 const char **error_r);

/* Answer the queries within the deadline that the settings have for a message.
   Returns 0, or -1 with an error (data stack) if their servers are of no
   use. */
int backscatter_dns_ask(const struct backscatter_settings *set, pool_t pool,
			struct bounce_dns_query *queries, unsigned int count,
			const char **error_r);

#endif
