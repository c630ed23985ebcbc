/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "doveadm-mail.h"
#include "doveadm-print.h"
#include "dovecot-backscatter.h"
#include "backscatter-compat.h"
#include "doveadm-backscatter-mail.h"
#include "doveadm-backscatter-move.h"
#include "doveadm-backscatter.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* A batch ends after so many messages, or so many to be moved: what a run that
   is interrupted has to do again. */
#define SCAN_BATCH_MESSAGES 1000
#define SCAN_BATCH_MOVES 100

struct scan_count {
	const char *verdict, *reason;
	unsigned int messages, moved;
};

/* A bounce of the batch. */
struct scan_row {
	uint32_t uid;
	time_t received;
	const char *verdict, *reason, *message_id;
	bool moved;
};

struct scan_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	const char *const *mailboxes;
	const char *move_to;
	bool full;
	bool progress;

	/* of the user; NULL: nothing is moved */
	struct backscatter_move *move;
};

struct scan_mailbox {
	struct scan_cmd_context *ctx;
	struct mail_user *user;
	struct mailbox *box;

	uint32_t next_uid, end_uid;
	unsigned int messages, seen, moved;
	time_t told;
	pool_t pool;
	ARRAY(struct scan_count) counts;

	/* the batch; emptied with its pool */
	pool_t batch_pool;
	ARRAY(struct scan_row) rows;
	unsigned int batch_moves;
};

static int scan_failed(struct scan_mailbox *scan, const char *error)
{
	e_error(scan->user->event, "%s", error);
	scan->ctx->ctx.exit_code = EX_TEMPFAIL;
	return -1;
}

static int scan_failed_mailbox(struct scan_mailbox *scan)
{
	return scan_failed(scan, t_strdup_printf("mailbox %s: %s",
		mailbox_get_vname(scan->box),
		mailbox_get_last_internal_error(scan->box, NULL)));
}

/* On a terminal a line that is written over, with -v one for each batch. */
static void scan_tell_progress(struct scan_mailbox *scan, bool end)
{
	bool terminal = isatty(STDERR_FILENO) > 0;

	if (!scan->ctx->progress ||
	    (terminal && !end && scan->told == time(NULL)))
		return;
	scan->told = time(NULL);
	fprintf(stderr, "%s%s: %u of %u messages, %u moved%s",
		terminal ? "\r" : "", mailbox_get_vname(scan->box),
		scan->seen, scan->messages, scan->moved,
		terminal && !end ? "" : "\n");
	fflush(stderr);
}

static struct scan_count *
scan_get_count(struct scan_mailbox *scan, const char *verdict,
	       const char *reason)
{
	struct scan_count *count;

	array_foreach_modifiable(&scan->counts, count) {
		if (strcmp(count->verdict, verdict) == 0 &&
		    strcmp(count->reason, reason) == 0)
			return count;
	}
	count = array_append_space(&scan->counts);
	count->verdict = p_strdup(scan->pool, verdict);
	count->reason = p_strdup(scan->pool, reason);
	return count;
}

static void
scan_add_row(struct scan_mailbox *scan, struct mail *mail, time_t received,
	     const struct backscatter_result *result)
{
	struct scan_row *row = array_append_space(&scan->rows);

	row->uid = mail->uid;
	row->received = received;
	row->verdict = p_strdup(scan->batch_pool,
		t_backscatter_property(result, "verdict"));
	row->reason = p_strdup(scan->batch_pool,
		t_backscatter_property(result, "reason"));
	row->message_id = p_strdup(scan->batch_pool,
		t_backscatter_property(result, "original-message-id"));
}

static void
scan_take(struct scan_mailbox *scan, struct mail *mail, time_t received,
	  const struct backscatter_result *result)
{
	struct scan_row *row;
	const char *error;

	if (!result->is_bounce) {
		scan_get_count(scan, "none", "none")->messages++;
		return;
	}
	scan_add_row(scan, mail, received, result);
	if (scan->ctx->move == NULL || !result->matches)
		return;
	if (backscatter_move_mail(scan->ctx->move, mail, &error) < 0) {
		scan_failed(scan, t_strdup_printf("UID %u: %s", mail->uid,
						  error));
		return;
	}
	row = array_back_modifiable(&scan->rows);
	row->moved = TRUE;
	scan->batch_moves++;
}

