/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "hash.h"
#include "llist.h"
#include "base/lru.h"

struct bounce_lru {
	HASH_TABLE(char *, struct bounce_lru_entry *) entries;
	struct bounce_lru_entry *head, *tail;
	unsigned int max_count;
	bounce_lru_free_t *free_entry;
};

struct bounce_lru *
bounce_lru_init(unsigned int max_count, bounce_lru_free_t *free_entry)
{
	struct bounce_lru *lru = i_new(struct bounce_lru, 1);

	i_assert(max_count > 0);
	lru->max_count = max_count;
	lru->free_entry = free_entry;
	hash_table_create(&lru->entries, default_pool, 0, str_hash, strcmp);
	return lru;
}

static void
lru_free_entry(struct bounce_lru *lru, struct bounce_lru_entry *entry)
{
	hash_table_remove(lru->entries, entry->name);
	DLLIST2_REMOVE(&lru->head, &lru->tail, entry);
	i_free(entry->name);
	lru->free_entry(entry);
}

void bounce_lru_deinit(struct bounce_lru **_lru)
{
	struct bounce_lru *lru = *_lru;

	if (lru == NULL)
		return;
	*_lru = NULL;
	while (lru->head != NULL)
		lru_free_entry(lru, lru->head);
	hash_table_destroy(&lru->entries);
	i_free(lru);
}

struct bounce_lru_entry *
bounce_lru_find(struct bounce_lru *lru, const char *name)
{
	struct bounce_lru_entry *entry = hash_table_lookup(lru->entries, name);

	if (entry != NULL) {
		DLLIST2_REMOVE(&lru->head, &lru->tail, entry);
		DLLIST2_APPEND(&lru->head, &lru->tail, entry);
	}
	return entry;
}

void bounce_lru_add(struct bounce_lru *lru, struct bounce_lru_entry *entry,
		    const char *name)
{
	/* copy it first: it may be the name of the entry that is freed */
	entry->name = i_strdup(name);
	bounce_lru_remove(lru, entry->name);
	if (hash_table_count(lru->entries) >= lru->max_count)
		lru_free_entry(lru, lru->head);
	hash_table_insert(lru->entries, entry->name, entry);
	DLLIST2_APPEND(&lru->head, &lru->tail, entry);
}

void bounce_lru_remove(struct bounce_lru *lru, const char *name)
{
	struct bounce_lru_entry *entry = hash_table_lookup(lru->entries, name);

	if (entry != NULL)
		lru_free_entry(lru, entry);
}

struct bounce_lru_entry *bounce_lru_last(const struct bounce_lru *lru)
{
	return lru->tail;
}

unsigned int bounce_lru_count(const struct bounce_lru *lru)
{
	return hash_table_count(lru->entries);
}
