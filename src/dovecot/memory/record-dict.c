/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "lib-event.h"
#include "mail-user.h"
#include "sleep.h"
#include "base/throttle.h"
#include "dict/dict-key.h"
#include "dict/state-dict.h"
#include "memory/record-dict.h"
#include "memory/suspension.h"
#include "settings/plugin-settings.h"
#include "user/user.h"
#include "dovecot-backscatter.h"

#include <time.h>

/* A user's record that cannot be used is warned of again after this many
   seconds. */
#define RECORD_WARNING_INTERVAL 3600

/* How long Redis keeps what is not written again, if the user's settings are
   wrong. */
#define RECORD_EXPIRE_SECS (400 * 24 * 3600)

/* How often a change is looked for that another host may have overwritten. */
#define RECORD_MAX_CHECKS 6
#define RECORD_WAIT_MSECS 50

struct record_change {
	struct mail_user *user;
	struct backscatter_dict *dict;
	/* NULL: only counters are written. */
	backscatter_record_change_t *change;
	void *context;
	bool can_wait;
};

static struct backscatter_throttle record_warnings = {
	.interval = RECORD_WARNING_INTERVAL,
	.forget = TRUE
};

/* Returns 0, or -1 with an error if the record could not be read. In the latter
   case *broken_r is TRUE if the dict has a value that cannot be used. */
static int
record_lookup(struct mail_user *user, struct backscatter_dict *dict,
	      pool_t pool, struct backscatter_record *record_r,
	      bool *broken_r, const char **error_r)
{
	const char *text, *error;

	*broken_r = FALSE;
	if (backscatter_dict_lookup(dict, pool, BACKSCATTER_KEY_RECORD, &text,
				    error_r) < 0)
		return -1;
	if (backscatter_record_parse(pool, text, record_r, &error) < 0) {
		*broken_r = TRUE;
		*error_r = t_strdup_printf("The value of %s in "
					   "backscatter_dict cannot be used: "
					   "%s", BACKSCATTER_KEY_RECORD, error);
		if (backscatter_throttle_once(&record_warnings, user->username,
					      time(NULL)))
			e_warning(user->event, "backscatter: %s", *error_r);
		return -1;
	}
	return 0;
}

int backscatter_record_read(struct mail_user *user, pool_t pool,
			    struct backscatter_record *record_r,
			    const char **error_r)
{
	struct backscatter_dict *dict;
	bool broken;
	int ret;

	ret = backscatter_dict_get(user, &dict, error_r);
	if (ret > 0) {
		ret = record_lookup(user, dict, pool, record_r, &broken,
				    error_r) < 0 ? -1 : 1;
	}
	backscatter_dict_release(user);
	return ret;
}

static unsigned int record_expire_secs(const struct backscatter_dict *dict)
{
	const struct backscatter_settings *set =
		backscatter_user_get_settings(backscatter_dict_user(dict));

	return set == NULL ? RECORD_EXPIRE_SECS :
		I_MAX(set->keep, set->policy.max_age);
}

/* Returns the same as backscatter_dict_write(). text is NULL if the record is
   not to be written, and "" if it is to be deleted, as nothing is in it. The
   operation is done with each of the keys. */
static int
record_commit(struct backscatter_dict *dict, const char *text,
	      const struct backscatter_suspension *suspension,
	      const char *const *keys, enum backscatter_dict_op_type type,
	      const char **error_r)
{
	struct backscatter_dict_op op;
	ARRAY_TYPE(backscatter_dict_op) ops;

	t_array_init(&ops, 16);
	if (suspension != NULL)
		backscatter_suspension_add_ops(suspension, &ops);
	if (suspension != NULL && suspension->since > 0 &&
	    suspension->until > suspension->since) {
		/* the expiry is that of a whole transaction */
		if (backscatter_dict_write(dict, array_front(&ops),
					   array_count(&ops),
					   I_MIN(suspension->until -
						 suspension->since, INT_MAX),
					   error_r) < 0)
			return -1;
		array_clear(&ops);
	}
	i_zero(&op);
	if (text != NULL) {
		op.type = *text == '\0' ? BACKSCATTER_DICT_UNSET :
			BACKSCATTER_DICT_SET;
		op.key = BACKSCATTER_KEY_RECORD;
		op.value = text;
		array_push_back(&ops, &op);
	}
	op.type = type;
	op.value = "1";
	for (; keys != NULL && *keys != NULL; keys++) {
		op.key = *keys;
		array_push_back(&ops, &op);
	}
	return array_is_empty(&ops) ? 1 :
		backscatter_dict_write(dict, array_front(&ops),
				       array_count(&ops),
				       record_expire_secs(dict), error_r);
}

/* Write the record and the counters of a bounce into SQL by one statement.
   Returns 1; 0 if the configuration of an older version has no map for a bounce
   as a whole, or the database has no such table; or -1 with an error. */
static int
record_write_bounce(struct backscatter_dict *dict, const char *text,
		    const char *key, const char **error_r)
{
	struct backscatter_dict_op op = {
		.type = BACKSCATTER_DICT_SET,
		.key = key,
		.value = text == NULL ? "" : text
	};

	if (backscatter_dict_lacks_keys(dict))
		return 0;
	if (backscatter_dict_write(dict, &op, 1, record_expire_secs(dict),
				   error_r) > 0)
		return 1;
	return backscatter_dict_lacks_keys(dict) ? 0 : -1;
}

