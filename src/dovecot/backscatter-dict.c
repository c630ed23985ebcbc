/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "ioloop-private.h"
#include "file-lock.h"
#include "mail-user.h"
#include "backscatter-breaker.h"
#include "backscatter-once.h"
#include "backscatter-private.h"
#include "backscatter-dict.h"
#include "backscatter-dict-key.h"
#include "backscatter-dict-private.h"

#include <sys/socket.h>
#include <time.h>

#define BACKSCATTER_DICT_EVENT_FAILED "backscatter_dict_failed"
#define BACKSCATTER_DICT_LOCK_FILE "backscatter.lock"
#define BACKSCATTER_DICT_LOCK_SECS 2
#define BACKSCATTER_DICT_WARNING_INTERVAL 60
/* Once a connection was shut down its operations fail at once. */
#define BACKSCATTER_DICT_ABORT_MSECS 100

/* A number that did not exist when it was to be incremented. */
struct backscatter_dict_inc {
	const char *key;
	long long diff;
};

/* Dicts answer on the ioloop that they were used in, and there is no way to
   take a question back. So each handle has an ioloop of its own, for the whole
   of its life, which runs only while we wait. */
struct backscatter_dict {
	struct mail_user *user;
	struct event *event;
	struct ioloop *ioloop;
	struct backscatter_dict_backend backend;
	char *name;

	/* of the deadline of this message, and what of it was spent and is less
	   than a millisecond */
	unsigned int msecs_left;
	unsigned int usecs_spent;
	/* questions that were not answered yet */
	unsigned int pending;
	pool_t missing_pool;
	ARRAY(struct backscatter_dict_inc) missing;
	/* to be begun once more */
	ARRAY(struct backscatter_dict_batch *) batches;
	/* why it is not used any more; NULL: it is */
	char *error;
	bool timed_out;
	/* there is a backscatter_dict_lock: the kernel's locks do not nest */
	bool locked;
	/* it could not be had: not tried again for this message */
	bool lock_failed;
	bool iterate_more;
};

struct backscatter_dict_lock {
	struct backscatter_dict *dict;
	struct file_lock *lock;
};

struct backscatter_dict_lookup {
	struct backscatter_dict *dict;
	int ret;
	/* or the error; the callback runs in a data stack frame of its own */
	char *value;
	bool finished;
	/* nobody waits any more */
	bool abandoned;
};

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

static struct backscatter_breaker backscatter_dict_breaker = {
	.interval = BACKSCATTER_DICT_RETRY_SECS
};
static struct backscatter_once backscatter_dict_warnings = {
	.interval = BACKSCATTER_DICT_WARNING_INTERVAL
};
static struct backscatter_once backscatter_dict_unmapped = {
	.interval = BACKSCATTER_DICT_WARNING_INTERVAL
};

/*
 * Failures
 */

/* once: of warnings; all are counted by their event. */
static void
backscatter_dict_log_failure(struct backscatter_dict *dict,
			     struct backscatter_once *once,
			     const char *error, const char *remark)
{
	struct event_passthrough *e = event_create_passthrough(dict->event)->
		set_name(BACKSCATTER_DICT_EVENT_FAILED)->
		add_str("error", error);

	if (backscatter_once(once, dict->name, time(NULL)))
		e_warning(e->event(), "%s (%s)", error, remark);
	else
		e_debug(e->event(), "%s", error);
}

/* SQL has a map for each kind of keys. One that is not there is a gap in the
   configuration: what needs it goes without, and the dict serves the rest. */
static bool backscatter_dict_is_unmapped(const char *error)
{
	return strstr(error, "unmapped key") != NULL;
}

static void
backscatter_dict_fail(struct backscatter_dict *dict, const char *error)
{
	if (dict->error != NULL)
		return;
	if (backscatter_dict_is_unmapped(error)) {
		backscatter_dict_log_failure(dict, &backscatter_dict_unmapped,
			error, "expected: a map for this kind of key, as in "
			"the example configuration");
		return;
	}
	dict->error = i_strdup(error);
	backscatter_breaker_trip(&backscatter_dict_breaker, dict->name,
				 time(NULL));
	backscatter_dict_log_failure(dict, &backscatter_dict_warnings, error,
		t_strdup_printf("it is left alone for %u seconds, and what "
				"needs it goes without",
				BACKSCATTER_DICT_RETRY_SECS));
}

