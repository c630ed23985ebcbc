/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "mail-user.h"
#include "bounce-answer.h"
#include "bounce-domains.h"
#include "backscatter-ports.h"
#include "backscatter-dict.h"
#include "backscatter-settings.h"
#include "backscatter-private.h"

#include <time.h>

static void
ask_fill(pool_t pool, const struct backscatter_question *question,
	 const struct backscatter_settings *set, struct bounce_answer *full)
{
	const char *username = question->user->username;

	full->file = p_strdup(pool, question->name);
	full->number = 1;
	full->policy = set->policy;
	backscatter_dict_start_message(question->user);
	full->policy.domains = backscatter_domains_get(pool,
		question->user, &set->domains);
	full->policy.now = question->when != 0 ? question->when : time(NULL);
	full->envelope.mail_from =
		backscatter_address(pool, question->envelope.mail_from);
	full->envelope.rcpt_to =
		backscatter_address(pool, question->envelope.rcpt_to);
	full->envelope.orcpt =
		backscatter_address(pool, question->envelope.orcpt);
	full->envelope.user = p_strdup(pool, username);
	full->owner = strchr(username, '@') == NULL ? NULL :
		p_strdup(pool, username);
}

static int
ask_judge(pool_t pool, struct bounce_answer *full,
	  const struct backscatter_question *question,
	  const struct backscatter_settings *set, const char **error_r)
{
	struct backscatter_ports ports;
	int ret;

	if (backscatter_ports_init(&ports, pool, question->user, set,
				   question->delivered ?
				   BACKSCATTER_REPLAYS_IGNORE :
				   BACKSCATTER_REPLAYS_LOOK, error_r) < 0)
		return -1;
	ret = bounce_answer_judge(pool, full, &ports.ports, question->input,
				  error_r);
	backscatter_ports_deinit(&ports);
	if (ret < 0)
		return -1;
	if (bounce_domains_is_empty(full->policy.domains)) {
		*error_r = "backscatter_domains is not set, and the recipient "
			"has no domain: set backscatter_domains";
		return -1;
	}
	return 0;
}

int backscatter_ask(pool_t pool, const struct backscatter_question *question,
		    const struct backscatter_result **result_r,
		    const char **error_r)
{
	const struct backscatter_settings *set =
		backscatter_user_get_settings(question->user);
	struct backscatter_result *result;
	struct bounce_answer *answer;
	int ret;

	if (set == NULL) {
		*error_r = "the user's settings are wrong (see above)";
		return -1;
	}
	answer = p_new(pool, struct bounce_answer, 1);
	ask_fill(pool, question, set, answer);
	ret = ask_judge(pool, answer, question, set, error_r);
	backscatter_dict_release(question->user);
	if (ret < 0)
		return -1;
	backscatter_domains_log(question->user->event, answer->policy.domains);

	result = p_new(pool, struct backscatter_result, 1);
	result->mode = BACKSCATTER_MODE_ENFORCE;
	result->answer = answer;
	result->verdict = answer->verdict;
	result->user = question->user;
	result->now = answer->policy.now;
	backscatter_result_conclude(result);
	*result_r = result;
	return 0;
}

void backscatter_result_explain(const struct backscatter_result *result,
				string_t *dest)
{
	bounce_answer_text(dest, result->answer);
}
