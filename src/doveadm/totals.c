/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "hash.h"
#include "totals.h"

/* In characters: a longer name is cut. */
#define BACKSCATTER_TOTAL_NAME_MAX 256

struct backscatter_totals {
	pool_t pool;
	enum backscatter_totals_by by;
	HASH_TABLE(const char *, struct backscatter_total *) rows_by_name;
	ARRAY(struct backscatter_total *) rows;
	struct backscatter_total sum;
};

static const char *const backscatter_column_names[] = {
	[BACKSCATTER_COLUMN_BOUNCES] = "bounces",
	[BACKSCATTER_COLUMN_GENUINE] = "genuine",
	[BACKSCATTER_COLUMN_BACKSCATTER] = "backscatter",
	[BACKSCATTER_COLUMN_DISOWNED] = "disowned",
	[BACKSCATTER_COLUMN_UNVERIFIABLE] = "unverifiable",
	[BACKSCATTER_COLUMN_TEMPERROR] = "temperror",
	[BACKSCATTER_COLUMN_KEPT] = "kept",
	[BACKSCATTER_COLUMN_FILED] = "filed",
	[BACKSCATTER_COLUMN_REDIRECTED] = "redirected",
	[BACKSCATTER_COLUMN_REJECTED] = "rejected",
	[BACKSCATTER_COLUMN_DISCARDED] = "discarded",
	[BACKSCATTER_COLUMN_WOULD_FILE] = BACKSCATTER_COUNT_WOULD_FILE,
	[BACKSCATTER_COLUMN_FAILED] = "failed",
	[BACKSCATTER_COLUMN_GENUINE_LOST] = "genuine-lost",
	[BACKSCATTER_COLUMN_FORGED] = "backscatter",
	[BACKSCATTER_COLUMN_UNCLEAR] = "unclear"
};

const char *backscatter_column_name(enum backscatter_column column)
{
	i_assert(column < BACKSCATTER_COLUMN_ALL_COUNT);

	return backscatter_column_names[column];
}

bool backscatter_column_is_shown(enum backscatter_column column,
				 const struct backscatter_total *sum)
{
	return column != BACKSCATTER_COLUMN_WOULD_FILE || sum->n[column] > 0;
}

struct backscatter_totals *
backscatter_totals_init(enum backscatter_totals_by by)
{
	struct backscatter_totals *totals;
	pool_t pool;

	pool = pool_alloconly_create(MEMPOOL_GROWING"backscatter totals", 4096);
	totals = p_new(pool, struct backscatter_totals, 1);
	totals->pool = pool;
	totals->by = by;
	totals->sum.name = "total";
	hash_table_create(&totals->rows_by_name, pool, 0, str_hash, strcmp);
	p_array_init(&totals->rows, pool, 64);
	return totals;
}

void backscatter_totals_deinit(struct backscatter_totals **_totals)
{
	struct backscatter_totals *totals = *_totals;

	if (totals == NULL)
		return;
	*_totals = NULL;
	hash_table_destroy(&totals->rows_by_name);
	pool_unref(&totals->pool);
}

struct backscatter_total *
backscatter_totals_get(struct backscatter_totals *totals, const char *name)
{
	struct backscatter_total *row;

	row = hash_table_lookup(totals->rows_by_name, name);
	if (row != NULL)
		return row;
	row = p_new(totals->pool, struct backscatter_total, 1);
	row->name = p_strdup(totals->pool, name);
	array_push_back(&totals->rows, &row);
	hash_table_insert(totals->rows_by_name, row->name, row);
	return row;
}

/* Add to the column that has this word as its name. A word of a later version,
   which has no column, is ignored. */
static void
backscatter_total_add_word(struct backscatter_total *row, const char *word,
			   uint64_t bounces)
{
	unsigned int i;

	for (i = BACKSCATTER_COLUMN_GENUINE; i < BACKSCATTER_COLUMN_COUNT;
	     i++) {
		if (strcmp(word, backscatter_column_names[i]) == 0)
			row->n[i] += bounces;
	}
}

static void
backscatter_total_add(struct backscatter_total *row,
		      const struct backscatter_count *count)
{
	const char *const *names = backscatter_column_names;
	const char *outcome = count->outcome;

	if (strcmp(outcome, names[BACKSCATTER_COLUMN_FAILED]) != 0) {
		row->n[BACKSCATTER_COLUMN_BOUNCES] += count->bounces;
		backscatter_total_add_word(row, count->verdict, count->bounces);
	}
	backscatter_total_add_word(row, outcome, count->bounces);
	if (strcmp(count->verdict, names[BACKSCATTER_COLUMN_GENUINE]) == 0 &&
	    (strcmp(outcome, names[BACKSCATTER_COLUMN_DISCARDED]) == 0 ||
	     strcmp(outcome, names[BACKSCATTER_COLUMN_REJECTED]) == 0))
		row->n[BACKSCATTER_COLUMN_GENUINE_LOST] += count->bounces;
	row->n[BACKSCATTER_COLUMN_FORGED] =
		row->n[BACKSCATTER_COLUMN_BACKSCATTER] +
		row->n[BACKSCATTER_COLUMN_DISOWNED];
	row->n[BACKSCATTER_COLUMN_UNCLEAR] =
		row->n[BACKSCATTER_COLUMN_UNVERIFIABLE] +
		row->n[BACKSCATTER_COLUMN_TEMPERROR];
}

void backscatter_totals_add(struct backscatter_totals *totals,
			    const struct backscatter_count *count)
{
	const char *const names[] = {
		[BACKSCATTER_TOTALS_BY_DAY] = count->day,
		[BACKSCATTER_TOTALS_BY_NAME] = count->name,
		[BACKSCATTER_TOTALS_BY_REASON] = count->reason
	};
	struct backscatter_total *row;

	T_BEGIN {
		row = backscatter_totals_get(totals, backscatter_sanitize(
			names[totals->by], BACKSCATTER_TOTAL_NAME_MAX));
	} T_END;
	if (row->verdict == NULL &&
	    totals->by == BACKSCATTER_TOTALS_BY_REASON) {
		row->verdict = p_strdup(totals->pool, count->verdict);
		row->text = count->text;
	}
	backscatter_total_add(row, count);
	backscatter_total_add(&totals->sum, count);
}

static int
backscatter_total_cmp(struct backscatter_total *const *row1,
		      struct backscatter_total *const *row2)
{
	if ((*row1)->order != (*row2)->order)
		return (*row1)->order > (*row2)->order ? -1 : 1;
	return strcmp((*row1)->name, (*row2)->name);
}

const struct backscatter_total *const *
backscatter_totals_sort(struct backscatter_totals *totals,
			enum backscatter_column column, unsigned int *count_r)
{
	struct backscatter_total *row;

	array_foreach_elem(&totals->rows, row) {
		row->order = column == BACKSCATTER_COLUMN_ALL_COUNT ? 0 :
			row->n[column];
	}
	array_sort(&totals->rows, backscatter_total_cmp);
	return (const struct backscatter_total *const *)
		array_get(&totals->rows, count_r);
}

const struct backscatter_total *
backscatter_totals_sum(const struct backscatter_totals *totals)
{
	return &totals->sum;
}
