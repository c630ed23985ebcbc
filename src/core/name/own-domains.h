#ifndef BOUNCE_DOMAINS_H
#define BOUNCE_DOMAINS_H

/* The set of our own domains: a list, and for large providers sources that are
   asked, such as a file or a database. */

struct bounce_domains;

enum bounce_domains_answer {
	BOUNCE_DOMAINS_FOREIGN = 0,
	BOUNCE_DOMAINS_OWN,
	/* A source could not be asked. */
	BOUNCE_DOMAINS_UNKNOWN,
	/* One message has asked for more than BOUNCE_DOMAINS_MAX_KEYS. */
	BOUNCE_DOMAINS_OVER_LIMIT
};

/* The port to what holds more domains than a list. */
struct bounce_domain_source {
	/* Takes the names under which the domain "a.example.org" may be there,
	   ended by NULL: "a.example.org" itself, and the patterns
	   ".a.example.org", ".example.org" and ".org", all of them as
	   t_bounce_domain_normalise() gives them. Returns 1 if one is there, 0
	   if none is, -1 with an error (data stack) if that could not be found
	   out: never 0 for what is not sure. */
	int (*lookup)(struct bounce_domain_source *source,
		      const char *const *keys, const char **error_r);
};

/* Takes a list of domains, separated by white space or commas; ".d" means d
   and all its subdomains. They are compared as t_bounce_domain_normalise()
   has them. Returns 0, or -1 with an error (data stack) that names the bad
   word. */
int bounce_domains_parse(pool_t pool, const char *list,
			 struct bounce_domains **domains_r,
			 const char **error_r);
/* The list (NULL: none), and sources that are asked in their order, ended by
   NULL. For one message: answers are remembered in the pool, and the number of
   keys asked for is limited. List and sources have to live as long. */
struct bounce_domains *
bounce_domains_with_sources(pool_t pool, const struct bounce_domains *list,
			    struct bounce_domain_source *const *sources);

/* Is the domain in the set? What is no domain name is FOREIGN. */
enum bounce_domains_answer
bounce_domains_lookup(const struct bounce_domains *domains,
		      const char *domain);
/* TRUE if the domain is surely in the set. */
bool bounce_domains_match(const struct bounce_domains *domains,
			  const char *domain);
/* Is one of these keys, as bounce_domain_source has them, in the list? Sources
   are not asked. */
bool bounce_domains_list_has(const struct bounce_domains *domains,
			     const char *const *keys);
/* What a source has said first when it could not be asked, or NULL. */
const char *bounce_domains_get_error(const struct bounce_domains *domains);
bool bounce_domains_is_empty(const struct bounce_domains *domains);

#endif
