/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "lib-event.h"
#include "guid.h"
#include "hostpid.h"
#include "mail-user.h"
#include "base/types.h"
#include "header/header.h"
#include "message/message.h"
#include "name/address.h"
#include "name/networks.h"
#include "report/delivery-status.h"
#include "verdict/verdict.h"
#include "memory/record-dict.h"
#include "memory/burst.h"
#include "settings/plugin-settings.h"
#include "dovecot-backscatter.h"

/* From one notice to the next, and from one that could not be sent. */
#define BURST_NOTICE_SECS (24 * 3600)
#define BURST_NOTICE_RETRY_SECS 600

static bool burst_is_genuine_failure(const struct backscatter_result *result)
{
	return result->verdict->value == BOUNCE_VERDICT_GENUINE &&
		result->verdict->kind.kind == BOUNCE_KIND_FAILED;
}

/*
 * What a bounce counts for
 */

/* A mail to several recipients has the same signature in each bounce. If no
   signature was verified, its Message-ID tells which mail it was. */
static const char *burst_original_hash(const struct bounce_verdict *verdict)
{
	const char *message_id;

	if (verdict->sig != NULL && verdict->sig->sig->b_size > 0) {
		return backscatter_record_hash(verdict->sig->sig->b,
					       verdict->sig->sig->b_size);
	}
	message_id = verdict->original == NULL ? NULL :
		t_bounce_header_value(verdict->original->message.header,
				      "Message-ID");
	if (message_id == NULL)
		message_id = "";
	return backscatter_record_hash(message_id, strlen(message_id));
}

static const char *burst_text_hash(const char *text)
{
	text = t_str_lcase(text);
	return backscatter_record_hash(text, strlen(text));
}

/* TRUE if the original was sent before a suspension ended. A thief's mail comes
   back for days, and must not suspend a user again who has a new password. */
static bool
burst_is_of_before(const struct backscatter_record *record,
		   const struct bounce_verdict *verdict)
{
	return record->suspended > 0 && (verdict->sig == NULL ||
		bounce_signature_time(verdict->sig) <= record->suspended);
}

/* TRUE if the original is our own last notice of a burst. Who sends with the
   account cannot make such an original, since he does not know the id. */
static bool
burst_is_of_notice(const struct backscatter_record *record,
		   const struct bounce_verdict *verdict)
{
	const char *message_id = verdict->original == NULL ? NULL :
		t_bounce_header_value(verdict->original->message.header,
				      "Message-ID");

	return record->told > 0 && message_id != NULL && strcmp(message_id,
		backscatter_burst_message_id(record->told_id)) == 0;
}

static void
t_burst_failure(const struct backscatter_record *record,
		const struct bounce_verdict *verdict,
		struct backscatter_failure *failure_r)
{
	static const struct bounce_proof no_proof;
	const struct bounce_proof *proof = verdict->answers == NULL ?
		&no_proof : &verdict->answers->proof;
	bool proven = proof->strength > BOUNCE_PROOF_CLAIMED &&
		!burst_is_of_before(record, verdict);
	struct backscatter_failed_recipient *recipients;
	const struct bounce_report_recipient *recipient;
	const char *address, *domain;
	unsigned int i;

	i_zero(failure_r);
	failure_r->proof = proven ? proof->strength :
		I_MIN(proof->strength, BOUNCE_PROOF_CLAIMED);
	failure_r->original = burst_original_hash(verdict);
	if (proven && proof->client.family != 0) {
		failure_r->network = burst_text_hash(
			t_bounce_network_name(&proof->client));
	}
	recipients = t_new(struct backscatter_failed_recipient,
			   proof->recipients_count + 1);
	for (i = 0; i < proof->recipients_count; i++) {
		recipient = proof->recipients[i];
		address = recipient->final_recipient != NULL ?
			recipient->final_recipient :
			recipient->original_recipient;
		if (address == NULL)
			continue;
		recipients[failure_r->recipients_count].hash =
			burst_text_hash(address);
		recipients[failure_r->recipients_count++].dead =
			bounce_report_recipient_is_dead(recipient);
		domain = bounce_address_domain(address);
		if (failure_r->proof == BOUNCE_PROOF_RECIPIENT &&
		    domain != NULL && failure_r->domain == NULL)
			failure_r->domain = burst_text_hash(domain);
	}
	failure_r->recipients = recipients;
}

/*
 * The alarm
 */

