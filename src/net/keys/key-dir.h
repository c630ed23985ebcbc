#ifndef BOUNCE_KEY_DIR_H
#define BOUNCE_KEY_DIR_H

/* The key directory: files named SELECTOR._domainkey.DOMAIN, all in lower
   case, or the same with ".txt" behind it; see keys/key-file.h for what is in
   them. Parsed keys are kept; a file that was changed, replaced or removed is
   noticed when it is asked for. */

#include "dkim/key.h"

struct bounce_key_dir;

/* A file may not be larger. */
#define BOUNCE_KEY_FILE_MAX_SIZE (64 * 1024)
/* Parsed files kept. */
#define BOUNCE_KEY_DIR_MAX_CACHED 1000
/* Files that a check of the directory looks into. */
#define BOUNCE_KEY_DIR_MAX_CHECKED 10000

/* The key directory of this path, which is not opened yet; freed with deinit(). */
struct bounce_key_dir *bounce_key_dir_init(const char *path);
void bounce_key_dir_deinit(struct bounce_key_dir **dir);

/* Both names are valid by bounce_dns_name_is_valid(). Returns 1 if there is a
   file: *status_r is FOUND (and *key_r has a reference that the caller drops),
   REVOKED or UNUSABLE; 0 if there is none; -1 if that could not be found out.
   For all but FOUND and 0, *error_r (data stack) names the file and what is
   wrong with it. */
int bounce_key_dir_lookup(struct bounce_key_dir *dir, const char *selector,
			  const char *domain, enum bounce_key_status *status_r,
			  struct bounce_key **key_r, const char **error_r);

/* The selectors of the domain's key files: at most max of them, from the data
   stack, in no order, maybe twice. Returns their number: 0 also if the
   directory cannot be read. Looks at BOUNCE_KEY_DIR_MAX_CHECKED key
   files at most. */
unsigned int
bounce_key_dir_selectors(struct bounce_key_dir *dir, const char *domain,
			 const char **selectors_r, unsigned int max);

/* Check that the directory can be read, and so can each key file in it. Other
   files are passed over. Returns 0 and the number of key files, or -1 with an
   error (data stack) that names the first bad file. */
int bounce_key_dir_check(const char *path, unsigned int *count_r,
			 const char **error_r);

/* The names of the key files, "selector._domainkey.domain", each once, sorted;
   up to BOUNCE_KEY_DIR_MAX_CHECKED of them. Returns 0, or -1 with an error
   (data stack) if the directory cannot be read. */
int bounce_key_dir_list(pool_t pool, const char *path,
			const char *const **names_r, const char **error_r);

#endif
