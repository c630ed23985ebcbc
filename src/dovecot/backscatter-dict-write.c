/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* backscatter_dict: what is written to it. */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "file-lock.h"
#include "mail-user.h"
#include "backscatter-dict.h"
#include "backscatter-dict-handle.h"

#define BACKSCATTER_DICT_LOCK_FILE "backscatter.lock"
#define BACKSCATTER_DICT_LOCK_SECS 2

/* Several numbers in one transaction. */
struct backscatter_dict_batch {
	struct backscatter_dict *dict;
	const char **keys;
	unsigned int expire_secs;
	/* They were not there: set them, which SQL does by adding. */
	bool create;
};

struct backscatter_dict_write {
	struct backscatter_dict *dict;
	/* NULL: it is no increment */
	char *inc_key;
	long long inc_diff;
};

static void
backscatter_dict_write_callback(const struct dict_commit_result *result,
				struct backscatter_dict_write *write)
{
	struct backscatter_dict *dict = write->dict;
	struct backscatter_dict_inc *inc;

	i_assert(dict->pending > 0);
	dict->pending--;
	io_loop_stop(dict->ioloop);
	if (result->ret < 0) {
		backscatter_dict_fail_write(dict, result->error);
	} else if (result->ret == DICT_COMMIT_RET_NOTFOUND &&
		   write->inc_key != NULL) {
		inc = array_append_space(&dict->missing);
		inc->key = p_strdup(dict->missing_pool, write->inc_key);
		inc->diff = write->inc_diff;
	}
	i_free(write->inc_key);
	i_free(write);
}

static struct backscatter_dict_write *
backscatter_dict_write_begin(struct backscatter_dict *dict,
			     unsigned int expire_secs,
			     struct dict_transaction_context **trans_r)
{
	struct dict_op_settings set =
		*mail_user_get_dict_op_settings(dict->user);
	struct backscatter_dict_write *write;

	write = i_new(struct backscatter_dict_write, 1);
	write->dict = dict;
	dict->pending++;
	backscatter_dict_backend_expire(&dict->backend, &set, expire_secs);
	*trans_r = dict_transaction_begin(dict->backend.dict, &set);
	return write;
}

static void
backscatter_dict_write_inc(struct backscatter_dict *dict, const char *key,
			   long long diff, unsigned int expire_secs)
{
	struct backscatter_dict_visit visit;
	struct backscatter_dict_write *write;
	struct dict_transaction_context *trans;

	backscatter_dict_enter(dict, &visit);
	write = backscatter_dict_write_begin(dict, expire_secs, &trans);
	write->inc_key = i_strdup(key);
	write->inc_diff = diff;
	dict_atomic_inc(trans, key, diff);
	dict_transaction_commit_async(&trans, backscatter_dict_write_callback,
				      write);
	backscatter_dict_leave(dict, &visit);
}

/* value NULL: unset */
static void
backscatter_dict_write_value(struct backscatter_dict *dict, const char *key,
			     const char *value, unsigned int expire_secs)
{
	struct backscatter_dict_visit visit;
	struct backscatter_dict_write *write;
	struct dict_transaction_context *trans;

	backscatter_dict_enter(dict, &visit);
	write = backscatter_dict_write_begin(dict, expire_secs, &trans);
	if (value == NULL)
		dict_unset(trans, key);
	else
		dict_set(trans, key, value);
	dict_transaction_commit_async(&trans, backscatter_dict_write_callback,
				      write);
	backscatter_dict_leave(dict, &visit);
}

/* A file is written at once, and a process may be root again when the user is
   freed: then the file would be root's. */
static void backscatter_dict_written(struct backscatter_dict *dict)
{
	const char *error;

	if (dict->backend.is_file)
		(void)backscatter_dict_flush(dict, &error);
}

