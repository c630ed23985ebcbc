/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "memory/alarm.h"

static const char *const signal_names[] = {
	[BACKSCATTER_ALARM_NONE] = "",
	[BACKSCATTER_ALARM_ORIGINALS] = "originals",
	[BACKSCATTER_ALARM_RECIPIENTS] = "recipients",
	[BACKSCATTER_ALARM_HOSTS] = "hosts"
};
_Static_assert(N_ELEMENTS(signal_names) == BACKSCATTER_ALARM_COUNT,
	       "signal_names is complete");

const char *backscatter_alarm_name(enum backscatter_alarm_signal signal)
{
	i_assert(signal < BACKSCATTER_ALARM_COUNT);
	return signal_names[signal];
}

static enum backscatter_record_flag
recipient_flags(const struct backscatter_failure *failure,
		const struct backscatter_failed_recipient *recipient)
{
	if (!recipient->dead)
		return 0;
	return failure->proof != BOUNCE_PROOF_OWN ?
		BACKSCATTER_RECORD_IS_DEAD : BACKSCATTER_RECORD_ALL_FLAGS;
}

/* A mailbox that is full, and a server that was down, show nothing. */
static bool failure_is_of_dead(const struct backscatter_failure *failure)
{
	unsigned int i;

	for (i = 0; i < failure->recipients_count; i++) {
		if (failure->recipients[i].dead)
			return TRUE;
	}
	return FALSE;
}

static enum backscatter_record_flag
original_flags(const struct backscatter_failure *failure)
{
	return failure->proof == BOUNCE_PROOF_OWN &&
		failure_is_of_dead(failure) ? BACKSCATTER_RECORD_IS_PROVEN : 0;
}

/* NULL: none counts. */
static const char *failure_network(const struct backscatter_failure *failure)
{
	return failure_is_of_dead(failure) ? failure->network : NULL;
}

static const char *failure_domain(const struct backscatter_failure *failure)
{
	return failure_is_of_dead(failure) ? failure->domain : NULL;
}

void backscatter_alarm_count(struct backscatter_record *record,
			     const struct backscatter_failure *failure,
			     time_t now)
{
	const struct backscatter_failed_recipient *recipient;
	const char *network = failure_network(failure);
	const char *domain = failure_domain(failure);
	unsigned int i;

	backscatter_record_count(record, BACKSCATTER_RECORD_OF,
				 failure->original, original_flags(failure),
				 now);
	for (i = 0; i < failure->recipients_count; i++) {
		recipient = &failure->recipients[i];
		backscatter_record_count(record, BACKSCATTER_RECORD_TO,
					 recipient->hash,
					 recipient_flags(failure, recipient),
					 now);
	}
	if (network != NULL) {
		backscatter_record_count(record, BACKSCATTER_RECORD_FROM,
					 network, 0, now);
	}
	if (domain != NULL) {
		backscatter_record_count(record, BACKSCATTER_RECORD_BY,
					 domain, 0, now);
	}
}

bool backscatter_alarm_is_new(const struct backscatter_record *record,
			      const struct backscatter_failure *failure)
{
	const struct backscatter_failed_recipient *recipient;
	const char *network = failure_network(failure);
	const char *domain = failure_domain(failure);
	unsigned int i;

	for (i = 0; i < failure->recipients_count; i++) {
		recipient = &failure->recipients[i];
		if (backscatter_record_is_new(record, BACKSCATTER_RECORD_TO,
				recipient->hash,
				recipient_flags(failure, recipient)))
			return TRUE;
	}
	return backscatter_record_is_new(record, BACKSCATTER_RECORD_OF,
			failure->original, original_flags(failure)) ||
		(network != NULL &&
		 !backscatter_record_has_seen(record, BACKSCATTER_RECORD_FROM,
					      network)) ||
		(domain != NULL &&
		 !backscatter_record_has_seen(record, BACKSCATTER_RECORD_BY,
					      domain));
}

static uint64_t
alarm_originals(const struct backscatter_record *record, uint64_t limit,
		bool proven)
{
	if (!proven) {
		return backscatter_record_sum(record,
					      BACKSCATTER_RECORD_ORIGINALS);
	}
	return backscatter_record_sum(record, BACKSCATTER_RECORD_PROVEN) +
		I_MIN(backscatter_record_sum(record,
					     BACKSCATTER_RECORD_DOMAINS),
		      limit / 4);
}

enum backscatter_alarm_signal
backscatter_alarm_find(const struct backscatter_record *record,
		       const struct backscatter_alarm_limits *limits,
		       bool proven)
{
	uint64_t factor = proven ? BACKSCATTER_ALARM_PROVEN_FACTOR : 1;
	uint64_t originals = limits->originals * factor;
	uint64_t few = I_MIN(limits->originals, !proven ?
			     BACKSCATTER_ALARM_HOSTS_ORIGINALS :
			     BACKSCATTER_ALARM_HOSTS_PROVEN);

	if (limits->originals == 0)
		return BACKSCATTER_ALARM_NONE;
	if (limits->hosts > 0 &&
	    backscatter_record_sum(record, BACKSCATTER_RECORD_NETWORKS) >=
	    limits->hosts && alarm_originals(record, few, proven) >= few)
		return BACKSCATTER_ALARM_HOSTS;
	if (limits->recipients > 0 &&
	    backscatter_record_sum(record, proven ?
				   BACKSCATTER_RECORD_PROVEN_DEAD :
				   BACKSCATTER_RECORD_DEAD) >=
	    limits->recipients * factor)
		return BACKSCATTER_ALARM_RECIPIENTS;
	return alarm_originals(record, originals, proven) >= originals ?
		BACKSCATTER_ALARM_ORIGINALS : BACKSCATTER_ALARM_NONE;
}
