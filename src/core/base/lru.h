#ifndef BOUNCE_LRU_H
#define BOUNCE_LRU_H

/* A bounded cache: entries by name, of which the one that was not used for the
   longest time goes when there is no room for another. An entry is the first
   member of its owner's struct, so that free() can cast it. */

struct bounce_lru;

struct bounce_lru_entry {
	/* used later: at the tail */
	struct bounce_lru_entry *prev, *next;
	char *name;
};

/* Frees an entry, which is not in the cache any more; its name is not the
   callback's to free. */
typedef void bounce_lru_free_t(struct bounce_lru_entry *entry);

/* A cache of so many entries at most: the one that was used the longest ago goes
   first, and is given to free_entry. */
struct bounce_lru *
bounce_lru_init(unsigned int max_count, bounce_lru_free_t *free_entry);
/* Frees the entries, too. */
void bounce_lru_deinit(struct bounce_lru **lru);

/* Returns the entry of that name, which was used now, or NULL. */
struct bounce_lru_entry *
bounce_lru_find(struct bounce_lru *lru, const char *name);
/* Takes over the entry, and copies its name. An entry of the same name is
   freed, and so is the oldest where there are max_count of them. */
void bounce_lru_add(struct bounce_lru *lru, struct bounce_lru_entry *entry,
		    const char *name);
/* Frees the entry of that name, if there is one. */
void bounce_lru_remove(struct bounce_lru *lru, const char *name);

/* The entry that was used last, or NULL; its prev was used before it. */
struct bounce_lru_entry *bounce_lru_last(const struct bounce_lru *lru);
unsigned int bounce_lru_count(const struct bounce_lru *lru);

#endif
