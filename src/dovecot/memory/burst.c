/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "lib-event.h"
#include "mail-user.h"
#include "header/header.h"
#include "message/message.h"
#include "explain/property.h"
#include "base/types.h"
#include "verdict/verdict.h"
#include "memory/disowned-times.h"
#include "memory/burst.h"
#include "dict/state-dict.h"
#include "dict/dict-key.h"
#include "settings/plugin-settings.h"
#include "dovecot-backscatter.h"

/* The period is counted in so many steps, and the one that has begun is added
   to them: what is a step longer than the period at most. */
#define BURST_STEPS 6
/* Of one bounce. */
#define BURST_MAX_RECIPIENTS 10
/* How many originals of a period are remembered, or as many as the limit: after
   them it rings anyway, and each is taken for another one. A flood would make a
   file grow, which is written anew for each bounce. */
#define BURST_MAX_REMEMBERED 500

#define BURST_KEY BACKSCATTER_KEY_PRIV_TEXT"burst"

struct burst_context {
	struct backscatter_dict *dict;
	struct event *event;
	const struct backscatter_settings *set;
	const struct backscatter_result *result;
	unsigned int step_secs;
	time_t now;
	/* there were fewer than BURST_MAX_REMEMBERED */
	bool remember;
};

static void
burst_init(struct burst_context *ctx, const struct backscatter_settings *set,
	   const struct backscatter_result *result, time_t now)
{
	i_zero(ctx);
	ctx->set = set;
	ctx->result = result;
	ctx->step_secs = I_MAX(set->burst_period / BURST_STEPS, 1);
	ctx->now = now;
}

static bool burst_is_genuine_failure(const struct backscatter_result *result)
{
	return result->verdict->value == BOUNCE_VERDICT_GENUINE &&
		result->verdict->kind.kind == BOUNCE_KIND_FAILED;
}

/*
 * Numbers by steps
 */

static const char *
burst_step_key(const struct burst_context *ctx, const char *name,
	       unsigned int back)
{
	uint64_t step = backscatter_key_window(ctx->now, ctx->step_secs);

	return backscatter_key_expiring(BACKSCATTER_KEY_PRIV_NUMBER,
		(step + 1 + BURST_STEPS - back) * ctx->step_secs,
		t_strconcat("burst.", name, NULL));
}

static int
burst_sum(struct burst_context *ctx, const char *name, uint64_t *sum_r)
{
	const char *error;
	uint64_t number;
	unsigned int back;
	int ret = 0;

	*sum_r = 0;
	for (back = 0; back <= BURST_STEPS && ret == 0; back++) T_BEGIN {
		ret = backscatter_dict_lookup_number(ctx->dict,
			burst_step_key(ctx, name, back), &number, &error);
		if (ret == 0)
			*sum_r += I_MIN(number, UINT_MAX);
	} T_END;
	return ret;
}

static const char *burst_verdict(const struct backscatter_result *result)
{
	return bounce_verdict_name(result->verdict->value);
}

/*
 * Different originals and recipients
 */

static const char *
burst_seen_key(const struct burst_context *ctx, const char *what,
	       const char *hash, unsigned int back)
{
	unsigned int length = ctx->step_secs * (BURST_STEPS + 1);
	uint64_t window = backscatter_key_window(ctx->now, length);

	return backscatter_key_expiring(BACKSCATTER_KEY_PRIV_NUMBER,
		(window + 2 - back) * length,
		t_strdup_printf("burst.%s.%s", what, hash));
}

/* TRUE if it is not known to have been counted within the period. What is kept
   is when it was counted. */
static bool
burst_is_new(struct burst_context *ctx, const char *what, const char *hash)
{
	unsigned int length = ctx->step_secs * (BURST_STEPS + 1);
	const char *error;
	uint64_t seen;
	unsigned int back;

	for (back = 0; back < 2; back++) {
		if (backscatter_dict_lookup_number(ctx->dict,
				burst_seen_key(ctx, what, hash, back),
				&seen, &error) < 0)
			return FALSE;
		if (seen != 0 && seen + length > (uint64_t)ctx->now)
			return FALSE;
	}
	return TRUE;
}

/* The same, and from now on it is known. */
static bool
burst_see(struct burst_context *ctx, const char *what, const char *hash)
{
	unsigned int length = ctx->step_secs * (BURST_STEPS + 1);

	if (!burst_is_new(ctx, what, hash))
		return FALSE;
	if (ctx->remember) {
		backscatter_dict_set(ctx->dict,
				     burst_seen_key(ctx, what, hash, 0),
				     dec2str(ctx->now), 2 * length);
	}
	return TRUE;
}

/* The same mail to several recipients has one signature; where none vouches it
   was its Message-ID. */
