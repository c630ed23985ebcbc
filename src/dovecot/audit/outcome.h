#ifndef BACKSCATTER_OUTCOME_H
#define BACKSCATTER_OUTCOME_H

/* What became of a bounce: the books of one delivery, and one word for them.
   Pure: it is told what happened, by the delivery hook. */

enum backscatter_outcome_value {
	/* saved where mail is delivered by default, whatever else was done */
	BACKSCATTER_OUTCOME_KEPT = 0,
	/* saved in other mailboxes only */
	BACKSCATTER_OUTCOME_FILED,
	/* saved nowhere, but sent on by redirect or pipe */
	BACKSCATTER_OUTCOME_REDIRECTED,
	/* saved nowhere, and the sender told so by reject or ereject. The null
	   sender is told nothing: then it is discarded. */
	BACKSCATTER_OUTCOME_REJECTED,
	/* saved nowhere, and nobody was told, by a script's wish */
	BACKSCATTER_OUTCOME_DISCARDED,
	/* saved nowhere, and the client was told so: it tries again, or gives
	   up. It may have been sent on before it failed. */
	BACKSCATTER_OUTCOME_FAILED,

	BACKSCATTER_OUTCOME_COUNT
};

/* More mailboxes or actions than this are not named. */
#define BACKSCATTER_OUTCOME_MAX_NAMES 8

struct backscatter_outcome {
	pool_t pool;
	const char *default_mailbox;
	/* As they are; not sanitised. */
	ARRAY_TYPE(const_string) mailboxes, actions;
	/* A mailbox where the message was before, and that Sieve left it in. */
	const char *left_in;
	bool kept:1;
	bool saved:1;
	bool redirected:1;
	bool rejected:1;
};

/* Begin the books of a delivery. The default mailbox is mostly INBOX, which
   counts as such always. The pool has to live as long as the outcome. */
void backscatter_outcome_init(struct backscatter_outcome *outcome, pool_t pool,
			      const char *default_mailbox);
/* It was saved in a mailbox. */
void backscatter_outcome_saved(struct backscatter_outcome *outcome,
			       const char *mailbox);
/* Sieve has finished an action, without an error; action is the action_name of
   its event "sieve_action_finished", mailbox its fileinto_mailbox or NULL. That
   keep and fileinto have saved is not learned from here. */
void backscatter_outcome_action(struct backscatter_outcome *outcome,
				const char *action, const char *mailbox);

/* The word for all that. delivered is FALSE if the delivery ended with an
   error. */
enum backscatter_outcome_value
backscatter_outcome_value(const struct backscatter_outcome *outcome,
			  bool delivered);
/* "kept"; static. */
const char *backscatter_outcome_name(enum backscatter_outcome_value value);
/* The mailboxes that have it now, the one that it was delivered to by default
   first, separated by ", "; empty if there is none. Allocated from the data
   stack, sanitised. */
const char *
backscatter_outcome_mailboxes(const struct backscatter_outcome *outcome);
/* What scripts did beside saving, such as "redirect vacation". Allocated from
   the data stack, sanitised. */
const char *
backscatter_outcome_actions(const struct backscatter_outcome *outcome);

#endif
