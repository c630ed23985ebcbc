#ifndef BACKSCATTER_PRIVATE_H
#define BACKSCATTER_PRIVATE_H

/* Shared by the files of this folder. */

#include "dovecot-backscatter.h"

struct bounce_domain_source;
struct bounce_domain_words;
struct bounce_domains;
struct mail_user;
struct bounce_key_lookup;
struct backscatter_delivered;
struct backscatter_settings;
struct smtp_address;

/* The address as SMTP writes it, "" for the null sender; NULL for NULL. */
const char *backscatter_address(pool_t pool, const struct smtp_address *address);

/* The user's settings: parsed once, and a broken one logged then. NULL if
   they are broken: nothing is judged for this user. */
const struct backscatter_settings *
backscatter_user_get_settings(struct mail_user *user);

/* Where the keys of a message come from: what is shared by all messages with
   these settings in this process. The caller drops the reference. Returns 0,
   or -1 with an error (data stack). */
int backscatter_keys_get(const struct backscatter_settings *set,
			 struct bounce_key_lookup **lookup_r,
			 const char **error_r);
/* Log that a key directory cannot be opened, once for each. Costs next to
   nothing. */
void backscatter_keys_check_dir(struct event *event, const char *key_dir);
/* Warn of a key file that cannot be used, once for each directory. Reads all
   of them: for the first bounce of a process. */
void backscatter_keys_check_files(struct event *event, const char *key_dir);

/* Our own domains for one message of the user's, sources of them included. What
   they ask the dict is of the deadline that backscatter_dict_start_message()
   has begun. */
struct bounce_domains *
backscatter_domains_get(pool_t pool, struct mail_user *user,
			const struct bounce_domain_words *words);
/* The user's dict as such a source: a domain, or a pattern, is ours if there is
   a key shared/PREFIX/DOMAIN, whatever its value is. Answers are believed for a
   minute at most. */
struct bounce_domain_source *
backscatter_domain_dict_source(pool_t pool, struct mail_user *user,
			       const char *prefix);
/* Log what was wrong with a source of them while the message was judged, and
   what the admin should hear of. Each text is said once an hour. */
void backscatter_domains_log(struct event *event,
			     const struct bounce_domains *domains);
/* Log that a file of them cannot be opened, once for each. Costs next to
   nothing. */
void backscatter_domains_check(struct event *event,
			       const struct bounce_domain_words *words);

/* What all callers know of a result, by its verdict and its mode. */
void backscatter_result_conclude(struct backscatter_result *result);
/* Put a result into an event, as fields for all its children and as a pointer
   for backscatter_result_find(); NULL takes it out. */
void backscatter_result_attach(struct event *event,
			       const struct backscatter_result *result);

/* The line of the log and the event "backscatter_checked". */
void backscatter_log_result(struct event *event,
			    const struct backscatter_result *result,
			    const char *session_id);
/* The event "backscatter_delivered", a debug line. */
void backscatter_log_delivered(struct event *event,
			       const struct backscatter_delivered *delivered);
/* The event "backscatter_unsigned_sender", if mail from one of our domains came
   back unsigned and says where it came from. */
void backscatter_log_unsigned(struct event *event,
			      const struct backscatter_result *result);

#endif
