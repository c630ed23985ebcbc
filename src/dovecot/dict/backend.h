#ifndef BACKSCATTER_BACKEND_H
#define BACKSCATTER_BACKEND_H

/* What differs from Dovecot 2.3 to 2.4 about dicts, in dict/dict-23.c
   and -24.c; backscatter_dict_is_set(), too, is there. */

#include "dict.h"

struct mail_user;
struct event;

struct backscatter_dict_backend {
	struct dict *dict;
	/* What it is known by when it has failed: those that fail together have
	   the same name. From the data stack. */
	const char *name;
	bool is_file;
	bool is_redis;
	/* 2.4's settings that the dict was opened with. */
	struct settings_instance *instance;
};

/* Open the dict that is configured for the user. Its own timeouts are made to
   be no longer than the given one, where it has any. The event is the parent of
   the dict's. Returns 1, 0 if none is configured, -1 with an error (data
   stack). */
int backscatter_dict_backend_open(struct mail_user *user, struct event *event,
				  unsigned int timeout_msecs,
				  struct backscatter_dict_backend *backend_r,
				  const char **error_r);
/* Open the dict that is configured for the site, without a user and without
   limits of time. uri and base_dir are those of 2.3's configuration. Returns as
   above. */
int
backscatter_dict_backend_open_site(struct event *event,
				   const char *base_dir, const char *uri,
				   struct backscatter_dict_backend *backend_r,
				   const char **error_r);
void backscatter_dict_backend_close(struct backscatter_dict_backend *backend);
/* Set how long a write is kept, if the dict can do that and says so. */
void backscatter_dict_backend_expire(const struct backscatter_dict_backend *b,
				     struct dict_op_settings *set,
				     unsigned int expire_secs);

#endif
