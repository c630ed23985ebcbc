/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "fuzz-common.h"
#include "fuzz-dict.h"
#include "dict/state-dict.h"
#include "dict/backend.h"
#include "dict/dict-key.h"
#include "settings/plugin-settings.h"
#include "user/user.h"

static struct {
	const char *const *lines, *const *next;
	/* what was written; NULL: it was deleted */
	char *text;
	bool written, locked;
} fuzz_dict;

void fuzz_dict_init(const char *const *lines)
{
	i_assert(!fuzz_dict.locked);

	fuzz_dict.lines = fuzz_dict.next = lines;
	fuzz_dict.written = FALSE;
	i_free(fuzz_dict.text);
}

int fuzz_dict_next(const char **value_r, const char **error_r)
{
	const char *line;

	*value_r = NULL;
	*error_r = "fuzz";
	if (*fuzz_dict.next == NULL)
		fuzz_dict.next = fuzz_dict.lines;
	if (*fuzz_dict.next == NULL)
		return 0;
	line = *fuzz_dict.next++;
	if (strcmp(line, "!") == 0)
		return -1;
	if (strcmp(line, "?") == 0)
		return 0;
	*value_r = line;
	return 1;
}

/* What burst.c tells an admin has no Dovecot here. */
int backscatter_settings_get(
	struct mail_user *user ATTR_UNUSED, pool_t pool ATTR_UNUSED,
	const struct backscatter_settings **settings_r,
	const char **warning_r, const char **error_r)
{
	*settings_r = NULL;
	*warning_r = NULL;
	*error_r = "fuzz";
	return -1;
}

const struct backscatter_settings *
backscatter_user_get_settings(struct mail_user *user ATTR_UNUSED)
{
	return NULL;
}

/* What is counted of a user is asked by the site's dict here. */
int backscatter_dict_backend_open(
	struct mail_user *user ATTR_UNUSED, struct event *event ATTR_UNUSED,
	unsigned int timeout_msecs ATTR_UNUSED,
	struct backscatter_dict_backend *backend_r ATTR_UNUSED,
	const char **error_r)
{
	*error_r = "fuzz";
	return -1;
}

struct mail_user *
backscatter_dict_user(const struct backscatter_dict *dict ATTR_UNUSED)
{
	return NULL;
}

int backscatter_dict_get(struct mail_user *user ATTR_UNUSED,
			 struct backscatter_dict **dict_r,
			 const char **error_r ATTR_UNUSED)
{
	/* nobody looks into it */
	*dict_r = (void *)&fuzz_dict;
	return 1;
}

void backscatter_dict_release(struct mail_user *user ATTR_UNUSED)
{
	i_assert(!fuzz_dict.locked);
}

bool backscatter_dict_is_file(const struct backscatter_dict *dict ATTR_UNUSED)
{
	return FALSE;
}

bool
backscatter_dict_lacks_keys(const struct backscatter_dict *dict ATTR_UNUSED)
{
	return FALSE;
}

void backscatter_dict_keep_only(struct backscatter_dict *dict ATTR_UNUSED,
				const char *key)
{
	i_assert(strcmp(key, BACKSCATTER_KEY_RECORD) == 0);
}

int backscatter_dict_lookup(struct backscatter_dict *dict ATTR_UNUSED,
			    pool_t pool, const char *key,
			    const char **value_r, const char **error_r)
{
	int ret;

	i_assert(strcmp(key, BACKSCATTER_KEY_RECORD) == 0);
	if (fuzz_dict.written) {
		*value_r = p_strdup(pool, fuzz_dict.text);
		return *value_r == NULL ? 0 : 1;
	}
	ret = fuzz_dict_next(value_r, error_r);
	*value_r = p_strdup(pool, *value_r);
	return ret;
}

int backscatter_dict_write(struct backscatter_dict *dict ATTR_UNUSED,
			   const struct backscatter_dict_op *ops,
			   unsigned int count,
			   unsigned int expire_secs ATTR_UNUSED,
			   const char **error_r ATTR_UNUSED)
{
	i_assert(fuzz_dict.locked && count == 1);
	i_assert(strcmp(ops->key, BACKSCATTER_KEY_RECORD) == 0);

	fuzz_dict.written = TRUE;
	i_free(fuzz_dict.text);
	if (ops->type == BACKSCATTER_DICT_SET)
		fuzz_dict.text = i_strdup(ops->value);
	return 1;
}

void backscatter_dict_lock(struct backscatter_dict *dict ATTR_UNUSED)
{
	i_assert(!fuzz_dict.locked);
	fuzz_dict.locked = TRUE;
}

void backscatter_dict_unlock(struct backscatter_dict *dict ATTR_UNUSED)
{
	fuzz_dict.locked = FALSE;
}

const char *
backscatter_dict_lock_place(const struct backscatter_dict *dict ATTR_UNUSED)
{
	return "";
}