/* Dovecot's file driver panics where it is to increment what is no number, and
   the file is the user's: he can write into it whatever he likes. And each
   attempt to increment what is not there writes all of the file: where nobody
   else can create it meanwhile, it is set at once. */
static bool
backscatter_dict_must_set(struct backscatter_dict *dict, const char *key)
{
	const char *value, *error;
	long long number;
	int ret;

	ret = backscatter_dict_lookup(dict, pool_datastack_create(), key,
				      &value, &error);
	return ret > 0 ? str_to_llong(value, &number) < 0 :
		ret == 0 && dict->lock != NULL;
}

static void
backscatter_dict_inc_file(struct backscatter_dict *dict, const char *key,
			  long long diff)
{
	const char *error;
	bool set = backscatter_dict_must_set(dict, key);

	if (!backscatter_dict_can_write(dict, &error))
		return;
	if (set) {
		backscatter_dict_write_value(dict, key,
					     t_strdup_printf("%lld", diff), 0);
	} else {
		backscatter_dict_write_inc(dict, key, diff, 0);
	}
	backscatter_dict_written(dict);
}

void backscatter_dict_inc(struct backscatter_dict *dict, const char *key,
			  long long diff, unsigned int expire_secs)
{
	const char *error;

	if (!backscatter_dict_can_write(dict, &error))
		return;
	if (dict->backend.is_file)
		backscatter_dict_inc_file(dict, key, diff);
	else
		backscatter_dict_write_inc(dict, key, diff, expire_secs);
}

/* In one transaction. What is missing is set in it, as there is a lock. */
static void
backscatter_dict_inc_numbers_file(struct backscatter_dict *dict,
				  const struct backscatter_dict_number *numbers,
				  unsigned int count)
{
	struct backscatter_dict_visit visit;
	struct backscatter_dict_write *write;
	struct dict_transaction_context *trans;
	bool *must_set = t_new(bool, count);
	const char *error;
	unsigned int i;

	for (i = 0; i < count; i++)
		must_set[i] = backscatter_dict_must_set(dict, numbers[i].key);
	if (!backscatter_dict_can_write(dict, &error))
		return;
	backscatter_dict_enter(dict, &visit);
	write = backscatter_dict_write_begin(dict, 0, &trans);
	for (i = 0; i < count; i++) {
		if (numbers[i].diff == 0)
			continue;
		if (must_set[i]) {
			dict_set(trans, numbers[i].key,
				 dec2str(numbers[i].diff));
		} else {
			dict_atomic_inc(trans, numbers[i].key,
					numbers[i].diff);
		}
	}
	dict_transaction_commit_async(&trans, backscatter_dict_write_callback,
				      write);
	backscatter_dict_leave(dict, &visit);
	backscatter_dict_written(dict);
}

void backscatter_dict_inc_numbers(struct backscatter_dict *dict,
				  const struct backscatter_dict_number *numbers,
				  unsigned int count, unsigned int expire_secs)
{
	unsigned int i;

	if (dict->backend.is_file && dict->lock != NULL) {
		backscatter_dict_inc_numbers_file(dict, numbers, count);
		return;
	}
	for (i = 0; i < count; i++) {
		if (numbers[i].diff != 0) {
			backscatter_dict_inc(dict, numbers[i].key,
					     numbers[i].diff, expire_secs);
		}
	}
}

static void backscatter_dict_batch_free(struct backscatter_dict_batch *batch)
{
	i_free(batch->keys);
	i_free(batch);
}

void backscatter_dict_batches_free(struct backscatter_dict *dict)
{
	struct backscatter_dict_batch *batch;

	array_foreach_elem(&dict->batches, batch)
		backscatter_dict_batch_free(batch);
	array_free(&dict->batches);
}

/* SQLite waits for a second for other writers and then gives up, with nothing
   written. */
static bool
backscatter_dict_is_locked(const struct dict_commit_result *result)
{
	return result->ret < 0 && result->error != NULL &&
		strstr(result->error, "database is locked") != NULL;
}

