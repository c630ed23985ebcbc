#ifndef BOUNCE_TRACE_H
#define BOUNCE_TRACE_H

/* Where a message came from, by its Received fields. Those of a bounce are
   true as far down as servers of ours have written them; those of what came
   back in it are a claim. */

#include "trace/received.h"

struct bounce_header;
struct bounce_networks;

/* TRUE if the client says that it is of the server's own domain, which is what
   is above the server's name. */
bool bounce_received_is_internal(const struct bounce_received *received);

/* The host that brought the bounce to us: the client of the first field from
   the top whose address is neither private nor trusted. NULL: the bounce was
   made here, or there is no such field. field_r is the field's index in the
   header: what is above it was written by servers of ours, what is below by
   strangers; the number of fields if there is none. The result is the
   pool's. */
const struct bounce_received *
bounce_trace_reporter(pool_t pool, const struct bounce_header *bounce,
		      const struct bounce_networks *trusted,
		      unsigned int *field_r);

/* The host that handed the original to the server that reports about it: as
   above, by the fields of the returned header. Steps inside of the reporting
   server's own network are passed over: private addresses, and clients that
   bear a name of its domain. Trusted addresses are passed over if the bounce
   was made here, that is if it has a trace and no reporter; to a stranger our
   relay is where the mail came from. bounce NULL: a stranger has made it. */
const struct bounce_received *
bounce_trace_origin(pool_t pool, const struct bounce_header *bounce,
		    const struct bounce_header *original,
		    const struct bounce_networks *trusted);

#endif
