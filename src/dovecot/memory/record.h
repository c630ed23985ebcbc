#ifndef BACKSCATTER_RECORD_H
#define BACKSCATTER_RECORD_H

/* What is remembered of a user from one bounce to the next. It is one text of
   a few KB, however long a flood lasts. The functions here parse it, change it
   and turn it into a text again; memory/record-dict.h reads it from the dict
   and writes it there.

   The text has a version, and then words NAME=VALUE in any order:

   v2 period=3600 step=2983333 genuine=2,0,1 originals=2 recipients=3 dead=1
   networks=1 proven=2 proven-dead=1 domains=1
   of=QUJDREVGR0g4,... to=... from=... by=...
   burst=SINCE,LAST,ORIGINALS,RECIPIENTS,BOUNCES,DEAD,HOSTS,SIGNAL
   replays=ID:COUNT:DAY,... times=SINCE-UNTIL,... suspended=UNTIL
   told=TIME,QUJDREVGR0g pushed=TIME counters=add writer=QUJDREVGR0g
   hosts=several

   Numbers are kept for each step of the burst period, the newest first. A hash
   in of=, to=, from= or by= is followed by a character, which says how many
   steps ago it was counted: 0 to 6 if it has no flags, a to g if it is dead,
   h to n if it is proven, o to u if it is both. A burst without the last three
   was written before there were these numbers. A text without a version was
   written by 0.1, and has only the disowned times. */

#include "base/types.h"
#include "memory/disowned-times.h"

struct backscatter_suspension;

/* The burst period has this many steps. The step that has just begun is counted
   in addition to them, so that we count for at most one step longer than the
   period. */
#define BACKSCATTER_RECORD_STEPS 6
/* How many different originals, recipients, networks and domains are remembered
   within the period. If there are more, the oldest is forgotten,
   and counts as a new one if it comes again. */
#define BACKSCATTER_RECORD_MAX_SEEN 128
/* Replays are forgotten by days. */
#define BACKSCATTER_RECORD_DAY_SECS (24 * 3600)
/* Characters of a hash: 64 bits of SHA-256 in base64url. */
#define BACKSCATTER_RECORD_HASH_LEN 11

/* What is counted for each step: either the bounces of a verdict (the number is
   an enum bounce_verdict_value), or one of these. */
enum backscatter_record_number {
	BACKSCATTER_RECORD_DAMAGED = BOUNCE_VERDICT_COUNT,
	BACKSCATTER_RECORD_ORIGINALS,
	BACKSCATTER_RECORD_RECIPIENTS,
	/* Those of the recipients who are not there. */
	BACKSCATTER_RECORD_DEAD,
	/* Networks of clients. */
	BACKSCATTER_RECORD_NETWORKS,
	/* Originals to dead recipients, and these, by bounces of our own
	   server. */
	BACKSCATTER_RECORD_PROVEN,
	BACKSCATTER_RECORD_PROVEN_DEAD,
	/* Domains whose servers have reported one of their recipients. */
	BACKSCATTER_RECORD_DOMAINS,
	BACKSCATTER_RECORD_NUMBERS
};

enum backscatter_record_table {
	/* Originals, recipients, networks, and domains that report. */
	BACKSCATTER_RECORD_OF,
	BACKSCATTER_RECORD_TO,
	BACKSCATTER_RECORD_FROM,
	BACKSCATTER_RECORD_BY,
	BACKSCATTER_RECORD_TABLES
};

/* What is known of a hash beside that it was seen. */
enum backscatter_record_flag {
	/* A recipient does not exist. */
	BACKSCATTER_RECORD_IS_DEAD = BIT(0),
	/* Our own server says so: of the recipient that does not exist, or of
	   the original that it was sent to such a recipient. */
	BACKSCATTER_RECORD_IS_PROVEN = BIT(1)
};
#define BACKSCATTER_RECORD_ALL_FLAGS \
	(BACKSCATTER_RECORD_IS_DEAD | BACKSCATTER_RECORD_IS_PROVEN)

struct backscatter_record_seen {
	char hash[BACKSCATTER_RECORD_HASH_LEN + 1];
	/* How many steps ago it was counted. */
	unsigned int age;
	enum backscatter_record_flag flags;
};

struct backscatter_record_replay {
	char id[BACKSCATTER_RECORD_HASH_LEN + 1];
	unsigned int count;
	/* The day of the last of these bounces: days since 1970, in UTC. */
	unsigned int day;
};

/* The last burst. */
struct backscatter_record_burst {
	/* Seconds since 1970; last is 0 if there was no burst. */
	time_t since, last;
	uint64_t originals, recipients, bounces, dead, hosts;
	/* An enum backscatter_alarm_signal: what raised the alarm. */
	unsigned int signal;
};

