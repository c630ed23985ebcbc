#ifndef BOUNCE_OWN_DOMAINS_FILE_H
#define BOUNCE_OWN_DOMAINS_FILE_H

/* A file with our own domains, for sites with up to a million of them: one
   domain on each line, ".d" for d and all its subdomains. Empty lines and
   comments ("#") are skipped.

   A file of up to MAX_UNSORTED lines is read into a list, and may have any
   order. A larger file has to be sorted by `LC_ALL=C sort', in lower case and
   with A-labels. It is searched on disk: a lookup reads about 20 blocks, and
   nothing is kept in memory.

   A file that is not sorted must never make a domain of ours look foreign. So a
   domain that is found is ours. A domain that is not found is foreign only if
   all lines are in order. Each process checks that once for each version of the
   file; a version is told by device, inode, size, and the times of the last
   write and the last change. These are compared at each lookup, before and
   after the search. The file is opened with the permissions of the process.

   A file may be only half written if it was changed SETTLE_SECS ago or less,
   because the next write may leave its times the same. It may have been cut if
   it is empty, does not end with a line end, or has a line that is not a
   domain. In all these cases a domain that is found is ours, and whether any
   other is ours is unknown. */

#include "name/own-domains.h"

#define BOUNCE_DOMAIN_FILE_SETTLE_SECS 5
/* A larger file is refused. */
#define BOUNCE_DOMAIN_FILE_MAX_SIZE (256 * 1024 * 1024)
/* A file with more lines than this is refused if it is not sorted. */
#define BOUNCE_DOMAIN_FILE_MAX_UNSORTED 1000
/* A line, including a comment, has to be shorter. In octets. */
#define BOUNCE_DOMAIN_FILE_MAX_LINE_SIZE 1000
/* For at most this many files their state is kept in memory. */
#define BOUNCE_DOMAIN_FILE_MAX_CACHED 16

/* Create a source of domains for one message, from the pool. The path has to
   live as long as the pool. */
struct bounce_domain_source *
bounce_domain_file_source(pool_t pool, const char *path);

/* Check whether the file can be used. If whole is FALSE, only some places of a
   large file are read. Returns 0, or -1 with an error (data stack); if the file
   is not sorted, the error has the command that sorts it. */
int bounce_domain_file_check(const char *path, bool whole,
			     const char **error_r);

/* Free all that is kept about files. */
void bounce_domain_files_deinit(void);

#endif
