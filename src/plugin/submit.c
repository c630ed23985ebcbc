/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "ioloop.h"
#include "iostream-ssl.h"
#include "ostream.h"
#include "mail-user.h"
#include "mail-deliver.h"
#include "smtp-submit.h"
#include "dovecot-backscatter.h"
#include "base/compat.h"
#include "submit.h"

/* The client that delivers the bounce waits for this, once a day at most. It is
   the time for sendmail, or for each answer of submission_host. */
#define SUBMIT_SECS 10

struct submit_run {
	struct ioloop *ioloop;
	int status;
	/* NULL: it has not finished. */
	char *error;
};

static void
submit_finished(const struct smtp_submit_result *result,
		struct submit_run *run)
{
	run->status = result->status;
	run->error = i_strdup(result->error == NULL ? "" : result->error);
	io_loop_stop(run->ioloop);
}

static void submit_timeout(struct submit_run *run)
{
	io_loop_stop(run->ioloop);
}

/* Dovecot may wait for a sendmail that hangs for longer than its timeout, so we
   end it. A transaction with a host must not be ended, and keeps to its
   timeout. */
static void
submit_wait(struct submit_run *run, bool by_host, struct smtp_submit *submit)
{
	struct timeout *to = by_host ? NULL :
		timeout_add(SUBMIT_SECS * 1000, submit_timeout, run);

	smtp_submit_run_async(submit, submit_finished, run);
	if (run->error == NULL)
		io_loop_run(run->ioloop);
	timeout_remove(&to);
}

static void
submit_send(struct submit_run *run, struct mail_deliver_context *ctx,
	    const struct backscatter_notice *notice)
{
	struct smtp_submit_settings set = *ctx->smtp_set;
	struct smtp_submit_input input;
	struct smtp_submit *submit;
	bool by_host = set.submission_host != NULL &&
		*set.submission_host != '\0';

	i_zero(&input);
	input.event_parent = ctx->event;
	backscatter_submit_set_ssl(ctx->rcpt_user, &input);
	if (by_host)
		set.submission_timeout = SUBMIT_SECS;

	submit = smtp_submit_init_simple(&input, &set, NULL);
	smtp_submit_add_rcpt(submit, notice->to);
	o_stream_nsend_str(smtp_submit_send(submit), notice->message);
	submit_wait(run, by_host, submit);
	smtp_submit_deinit(&submit);
}

int backscatter_submit(struct mail_deliver_context *ctx,
		       const struct backscatter_notice *notice,
		       const char **error_r)
{
	struct submit_run run;
	const char *error;

	i_zero(&run);
	run.ioloop = io_loop_create();
	if (backscatter_ioloop_begin(&error) < 0)
		run.error = i_strdup(error);
	else
		submit_send(&run, ctx, notice);
	io_loop_destroy(&run.ioloop);

	*error_r = run.error != NULL ? t_strdup(run.error) : t_strdup_printf(
		"not finished after %u seconds", SUBMIT_SECS);
	i_free(run.error);
	return run.status > 0 ? 0 : -1;
}
