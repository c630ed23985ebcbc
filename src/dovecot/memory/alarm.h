#ifndef BACKSCATTER_ALARM_H
#define BACKSCATTER_ALARM_H

/* The rules of the alarm. They decide how a genuine failure is counted in the
   user's record, and when there are more failures than somebody has who writes
   mail himself. They know nothing of messages, settings and the dict, so that
   tests/bench/alarm can run them on simulated mail. */

#include "verdict/proof.h"
#include "memory/record.h"

/* If mail was submitted from as many networks as the limit of hosts, this many
   different originals are enough. */
#define BACKSCATTER_ALARM_HOSTS_ORIGINALS 5
/* The same if only what is proven counts, and how many times as high the limits
   of originals and recipients are then. They are higher because an account may
   be suspended for what is proven: somebody who writes to everybody in an old
   address book looks the same as a thief who has one host. doc/alarm.md has the
   numbers. */
#define BACKSCATTER_ALARM_HOSTS_PROVEN 10
#define BACKSCATTER_ALARM_PROVEN_FACTOR 10

/* What has reached its limit. The order is that of the record's text. */
enum backscatter_alarm_signal {
	BACKSCATTER_ALARM_NONE = 0,
	BACKSCATTER_ALARM_ORIGINALS,
	BACKSCATTER_ALARM_RECIPIENTS,
	BACKSCATTER_ALARM_HOSTS,

	BACKSCATTER_ALARM_COUNT
};

struct backscatter_alarm_limits {
	/* Different originals that failed. 0: there is no alarm at all. */
	unsigned int originals;
	/* Different recipients who are not there. 0: they do not count. */
	unsigned int recipients;
	/* Different networks of clients that submitted the mail. 0: they do not
	   count. */
	unsigned int hosts;
};

struct backscatter_failed_recipient {
	/* A result of backscatter_record_hash(). */
	const char *hash;
	/* The status is 5.1.x: there is no such address (RFC 3463 section
	   3.2). */
	bool dead;
};

/* A genuine failure. The strings are results of backscatter_record_hash(). */
struct backscatter_failure {
	enum bounce_proof_strength proof;
	const char *original;
	/* Those for whom the bounce speaks, see verdict/proof.h. */
	const struct backscatter_failed_recipient *recipients;
	unsigned int recipients_count;
	/* The network of the client that submitted the original; NULL: it is
	   not proven. It counts if a recipient does not exist. */
	const char *network;
	/* With BOUNCE_PROOF_RECIPIENT: the domain of the recipient, which
	   counts in the same case. */
	const char *domain;
};

/* Count a failure. now is the time to which the record was advanced. */
void backscatter_alarm_count(struct backscatter_record *record,
			     const struct backscatter_failure *failure,
			     time_t now);

/* TRUE if something of the failure was not counted yet: the alarm may depend on
   it. */
bool backscatter_alarm_is_new(const struct backscatter_record *record,
			      const struct backscatter_failure *failure);

/* Returns the signal that has reached its limit within the period, or NONE. If
   several have, it is the last one of the enumeration. With proven, only what
   is proven counts, and the limits are higher:
   - the recipients that do not exist, as bounces of our own server report, and
     the originals of these bounces;
   - each domain whose server reported one of its recipients, as one original.
     As a stranger can have any number of domains, and the user may have written
     to them, these make up a quarter of the limit at most. */
enum backscatter_alarm_signal
backscatter_alarm_find(const struct backscatter_record *record,
		       const struct backscatter_alarm_limits *limits,
		       bool proven);

/* The name as in the event and for doveadm, such as "originals", a static
   string; "" for NONE. */
const char *backscatter_alarm_name(enum backscatter_alarm_signal signal);

#endif
