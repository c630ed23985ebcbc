#ifndef BACKSCATTER_OUTCOME_H
#define BACKSCATTER_OUTCOME_H

/* Notes what happens to a bounce while it is delivered, and returns one word
   for it. It does no I/O: the delivery hook tells it what happened. */

enum backscatter_outcome_value {
	/* saved in the default mailbox, whatever else was done with it */
	BACKSCATTER_OUTCOME_KEPT = 0,
	/* saved in other mailboxes only */
	BACKSCATTER_OUTCOME_FILED,
	/* not saved, but sent on by redirect or pipe */
	BACKSCATTER_OUTCOME_REDIRECTED,
	/* not saved, and the sender was told so by reject or ereject. The null
	   sender cannot be told: Sieve discards the message then, and that is
	   the outcome. */
	BACKSCATTER_OUTCOME_REJECTED,
	/* not saved, and nobody was told, as a script wanted it */
	BACKSCATTER_OUTCOME_DISCARDED,
	/* not saved, and the client was told so: it tries again, or gives up.
	   The message may have been sent on before the delivery failed. */
	BACKSCATTER_OUTCOME_FAILED,

	BACKSCATTER_OUTCOME_COUNT
};

/* How many mailboxes, and how many actions, are remembered by name. The default
   mailbox is always remembered. */
#define BACKSCATTER_OUTCOME_MAX_NAMES 8

struct backscatter_outcome {
	pool_t pool;
	const char *default_mailbox;
	/* Their names, each once; not sanitised. */
	ARRAY_TYPE(const_string) mailboxes, actions;
	/* The mailbox that a script kept or filed the message in. It counts
	   only if nothing was saved: then the message was there before. NULL:
	   none. */
	const char *left_in;
	bool kept:1;
	bool saved:1;
	bool redirected:1;
	bool rejected:1;
};

/* Begin to note what happens in a delivery. default_mailbox is where mail is
   saved by default; INBOX always counts as the default mailbox, too. The pool
   must live as long as the outcome. */
void backscatter_outcome_init(struct backscatter_outcome *outcome, pool_t pool,
			      const char *default_mailbox);
/* Note that the message was saved in a mailbox. */
void backscatter_outcome_saved(struct backscatter_outcome *outcome,
			       const char *mailbox);
/* Note that Sieve has finished an action without an error. action is the field
   action_name of its event "sieve_action_finished"; mailbox is its
   fileinto_mailbox, or NULL. The actions keep and fileinto do not say that the
   message was saved: backscatter_outcome_saved() does. */
void backscatter_outcome_action(struct backscatter_outcome *outcome,
				const char *action, const char *mailbox);

/* Returns the one outcome that follows from all that was noted. delivered is
   FALSE if the delivery ended with an error. */
enum backscatter_outcome_value
backscatter_outcome_value(const struct backscatter_outcome *outcome,
			  bool delivered);
/* Returns the outcome's name, such as "kept". A static string. */
const char *backscatter_outcome_name(enum backscatter_outcome_value value);
/* Returns the names of the mailboxes that have the message now, the default
   mailbox first, separated by a comma and a space; "" if there is none. The
   names are sanitised, and cut after 200 characters. From the data stack. */
const char *
backscatter_outcome_mailboxes(const struct backscatter_outcome *outcome);
/* Returns what scripts did with the message apart from saving it, separated by
   spaces, such as "redirect vacation"; "" if there is nothing. Sanitised. From
   the data stack. */
const char *
backscatter_outcome_actions(const struct backscatter_outcome *outcome);

#endif
