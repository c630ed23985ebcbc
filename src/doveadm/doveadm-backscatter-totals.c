/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "hash.h"
#include "str-sanitize.h"
#include "doveadm-backscatter-totals.h"

/* More of a name than anybody wants to see. */
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
	[BACKSCATTER_COLUMN_GENUINE_LOST] = "genuine-lost"
};

const char *backscatter_column_name(enum backscatter_column column)
{
	i_assert(column < BACKSCATTER_COLUMN_COUNT);

	return backscatter_column_names[column];
}

struct backscatter_totals *
backscatter_totals_init(pool_t pool, enum backscatter_totals_by by)
{
	struct backscatter_totals *totals;

	totals = p_new(pool, struct backscatter_totals, 1);
	totals->pool = pool;
	totals->by = by;
	totals->sum.name = "total";
	hash_table_create(&totals->rows_by_name, default_pool, 0, str_hash,
			  strcmp);
	p_array_init(&totals->rows, pool, 64);
	return totals;
}

void backscatter_totals_deinit(struct backscatter_totals **_totals)
{
	struct backscatter_totals *totals = *_totals;

	*_totals = NULL;
	hash_table_destroy(&totals->rows_by_name);
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

/* A column of a word; what a later version counts is in no column. */
static void
backscatter_total_add_word(struct backscatter_total *row, const char *word,
			   uint64_t bounces)
{
	unsigned int i;

	for (i = BACKSCATTER_COLUMN_GENUINE; i < BACKSCATTER_COLUMN_COUNT; i++) {
		if (strcmp(word, backscatter_column_names[i]) == 0)
			row->n[i] += bounces;
	}
}

static bool
backscatter_count_is(const char *word, enum backscatter_column column)
{
	return strcmp(word, backscatter_column_names[column]) == 0;
}

static void
backscatter_total_add(struct backscatter_total *row,
		      const struct backscatter_count *count)
{
	const char *outcome = count->outcome;

	if (!backscatter_count_is(outcome, BACKSCATTER_COLUMN_FAILED)) {
		row->n[BACKSCATTER_COLUMN_BOUNCES] += count->bounces;
		backscatter_total_add_word(row, count->verdict, count->bounces);
	}
	backscatter_total_add_word(row, outcome, count->bounces);
	if (backscatter_count_is(count->verdict, BACKSCATTER_COLUMN_GENUINE) &&
	    (backscatter_count_is(outcome, BACKSCATTER_COLUMN_DISCARDED) ||
	     backscatter_count_is(outcome, BACKSCATTER_COLUMN_REJECTED)))
		row->n[BACKSCATTER_COLUMN_GENUINE_LOST] += count->bounces;
}

static const char *
backscatter_totals_row_name(const struct backscatter_totals *totals,
			    const struct backscatter_count *count)
{
	switch (totals->by) {
	case BACKSCATTER_TOTALS_BY_DAY:
		return count->day;
	case BACKSCATTER_TOTALS_BY_NAME:
		return count->name;
	case BACKSCATTER_TOTALS_BY_REASON:
		return count->reason;
	}
	i_unreached();
}

void backscatter_totals_add(struct backscatter_totals *totals,
			    const struct backscatter_count *count)
{
	struct backscatter_total *row;

	T_BEGIN {
		row = backscatter_totals_get(totals, str_sanitize_utf8(
			backscatter_totals_row_name(totals, count),
			BACKSCATTER_TOTAL_NAME_MAX));
	} T_END;
	if (totals->by == BACKSCATTER_TOTALS_BY_REASON && row->verdict == NULL)
		row->verdict = p_strdup(totals->pool, count->verdict);
	backscatter_total_add(row, count);
	backscatter_total_add(&totals->sum, count);
}

static int
backscatter_total_cmp_name(struct backscatter_total *const *row1,
			   struct backscatter_total *const *row2)
{
	return strcmp((*row1)->name, (*row2)->name);
}

static const struct backscatter_total *const *
backscatter_totals_rows(struct backscatter_totals *totals,
			unsigned int *count_r)
{
	return (const struct backscatter_total *const *)
		array_get(&totals->rows, count_r);
}

const struct backscatter_total *const *
backscatter_totals_by_name(struct backscatter_totals *totals,
			   unsigned int *count_r)
{
	array_sort(&totals->rows, backscatter_total_cmp_name);
	return backscatter_totals_rows(totals, count_r);
}

struct backscatter_total_sort_key {
	struct backscatter_total *row;
	uint64_t n;
};

static int
backscatter_total_cmp_key(const struct backscatter_total_sort_key *key1,
			  const struct backscatter_total_sort_key *key2)
{
	if (key1->n != key2->n)
		return key1->n > key2->n ? -1 : 1;
	return strcmp(key1->row->name, key2->row->name);
}

const struct backscatter_total *const *
backscatter_totals_by_column(struct backscatter_totals *totals,
			     enum backscatter_column column,
			     unsigned int *count_r)
{
	ARRAY(struct backscatter_total_sort_key) keys;
	const struct backscatter_total_sort_key *keyp;
	struct backscatter_total_sort_key *key;
	struct backscatter_total *row;

	i_array_init(&keys, array_count(&totals->rows) + 1);
	array_foreach_elem(&totals->rows, row) {
		key = array_append_space(&keys);
		key->row = row;
		key->n = row->n[column];
	}
	array_sort(&keys, backscatter_total_cmp_key);
	array_clear(&totals->rows);
	array_foreach(&keys, keyp)
		array_push_back(&totals->rows, &keyp->row);
	array_free(&keys);
	return backscatter_totals_rows(totals, count_r);
}

const struct backscatter_total *
backscatter_totals_sum(const struct backscatter_totals *totals)
{
	return &totals->sum;
}
