#ifndef BACKSCATTER_DOMAINS_H
#define BACKSCATTER_DOMAINS_H

/* Our own domains, as a message is judged by them. The source that asks a dict
   is in user/domain-dict.c. */

struct bounce_domain_source;
struct bounce_domain_words;
struct bounce_domains;
struct event;
struct mail_user;

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

#endif
