#ifndef BACKSCATTER_BURST_H
#define BACKSCATTER_BURST_H

/* A burst of genuine bounces: more bounces of mail that was really sent through
   our own servers than a person who writes mail gets. Somebody else is then
   probably sending mail through the user's account.

   memory/alarm.h has the rules of the alarm; here a result becomes what they
   count. A newsletter that goes to many addresses is one original, or as many
   as were sent with signatures of their own. Everything is counted in the
   user's record, which must have been advanced to the time of the result. */

#include "memory/alarm.h"

struct event;
struct backscatter_record_burst;
struct backscatter_result;
struct backscatter_settings;

/* TRUE if the alarm, or a suspension, may depend on this bounce: it is a
   genuine failure of which something was not counted yet, and no burst is going
   on, or the user may be suspended for it. */
bool backscatter_burst_approaches(const struct backscatter_record *record,
				  const struct backscatter_settings *set,
				  const struct backscatter_result *result);

/* Count a bounce that was delivered, by its verdict, and if it is a genuine
   failure also its original and its recipients. Returns TRUE if a burst begins
   with this bounce; it is then described by the record's burst. */
bool backscatter_burst_count(struct backscatter_record *record,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result);
/* Log the warning of a burst that has begun, and send its event
   "backscatter_burst". Call this once for each burst. */
void backscatter_burst_log(struct event *event,
			   const struct backscatter_settings *set,
			   const struct backscatter_record *record);

/* Returns what is proven and has reached its limit (memory/alarm.h) with this
   bounce, which was counted, so that the user is to be suspended from sending.
   NONE: he is not, because nothing has; or it is not a genuine failure; or the
   user is suspended already; or the settings do not allow it. */
enum backscatter_alarm_signal
backscatter_burst_suspends(const struct backscatter_record *record,
			   const struct backscatter_settings *set,
			   const struct backscatter_result *result);
/* Returns a sentence about what is proven, from the data stack. */
const char *
backscatter_burst_why(const struct backscatter_record *record,
		      const struct backscatter_settings *set,
		      enum backscatter_alarm_signal signal);

/* TRUE if a notice of the burst is to be sent to backscatter_notice_to: this
   bounce came while a burst lasts, no notice was sent about this burst, and
   none within a day. The record then says that one was sent. */
bool backscatter_burst_tells(struct backscatter_record *record,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result);
/* The notice could not be sent: it is due again in 10 minutes. */
void backscatter_burst_not_told(struct backscatter_record *record);
/* Returns the Message-ID of a notice with this random part (data stack). */
const char *backscatter_burst_message_id(const char *id);

/* Returns how many bounces with the verdict of this result were delivered to
   the user within the period, counting this one if it is being delivered. */
uint64_t backscatter_burst_bounces(const struct backscatter_record *record,
				   const struct backscatter_result *result);
/* TRUE if a burst is going on: the alarm was raised, or will be raised when
   this bounce is delivered, and the limit was reached within the period.
   burst_r then has the numbers of the burst. */
bool backscatter_burst_alarm(const struct backscatter_record *record,
			     const struct backscatter_settings *set,
			     const struct backscatter_result *result,
			     struct backscatter_record_burst *burst_r);

#endif
