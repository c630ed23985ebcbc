/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The handle of a user's backscatter_dict. It is opened and closed here, left
   alone for a while after it has failed, and waited for within a deadline. */

#include "lib.h"
#include "ioloop-private.h"
#include "mail-user.h"
#include "base/event.h"
#include "base/throttle.h"
#include "dict/dict-handle.h"
#include "dovecot-backscatter.h"

#include <sys/socket.h>
#include <time.h>

#define BACKSCATTER_DICT_EVENT_FAILED "backscatter_dict_failed"
#define BACKSCATTER_DICT_WARNING_INTERVAL 60
/* The Redis client puts the last answer, a whole record, into its errors, and
   PostgreSQL the statement, on lines of their own. */
#define BACKSCATTER_DICT_MAX_ERROR 200
/* After a connection was shut down, its operations fail at once. Newer dict
   clients first reconnect once and ask again, and the new connection has to be
   shut down as well. */
#define BACKSCATTER_DICT_ABORT_MSECS 25
#define BACKSCATTER_DICT_ABORT_TIMES 4

/* The dicts that have failed and are left alone for now: slow ones, and those
   that failed at once, which it costs little to try again. The second of each
   are those that cannot be written to; they may still be read. */
static struct backscatter_throttle backscatter_dict_slow[2] = {
	{ .interval = BACKSCATTER_DICT_RETRY_SECS, .forget = TRUE },
	{ .interval = BACKSCATTER_DICT_RETRY_SECS, .forget = TRUE }
};
static struct backscatter_throttle backscatter_dict_quick[2] = {
	{ .interval = BACKSCATTER_DICT_RETRY_QUICK_SECS, .forget = TRUE },
	{ .interval = BACKSCATTER_DICT_RETRY_QUICK_SECS, .forget = TRUE }
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

/* Leave the dict alone. Returns for how many seconds. */
static unsigned int
backscatter_dict_hold(struct backscatter_dict *dict, bool write)
{
	unsigned int msecs = BACKSCATTER_DICT_DEADLINE_MSECS - dict->msecs_left;
	struct backscatter_throttle *throttle =
		msecs < BACKSCATTER_DICT_QUICK_MSECS ?
		&backscatter_dict_quick[write] : &backscatter_dict_slow[write];

	(void)backscatter_throttle_hold(throttle, dict->name, time(NULL));
	return throttle->interval;
}

static bool
backscatter_dict_is_held(const struct backscatter_dict *dict, bool write)
{
	time_t now = time(NULL);

	return backscatter_throttle_is_held(&backscatter_dict_slow[write],
					    dict->name, now) ||
		backscatter_throttle_is_held(&backscatter_dict_quick[write],
					     dict->name, now);
}

/* A warning is logged once in an interval; each failure sends the event, by
   which it is counted. */
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

const char *backscatter_dict_error_lacks(const char *error)
{
	if (strstr(error, "unmapped key") != NULL) {
		return "a map for this kind of key, as in the example "
			"configuration";
	}
	if (strstr(error, "no such table: backscatter_") != NULL ||
	    (strstr(error, "relation \"backscatter_") != NULL &&
	     strstr(error, "\" does not exist") != NULL)) {
		return "the tables of this version: run its SQL file again, as "
			"after each upgrade";
	}
	return NULL;
}

void backscatter_dict_fail(struct backscatter_dict *dict, bool write,
			   const char *error)
{
	char **failed = write ? &dict->write_error : &dict->error;
	const char *lacks = backscatter_dict_error_lacks(error);
	unsigned int secs;

	if (*failed != NULL)
		return;
	error = t_strndup(t_strcut(error, '\n'), BACKSCATTER_DICT_MAX_ERROR);
	/* SQL has a map and a table for each kind of keys. Where one is
	   missing, only what needs it goes without it. The dict is still used
	   for everything else. */
	if (lacks != NULL) {
		backscatter_dict_log_failure(dict, &backscatter_dict_unmapped,
			error, t_strdup_printf("expected: %s", lacks));
		return;
	}
	*failed = i_strdup(error);
	secs = backscatter_dict_hold(dict, write);
	backscatter_dict_log_failure(dict, &backscatter_dict_warnings, error,
		t_strdup_printf("%s for %u second%s", write ?
				"nothing is written to it" :
				"it is left alone", secs,
				secs == 1 ? "" : "s"));
}

bool backscatter_dict_lacks_keys(const struct backscatter_dict *dict)
{
	return backscatter_throttle_is_held(&backscatter_dict_unmapped,
					    dict->name, time(NULL));
}

bool backscatter_dict_can_ask(struct backscatter_dict *dict,
			      const char **error_r)
{
	if (dict->error == NULL && dict->msecs_left == 0) {
		backscatter_dict_fail(dict, FALSE, t_strdup_printf(
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

static unsigned long long backscatter_dict_usecs(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		i_fatal("clock_gettime() failed: %m");
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

void backscatter_dict_enter(struct backscatter_dict *dict)
{
	i_assert(!dict->entered);

	dict->entered = TRUE;
	dict->outer = current_ioloop;
	dict->entered_usecs = backscatter_dict_usecs();
	io_loop_set_current(dict->ioloop);
}

void backscatter_dict_leave(struct backscatter_dict *dict)
{
	unsigned long long usecs =
		backscatter_dict_usecs() - dict->entered_usecs;

	dict->entered = FALSE;
	io_loop_set_current(dict->outer);
	/* Many short visits take long as well, so that parts of a millisecond
	   are added up. Each visit counts at least one microsecond, so that a
	   loop that ends with the deadline does end. */
	usecs = I_MAX(usecs, 1) + dict->usecs_spent;
	dict->msecs_left -= I_MIN(dict->msecs_left, usecs / 1000);
	dict->usecs_spent = usecs % 1000;
}

/* A new ioloop becomes a child of the current one, which may be destroyed
   before it: so it is made a child of the outermost one. */
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
	struct backscatter_dict *dict = i_new(struct backscatter_dict, 1);

	dict->user = user;
	dict->event = event_create(user->event);
	event_add_category(dict->event, &backscatter_event_category);
	event_set_append_log_prefix(dict->event,
				    "backscatter: backscatter_dict: ");
	dict->msecs_left = BACKSCATTER_DICT_DEADLINE_MSECS;
	dict->ioloop = backscatter_dict_ioloop_create();
	return dict;
}

void backscatter_dict_handle_free(struct backscatter_dict **_dict)
{
	struct backscatter_dict *dict = *_dict;

	*_dict = NULL;
	if (dict->backend.dict != NULL) {
		backscatter_dict_enter(dict);
		backscatter_dict_backend_close(&dict->backend);
		backscatter_dict_leave(dict);
	}
	backscatter_dict_ioloop_destroy(&dict->ioloop);
	file_lock_free(&dict->lock);
	event_unref(&dict->event);
	i_free(dict->name);
	i_free(dict->error);
	i_free(dict->write_error);
	i_free(dict);
}

static int
backscatter_dict_open_backend(struct backscatter_dict *dict,
			      const char **error_r)
{
	struct event *event = event_create(dict->event);
	int ret;

	/* A client that reconnects logs a warning. If reconnecting fails, we
	   log one ourselves. */
	event_set_min_log_level(event, LOG_TYPE_ERROR);
	backscatter_dict_enter(dict);
	ret = backscatter_dict_backend_open(dict->user, event,
					    BACKSCATTER_DICT_DEADLINE_MSECS,
					    &dict->backend, error_r);
	backscatter_dict_leave(dict);
	event_unref(&event);
	return ret;
}

static int
backscatter_dict_try_open(struct backscatter_dict *dict, const char **error_r)
{
	int ret = backscatter_dict_open_backend(dict, error_r);

	if (ret == 0)
		return 0;
	if (ret > 0) {
		backscatter_dict_enter(dict);
		if (backscatter_ioloop_begin(error_r) < 0)
			ret = -1;
		backscatter_dict_leave(dict);
	}

	dict->name = i_strdup(dict->backend.name);
	if (backscatter_dict_is_held(dict, FALSE)) {
		*error_r = "It failed a short time ago and is not used yet";
		return -1;
	}
	if (backscatter_dict_is_held(dict, TRUE)) {
		dict->write_error = i_strdup("Writing to it failed a short "
					     "time ago");
	}
	if (ret < 0)
		backscatter_dict_fail(dict, FALSE, *error_r);
	return ret;
}

int backscatter_dict_handle_open(struct mail_user *user,
				 struct backscatter_dict **dict_r,
				 const char **error_r)
{
	struct backscatter_dict *dict = backscatter_dict_create(user);
	int ret = backscatter_dict_try_open(dict, error_r);

	if (ret <= 0)
		backscatter_dict_handle_free(&dict);
	*dict_r = dict;
	return ret;
}

void backscatter_dict_handle_renew(struct backscatter_dict *dict)
{
	if (!backscatter_dict_is_held(dict, TRUE))
		i_free(dict->write_error);
	dict->msecs_left = BACKSCATTER_DICT_DEADLINE_MSECS;
	dict->lock_failed = FALSE;
}

bool backscatter_dict_handle_hang_up(struct backscatter_dict *dict)
{
	struct io_file *io;
	unsigned int i;

	backscatter_dict_enter(dict);
	for (i = 0; i < BACKSCATTER_DICT_ABORT_TIMES && dict->pending > 0;
	     i++) {
		for (io = dict->ioloop->io_files; io != NULL; io = io->next) {
			if (io->fd >= 0)
				(void)shutdown(io->fd, SHUT_RDWR);
		}
		(void)backscatter_dict_run(dict, NULL,
					   BACKSCATTER_DICT_ABORT_MSECS);
	}
	backscatter_dict_leave(dict);
	return dict->pending == 0;
}
