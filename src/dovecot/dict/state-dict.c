/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Reading from backscatter_dict, and writing to it. */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "file-lock.h"
#include "hostpid.h"
#include "mail-user.h"
#include "dict/dict-handle.h"
#include "dict/dict-key.h"

#define BACKSCATTER_DICT_LOCK_FILE "backscatter.lock"
#define BACKSCATTER_DICT_LOCK_SECS 2

/* A question to the dict: a lookup, or the commit of a transaction. */
struct dict_question {
	struct backscatter_dict *dict;
	int ret;
	/* The value or the error. It is allocated, because the callback runs in
	   a data stack frame of its own. */
	char *value;
	bool finished;
	/* Nobody waits for the answer any more. */
	bool abandoned;
};

/*
 * Questions
 */

static struct dict_question *question_begin(struct backscatter_dict *dict)
{
	struct dict_question *question = i_new(struct dict_question, 1);

	question->dict = dict;
	dict->pending++;
	backscatter_dict_enter(dict);
	return question;
}

static void
question_answered(struct dict_question *question, int ret, const char *value)
{
	struct backscatter_dict *dict = question->dict;

	i_assert(dict->pending > 0);
	dict->pending--;
	io_loop_stop(dict->ioloop);
	if (question->abandoned) {
		i_free(question);
		return;
	}
	question->finished = TRUE;
	question->ret = ret;
	question->value = i_strdup(value);
}

/* Wait for the answer until the deadline. Returns 0, or -1 with an error (data
   stack) if there was no answer in time. The callback then frees the
   question. */
static int
question_wait(struct dict_question **_question, const char **error_r)
{
	struct dict_question *question = *_question;
	struct backscatter_dict *dict = question->dict;

	(void)backscatter_dict_run(dict, &question->finished,
				   dict->msecs_left);
	backscatter_dict_leave(dict);
	if (question->finished)
		return 0;
	*_question = NULL;
	question->abandoned = TRUE;
	dict->msecs_left = 0;
	(void)backscatter_dict_can_ask(dict, error_r);
	return -1;
}

static void question_end(struct dict_question **_question)
{
	struct dict_question *question = *_question;

	*_question = NULL;
	i_free(question->value);
	i_free(question);
}

/*
 * Lookups
 */

struct mail_user *backscatter_dict_user(const struct backscatter_dict *dict)
{
	return dict->user;
}

bool backscatter_dict_is_file(const struct backscatter_dict *dict)
{
	return dict->backend.is_file;
}

static void
lookup_callback(const struct dict_lookup_result *result,
		struct dict_question *question)
{
	/* the dict service may say that there is a value, and give none */
	if (result->ret > 0 && result->value == NULL)
		question_answered(question, 0, NULL);
	else {
		question_answered(question, result->ret, result->ret < 0 ?
				  result->error : result->value);
	}
}

int backscatter_dict_lookup(struct backscatter_dict *dict, pool_t pool,
			    const char *key, const char **value_r,
			    const char **error_r)
{
	struct dict_question *question;
	int ret;

	*value_r = NULL;
	if (!backscatter_dict_can_ask(dict, error_r))
		return -1;
	question = question_begin(dict);
	dict_lookup_async(dict->backend.dict,
			  mail_user_get_dict_op_settings(dict->user), key,
			  lookup_callback, question);
	if (question_wait(&question, error_r) < 0)
		return -1;
	ret = question->ret;
	if (ret < 0) {
		backscatter_dict_fail(dict, FALSE, question->value);
		*error_r = t_strdup(question->value);
	} else if (ret > 0) {
		*value_r = p_strdup(pool, question->value);
	}
	question_end(&question);
	return ret;
}

/*
 * Writes
 */

/* SQLite waits one second for other writers, and then gives up without having
   written anything. */
static bool commit_is_locked(const struct dict_question *question)
{
	return question->ret < 0 && question->value != NULL &&
		strstr(question->value, "database is locked") != NULL;
}

static void
commit_callback(const struct dict_commit_result *result,
		struct dict_question *question)
{
	/* If a connection was lost, Dovecot's Redis client gives us an error
	   text that it has freed before. */
	question_answered(question, result->ret,
			  result->ret != DICT_COMMIT_RET_FAILED &&
			  result->ret != DICT_COMMIT_RET_WRITE_UNCERTAIN ?
			  NULL : question->dict->backend.is_redis ?
			  "Redis closed the connection, or refused a write" :
			  result->error);
}

