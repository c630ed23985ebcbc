/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Opens the dict of the site or of a user, and reads its counters. */

#include "lib.h"
#include "dict.h"
#include "mail-user.h"
#include "verdict/reasons.h"
#include "base/event.h"
#include "audit/count-key.h"
#include "audit/counts.h"
#include "audit/outcome.h"

/* A query may span ten years. */
#define BACKSCATTER_COUNT_MAX_DAYS 3660
/* Of a user's dict, if it has timeouts of its own. */
#define BACKSCATTER_COUNT_TIMEOUT_MSECS (30 * 1000)

const struct dict_op_settings backscatter_counts_op_set = {
	.username = NULL
};

static struct backscatter_counts *
backscatter_counts_create(struct event *parent)
{
	struct backscatter_counts *counts = i_new(struct backscatter_counts, 1);

	counts->event = event_create(parent);
	event_add_category(counts->event, &backscatter_event_category);
	return counts;
}

/* ret is what opening the dict has returned, and is returned again. */
static int
backscatter_counts_opened(struct backscatter_counts *counts, int ret,
			  struct backscatter_counts **counts_r)
{
	*counts_r = ret > 0 ? counts : NULL;
	if (ret <= 0) {
		event_unref(&counts->event);
		i_free(counts);
	}
	return ret;
}

int backscatter_counts_open(struct event *event, const char *base_dir,
			    const char *uri,
			    struct backscatter_counts **counts_r,
			    const char **error_r)
{
	struct backscatter_counts *counts = backscatter_counts_create(event);
	int ret;

	ret = backscatter_dict_backend_open_site(counts->event, base_dir, uri,
						 &counts->backend, error_r);
	if (ret > 0 && counts->backend.is_file) {
		backscatter_dict_backend_close(&counts->backend);
		*error_r = "it is a file, in which nothing is counted: use "
			"SQL with Dovecot's dict service, or use Redis";
		ret = -1;
	}
	return backscatter_counts_opened(counts, ret, counts_r);
}

int backscatter_counts_open_user(struct mail_user *user,
				 struct backscatter_counts **counts_r,
				 const char **error_r)
{
	struct backscatter_counts *counts =
		backscatter_counts_create(user->event);
	int ret;

	ret = backscatter_dict_backend_open(user, counts->event,
					    BACKSCATTER_COUNT_TIMEOUT_MSECS,
					    &counts->backend, error_r);
	if (ret > 0 && counts->backend.is_file) {
		backscatter_dict_backend_close(&counts->backend);
		ret = 0;
	}
	return backscatter_counts_opened(counts, ret, counts_r);
}

void backscatter_counts_close(struct backscatter_counts **_counts)
{
	struct backscatter_counts *counts = *_counts;

	*_counts = NULL;
	backscatter_dict_backend_close(&counts->backend);
	event_unref(&counts->event);
	i_free(counts);
}

/* Returns the explanation of a reason; NULL if there is none, or if a later
   version has counted a reason that we do not know. */
static const char *backscatter_count_text(const char *reason)
{
	unsigned int i;

	for (i = BOUNCE_REASON_NONE + 1; i < BOUNCE_REASON_COUNT; i++) {
		if (strcmp(bounce_reason_name(i), reason) == 0)
			return bounce_reason_text(i);
	}
	return NULL;
}

static void
backscatter_counts_call(struct backscatter_counts *counts,
			struct backscatter_count *count, const char *value)
{
	count->text = backscatter_count_text(count->reason);
	if (str_to_uint64(value, &count->bounces) == 0 && count->bounces > 0)
		counts->callback(count, counts->context);
}

static int
backscatter_counts_iterate(struct backscatter_counts *counts,
			   const char *prefix, const char *day,
			   const char **error_r)
{
	struct dict_iterate_context *iter;
	struct backscatter_count count;
	const char *key, *value;

	iter = dict_iterate_init(counts->backend.dict,
		&backscatter_counts_op_set,
		backscatter_count_path(prefix, day, counts->query->scope,
				       counts->query->name),
		DICT_ITERATE_FLAG_RECURSE);
	while (dict_iterate(iter, &key, &value)) T_BEGIN {
		if (backscatter_count_key_parse(key, &count) == 0)
			backscatter_counts_call(counts, &count, value);
	} T_END;
	return dict_iterate_deinit(&iter, error_r);
}

