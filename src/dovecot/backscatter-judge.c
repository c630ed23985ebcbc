/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "istream.h"
#include "str-sanitize.h"
#include "smtp-address.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "bounce-address.h"
#include "bounce-domains.h"
#include "bounce-kind.h"
#include "bounce-message.h"
#include "bounce-envelope.h"
#include "bounce-policy.h"
#include "bounce-verdict.h"
#include "backscatter-dict.h"
#include "backscatter-event.h"
#include "backscatter-throttle.h"
#include "backscatter-ports.h"
#include "backscatter-settings.h"
#include "backscatter-private.h"

#include <time.h>

/* A key that cannot be used is said again after this many seconds. */
#define BACKSCATTER_KEY_WARNING_INTERVAL 3600

/* So is DNS that does not answer, whatever was asked. */
#define BACKSCATTER_DNS_WARNING_INTERVAL 60

/* Where DNS has an answer for every name, a stranger can make up keys of ours
   that cannot be used. Each bounce has its line in the log anyway. */
static struct backscatter_throttle backscatter_key_warnings = {
	.interval = BACKSCATTER_KEY_WARNING_INTERVAL,
	.forget = TRUE
};
static struct backscatter_throttle backscatter_dns_warnings = {
	.interval = BACKSCATTER_DNS_WARNING_INTERVAL
};

struct backscatter_judgement {
	pool_t pool;
	struct event *event;
	struct mail_user *user;
	struct mail *mail;
	const struct backscatter_settings *set;
	struct bounce_policy policy;
	struct bounce_envelope envelope;
	struct backscatter_result *result;
};

const char *backscatter_address(pool_t pool, const struct smtp_address *address)
{
	return address == NULL ? NULL :
		p_strdup(pool, smtp_address_encode(address));
}

/* Where no sender is known, bounce-kind.c asks Return-Path. */
static void
backscatter_envelope_init(struct backscatter_judgement *j,
			  struct mail_user *user,
			  const struct backscatter_envelope *envelope)
{
	j->envelope.mail_from =
		backscatter_address(j->pool, envelope->mail_from);
	if (envelope->rcpt_to != NULL && envelope->rcpt_to->domain != NULL) {
		j->envelope.rcpt_to =
			backscatter_address(j->pool, envelope->rcpt_to);
	} else if (strchr(user->username, '@') != NULL) {
		j->envelope.rcpt_to = user->username;
	}
	j->envelope.orcpt = backscatter_address(j->pool, envelope->orcpt);
	j->envelope.user = user->username;
}

/* The recipient's domain, where no others are set. Without any every original
   would be a stranger's: then nothing is judged. */
static int
backscatter_policy_init(struct backscatter_judgement *j, const char **error_r)
{
	struct bounce_domains *domains;
	const char *rcpt_to = j->envelope.rcpt_to;
	const char *domain, *error;

	domains = backscatter_domains_get(j->pool, j->user, &j->set->domains);
	if (domains == NULL) {
		domain = bounce_address_domain(rcpt_to);
		if (domain == NULL) {
			*error_r = "backscatter_domains is not set, and the "
				"recipient has no domain: "
				"set backscatter_domains";
			return -1;
		}
		if (bounce_domains_parse(j->pool, domain, &domains,
					 &error) < 0) {
			*error_r = t_strdup_printf("backscatter_domains is not "
				"set, and the recipient's domain is of no use: "
				"%s", str_sanitize(error, 200));
			return -1;
		}
	}
	j->policy = j->set->policy;
	j->policy.domains = domains;
	j->policy.now = time(NULL);
	return 0;
}

/* message_r is set to what could be read. */
static int
backscatter_read(struct backscatter_judgement *j,
		 const struct bounce_message **message_r, const char **error_r)
{
	struct bounce_message_settings set;
	struct istream *input;
	int ret;

	if (mail_get_stream_because(j->mail, NULL, NULL, "backscatter",
				    &input) < 0) {
		/* nothing came: an empty message */
		struct bounce_message_parser *parser;

		i_zero(&set);
		parser = bounce_message_parser_init(j->pool, &set);
		*message_r = bounce_message_parser_finish(&parser);
		*error_r = mailbox_get_last_internal_error(j->mail->box, NULL);
		return -1;
	}
	i_zero(&set);
	set.envelope = &j->envelope;
	ret = bounce_message_read(j->pool, input, &set, message_r, error_r);
	/* the stream is the mail's: others read it from its beginning */
	i_stream_seek(input, 0);
	return ret;
}

