#ifndef BACKSCATTER_KEYS_H
#define BACKSCATTER_KEYS_H

/* Where public keys are looked up, and what the log says of the key
   directory. */

struct backscatter_settings;
struct bounce_key_lookup;
struct event;

/* What is between the selector and the domain. */
#define BACKSCATTER_KEY_INFIX "._domainkey."
/* "selector._domainkey.domain" in lower case (data stack). Returns 0, or -1
   with an error (data stack) if these are no names. */
int backscatter_key_name(const char *selector, const char *domain,
			 const char **name_r, const char **error_r);
/* Where the keys of a message come from: what is shared by all messages with
   these settings in this process. The caller drops the reference. Returns 0,
   or -1 with an error (data stack). */
int backscatter_keys_get(const struct backscatter_settings *set,
			 struct bounce_key_lookup **lookup_r,
			 const char **error_r);
/* Log that a key directory cannot be opened, once for each. Costs next to
   nothing. */
void backscatter_keys_check_dir(struct event *event, const char *key_dir);
/* Warn of a key file that cannot be used, once for each directory. Reads all
   of them: for the first bounce of a process. */
void backscatter_keys_check_files(struct event *event, const char *key_dir);

#endif