static void
backscatter_dict_batch_callback(const struct dict_commit_result *result,
				struct backscatter_dict_batch *batch)
{
	struct backscatter_dict *dict = batch->dict;

	i_assert(dict->pending > 0);
	dict->pending--;
	io_loop_stop(dict->ioloop);
	if (result->ret == DICT_COMMIT_RET_NOTFOUND && !batch->create)
		batch->create = TRUE;
	else if (!backscatter_dict_is_locked(result)) {
		if (result->ret < 0)
			backscatter_dict_fail_write(dict, result->error);
		backscatter_dict_batch_free(batch);
		return;
	}
	array_push_back(&dict->batches, &batch);
}

static void backscatter_dict_batch_begin(struct backscatter_dict_batch *batch)
{
	struct backscatter_dict *dict = batch->dict;
	struct dict_op_settings set =
		*mail_user_get_dict_op_settings(dict->user);
	struct dict_transaction_context *trans;
	struct backscatter_dict_visit visit;
	const char *const *keys;

	backscatter_dict_enter(dict, &visit);
	dict->pending++;
	backscatter_dict_backend_expire(&dict->backend, &set,
					batch->expire_secs);
	trans = dict_transaction_begin(dict->backend.dict, &set);
	for (keys = batch->keys; *keys != NULL; keys++) {
		if (batch->create)
			dict_set(trans, *keys, "1");
		else
			dict_atomic_inc(trans, *keys, 1);
	}
	dict_transaction_commit_async(&trans, backscatter_dict_batch_callback,
				      batch);
	backscatter_dict_leave(dict, &visit);
}

void backscatter_dict_inc_all(struct backscatter_dict *dict,
			      const char *const *keys,
			      unsigned int expire_secs)
{
	struct backscatter_dict_batch *batch;
	const char *error;

	/* It would be written anew for each bounce, with all that strangers
	   have called themselves in a year. */
	if (dict->backend.is_file)
		return;
	if (!backscatter_dict_can_write(dict, &error))
		return;
	batch = i_new(struct backscatter_dict_batch, 1);
	batch->dict = dict;
	batch->keys = p_strarray_dup(default_pool, keys);
	batch->expire_secs = expire_secs;
	backscatter_dict_batch_begin(batch);
}

void backscatter_dict_set(struct backscatter_dict *dict, const char *key,
			  const char *value, unsigned int expire_secs)
{
	const char *error;

	if (!backscatter_dict_can_write(dict, &error))
		return;
	backscatter_dict_write_value(dict, key, value, expire_secs);
	backscatter_dict_written(dict);
}

void backscatter_dict_unset(struct backscatter_dict *dict, const char *key)
{
	const char *error;

	if (!backscatter_dict_can_write(dict, &error))
		return;
	backscatter_dict_write_value(dict, key, NULL, 0);
	backscatter_dict_written(dict);
}

void backscatter_dict_unset_all(struct backscatter_dict *dict,
				const ARRAY_TYPE(const_string) *keys)
{
	struct backscatter_dict_visit visit;
	struct backscatter_dict_write *write;
	struct dict_transaction_context *trans;
	const char *key, *error;

	if (array_count(keys) == 0 ||
	    !backscatter_dict_can_write(dict, &error))
		return;
	backscatter_dict_enter(dict, &visit);
	write = backscatter_dict_write_begin(dict, 0, &trans);
	array_foreach_elem(keys, key)
		dict_unset(trans, key);
	dict_transaction_commit_async(&trans, backscatter_dict_write_callback,
				      write);
	backscatter_dict_leave(dict, &visit);
}

/*
 * Waiting
 */

