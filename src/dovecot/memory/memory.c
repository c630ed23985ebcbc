/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "lib-event.h"
#include "mail-user.h"
#include "base/throttle.h"
#include "dict/state-dict.h"
#include "memory/burst.h"
#include "memory/memory.h"
#include "memory/record-dict.h"
#include "memory/suspension.h"
#include "settings/plugin-settings.h"
#include "dovecot-backscatter.h"

#include <time.h>

static struct backscatter_throttle memory_said;

struct backscatter_memory {
	struct bounce_replay_source replay;
	struct bounce_disown_source disown;

	pool_t pool;
	struct mail_user *user;
	const struct backscatter_settings *set;
	time_t now;
	enum backscatter_replays replays;
	bool has_dict;

	/* The record has been read, or could not be. */
	bool asked;
	int ret;
	const char *error;
	struct backscatter_record record;

	/* What will be counted when the bounce is delivered: the id of the
	   original, or NULL; and that its signature is damaged. */
	const char *replay_id;
	bool damaged;
};

bool backscatter_memory_has_dict(const struct backscatter_memory *memory)
{
	return memory->has_dict;
}

const struct backscatter_record *
backscatter_memory_get(struct backscatter_memory *memory, const char **error_r)
{
	const char *error = "There is no dict";

	if (!memory->asked) {
		memory->asked = TRUE;
		memory->ret = backscatter_record_read(memory->user,
						      memory->pool,
						      &memory->record, &error);
		if (memory->ret <= 0) {
			memory->error = p_strdup(memory->pool, error);
		} else {
			backscatter_record_advance(&memory->record, memory->now,
				memory->set->burst_period,
				memory->set->policy.max_age);
		}
	}
	*error_r = memory->error;
	return memory->ret > 0 ? &memory->record : NULL;
}

/*
 * The ports
 */

static int
memory_replay_count(struct bounce_replay_source *source, pool_t pool,
		    const char *id, unsigned int *count_r,
		    const char **error_r)
{
	struct backscatter_memory *memory =
		container_of(source, struct backscatter_memory, replay);
	const struct backscatter_record *record;
	const char *hash = NULL;

	*count_r = 0;
	record = backscatter_memory_get(memory, error_r);
	if (record == NULL)
		return -1;
	if (id == NULL) {
		*count_r = I_MIN(UINT_MAX - 1, backscatter_record_sum(record,
						BACKSCATTER_RECORD_DAMAGED));
	} else {
		hash = backscatter_record_hash(id, strlen(id));
		*count_r = I_MIN(UINT_MAX - 1,
				 backscatter_record_replays(record, hash));
	}
	if (memory->replays == BACKSCATTER_REPLAYS_COUNT) {
		(*count_r)++;
		memory->replay_id = p_strdup(pool, hash);
		memory->damaged = id == NULL;
	}
	return 0;
}

static int
memory_disown_find(struct bounce_disown_source *source,
		   pool_t pool ATTR_UNUSED, time_t sent_at,
		   const char **error_r)
{
	struct backscatter_memory *memory =
		container_of(source, struct backscatter_memory, disown);
	const struct backscatter_record *record =
		backscatter_memory_get(memory, error_r);

	if (record == NULL)
		return -1;
	/* if it is not known when the original was sent, it is not disowned */
	return sent_at > 0 && bounce_windows_have(&record->disowned, sent_at) ?
		1 : 0;
}

struct backscatter_memory *
backscatter_memory_create(pool_t pool, struct mail_user *user,
			  const struct backscatter_settings *set, time_t now,
			  enum backscatter_replays replays,
			  struct bounce_ports *ports)
{
	struct backscatter_memory *memory =
		p_new(pool, struct backscatter_memory, 1);

	memory->replay.count = memory_replay_count;
	memory->disown.find = memory_disown_find;
	memory->pool = pool;
	memory->user = user;
	memory->set = set;
	memory->now = now;
	memory->replays = replays;

	memory->has_dict = backscatter_dict_is_set(user);
	if (memory->has_dict) {
		if (replays != BACKSCATTER_REPLAYS_IGNORE)
			ports->replay = &memory->replay;
		ports->disown = &memory->disown;
	} else if (set->policy.replay_limit > 0 &&
		   backscatter_throttle_once(&memory_said, "replay",
					     time(NULL))) {
		e_debug(user->event, "backscatter: Replays are not counted: "
			"backscatter_dict is not set");
	}
	return memory;
}

/*
 * The end of the delivery
 */

struct memory_end {
	struct backscatter_memory *memory;
	struct event *event;
	const struct backscatter_result *result;
	/* The bounce was counted, or has raised the alarm. Another host may
	   have overwritten that since. */
	bool counted, rung;
	/* The user is to be suspended for this signal. */
	enum backscatter_alarm_signal signal;
	struct backscatter_suspension suspension;
	/* A notice is to be sent. */
	bool tell;
	struct backscatter_memory_notice *notice;
};

/* Warn if something that may still matter was pushed out of a full table, and
   this had not happened for a whole period. */
static void
memory_log_pushed(const struct memory_end *ctx,
		  const struct backscatter_record *record, time_t before)
{
	const struct backscatter_settings *set = ctx->memory->set;

	if (record->pushed == before ||
	    (before > 0 && record->pushed - before <=
	     (time_t)set->burst_period))
		return;
	e_warning(ctx->event, "More bounces than can be told apart: only the "
		  "newest %u mails, %u recipients and %u signatures "
		  "(backscatter_replay_signatures) are remembered, and older "
		  "ones count as new if they come again",
		  BACKSCATTER_RECORD_MAX_SEEN, BACKSCATTER_RECORD_MAX_SEEN,
		  set->replay_signatures);
}

