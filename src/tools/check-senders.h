#ifndef CHECK_SENDERS_H
#define CHECK_SENDERS_H

/* Counts, for --senders, who sent mail in our name that came back unsigned,
   over all messages of a run. */

struct bounce_unsigned_sender;
struct bounce_check_senders;

/* So many senders are counted one by one; the mail of others is counted in one
   sum. */
#define BOUNCE_CHECK_SENDERS_MAX 10000

/* Returns an empty table. The caller frees it with deinit(). */
struct bounce_check_senders *bounce_check_senders_init(void);
void bounce_check_senders_deinit(struct bounce_check_senders **senders);

/* Count a message of this sender. Its strings are copied. */
void bounce_check_senders_add(struct bounce_check_senders *senders,
			      const struct bounce_unsigned_sender *sender);

/* Append a table for people to read, the most frequent senders first; or one
   JSON object and a line end. dest must not be allocated from the data
   stack. */
void bounce_check_senders_text(string_t *dest,
			       const struct bounce_check_senders *senders);
void bounce_check_senders_json(string_t *dest,
			       const struct bounce_check_senders *senders);

#endif
