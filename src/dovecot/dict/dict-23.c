/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Dovecot 2.3: a dict is named by a URI in plugin { }. */

#include "lib.h"
#include "mail-user.h"
#include "dict/state-dict.h"
#include "dict/backend.h"

/* The Redis client waits for 30 seconds by default. If a process is killed, its
   dotlock is respected for another minute, but the kernel releases its fcntl
   lock at once. */
static const char *
backscatter_dict_uri_limit(const char *uri, unsigned int timeout_msecs)
{
	if (strncmp(uri, "redis:", 6) == 0 &&
	    strstr(uri, ":timeout_msecs=") == NULL)
		return t_strdup_printf("%s:timeout_msecs=%u", uri,
				       timeout_msecs);
	if (strncmp(uri, "file:", 5) == 0 && strstr(uri, ":lock=") == NULL)
		return t_strconcat(uri, ":lock=fcntl", NULL);
	return uri;
}

/* Returns NULL if none is set. */
static const char *backscatter_dict_uri(struct mail_user *user)
{
	const char *uri = mail_user_plugin_getenv(user, "backscatter_dict");

	return uri == NULL || *uri == '\0' ? NULL : uri;
}

static int
backscatter_dict_open_uri(const char *uri, const char *base_dir,
			  struct event *event,
			  struct backscatter_dict_backend *backend_r,
			  const char **error_r)
{
	const struct dict_settings set = {
		.base_dir = base_dir,
		.event_parent = event
	};

	i_zero(backend_r);
	backend_r->name = uri;
	backend_r->is_file = strncmp(uri, "file:", 5) == 0;
	backend_r->is_redis = strncmp(uri, "redis:", 6) == 0;
	return dict_init(uri, &set, &backend_r->dict, error_r) < 0 ? -1 : 1;
}

int backscatter_dict_backend_open(struct mail_user *user, struct event *event,
				  unsigned int timeout_msecs,
				  struct backscatter_dict_backend *backend_r,
				  const char **error_r)
{
	const char *uri = backscatter_dict_uri(user);

	i_zero(backend_r);
	if (uri == NULL)
		return 0;
	return backscatter_dict_open_uri(
			backscatter_dict_uri_limit(uri, timeout_msecs),
			user->set->base_dir, event, backend_r, error_r);
}

int
backscatter_dict_backend_open_site(struct event *event,
				   const char *base_dir, const char *uri,
				   struct backscatter_dict_backend *backend_r,
				   const char **error_r)
{
	return backscatter_dict_open_uri(uri, base_dir, event, backend_r,
					 error_r);
}

bool backscatter_dict_is_set(struct mail_user *user)
{
	return backscatter_dict_uri(user) != NULL;
}

void backscatter_dict_backend_close(struct backscatter_dict_backend *backend)
{
	dict_deinit(&backend->dict);
}

/* Dovecot 2.3 has no expiry for a single write: expire_secs= in the URI is for
   all keys. */
void
backscatter_dict_backend_expire(const struct backscatter_dict_backend *b
					ATTR_UNUSED,
				struct dict_op_settings *set ATTR_UNUSED,
				unsigned int expire_secs ATTR_UNUSED)
{
}
