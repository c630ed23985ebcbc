#ifndef BOUNCE_DIAGNOSIS_H
#define BOUNCE_DIAGNOSIS_H

/* A user is flooded with bounces: has somebody elsewhere forged his address, or
   is somebody sending through his account? */

struct bounce_diagnosis;
struct bounce_policy;
struct bounce_verdict;

/* So many different originals that left through our servers and could not be
   delivered are more than a person's mistakes. */
#define BOUNCE_DIAGNOSIS_MANY 20

/* All but a table is the pool's. */
struct bounce_diagnosis *bounce_diagnosis_init(pool_t pool);
void bounce_diagnosis_deinit(struct bounce_diagnosis **diagnosis);
/* Count a bounce; what is no bounce is passed over. Costs bounded memory,
   however many there are. */
void bounce_diagnosis_add(struct bounce_diagnosis *diagnosis,
			  const struct bounce_policy *policy,
			  const struct bounce_verdict *verdict);
/* Append what happened and what is to be done, in plain words, and then what it
   is concluded from. user: whose mail it was. dest is not from the data
   stack. */
void bounce_diagnosis_text(const struct bounce_diagnosis *diagnosis,
			   const char *user, string_t *dest);

#endif
