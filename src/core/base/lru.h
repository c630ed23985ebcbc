#ifndef BOUNCE_LRU_H
#define BOUNCE_LRU_H

/* A bounded cache of entries that have names. When there is no room for a new
   entry, the one that was not used for the longest time is freed. The entry is
   the first member of a struct of the cache's owner, so that the owner's
   callback can cast it. */

struct bounce_lru;

struct bounce_lru_entry {
	/* the entry that was used last is at the tail */
	struct bounce_lru_entry *prev, *next;
	char *name;
};

/* Frees an entry that was just removed from the cache. The cache has freed the
   entry's name. */
typedef void bounce_lru_free_t(struct bounce_lru_entry *entry);

/* Create an empty cache of at most max_count entries (at least 1), which calls
   free_entry for each entry that it removes. The owner frees it with
   bounce_lru_deinit(). */
struct bounce_lru *
bounce_lru_init(unsigned int max_count, bounce_lru_free_t *free_entry);
/* Free the cache and its entries, and set *lru to NULL. *lru may be NULL. */
void bounce_lru_deinit(struct bounce_lru **lru);

/* Returns the entry of that name, or NULL, and counts this as a use of it. The
   entry is the cache's, and valid until the next add or remove. */
struct bounce_lru_entry *
bounce_lru_find(struct bounce_lru *lru, const char *name);
/* Take over the entry, and copy the name. An entry of the same name is freed;
   if there are max_count others, the one that was not used for the longest time
   is freed, too. */
void bounce_lru_add(struct bounce_lru *lru, struct bounce_lru_entry *entry,
		    const char *name);
/* Free the entry of that name, if there is one. */
void bounce_lru_remove(struct bounce_lru *lru, const char *name);

/* The first returns the entry that was used last, or NULL; the entry's prev was
   used before it. The second returns how many entries there are. */
struct bounce_lru_entry *bounce_lru_last(const struct bounce_lru *lru);
unsigned int bounce_lru_count(const struct bounce_lru *lru);

#endif