static void scan_mail(struct scan_mailbox *scan, struct mail *mail)
{
	const struct backscatter_result *result;
	const char *error;
	time_t received;
	pool_t pool;

	pool = pool_alloconly_create(MEMPOOL_GROWING"backscatter scan",
				     16 * 1024);
	if (backscatter_doveadm_ask_mail(scan->user, mail, 0, pool, &received,
					 &result, &error) > 0)
		scan_take(scan, mail, received, result);
	else if (!mail->expunged) {
		scan_failed(scan, t_strdup_printf("mailbox %s: UID %u: %s",
			mailbox_get_vname(scan->box), mail->uid, error));
	}
	pool_unref(&pool);
}

static void scan_print_row(struct scan_mailbox *scan,
			   const struct scan_row *row)
{
	doveadm_print(mailbox_get_vname(scan->box));
	doveadm_print(dec2str(row->uid));
	doveadm_print(unixdate2str(row->received));
	doveadm_print(row->verdict);
	doveadm_print(row->reason);
	doveadm_print(row->message_id);
	if (scan->ctx->move != NULL)
		doveadm_print(row->moved ? "yes" : "no");
}

static void scan_take_rows(struct scan_mailbox *scan)
{
	const struct scan_row *row;
	struct scan_count *count;

	array_foreach(&scan->rows, row) T_BEGIN {
		count = scan_get_count(scan, row->verdict, row->reason);
		count->messages++;
		if (row->moved) {
			count->moved++;
			scan->moved++;
		}
		if (scan->ctx->full)
			scan_print_row(scan, row);
	} T_END;
}

/* The copies first, and the originals only if these are safe. */
static int
scan_batch_commit(struct scan_mailbox *scan,
		  struct mailbox_transaction_context **trans)
{
	const char *error;

	if (scan->ctx->move != NULL &&
	    backscatter_move_commit(scan->ctx->move, &error) < 0) {
		mailbox_transaction_rollback(trans);
		return scan_failed(scan, error);
	}
	if (mailbox_transaction_commit(trans) < 0 ||
	    mailbox_sync(scan->box, 0) < 0)
		return scan_failed_mailbox(scan);
	scan_take_rows(scan);
	return 0;
}

static void scan_batch_begin(struct scan_mailbox *scan)
{
	p_clear(scan->batch_pool);
	p_array_init(&scan->rows, scan->batch_pool, 128);
	scan->batch_moves = 0;
}

/* Returns 1, 0 after the last one, -1 on error. */
static int scan_batch(struct scan_mailbox *scan)
{
	struct mailbox_transaction_context *trans;
	struct mail *mail;
	uint32_t seq, seq2;
	unsigned int end;

	if (scan->next_uid > scan->end_uid)
		return 0;
	mailbox_get_seq_range(scan->box, scan->next_uid, scan->end_uid,
			      &seq, &seq2);
	if (seq == 0)
		return 0;
	scan_batch_begin(scan);
	trans = mailbox_transaction_begin(scan->box, 0, __func__);
	mail = mail_alloc(trans, MAIL_FETCH_RECEIVED_DATE |
			  MAIL_FETCH_STREAM_HEADER, NULL);
	end = scan->seen + SCAN_BATCH_MESSAGES;
	for (; seq <= seq2 && scan->seen < end && !doveadm_is_killed() &&
	     scan->batch_moves < SCAN_BATCH_MOVES; seq++) T_BEGIN {
		mail_set_seq(mail, seq);
		scan->next_uid = mail->uid + 1;
		scan->seen++;
		scan_mail(scan, mail);
		scan_tell_progress(scan, FALSE);
	} T_END;
	mail_free(&mail);
	return scan_batch_commit(scan, &trans) < 0 ? -1 : 1;
}

static int scan_batches(struct scan_mailbox *scan)
{
	int ret = 1;

	while (ret > 0 && !doveadm_is_killed()) T_BEGIN {
		ret = scan_batch(scan);
	} T_END;
	scan_tell_progress(scan, TRUE);
	if (ret > 0) {
		ret = scan_failed(scan, t_strdup_printf("mailbox %s: "
			"interrupted after %u of %u messages, "
			"run it again to go on", mailbox_get_vname(scan->box),
			scan->seen, scan->messages));
	}
	return ret;
}

static void scan_print_counts(struct scan_mailbox *scan)
{
	const struct scan_count *count;

	if (scan->ctx->full)
		return;
	array_foreach(&scan->counts, count) {
		doveadm_print(mailbox_get_vname(scan->box));
		doveadm_print(count->verdict);
		doveadm_print(count->reason);
		doveadm_print_num(count->messages);
		if (scan->ctx->move != NULL)
			doveadm_print_num(count->moved);
	}
}

