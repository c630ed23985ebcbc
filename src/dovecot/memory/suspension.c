/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "dict/dict-key.h"
#include "memory/suspension.h"
#include "dovecot-backscatter.h"

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

/* Somebody else may have written the row. What cannot be read as a time is
   0. */
static time_t suspension_time(const char *value)
{
	time_t time;

	return value == NULL || str_to_time(value, &time) < 0 ? 0 : time;
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
	suspension_r->by = values[SUSPENSION_BY] == NULL ? "" :
		values[SUSPENSION_BY];
	suspension_r->why = values[SUSPENSION_WHY] == NULL ? "" :
		values[SUSPENSION_WHY];
	return 1;
}

void
backscatter_suspension_add_ops(const struct backscatter_suspension *suspension,
			       ARRAY_TYPE(backscatter_dict_op) *ops)
{
	const char *values[SUSPENSION_KEYS] = { NULL };
	struct backscatter_dict_op *op;
	unsigned int i;

	if (suspension != NULL) {
		values[SUSPENSION_SINCE] = dec2str(suspension->since);
		values[SUSPENSION_UNTIL] = dec2str(suspension->until);
		values[SUSPENSION_BY] = suspension->by;
		values[SUSPENSION_WHY] = suspension->why;
	}
	for (i = 0; i < SUSPENSION_KEYS; i++) {
		op = array_append_space(ops);
		op->type = suspension == NULL ? BACKSCATTER_DICT_UNSET :
			BACKSCATTER_DICT_SET;
		op->key = suspension_keys[i];
		op->value = values[i];
	}
}
