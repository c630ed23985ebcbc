/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "istream.h"
#include "mail-storage.h"
#include "doveadm-mail.h"
#include "dovecot-backscatter.h"
#include "commands.h"
#include "mail.h"

#include <time.h>

/* A time that is further in the future comes from a wrong clock. */
#define MAIL_MAX_AHEAD_SECS (24 * 3600)
/* A batch ends after this many messages. They have to be judged again after
   an interruption. */
#define WALK_BATCH_MESSAGES 1000

int backscatter_walk_failed(struct backscatter_walk *walk,
			    const char *format, ...)
{
	const char *error;
	va_list args;

	va_start(args, format);
	error = t_strdup_vprintf(format, args);
	va_end(args);
	return doveadm_backscatter_user_failed(walk->ctx, walk->user,
		"mailbox %s: %s", mailbox_get_vname(walk->box), error);
}

static int walk_failed_storage(struct backscatter_walk *walk)
{
	return backscatter_walk_failed(walk, "%s",
		mailbox_get_last_internal_error(walk->box, NULL));
}

int backscatter_walk_open(struct backscatter_walk *walk, const char *name)
{
	struct mailbox_status status;

	walk->box = doveadm_mailbox_find(walk->user, name);
	if (mailbox_open(walk->box) < 0 ||
	    mailbox_sync(walk->box, MAILBOX_SYNC_FLAG_FULL_READ) < 0) {
		walk_failed_storage(walk);
		doveadm_mail_failed_mailbox(walk->ctx, walk->box);
		mailbox_free(&walk->box);
		return -1;
	}
	mailbox_get_open_status(walk->box, STATUS_MESSAGES | STATUS_UIDNEXT,
				&status);
	walk->messages = status.messages;
	walk->seen = 0;
	walk->next_uid = 1;
	walk->end_uid = status.uidnext - 1;
	return 0;
}

/* Get the time when the message came. If the mailbox has a time that cannot be
   right (the time of a file may be anything), use that in the message's Date
   field. time_r is 0 if neither is usable. Returns 0 or -1. */
static int mail_get_time(struct mail *mail, time_t *time_r)
{
	time_t received, date;
	int zone;

	*time_r = 0;
	if (mail_get_received_date(mail, &received) < 0)
		return -1;
	if (received > 0 && received <= time(NULL) + MAIL_MAX_AHEAD_SECS)
		*time_r = received;
	else if (mail_get_date(mail, &date, &zone) < 0)
		return -1;
	else if (date > 0 && date <= time(NULL))
		*time_r = date;
	return 0;
}

/* Judge a message. Returns TRUE if the batch is to end. */
static bool walk_mail(struct backscatter_walk *walk, struct mail *mail)
{
	struct backscatter_question question = {
		.user = walk->user,
		.name = mailbox_get_vname(walk->box),
		.delivered = TRUE
	};
	const struct backscatter_result *result;
	const char *error;
	bool end = FALSE;
	pool_t pool;
	int ret;

	ret = mail_get_time(mail, &question.when);
	if (ret == 0 && question.when < walk->since)
		return FALSE;
	pool = pool_alloconly_create(MEMPOOL_GROWING"backscatter mail", 16384);
	if (ret < 0 || mail_get_stream(mail, NULL, NULL, &question.input) < 0) {
		error = mailbox_get_last_internal_error(walk->box, NULL);
		ret = -1;
	} else {
		ret = backscatter_ask(pool, &question, &result, &error);
		i_stream_seek(question.input, 0);
	}
	if (ret == 0)
		end = walk->judged(walk, mail, question.when, result);
	else if (!mail->expunged)
		backscatter_walk_failed(walk, "UID %u: %s", mail->uid, error);
	pool_unref(&pool);
	return end;
}

int backscatter_walk_batch(struct backscatter_walk *walk,
			   struct mailbox_transaction_context **trans_r)
{
	struct mail *mail;
	uint32_t seq, seq2;
	unsigned int end = walk->seen + WALK_BATCH_MESSAGES;
	bool done = FALSE;

	if (walk->next_uid > walk->end_uid)
		return 0;
	mailbox_get_seq_range(walk->box, walk->next_uid, walk->end_uid,
			      &seq, &seq2);
	if (seq == 0)
		return 0;
	*trans_r = mailbox_transaction_begin(walk->box, 0, __func__);
	mail = mail_alloc(*trans_r, MAIL_FETCH_RECEIVED_DATE |
			  MAIL_FETCH_STREAM_HEADER, NULL);
	for (; seq <= seq2 && walk->seen < end && !done &&
	       !doveadm_is_killed(); seq++) T_BEGIN {
		mail_set_seq(mail, seq);
		walk->next_uid = mail->uid + 1;
		walk->seen++;
		done = walk_mail(walk, mail);
	} T_END;
	mail_free(&mail);
	return 1;
}

int backscatter_walk_commit(struct backscatter_walk *walk,
			    struct mailbox_transaction_context **trans)
{
	if (mailbox_transaction_commit(trans) < 0 ||
	    mailbox_sync(walk->box, 0) < 0)
		return walk_failed_storage(walk);
	return 0;
}

const char *t_backscatter_property(const struct backscatter_result *result,
				   const char *name)
{
	const char *const *values = backscatter_result_property(result, name);

	i_assert(values != NULL);
	return t_strarray_join(values, ", ");
}
