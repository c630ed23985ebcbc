/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* What is read from backscatter_dict, and written to it. */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "file-lock.h"
#include "mail-user.h"
#include "dict/dict-handle.h"
#include "dict/dict-key.h"

#define BACKSCATTER_DICT_LOCK_FILE "backscatter.lock"
#define BACKSCATTER_DICT_LOCK_SECS 2

struct backscatter_dict_lookup {
	struct backscatter_dict *dict;
	int ret;
	/* or the error; the callback runs in a data stack frame of its own */
	char *value;
	bool finished;
	/* nobody waits any more */
	bool abandoned;
};

/* What becomes of a number that is to be incremented and is not there. */
enum dict_write_step {
	/* All is done once more, with the user's lock: another process may have
	   created it meanwhile. */
	DICT_WRITE_ONCE_MORE = 0,
	/* All is done once more, and numbers are set. */
	DICT_WRITE_CREATE_NEXT,
	/* Numbers are set. */
	DICT_WRITE_CREATE,
	/* It is not incremented. */
	DICT_WRITE_ONLY
};

struct dict_op {
	const char *key;
	/* NULL: the key is incremented, or unset */
	const char *value;
	bool inc;
	long long diff;
};

/* A transaction, and all that is needed to do it again. */
struct backscatter_dict_write {
	struct backscatter_dict *dict;
	pool_t pool;
	ARRAY(struct dict_op) ops;
	unsigned int expire_secs;
	enum dict_write_step step;
	/* Numbers for which a set adds to what is there: they need no lock, and
	   are written as soon as nobody else writes. */
	bool adds;
};

/*
 * Lookups
 */

static void
backscatter_dict_lookup_callback(const struct dict_lookup_result *result,
				 struct backscatter_dict_lookup *lookup)
{
	struct backscatter_dict *dict = lookup->dict;

	i_assert(dict->pending > 0);
	dict->pending--;
	io_loop_stop(dict->ioloop);
	if (lookup->abandoned) {
		i_free(lookup);
		return;
	}
	lookup->finished = TRUE;
	/* the dict service may say that there is one, and give none */
	lookup->ret = result->ret > 0 && result->value == NULL ? 0 :
		result->ret;
	if (lookup->ret != 0) {
		lookup->value = i_strdup(result->ret < 0 ? result->error :
					 result->value);
	}
}

static int
backscatter_dict_lookup_finish(struct backscatter_dict_lookup **_lookup,
			       pool_t pool, const char **value_r,
			       const char **error_r)
{
	struct backscatter_dict_lookup *lookup = *_lookup;
	struct backscatter_dict *dict = lookup->dict;
	int ret = lookup->ret;

	*_lookup = NULL;
	if (!lookup->finished) {
		/* the callback frees it */
		lookup->abandoned = TRUE;
		dict->msecs_left = 0;
		(void)backscatter_dict_can_ask(dict, error_r);
		return -1;
	}
	if (ret < 0) {
		backscatter_dict_fail(dict, FALSE, lookup->value);
		*error_r = t_strdup(lookup->value);
	} else if (ret > 0) {
		*value_r = p_strdup(pool, lookup->value);
	}
	i_free(lookup->value);
	i_free(lookup);
	return ret;
}

int backscatter_dict_lookup(struct backscatter_dict *dict, pool_t pool,
			    const char *key, const char **value_r,
			    const char **error_r)
{
	struct backscatter_dict_lookup *lookup;

	*value_r = NULL;
	/* what could not be written was told then */
	(void)backscatter_dict_flush(dict, error_r);
	if (!backscatter_dict_can_ask(dict, error_r))
		return -1;

	lookup = i_new(struct backscatter_dict_lookup, 1);
	lookup->dict = dict;
	dict->pending++;
	backscatter_dict_enter(dict);
	dict_lookup_async(dict->backend.dict,
			  mail_user_get_dict_op_settings(dict->user), key,
			  backscatter_dict_lookup_callback, lookup);
	(void)backscatter_dict_run(dict, &lookup->finished, dict->msecs_left);
	backscatter_dict_leave(dict);
	return backscatter_dict_lookup_finish(&lookup, pool, value_r, error_r);
}

int backscatter_dict_lookup_number(struct backscatter_dict *dict,
				   const char *key, uint64_t *value_r,
				   const char **error_r)
{
	const char *value;

	*value_r = 0;
	if (backscatter_dict_lookup(dict, pool_datastack_create(), key,
				    &value, error_r) < 0)
		return -1;
	if (value != NULL && str_to_uint64(value, value_r) < 0)
		*value_r = 0;
	return 0;
}

/*
 * Writes
 */

static struct backscatter_dict_write *
write_new(struct backscatter_dict *dict, enum dict_write_step step,
	  unsigned int expire_secs)
{
	pool_t pool = pool_alloconly_create("backscatter dict write", 512);
	struct backscatter_dict_write *write =
		p_new(pool, struct backscatter_dict_write, 1);

	write->dict = dict;
	write->pool = pool;
	write->expire_secs = expire_secs;
	write->step = step;
	p_array_init(&write->ops, pool, 4);
	return write;
}