static bool
backscatter_dict_can_ask(struct backscatter_dict *dict, const char **error_r)
{
	if (dict->error == NULL && dict->msecs_left == 0) {
		backscatter_dict_fail(dict, t_strdup_printf(
			"No answer within %u milliseconds",
			BACKSCATTER_DICT_DEADLINE_MSECS));
	}
	*error_r = t_strdup(dict->error);
	return dict->error == NULL;
}

/*
 * Our ioloop, and the time spent in it
 */

struct backscatter_dict_visit {
	struct ioloop *outer;
	struct timespec start;
};

static void
backscatter_dict_enter(struct backscatter_dict *dict,
		       struct backscatter_dict_visit *visit_r)
{
	visit_r->outer = current_ioloop;
	if (clock_gettime(CLOCK_MONOTONIC, &visit_r->start) < 0)
		i_fatal("clock_gettime() failed: %m");
	io_loop_set_current(dict->ioloop);
}

static void
backscatter_dict_leave(struct backscatter_dict *dict,
		       const struct backscatter_dict_visit *visit)
{
	struct timespec end;
	long long usecs;

	io_loop_set_current(visit->outer);
	if (clock_gettime(CLOCK_MONOTONIC, &end) < 0)
		i_fatal("clock_gettime() failed: %m");
	usecs = (end.tv_sec - visit->start.tv_sec) * 1000000LL +
		(end.tv_nsec - visit->start.tv_nsec) / 1000;
	/* many short visits take long, too; and whoever begins again and again
	   until the time is over has to come to its end */
	usecs = I_MAX(usecs, 1) + dict->usecs_spent;
	dict->msecs_left -= I_MIN(dict->msecs_left, usecs / 1000);
	dict->usecs_spent = usecs % 1000;
}

/* The ioloop must have none before it that dies earlier. */
static struct ioloop *backscatter_dict_ioloop_create(void)
{
	struct ioloop *outer = current_ioloop, *root, *ioloop;

	for (root = outer; root != NULL && root->prev != NULL; )
		root = root->prev;
	io_loop_set_current(root);
	ioloop = io_loop_create();
	io_loop_set_current(outer);
	return ioloop;
}

static void backscatter_dict_ioloop_destroy(struct ioloop **ioloop)
{
	struct ioloop *outer = current_ioloop;

	io_loop_set_current(*ioloop);
	io_loop_destroy(ioloop);
	io_loop_set_current(outer);
}

static void backscatter_dict_timeout(struct backscatter_dict *dict)
{
	dict->timed_out = TRUE;
	io_loop_stop(dict->ioloop);
}

/* Within enter and leave: run until it is finished, or the time is over.
   Returns FALSE for the latter. */
static bool
backscatter_dict_run(struct backscatter_dict *dict, const bool *finished,
		     unsigned int msecs)
{
	struct timeout *to;

	dict->timed_out = FALSE;
	to = timeout_add(I_MAX(msecs, 1), backscatter_dict_timeout, dict);
	while (!dict->timed_out &&
	       (finished != NULL ? !*finished : dict->pending > 0))
		io_loop_run(dict->ioloop);
	timeout_remove(&to);
	return !dict->timed_out;
}

/*
 * Opening and closing
 */

static struct backscatter_dict *
backscatter_dict_create(struct mail_user *user)
{
	struct backscatter_dict *dict;

	dict = i_new(struct backscatter_dict, 1);
	dict->user = user;
	dict->event = event_create(user->event);
	event_add_category(dict->event, &backscatter_event_category);
	event_set_append_log_prefix(dict->event,
				    "backscatter: backscatter_dict: ");
	dict->msecs_left = BACKSCATTER_DICT_DEADLINE_MSECS;
	dict->ioloop = backscatter_dict_ioloop_create();
	dict->missing_pool = pool_alloconly_create("backscatter dict", 256);
	i_array_init(&dict->missing, 4);
	i_array_init(&dict->batches, 4);
	return dict;
}

static void backscatter_dict_batch_free(struct backscatter_dict_batch *batch)
{
	i_free(batch->keys);
	i_free(batch);
}

static void backscatter_dict_free(struct backscatter_dict **_dict)
{
	struct backscatter_dict *dict = *_dict;
	struct backscatter_dict_batch *batch;
	struct backscatter_dict_visit visit;

	*_dict = NULL;
	array_foreach_elem(&dict->batches, batch)
		backscatter_dict_batch_free(batch);
	array_free(&dict->batches);
	if (dict->backend.dict != NULL) {
		backscatter_dict_enter(dict, &visit);
		backscatter_dict_backend_close(&dict->backend);
		backscatter_dict_leave(dict, &visit);
	}
	backscatter_dict_ioloop_destroy(&dict->ioloop);
	event_unref(&dict->event);
	array_free(&dict->missing);
	pool_unref(&dict->missing_pool);
	i_free(dict->name);
	i_free(dict->error);
	i_free(dict);
}

