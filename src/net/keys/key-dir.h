#ifndef BOUNCE_KEY_DIR_H
#define BOUNCE_KEY_DIR_H

/* The key directory. Its files are named SELECTOR._domainkey.DOMAIN, in lower
   case, or the same with ".txt" appended; keys/key-file.h describes their
   contents. Parsed keys are kept in memory; at each lookup it is noticed if the
   file was changed, replaced or removed. */

#include "dkim/key.h"

struct bounce_key_dir;

/* A larger file is not used. In octets. */
#define BOUNCE_KEY_FILE_MAX_SIZE (64 * 1024)
/* At most this many parsed files are kept in memory. */
#define BOUNCE_KEY_DIR_MAX_CACHED 1000
/* Functions that go through the directory look at no more files than this. */
#define BOUNCE_KEY_DIR_MAX_CHECKED 10000

/* Create a key directory with this path, which is not opened yet. The caller
   frees it with bounce_key_dir_deinit(). */
struct bounce_key_dir *bounce_key_dir_init(const char *path);
void bounce_key_dir_deinit(struct bounce_key_dir **dir);

/* Look up a key. Selector and domain have to be valid by
   bounce_dns_name_is_valid(). Returns 1 if there is a file: *status_r is FOUND
   (then *key_r has a reference that the caller drops), REVOKED, UNUSABLE or, if
   libcrypto failed, TEMPERROR. Returns 0 if there is no file, and -1 if that
   could not be found out. Unless there is a key or no file, *error_r (data
   stack) names the file and what is wrong with it. */
int bounce_key_dir_lookup(struct bounce_key_dir *dir, const char *selector,
			  const char *domain, enum bounce_key_status *status_r,
			  struct bounce_key **key_r, const char **error_r);

/* Get the selectors of the domain's key files: at most max of them, from the
   data stack, in no order, some possibly twice. Returns how many there are in
   selectors_r; 0 if the directory cannot be read. Looks at no more than
   BOUNCE_KEY_DIR_MAX_CHECKED key files. */
unsigned int
bounce_key_dir_selectors(struct bounce_key_dir *dir, const char *domain,
			 const char **selectors_r, unsigned int max);

/* Check that the directory and each key file in it can be read, and that no key
   file is unusable; and the same of the copies that are kept in it. Other files
   are skipped. Returns 0 and the number of key files, or -1 with an error (data
   stack) that names the first bad file. */
int bounce_key_dir_check(const char *path, unsigned int *count_r,
			 const char **error_r);

/* Get the names of the key files, "selector._domainkey.domain", each once,
   sorted, and at most BOUNCE_KEY_DIR_MAX_CHECKED of them. The list is allocated
   from the pool. Returns 0, or -1 with an error (data stack) if the directory
   cannot be read. */
int bounce_key_dir_list(pool_t pool, const char *path,
			const char *const **names_r, const char **error_r);

#endif
