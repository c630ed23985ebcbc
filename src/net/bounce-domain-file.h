#ifndef BOUNCE_DOMAIN_FILE_H
#define BOUNCE_DOMAIN_FILE_H

/* A file of own domains, for providers with a million of them: one on a line,
   ".d" for d with its subdomains; empty lines and comments ("#") are passed
   over.

   A file that is sorted as `LC_ALL=C sort' does it, in lower case and with
   A-labels, is searched where it lies: a lookup reads some 15 blocks of it, and
   nothing is kept in memory. That a domain is not there is believed only after
   the whole file was seen to be sorted, which each process does once for each
   version of the file. A file that is not sorted is read into a table of 8 to
   16 octets for each line then, and answers the same.

   It is looked at anew with every lookup, as the user that the process runs as.
   A file that was changed SETTLE_SECS ago or less, that is empty, has no line
   end at its end or a line that is no domain may be half written: what is in it
   counts, and what is not in it is unknown. */

#include "bounce-domains.h"

struct bounce_domain_words;

#define BOUNCE_DOMAIN_FILE_SETTLE_SECS 5
/* A larger file is refused. */
#define BOUNCE_DOMAIN_FILE_MAX_SIZE (256 * 1024 * 1024)
/* So is one that is not sorted and has more lines; one with this many or fewer
   need not be sorted, and no warning is given. */
#define BOUNCE_DOMAIN_FILE_MAX_UNSORTED 2000000
#define BOUNCE_DOMAIN_FILE_SMALL 10000
/* Files of which is remembered what was seen of them, and the size of their
   tables altogether, in octets. */
#define BOUNCE_DOMAIN_FILE_MAX_CACHED 16
#define BOUNCE_DOMAIN_FILE_MAX_TABLES (32 * 1024 * 1024)

/* The file as a source for one message. The path must live as long as the
   pool. */
struct bounce_domain_source *
bounce_domain_file_source(pool_t pool, const char *path);

/* The domains that were told for one message: the list, the files, and one more
   source, NULL for none. NULL if nothing was told. words must live as long as
   the pool. */
struct bounce_domains *
bounce_domain_words_open(pool_t pool, const struct bounce_domain_words *words,
			 struct bounce_domain_source *other);

/* Returns 0 if the file can be opened and is a regular one, or -1 with an error
   (data stack). */
int bounce_domain_file_check(const char *path, const char **error_r);

/* Forget what was seen of files. */
void bounce_domain_files_deinit(void);

#endif
