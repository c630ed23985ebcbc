/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "ioloop-private.h"
#include "module-context.h"
#include "mail-user.h"
#include "backscatter-event.h"
#include "backscatter-throttle.h"
#include "backscatter-dict.h"
#include "backscatter-dict-handle.h"

#include <sys/socket.h>
#include <time.h>

#define BACKSCATTER_DICT_EVENT_FAILED "backscatter_dict_failed"
#define BACKSCATTER_DICT_WARNING_INTERVAL 60
/* Once a connection was shut down its operations fail at once, or when it was
   shut down again: newer dict clients connect anew, once, and ask again. */
#define BACKSCATTER_DICT_ABORT_MSECS 25
#define BACKSCATTER_DICT_ABORT_TIMES 4

#define BACKSCATTER_DICT_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, backscatter_dict_user_module)

struct backscatter_dict_user {
	union mail_user_module_context module_ctx;

	/* NULL: it is not open. */
	struct backscatter_dict *dict;
	/* It is not closed before the user is freed. */
	bool keep;
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

static MODULE_CONTEXT_DEFINE_INIT(backscatter_dict_user_module,
				  &mail_user_module_register);
/* A dict is held in it while it is left alone. */
static struct backscatter_throttle backscatter_dict_failures = {
	.interval = BACKSCATTER_DICT_RETRY_SECS,
	.forget = TRUE
};
/* One that cannot be written to may well be read. */
static struct backscatter_throttle backscatter_dict_write_failures = {
	.interval = BACKSCATTER_DICT_RETRY_SECS,
	.forget = TRUE
};
static struct backscatter_throttle backscatter_dict_warnings = {
	.interval = BACKSCATTER_DICT_WARNING_INTERVAL
};
static struct backscatter_throttle backscatter_dict_unmapped = {
	.interval = BACKSCATTER_DICT_WARNING_INTERVAL
};

/*
 * Failures
 */

/* Warned of now and then; all are counted by their event. */
static void
backscatter_dict_log_failure(struct backscatter_dict *dict,
			     struct backscatter_throttle *warnings,
			     const char *error, const char *remark)
{
	struct event_passthrough *e = event_create_passthrough(dict->event)->
		set_name(BACKSCATTER_DICT_EVENT_FAILED)->
		add_str("error", error);

	if (backscatter_throttle_once(warnings, dict->name, time(NULL)))
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

/* what: is done without for a while. */
static void
backscatter_dict_failed(struct backscatter_dict *dict, char **failed,
			struct backscatter_throttle *failures,
			const char *error, const char *what)
{
	if (*failed != NULL)
		return;
	if (backscatter_dict_is_unmapped(error)) {
		backscatter_dict_log_failure(dict, &backscatter_dict_unmapped,
			error, "expected: a map for this kind of key, as in "
			"the example configuration");
		return;
	}
	*failed = i_strdup(error);
	(void)backscatter_throttle_hold(failures, dict->name, time(NULL));
	backscatter_dict_log_failure(dict, &backscatter_dict_warnings, error,
		t_strdup_printf("%s for %u seconds, and what needs it goes "
				"without", what, BACKSCATTER_DICT_RETRY_SECS));
}

void backscatter_dict_fail(struct backscatter_dict *dict, const char *error)
{
	backscatter_dict_failed(dict, &dict->error, &backscatter_dict_failures,
				error, "it is left alone");
}

void backscatter_dict_fail_write(struct backscatter_dict *dict,
				 const char *error)
{
	backscatter_dict_failed(dict, &dict->write_error,
				&backscatter_dict_write_failures, error,
				"nothing is written to it");
}

bool backscatter_dict_can_ask(struct backscatter_dict *dict,
			      const char **error_r)
{
	if (dict->error == NULL && dict->msecs_left == 0) {
		backscatter_dict_fail(dict, t_strdup_printf(
			"No answer within %u milliseconds",
			BACKSCATTER_DICT_DEADLINE_MSECS));
	}
	*error_r = t_strdup(dict->error);
	return dict->error == NULL;
}

bool backscatter_dict_can_write(struct backscatter_dict *dict,
				const char **error_r)
{
	if (!backscatter_dict_can_ask(dict, error_r))
		return FALSE;
	*error_r = t_strdup(dict->write_error);
	return dict->write_error == NULL;
}

/*
 * Our ioloop, and the time spent in it
 */

void backscatter_dict_enter(struct backscatter_dict *dict,
			    struct backscatter_dict_visit *visit_r)
{
	visit_r->outer = current_ioloop;
	if (clock_gettime(CLOCK_MONOTONIC, &visit_r->start) < 0)
		i_fatal("clock_gettime() failed: %m");
	io_loop_set_current(dict->ioloop);
}

void backscatter_dict_leave(struct backscatter_dict *dict,
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

bool backscatter_dict_run(struct backscatter_dict *dict, const bool *finished,
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

static void backscatter_dict_free(struct backscatter_dict **_dict)
{
	struct backscatter_dict *dict = *_dict;
	struct backscatter_dict_visit visit;

	*_dict = NULL;
	backscatter_dict_batches_free(dict);
	if (dict->backend.dict != NULL) {
		backscatter_dict_enter(dict, &visit);
		backscatter_dict_backend_close(&dict->backend);
		backscatter_dict_leave(dict, &visit);
	}
	backscatter_dict_ioloop_destroy(&dict->ioloop);
	file_lock_free(&dict->lock);
	event_unref(&dict->event);
	array_free(&dict->missing);
	pool_unref(&dict->missing_pool);
	i_free(dict->name);
	i_free(dict->error);
	i_free(dict->write_error);
	i_free(dict);
}

static int
backscatter_dict_open_backend(struct backscatter_dict *dict,
			      const char **error_r)
{
	struct backscatter_dict_visit visit;
	struct event *event;
	int ret;

	/* A client that connects anew warns of it: we do, if that fails. */
	event = event_create(dict->event);
	event_set_min_log_level(event, LOG_TYPE_ERROR);
	backscatter_dict_enter(dict, &visit);
	ret = backscatter_dict_backend_open(dict->user, event,
					    BACKSCATTER_DICT_DEADLINE_MSECS,
					    &dict->backend, error_r);
	backscatter_dict_leave(dict, &visit);
	event_unref(&event);
	return ret;
}

static int
backscatter_dict_open(struct backscatter_dict *dict, const char **error_r)
{
	int ret;

	ret = backscatter_dict_open_backend(dict, error_r);
	if (ret == 0)
		return 0;

	dict->name = i_strdup(dict->backend.name);
	if (backscatter_throttle_is_held(&backscatter_dict_failures,
					 dict->name, time(NULL))) {
		*error_r = "It has failed a short time ago";
		return -1;
	}
	if (backscatter_throttle_is_held(&backscatter_dict_write_failures,
					 dict->name, time(NULL))) {
		dict->write_error = i_strdup("Writing to it has failed a short "
					     "time ago");
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
	unsigned int i;

	backscatter_dict_enter(dict, &visit);
	for (i = 0; i < BACKSCATTER_DICT_ABORT_TIMES; i++) {
		for (io = dict->ioloop->io_files; io != NULL; io = io->next) {
			if (io->fd >= 0)
				(void)shutdown(io->fd, SHUT_RDWR);
		}
		if (backscatter_dict_run(dict, NULL,
					 BACKSCATTER_DICT_ABORT_MSECS))
			break;
	}
	backscatter_dict_leave(dict, &visit);
}

/* Wait for writes, and close it if it is open. */
static void backscatter_dict_close(struct backscatter_dict_user *duser)
{
	struct backscatter_dict *dict = duser->dict;
	const char *error;

	if (dict == NULL)
		return;
	duser->dict = NULL;
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

static void backscatter_dict_user_deinit(struct mail_user *user)
{
	struct backscatter_dict_user *duser =
		BACKSCATTER_DICT_USER_CONTEXT(user);

	backscatter_dict_close(duser);
	duser->module_ctx.super.deinit(user);
}

static struct backscatter_dict_user *
backscatter_dict_user_get(struct mail_user *user)
{
	struct backscatter_dict_user *duser =
		BACKSCATTER_DICT_USER_CONTEXT(user);
	struct mail_user_vfuncs *v;

	if (duser != NULL)
		return duser;
	duser = p_new(user->pool, struct backscatter_dict_user, 1);
	/* vlast is there only while the hooks of a new user are called;
	   afterwards we are the first of them */
	v = user->vlast != NULL ? user->vlast : &user->v;
	duser->module_ctx.super = *v;
	v->deinit = backscatter_dict_user_deinit;
	if (user->vlast != NULL)
		user->vlast = &duser->module_ctx.super;
	MODULE_CONTEXT_SET(user, backscatter_dict_user_module, duser);
	return duser;
}

void backscatter_dict_keep(struct mail_user *user)
{
	backscatter_dict_user_get(user)->keep = TRUE;
}

bool backscatter_dict_is_set(struct mail_user *user)
{
	return backscatter_dict_backend_is_set(user);
}

int backscatter_dict_get(struct mail_user *user,
			 struct backscatter_dict **dict_r,
			 const char **error_r)
{
	struct backscatter_dict_user *duser = backscatter_dict_user_get(user);
	struct backscatter_dict *dict;
	int ret;

	*dict_r = NULL;
	if (duser->dict == NULL) {
		dict = backscatter_dict_create(user);
		ret = backscatter_dict_open(dict, error_r);
		if (ret <= 0) {
			backscatter_dict_free(&dict);
			return ret;
		}
		duser->dict = dict;
	}
	*dict_r = duser->dict;
	return backscatter_dict_can_ask(*dict_r, error_r) ? 1 : -1;
}

void backscatter_dict_start_message(struct mail_user *user)
{
	struct backscatter_dict_user *duser = backscatter_dict_user_get(user);
	struct backscatter_dict *dict = duser->dict;

	if (dict == NULL)
		return;
	if (dict->error != NULL) {
		/* look whether it is back */
		backscatter_dict_close(duser);
		return;
	}
	if (!backscatter_throttle_is_held(&backscatter_dict_write_failures,
					  dict->name, time(NULL)))
		i_free(dict->write_error);
	dict->msecs_left = BACKSCATTER_DICT_DEADLINE_MSECS;
	dict->lock_failed = FALSE;
}

void backscatter_dict_release(struct mail_user *user)
{
	struct backscatter_dict_user *duser = backscatter_dict_user_get(user);

	if (!duser->keep)
		backscatter_dict_close(duser);
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
	/* what could not be written was told then */
	(void)backscatter_dict_flush(dict, error_r);
	if (!backscatter_dict_can_ask(dict, error_r))
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
