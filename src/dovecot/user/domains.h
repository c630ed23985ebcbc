#ifndef BACKSCATTER_DOMAINS_H
#define BACKSCATTER_DOMAINS_H

/* Our own domains, by which a message is judged. The source that looks them up
   in a dict is in user/domain-dict.c. */

struct bounce_domain_source;
struct bounce_domain_words;
struct bounce_domains;
struct event;
struct mail_user;

/* Returns our own domains for one message of this user, with all sources of
   them. Lookups in the dict count for the deadline that
   backscatter_dict_start_message() began. */
struct bounce_domains *
backscatter_domains_get(pool_t pool, struct mail_user *user,
			const struct bounce_domain_words *words);
/* Returns the user's dict as such a source. A domain, or a pattern, is ours if
   the dict has a key shared/PREFIX/DOMAIN, whatever its value is. Answers are
   cached for at most a minute. */
struct bounce_domain_source *
backscatter_domain_dict_source(pool_t pool, struct mail_user *user,
			       const char *prefix);
/* If a source of these domains failed while the message was judged, log why.
   Each text is logged once an hour. */
void backscatter_domains_log(struct event *event,
			     const struct bounce_domains *domains);
/* Log an error for each file of domains that cannot be opened, once for each
   file. This costs next to nothing. */
void backscatter_domains_check(struct event *event,
			       const struct bounce_domain_words *words);

#endif
