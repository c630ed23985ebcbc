#ifndef BOUNCE_KEY_LOOKUP_PRIVATE_H
#define BOUNCE_KEY_LOOKUP_PRIVATE_H

#include "keys/key-lookup.h"
#include "base/lru.h"

struct bounce_key_lookup {
	/* its name is its settings; used if the context is shared */
	struct bounce_lru_entry lru;
	int refcount;

	unsigned int timeout_msecs;
	bool no_dns;
	/* The key directory, and the copies that are kept in it
	   (keys/key-keep.h). NULL: none */
	struct bounce_key_dir *dir, *kept;
	struct bounce_dns *dns;
	struct bounce_key_cache *cache;
	/* cached DNS answers about anything except keys */
	struct bounce_lru *answers;
	struct bounce_key_lookup_ports ports;
};

#endif