/* SQL does not increment a number that does not exist. In our tables none ever
   does, because they add to a counter when a row is inserted: so no increment
   succeeds, and the bounce as a whole is inserted instead, or else each counter
   is set to 1. The record remembers that the dict is like this, and from then
   on this is done at once. */
static int
record_write(struct backscatter_dict *dict, struct backscatter_record *record,
	     bool change, const struct backscatter_record_counters *counters,
	     const char **error_r)
{
	const char *const *keys = counters == NULL ? NULL : counters->keys;
	const char *text;
	int ret;

	if (counters == NULL || !record->counters_add) {
		text = change ? backscatter_record_text(record) : NULL;
		ret = record_commit(dict, text, record->suspension, keys,
				    BACKSCATTER_DICT_INC, error_r);
		if (ret != 0 || counters == NULL)
			return ret < 0 ? -1 : 0;
		record->counters_add = TRUE;
	}
	text = change ? backscatter_record_text(record) : NULL;
	if (record->suspension == NULL) {
		ret = record_write_bounce(dict, text, counters->bounce,
					  error_r);
		if (ret != 0)
			return ret < 0 ? -1 : 0;
	}
	return record_commit(dict, text, record->suspension, keys,
			     BACKSCATTER_DICT_SET, error_r) < 0 ? -1 : 0;
}

/* Make this host the record's writer. */
static void record_set_writer(struct backscatter_dict *dict,
			      struct backscatter_record *record)
{
	const char *place = backscatter_dict_lock_place(dict);
	const char *hash = backscatter_record_hash(place, strlen(place));

	if (record->writer[0] != '\0' && strcmp(record->writer, hash) != 0)
		record->several_hosts = TRUE;
	i_strocpy(record->writer, hash, sizeof(record->writer));
}

/* Check that the change that was written is still there, and make it again if
   it is not. A caller that can wait checks even after it was found, because
   hosts that read the record before may not have written it yet. */
static void record_keep_change(const struct record_change *c, pool_t pool)
{
	struct backscatter_record record;
	bool broken;
	const char *error;
	unsigned int i;
	int ret;

	for (i = 0; i < RECORD_MAX_CHECKS; i++) {
		if (c->can_wait) {
			backscatter_dict_unlock(c->dict);
			i_sleep_msecs(RECORD_WAIT_MSECS);
			backscatter_dict_lock(c->dict);
		}
		if (record_lookup(c->user, c->dict, pool, &record, &broken,
				  &error) < 0)
			break;
		record_set_writer(c->dict, &record);
		ret = c->change(&record, c->context, &error);
		if (ret < 0 || (ret == 0 && !c->can_wait))
			break;
		if (ret > 0 && record_write(c->dict, &record, TRUE, NULL,
					    &error) < 0)
			break;
	}
}

static int
record_change_locked(const struct record_change *c, pool_t pool,
		     const struct backscatter_record_counters *counters,
		     const char **error_r)
{
	struct backscatter_record record;
	bool broken, is_old;
	const char *error;
	int ret = 0;

	if (record_lookup(c->user, c->dict, pool, &record, &broken,
			  error_r) < 0) {
		if (broken)
			(void)record_write(c->dict, &record, FALSE, counters,
					   &error);
		return -1;
	}
	is_old = record.period == 0;
	record_set_writer(c->dict, &record);
	if (c->change != NULL)
		ret = c->change(&record, c->context, error_r);
	if (ret < 0 || record_write(c->dict, &record, c->change != NULL,
				    counters, error_r) < 0)
		return -1;
	if (ret > 0 && record.several_hosts)
		record_keep_change(c, pool);
	if (is_old)
		backscatter_dict_keep_only(c->dict, BACKSCATTER_KEY_RECORD);
	return 0;
}

int backscatter_record_change(struct mail_user *user,
			      backscatter_record_change_t *change,
			      void *context, bool can_wait,
			      const struct backscatter_record_counters
				*counters,
			      const char **error_r)
{
	struct record_change c = {
		.user = user, .change = change, .context = context,
		.can_wait = can_wait
	};
	pool_t pool;
	int ret;

	ret = backscatter_dict_get(user, &c.dict, error_r);
	if (ret > 0) {
		pool = pool_alloconly_create("backscatter record", 4096);
		if (backscatter_dict_is_file(c.dict))
			counters = NULL;
		backscatter_dict_lock(c.dict);
		ret = record_change_locked(&c, pool, counters,
					   error_r) < 0 ? -1 : 1;
		backscatter_dict_unlock(c.dict);
		pool_unref(&pool);
	}
	backscatter_dict_release(user);
	return ret;
}

int
backscatter_record_write_suspension(struct mail_user *user,
				    const struct backscatter_suspension *s,
				    const char **error_r)
{
	struct backscatter_dict *dict;
	int ret;

	ret = backscatter_dict_get(user, &dict, error_r);
	if (ret > 0) {
		ret = record_commit(dict, NULL, s, NULL,
				    BACKSCATTER_DICT_SET, error_r) < 0 ? -1 : 1;
	}
	backscatter_dict_release(user);
	return ret;
}