/*
 * What other hosts overwrite
 */

/* The record that this process wrote last, of a user whose alarm had not been
   raised before. */
static struct {
	char *username, *text;
} memory_last;

static void memory_keep(const struct backscatter_memory *memory,
			const struct backscatter_record *record)
{
	i_free(memory_last.username);
	i_free(memory_last.text);
	memory_last.username = i_strdup(memory->user->username);
	memory_last.text = i_strdup(backscatter_record_text(record));
}

/* Put back what was already counted when this delivery read the record before,
   or when this process wrote the user's record the last time. */
static void memory_restore(const struct backscatter_memory *memory,
			   struct backscatter_record *record)
{
	struct backscatter_record last;
	const char *error;

	if (memory->ret > 0)
		backscatter_record_restore(record, &memory->record);
	if (null_strcmp(memory_last.username, memory->user->username) != 0 ||
	    backscatter_record_parse(pool_datastack_create(),
				     memory_last.text, &last, &error) < 0)
		return;
	backscatter_record_advance(&last, memory->now,
				   memory->set->burst_period,
				   memory->set->policy.max_age);
	backscatter_record_restore(record, &last);
}

/* Suspend the user, if what was counted says so. Another host may overwrite the
   record, but not the suspension itself, which has a row of its own. */
static void
memory_suspend(struct memory_end *ctx, struct backscatter_record *record)
{
	const struct backscatter_memory *memory = ctx->memory;

	if (ctx->signal == BACKSCATTER_ALARM_NONE) {
		ctx->signal = backscatter_burst_suspends(record, memory->set,
							 ctx->result);
		if (ctx->signal == BACKSCATTER_ALARM_NONE)
			return;
		ctx->suspension.since = memory->now;
		ctx->suspension.by = "alarm";
		ctx->suspension.why = p_strdup(memory->pool,
			backscatter_burst_why(record, memory->set,
					      ctx->signal));
	}
	backscatter_record_suspend(record, &ctx->suspension);
}

static void memory_tell(struct memory_end *ctx,
			struct backscatter_record *record)
{
	const struct backscatter_memory *memory = ctx->memory;

	ctx->tell = backscatter_burst_tells(record, memory->set, ctx->result);
	ctx->notice->burst = record->burst;
	ctx->notice->suspended = record->suspended > memory->now;
	memcpy(ctx->notice->id, record->told_id, sizeof(ctx->notice->id));
}

/* Count a delivered bounce in the record. It was read again for this, because
   other deliveries may have ended meanwhile. If another host overwrites it, the
   bounce is lost, unless the alarm depends on it. */
static int
memory_count(struct backscatter_record *record, void *context,
	     const char **error_r ATTR_UNUSED)
{
	struct memory_end *ctx = context;
	const struct backscatter_memory *memory = ctx->memory;
	time_t pushed = record->pushed;
	/* another host has just begun it, or all was forgotten of the user */
	bool is_new = record->period == 0;
	bool approaches, again = ctx->counted;

	backscatter_record_advance(record, memory->now,
				   memory->set->burst_period,
				   memory->set->policy.max_age);
	approaches = backscatter_burst_approaches(record, memory->set,
						  ctx->result);
	if (again && !approaches)
		return 0;
	ctx->counted = TRUE;
	if (approaches && !is_new)
		memory_restore(memory, record);
	if (memory->damaged)
		backscatter_record_add(record, BACKSCATTER_RECORD_DAMAGED, 1);
	if (memory->replay_id != NULL) {
		backscatter_record_replay_add(record, memory->replay_id,
			memory->now, memory->set->replay_signatures);
	}
	if (backscatter_burst_count(record, memory->set, ctx->result) &&
	    !ctx->rung) {
		backscatter_burst_log(ctx->event, memory->set, record);
		ctx->rung = TRUE;
	}
	if (!again || ctx->signal != BACKSCATTER_ALARM_NONE)
		memory_suspend(ctx, record);
	if (!again)
		memory_tell(ctx, record);
	memory_log_pushed(ctx, record, pushed);
	if (!approaches)
		return 0;
	memory_keep(memory, record);
	return 1;
}

bool backscatter_memory_end(struct backscatter_memory *memory,
			    struct event *event,
			    const struct backscatter_result *result,
			    const struct backscatter_record_counters *counters,
			    bool delivered,
			    struct backscatter_memory_notice *notice_r)
{
	struct memory_end ctx = {
		.memory = memory, .event = event, .result = result,
		.notice = notice_r
	};
	const char *error;
	int ret;

	/* errors were logged where they occurred */
	ret = backscatter_record_change(memory->user, delivered ?
					memory_count : NULL, &ctx, FALSE,
					counters, &error);
	if (ctx.signal != BACKSCATTER_ALARM_NONE && ret > 0) {
		backscatter_suspension_log(event, memory->user,
			&ctx.suspension, backscatter_alarm_name(ctx.signal));
	} else if (ctx.signal != BACKSCATTER_ALARM_NONE) {
		e_error(event, "The user is not suspended from sending, "
			"because backscatter_dict could not be written: %s",
			error);
	}
	/* if it is not known that it was sent, it would be sent again */
	return ctx.tell && ret > 0;
}
