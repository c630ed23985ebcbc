/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* An admin has all of a user deleted that we keep. */

#include "lib.h"
#include "mail-user.h"
#include "settings/plugin-settings.h"
#include "dict/dict-key.h"
#include "dict/state-dict.h"
#include "user/user.h"
#include "memory/record-dict.h"
#include "audit/counts.h"
#include "dovecot-backscatter.h"

#include <dirent.h>
#include <time.h>
#include <unistd.h>

/* A dict that cannot list its keys, which is Redis, keeps counters that long in
   the example configuration, or as long as backscatter_keep says. */
#define FORGET_SECS (400U * 24 * 3600)

/* Files of sieve/backscatter-notice in the user's home, each with the name of a
   notice behind this. */
#define FORGET_MARK ".backscatter-notice-"

struct forget_change {
	pool_t pool;
	/* The record was read. */
	bool read;
};

/* Leave nothing but the end of a suspension that lasts: without it the alarm
   could suspend the user again, and replace what an admin has set. */
static int
forget_change(struct backscatter_record *record, void *context,
	      const char **error_r ATTR_UNUSED)
{
	struct forget_change *ctx = context;
	const char *before = backscatter_record_text(record), *error;
	struct backscatter_record was = *record;

	ctx->read = TRUE;
	if (backscatter_record_parse(ctx->pool, NULL, record, &error) < 0)
		i_unreached();
	if (was.suspended > time(NULL))
		record->suspended = was.suspended;
	memcpy(record->writer, was.writer, sizeof(record->writer));
	record->several_hosts = was.several_hosts;
	return strcmp(backscatter_record_text(record), before) == 0 ? 0 : 1;
}

/* Delete the key of status, and the record if it is not to be read. */
static int forget_keys(struct mail_user *user, bool record,
		       const char **error_r)
{
	const struct backscatter_dict_op ops[] = {
		{ .type = BACKSCATTER_DICT_UNSET,
		  .key = BACKSCATTER_KEY_STATUS_CHECK },
		{ .type = BACKSCATTER_DICT_UNSET,
		  .key = BACKSCATTER_KEY_RECORD }
	};
	struct backscatter_dict *dict;
	int ret;

	ret = backscatter_dict_get(user, &dict, error_r);
	if (ret > 0) {
		backscatter_dict_lock(dict);
		if (backscatter_dict_write(dict, ops, record ? 2 : 1, 0,
					   error_r) < 0)
			ret = -1;
		backscatter_dict_unlock(dict);
	}
	backscatter_dict_release(user);
	return ret;
}

static int forget_record(struct mail_user *user, const char **error_r)
{
	struct forget_change ctx = {
		.pool = pool_alloconly_create("backscatter forget", 1024)
	};
	int ret;

	ret = backscatter_record_change(user, forget_change, &ctx, TRUE, NULL,
					error_r);
	/* one that is broken, or of a newer version, goes unread */
	if (ret > 0 || (ret < 0 && !ctx.read))
		ret = forget_keys(user, ret < 0, error_r);
	pool_unref(&ctx.pool);
	return ret;
}

static int forget_counters(struct mail_user *user, const char **error_r)
{
	const struct backscatter_settings *set =
		backscatter_user_get_settings(user);
	struct backscatter_counts *counts;
	int ret;

	ret = backscatter_counts_open_user(user, &counts, error_r);
	if (ret <= 0)
		return ret;
	ret = backscatter_counts_forget(counts, user->username, set == NULL ?
					FORGET_SECS :
					I_MAX(set->keep, FORGET_SECS), error_r);
	backscatter_counts_close(&counts);
	return ret;
}

static int forget_mark(const char *home, const char *name,
		       const char **error_r)
{
	const char *path = t_strconcat(home, "/", name, NULL);

	if (strncmp(name, FORGET_MARK, strlen(FORGET_MARK)) != 0 ||
	    unlink(path) == 0 || errno == ENOENT)
		return 0;
	*error_r = t_strdup_printf("%s cannot be deleted: %m", path);
	return -1;
}

/* Delete the marks of the notices that Sieve has sent. */
static int forget_marks(struct mail_user *user, const char **error_r)
{
	const char *home;
	struct dirent *entry;
	DIR *dir;
	int ret = 0;

	if (mail_user_get_home(user, &home) <= 0)
		return 0;
	dir = opendir(home);
	if (dir == NULL && errno == ENOENT)
		return 0;
	if (dir == NULL) {
		*error_r = t_strdup_printf("%s cannot be read: %m", home);
		return -1;
	}
	while (ret == 0 && (entry = readdir(dir)) != NULL)
		ret = forget_mark(home, entry->d_name, error_r);
	(void)closedir(dir);
	return ret;
}

int backscatter_forget(struct mail_user *user, pool_t pool,
		       bool *suspended_r, const char **error_r)
{
	struct backscatter_suspension suspension;
	/* this deletes one that has ended */
	int ret = backscatter_suspension_get(user, pool, &suspension, error_r);

	*suspended_r = ret > 0;
	if (ret < 0 || forget_record(user, error_r) < 0 ||
	    forget_counters(user, error_r) < 0)
		return -1;
	return forget_marks(user, error_r);
}
