#ifndef BOUNCE_KEY_LOOKUP_H
#define BOUNCE_KEY_LOOKUP_H

/* Looks up keys: in the key directory, in the cache and in the DNS. What lasts
   beyond a message (parsed keys, the resolver) is a struct bounce_key_lookup,
   called a context below; a process has one for each different set of settings:
   keys/key-lookup.c. Each message has a struct bounce_key_source with its own
   deadline, which uses a context: keys/key-source.c, which describes at its top
   the order of the steps. */

#include "dkim/key.h"

struct bounce_dns_query;
struct bounce_key_lookup;

#define BOUNCE_KEY_LOOKUP_DEFAULT_TIMEOUT_MSECS 3000
/* So many contexts are kept for further messages. */
#define BOUNCE_KEY_LOOKUP_MAX_SHARED 16

struct bounce_key_lookup_settings {
	/* The path; NULL or "": there is no key directory. */
	const char *key_dir;
	/* As for bounce_dns_create(). */
	const char *dns_servers;
	/* The time for all lookups of one message together; 0: the default. */
	unsigned int timeout_msecs;
	/* Keys come from the directory alone. */
	bool no_dns;
};

/* The functions by which a context reaches the outside world; tests replace
   them. */
struct bounce_key_lookup_ports {
	/* As bounce_dns_lookup(). */
	void (*dns)(void *context, pool_t pool,
		    struct bounce_dns_query *queries, unsigned int count,
		    uint64_t deadline);
	/* As bounce_dns_now(). */
	uint64_t (*now)(void *context);
	void *context;
};

/* Get a context with these settings. Contexts are shared: the caller gets a
   reference, and drops it with bounce_key_lookup_unref(). Returns 0, or -1 with
   an error (data stack) if the settings are wrong. Whether the key directory
   can be read is not checked here, but by bounce_key_dir_check(). */
int bounce_key_lookup_get(const struct bounce_key_lookup_settings *set,
			  struct bounce_key_lookup **lookup_r,
			  const char **error_r);
/* Create a context that is not shared, with these ports. ports may be NULL.
   Returns as bounce_key_lookup_get(). */
int bounce_key_lookup_create(const struct bounce_key_lookup_settings *set,
			     const struct bounce_key_lookup_ports *ports,
			     struct bounce_key_lookup **lookup_r,
			     const char **error_r);
void bounce_key_lookup_unref(struct bounce_key_lookup **lookup);
/* Drop the references to all shared contexts. */
void bounce_key_lookups_deinit(void);

/* Create the source of keys for one message, from the pool. Its deadline begins
   with the first lookup. The context has to live as long as the pool. */
struct bounce_key_source *
bounce_key_lookup_source(struct bounce_key_lookup *lookup, pool_t pool);

#endif
