#ifndef BOUNCE_OWN_DOMAINS_H
#define BOUNCE_OWN_DOMAINS_H

/* The set of our own domains. It consists of a list, and for large providers of
   sources that are asked, such as a file or a database. */

struct bounce_domains;

enum bounce_domains_answer {
	BOUNCE_DOMAINS_FOREIGN = 0,
	BOUNCE_DOMAINS_OWN,
	/* A source could not be asked, so nobody knows. */
	BOUNCE_DOMAINS_UNKNOWN,
	/* More than BOUNCE_DOMAINS_MAX_KEYS would have been looked up for one
	   message. */
	BOUNCE_DOMAINS_OVER_LIMIT
};

/* The port through which a file or a database of domains is asked. */
struct bounce_domain_source {
	/* Takes the NULL-terminated keys under which a domain may be found. For
	   "a.example.org" these are "a.example.org" itself, and the patterns
	   ".a.example.org", ".example.org" and ".org", in the form that
	   t_bounce_domain_normalise() returns. Returns 1 if one of them is
	   there, 0 if none is, or -1 with an error (data stack) if that could
	   not be found out. It must never return 0 when it is not sure. */
	int (*lookup)(struct bounce_domain_source *source,
		      const char *const *keys, const char **error_r);
};

/* Parse a list of domains that are separated by white space or commas; ".d"
   means d and all its subdomains. The domains are compared in the form that
   t_bounce_domain_normalise() returns. domains_r is allocated from the pool.
   Returns 0, or -1 with an error (data stack) that names the bad word. */
int bounce_domains_parse(pool_t pool, const char *list,
			 struct bounce_domains **domains_r,
			 const char **error_r);
/* Make a set of the list (NULL: there is none) and of the NULL-terminated
   sources, which are asked in their order. The set serves one message: it
   remembers the answers, and limits how many keys are looked up. It is
   allocated from the pool; list and sources must live as long as the pool. */
struct bounce_domains *
bounce_domains_with_sources(pool_t pool, const struct bounce_domains *list,
			    struct bounce_domain_source *const *sources);

/* Is the domain in the set? What is not a domain name is FOREIGN. domains may
   be NULL, which is an empty set. */
enum bounce_domains_answer
bounce_domains_lookup(const struct bounce_domains *domains,
		      const char *domain);
/* TRUE if the answer for the domain is OWN. */
bool bounce_domains_match(const struct bounce_domains *domains,
			  const char *domain);
/* TRUE if the name of a host is an own domain, or below one. No top-level
   domain is own. A long name is looked up without its first labels. */
bool bounce_domains_match_host(const struct bounce_domains *domains,
			       const char *host);
/* TRUE if one of these keys, which are those of bounce_domain_source, is in the
   list. The sources are not asked. */
bool bounce_domains_list_has(const struct bounce_domains *domains,
			     const char *const *keys);
/* The first error of a source that could not be asked, or NULL. It is from the
   set's pool. */
const char *bounce_domains_get_error(const struct bounce_domains *domains);
bool bounce_domains_is_empty(const struct bounce_domains *domains);

#endif