static int
backscatter_dict_open(struct backscatter_dict *dict, const char **error_r)
{
	struct backscatter_dict_visit visit;
	int ret;

	backscatter_dict_enter(dict, &visit);
	ret = backscatter_dict_backend_open(dict->user, dict->event,
					    BACKSCATTER_DICT_DEADLINE_MSECS,
					    &dict->backend, error_r);
	backscatter_dict_leave(dict, &visit);
	if (ret == 0)
		return 0;

	dict->name = i_strdup(dict->backend.name);
	if (backscatter_breaker_is_open(&backscatter_dict_breaker,
					dict->name, time(NULL))) {
		*error_r = "It has failed a short time ago";
		return -1;
	}
	if (ret < 0)
		backscatter_dict_fail(dict, *error_r);
	return ret;
}

/* Hang up as the server would: the dict then fails all that it still waits
   for. */
static void backscatter_dict_abort(struct backscatter_dict *dict)
{
	struct backscatter_dict_visit visit;
	struct io_file *io;

	for (io = dict->ioloop->io_files; io != NULL; io = io->next) {
		if (io->fd >= 0)
			(void)shutdown(io->fd, SHUT_RDWR);
	}
	backscatter_dict_enter(dict, &visit);
	(void)backscatter_dict_run(dict, NULL, BACKSCATTER_DICT_ABORT_MSECS);
	backscatter_dict_leave(dict, &visit);
}

void backscatter_dict_close(struct backscatter_dict **_dict)
{
	struct backscatter_dict *dict = *_dict;
	const char *error;

	if (dict == NULL)
		return;
	*_dict = NULL;
	(void)backscatter_dict_flush(dict, &error);
	if (dict->pending > 0)
		backscatter_dict_abort(dict);
	if (dict->pending == 0) {
		backscatter_dict_free(&dict);
		return;
	}
	/* It cannot be freed while it waits. Nothing will run its ioloop. */
	e_error(dict->event, "A connection that does not answer "
		"cannot be closed");
}

bool backscatter_dict_is_set(struct mail_user *user)
{
	return backscatter_dict_backend_is_set(user);
}

int backscatter_dict_get(struct mail_user *user,
			 struct backscatter_dict **dict_r,
			 const char **error_r)
{
	struct backscatter_dict *dict, **user_dict;
	bool will_deinit;
	int ret;

	user_dict = backscatter_user_get_dict(user, &will_deinit);
	if (*user_dict == NULL) {
		dict = backscatter_dict_create(user);
		ret = backscatter_dict_open(dict, error_r);
		if (ret <= 0) {
			backscatter_dict_free(&dict);
			return ret;
		}
		*user_dict = dict;
	}
	*dict_r = *user_dict;
	return backscatter_dict_can_ask(*dict_r, error_r) ? 1 : -1;
}

void backscatter_dict_start_message(struct mail_user *user)
{
	struct backscatter_dict **user_dict;
	bool will_deinit;

	user_dict = backscatter_user_get_dict(user, &will_deinit);
	if (*user_dict == NULL)
		return;
	if ((*user_dict)->error != NULL) {
		/* look whether it is back */
		backscatter_dict_close(user_dict);
		return;
	}
	(*user_dict)->msecs_left = BACKSCATTER_DICT_DEADLINE_MSECS;
	(*user_dict)->lock_failed = FALSE;
}

