/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* backscatter_dict: all keys below a path. */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "mail-user.h"
#include "backscatter-dict.h"
#include "backscatter-dict-handle.h"
#include "backscatter-dict-key.h"

static void backscatter_dict_iterate_callback(struct backscatter_dict *dict)
{
	dict->iterate_more = TRUE;
	io_loop_stop(dict->ioloop);
}

/* Within enter and leave. Returns FALSE if it took too long. */
static bool
backscatter_dict_iterate_all(struct backscatter_dict *dict,
			     struct dict_iterate_context *iter,
			     backscatter_dict_iterate_t *callback,
			     void *context)
{
	const char *key, *value;

	for (;;) {
		dict->iterate_more = FALSE;
		while (dict_iterate(iter, &key, &value)) T_BEGIN {
			callback(key, value, context);
		} T_END;
		if (!dict_iterate_has_more(iter))
			return TRUE;
		if (!backscatter_dict_run(dict, &dict->iterate_more,
					  dict->msecs_left))
			return FALSE;
	}
}

int backscatter_dict_iterate(struct backscatter_dict *dict, const char *path,
			     backscatter_dict_iterate_t *callback,
			     void *context, const char **error_r)
{
	struct backscatter_dict_visit visit;
	struct dict_iterate_context *iter;
	bool finished;
	int ret;

	(void)backscatter_dict_flush(dict, error_r);
	if (!backscatter_dict_can_ask(dict, error_r))
		return -1;
	backscatter_dict_enter(dict, &visit);
	iter = dict_iterate_init(dict->backend.dict,
				 mail_user_get_dict_op_settings(dict->user),
				 path, DICT_ITERATE_FLAG_RECURSE |
				 DICT_ITERATE_FLAG_ASYNC);
	dict_iterate_set_async_callback(iter, backscatter_dict_iterate_callback,
					dict);
	finished = backscatter_dict_iterate_all(dict, iter, callback, context);
	ret = dict_iterate_deinit(&iter, error_r);
	backscatter_dict_leave(dict, &visit);
	if (!finished) {
		dict->msecs_left = 0;
		(void)backscatter_dict_can_ask(dict, error_r);
		return -1;
	}
	return ret;
}

struct backscatter_dict_tidy {
	pool_t pool;
	const char *prefix;
	time_t now;
	ARRAY_TYPE(const_string) keys;
};

static void
backscatter_dict_tidy_callback(const char *key, const char *value ATTR_UNUSED,
			       void *context)
{
	struct backscatter_dict_tidy *tidy = context;
	const char *copy;

	if (backscatter_key_is_expired(key, tidy->prefix, tidy->now)) {
		copy = p_strdup(tidy->pool, key);
		array_push_back(&tidy->keys, &copy);
	}
}

void backscatter_dict_tidy(struct backscatter_dict *dict, const char *prefix,
			   const char *since, time_t now)
{
	struct backscatter_dict_tidy tidy;
	const char *value, *error;

	if (!dict->backend.is_file ||
	    backscatter_dict_lookup(dict, pool_datastack_create(), since,
				    &value, &error) != 0)
		return;
	i_zero(&tidy);
	tidy.pool = pool_alloconly_create("backscatter tidy", 1024);
	tidy.prefix = prefix;
	tidy.now = now;
	i_array_init(&tidy.keys, 16);
	if (backscatter_dict_iterate(dict, prefix,
				     backscatter_dict_tidy_callback, &tidy,
				     &error) == 0)
		backscatter_dict_unset_all(dict, &tidy.keys);
	array_free(&tidy.keys);
	pool_unref(&tidy.pool);
}
