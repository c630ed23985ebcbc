/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dns/dns.h"
#include "dns/dns-cache.h"
#include "keys/key-cache.h"
#include "keys/key-dir.h"
#include "keys/key-keep.h"
#include "keys/key-lookup-private.h"

/* The shared contexts. This cache holds a reference to each of them. A process
   has few, usually only one. */
static struct bounce_lru *shared_lookups;

static void
port_dns(void *context, pool_t pool, struct bounce_dns_query *queries,
	 unsigned int count, uint64_t deadline)
{
	struct bounce_key_lookup *lookup = context;

	bounce_dns_lookup(lookup->dns, pool, queries, count, deadline);
}

static uint64_t port_now(void *context ATTR_UNUSED)
{
	return bounce_dns_now();
}

int bounce_key_lookup_create(const struct bounce_key_lookup_settings *set,
			     const struct bounce_key_lookup_ports *ports,
			     struct bounce_key_lookup **lookup_r,
			     const char **error_r)
{
	struct bounce_key_lookup *lookup;
	struct bounce_dns *dns = NULL;

	/* the list of servers is checked even if no_dns is set */
	if (bounce_dns_create(set->dns_servers, &dns, error_r) < 0)
		return -1;

	lookup = i_new(struct bounce_key_lookup, 1);
	lookup->refcount = 1;
	lookup->dns = dns;
	lookup->timeout_msecs = set->timeout_msecs != 0 ? set->timeout_msecs :
		BOUNCE_KEY_LOOKUP_DEFAULT_TIMEOUT_MSECS;
	lookup->no_dns = set->no_dns;
	if (set->key_dir != NULL && set->key_dir[0] != '\0') {
		lookup->dir = bounce_key_dir_init(set->key_dir);
		lookup->kept = bounce_key_dir_init(
			t_bounce_key_keep_path(set->key_dir));
	}
	lookup->cache = bounce_key_cache_init(NULL);
	lookup->answers = bounce_dns_cache_init();
	if (ports != NULL)
		lookup->ports = *ports;
	else {
		lookup->ports.dns = port_dns;
		lookup->ports.now = port_now;
		lookup->ports.context = lookup;
	}
	*lookup_r = lookup;
	return 0;
}

void bounce_key_lookup_unref(struct bounce_key_lookup **_lookup)
{
	struct bounce_key_lookup *lookup = *_lookup;

	if (lookup == NULL)
		return;
	*_lookup = NULL;
	i_assert(lookup->refcount > 0);
	if (--lookup->refcount > 0)
		return;
	bounce_key_cache_deinit(&lookup->cache);
	bounce_lru_deinit(&lookup->answers);
	bounce_key_dir_deinit(&lookup->dir);
	bounce_key_dir_deinit(&lookup->kept);
	bounce_dns_destroy(&lookup->dns);
	i_free(lookup);
}

static void shared_lookup_free(struct bounce_lru_entry *lru)
{
	struct bounce_key_lookup *lookup = (struct bounce_key_lookup *)lru;

	bounce_key_lookup_unref(&lookup);
}

int bounce_key_lookup_get(const struct bounce_key_lookup_settings *set,
			  struct bounce_key_lookup **lookup_r,
			  const char **error_r)
{
	const char *name = t_strdup_printf("%u %d %s\n%s", set->timeout_msecs,
		set->no_dns ? 1 : 0,
		set->dns_servers == NULL ? "" : set->dns_servers,
		set->key_dir == NULL ? "" : set->key_dir);

	if (shared_lookups == NULL) {
		shared_lookups = bounce_lru_init(BOUNCE_KEY_LOOKUP_MAX_SHARED,
						 shared_lookup_free);
	}
	*lookup_r = (struct bounce_key_lookup *)
		bounce_lru_find(shared_lookups, name);
	if (*lookup_r == NULL) {
		if (bounce_key_lookup_create(set, NULL, lookup_r, error_r) < 0)
			return -1;
		bounce_lru_add(shared_lookups, &(*lookup_r)->lru, name);
	}
	(*lookup_r)->refcount++;
	return 0;
}

void bounce_key_lookups_deinit(void)
{
	bounce_lru_deinit(&shared_lookups);
}
