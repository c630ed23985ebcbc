#ifndef BACKSCATTER_KEYS_H
#define BACKSCATTER_KEYS_H

/* Where public keys are looked up, and what is logged about the key
   directory. */

struct backscatter_settings;
struct bounce_key_lookup;
struct event;

/* What stands between the selector and the domain in the name of a key. */
#define BACKSCATTER_KEY_INFIX "._domainkey."
/* Sets name_r to "selector._domainkey.domain" in lower case (data stack).
   Returns 0, or -1 with an error (data stack) if one of them is not a DNS
   name. */
int backscatter_key_name(const char *selector, const char *domain,
			 const char **name_r, const char **error_r);
/* Get the lookup for the keys of a message. It is shared by all messages in
   this process that have the same settings. The caller must unreference it.
   Returns 0, or -1 with an error (data stack). */
int backscatter_keys_get(const struct backscatter_settings *set,
			 struct bounce_key_lookup **lookup_r,
			 const char **error_r);
/* Log an error if the key directory cannot be opened, once for each directory.
   This costs next to nothing. */
void backscatter_keys_check_dir(struct event *event, const char *key_dir);
/* Log a warning if a file in the key directory cannot be used, once for each
   directory. This reads all of the files, so it is called for the first bounce
   of a process. */
void backscatter_keys_check_files(struct event *event, const char *key_dir);

#endif
