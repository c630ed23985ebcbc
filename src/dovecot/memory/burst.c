/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "lib-event.h"
#include "header/header.h"
#include "message/message.h"
#include "explain/property.h"
#include "base/types.h"
#include "verdict/verdict.h"
#include "memory/record-dict.h"
#include "memory/burst.h"
#include "settings/plugin-settings.h"
#include "dovecot-backscatter.h"

/* How many recipients of one bounce are counted. */
#define BURST_MAX_RECIPIENTS 10

static bool burst_is_genuine_failure(const struct backscatter_result *result)
{
	return result->verdict->value == BOUNCE_VERDICT_GENUINE &&
		result->verdict->kind.kind == BOUNCE_KIND_FAILED;
}

/*
 * Different originals and recipients
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

/* Returns how many of the bounce's recipients are new. */
static unsigned int
burst_see_recipients(struct backscatter_record *record,
		     const struct backscatter_result *result)
{
	const char *const *recipients, *name;
	unsigned int i, count = 0;

	recipients = bounce_property_get(pool_datastack_create(),
					 BOUNCE_PROPERTY_FINAL_RECIPIENT,
					 result->verdict);
	for (i = 0; recipients[i] != NULL && i < BURST_MAX_RECIPIENTS; i++) {
		name = t_str_lcase(recipients[i]);
		if (!backscatter_record_see(record, BACKSCATTER_RECORD_TO,
				backscatter_record_hash(name, strlen(name)),
				result->now))
			count++;
	}
	return count;
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
		add_int("period", set->burst_period);

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

static bool
burst_ring(struct backscatter_record *record,
	   const struct backscatter_settings *set, time_t now)
{
	bool ring = !burst_lasts(record, set, now);

	if (ring)
		record->burst.since = now;
	record->burst.last = now;
	record->burst.originals = backscatter_record_sum(record,
						BACKSCATTER_RECORD_ORIGINALS);
	record->burst.recipients = backscatter_record_sum(record,
						BACKSCATTER_RECORD_RECIPIENTS);
	record->burst.bounces = backscatter_record_sum(record,
						BOUNCE_VERDICT_GENUINE);
	return ring;
}

static bool
burst_is_new_original(const struct backscatter_record *record,
		      const struct backscatter_result *result)
{
	return burst_is_genuine_failure(result) &&
		!backscatter_record_has_seen(record, BACKSCATTER_RECORD_OF,
				burst_original_hash(result->verdict));
}

bool backscatter_burst_approaches(const struct backscatter_record *record,
				  const struct backscatter_settings *set,
				  const struct backscatter_result *result)
{
	return set->burst_limit > 0 &&
		!burst_lasts(record, set, result->now) &&
		burst_is_new_original(record, result);
}

bool backscatter_burst_count(struct backscatter_record *record,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result)
{
	const char *hash;

	backscatter_record_add(record, result->verdict->value, 1);
	if (!burst_is_genuine_failure(result))
		return FALSE;
	hash = burst_original_hash(result->verdict);
	if (!backscatter_record_see(record, BACKSCATTER_RECORD_OF, hash,
				    result->now))
		backscatter_record_add(record, BACKSCATTER_RECORD_ORIGINALS, 1);
	backscatter_record_add(record, BACKSCATTER_RECORD_RECIPIENTS,
			       burst_see_recipients(record, result));
	return set->burst_limit > 0 &&
		backscatter_record_sum(record, BACKSCATTER_RECORD_ORIGINALS) >=
		set->burst_limit && burst_ring(record, set, result->now);
}

uint64_t backscatter_burst_bounces(const struct backscatter_record *record,
				   const struct backscatter_result *result)
{
	/* the bounce that is being delivered is counted later */
	return backscatter_record_sum(record, result->verdict->value) +
		(result->delivery ? 1 : 0);
}

static bool
burst_will_ring(const struct backscatter_record *record,
		const struct backscatter_settings *set,
		const struct backscatter_result *result,
		uint64_t *originals_r)
{
	if (!result->delivery || !burst_is_genuine_failure(result))
		return FALSE;
	*originals_r = backscatter_record_sum(record,
					      BACKSCATTER_RECORD_ORIGINALS);
	if (burst_is_new_original(record, result))
		(*originals_r)++;
	return *originals_r >= set->burst_limit;
}

bool backscatter_burst_alarm(const struct backscatter_record *record,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result,
			     uint64_t *originals_r)
{
	if (set->burst_limit == 0)
		return FALSE;
	if (burst_will_ring(record, set, result, originals_r))
		return TRUE;
	*originals_r = record->burst.originals;
	return burst_lasts(record, set, result->now);
}

/*
 * An admin's question
 */

int backscatter_burst_get(struct mail_user *user,
			  struct backscatter_burst *burst_r,
			  const char **error_r)
{
	struct backscatter_record record;
	int ret;

	i_zero(burst_r);
	ret = backscatter_record_read(user, pool_datastack_create(), &record,
				      error_r);
	if (ret <= 0) {
		if (ret == 0)
			*error_r = "backscatter_dict is not set";
		return -1;
	}
	burst_r->since = record.burst.since;
	burst_r->last = record.burst.last;
	burst_r->originals = record.burst.originals;
	burst_r->recipients = record.burst.recipients;
	burst_r->bounces = record.burst.bounces;
	return record.burst.last > 0 ? 1 : 0;
}
