#ifndef BACKSCATTER_PORTS_H
#define BACKSCATTER_PORTS_H

/* What evidence is asked of the world (verdict/ports.h), as a user's settings
   have it, for one message. */

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

/* What the ports hold is the pool's, which has to outlive them. Returns 0, or
   -1 with an error (data stack). */
int backscatter_ports_init(struct backscatter_ports *ports_r, pool_t pool,
			   struct mail_user *user,
			   const struct backscatter_settings *set,
			   enum backscatter_replays replays,
			   const char **error_r);
void backscatter_ports_deinit(struct backscatter_ports *ports);

#endif
