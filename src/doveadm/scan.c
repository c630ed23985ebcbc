/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "mail-storage.h"
#include "doveadm-mail.h"
#include "dovecot-backscatter.h"
#include "mail.h"
#include "move.h"
#include "commands.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* A batch ends when this many messages are to be moved. */
#define SCAN_BATCH_MOVES 100

struct scan_count {
	const char *verdict, *reason;
	unsigned int messages, moved;
};

/* A bounce in the batch. */
struct scan_row {
	uint32_t uid;
	time_t received;
	const char *verdict, *reason, *message_id;
	bool moved;
};

/* How it is said on stderr how far the scan is. */
enum scan_progress {
	SCAN_PROGRESS_NONE = 0,
	/* with -v: a line for each batch */
	SCAN_PROGRESS_LINES,
	/* one line, which is overwritten */
	SCAN_PROGRESS_TERMINAL
};

struct scan_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	const char *const *mailboxes;
	const char *move_to;
	bool full;
	enum scan_progress progress;

	/* the move to the user's mailbox; NULL: nothing is moved */
	struct backscatter_move *move;
};

struct scan_mailbox {
	struct backscatter_walk walk;
	struct scan_cmd_context *ctx;

	unsigned int moved;
	time_t told;
	pool_t pool;
	ARRAY(struct scan_count) counts;

	/* the current batch; the memory of rows is from batch_pool */
	pool_t batch_pool;
	ARRAY(struct scan_row) rows;
	unsigned int batch_moves;
};

static void scan_write_progress(const struct scan_mailbox *scan,
				const char *begin, const char *end)
{
	fprintf(stderr, "%s%s: %u of %u messages, %u moved%s", begin,
		mailbox_get_vname(scan->walk.box), scan->walk.seen,
		scan->walk.messages, scan->moved, end);
	fflush(stderr);
}

/* A message was judged: on a terminal, overwrite the line that says how far the
   scan is, once a second. */
static void scan_tell_message(struct scan_mailbox *scan)
{
	if (scan->ctx->progress != SCAN_PROGRESS_TERMINAL ||
	    scan->told == time(NULL))
		return;
	scan->told = time(NULL);
	scan_write_progress(scan, "\r", "");
}

/* A batch was committed: this is a line of its own, except on a terminal, where
   only the last one stays. */