static struct dict_op *
write_add(struct backscatter_dict_write *write, const char *key)
{
	struct dict_op *op = array_append_space(&write->ops);

	op->key = p_strdup(write->pool, key);
	return op;
}

/* SQLite waits for a second for other writers and then gives up, with nothing
   written. */
static bool write_is_locked(const struct dict_commit_result *result)
{
	return result->ret < 0 && result->error != NULL &&
		strstr(result->error, "database is locked") != NULL;
}

/* Dovecot's Redis client gives the error of a connection that was lost after it
   has freed it. */
static const char *write_error(const struct backscatter_dict *dict,
			       const struct dict_commit_result *result)
{
	return dict->backend.is_redis ?
		"Redis has hung up, or refused a write" : result->error;
}

static void write_callback(const struct dict_commit_result *result,
			   struct backscatter_dict_write *write)
{
	struct backscatter_dict *dict = write->dict;

	i_assert(dict->pending > 0);
	dict->pending--;
	io_loop_stop(dict->ioloop);
	if (result->ret == DICT_COMMIT_RET_NOTFOUND &&
	    write->step < DICT_WRITE_CREATE)
		write->step++;
	else if (!write->adds || !write_is_locked(result)) {
		if (result->ret < 0)
			backscatter_dict_fail(dict, TRUE,
					      write_error(dict, result));
		pool_unref(&write->pool);
		return;
	}
	/* before the others: those may increment what this one creates */
	array_push_front(&dict->retries, &write);
}

static void write_begin(struct backscatter_dict_write *write)
{
	struct backscatter_dict *dict = write->dict;
	struct dict_op_settings set =
		*mail_user_get_dict_op_settings(dict->user);
	struct dict_transaction_context *trans;
	const struct dict_op *op;

	backscatter_dict_enter(dict);
	dict->pending++;
	backscatter_dict_backend_expire(&dict->backend, &set,
					write->expire_secs);
	trans = dict_transaction_begin(dict->backend.dict, &set);
	array_foreach(&write->ops, op) {
		if (op->inc && write->step != DICT_WRITE_CREATE)
			dict_atomic_inc(trans, op->key, op->diff);
		else if (op->inc)
			dict_set(trans, op->key,
				 t_strdup_printf("%lld", op->diff));
		else if (op->value != NULL)
			dict_set(trans, op->key, op->value);
		else
			dict_unset(trans, op->key);
	}
	dict_transaction_commit_async(&trans, write_callback, write);
	backscatter_dict_leave(dict);
}

/* A file is written at once, and waited for: a process may be root again when
   the user is freed, and then the file would be root's. */
static void write_commit(struct backscatter_dict_write *write)
{
	struct backscatter_dict *dict = write->dict;
	const char *error;

	if (array_is_empty(&write->ops) ||
	    !backscatter_dict_can_write(dict, &error)) {
		pool_unref(&write->pool);
		return;
	}
	write_begin(write);
	if (dict->backend.is_file)
		(void)backscatter_dict_flush(dict, &error);
}

/* Dovecot's file driver panics where it is to increment what is no number, and
   the file is the user's: he can write into it whatever he likes. And each
   attempt to increment what is not there writes all of the file: where nobody
   else can create it meanwhile, it is set at once. */
static bool write_must_set(struct backscatter_dict *dict, const char *key)
{
	const char *value, *error;
	long long number;
	int ret;

	if (!dict->backend.is_file)
		return FALSE;
	ret = backscatter_dict_lookup(dict, pool_datastack_create(), key,
				      &value, &error);
	return ret > 0 ? str_to_llong(value, &number) < 0 :
		ret == 0 && dict->lock != NULL;
}

static void write_add_number(struct backscatter_dict_write *write,
			     const char *key, long long diff)
{
	bool set = write_must_set(write->dict, key);
	struct dict_op *op = write_add(write, key);

	op->inc = !set;
	op->diff = diff;
	if (set)
		op->value = p_strdup_printf(write->pool, "%lld", diff);
}

void backscatter_dict_inc(struct backscatter_dict *dict, const char *key,
			  long long diff, unsigned int expire_secs)
{
	struct backscatter_dict_write *write =
		write_new(dict, DICT_WRITE_ONCE_MORE, expire_secs);

	write_add_number(write, key, diff);
	write_commit(write);
}

void backscatter_dict_inc_numbers(struct backscatter_dict *dict,
				  const struct backscatter_dict_number *numbers,
				  unsigned int count, unsigned int expire_secs)
{
	/* all that is missing is set in it, as there is a lock */
	bool together = dict->backend.is_file && dict->lock != NULL;
	struct backscatter_dict_write *write =
		write_new(dict, DICT_WRITE_ONLY, expire_secs);
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (numbers[i].diff == 0)
			continue;
		if (together) {
			write_add_number(write, numbers[i].key,
					 numbers[i].diff);
		} else {
			backscatter_dict_inc(dict, numbers[i].key,
					     numbers[i].diff, expire_secs);
		}
	}
	write_commit(write);
}

