#ifndef BACKSCATTER_KEY_SURVEY_H
#define BACKSCATTER_KEY_SURVEY_H

/* What the commands about keys and the command "status" share. */

#include "name/own-domains.h"
#include "dkim/key.h"
#include "settings/plugin-settings.h"

struct bounce_dns_query;
struct bounce_dns_record;
struct bounce_domain_source;

#define BACKSCATTER_KEY_DIR_UNSET \
	"backscatter_key_dir is not set. Make a folder that users' processes " \
	"can read, set backscatter_key_dir to its path, and run doveadm reload."

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

/* Find out if a domain is ours. site has those that are in a dict, or is NULL.
   Returns FOREIGN only if backscatter_domains is set and does not contain the
   domain. If that is not known, error_r (pool) says why; otherwise it is
   NULL. */
enum bounce_domains_answer
backscatter_key_ask_domain(pool_t pool, const struct backscatter_settings *set,
			   struct bounce_domain_source *site,
			   const char *domain, const char **error_r);

/* Check that a record can be written to a file as it is: it must be one line of
   printable ASCII. Returns 0, or -1 with an error (static). */
int backscatter_key_record_check(const struct bounce_dns_record *record,
				 const char **error_r);
/* Write a file of the directory: a comment with the date, and the record. It
   gets its name only when it is complete. A file that has this name is replaced
   or, unless replace is TRUE, left as it is, which is an error. Returns 0, or
   -1 with an error (data stack) that ends in a sentence saying what to do. */
int backscatter_key_save(const char *dir, const char *path,
			 const char *comment, const char *record, bool replace,
			 const char **error_r);

#endif
