/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "mail-user.h"
#include "explain/property.h"
#include "base/types.h"
#include "verdict/verdict.h"
#include "dovecot-backscatter.h"
#include "audit/delivered.h"
#include "audit/count-key.h"
#include "audit/count.h"
#include "user/keys.h"

#include <time.h>

/* In mode audit the Sieve test for backscatter does not match. We cannot know
   what a script would have done with the bounce, only that its test would have
   matched. */
static const char *
backscatter_count_outcome(const struct backscatter_delivered *delivered)
{
	enum bounce_verdict_value value = delivered->result->verdict->value;

	if (delivered->result->mode == BACKSCATTER_MODE_AUDIT &&
	    delivered->outcome != BACKSCATTER_OUTCOME_FAILED &&
	    (value == BOUNCE_VERDICT_BACKSCATTER ||
	     value == BOUNCE_VERDICT_DISOWNED))
		return BACKSCATTER_COUNT_WOULD_FILE;
	return backscatter_outcome_name(delivered->outcome);
}

static const char *
t_backscatter_count_reporter(const struct backscatter_result *result)
{
	const char *const *values;

	values = bounce_property_get(pool_datastack_create(),
				     BOUNCE_PROPERTY_REPORTING_MTA,
				     result->verdict);
	return backscatter_count_server(values[0]);
}

/* Returns the name of the key that verified the original, or NULL if none did.
   A name that was not verified may be any text that a stranger wrote. */
static const char *
t_backscatter_count_signed_by(const struct bounce_verdict *verdict)
{
	const struct bounce_signature_evidence *evidence = verdict->sig;
	const char *name, *error;

	if (evidence == NULL || evidence->header != BOUNCE_DKIM_HEADER_PASS ||
	    backscatter_key_name(evidence->sig->selector,
				 evidence->sig->domain, &name, &error) < 0)
		return NULL;
	return name;
}

void backscatter_count_keys(const struct backscatter_delivered *delivered,
			    struct backscatter_record_counters *counters_r)
{
	const struct bounce_verdict *verdict = delivered->result->verdict;
	const char *username = delivered->user->username, **keys;
	struct backscatter_count count = {
		.day = backscatter_count_day(time(NULL)),
		.verdict = bounce_verdict_name(verdict->value),
		.reason = bounce_reason_name(verdict->reason),
		.outcome = backscatter_count_outcome(delivered)
	};
	/* always in the same order: a SQL server locks the rows one by one, and
	   two transactions in different orders could block each other */
	const char *names[BACKSCATTER_COUNT_SCOPES] = {
		[BACKSCATTER_COUNT_USER] = username,
		[BACKSCATTER_COUNT_DOMAIN] = backscatter_count_domain(username,
							delivered->rcpt_to),
		[BACKSCATTER_COUNT_SERVER] =
			t_backscatter_count_reporter(delivered->result),
		[BACKSCATTER_COUNT_KEY] = t_backscatter_count_signed_by(verdict)
	};

	/* if the delivery failed, the same bounce comes again, and its server
	   and key are counted then */
	if (delivered->outcome == BACKSCATTER_OUTCOME_FAILED) {
		names[BACKSCATTER_COUNT_SERVER] = NULL;
		names[BACKSCATTER_COUNT_KEY] = NULL;
	}
	counters_r->bounce = backscatter_count_bounce_key(&count, names);
	counters_r->keys = keys =
		t_new(const char *, BACKSCATTER_COUNT_SCOPES + 1);
	for (; count.scope < BACKSCATTER_COUNT_SCOPES; count.scope++) {
		if (count.scope == BACKSCATTER_COUNT_SERVER) {
			count.reason = count.outcome =
				BACKSCATTER_COUNT_NO_WORD;
		}
		count.name = names[count.scope];
		if (count.name != NULL)
			*keys++ = backscatter_count_key(&count);
	}
}
