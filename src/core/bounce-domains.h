#ifndef BOUNCE_DOMAINS_H
#define BOUNCE_DOMAINS_H

/* The set of our own domains. */

struct bounce_domains;

/* Takes a list of domains, separated by white space or commas; ".d" means d
   and all its subdomains. Compared without case, a trailing dot ignored.
   Returns 0, or -1 with an error (data stack) that names the bad word. */
int bounce_domains_parse(pool_t pool, const char *list,
			 struct bounce_domains **domains_r,
			 const char **error_r);
/* TRUE if the domain is in the set. */
bool bounce_domains_match(const struct bounce_domains *domains,
			  const char *domain);
bool bounce_domains_is_empty(const struct bounce_domains *domains);

#endif
