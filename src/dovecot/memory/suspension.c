/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "lib-event.h"
#include "time-util.h"
#include "mail-user.h"
#include "base/sanitize.h"
#include "dict/dict-key.h"
#include "memory/disowned-times.h"
#include "memory/suspension.h"
#include "dovecot-backscatter.h"

/* Of a text that is read. */
#define SUSPENSION_MAX_TEXT 500

enum suspension_key {
	SUSPENSION_SINCE,
	SUSPENSION_UNTIL,
	SUSPENSION_BY,
	SUSPENSION_WHY,
	SUSPENSION_KEYS
};

static const char *const suspension_keys[SUSPENSION_KEYS] = {
	[SUSPENSION_SINCE] = BACKSCATTER_KEY_SUSPENDED"since",
	[SUSPENSION_UNTIL] = BACKSCATTER_KEY_SUSPENDED"until",
	[SUSPENSION_BY] = BACKSCATTER_KEY_SUSPENDED"by",
	[SUSPENSION_WHY] = BACKSCATTER_KEY_SUSPENDED"why"
};

/* Somebody else may have written the row, with any text, and no time: 0. A time
   before 1970 becomes the first second after it, and one that is later than any
   that we write becomes the last. */
static time_t suspension_time(const char *value)
{
	time_t time;

	if (value == NULL || str_to_time(value, &time) < 0)
		return 0;
	return time < 0 ? 1 : I_MIN(time, BOUNCE_WINDOWS_TIME_MAX);
}

static const char *suspension_text(pool_t pool, const char *value)
{
	return value == NULL ? "" :
		p_strdup(pool, t_bounce_sanitize_text(value,
						      SUSPENSION_MAX_TEXT));
}

int backscatter_suspension_lookup(struct backscatter_dict *dict, pool_t pool,
				  struct backscatter_suspension *suspension_r,
				  const char **error_r)
{
	const char *values[SUSPENSION_KEYS];
	unsigned int i;
	int ret;

	i_zero(suspension_r);
	for (i = 0; i < SUSPENSION_KEYS; i++) {
		ret = backscatter_dict_lookup(dict, pool, suspension_keys[i],
					      &values[i], error_r);
		if (ret < 0 || (ret == 0 && i == SUSPENSION_SINCE))
			return ret;
	}
	suspension_r->since = suspension_time(values[SUSPENSION_SINCE]);
	suspension_r->until = suspension_time(values[SUSPENSION_UNTIL]);
	suspension_r->by = suspension_text(pool, values[SUSPENSION_BY]);
	suspension_r->why = suspension_text(pool, values[SUSPENSION_WHY]);
	return 1;
}

void
backscatter_suspension_add_ops(const struct backscatter_suspension *suspension,
			       ARRAY_TYPE(backscatter_dict_op) *ops)
{
	const char *values[SUSPENSION_KEYS] = {
		[SUSPENSION_SINCE] = dec2str(suspension->since),
		[SUSPENSION_UNTIL] = dec2str(suspension->until),
		[SUSPENSION_BY] = suspension->by,
		[SUSPENSION_WHY] = suspension->why
	};
	struct backscatter_dict_op *op;
	unsigned int i;

	for (i = 0; i < SUSPENSION_KEYS; i++) {
		op = array_append_space(ops);
		op->type = suspension->since == 0 ? BACKSCATTER_DICT_UNSET :
			BACKSCATTER_DICT_SET;
		op->key = suspension_keys[i];
		op->value = values[i];
	}
}

void
backscatter_suspension_log(struct event *event, struct mail_user *user,
			   const struct backscatter_suspension *suspension,
			   const char *signal)
{
	const char *until = suspension->until == 0 ? "somebody resumes it" :
		t_strflocaltime("%Y-%m-%d %H:%M:%S", suspension->until);
	struct event_passthrough *e = event_create_passthrough(event)->
		set_name("backscatter_suspended")->
		add_str("user", user->username)->
		add_str("signal", signal)->
		add_str("by", suspension->by)->
		add_str("why", suspension->why)->
		add_int("until", suspension->until);

	e_warning(e->event(), "The user is suspended from sending until %s, "
		  "by %s: %s", until, suspension->by, suspension->why);
}