void backscatter_burst_log(struct event *event,
			   const struct backscatter_settings *set,
			   const struct backscatter_record *record)
{
	const struct backscatter_record_burst *burst = &record->burst;
	struct event_passthrough *e = event_create_passthrough(event)->
		set_name("backscatter_burst")->
		add_int("originals", burst->originals)->
		add_int("recipients", burst->recipients)->
		add_int("bounces", burst->bounces)->
		add_int("limit", set->burst_limit)->
		add_int("period", set->burst_period)->
		add_int("dead_recipients", burst->dead)->
		add_int("hosts", burst->hosts)->
		add_str("signal", backscatter_alarm_name(burst->signal));

	e_warning(e->event(), "burst: %llu mails to %llu recipients came back "
		  "within %u seconds, and all were sent through our servers: "
		  "the user's password may have been stolen",
		  (unsigned long long)burst->originals,
		  (unsigned long long)burst->recipients, set->burst_period);
}

/* A burst lasts until no bounce came over the limit for a whole period. */
static bool
burst_lasts(const struct backscatter_record *record,
	    const struct backscatter_settings *set, time_t now)
{
	return record->burst.last > 0 &&
		now - record->burst.last <= (time_t)set->burst_period;
}

/* Returns what has reached its limit. */
static enum backscatter_alarm_signal
burst_find(const struct backscatter_record *record,
	   const struct backscatter_settings *set, bool proven)
{
	const struct backscatter_alarm_limits limits = {
		.originals = set->burst_limit,
		.recipients = set->burst_recipients,
		.hosts = set->burst_hosts
	};

	return backscatter_alarm_find(record, &limits, proven);
}

static bool
burst_ring(struct backscatter_record *record,
	   const struct backscatter_settings *set,
	   enum backscatter_alarm_signal signal, time_t now)
{
	struct backscatter_record_burst *burst = &record->burst;
	bool ring = !burst_lasts(record, set, now);

	if (ring) {
		burst->since = now;
		burst->signal = signal;
	}
	burst->last = now;
	burst->originals = backscatter_record_sum(record,
						BACKSCATTER_RECORD_ORIGINALS);
	burst->recipients = backscatter_record_sum(record,
						BACKSCATTER_RECORD_RECIPIENTS);
	burst->bounces = backscatter_record_sum(record,
						BOUNCE_VERDICT_GENUINE);
	burst->dead = backscatter_record_sum(record, BACKSCATTER_RECORD_DEAD);
	/* a suspension forgets the networks */
	burst->hosts = I_MAX(ring ? 0 : burst->hosts,
		backscatter_record_sum(record, BACKSCATTER_RECORD_NETWORKS));
	return ring;
}

static bool burst_may_suspend(const struct backscatter_record *record,
			      const struct backscatter_settings *set,
			      const struct backscatter_result *result)
{
	return set->suspend == BACKSCATTER_SUSPEND_ALARM &&
		result->mode == BACKSCATTER_MODE_ENFORCE &&
		record->suspended <= result->now;
}

/*
 * The notice
 */

const char *backscatter_burst_message_id(const char *id)
{
	return t_strdup_printf("<backscatter-notice.%s@%s>", id,
			       my_hostdomain());
}

bool backscatter_burst_tells(struct backscatter_record *record,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result)
{
	guid_128_t id;

	if (set->notice_to == NULL ||
	    result->mode != BACKSCATTER_MODE_ENFORCE ||
	    !burst_is_genuine_failure(result) ||
	    !burst_lasts(record, set, result->now) ||
	    record->told >= record->burst.since ||
	    (record->told > 0 &&
	     result->now - record->told < BURST_NOTICE_SECS))
		return FALSE;
	guid_128_generate(id);
	record->told = result->now;
	i_strocpy(record->told_id, backscatter_record_hash(id, sizeof(id)),
		  sizeof(record->told_id));
	return TRUE;
}

void backscatter_burst_not_told(struct backscatter_record *record)
{
	record->told = I_MAX(record->told - BURST_NOTICE_SECS +
			     BURST_NOTICE_RETRY_SECS, 1);
}

bool backscatter_burst_approaches(const struct backscatter_record *record,
				  const struct backscatter_settings *set,
				  const struct backscatter_result *result)
{
	struct backscatter_failure failure;

	if (set->burst_limit == 0 || !burst_is_genuine_failure(result) ||
	    (burst_lasts(record, set, result->now) &&
	     !burst_may_suspend(record, set, result)))
		return FALSE;
	t_burst_failure(record, result->verdict, &failure);
	return backscatter_alarm_is_new(record, &failure);
}

