#ifndef BACKSCATTER_BURST_H
#define BACKSCATTER_BURST_H

/* When the flood is genuine: bounces of mail that did leave through our own
   servers, more of them than somebody who writes mail gets. Someone else sends
   with the account.

   What raises the alarm is the number of different originals: a newsletter that
   goes to many dead addresses is one original, or as many as it has copies of
   its own. All of it is counted in the user's record, which must have been
   advanced to the result's time. */

struct event;
struct backscatter_record;
struct backscatter_result;
struct backscatter_settings;

/* Count a bounce that was delivered: by its verdict, and a genuine failure by
   its original and its recipients. Returns TRUE if a burst begins with it: the
   record's burst tells of it. */
bool backscatter_burst_count(struct backscatter_record *record,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result);
/* The one warning and the one event "backscatter_burst" of a burst. */
void backscatter_burst_log(struct event *event,
			   const struct backscatter_settings *set,
			   const struct backscatter_record *record);

/* How many bounces of this verdict came to the user within the period, and this
   one if it is being delivered. */
uint64_t backscatter_burst_bounces(const struct backscatter_record *record,
				   const struct backscatter_result *result);
/* TRUE if a burst of the user's lasts: the alarm was raised, or this bounce will
   raise it when it is delivered, and the limit was reached within the period.
   Returns how many different originals there were. */
bool backscatter_burst_alarm(const struct backscatter_record *record,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result,
			     uint64_t *originals_r);

#endif