static const char *burst_original_hash(const struct bounce_verdict *verdict)
{
	const char *message_id;

	if (verdict->sig != NULL && verdict->sig->sig->b_size > 0) {
		return backscatter_key_hash(verdict->sig->sig->b,
					      verdict->sig->sig->b_size);
	}
	message_id = verdict->original == NULL ? NULL :
		t_bounce_header_value(verdict->original->message.header,
				      "Message-ID");
	return backscatter_key_hash_str(message_id == NULL ? "" :
					  message_id);
}

/* Returns how many are new. */
static unsigned int burst_see_recipients(struct burst_context *ctx)
{
	const char *const *recipients;
	unsigned int i, count = 0;

	recipients = bounce_property_get(pool_datastack_create(),
					 BOUNCE_PROPERTY_FINAL_RECIPIENT,
					 ctx->result->verdict);
	for (i = 0; recipients[i] != NULL && i < BURST_MAX_RECIPIENTS; i++) {
		if (burst_see(ctx, "to", backscatter_key_hash_str(
				t_str_lcase(recipients[i]))))
			count++;
	}
	return count;
}

/*
 * The alarm
 */

static int
burst_parse(const char *text, struct backscatter_burst *burst_r)
{
	const char *const *args = text == NULL ? NULL :
		t_strsplit_spaces(text, " ");
	uint64_t since, last;

	i_zero(burst_r);
	if (args == NULL || str_array_length(args) != 5 ||
	    str_to_uint64(args[0], &since) < 0 ||
	    str_to_uint64(args[1], &last) < 0 ||
	    str_to_uint64(args[2], &burst_r->originals) < 0 ||
	    str_to_uint64(args[3], &burst_r->recipients) < 0 ||
	    str_to_uint64(args[4], &burst_r->bounces) < 0 ||
	    since > BOUNCE_WINDOWS_TIME_MAX || last > BOUNCE_WINDOWS_TIME_MAX)
		return -1;
	burst_r->since = since;
	burst_r->last = last;
	return 0;
}

static void
burst_log(struct burst_context *ctx, const struct backscatter_burst *burst)
{
	struct event_passthrough *e = event_create_passthrough(ctx->event)->
		set_name("backscatter_burst")->
		add_int("originals", burst->originals)->
		add_int("recipients", burst->recipients)->
		add_int("bounces", burst->bounces)->
		add_int("limit", ctx->set->burst_limit)->
		add_int("period", ctx->set->burst_period);

	e_warning(e->event(), "burst: %llu mails to %llu recipients came back "
		  "within %u seconds, and all were sent through our servers: "
		  "has somebody else this user's password?",
		  (unsigned long long)burst->originals,
		  (unsigned long long)burst->recipients,
		  ctx->set->burst_period);
}

/* A burst lasts until there was none over the limit for a whole period. */
static bool
burst_lasts(const struct backscatter_burst *burst,
	    const struct backscatter_settings *set, time_t now)
{
	return now - burst->last <= (time_t)set->burst_period;
}

static void burst_ring(struct burst_context *ctx, uint64_t originals)
{
	struct backscatter_burst burst, now;
	const char *text, *error;
	bool ring;

	i_zero(&now);
	now.since = now.last = ctx->now;
	now.originals = originals;
	if (burst_sum(ctx, "recipients", &now.recipients) < 0 ||
	    burst_sum(ctx, burst_verdict(ctx->result), &now.bounces) < 0 ||
	    backscatter_dict_lookup(ctx->dict, pool_datastack_create(),
				    BURST_KEY, &text, &error) < 0)
		return;
	ring = burst_parse(text, &burst) < 0 ||
		!burst_lasts(&burst, ctx->set, ctx->now);
	if (!ring) {
		now.since = burst.since;
		/* once in a second will do */
		if (!ctx->remember && burst.last == ctx->now)
			return;
	}
	backscatter_dict_set(ctx->dict, BURST_KEY, t_strdup_printf(
		"%lld %lld %llu %llu %llu", (long long)now.since,
		(long long)now.last, (unsigned long long)now.originals,
		(unsigned long long)now.recipients,
		(unsigned long long)now.bounces), 0);
	if (ring)
		burst_log(ctx, &now);
}

/*
 * Counting
 */

/* Once in a step, before the first one of this verdict is counted. */
static void burst_tidy(struct burst_context *ctx)
{
	const char *key = burst_step_key(ctx, burst_verdict(ctx->result), 0);

	backscatter_dict_tidy(ctx->dict, BACKSCATTER_KEY_PRIV_NUMBER, key,
			      ctx->now);
	backscatter_dict_tidy(ctx->dict, BACKSCATTER_KEY_SHARED_NUMBER, key,
			      ctx->now);
}