bool backscatter_burst_count(struct backscatter_record *record,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result)
{
	struct backscatter_failure failure;
	enum backscatter_alarm_signal signal;

	backscatter_record_add(record, result->verdict->value, 1);
	if (!burst_is_genuine_failure(result) ||
	    burst_is_of_notice(record, result->verdict))
		return FALSE;
	t_burst_failure(record, result->verdict, &failure);
	backscatter_alarm_count(record, &failure, result->now);
	signal = burst_find(record, set, FALSE);
	return signal != BACKSCATTER_ALARM_NONE &&
		burst_ring(record, set, signal, result->now);
}

enum backscatter_alarm_signal
backscatter_burst_suspends(const struct backscatter_record *record,
			   const struct backscatter_settings *set,
			   const struct backscatter_result *result)
{
	return burst_is_genuine_failure(result) &&
		burst_may_suspend(record, set, result) ?
		burst_find(record, set, TRUE) : BACKSCATTER_ALARM_NONE;
}

const char *
backscatter_burst_why(const struct backscatter_record *record,
		      const struct backscatter_settings *set,
		      enum backscatter_alarm_signal signal)
{
	return t_strdup_printf("%s: %s mails to %s recipients who do not exist "
		"were returned by our own server, and mail to %s domains by "
		"theirs, within %u seconds; they were sent from %s networks",
		backscatter_alarm_name(signal),
		dec2str(backscatter_record_sum(record,
					       BACKSCATTER_RECORD_PROVEN)),
		dec2str(backscatter_record_sum(record,
					       BACKSCATTER_RECORD_PROVEN_DEAD)),
		dec2str(backscatter_record_sum(record,
					       BACKSCATTER_RECORD_DOMAINS)),
		set->burst_period,
		dec2str(backscatter_record_sum(record,
					       BACKSCATTER_RECORD_NETWORKS)));
}

uint64_t backscatter_burst_bounces(const struct backscatter_record *record,
				   const struct backscatter_result *result)
{
	/* the bounce that is being delivered is counted later */
	return backscatter_record_sum(record, result->verdict->value) +
		(result->delivery ? 1 : 0);
}

/* Counts the bounce in a copy of the record. */
static bool
burst_will_ring(const struct backscatter_record *record,
		const struct backscatter_settings *set,
		const struct backscatter_result *result,
		struct backscatter_record_burst *burst_r)
{
	struct backscatter_record copy;
	const char *error;
	pool_t pool;
	bool rings;

	if (!result->delivery || !burst_is_genuine_failure(result))
		return FALSE;
	pool = pool_alloconly_create("burst", 16 * 1024);
	if (backscatter_record_parse(pool, backscatter_record_text(record),
				     &copy, &error) < 0)
		i_unreached();
	backscatter_record_advance(&copy, result->now, set->burst_period,
				   UINT_MAX);
	(void)backscatter_burst_count(&copy, set, result);
	rings = burst_find(&copy, set, FALSE) != BACKSCATTER_ALARM_NONE;
	*burst_r = copy.burst;
	pool_unref(&pool);
	return rings;
}

bool backscatter_burst_alarm(const struct backscatter_record *record,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result,
			     struct backscatter_record_burst *burst_r)
{
	if (set->burst_limit == 0)
		return FALSE;
	if (burst_will_ring(record, set, result, burst_r))
		return TRUE;
	*burst_r = record->burst;
	return burst_lasts(record, set, result->now);
}

/*
 * An admin's question
 */

int backscatter_burst_get(struct mail_user *user,
			  struct backscatter_burst *burst_r,
			  const char **error_r)
{
	const struct backscatter_settings *set;
	struct backscatter_record record;
	const char *warning;
	int ret;

	i_zero(burst_r);
	if (backscatter_settings_get(user, user->pool, &set, &warning,
				     error_r) < 0)
		return -1;
	ret = backscatter_record_read(user, pool_datastack_create(), &record,
				      error_r);
	if (ret <= 0) {
		if (ret == 0)
			*error_r = BACKSCATTER_RECORD_NO_DICT;
		return -1;
	}
	burst_r->first = I_MAX(record.burst.since - set->burst_period, 0);
	burst_r->since = record.burst.since;
	burst_r->last = record.burst.last;
	burst_r->originals = record.burst.originals;
	burst_r->recipients = record.burst.recipients;
	burst_r->bounces = record.burst.bounces;
	burst_r->dead = record.burst.dead;
	burst_r->hosts = record.burst.hosts;
	burst_r->signal = backscatter_alarm_name(record.burst.signal);
	return record.burst.last > 0 ? 1 : 0;
}
