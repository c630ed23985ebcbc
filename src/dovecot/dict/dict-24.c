/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Dovecot 2.4: a dict is configured in the block backscatter_dict { }. */

#include "lib.h"
#include "array.h"
#include "settings.h"
#include "mail-user.h"
#include "dict-private.h"
#include "dict/state-dict.h"
#include "dict/backend.h"

#define BACKSCATTER_DICT_FILTER "backscatter_dict"

/* The Redis client waits for 30 seconds by default. If a process is killed, its
   dotlock is respected for another minute, but the kernel releases its fcntl
   lock at once. */
static struct settings_instance *
backscatter_dict_limit(struct event *event, unsigned int timeout_msecs)
{
	struct settings_instance *instance =
		settings_instance_dup(settings_instance_find(event));

	settings_override(instance, "*/redis_request_timeout",
			  t_strdup_printf("%ums", timeout_msecs),
			  SETTINGS_OVERRIDE_TYPE_CODE);
	settings_override(instance, "*/dict_file_lock_method", "fcntl",
			  SETTINGS_OVERRIDE_TYPE_CODE);
	event_set_ptr(event, SETTINGS_EVENT_INSTANCE, instance);
	return instance;
}

int backscatter_dict_backend_open(struct mail_user *user, struct event *event,
				  unsigned int timeout_msecs,
				  struct backscatter_dict_backend *backend_r,
				  const char **error_r)
{
	int ret;

	i_zero(backend_r);
	settings_event_add_filter_name(event, BACKSCATTER_DICT_FILTER);
	backend_r->instance = backscatter_dict_limit(event, timeout_msecs);
	ret = dict_init_auto(event, &backend_r->dict, error_r);
	if (ret <= 0) {
		settings_instance_free(&backend_r->instance);
		event_set_ptr(event, SETTINGS_EVENT_INSTANCE, NULL);
		/* nothing is known of it, so that its failure is remembered for
		   this user only */
		backend_r->name = user->username;
		return ret;
	}
	/* each user has a file of his own, but a server is shared by all */
	backend_r->is_file = strcmp(backend_r->dict->name, "file") == 0;
	backend_r->is_redis = strcmp(backend_r->dict->name, "redis") == 0;
	backend_r->name = t_strconcat(backend_r->dict->name, ":",
		backend_r->is_file ? user->username : "", NULL);
	return 1;
}

int
backscatter_dict_backend_open_site(struct event *event,
				   const char *base_dir ATTR_UNUSED,
				   const char *uri ATTR_UNUSED,
				   struct backscatter_dict_backend *backend_r,
				   const char **error_r)
{
	int ret;

	i_zero(backend_r);
	settings_event_add_filter_name(event, BACKSCATTER_DICT_FILTER);
	ret = dict_init_auto(event, &backend_r->dict, error_r);
	backend_r->is_file = ret > 0 &&
		strcmp(backend_r->dict->name, "file") == 0;
	return ret;
}

bool backscatter_dict_is_set(struct mail_user *user)
{
	struct event *event = event_create(user->event);
	const struct dict_settings *set;
	const char *error;
	/* if the settings are wrong, opening the dict says so */
	bool is_set = TRUE;

	settings_event_add_filter_name(event, BACKSCATTER_DICT_FILTER);
	if (settings_get(event, &dict_setting_parser_info, 0, &set,
			 &error) == 0) {
		is_set = !array_is_empty(&set->dicts);
		settings_free(set);
	}
	event_unref(&event);
	return is_set;
}

void backscatter_dict_backend_close(struct backscatter_dict_backend *backend)
{
	dict_deinit(&backend->dict);
	if (backend->instance != NULL)
		settings_instance_free(&backend->instance);
}

/* Of the dicts that may be configured, only Redis can do this. A file would let
   the write fail, and the dict service would not answer if the dict behind it
   cannot. */
void backscatter_dict_backend_expire(const struct backscatter_dict_backend *b,
				     struct dict_op_settings *set,
				     unsigned int expire_secs)
{
	if (b->is_redis)
		set->expire_secs = expire_secs;
}
