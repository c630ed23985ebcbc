#ifndef BOUNCE_DIAGNOSIS_H
#define BOUNCE_DIAGNOSIS_H

/* Finds out why a user gets many bounces: somebody elsewhere has forged his
   address, or somebody sends through his account. */

struct bounce_diagnosis;
struct bounce_policy;
struct bounce_verdict;

/* If this many different originals left through our servers and could not be
   delivered, these are more than the mistakes of one person. */
#define BOUNCE_DIAGNOSIS_MANY 20

/* Begin and end a diagnosis. It is allocated from the pool, except for a hash
   table that deinit() frees. deinit() sets *diagnosis to NULL. */
struct bounce_diagnosis *bounce_diagnosis_init(pool_t pool);
void bounce_diagnosis_deinit(struct bounce_diagnosis **diagnosis);
/* Count a bounce; a message that is not a bounce is ignored. However many
   bounces there are, the memory is limited. */
void bounce_diagnosis_add(struct bounce_diagnosis *diagnosis,
			  const struct bounce_policy *policy,
			  const struct bounce_verdict *verdict);
/* Append in plain words what happened and what is to be done, and then the
   numbers that show it. user is the name of the user whose mail it was. dest
   must not be from the data stack. */
void bounce_diagnosis_text(const struct bounce_diagnosis *diagnosis,
			   const char *user, string_t *dest);
/* The same as the members of a JSON object, which the caller opens and closes;
   doveadm-backscatter(1) documents their keys. */
void bounce_diagnosis_json(const struct bounce_diagnosis *diagnosis,
			   const char *user, string_t *dest);
/* Returns the earliest Date of the originals that failed, if the diagnosis is
   that somebody else sends through the account; else, or if no Date is known,
   0. */
time_t
bounce_diagnosis_stolen_since(const struct bounce_diagnosis *diagnosis);

#endif