void backscatter_dict_release(struct mail_user *user)
{
	struct backscatter_dict **user_dict;
	bool will_deinit;

	user_dict = backscatter_user_get_dict(user, &will_deinit);
	if (!will_deinit)
		backscatter_dict_close(user_dict);
}

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
	lookup->ret = result->ret;
	if (result->ret != 0) {
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
		backscatter_dict_fail(dict, lookup->value);
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
	struct backscatter_dict_visit visit;
	struct backscatter_dict_lookup *lookup;

	*value_r = NULL;
	if (backscatter_dict_flush(dict, error_r) < 0 ||
	    !backscatter_dict_can_ask(dict, error_r))
		return -1;

	lookup = i_new(struct backscatter_dict_lookup, 1);
	lookup->dict = dict;
	dict->pending++;
	backscatter_dict_enter(dict, &visit);
	dict_lookup_async(dict->backend.dict,
			  mail_user_get_dict_op_settings(dict->user), key,
			  backscatter_dict_lookup_callback, lookup);
	(void)backscatter_dict_run(dict, &lookup->finished, dict->msecs_left);
	backscatter_dict_leave(dict, &visit);
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
		backscatter_dict_fail(dict, result->error);
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
   the file is the user's: he can write into it whatever he likes. */
static bool
backscatter_dict_can_inc(struct backscatter_dict *dict, const char *key)
{
	const char *value, *error;
	long long number;

	return !dict->backend.is_file ||
		backscatter_dict_lookup(dict, pool_datastack_create(), key,
					&value, &error) <= 0 ||
		str_to_llong(value, &number) == 0;
}

void backscatter_dict_inc(struct backscatter_dict *dict, const char *key,
			  long long diff, unsigned int expire_secs)
{
	const char *error;

	if (!backscatter_dict_can_ask(dict, &error))
		return;
	if (!backscatter_dict_can_inc(dict, key))
		backscatter_dict_write_value(dict, key, NULL, 0);
	if (!backscatter_dict_can_ask(dict, &error))
		return;
	backscatter_dict_write_inc(dict, key, diff, expire_secs);
	backscatter_dict_written(dict);
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
			backscatter_dict_fail(dict, result->error);
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

	if (!backscatter_dict_can_ask(dict, &error))
		return;
	/* A file increments those that are there, and does not say which. */
	if (dict->backend.is_file) {
		for (; *keys != NULL; keys++)
			backscatter_dict_inc(dict, *keys, 1, expire_secs);
		return;
	}
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

	if (!backscatter_dict_can_ask(dict, &error))
		return;
	backscatter_dict_write_value(dict, key, value, expire_secs);
	backscatter_dict_written(dict);
}

void backscatter_dict_unset(struct backscatter_dict *dict, const char *key)
{
	const char *error;

	if (!backscatter_dict_can_ask(dict, &error))
		return;
	backscatter_dict_write_value(dict, key, NULL, 0);
	backscatter_dict_written(dict);
}

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
	*error_r = t_strdup(dict->error);
	return dict->error == NULL ? 0 : -1;
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
		if (!backscatter_dict_can_ask(dict, error_r))
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

	if (d->locked || d->lock_failed)
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

struct backscatter_dict_lock *
backscatter_dict_lock(struct backscatter_dict *dict)
{
	struct backscatter_dict_lock *lock;

	lock = i_new(struct backscatter_dict_lock, 1);
	lock->dict = dict;
	lock->lock = backscatter_dict_file_lock(dict);
	dict->locked = TRUE;
	return lock;
}

void backscatter_dict_unlock(struct backscatter_dict_lock **_lock)
{
	struct backscatter_dict_lock *lock = *_lock;
	const char *error;

	*_lock = NULL;
	(void)backscatter_dict_flush(lock->dict, &error);
	lock->dict->locked = FALSE;
	file_lock_free(&lock->lock);
	i_free(lock);
}

/*
 * Iteration
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
	struct backscatter_dict_visit visit;
	struct dict_iterate_context *iter;
	bool finished;
	int ret;

	if (backscatter_dict_flush(dict, error_r) < 0 ||
	    !backscatter_dict_can_ask(dict, error_r))
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

/* In one transaction: the file is written once. */
static void
backscatter_dict_unset_all(struct backscatter_dict *dict,
			   const ARRAY_TYPE(const_string) *keys)
{
	struct backscatter_dict_visit visit;
	struct backscatter_dict_write *write;
	struct dict_transaction_context *trans;
	const char *key, *error;

	if (array_count(keys) == 0 || !backscatter_dict_can_ask(dict, &error))
		return;
	backscatter_dict_enter(dict, &visit);
	write = backscatter_dict_write_begin(dict, 0, &trans);
	array_foreach_elem(keys, key)
		dict_unset(trans, key);
	dict_transaction_commit_async(&trans, backscatter_dict_write_callback,
				      write);
	backscatter_dict_leave(dict, &visit);
}

void backscatter_dict_tidy(struct backscatter_dict *dict, const char *prefix,
			   time_t now)
{
	struct backscatter_dict_tidy tidy;
	const char *error;

	if (!dict->backend.is_file)
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
