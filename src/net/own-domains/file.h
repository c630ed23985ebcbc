#ifndef BOUNCE_DOMAIN_FILE_H
#define BOUNCE_DOMAIN_FILE_H

/* A file of own domains, for providers with a million of them: one on a line,
   ".d" for d with its subdomains; empty lines and comments ("#") are passed
   over.

   A file of up to MAX_UNSORTED lines is read into a list, in whatever order
   they are. A larger one has to be sorted as `LC_ALL=C sort' does it, in lower
   case and with A-labels. It is searched where it lies: a lookup reads some 20
   blocks of it, and nothing of it is kept in memory.

   A file that is not sorted must never make a "not ours" of an "ours". That a
   domain is there is believed when its line was met. That it is not there is
   believed only after all lines were seen to be in order, which each process
   looks at once for each version of the file: its device, inode and size, and
   the times of its last write and last change. These are compared with every
   lookup, before and after the search. The file is opened as the user that the
   process runs as.

   A file that was changed SETTLE_SECS ago or less may be half written, and its
   times may stay the same with the next write; one that is empty, has no line
   end at its end or a line that is not a domain may have been cut. What is in
   it counts, and what is not in it is unknown. */

#include "name/own-domains.h"

#define BOUNCE_DOMAIN_FILE_SETTLE_SECS 5
/* A larger file is refused. */
#define BOUNCE_DOMAIN_FILE_MAX_SIZE (256 * 1024 * 1024)
/* So is one that has more lines than this and is not sorted. */
#define BOUNCE_DOMAIN_FILE_MAX_UNSORTED 1000
/* A line, or a comment, has to be shorter. */
#define BOUNCE_DOMAIN_FILE_MAX_LINE_SIZE 1000
/* Files of which is remembered what was seen of them. */
#define BOUNCE_DOMAIN_FILE_MAX_CACHED 16

/* The file as a source for one message, from the pool. The path must live as
   long as the pool. */
struct bounce_domain_source *
bounce_domain_file_source(pool_t pool, const char *path);

/* Can the file be used? Of a large one only some places are looked at, unless
   the whole of it is wanted. Returns 0, or -1 with an error (data stack), which
   for a file that is not sorted has the command that sorts it. */
int bounce_domain_file_check(const char *path, bool whole,
			     const char **error_r);

/* Forget what was seen of files. */
void bounce_domain_files_deinit(void);

#endif
