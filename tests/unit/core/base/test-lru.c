/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "base/lru.h"
#include "test-common.h"

struct test_entry {
	struct bounce_lru_entry lru;
	unsigned int number;
};

/* The numbers of those that were freed, in that order. */
static string_t *test_freed;

static void test_free(struct bounce_lru_entry *lru)
{
	struct test_entry *entry = (struct test_entry *)lru;

	test_assert(entry->lru.name == NULL);
	test_assert(entry->lru.prev == NULL && entry->lru.next == NULL);
	str_printfa(test_freed, "%u ", entry->number);
	i_free(entry);
}

static void test_add(struct bounce_lru *lru, const char *name)
{
	static unsigned int number;
	struct test_entry *entry = i_new(struct test_entry, 1);

	if (bounce_lru_count(lru) == 0)
		number = 0;
	entry->number = ++number;
	bounce_lru_add(lru, &entry->lru, name);
}

/* The names, used last first. */
static const char *test_names(const struct bounce_lru *lru)
{
	string_t *names = t_str_new(64);
	struct bounce_lru_entry *entry;

	for (entry = bounce_lru_last(lru); entry != NULL; entry = entry->prev)
		str_append(names, entry->name);
	return str_c(names);
}

static void test_bounce_lru_order(void)
{
	/* +x: add, x: find, -x: remove; in a cache of three */
	static const struct {
		const char *steps, *names, *freed;
	} tests[] = {
		{ "", "", "" },
		{ "a", "", "" },
		{ "-a", "", "" },
		{ "+a", "a", "" },
		{ "+a-a", "", "1 " },
		{ "+a-b", "a", "" },
		{ "+a+b+c", "cba", "" },
		{ "+a+b+ca", "acb", "" },
		{ "+a+b+cb", "bca", "" },
		{ "+a+b+cc", "cba", "" },
		{ "+a+b+c+d", "dcb", "1 " },
		{ "+a+b+ca+d", "dac", "2 " },
		{ "+a+b+cA+d", "dcb", "1 " },
		{ "+a+b+c+d+e+f+g", "gfe", "1 2 3 4 " },
		/* the same name takes the place of the older one */
		{ "+a+a", "a", "1 " },
		{ "+a+b+c+a", "acb", "1 " },
		{ "+a+b+c+c+c", "cba", "3 4 " },
		{ "+a+b+c-b+d", "dca", "2 " },
		{ "+a+b+c-a+d+e", "edc", "1 2 " },
		{ "+a+b+c-c+d", "dba", "3 " }
	};
	struct bounce_lru_entry *entry;
	struct bounce_lru *lru;
	unsigned int i;
	const char *p;
	char name[2] = "";

	test_begin("bounce lru order");
	test_freed = str_new(default_pool, 64);
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		lru = bounce_lru_init(3, test_free);
		str_truncate(test_freed, 0);
		for (p = tests[i].steps; *p != '\0'; p++) {
			name[0] = *p == '+' || *p == '-' ? p[1] : *p;
			if (*p == '+')
				test_add(lru, name);
			else if (*p == '-')
				bounce_lru_remove(lru, name);
			else {
				entry = bounce_lru_find(lru, name);
				test_assert_idx(entry == NULL ||
					strcmp(entry->name, name) == 0, i);
			}
			p += *p == '+' || *p == '-' ? 1 : 0;
		}
		test_assert_strcmp_idx(test_names(lru), tests[i].names, i);
		test_assert_strcmp_idx(str_c(test_freed), tests[i].freed, i);
		test_assert_idx(bounce_lru_count(lru) ==
				strlen(tests[i].names), i);
		bounce_lru_deinit(&lru);
		test_assert_idx(lru == NULL, i);
	}
	str_free(&test_freed);
	test_end();
}

static void test_bounce_lru_many(void)
{
	struct bounce_lru *lru = bounce_lru_init(100, test_free);
	unsigned int i;

	test_begin("bounce lru many");
	test_freed = str_new(default_pool, 64);
	for (i = 0; i < 10000; i++) T_BEGIN {
		test_add(lru, t_strdup_printf("n%u", i));
		test_assert_idx(bounce_lru_count(lru) == I_MIN(i + 1, 100), i);
		/* this one is always wanted */
		test_assert_idx(bounce_lru_find(lru, "n0") != NULL, i);
		test_assert_idx(i < 100 || bounce_lru_find(lru,
			t_strdup_printf("n%u", i - 99)) == NULL, i);
	} T_END;
	/* by the entry's own name */
	test_add(lru, bounce_lru_last(lru)->name);
	bounce_lru_remove(lru, bounce_lru_last(lru)->name);
	test_assert(bounce_lru_count(lru) == 99);
	bounce_lru_deinit(&lru);
	/* there is none any more */
	bounce_lru_deinit(&lru);
	str_free(&test_freed);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_lru_order,
		test_bounce_lru_many,
		NULL
	};
	return test_run(test_functions);
}
