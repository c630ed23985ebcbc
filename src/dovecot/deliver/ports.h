#ifndef BACKSCATTER_PORTS_H
#define BACKSCATTER_PORTS_H

/* The ports of verdict/ports.h for one message, by the user's settings. */

#include "verdict/ports.h"
#include "memory/memory.h"

struct mail_user;
struct bounce_key_lookup;
struct backscatter_settings;

struct backscatter_ports {
	struct bounce_ports ports;
	struct bounce_key_lookup *keys;
	struct backscatter_memory *memory;
	struct mail_user *user;
};

/* The ports are allocated from the pool, and must be deinitialised before it is
   freed. Returns 0, or -1 with an error (data stack). */
int backscatter_ports_init(struct backscatter_ports *ports_r, pool_t pool,
			   struct mail_user *user,
			   const struct backscatter_settings *set,
			   enum backscatter_replays replays,
			   const char **error_r);
/* Only if init returned 0. */
void backscatter_ports_deinit(struct backscatter_ports *ports);

#endif
