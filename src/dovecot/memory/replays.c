/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "lib-event.h"
#include "mail-user.h"
#include "memory/disowned-times.h"
#include "memory/burst.h"
#include "dict/state-dict.h"
#include "dict/dict-key.h"
#include "memory/disown.h"
#include "base/throttle.h"
#include "settings/plugin-settings.h"
#include "user/user.h"
#include "dovecot-backscatter.h"
#include "memory/replays.h"

#include <time.h>

static struct backscatter_throttle backscatter_state_said;

/* Of the user: one bounce to an alias comes to each of its mailboxes. A
   signature is fresh for max_age. Counted by windows of that length, of which
   the last two are read, none of its bounces is forgotten meanwhile. */
static const char *
backscatter_replay_key(const struct backscatter_state *state,
		       const char *id, unsigned int back)
{
	unsigned int length = state->set->policy.max_age;
	uint64_t window = backscatter_key_window(state->now, length);

	return backscatter_key_expiring(BACKSCATTER_KEY_PRIV_NUMBER,
		(window + 2 - back) * length,
		t_strconcat("replay.", id, NULL));
}

static int
backscatter_replay_lookup(struct backscatter_state *state,
			  struct backscatter_dict *dict, const char *id,
			  unsigned int *count_r, const char **error_r)
{
	uint64_t current, last;

	if (backscatter_dict_lookup_number(dict,
			backscatter_replay_key(state, id, 0),
			&current, error_r) < 0 ||
	    backscatter_dict_lookup_number(dict,
			backscatter_replay_key(state, id, 1),
			&last, error_r) < 0)
		return -1;
	*count_r = I_MIN(current, UINT_MAX / 4) + I_MIN(last, UINT_MAX / 4);
	return 0;
}

/* It is counted when it is saved: of one that never is, no trace is left. From
   here to there nobody else may look, so that of several at once no more than
   the limit pass. */
static int
backscatter_replay_ask(struct backscatter_state *state,
		       struct backscatter_dict *dict, pool_t pool,
		       const char *id, unsigned int *count_r,
		       const char **error_r)
{
	if (state->replays == BACKSCATTER_REPLAYS_LOOK)
		return backscatter_replay_lookup(state, dict, id, count_r,
						 error_r);
	backscatter_dict_lock(dict);
	if (backscatter_replay_lookup(state, dict, id, count_r, error_r) < 0) {
		backscatter_dict_unlock(dict);
		return -1;
	}
	(*count_r)++;
	state->replay_key = p_strdup(pool,
				     backscatter_replay_key(state, id, 0));
	return 0;
}

static int
backscatter_replay_count(struct bounce_replay_source *source, pool_t pool,
			 const char *id, unsigned int *count_r,
			 const char **error_r)
{
	struct backscatter_state *state =
		container_of(source, struct backscatter_state, replay);
	struct backscatter_dict *dict;
	const char *error = "There is no dict";

	*count_r = 0;
	if (backscatter_dict_get(state->user, &dict, &error) <= 0 ||
	    backscatter_replay_ask(state, dict, pool, id, count_r,
				   &error) < 0) {
		*error_r = p_strdup(pool, error);
		return -1;
	}
	return 0;
}

static int
backscatter_disown_find(struct bounce_disown_source *source, pool_t pool,
			time_t sent_at, const char **error_r)
{
	struct backscatter_state *state =
		container_of(source, struct backscatter_state, disown);
	struct bounce_windows windows;
	const char *error;

	if (backscatter_disown_read(state->user, &windows, &error) < 0) {
		*error_r = p_strdup(pool, error);
		return -1;
	}
	/* one of which it is not known when it was sent is not held to be of
	   that time */
	return sent_at > 0 && bounce_windows_have(&windows, sent_at) ? 1 : 0;
}

void backscatter_state_init(struct backscatter_state *state,
			    struct mail_user *user,
			    const struct backscatter_settings *set,
			    time_t now, enum backscatter_replays replays,
			    struct bounce_ports *ports)
{
	i_zero(state);
	state->replay.count = backscatter_replay_count;
	state->disown.find = backscatter_disown_find;
	state->user = user;
	state->set = set;
	state->now = now;
	state->replays = replays;

	if (!backscatter_dict_is_set(user)) {
		if (set->policy.replay_limit > 0 &&
		    backscatter_throttle_once(&backscatter_state_said, "replay",
					      time(NULL))) {
			e_debug(user->event, "backscatter: Replays are not "
				"counted: backscatter_dict is not set");
		}
		return;
	}
	if (replays != BACKSCATTER_REPLAYS_IGNORE)
		ports->replay = &state->replay;
	ports->disown = &state->disown;
}

void backscatter_state_end(struct mail_user *user, struct event *event,
			   const struct backscatter_result *result,
			   bool delivered)
{
	const struct backscatter_settings *set =
		backscatter_user_get_settings(user);
	struct backscatter_dict *dict;
	const char *error;
	bool can_ask = backscatter_dict_get(user, &dict, &error) > 0;

	if (can_ask && delivered && set != NULL) {
		backscatter_burst_count(user, event, set, result, result->now);
		/* last: one that is killed before is brought again */
		if (result->replay_key != NULL) {
			backscatter_dict_inc(dict, result->replay_key, 1,
					     2 * set->policy.max_age);
		}
	}
	if (dict != NULL && result->replay_key != NULL)
		backscatter_dict_unlock(dict);
}
