#ifndef DOVEADM_BACKSCATTER_TOTALS_H
#define DOVEADM_BACKSCATTER_TOTALS_H

/* Sums of counters, by day, name or reason. Pure: fed with counters, by
   whoever reads them. */

#include "dovecot-backscatter.h"

enum backscatter_column {
	/* all but those that failed, and will come again */
	BACKSCATTER_COLUMN_BOUNCES = 0,
	/* what they were: these add up to the bounces */
	BACKSCATTER_COLUMN_GENUINE,
	BACKSCATTER_COLUMN_BACKSCATTER,
	BACKSCATTER_COLUMN_DISOWNED,
	BACKSCATTER_COLUMN_UNVERIFIABLE,
	BACKSCATTER_COLUMN_TEMPERROR,
	/* what became of them: and so do these, but for servers */
	BACKSCATTER_COLUMN_KEPT,
	BACKSCATTER_COLUMN_FILED,
	BACKSCATTER_COLUMN_REDIRECTED,
	BACKSCATTER_COLUMN_REJECTED,
	BACKSCATTER_COLUMN_DISCARDED,
	BACKSCATTER_COLUMN_WOULD_FILE,
	BACKSCATTER_COLUMN_FAILED,
	/* what should be 0: discarded or rejected, though genuine */
	BACKSCATTER_COLUMN_GENUINE_LOST,

	/* programs get those above */
	BACKSCATTER_COLUMN_COUNT,

	/* people get sums: backscatter and disowned, */
	BACKSCATTER_COLUMN_FORGED = BACKSCATTER_COLUMN_COUNT,
	/* unverifiable and temperror */
	BACKSCATTER_COLUMN_UNCLEAR,

	BACKSCATTER_COLUMN_ALL_COUNT
};

enum backscatter_totals_by {
	BACKSCATTER_TOTALS_BY_DAY = 0,
	/* user, domain or server: whatever was read */
	BACKSCATTER_TOTALS_BY_NAME,
	BACKSCATTER_TOTALS_BY_REASON
};

struct backscatter_total {
	/* The day, name or reason; valid UTF-8 without control characters. */
	const char *name;
	/* Of a reason; otherwise NULL. */
	const char *verdict;
	/* A sentence of a reason, static; NULL: there is none. */
	const char *text;
	uint64_t n[BACKSCATTER_COLUMN_ALL_COUNT];
	/* What it was last sorted by. */
	uint64_t order;
};

struct backscatter_totals;

/* How people read a column. */
struct backscatter_column_title {
	enum backscatter_column column;
	const char *title;
};

/* FALSE for what mode audit would do where there is none of it. */
bool backscatter_column_is_shown(enum backscatter_column column,
				 const struct backscatter_total *sum);
/* "would-be-filed": for a header, JSON and the like; static. */
const char *backscatter_column_name(enum backscatter_column column);

/* Sums of counters, without any yet, by what they are to be told apart. */
struct backscatter_totals *
backscatter_totals_init(enum backscatter_totals_by by);
/* Frees all of it, if there is any. */
void backscatter_totals_deinit(struct backscatter_totals **totals);

/* Add a counter that was read to the sums that it belongs to. */
void backscatter_totals_add(struct backscatter_totals *totals,
			    const struct backscatter_count *count);
/* Have a row for a name, with zeros if nothing came. */
struct backscatter_total *
backscatter_totals_get(struct backscatter_totals *totals, const char *name);

/* The rows, those with the most of a column first, or by name with
   BACKSCATTER_COLUMN_ALL_COUNT. The array is the totals' own: sorted in
   place. */
const struct backscatter_total *const *
backscatter_totals_sort(struct backscatter_totals *totals,
			enum backscatter_column column, unsigned int *count_r);
/* The sum of all. */
const struct backscatter_total *
backscatter_totals_sum(const struct backscatter_totals *totals);

#endif
