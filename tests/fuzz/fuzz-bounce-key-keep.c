/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The state of the keys that are kept.
   Covers: src/net/keys/key-keep.c */

#include "fuzz-common.h"
#include "array.h"
#include "keys/key-keep.h"

#define NOW 1800000000

/* Whatever DNS answers, no time lies ahead, and a copy is deleted only if DNS
   said so. */
static void
fuzz_decide(const struct bounce_kept_key *key, enum bounce_key_status status)
{
	const struct bounce_key_keep_answer answer = {
		.status = status, .digest = bounce_key_keep_digest("x", 1)
	};
	struct bounce_kept_key decided = *key;
	enum bounce_key_keep_action action;

	action = bounce_key_keep_decide(&decided, &answer, NOW, 1000);
	i_assert(decided.first <= NOW && decided.last <= NOW &&
		 decided.gone <= NOW);
	i_assert(status != BOUNCE_KEY_TEMPERROR ||
		 action == BOUNCE_KEY_KEEP_NOTHING);
	i_assert(action != BOUNCE_KEY_KEEP_DELETE || key->copy != NULL);
	i_assert(action != BOUNCE_KEY_KEEP_SAVE ||
		 (status == BOUNCE_KEY_FOUND &&
		  strcmp(key->seen, answer.digest) == 0));
	bounce_key_keep_done(&decided, action);
}

static void fuzz_same(pool_t pool, const ARRAY_TYPE(bounce_kept_key) *keys,
		      time_t ran)
{
	ARRAY_TYPE(bounce_kept_key) again;
	string_t *text = str_new(default_pool, 256);
	string_t *same = str_new(default_pool, 256);
	const char *error;

	p_array_init(&again, pool, 4);
	bounce_key_keep_write(array_front(keys), array_count(keys), ran, text);
	i_assert(bounce_key_keep_parse(pool, str_data(text), str_len(text),
				       &again, &ran, &error) == 0);
	bounce_key_keep_write(array_front(&again), array_count(&again), ran,
			      same);
	i_assert(strcmp(str_c(text), str_c(same)) == 0);
	str_free(&text);
	str_free(&same);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	pool_t pool = pool_alloconly_create("fuzz", 1024);
	ARRAY_TYPE(bounce_kept_key) keys;
	const struct bounce_kept_key *key;
	const char *error = NULL;
	unsigned int status;
	time_t ran;

	p_array_init(&keys, pool, 4);
	if (bounce_key_keep_parse(pool, data, size, &keys, &ran, &error) < 0)
		i_assert(error != NULL);
	else {
		i_assert(array_count(&keys) <= BOUNCE_KEY_KEEP_MAX_KEYS);
		array_foreach(&keys, key) {
			for (status = 0; status <= BOUNCE_KEY_TEMPERROR;
			     status++)
				fuzz_decide(key, status);
		}
		if (!array_is_empty(&keys))
			fuzz_same(pool, &keys, ran);
		(void)bounce_key_keep_resume(&keys, ran, NOW);
	}
	pool_unref(&pool);
}
FUZZ_END