static void backscatter_get_verdict(struct backscatter_judgement *j)
{
	struct backscatter_result *result = j->result;
	const struct bounce_message *message;
	struct backscatter_ports ports;
	const char *error;

	if (backscatter_read(j, &message, &error) < 0 ||
	    backscatter_ports_init(&ports, j->pool, j->user, j->set,
				   result->delivery ? BACKSCATTER_REPLAYS_COUNT :
				   BACKSCATTER_REPLAYS_IGNORE, &error) < 0) {
		result->verdict = bounce_verdict_give_up(j->pool, &j->envelope,
							 message, error);
		e_error(j->event, "Cannot judge the message, it is delivered "
			"as it is: %s", error);
		return;
	}
	result->verdict = bounce_judge(j->pool, &j->policy, &j->envelope,
				       message, &ports.ports);
	result->replay_key = ports.state.replay_key;
	backscatter_ports_deinit(&ports);
}

/* The line of the bounce says no more than temperror (dns). */
static void backscatter_log_dns(struct backscatter_judgement *j)
{
	const struct bounce_verdict *verdict = j->result->verdict;
	const struct bounce_signature_evidence *sig;
	unsigned int i;

	if (verdict->reason != BOUNCE_REASON_DNS)
		return;
	for (i = 0; i < verdict->signatures->sigs_count; i++) {
		sig = &verdict->signatures->sigs[i];
		if (sig->reason == BOUNCE_REASON_DNS && sig->text != NULL &&
		    backscatter_throttle_once(&backscatter_dns_warnings, "dns",
					  time(NULL))) {
			e_warning(j->event, "%s", sig->text);
			return;
		}
	}
}

static void
backscatter_log(struct backscatter_judgement *j, const char *session_id)
{
	const struct backscatter_result *result = j->result;
	const struct bounce_signatures *signatures =
		result->verdict->signatures;

	backscatter_log_result(j->event, result, &j->envelope, session_id);
	backscatter_domains_log(j->event, j->policy.domains);
	backscatter_log_unsigned(j->event, result, &j->policy);
	backscatter_log_dns(j);
	if (j->set->key_dir != NULL)
		backscatter_keys_check_files(j->event, j->set->key_dir);
	if (signatures != NULL && signatures->warning != NULL &&
	    backscatter_throttle_once(&backscatter_key_warnings,
				      signatures->warning, time(NULL)))
		e_warning(j->event, "%s", signatures->warning);
}

static void
backscatter_judge(struct backscatter_judgement *j, const char *session_id)
{
	backscatter_get_verdict(j);
	backscatter_result_conclude(j->result);
	if (j->result->is_bounce)
		backscatter_log(j, session_id);
}

static const struct backscatter_result *
backscatter_judge_user(pool_t pool, struct event *event,
		       struct mail_user *user, struct mail *mail,
		       const struct backscatter_envelope *envelope)
{
	struct backscatter_judgement j;
	const char *error;

	i_zero(&j);
	j.set = backscatter_user_get_settings(user);
	if (j.set == NULL || j.set->mode == BACKSCATTER_MODE_OFF)
		return NULL;

	backscatter_dict_start_message(user);
	j.pool = pool;
	j.user = user;
	j.mail = mail;
	j.event = backscatter_event_create(event);
	T_BEGIN {
		backscatter_envelope_init(&j, user, envelope);
		if (backscatter_policy_init(&j, &error) < 0)
			backscatter_log_config_error(j.event, error);
		else {
			j.result = p_new(pool, struct backscatter_result, 1);
			j.result->mode = j.set->mode;
			j.result->user = user;
			j.result->now = j.policy.now;
			j.result->delivery = envelope->delivery;
			backscatter_judge(&j, envelope->session_id);
		}
	} T_END;
	backscatter_dict_release(user);
	event_unref(&j.event);
	return j.result;
}

const struct backscatter_result *
backscatter_judge_mail(pool_t pool, struct event *event,
		       struct mail_user *user, struct mail *mail,
		       const struct backscatter_envelope *envelope)
{
	const struct backscatter_result *result;

	result = backscatter_judge_user(pool, event, user, mail, envelope);
	if (envelope->delivery)
		backscatter_result_attach(event, result);
	return result;
}
