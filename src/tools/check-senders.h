#ifndef CHECK_SENDERS_H
#define CHECK_SENDERS_H

/* --senders: who sent mail in our name that came back unsigned, over all
   messages of a run. */

struct bounce_unsigned_sender;
struct bounce_check_senders;

/* Kept apart; those that come later are only counted. */
#define BOUNCE_CHECK_SENDERS_MAX 10000

/* A table without senders, freed with deinit(). */
struct bounce_check_senders *bounce_check_senders_init(void);
void bounce_check_senders_deinit(struct bounce_check_senders **senders);

/* Count a message of this sender, whose texts are copied. */
void bounce_check_senders_add(struct bounce_check_senders *senders,
			      const struct bounce_unsigned_sender *sender);

/* Append a table for a human, the most frequent ones first; or one JSON object
   and a line end. dest is not from the data stack. */
void bounce_check_senders_text(string_t *dest,
			       const struct bounce_check_senders *senders);
void bounce_check_senders_json(string_t *dest,
			       const struct bounce_check_senders *senders);

#endif
