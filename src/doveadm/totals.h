#ifndef DOVEADM_BACKSCATTER_TOTALS_H
#define DOVEADM_BACKSCATTER_TOTALS_H

/* Adds up counters by day, name or reason. It does no I/O: the caller reads the
   counters. */

#include "dovecot-backscatter.h"

enum backscatter_column {
	/* all bounces except those whose delivery failed, as the client will
	   try these again */
	BACKSCATTER_COLUMN_BOUNCES = 0,
	/* their verdicts; these columns add up to the bounces */
	BACKSCATTER_COLUMN_GENUINE,
	BACKSCATTER_COLUMN_BACKSCATTER,
	BACKSCATTER_COLUMN_DISOWNED,
	BACKSCATTER_COLUMN_UNVERIFIABLE,
	BACKSCATTER_COLUMN_TEMPERROR,
	/* what became of them; these columns, without the failed ones, add up
	   to the bounces, too. Nothing is counted here for servers. */
	BACKSCATTER_COLUMN_KEPT,
	BACKSCATTER_COLUMN_FILED,
	BACKSCATTER_COLUMN_REDIRECTED,
	BACKSCATTER_COLUMN_REJECTED,
	BACKSCATTER_COLUMN_DISCARDED,
	BACKSCATTER_COLUMN_WOULD_FILE,
	BACKSCATTER_COLUMN_FAILED,
	/* genuine bounces that were discarded or rejected; this should be 0 */
	BACKSCATTER_COLUMN_GENUINE_LOST,

	/* the number of the columns above, which output for programs has */
	BACKSCATTER_COLUMN_COUNT,

	/* output for people has these sums: of backscatter and disowned, */
	BACKSCATTER_COLUMN_FORGED = BACKSCATTER_COLUMN_COUNT,
	/* and of unverifiable and temperror */
	BACKSCATTER_COLUMN_UNCLEAR,

	BACKSCATTER_COLUMN_ALL_COUNT
};

enum backscatter_totals_by {
	BACKSCATTER_TOTALS_BY_DAY = 0,
	/* the name of a user, domain or server, whichever was read */
	BACKSCATTER_TOTALS_BY_NAME,
	BACKSCATTER_TOTALS_BY_REASON
};

struct backscatter_total {
	/* The day, name or reason. It is valid UTF-8 without control
	   characters. */
	const char *name;
	/* The verdict that the reason belongs to; NULL unless the rows are by
	   reason. */
	const char *verdict;
	/* A sentence that explains the reason. A static string, or NULL. */
	const char *text;
	uint64_t n[BACKSCATTER_COLUMN_ALL_COUNT];
	/* The value of the column that the rows were last sorted by. */
	uint64_t order;
};

struct backscatter_totals;

/* The title of a column in output for people. */
struct backscatter_column_title {
	enum backscatter_column column;
	const char *title;
};

/* Returns FALSE if the column is not shown to people: the one of mode audit, if
   it is 0 in the sum. */
bool backscatter_column_is_shown(enum backscatter_column column,
				 const struct backscatter_total *sum);
/* Returns the name of a column in headers and JSON, such as "would-be-filed". A
   static string. */
const char *backscatter_column_name(enum backscatter_column column);

/* Create empty totals, with a row for each day, name or reason. The caller
   frees them with deinit(). */
struct backscatter_totals *
backscatter_totals_init(enum backscatter_totals_by by);
/* Free the totals; they may be NULL. */
void backscatter_totals_deinit(struct backscatter_totals **totals);

/* Add a counter to the row that it belongs to, and to the sum. */
void backscatter_totals_add(struct backscatter_totals *totals,
			    const struct backscatter_count *count);
/* Returns the row of a name. If it does not exist, a row of zeros is added. */
struct backscatter_total *
backscatter_totals_get(struct backscatter_totals *totals, const char *name);

/* Sort the rows in place: those with the most in a column first, and then by
   name; or all by name if column is BACKSCATTER_COLUMN_ALL_COUNT. Returns the
   rows, which belong to the totals. */
const struct backscatter_total *const *
backscatter_totals_sort(struct backscatter_totals *totals,
			enum backscatter_column column, unsigned int *count_r);
/* Returns the sum of all counters that were added. It belongs to the totals. */
const struct backscatter_total *
backscatter_totals_sum(const struct backscatter_totals *totals);

#endif