static void
burst_inc_genuine(struct burst_context *ctx, unsigned int originals,
		  unsigned int recipients)
{
	const struct backscatter_dict_number numbers[] = {
		{ burst_step_key(ctx, burst_verdict(ctx->result), 0), 1 },
		{ burst_step_key(ctx, "originals", 0), originals },
		{ burst_step_key(ctx, "recipients", 0), recipients }
	};

	backscatter_dict_inc_numbers(ctx->dict, numbers, N_ELEMENTS(numbers),
				     ctx->step_secs * (BURST_STEPS + 1));
}

/* Under the user's lock: that one is new and that it is counted is one step. */
static void burst_count_genuine(struct burst_context *ctx)
{
	unsigned int recipients;
	uint64_t originals;
	bool known, is_new;

	known = burst_sum(ctx, "originals", &originals) == 0;
	ctx->remember = originals < I_MAX(BURST_MAX_REMEMBERED,
					  ctx->set->burst_limit);
	is_new = burst_see(ctx, "of", burst_original_hash(ctx->result->verdict));
	recipients = burst_see_recipients(ctx);
	burst_inc_genuine(ctx, is_new ? 1 : 0, recipients);
	originals += is_new ? 1 : 0;
	if (ctx->set->burst_limit > 0 && known &&
	    originals >= ctx->set->burst_limit)
		burst_ring(ctx, originals);
}

void backscatter_burst_count(struct mail_user *user, struct event *event,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result,
			     time_t now)
{
	struct burst_context ctx;
	const char *error;

	burst_init(&ctx, set, result, now);
	ctx.event = event;
	if (!result->is_bounce ||
	    backscatter_dict_get(user, &ctx.dict, &error) <= 0)
		return;
	burst_tidy(&ctx);
	if (!burst_is_genuine_failure(result)) {
		backscatter_dict_inc(ctx.dict,
			burst_step_key(&ctx, burst_verdict(result), 0), 1,
			ctx.step_secs * (BURST_STEPS + 1));
		return;
	}
	backscatter_dict_lock(ctx.dict);
	T_BEGIN {
		burst_count_genuine(&ctx);
	} T_END;
	backscatter_dict_unlock(ctx.dict);
}

int backscatter_burst_lookup(struct mail_user *user,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result,
			     time_t now, uint64_t *count_r)
{
	struct burst_context ctx;
	const char *error;
	int ret = -1;

	burst_init(&ctx, set, result, now);
	if (backscatter_dict_get(user, &ctx.dict, &error) > 0)
		ret = burst_sum(&ctx, burst_verdict(result), count_r);
	if (ret == 0 && result->delivery)
		(*count_r)++;
	backscatter_dict_release(user);
	return ret;
}

int backscatter_burst_get(struct mail_user *user,
			  struct backscatter_burst *burst_r,
			  const char **error_r)
{
	struct backscatter_dict *dict;
	const char *text = NULL;
	int ret;

	ret = backscatter_dict_get(user, &dict, error_r);
	if (ret == 0) {
		*error_r = "backscatter_dict is not set";
		ret = -1;
	}
	if (ret > 0) {
		ret = backscatter_dict_lookup(dict, pool_datastack_create(),
					      BURST_KEY, &text, error_r);
	}
	if (ret > 0 && burst_parse(text, burst_r) < 0) {
		*error_r = "What backscatter_dict has in "BURST_KEY
			" is broken";
		ret = -1;
	}
	backscatter_dict_release(user);
	return ret;
}

/* It is counted after it was asked for. */
static bool
burst_will_ring(struct mail_user *user, struct burst_context *ctx,
		uint64_t *originals_r)
{
	const struct backscatter_result *result = ctx->result;
	const char *error;

	if (!result->delivery || !burst_is_genuine_failure(result) ||
	    backscatter_dict_get(user, &ctx->dict, &error) <= 0 ||
	    burst_sum(ctx, "originals", originals_r) < 0)
		return FALSE;
	if (burst_is_new(ctx, "of", burst_original_hash(result->verdict)))
		(*originals_r)++;
	return *originals_r >= ctx->set->burst_limit;
}

int backscatter_burst_alarm(struct mail_user *user,
			    const struct backscatter_settings *set,
			    const struct backscatter_result *result,
			    time_t now, uint64_t *originals_r)
{
	struct backscatter_burst burst;
	struct burst_context ctx;
	const char *error;
	int ret;

	if (set->burst_limit == 0)
		return 0;
	burst_init(&ctx, set, result, now);
	if (burst_will_ring(user, &ctx, originals_r))
		return 1;
	ret = backscatter_burst_get(user, &burst, &error);
	if (ret <= 0)
		return ret;
	*originals_r = burst.originals;
	return burst_lasts(&burst, set, now) ? 1 : 0;
}