void backscatter_counts_each_key(enum backscatter_count_scope scope,
				 const char *name, const char *day,
				 backscatter_counts_key_callback_t *callback,
				 void *context)
{
	struct backscatter_count count = {
		.day = day, .scope = scope, .name = name
	};
	unsigned int reason, i;
	bool more = TRUE;

	for (reason = BOUNCE_REASON_NONE + 1;
	     reason < BOUNCE_REASON_COUNT && more; reason++) {
		/* the verdict follows from the reason */
		count.verdict = bounce_verdict_name(
			bounce_reason_to_verdict(reason));
		count.reason = bounce_reason_name(reason);
		for (i = 0; i <= BACKSCATTER_OUTCOME_COUNT && more; i++) {
			count.outcome = i == BACKSCATTER_OUTCOME_COUNT ?
				BACKSCATTER_COUNT_WOULD_FILE :
				backscatter_outcome_name(i);
			T_BEGIN {
				more = callback(&count, context);
			} T_END;
		}
	}
}

struct counts_lookup {
	struct backscatter_counts *counts;
	/* NULL: there was none. */
	char *error;
};

static bool
backscatter_counts_lookup_key(const struct backscatter_count *key,
			      void *context)
{
	struct counts_lookup *lookup = context;
	struct backscatter_count count = *key;
	const char *value, *error;
	int ret;

	ret = dict_lookup(lookup->counts->backend.dict,
			  &backscatter_counts_op_set, pool_datastack_create(),
			  backscatter_count_key(key), &value, &error);
	if (ret > 0)
		backscatter_counts_call(lookup->counts, &count, value);
	else if (ret < 0)
		lookup->error = i_strdup(error);
	return ret >= 0;
}

/* Look up all possible counters of one name. */
static int
backscatter_counts_lookup(struct backscatter_counts *counts, const char *day,
			  const char **error_r)
{
	struct counts_lookup lookup = { .counts = counts };

	backscatter_counts_each_key(counts->query->scope, counts->query->name,
				    day, backscatter_counts_lookup_key,
				    &lookup);
	if (lookup.error == NULL)
		return 0;
	*error_r = t_strdup(lookup.error);
	i_free(lookup.error);
	return -1;
}

static int
backscatter_counts_read_day(struct backscatter_counts *counts,
			    const char *day, const char **error_r)
{
	const struct backscatter_count_query *query = counts->query;
	const char *error;

	if (!counts->no_iteration) {
		/* in SQL they are below the first prefix, in other dicts below
		   the second */
		if (backscatter_counts_iterate(counts, BACKSCATTER_COUNT_SQL,
					       day, error_r) == 0 &&
		    backscatter_counts_iterate(counts, BACKSCATTER_COUNT_ADD,
					       day, error_r) == 0)
			return 0;
		if (query->name == NULL ||
		    query->scope == BACKSCATTER_COUNT_SERVER ||
		    query->scope == BACKSCATTER_COUNT_KEY)
			return -1;
	}
	if (backscatter_counts_lookup(counts, day, &error) < 0) {
		if (counts->no_iteration)
			*error_r = error;
		return -1;
	}
	counts->no_iteration = TRUE;
	return 0;
}

int backscatter_counts_read(struct backscatter_counts *counts,
			    const struct backscatter_count_query *query,
			    backscatter_count_callback_t *callback,
			    void *context, const char **error_r)
{
	time_t day = query->since - query->since % BACKSCATTER_DAY_SECS;
	int ret = 0;

	if (query->until / BACKSCATTER_DAY_SECS -
	    query->since / BACKSCATTER_DAY_SECS > BACKSCATTER_COUNT_MAX_DAYS) {
		*error_r = "the time is longer than ten years";
		return -1;
	}
	counts->query = query;
	counts->callback = callback;
	counts->context = context;
	for (; day <= query->until && ret == 0; day += BACKSCATTER_DAY_SECS) {
		T_BEGIN {
			ret = backscatter_counts_read_day(counts,
				backscatter_count_day(day), error_r);
		} T_END_PASS_STR_IF(ret < 0, error_r);
	}
	return ret;
}