static int scan_open(struct scan_mailbox *scan)
{
	struct scan_cmd_context *ctx = scan->ctx;
	struct mailbox_status status;

	if (mailbox_open(scan->box) < 0 ||
	    mailbox_sync(scan->box, MAILBOX_SYNC_FLAG_FULL_READ) < 0) {
		scan_failed_mailbox(scan);
		doveadm_mail_failed_mailbox(&ctx->ctx, scan->box);
		return -1;
	}
	if (ctx->move != NULL &&
	    backscatter_move_is_target(ctx->move, scan->box)) {
		scan_failed(scan, t_strdup_printf("mailbox %s: it cannot be "
			"moved to itself", mailbox_get_vname(scan->box)));
		ctx->ctx.exit_code = EX_USAGE;
		return -1;
	}
	mailbox_get_open_status(scan->box, STATUS_MESSAGES | STATUS_UIDNEXT,
				&status);
	scan->messages = status.messages;
	/* what comes while we are here was judged when it came */
	scan->next_uid = 1;
	scan->end_uid = status.uidnext - 1;
	return 0;
}

static int
scan_mailbox(struct scan_cmd_context *ctx, struct mail_user *user,
	     const char *name)
{
	struct scan_mailbox scan;
	int ret = -1;

	i_zero(&scan);
	scan.ctx = ctx;
	scan.user = user;
	scan.box = doveadm_mailbox_find(user, name);
	scan.pool = pool_alloconly_create("backscatter scan counts", 1024);
	scan.batch_pool = pool_alloconly_create("backscatter scan batch", 8192);
	p_array_init(&scan.counts, scan.pool, 32);
	if (scan_open(&scan) == 0) {
		ret = scan_batches(&scan);
		scan_print_counts(&scan);
	}
	mailbox_free(&scan.box);
	pool_unref(&scan.batch_pool);
	pool_unref(&scan.pool);
	return ret;
}

static int
scan_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct scan_cmd_context *ctx =
		container_of(_ctx, struct scan_cmd_context, ctx);
	const char *const *name, *error;
	int ret = 0;

	if (ctx->move_to != NULL &&
	    backscatter_move_init(user, ctx->move_to, &ctx->move,
				  &error) < 0) {
		e_error(user->event, "%s", error);
		_ctx->exit_code = EX_TEMPFAIL;
		return -1;
	}
	for (name = ctx->mailboxes; *name != NULL && !doveadm_is_killed();
	     name++) T_BEGIN {
		if (scan_mailbox(ctx, user, *name) < 0)
			ret = -1;
	} T_END;
	backscatter_move_deinit(&ctx->move);
	return ret;
}

static void scan_print_headers(const struct scan_cmd_context *ctx)
{
	doveadm_print_header_simple("mailbox");
	if (ctx->full) {
		doveadm_print_header("uid", "uid",
				     DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY);
		doveadm_print_header_simple("received");
	}
	doveadm_print_header_simple("verdict");
	doveadm_print_header_simple("reason");
	if (ctx->full)
		doveadm_print_header_simple("original-message-id");
	else {
		doveadm_print_header("messages", "messages",
			DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY |
			DOVEADM_PRINT_HEADER_FLAG_NUMBER);
	}
	if (ctx->move_to != NULL) {
		doveadm_print_header("moved", "moved",
			DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY |
			(ctx->full ? 0 : DOVEADM_PRINT_HEADER_FLAG_NUMBER));
	}
}

static void
scan_init(struct doveadm_mail_cmd_context *_ctx BACKSCATTER_DOVEADM_INIT_ARGS)
{
	struct scan_cmd_context *ctx =
		container_of(_ctx, struct scan_cmd_context, ctx);
	bool full = FALSE;

	if (!doveadm_cmd_param_array(_ctx->cctx, "mailbox", &ctx->mailboxes))
		doveadm_mail_help_name("backscatter scan");
	(void)doveadm_cmd_param_str(_ctx->cctx, "move", &ctx->move_to);
	(void)doveadm_cmd_param_bool(_ctx->cctx, "full", &full);
	ctx->full = full;
	ctx->progress = !doveadm_server &&
		(doveadm_verbose || isatty(STDERR_FILENO) > 0);
	scan_print_headers(ctx);
}

struct doveadm_mail_cmd_context *doveadm_backscatter_scan_alloc(void)
{
	struct scan_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct scan_cmd_context);
	backscatter_doveadm_take_options(&ctx->ctx);
	ctx->ctx.v.init = scan_init;
	ctx->ctx.v.run = scan_run;
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	return &ctx->ctx;
}
