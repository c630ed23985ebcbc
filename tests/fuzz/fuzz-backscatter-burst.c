/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Bursts, counted in a record that may hold anything. The first line has numbers:
   the verdict, how many recipients have failed and what is proven of them,
   backscatter_burst_limit (and with it the other limits) and _period, and the
   time; the record is the other one.
   Covers: src/dovecot/memory/burst.c src/dovecot/memory/alarm.c */

#include "fuzz-common.h"
#include "fuzz-dict.h"
#include "lib-event.h"
#include "message/message.h"
#include "report/delivery-status.h"
#include "verdict/verdict.h"
#include "memory/alarm.h"
#include "memory/burst.h"
#include "settings/plugin-settings.h"
#include "dovecot-backscatter.h"

#define FUZZ_MAX_RECIPIENTS 12

enum fuzz_number {
	FUZZ_VERDICT, FUZZ_RECIPIENTS, FUZZ_LIMIT, FUZZ_PERIOD, FUZZ_NOW,
	FUZZ_COUNT
};

static unsigned int fuzz_warnings;

static void ATTR_FORMAT(2, 0)
fuzz_log(const struct failure_context *ctx ATTR_UNUSED,
	 const char *format ATTR_UNUSED, va_list args ATTR_UNUSED)
{
	fuzz_warnings++;
}

static int fuzz_parse(const char *line, uint64_t numbers[FUZZ_COUNT])
{
	const char *const *words = t_strsplit(line, " ");
	unsigned int i;

	if (str_array_length(words) != FUZZ_COUNT)
		return -1;
	for (i = 0; i < FUZZ_COUNT; i++) {
		if (str_to_uint64(words[i], &numbers[i]) < 0)
			return -1;
	}
	/* what the settings allow, and 0 is no time */
	if (numbers[FUZZ_NOW] == 0 ||
	    numbers[FUZZ_LIMIT] > 100000 || numbers[FUZZ_PERIOD] < 60 ||
	    numbers[FUZZ_PERIOD] > 30U * 24 * 3600 ||
	    numbers[FUZZ_NOW] > BOUNCE_WINDOWS_TIME_MAX)
		return -1;
	return 0;
}

static void
fuzz_burst(struct backscatter_record *record,
	   const struct backscatter_settings *set,
	   const struct backscatter_result *result)
{
	static const struct backscatter_suspension suspension = {
		.since = 1, .by = "alarm", .why = ""
	};
	struct event *event = event_create(NULL);
	struct backscatter_record_burst burst;
	uint64_t bounces;
	bool alarm, rung;

	bounces = backscatter_burst_bounces(record, result);
	alarm = backscatter_burst_alarm(record, set, result, &burst);
	i_assert(set->burst_limit > 0 || !alarm);
	rung = backscatter_burst_count(record, set, result);
	i_assert(backscatter_burst_bounces(record, result) >= bounces);
	i_assert(record->burst.since <= record->burst.last);
	/* what has rung was foreseen, lasts, and is told once */
	if (rung) {
		i_assert(alarm && record->burst.since == result->now);
		i_assert(record->burst.originals >= set->burst_limit ||
			 record->burst.dead >= set->burst_recipients ||
			 record->burst.hosts >= set->burst_hosts);
		i_assert(record->burst.signal != BACKSCATTER_ALARM_NONE);
		i_assert(backscatter_burst_alarm(record, set, result,
						 &burst));
		i_assert(!backscatter_burst_count(record, set, result));
		backscatter_burst_log(event, set, record);
		i_assert(fuzz_warnings-- == 1);
	}
	/* who was suspended is not suspended again */
	if (backscatter_burst_suspends(record, set, result) !=
	    BACKSCATTER_ALARM_NONE) {
		i_assert(set->suspend == BACKSCATTER_SUSPEND_ALARM);
		backscatter_record_suspend(record, &suspension);
		i_assert(backscatter_burst_suspends(record, set, result) ==
			 BACKSCATTER_ALARM_NONE);
		i_assert(!backscatter_burst_count(record, set, result));
		i_assert(backscatter_record_sum(record,
				BACKSCATTER_RECORD_PROVEN) == 0);
	}
	event_unref(&event);
}