static void scan_tell_batch(struct scan_mailbox *scan, bool last)
{
	switch (scan->ctx->progress) {
	case SCAN_PROGRESS_NONE:
		break;
	case SCAN_PROGRESS_LINES:
		if (!last)
			scan_write_progress(scan, "", "\n");
		break;
	case SCAN_PROGRESS_TERMINAL:
		scan_write_progress(scan, "\r", last ? "\n" : "");
		break;
	}
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
scan_take(struct scan_mailbox *scan, struct mail *mail, time_t received,
	  const struct backscatter_result *result)
{
	struct scan_row *row;
	const char *error;

	if (!result->is_bounce) {
		scan_get_count(scan, "none", "none")->messages++;
		return;
	}
	row = array_append_space(&scan->rows);
	row->uid = mail->uid;
	row->received = received;
	row->verdict = p_strdup(scan->batch_pool,
		t_backscatter_property(result, "verdict"));
	row->reason = p_strdup(scan->batch_pool,
		t_backscatter_property(result, "reason"));
	row->message_id = p_strdup(scan->batch_pool,
		t_backscatter_property(result, "original-message-id"));
	if (scan->ctx->move == NULL || !result->matches)
		return;
	if (backscatter_move_mail(scan->ctx->move, mail, &error) < 0) {
		backscatter_walk_failed(&scan->walk, "UID %u: %s", mail->uid,
					error);
		return;
	}
	row->moved = TRUE;
	scan->batch_moves++;
}

static bool
scan_judged(struct backscatter_walk *walk, struct mail *mail, time_t received,
	    const struct backscatter_result *result)
{
	struct scan_mailbox *scan =
		container_of(walk, struct scan_mailbox, walk);

	scan_take(scan, mail, received, result);
	scan_tell_message(scan);
	return scan->batch_moves >= SCAN_BATCH_MOVES;
}

static void scan_print_row(struct scan_mailbox *scan,
			   const struct scan_row *row)
{
	doveadm_print(mailbox_get_vname(scan->walk.box));
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

/* Commit the copies first, and expunge the originals only if the copies were
   saved. */
static int
scan_batch_commit(struct scan_mailbox *scan,
		  struct mailbox_transaction_context **trans)
{
	struct scan_cmd_context *ctx = scan->ctx;
	const char *error;

	if (ctx->move != NULL &&
	    backscatter_move_commit(ctx->move, &error) < 0) {
		mailbox_transaction_rollback(trans);
		return doveadm_backscatter_user_failed(&ctx->ctx,
			scan->walk.user, "%s", error);
	}
	if (backscatter_walk_commit(&scan->walk, trans) < 0)
		return -1;
	scan_take_rows(scan);
	return 0;
}

/* Judge one batch. Returns 1, 0 after the last one, or -1 on error. */
static int scan_batch(struct scan_mailbox *scan)
{
	struct mailbox_transaction_context *trans;

	p_clear(scan->batch_pool);
	p_array_init(&scan->rows, scan->batch_pool, 128);
	scan->batch_moves = 0;
	if (backscatter_walk_batch(&scan->walk, &trans) == 0)
		return 0;
	return scan_batch_commit(scan, &trans) < 0 ? -1 : 1;
}

static void scan_batches(struct scan_mailbox *scan)
{
	int ret = 1;

	if (scan->ctx->move != NULL &&
	    backscatter_move_is_target(scan->ctx->move, scan->walk.box)) {
		backscatter_walk_failed(&scan->walk,
					"it cannot be moved to itself");
		scan->ctx->ctx.exit_code = EX_USAGE;
		return;
	}
	while (ret > 0 && !doveadm_is_killed()) T_BEGIN {
		ret = scan_batch(scan);
		if (ret > 0)
			scan_tell_batch(scan, FALSE);
	} T_END;
	scan_tell_batch(scan, TRUE);
	if (ret > 0) {
		backscatter_walk_failed(&scan->walk, "interrupted after %u of "
			"%u messages, run it again to go on", scan->walk.seen,
			scan->walk.messages);
	}
}

static void scan_print_counts(struct scan_mailbox *scan)
{
	const struct scan_count *count;

	array_foreach(&scan->counts, count) {
		doveadm_print(mailbox_get_vname(scan->walk.box));
		doveadm_print(count->verdict);
		doveadm_print(count->reason);
		doveadm_print_num(count->messages);
		if (scan->ctx->move != NULL)
			doveadm_print_num(count->moved);
	}
}

static void
scan_mailbox(struct scan_cmd_context *ctx, struct mail_user *user,
	     const char *name)
{
	struct scan_mailbox scan = {
		.walk = {
			.ctx = &ctx->ctx,
			.user = user,
			.judged = scan_judged
		},
		.ctx = ctx
	};

	if (backscatter_walk_open(&scan.walk, name) < 0)
		return;
	scan.pool = pool_alloconly_create("backscatter scan counts", 1024);
	scan.batch_pool = pool_alloconly_create("backscatter scan batch", 8192);
	p_array_init(&scan.counts, scan.pool, 32);
	scan_batches(&scan);
	if (!ctx->full)
		scan_print_counts(&scan);
	mailbox_free(&scan.walk.box);
	pool_unref(&scan.batch_pool);
	pool_unref(&scan.pool);
}

static int
scan_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct scan_cmd_context *ctx =
		container_of(_ctx, struct scan_cmd_context, ctx);
	const char *const *name, *error;

	if (ctx->move_to != NULL &&
	    backscatter_move_init(user, ctx->move_to, &ctx->move, &error) < 0)
		return doveadm_backscatter_user_failed(_ctx, user, "%s", error);
	for (name = ctx->mailboxes; *name != NULL && !doveadm_is_killed();
	     name++) T_BEGIN {
		scan_mailbox(ctx, user, *name);
	} T_END;
	backscatter_move_deinit(&ctx->move);
	return 0;
}

/* With -f there is a row for each bounce, otherwise one for each verdict and
   reason. */
static void scan_print_headers(const struct scan_cmd_context *ctx)
{
	static const struct doveadm_backscatter_column full[] = {
		{ "mailbox", 0 },
		{ "uid", DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY },
		{ "received", 0 },
		{ "verdict", 0 },
		{ "reason", 0 },
		{ "original-message-id", 0 },
		{ "moved", DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY }
	}, counts[] = {
		{ "mailbox", 0 },
		{ "verdict", 0 },
		{ "reason", 0 },
		{ "messages", DOVEADM_BACKSCATTER_NUMBER },
		{ "moved", DOVEADM_BACKSCATTER_NUMBER }
	};
	unsigned int unmoved = ctx->move_to == NULL ? 1 : 0;

	if (ctx->full) {
		doveadm_backscatter_print_headers(full,
						  N_ELEMENTS(full) - unmoved);
	} else {
		doveadm_backscatter_print_headers(counts,
						  N_ELEMENTS(counts) - unmoved);
	}
}

static void
scan_init(struct doveadm_mail_cmd_context *_ctx BACKSCATTER_DOVEADM_INIT_ARGS)
{
	struct scan_cmd_context *ctx =
		container_of(_ctx, struct scan_cmd_context, ctx);

	if (!doveadm_cmd_param_array(_ctx->cctx, "mailbox", &ctx->mailboxes))
		doveadm_mail_help_name("backscatter scan");
	(void)doveadm_cmd_param_str(_ctx->cctx, "move", &ctx->move_to);
	(void)doveadm_cmd_param_bool(_ctx->cctx, "full", &ctx->full);
	if (!doveadm_server && isatty(STDERR_FILENO) > 0)
		ctx->progress = SCAN_PROGRESS_TERMINAL;
	else if (!doveadm_server && doveadm_verbose)
		ctx->progress = SCAN_PROGRESS_LINES;
	scan_print_headers(ctx);
}

struct doveadm_mail_cmd_context *doveadm_backscatter_scan_alloc(void)
{
	return doveadm_backscatter_alloc(sizeof(struct scan_cmd_context),
					 scan_init, scan_run, NULL);
}
