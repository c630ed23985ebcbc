#ifndef BOUNCE_KEY_LOOKUP_H
#define BOUNCE_KEY_LOOKUP_H

/* Looks up keys: in the key directory, in the cache, in the DNS. What lasts
   (parsed keys, the resolver) is a struct bounce_key_lookup, one for equal
   settings in this process: keys/key-lookup.c. A message has a struct
   bounce_key_source on top of it, with its deadline: keys/key-source.c, which
   says at its top what runs when. */

#include "dkim/key.h"

struct bounce_dns_query;
struct bounce_key_lookup;

#define BOUNCE_KEY_LOOKUP_DEFAULT_TIMEOUT_MSECS 3000
/* Contexts that are kept for the next message. */
#define BOUNCE_KEY_LOOKUP_MAX_SHARED 16

struct bounce_key_lookup_settings {
	/* NULL or "": there is none. */
	const char *key_dir;
	/* As for bounce_dns_create(). */
	const char *dns_servers;
	/* For all lookups of a message together; 0: the default. */
	unsigned int timeout_msecs;
	/* Keys come from the directory alone. */
	bool no_dns;
};

/* What the outside world is to a context; for tests. */
struct bounce_key_lookup_ports {
	/* As bounce_dns_lookup(). */
	void (*dns)(void *context, pool_t pool,
		    struct bounce_dns_query *queries, unsigned int count,
		    uint64_t deadline);
	/* As bounce_dns_now(). */
	uint64_t (*now)(void *context);
	void *context;
};

/* Returns 0 and a context with these settings, a reference that the caller
   drops; or -1 with an error (data stack) if the settings are wrong. That the
   key directory is readable is not checked here: bounce_key_dir_check(). */
int bounce_key_lookup_get(const struct bounce_key_lookup_settings *set,
			  struct bounce_key_lookup **lookup_r,
			  const char **error_r);
/* A context of the caller's own, with other ports. */
int bounce_key_lookup_create(const struct bounce_key_lookup_settings *set,
			     const struct bounce_key_lookup_ports *ports,
			     struct bounce_key_lookup **lookup_r,
			     const char **error_r);
void bounce_key_lookup_unref(struct bounce_key_lookup **lookup);
/* Keep none any more. */
void bounce_key_lookups_deinit(void);

/* The port for one message. The deadline begins with the first lookup. The
   context must live as long as the pool. */
struct bounce_key_source *
bounce_key_lookup_source(struct bounce_key_lookup *lookup, pool_t pool);

/* Ask the DNS for what is no key, for the same message: the same servers, the
   same deadline, and a cache. Never fails: what could not be found out is
   TEMPERROR. */
void bounce_key_source_ask(struct bounce_key_source *source, pool_t pool,
			   struct bounce_dns_query *query);

#endif
