#ifndef BOUNCE_SPF_SOURCE_H
#define BOUNCE_SPF_SOURCE_H

#include "verdict/ports.h"

/* Create the SPF source for one message, from the pool. It asks the DNS through
   keys, within the same deadline. Domains that are not ours are looked up only
   if reporter is set: then the HELO name of the server that sent the bounce is
   checked, too. keys has to live as long as the pool. */
struct bounce_spf_source *
bounce_spf_source_init(pool_t pool, struct bounce_key_source *keys,
		       bool reporter);

#endif
