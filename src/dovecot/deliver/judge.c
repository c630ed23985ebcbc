/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "istream.h"
#include "smtp-address.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "explain/check.h"
#include "verdict/verdict.h"
#include "dict/state-dict.h"
#include "base/event.h"
#include "base/throttle.h"
#include "deliver/ports.h"
#include "settings/plugin-settings.h"
#include "user/domains.h"
#include "user/keys.h"
#include "audit/log.h"
#include "deliver/result.h"
#include "user/user.h"
#include "verifier/verifier.h"

#include <time.h>

/* A key that cannot be used is warned of again after this many seconds. */
#define BACKSCATTER_KEY_WARNING_INTERVAL 3600

/* If DNS does not answer, this is warned of again after this many seconds,
   whatever name was asked for. */
#define BACKSCATTER_DNS_WARNING_INTERVAL 60

/* The result of ordinary mail. Its mode is OFF, whatever that of the user is,
   so that nobody asks for more. */
static const struct bounce_verdict judge_no_verdict;
static const struct backscatter_result judge_no_bounce = {
	.verdict = &judge_no_verdict
};

/* If DNS has an answer for every name, a stranger can make up any number of
   keys of ours that cannot be used. So a new text takes the place of the
   oldest. */
static struct backscatter_throttle backscatter_key_warnings = {
	.interval = BACKSCATTER_KEY_WARNING_INTERVAL,
	.forget = TRUE
};
static struct backscatter_throttle backscatter_dns_warnings = {
	.interval = BACKSCATTER_DNS_WARNING_INTERVAL
};

/* Load now what a bounce needs, as what calls it could not say why it is not
   there. */
static int judge_prepare(const char **error_r)
{
	const struct backscatter_verifier *verifier;

	return backscatter_verifier_load(&verifier, error_r);
}

static void
judge_init_check(pool_t pool, const struct backscatter_question *question,
		 const struct backscatter_settings *set,
		 struct bounce_check *check)
{
	const struct backscatter_envelope *envelope = &question->envelope;

	check->file = p_strdup(pool, question->name);
	check->number = 1;
	check->policy = set->policy;
	check->policy.domains = backscatter_domains_get(pool, question->user,
							&set->domains);
	check->policy.now = question->when != 0 ? question->when : time(NULL);
	check->policy.now_is_doubtful = question->envelope.delivery;
	/* if no sender is known, kind/kind.c takes it from Return-Path */
	check->envelope.mail_from =
		backscatter_address(pool, envelope->mail_from);
	if (envelope->rcpt_to != NULL && envelope->rcpt_to->domain != NULL) {
		check->envelope.rcpt_to =
			backscatter_address(pool, envelope->rcpt_to);
	}
	check->envelope.orcpt = backscatter_address(pool, envelope->orcpt);
	check->envelope.user = p_strdup(pool, question->user->username);
	check->domains_needed = TRUE;
	check->prepare = judge_prepare;
}

/* Returns the same as bounce_check(), and sets the result unless that is 0. */
static int
judge_question(pool_t pool, const struct backscatter_question *question,
	       const struct backscatter_settings *set,
	       enum backscatter_replays replays, struct bounce_check *check,
	       struct backscatter_result **result_r, const char **error_r)
{
	struct backscatter_result *result;
	struct backscatter_ports ports;
	int ret;

	judge_init_check(pool, question, set, check);
	(void)backscatter_ports_init(&ports, pool, question->user, set,
				     replays, &check->failed);
	ret = bounce_check(pool, check, &ports.ports, question->input,
			   error_r);
	if (ret == 0) {
		*error_r = "backscatter_domains is not set, and neither the "
			"recipient nor the user's name has a domain, so "
			"bounces to this user are not judged: set "
			"backscatter_domains to the domains that sign your "
			"mail";
	} else {
		result = p_new(pool, struct backscatter_result, 1);
		result->mode = set->mode;
		result->check = check;
		result->verdict = check->verdict;
		result->user = question->user;
		result->now = check->policy.now;
		result->delivery = question->envelope.delivery;
		result->memory = ports.memory;
		*result_r = result;
	}
	if (check->failed == NULL)
		backscatter_ports_deinit(&ports);
	return ret;
}

/*
 * A delivery, or Sieve alone
 */

/* The log line of the bounce says only "temperror (dns)", so say here what went
   wrong. */
static void backscatter_log_dns(struct event *event,
				const struct bounce_verdict *verdict)
{
	const struct bounce_signature_evidence *sig;
	unsigned int i;

	if (verdict->reason != BOUNCE_REASON_DNS)
		return;
	for (i = 0; i < verdict->signatures->sigs_count; i++) {
		sig = &verdict->signatures->sigs[i];
		if (sig->reason == BOUNCE_REASON_DNS && sig->text != NULL &&
		    backscatter_throttle_once(&backscatter_dns_warnings, "dns",
					  time(NULL))) {
			e_warning(event, "%s", sig->text);
			return;
		}
	}
}

static void
backscatter_log(struct event *event, const struct backscatter_settings *set,
		const struct backscatter_result *result,
		const char *session_id)
{
	const struct bounce_signatures *signatures =
		result->verdict->signatures;

	backscatter_log_result(event, result, session_id);
	backscatter_domains_log(event, result->check->policy.domains);
	backscatter_log_unsigned(event, result);
	backscatter_log_dns(event, result->verdict);
	/* without signatures the message was not judged, and the files might
	   not be readable for the same reason */
	if (set->key_dir != NULL && signatures != NULL)
		backscatter_keys_check_files(event, set->key_dir);
	if (signatures != NULL && signatures->warning != NULL &&
	    backscatter_throttle_once(&backscatter_key_warnings,
				      signatures->warning, time(NULL)))
		e_warning(event, "%s", signatures->warning);
}