void backscatter_dict_inc_all(struct backscatter_dict *dict,
			      const char *const *keys,
			      unsigned int expire_secs)
{
	struct backscatter_dict_write *write;

	/* It would be written anew for each bounce, with all that strangers
	   have called themselves in a year. */
	if (dict->backend.is_file)
		return;
	write = write_new(dict, DICT_WRITE_CREATE_NEXT, expire_secs);
	write->adds = TRUE;
	for (; *keys != NULL; keys++)
		write_add_number(write, *keys, 1);
	write_commit(write);
}

void backscatter_dict_set(struct backscatter_dict *dict, const char *key,
			  const char *value, unsigned int expire_secs)
{
	struct backscatter_dict_write *write =
		write_new(dict, DICT_WRITE_ONLY, expire_secs);

	write_add(write, key)->value = p_strdup(write->pool, value);
	write_commit(write);
}

void backscatter_dict_unset(struct backscatter_dict *dict, const char *key)
{
	backscatter_dict_set(dict, key, NULL, 0);
}

/*
 * Waiting for writes
 */

static int
backscatter_dict_wait(struct backscatter_dict *dict, const char **error_r)
{
	if (dict->pending > 0 && backscatter_dict_can_ask(dict, error_r)) {
		backscatter_dict_enter(dict);
		if (!backscatter_dict_run(dict, NULL, dict->msecs_left))
			dict->msecs_left = 0;
		backscatter_dict_leave(dict);
		(void)backscatter_dict_can_ask(dict, error_r);
	}
	return backscatter_dict_can_write(dict, error_r) ? 0 : -1;
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

/* File and SQL do not increment what is not there. Of several processes that
   find that out at once one may create it: the others increment. */
int backscatter_dict_flush(struct backscatter_dict *dict,
			   const char **error_r)
{
	struct backscatter_dict_write *write;
	struct file_lock *lock = NULL;
	int ret = backscatter_dict_wait(dict, error_r);

	/* one by one, and again and again, within the deadline */
	while (ret == 0 && !array_is_empty(&dict->retries)) {
		write = array_idx_elem(&dict->retries, 0);
		array_pop_front(&dict->retries);
		if (!write->adds && lock == NULL)
			lock = backscatter_dict_file_lock(dict);
		write_begin(write);
		ret = backscatter_dict_wait(dict, error_r);
	}
	file_lock_free(&lock);
	return ret;
}

void backscatter_dict_drop_retries(struct backscatter_dict *dict)
{
	struct backscatter_dict_write *write;

	array_foreach_elem(&dict->retries, write)
		pool_unref(&write->pool);
	array_clear(&dict->retries);
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

/*
 * All keys below a path
 */

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
	struct dict_iterate_context *iter;
	bool finished;
	int ret;

	(void)backscatter_dict_flush(dict, error_r);
	if (!backscatter_dict_can_ask(dict, error_r))
		return -1;
	backscatter_dict_enter(dict);
	iter = dict_iterate_init(dict->backend.dict,
				 mail_user_get_dict_op_settings(dict->user),
				 path, DICT_ITERATE_FLAG_RECURSE |
				 DICT_ITERATE_FLAG_ASYNC);
	dict_iterate_set_async_callback(iter, backscatter_dict_iterate_callback,
					dict);
	finished = backscatter_dict_iterate_all(dict, iter, callback, context);
	ret = dict_iterate_deinit(&iter, error_r);
	backscatter_dict_leave(dict);
	if (!finished) {
		dict->msecs_left = 0;
		(void)backscatter_dict_can_ask(dict, error_r);
		return -1;
	}
	return ret;
}

struct dict_tidy {
	struct backscatter_dict_write *write;
	const char *prefix;
	time_t now;
};

static void
backscatter_dict_tidy_callback(const char *key, const char *value ATTR_UNUSED,
			       void *context)
{
	struct dict_tidy *tidy = context;

	if (backscatter_key_is_expired(key, tidy->prefix, tidy->now))
		(void)write_add(tidy->write, key);
}

void backscatter_dict_tidy(struct backscatter_dict *dict, const char *prefix,
			   const char *since, time_t now)
{
	struct dict_tidy tidy = { .prefix = prefix, .now = now };
	const char *value, *error;

	if (!dict->backend.is_file ||
	    backscatter_dict_lookup(dict, pool_datastack_create(), since,
				    &value, &error) != 0)
		return;
	tidy.write = write_new(dict, DICT_WRITE_ONLY, 0);
	if (backscatter_dict_iterate(dict, prefix,
				     backscatter_dict_tidy_callback, &tidy,
				     &error) < 0)
		array_clear(&tidy.write->ops);
	write_commit(tidy.write);
}
