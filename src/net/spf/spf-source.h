#ifndef BOUNCE_SPF_SOURCE_H
#define BOUNCE_SPF_SOURCE_H

#include "verdict/ports.h"

/* The SPF port for one message, on the DNS and by the deadline of its keys.
   Foreign domains are looked up only if reporter is set: the HELO name of the
   server that sent the bounce is checked then, too. The source is the pool's
   and lives as long as keys. */
struct bounce_spf_source *
bounce_spf_source_init(pool_t pool, struct bounce_key_source *keys,
		       bool reporter);

#endif