FUZZ_BEGIN_STR(const char *str)
{
	const char *const *lines = t_strsplit(str, "\n");
	struct bounce_report_recipient recipients[FUZZ_MAX_RECIPIENTS];
	const struct bounce_report_recipient *failed[FUZZ_MAX_RECIPIENTS];
	struct bounce_message message = { .report = NULL };
	struct bounce_answers answers;
	struct bounce_proof *proof = &answers.proof;
	struct bounce_original original = { .level = 1 };
	struct bounce_dkim_signature sig = {
		.b = (const unsigned char *)str, .b_size = strlen(str)
	};
	struct bounce_signature_evidence evidence = { .sig = &sig };
	struct bounce_verdict verdict = {
		.kind = { .kind = BOUNCE_KIND_FAILED }, .message = &message
	};
	struct backscatter_settings set;
	struct backscatter_result result = {
		.verdict = &verdict, .is_bounce = TRUE, .delivery = TRUE
	};
	struct backscatter_record record;
	const char *error;
	pool_t pool;
	uint64_t numbers[FUZZ_COUNT];
	unsigned int i;

	i_set_error_handler(fuzz_log);
	/* what burst.c reads for an admin has no Dovecot here */
	fuzz_dict_init(lines);
	if (*lines != NULL && fuzz_parse(*lines, numbers) == 0) {
		i_zero(&set);
		verdict.value = numbers[FUZZ_VERDICT] % BOUNCE_VERDICT_COUNT;
		if (numbers[FUZZ_VERDICT] / BOUNCE_VERDICT_COUNT % 3 == 1)
			verdict.sig = &evidence;
		else if (numbers[FUZZ_VERDICT] / BOUNCE_VERDICT_COUNT % 3 == 2)
			verdict.original = &original;
		original.message.header =
			bounce_header_parse(pool_datastack_create(),
				(const unsigned char *)str, strlen(str));
		i_zero(&answers);
		verdict.answers = &answers;
		proof->recipients = failed;
		proof->recipients_count = numbers[FUZZ_RECIPIENTS] %
			(FUZZ_MAX_RECIPIENTS + 1);
		proof->strength = numbers[FUZZ_RECIPIENTS] /
			(FUZZ_MAX_RECIPIENTS + 1) % BOUNCE_PROOF_COUNT;
		if (proof->strength == BOUNCE_PROOF_OWN) {
			proof->client.family = AF_INET;
			proof->client.u.ip4.s_addr =
				(uint32_t)numbers[FUZZ_RECIPIENTS];
		}
		i_zero(&recipients);
		for (i = 0; i < proof->recipients_count; i++) {
			recipients[i].final_recipient =
				t_strdup_printf("%u@example.net", i);
			recipients[i].status = i % 3 == 0 ? "5.1.1" : "5.0.0";
			if (i % 3 == 1) {
				recipients[i].diagnostic_code =
					"smtp; 550 5.1.1 unknown";
			}
			failed[i] = &recipients[i];
		}
		set.burst_limit = numbers[FUZZ_LIMIT];
		set.burst_recipients = set.burst_limit * 2;
		set.burst_hosts = set.burst_limit % 7;
		set.burst_period = numbers[FUZZ_PERIOD];
		set.suspend = numbers[FUZZ_PERIOD] % 2;
		result.mode = BACKSCATTER_MODE_ENFORCE;
		result.now = numbers[FUZZ_NOW];
		pool = pool_allocfree_create("fuzz");
		if (backscatter_record_parse(pool, lines[1], &record,
					     &error) == 0) {
			backscatter_record_advance(&record, result.now,
						   set.burst_period, 3600);
			fuzz_burst(&record, &set, &result);
		}
		pool_unref(&pool);
	}
}
FUZZ_END