struct backscatter_record {
	/* Seconds; 0 if nothing was counted for steps yet. */
	unsigned int period;
	/* The number of the newest step since 1970. */
	uint64_t step;
	unsigned int numbers[BACKSCATTER_RECORD_NUMBERS]
			    [BACKSCATTER_RECORD_STEPS + 1];
	/* The oldest comes first. */
	ARRAY(struct backscatter_record_seen) seen[BACKSCATTER_RECORD_TABLES];
	ARRAY(struct backscatter_record_replay) replays;
	struct backscatter_record_burst burst;
	struct bounce_windows disowned;
	/* Until when the user is suspended from sending, or was; 0: never. What
	   was sent before that time proves nothing any more. */
	time_t suspended;
	/* When the last notice of a burst was sent to backscatter_notice_to,
	   and a random part of its Message-ID, in the form of a hash; 0 and "":
	   never. */
	time_t told;
	char told_id[BACKSCATTER_RECORD_HASH_LEN + 1];
	/* When something that was counted within the period was last pushed out
	   of one of the arrays; 0: never. */
	time_t pushed;
	/* Setting a counter to 1 in this dict adds 1 to it, so that we do not
	   try to increment it first (see memory/record-dict.c). */
	bool counters_add;
	/* A hash of where the lock is that the last writer held; "" if this is
	   not known. */
	char writer[BACKSCATTER_RECORD_HASH_LEN + 1];
	/* The writers had different locks, and no period has passed without
	   a bounce since then. */
	bool several_hosts;

	/* Not in the text: the suspension that is to be written into the dict
	   together with the record; with a since of 0 it is deleted. NULL:
	   nothing is to be written. */
	const struct backscatter_suspension *suspension;
};

/* Parse a text. If it is NULL, because there is none, the record is empty. The
   arrays are allocated from the pool. If an array has too many items, only the
   last are kept, which are the newest. Returns 0, or -1 with an error (static)
   if the text is broken or was written by a newer version: the caller must not
   overwrite it. */
int backscatter_record_parse(pool_t pool, const char *text,
			     struct backscatter_record *record_r,
			     const char **error_r);
/* Returns the text of the record, or "" if nothing is in it. From the data
   stack. */
const char *backscatter_record_text(const struct backscatter_record *record);

/* Forget what was counted before the period (seconds, at least 1), and replays
   that are older than max_age (seconds). If the clock went back, nothing
   becomes older. This must be called after a record was read, and before
   anything is looked up or counted in it. */
void backscatter_record_advance(struct backscatter_record *record, time_t now,
				unsigned int period, unsigned int max_age);

/* Returns what was counted within the period. */
uint64_t
backscatter_record_sum(const struct backscatter_record *record,
		       unsigned int number);
/* Add to what is counted in the newest step. */
void backscatter_record_add(struct backscatter_record *record,
			    unsigned int number,
			    unsigned int count);

/* Returns what stands in a record for bytes that a stranger wrote. Each hash
   and id below is one of these. From the data stack. */
const char *backscatter_record_hash(const void *data, size_t size);
/* TRUE if this hash was seen within the period and was not forgotten since. */
bool backscatter_record_has_seen(const struct backscatter_record *record,
				 enum backscatter_record_table table,
				 const char *hash);
/* The same, and remember the hash from now on. If the table is full, the oldest
   hash is forgotten. */
bool backscatter_record_see(struct backscatter_record *record,
			    enum backscatter_record_table table,
			    const char *hash, time_t now);
/* The same, and count it in the numbers of its table: the hash if it was not
   known, and each flag that it did not have. */
void backscatter_record_count(struct backscatter_record *record,
			      enum backscatter_record_table table,
			      const char *hash,
			      enum backscatter_record_flag flags, time_t now);
/* TRUE if that would count anything. */
bool backscatter_record_is_new(const struct backscatter_record *record,
			       enum backscatter_record_table table,
			       const char *hash,
			       enum backscatter_record_flag flags);
/* Suspend the user, from now on, or end a suspension with this end: one whose
   since is 0, and whose until is now. What was counted as proven is forgotten,
   with the networks, so that the user, when he may send again, begins with
   nothing. The suspension must live until the record has been written. */
void
backscatter_record_suspend(struct backscatter_record *record,
			   const struct backscatter_suspension *suspension);
/* Put back and count what the tables had, and the burst and the notice, that
   the record had when it was read before, and that another host has overwritten
   since. Both records must have been advanced to the same time. Nothing is
   pushed out. If the user was suspended or resumed between the two, no table is
   put back. */
void backscatter_record_restore(struct backscatter_record *record,
				const struct backscatter_record *before);

/* Returns how many bounces with this id were counted. */
unsigned int
backscatter_record_replays(const struct backscatter_record *record,
			   const char *id);
/* Count a bounce with this id. If there are more than max ids, those are
   forgotten for which no bounce was counted for the longest time. */
void backscatter_record_replay_add(struct backscatter_record *record,
				   const char *id, time_t now,
				   unsigned int max);

#endif
