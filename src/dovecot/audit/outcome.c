/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "base/sanitize.h"
#include "audit/outcome.h"

/* In characters: a longer name is cut. A user's script may make a name of
   anything. */
#define BACKSCATTER_OUTCOME_MAX_NAME 200

static const char *const backscatter_outcome_names[] = {
	"kept", "filed", "redirected", "rejected", "discarded", "failed"
};
_Static_assert(N_ELEMENTS(backscatter_outcome_names) ==
	       BACKSCATTER_OUTCOME_COUNT, "a name for each outcome");

void backscatter_outcome_init(struct backscatter_outcome *outcome, pool_t pool,
			      const char *default_mailbox)
{
	i_zero(outcome);
	outcome->pool = pool;
	outcome->default_mailbox = p_strdup(pool, default_mailbox);
	p_array_init(&outcome->mailboxes, pool, 2);
	p_array_init(&outcome->actions, pool, 2);
}

static bool
backscatter_outcome_is_default(const struct backscatter_outcome *outcome,
			       const char *mailbox)
{
	return strcasecmp(mailbox, "INBOX") == 0 ||
		strcmp(mailbox, outcome->default_mailbox) == 0;
}

/* Add a name, unless it is in the list. If first is set it goes to the front,
   even if the list is full. */
static void
backscatter_outcome_add_name(struct backscatter_outcome *outcome,
			     ARRAY_TYPE(const_string) *names, const char *name,
			     bool first)
{
	const char *old;

	array_foreach_elem(names, old) {
		if (strcmp(old, name) == 0)
			return;
	}
	name = p_strdup(outcome->pool, name);
	if (first)
		array_push_front(names, &name);
	else if (array_count(names) < BACKSCATTER_OUTCOME_MAX_NAMES)
		array_push_back(names, &name);
}

void backscatter_outcome_saved(struct backscatter_outcome *outcome,
			       const char *mailbox)
{
	bool is_default = backscatter_outcome_is_default(outcome, mailbox);

	outcome->saved = TRUE;
	if (is_default)
		outcome->kept = TRUE;
	backscatter_outcome_add_name(outcome, &outcome->mailboxes, mailbox,
				     is_default);
}

void backscatter_outcome_action(struct backscatter_outcome *outcome,
				const char *action, const char *mailbox)
{
	if (strcmp(action, "keep") == 0 || strcmp(action, "fileinto") == 0) {
		if (mailbox != NULL)
			outcome->left_in = p_strdup(outcome->pool, mailbox);
		return;
	}
	if (strcmp(action, "redirect") == 0 || strcmp(action, "pipe") == 0)
		outcome->redirected = TRUE;
	else if (strcmp(action, "reject") == 0 ||
		 strcmp(action, "ereject") == 0)
		outcome->rejected = TRUE;
	backscatter_outcome_add_name(outcome, &outcome->actions, action, FALSE);
}

enum backscatter_outcome_value
backscatter_outcome_value(const struct backscatter_outcome *outcome,
			  bool delivered)
{
	if (outcome->saved) {
		return outcome->kept ? BACKSCATTER_OUTCOME_KEPT :
			BACKSCATTER_OUTCOME_FILED;
	}
	if (!delivered)
		return BACKSCATTER_OUTCOME_FAILED;
	if (outcome->left_in != NULL) {
		return backscatter_outcome_is_default(outcome,
						      outcome->left_in) ?
			BACKSCATTER_OUTCOME_KEPT : BACKSCATTER_OUTCOME_FILED;
	}
	if (outcome->redirected)
		return BACKSCATTER_OUTCOME_REDIRECTED;
	return outcome->rejected ? BACKSCATTER_OUTCOME_REJECTED :
		BACKSCATTER_OUTCOME_DISCARDED;
}

const char *backscatter_outcome_name(enum backscatter_outcome_value value)
{
	i_assert(value < BACKSCATTER_OUTCOME_COUNT);
	return backscatter_outcome_names[value];
}

static const char *
t_outcome_names(const ARRAY_TYPE(const_string) *names, const char *separator)
{
	string_t *str = t_str_new(64);
	const char *name;

	array_foreach_elem(names, name) {
		if (str_len(str) > 0)
			str_append(str, separator);
		str_append(str, t_bounce_sanitize_text(name,
						BACKSCATTER_OUTCOME_MAX_NAME));
	}
	return str_c(str);
}

const char *
backscatter_outcome_mailboxes(const struct backscatter_outcome *outcome)
{
	if (!outcome->saved && outcome->left_in != NULL) {
		return t_bounce_sanitize_text(outcome->left_in,
					      BACKSCATTER_OUTCOME_MAX_NAME);
	}
	return t_outcome_names(&outcome->mailboxes, ", ");
}

const char *
backscatter_outcome_actions(const struct backscatter_outcome *outcome)
{
	return t_outcome_names(&outcome->actions, " ");
}
