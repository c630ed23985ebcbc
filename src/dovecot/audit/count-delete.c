/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Deletes counters for doveadm: those of a user, and those that are old. */

#include "lib.h"
#include "settings/plugin-settings.h"
#include "dict/dict-handle.h"
#include "audit/count-key.h"
#include "audit/counts.h"

#include <time.h>

/* Look for the counters of a day on which nothing was counted. */
static int
counts_iterate_none(struct backscatter_counts *counts, const char **error_r)
{
	struct dict_iterate_context *iter;
	const char *key, *value;

	iter = dict_iterate_init(counts->backend.dict,
		&backscatter_counts_op_set,
		backscatter_count_path(BACKSCATTER_COUNT_SQL,
				       backscatter_count_day(0),
				       BACKSCATTER_COUNT_USER, NULL),
		DICT_ITERATE_FLAG_RECURSE);
	while (dict_iterate(iter, &key, &value)) ;
	return dict_iterate_deinit(&iter, error_r);
}

int backscatter_counts_can_list(struct backscatter_counts *counts,
				const char **error_r)
{
	/* SQLite fails once after the SQL file was run again */
	if (counts_iterate_none(counts, error_r) == 0 ||
	    counts_iterate_none(counts, error_r) == 0)
		return 1;
	/* libdovecot says this of any operation that a driver lacks */
	if (strstr(*error_r, "does not support this feature") != NULL)
		return 0;
	*error_r = t_strcut(*error_r, '\n');
	return -1;
}

struct counts_committed {
	/* the transaction has ended; without an error it was done */
	bool done;
	char *error;
};

static void counts_committed(const struct dict_commit_result *result,
			     struct counts_committed *committed)
{
	committed->done = TRUE;
	if (result->ret < 0)
		committed->error = i_strdup(result->error);
}

/* The drivers of older versions for Redis call the callback of
   dict_transaction_commit() twice, of which the second time uses what was
   freed; so this waits for one that is asynchronous. */
static int
counts_commit(struct backscatter_counts *counts,
	      struct dict_transaction_context **trans, const char **error_r)
{
	struct counts_committed committed = { .done = FALSE };
	const char *lacks;

	dict_transaction_commit_async(trans, counts_committed, &committed);
	dict_wait(counts->backend.dict);
	i_assert(committed.done);
	if (committed.error == NULL)
		return 0;
	lacks = backscatter_dict_error_lacks(committed.error);
	*error_r = t_strdup(t_strcut(committed.error, '\n'));
	i_free(committed.error);
	if (lacks != NULL) {
		*error_r = t_strdup_printf("%s (expected: %s)", *error_r,
					   lacks);
	}
	return -1;
}

/* One statement of SQL. */
static int counts_forget_name(struct backscatter_counts *counts,
			      const char *username, const char **error_r)
{
	struct dict_transaction_context *trans =
		dict_transaction_begin(counts->backend.dict,
				       &backscatter_counts_op_set);

	dict_unset(trans, backscatter_count_name_key(BACKSCATTER_COUNT_USER,
						     username));
	return counts_commit(counts, &trans, error_r);
}

static bool
counts_unset_key(const struct backscatter_count *count, void *context)
{
	struct dict_transaction_context *trans = context;

	dict_unset(trans, backscatter_count_key(count));
	return TRUE;
}

/* Delete all keys that a user's counters may have on a day, most of which are
   not there. */
static int
counts_forget_day(struct backscatter_counts *counts, const char *username,
		  const char *day, const char **error_r)
{
	struct dict_transaction_context *trans =
		dict_transaction_begin(counts->backend.dict,
				       &backscatter_counts_op_set);

	backscatter_counts_each_key(BACKSCATTER_COUNT_USER, username, day,
				    counts_unset_key, trans);
	return counts_commit(counts, &trans, error_r);
}

int backscatter_counts_forget(struct backscatter_counts *counts,
			      const char *username, unsigned int secs,
			      const char **error_r)
{
	time_t now = time(NULL), day;
	int ret = backscatter_counts_can_list(counts, error_r);

	if (ret < 0)
		return -1;
	if (ret > 0)
		return counts_forget_name(counts, username, error_r);
	/* what is added at this moment may be of the next day */
	for (day = now + BACKSCATTER_DAY_SECS;
	     day + BACKSCATTER_DAY_SECS > now - (time_t)secs && ret == 0;
	     day -= BACKSCATTER_DAY_SECS) {
		T_BEGIN {
			ret = counts_forget_day(counts, username,
						backscatter_count_day(day),
						error_r);
		} T_END_PASS_STR_IF(ret < 0, error_r);
	}
	return ret;
}

/*
 * What is old
 */

static int
counts_tidy_sql(struct backscatter_counts *counts,
		const struct backscatter_tidied *tidied, const char **error_r)
{
	struct dict_transaction_context *trans =
		dict_transaction_begin(counts->backend.dict,
				       &backscatter_counts_op_set);

	dict_set(trans, t_strdup_printf(BACKSCATTER_COUNT_TIDY"%s/%s",
		 backscatter_count_day(tidied->counters),
		 backscatter_count_day(tidied->users)), "1");
	return counts_commit(counts, &trans, error_r);
}

static int
counts_tidy_settings(struct event *event, backscatter_getenv_t *getenv,
		     struct backscatter_tidied *tidied_r, const char **error_r)
{
	const struct backscatter_settings *set;
	pool_t pool = pool_alloconly_create("backscatter tidy", 1024);
	time_t now = time(NULL);
	int ret = backscatter_settings_get_global(event, getenv, pool, &set,
						  error_r);

	if (ret == 0) {
		tidied_r->counters = now - (time_t)set->keep;
		/* replays and disowned times must not be lost too early */
		tidied_r->users = now - (time_t)I_MAX(set->keep,
						      set->policy.max_age);
	}
	pool_unref(&pool);
	return ret;
}

int backscatter_counts_tidy(struct backscatter_counts *counts,
			    struct event *event, backscatter_getenv_t *getenv,
			    struct backscatter_tidied *tidied_r,
			    const char **error_r)
{
	int ret;

	i_zero(tidied_r);
	if (counts_tidy_settings(event, getenv, tidied_r, error_r) < 0)
		return -1;
	ret = backscatter_counts_can_list(counts, error_r);
	if (ret <= 0)
		return ret;
	return counts_tidy_sql(counts, tidied_r, error_r) < 0 ? -1 : 1;
}