static int
backscatter_dict_wait(struct backscatter_dict *dict, const char **error_r)
{
	struct backscatter_dict_visit visit;

	if (dict->pending > 0 && backscatter_dict_can_ask(dict, error_r)) {
		backscatter_dict_enter(dict, &visit);
		if (!backscatter_dict_run(dict, NULL, dict->msecs_left))
			dict->msecs_left = 0;
		backscatter_dict_leave(dict, &visit);
		(void)backscatter_dict_can_ask(dict, error_r);
	}
	return backscatter_dict_can_write(dict, error_r) ? 0 : -1;
}

/* File and SQL do not increment what is not there. Of several processes that
   find that out at once one may create it: the others increment. */
static int
backscatter_dict_create_missing(struct backscatter_dict *dict,
				const struct backscatter_dict_inc *inc,
				const char **error_r)
{
	unsigned int before = array_count(&dict->missing);

	backscatter_dict_write_inc(dict, inc->key, inc->diff, 0);
	if (backscatter_dict_wait(dict, error_r) < 0)
		return -1;
	if (array_count(&dict->missing) == before)
		return 0;
	array_pop_back(&dict->missing);
	backscatter_dict_write_value(dict, inc->key,
				     t_strdup_printf("%lld", inc->diff), 0);
	return backscatter_dict_wait(dict, error_r);
}

/* Within the deadline, again and again. */
static int
backscatter_dict_flush_batches(struct backscatter_dict *dict,
			       const char **error_r)
{
	struct backscatter_dict_batch *const *batches;
	unsigned int i, count;

	while ((count = array_count(&dict->batches)) > 0) {
		if (!backscatter_dict_can_write(dict, error_r))
			return -1;
		/* a copy: those that come back are put behind */
		batches = p_memdup(pool_datastack_create(),
				   array_front(&dict->batches),
				   sizeof(*batches) * count);
		array_clear(&dict->batches);
		for (i = 0; i < count; i++)
			backscatter_dict_batch_begin(batches[i]);
		if (backscatter_dict_wait(dict, error_r) < 0)
			return -1;
	}
	return 0;
}

static struct file_lock *backscatter_dict_file_lock(struct backscatter_dict *d)
{
	struct file_lock *lock = NULL;
	const char *error;

	if (d->lock != NULL || d->lock_failed)
		return NULL;
	if (mail_user_lock_file_create(d->user, BACKSCATTER_DICT_LOCK_FILE,
				       BACKSCATTER_DICT_LOCK_SECS, &lock,
				       &error) <= 0) {
		e_debug(d->event, "Going on without a lock: %s", error);
		d->lock_failed = TRUE;
		return NULL;
	}
	return lock;
}

int backscatter_dict_flush(struct backscatter_dict *dict,
			   const char **error_r)
{
	struct backscatter_dict_inc *incs;
	struct file_lock *lock;
	unsigned int i, count;
	int ret;

	ret = backscatter_dict_wait(dict, error_r);
	if (ret == 0)
		ret = backscatter_dict_flush_batches(dict, error_r);
	count = array_count(&dict->missing);
	if (count == 0 || ret < 0)
		return ret;

	/* a copy: more may be found missing meanwhile, and are taken out */
	incs = t_new(struct backscatter_dict_inc, count);
	memcpy(incs, array_front(&dict->missing), sizeof(*incs) * count);
	lock = backscatter_dict_file_lock(dict);
	for (i = 0; i < count && ret == 0; i++) {
		ret = backscatter_dict_create_missing(dict, &incs[i],
						      error_r);
	}
	file_lock_free(&lock);
	array_clear(&dict->missing);
	p_clear(dict->missing_pool);
	return ret;
}

void backscatter_dict_lock(struct backscatter_dict *dict)
{
	if (dict->locks++ == 0)
		dict->lock = backscatter_dict_file_lock(dict);
}

void backscatter_dict_unlock(struct backscatter_dict *dict)
{
	const char *error;

	if (dict->locks == 0)
		return;
	(void)backscatter_dict_flush(dict, &error);
	if (--dict->locks == 0)
		file_lock_free(&dict->lock);
}