static void
write_commit(struct dict_question *question,
	     const struct backscatter_dict_op *ops, unsigned int count,
	     unsigned int expire_secs)
{
	struct backscatter_dict *dict = question->dict;
	struct dict_op_settings set =
		*mail_user_get_dict_op_settings(dict->user);
	struct dict_transaction_context *trans;
	unsigned int i;

	backscatter_dict_backend_expire(&dict->backend, &set, expire_secs);
	trans = dict_transaction_begin(dict->backend.dict, &set);
	for (i = 0; i < count; i++) {
		switch (ops[i].type) {
		case BACKSCATTER_DICT_SET:
			dict_set(trans, ops[i].key, ops[i].value);
			break;
		case BACKSCATTER_DICT_UNSET:
			dict_unset(trans, ops[i].key);
			break;
		case BACKSCATTER_DICT_INC:
			dict_atomic_inc(trans, ops[i].key, 1);
			break;
		}
	}
	dict_transaction_commit_async(&trans, commit_callback, question);
}

int backscatter_dict_write(struct backscatter_dict *dict,
			   const struct backscatter_dict_op *ops,
			   unsigned int count, unsigned int expire_secs,
			   const char **error_r)
{
	struct dict_question *question;
	bool again;
	int ret;

	do {
		if (!backscatter_dict_can_write(dict, error_r))
			return -1;
		question = question_begin(dict);
		write_commit(question, ops, count, expire_secs);
		if (question_wait(&question, error_r) < 0)
			return -1;
		again = commit_is_locked(question);
		ret = question->ret < 0 ? -1 : question->ret;
		if (ret < 0 && !again) {
			*error_r = question->value == NULL ?
				"The write failed" :
				t_strdup(question->value);
			backscatter_dict_fail(dict, TRUE, *error_r);
		}
		question_end(&question);
	} while (again);
	return ret;
}

/*
 * The user's lock
 */

void backscatter_dict_lock(struct backscatter_dict *dict)
{
	const char *error;

	i_assert(dict->lock == NULL);

	if (dict->lock_failed)
		return;
	if (mail_user_lock_file_create(dict->user, BACKSCATTER_DICT_LOCK_FILE,
				       BACKSCATTER_DICT_LOCK_SECS, &dict->lock,
				       &error) <= 0) {
		e_debug(dict->event, "Going on without a lock: %s", error);
		dict->lock_failed = TRUE;
		return;
	}
	/* The file stays, empty: to create and delete one for each bounce takes
	   much longer than to lock it. */
	file_lock_set_unlink_on_free(dict->lock, FALSE);
}

void backscatter_dict_unlock(struct backscatter_dict *dict)
{
	file_lock_free(&dict->lock);
}

const char *backscatter_dict_lock_place(const struct backscatter_dict *dict)
{
	const char *home;

	if (mail_user_get_home(dict->user, &home) <= 0)
		home = "";
	return t_strdup_printf("%s:%s", my_hostname, home);
}

/*
 * Keys that versions before 1.0.0 left behind
 */

struct dict_old_keys {
	ARRAY(struct backscatter_dict_op) ops;
	const char *keep;
};

static bool
old_keys_find(struct backscatter_dict *dict, struct dict_old_keys *old)
{
	struct backscatter_dict_op *op;
	struct dict_iterate_context *iter;
	const char *key, *value, *error;

	backscatter_dict_enter(dict);
	iter = dict_iterate_init(dict->backend.dict,
				 mail_user_get_dict_op_settings(dict->user),
				 BACKSCATTER_KEY_PRIV,
				 DICT_ITERATE_FLAG_RECURSE);
	while (dict_iterate(iter, &key, &value)) {
		if (strcmp(key, old->keep) == 0 ||
		    strncmp(key, BACKSCATTER_KEY_SUSPENDED,
			    strlen(BACKSCATTER_KEY_SUSPENDED)) == 0)
			continue;
		op = array_append_space(&old->ops);
		op->type = BACKSCATTER_DICT_UNSET;
		op->key = t_strdup(key);
	}
	if (dict_iterate_deinit(&iter, &error) < 0)
		array_clear(&old->ops);
	backscatter_dict_leave(dict);
	return array_count(&old->ops) > 0;
}

void backscatter_dict_keep_only(struct backscatter_dict *dict, const char *key)
{
	struct dict_old_keys old = { .keep = key };
	const char *error;

	if (!dict->backend.is_file ||
	    !backscatter_dict_can_write(dict, &error))
		return;
	t_array_init(&old.ops, 16);
	if (old_keys_find(dict, &old)) {
		(void)backscatter_dict_write(dict, array_front(&old.ops),
					     array_count(&old.ops), 0, &error);
	}
}
