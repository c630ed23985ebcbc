#ifndef BOUNCE_TRACE_H
#define BOUNCE_TRACE_H

/* Finds out where a message came from, by its Received fields. The fields of a
   bounce are true as far down as servers of ours have written them. The fields
   of what came back in it are only a claim. */

#include "trace/received.h"

struct bounce_header;
struct bounce_networks;

/* TRUE if the client called itself by a name below the server's own domain,
   which is the server's name without its first label. A top-level domain is not
   a server's own. */
bool bounce_received_is_internal(const struct bounce_received *received);

/* Returns the host that brought the bounce to us: the client of the first field
   from the top whose client address is neither private nor trusted. Returns
   NULL if the bounce was made here, or if there is no such field. field_r is
   set to the index of that field in the header, or to the number of fields if
   there is none: servers of ours wrote what is above it, and strangers what is
   below. The result belongs to the header. */
const struct bounce_received *
bounce_trace_reporter(const struct bounce_header *bounce,
		      const struct bounce_networks *trusted,
		      unsigned int *field_r);

/* TRUE if the message was made here: it has Received fields, and none of them
   names a host that is neither private nor trusted. A message without any may
   have been made anywhere. */
bool bounce_trace_is_from_here(const struct bounce_header *bounce,
			       const struct bounce_networks *trusted);

/* Returns the host that handed the original to the server which reports about
   it, by the fields of the returned header, or NULL. Steps inside the network
   of that server are skipped: clients with a private address or a name in its
   domain. Clients with a trusted address are skipped if the bounce was made
   here, which means that it has a trace but no reporter; for a stranger, the
   mail came from our relay. If bounce is NULL, a stranger has made it. The
   result belongs to the original's header. */
const struct bounce_received *
bounce_trace_origin(const struct bounce_header *bounce,
		    const struct bounce_header *original,
		    const struct bounce_networks *trusted);

#endif
