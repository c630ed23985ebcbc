#ifndef BACKSCATTER_BURST_H
#define BACKSCATTER_BURST_H

/* When the flood is genuine: bounces of mail that did leave through our own
   servers, more of them than one who writes mail gets. Someone else sends
   with the account.

   What rings is the number of different originals: a newsletter that goes to
   many dead addresses is one original, or as many as it has copies of its
   own. */

struct mail_user;
struct event;
struct backscatter_result;
struct backscatter_settings;

/* Count a bounce that was delivered: by its verdict, and a genuine failure by
   its original and its recipients. At the limit one warning and one event
   "backscatter_burst" for each burst. Without a dict, does nothing. */
void backscatter_burst_count(struct mail_user *user, struct event *event,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result,
			     time_t now);
/* The bounces of this verdict for this user within the period, and this one if
   it is being delivered. Returns 0, or -1 if that cannot be known: there is no
   dict, or it does not answer. */
int backscatter_burst_lookup(struct mail_user *user,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result,
			     time_t now, uint64_t *count_r);
/* Does a burst of the user's last: has one rung, or will this one ring when it
   is delivered, and was one over the limit within the period? Returns 1 and how
   many different originals the period before that one had, 0 if not, or -1 if
   that cannot be known. */
int backscatter_burst_alarm(struct mail_user *user,
			    const struct backscatter_settings *set,
			    const struct backscatter_result *result,
			    time_t now, uint64_t *originals_r);

#endif
