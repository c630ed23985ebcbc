/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "smtp-params.h"

#include "sieve-common.h"
#include "sieve-interpreter.h"
#include "sieve-message.h"
#include "sieve-runtime.h"
#include "sieve-runtime-trace.h"

#include "dovecot-backscatter.h"

#include "ext-backscatter-common.h"

/*
 * Runtime
 */

struct ext_backscatter_message_context {
	/* NULL if the message is not judged. */
	const struct backscatter_result *result;
};

/* Only a delivery has a real envelope. sieve-test, sieve-filter and IMAP's
   FILTER make one up from the header, and in it the sender is never null: so
   the sender is only taken from a delivery. */
static void
ext_backscatter_get_envelope(const struct sieve_execute_env *eenv,
			     struct backscatter_envelope *envelope_r)
{
	const struct sieve_message_data *msgdata = eenv->msgdata;

	i_zero(envelope_r);
	if ((eenv->flags & SIEVE_EXECUTE_FLAG_NO_ENVELOPE) != 0)
		return;
	envelope_r->rcpt_to = msgdata->envelope.rcpt_to;
	if (msgdata->envelope.rcpt_params != NULL)
		envelope_r->orcpt = msgdata->envelope.rcpt_params->orcpt.addr;
	if (eenv->svinst->env_location == SIEVE_ENV_LOCATION_MDA)
		envelope_r->mail_from = msgdata->envelope.mail_from;
}

static const struct backscatter_result *
ext_backscatter_judge(const struct sieve_runtime_env *renv)
{
	const struct sieve_execute_env *eenv = renv->exec_env;
	struct mail_user *user = eenv->scriptenv->user;
	struct backscatter_envelope envelope;

	if (user == NULL)
		return NULL;

	ext_backscatter_get_envelope(eenv, &envelope);
	return backscatter_judge_mail(sieve_message_context_pool(renv->msgctx),
				      eenv->svinst->event, user,
				      sieve_message_get_mail(renv->msgctx),
				      &envelope);
}

const struct backscatter_result *
ext_backscatter_get_result(const struct sieve_runtime_env *renv,
			   const struct sieve_extension *ext)
{
	const struct ext_backscatter_message_context *cached;
	struct ext_backscatter_message_context *mctx;
	const struct backscatter_result *result;

	result = backscatter_result_find(renv->exec_env->svinst->event);
	if (result != NULL)
		return result;

	cached = sieve_message_context_extension_get(renv->msgctx, ext);
	if (cached != NULL)
		return cached->result;

	sieve_runtime_trace(renv, SIEVE_TRLVL_TESTS,
			    "the delivery has no verdict: judging the message");
	mctx = p_new(sieve_message_context_pool(renv->msgctx),
		     struct ext_backscatter_message_context, 1);
	mctx->result = ext_backscatter_judge(renv);
	sieve_message_context_extension_set(renv->msgctx, ext, mctx);
	return mctx->result;
}