static const struct backscatter_result *
judge_stream(pool_t pool, struct event *event,
	     const struct backscatter_question *question,
	     const struct backscatter_settings *set)
{
	struct backscatter_result *result = NULL;
	const char *error;
	int ret;

	ret = judge_question(pool, question, set,
			     question->envelope.delivery ?
			     BACKSCATTER_REPLAYS_COUNT :
			     BACKSCATTER_REPLAYS_IGNORE,
			     p_new(pool, struct bounce_check, 1), &result,
			     &error);
	if (ret == 0) {
		/* without own domains, no original could be ours */
		backscatter_log_config_error(event, error);
		return NULL;
	}
	if (ret < 0) {
		e_error(event, "Cannot judge the message, so it is delivered "
			"as it is: %s", error);
	}
	backscatter_result_conclude(result);
	if (result->is_bounce) {
		backscatter_log(event, set, result,
				question->envelope.session_id);
	}
	return result;
}

/* TRUE if the header of the mail shows for certain that it is no bounce, report
   or automatic reply. Most mail is not, and costs no more than this. LMTP puts
   fields of its own before the mail, which come as a piece of their own: if
   both were asked for at once, the stream would copy them. */
static bool judge_is_ordinary(struct istream *input,
			      const struct smtp_address *mail_from)
{
	struct bounce_envelope envelope;
	const unsigned char *data;
	size_t size;
	int ret = 0;

	/* nearly all bounces */
	if (smtp_address_isnull(mail_from))
		return FALSE;
	i_zero(&envelope);
	envelope.mail_from = smtp_address_encode(mail_from);
	while (ret == 0 && i_stream_read_more(input, &data, &size) > 0) {
		ret = bounce_check_ordinary(&envelope, input->v_offset, data,
					    size);
		i_stream_skip(input, size);
	}
	return ret > 0;
}

/* Returns NULL if bounces to this user are not judged. */
static const struct backscatter_result *
judge_with_settings(pool_t pool, struct event *event,
		    const struct backscatter_question *question)
{
	const struct backscatter_settings *set =
		backscatter_user_get_settings(question->user);
	const struct backscatter_result *result;
	struct event *our_event;

	if (set == NULL || set->mode == BACKSCATTER_MODE_OFF)
		return NULL;
	our_event = backscatter_event_create(event);
	backscatter_dict_start_message(question->user);
	result = judge_stream(pool, our_event, question, set);
	backscatter_dict_release(question->user);
	event_unref(&our_event);
	return result;
}

static const struct backscatter_result *
judge_mail(pool_t pool, struct event *event, struct mail *mail,
	   struct backscatter_question *question)
{
	const struct backscatter_result *result;
	struct istream *input;
	bool opened;

	opened = mail_get_stream_because(mail, NULL, NULL, "backscatter",
					 &input) == 0;
	if (!opened) {
		input = i_stream_create_error_str(EIO, "%s",
			mailbox_get_last_internal_error(mail->box, NULL));
	}
	if (judge_is_ordinary(input, question->envelope.mail_from))
		result = &judge_no_bounce;
	else {
		if (opened)
			i_stream_seek(input, 0);
		question->input = input;
		result = judge_with_settings(pool, event, question);
	}
	/* the stream belongs to the mail, and others read it from its
	   beginning */
	if (opened)
		i_stream_seek(input, 0);
	else
		i_stream_unref(&input);
	return result;
}

const struct backscatter_result *
backscatter_judge_mail(pool_t pool, struct event *event,
		       struct mail_user *user, struct mail *mail,
		       const struct backscatter_envelope *envelope)
{
	struct backscatter_question question = {
		.user = user, .envelope = *envelope
	};
	const struct backscatter_result *result;

	T_BEGIN {
		result = judge_mail(pool, event, mail, &question);
	} T_END;
	if (envelope->delivery)
		backscatter_result_attach(event, result);
	return result;
}

/*
 * An admin's question
 */

int backscatter_ask(pool_t pool, const struct backscatter_question *question,
		    const struct backscatter_result **result_r,
		    const char **error_r)
{
	const struct backscatter_settings *set =
		backscatter_user_get_settings(question->user);
	struct backscatter_result *result;
	struct bounce_check *check;
	int ret;

	if (set == NULL) {
		*error_r = "the user's settings are wrong (see above)";
		return -1;
	}
	check = p_new(pool, struct bounce_check, 1);
	check->header_recipient = TRUE;
	backscatter_dict_start_message(question->user);
	ret = judge_question(pool, question, set, question->delivered ?
			     BACKSCATTER_REPLAYS_IGNORE :
			     BACKSCATTER_REPLAYS_LOOK, check, &result,
			     error_r);
	backscatter_dict_release(question->user);
	if (ret <= 0)
		return -1;
	backscatter_domains_log(question->user->event, check->policy.domains);
	result->mode = BACKSCATTER_MODE_ENFORCE;
	backscatter_result_conclude(result);
	*result_r = result;
	return 0;
}

void backscatter_result_explain(const struct backscatter_result *result,
				string_t *dest)
{
	bounce_check_text(dest, result->check);
}
