#ifndef BACKSCATTER_RECORD_H
#define BACKSCATTER_RECORD_H

/* What is remembered of a user from one bounce to the next, as one text of a
   few KB, however long a flood lasts. Here it is only read, changed and
   written; where it is kept is for others to say.

   The text is a version and words NAME=VALUE, in any order:

   v2 period=3600 step=2983333 genuine=2,0,1 originals=2 recipients=3
   of=QUJDREVGR0g0,... to=... burst=SINCE,LAST,ORIGINALS,RECIPIENTS,BOUNCES
   replays=ID:COUNT:DAY,... times=SINCE-UNTIL,... pushed=TIME counters=add

   Numbers are counted by steps of the burst period, the newest first. After a
   hash in of= or to= stands how many steps ago it was counted. A text without a
   version is of 0.1, which kept the disowned times alone. */

#include "base/types.h"
#include "memory/disowned-times.h"

/* The period is counted in so many steps, and the one that has begun is added
   to them: what is a step longer than the period at most. */
#define BACKSCATTER_RECORD_STEPS 6
/* Different originals, and different recipients, that are known again within
   the period. Of more the oldest is forgotten, and counts as another one if it
   comes again. */
#define BACKSCATTER_RECORD_MAX_SEEN 128
/* Characters of a hash: 64 bits of SHA-256 in base64url. */
#define BACKSCATTER_RECORD_HASH_LEN 11

/* What is counted by steps. Its number is an enum bounce_verdict_value, for the
   bounces of that verdict, or one of these. */
enum backscatter_record_number {
	BACKSCATTER_RECORD_DAMAGED = BOUNCE_VERDICT_COUNT,
	BACKSCATTER_RECORD_ORIGINALS,
	BACKSCATTER_RECORD_RECIPIENTS,
	BACKSCATTER_RECORD_NUMBERS
};

enum backscatter_record_table {
	BACKSCATTER_RECORD_OF,
	BACKSCATTER_RECORD_TO,
	BACKSCATTER_RECORD_TABLES
};

struct backscatter_record_seen {
	char hash[BACKSCATTER_RECORD_HASH_LEN + 1];
	/* How many steps ago it was counted. */
	unsigned int age;
};

struct backscatter_record_replay {
	char id[BACKSCATTER_RECORD_HASH_LEN + 1];
	unsigned int count;
	/* The day of the last one: days since 1970, UTC's. */
	unsigned int day;
};

/* The last burst. */
struct backscatter_record_burst {
	/* Seconds; last is 0 if there was none. */
	time_t since, last;
	uint64_t originals, recipients, bounces;
};

struct backscatter_record {
	/* Seconds; 0: nothing is counted by steps. */
	unsigned int period;
	/* The newest step: since 1970. */
	uint64_t step;
	unsigned int numbers[BACKSCATTER_RECORD_NUMBERS]
			    [BACKSCATTER_RECORD_STEPS + 1];
	/* The oldest first. */
	ARRAY(struct backscatter_record_seen) seen[BACKSCATTER_RECORD_TABLES];
	ARRAY(struct backscatter_record_replay) replays;
	struct backscatter_record_burst burst;
	struct bounce_windows disowned;
	/* When what was counted within the period was last pushed out of one of
	   these; 0: never. */
	time_t pushed;
	/* Where the dict keeps counters, to set one adds to it: they are not
	   incremented in vain first (see memory/record-dict.c). */
	bool counters_add;
};

/* Read a text, NULL for one that is not there: then the record is empty. Its
   arrays are the pool's, and grow there. Of a table with too many the last, who
   are the newest, are kept. Returns 0, or -1 with an error (static): it is
   broken, or a newer version has written it, and it must not be overwritten. */
int backscatter_record_parse(pool_t pool, const char *text,
			     struct backscatter_record *record_r,
			     const char **error_r);
/* The text to be kept; "" if there is nothing. From the data stack. */
const char *backscatter_record_text(const struct backscatter_record *record);

/* Forget what is older than the period (seconds, at least 1) and, of replays,
   than max_age (seconds); a clock that went back makes nothing older. Must be
   called before anything is asked of or counted in a record that was read. */
void backscatter_record_advance(struct backscatter_record *record, time_t now,
				unsigned int period, unsigned int max_age);

/* What was counted within the period. */
uint64_t
backscatter_record_sum(const struct backscatter_record *record,
		       unsigned int number);
/* Count some more. */
void backscatter_record_add(struct backscatter_record *record,
			    unsigned int number,
			    unsigned int count);

/* What a stranger's bytes are in a record: each hash and id below is one of
   these. From the data stack. */
const char *backscatter_record_hash(const void *data, size_t size);
/* TRUE if this hash was seen within the period and is still known. */
bool backscatter_record_has_seen(const struct backscatter_record *record,
				 enum backscatter_record_table table,
				 const char *hash);
/* The same, and from now on it is known. If the table is full, the oldest is
   pushed out. */
bool backscatter_record_see(struct backscatter_record *record,
			    enum backscatter_record_table table,
			    const char *hash, time_t now);

/* How many bounces with this id were counted. */
unsigned int
backscatter_record_replays(const struct backscatter_record *record,
			   const char *id);
/* Count one. Of more than max ids those are forgotten that were counted last
   the longest ago. */
void backscatter_record_replay_add(struct backscatter_record *record,
				   const char *id, time_t now,
				   unsigned int max);

#endif
