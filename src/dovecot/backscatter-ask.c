/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "mail-user.h"
#include "bounce-answer.h"
#include "bounce-domains.h"
#include "bounce-message.h"
#include "bounce-property.h"
#include "bounce-types.h"
#include "bounce-verdict.h"
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
		    const struct backscatter_answer **answer_r,
		    const char **error_r)
{
	const struct backscatter_settings *set =
		backscatter_user_get_settings(question->user);
	struct backscatter_answer *answer;
	struct bounce_answer *full;
	int ret;

	if (set == NULL) {
		*error_r = "the user's settings are wrong (see above)";
		return -1;
	}
	full = p_new(pool, struct bounce_answer, 1);
	ask_fill(pool, question, set, full);
	ret = ask_judge(pool, full, question, set, error_r);
	backscatter_dict_release(question->user);
	if (ret < 0)
		return -1;
	backscatter_domains_log(question->user->event, full->policy.domains);

	answer = p_new(pool, struct backscatter_answer, 1);
	answer->full = full;
	answer->is_bounce = bounce_kind_is_bounce(full->verdict->kind.kind);
	answer->matches =
		full->verdict->value == BOUNCE_VERDICT_BACKSCATTER ||
		full->verdict->value == BOUNCE_VERDICT_DISOWNED;
	*answer_r = answer;
	return 0;
}

const char *
backscatter_answer_property(const struct backscatter_answer *answer,
			    const char *name)
{
	enum bounce_property property;
	const char *const *values;

	if (bounce_property_find(name, &property) < 0)
		i_panic("There is no property %s", name);
	values = bounce_property_get(pool_datastack_create(), property,
				     answer->full->message,
				     answer->full->verdict);
	return values[0] == NULL ? "" : t_strarray_join(values, ", ");
}

void backscatter_answer_explain(const struct backscatter_answer *answer,
				string_t *dest)
{
	bounce_answer_text(dest, answer->full);
}
