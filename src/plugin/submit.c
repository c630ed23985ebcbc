/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "iostream-ssl.h"
#include "ostream.h"
#include "mail-user.h"
#include "mail-deliver.h"
#include "smtp-submit.h"
#include "dovecot-backscatter.h"
#include "base/compat.h"
#include "submit.h"

/* The client that delivers the bounce waits for this, once a day at most. It is
   the time for sendmail, or for each answer of submission_host; a transaction
   that has begun cannot be ended otherwise. */
#define SUBMIT_SECS 3

int backscatter_submit(struct mail_deliver_context *ctx,
		       const struct backscatter_notice *notice,
		       const char **error_r)
{
	struct smtp_submit_settings set = *ctx->smtp_set;
	struct smtp_submit_input input;
	struct smtp_submit *submit;
	int ret;

	i_zero(&input);
	input.event_parent = ctx->event;
	backscatter_submit_set_ssl(ctx->rcpt_user, &input);
	set.submission_timeout = SUBMIT_SECS;

	submit = smtp_submit_init_simple(&input, &set, NULL);
	smtp_submit_add_rcpt(submit, notice->to);
	o_stream_nsend_str(smtp_submit_send(submit), notice->message);
	ret = smtp_submit_run(submit, error_r);
	*error_r = t_strdup(*error_r);
	smtp_submit_deinit(&submit);
	return ret > 0 ? 0 : -1;
}
