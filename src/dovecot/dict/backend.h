#ifndef BACKSCATTER_BACKEND_H
#define BACKSCATTER_BACKEND_H

/* What differs between the dicts of Dovecot 2.3 (dict/dict-23.c) and of 2.4
   (dict/dict-24.c). Both files also have backscatter_dict_is_set(). */

#include "dict.h"

struct mail_user;
struct event;

struct backscatter_dict_backend {
	struct dict *dict;
	/* The name under which failures are remembered. Dicts that fail
	   together have the same name. From the data stack. */
	const char *name;
	bool is_file;
	bool is_redis;
	/* Dovecot 2.4's settings that the dict was opened with. */
	struct settings_instance *instance;
};

/* Open the dict that is configured for the user. If it has timeouts of its own,
   they are limited to the given one. The event is the parent of the dict's
   event. Returns 1, 0 if no dict is configured, or -1 with an error (data
   stack). */
int backscatter_dict_backend_open(struct mail_user *user, struct event *event,
				  unsigned int timeout_msecs,
				  struct backscatter_dict_backend *backend_r,
				  const char **error_r);
/* Open the dict that is configured for the site, without a user and without a
   timeout. uri and base_dir are those of Dovecot 2.3's configuration. Returns
   the same as above. */
int
backscatter_dict_backend_open_site(struct event *event,
				   const char *base_dir, const char *uri,
				   struct backscatter_dict_backend *backend_r,
				   const char **error_r);
void backscatter_dict_backend_close(struct backscatter_dict_backend *backend);
/* Set how long a written value is kept, if the dict supports that. */
void backscatter_dict_backend_expire(const struct backscatter_dict_backend *b,
				     struct dict_op_settings *set,
				     unsigned int expire_secs);

#endif
