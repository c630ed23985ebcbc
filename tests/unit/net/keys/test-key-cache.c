/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "keys/key-cache.h"
#include "test-common.h"

#define SEC 1000ULL
#define HOUR (3600 * SEC)
/* When the tests begin. */
#define T0 (1000 * SEC)

static struct bounce_key *test_key(void)
{
	/* RFC 8463 appendix A.2 */
	static const char record[] = "k=ed25519; "
		"p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
	struct bounce_key *key;
	const char *error;

	if (bounce_key_parse((const unsigned char *)record, strlen(record),
			     &key, &error) != BOUNCE_KEY_FOUND)
		i_fatal("the test's own key: %s", error);
	return key;
}

static void
store(struct bounce_key_cache *cache, const char *name, uint64_t now,
      unsigned int ttl, enum bounce_key_status status)
{
	struct bounce_key_cache_answer answer;

	i_zero(&answer);
	answer.status = status;
	if (status == BOUNCE_KEY_FOUND)
		answer.key = test_key();
	else
		answer.error = t_strdup_printf("error of %s", name);
	bounce_key_cache_store(cache, name, now, ttl, &answer);
	if (answer.key != NULL)
		bounce_key_unref(&answer.key);
}

/* "miss", "limit", or the status that was remembered */
static const char *
look(struct bounce_key_cache *cache, const char *name, uint64_t now)
{
	struct bounce_key_cache_answer answer;

	switch (bounce_key_cache_lookup(cache, name, now, &answer)) {
	case BOUNCE_KEY_CACHE_MISS:
		return "miss";
	case BOUNCE_KEY_CACHE_LIMIT:
		return "limit";
	case BOUNCE_KEY_CACHE_HIT:
		break;
	}
	if (answer.key != NULL) {
		test_assert(answer.status == BOUNCE_KEY_FOUND);
		test_assert(answer.error == NULL);
		test_assert(answer.key->refcount >= 2);
		bounce_key_unref(&answer.key);
		return "found";
	}
	test_assert_strcmp(answer.error,
			   t_strdup_printf("error of %s", name));
	switch (answer.status) {
	case BOUNCE_KEY_MISSING:
		return "missing";
	case BOUNCE_KEY_REVOKED:
		return "revoked";
	case BOUNCE_KEY_UNUSABLE:
		return "unusable";
	case BOUNCE_KEY_TEMPERROR:
		return "temperror";
	default:
		return "?";
	}
}

static void test_bounce_key_cache_ttl(void)
{
	static const struct {
		enum bounce_key_status status;
		/* given, and how long it is then kept */
		unsigned int ttl, secs;
		const char *name;
	} tests[] = {
		{ BOUNCE_KEY_FOUND, 0, 0, "found" },
		{ BOUNCE_KEY_FOUND, 1, 30, "found" },
		{ BOUNCE_KEY_FOUND, 30, 30, "found" },
		{ BOUNCE_KEY_FOUND, 3600, 3600, "found" },
		{ BOUNCE_KEY_FOUND, 86400, 86400, "found" },
		{ BOUNCE_KEY_FOUND, 86401, 86400, "found" },
		{ BOUNCE_KEY_FOUND, UINT_MAX, 86400, "found" },
		{ BOUNCE_KEY_MISSING, 0, 30, "missing" },
		{ BOUNCE_KEY_MISSING, 300, 300, "missing" },
		{ BOUNCE_KEY_MISSING, 86400, 3600, "missing" },
		{ BOUNCE_KEY_REVOKED, 86400, 3600, "revoked" },
		{ BOUNCE_KEY_UNUSABLE, 0, 30, "unusable" },
		{ BOUNCE_KEY_TEMPERROR, 0, 5, "temperror" },
		{ BOUNCE_KEY_TEMPERROR, 86400, 5, "temperror" }
	};
	struct bounce_key_cache *cache;
	unsigned int i;

	test_begin("bounce key cache TTL");
	cache = bounce_key_cache_init(NULL);
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const char *name = t_strdup_printf("s%u._domainkey.d", i);
		uint64_t start = T0 + i * 48 * HOUR;
		uint64_t end = start + tests[i].secs * SEC;

		test_assert_strcmp_idx(look(cache, name, start), "miss", i);
		store(cache, name, start, tests[i].ttl, tests[i].status);
		if (tests[i].secs > 0) {
			test_assert_strcmp_idx(look(cache, name, start),
					       tests[i].name, i);
			test_assert_strcmp_idx(look(cache, name, end - 1),
					       tests[i].name, i);
		}
		test_assert_strcmp_idx(look(cache, name, end), "miss", i);
	} T_END;
	bounce_key_cache_deinit(&cache);
	test_end();
}

static void test_bounce_key_cache_change(void)
{
	struct bounce_key_cache *cache;

	test_begin("bounce key cache change");
	cache = bounce_key_cache_init(NULL);
	/* published after the first message had come */
	store(cache, "a", T0, 60, BOUNCE_KEY_MISSING);
	store(cache, "a", T0, 60, BOUNCE_KEY_FOUND);
	test_assert_strcmp(look(cache, "a", T0), "found");
	test_assert(bounce_key_cache_keys_count(cache) == 1);
	test_assert(bounce_key_cache_others_count(cache) == 0);
	/* a failure to ask again leaves the key known, and is remembered */
	store(cache, "a", T0 + 100 * SEC, 0, BOUNCE_KEY_TEMPERROR);
	test_assert_strcmp(look(cache, "a", T0 + 101 * SEC), "temperror");
	test_assert(bounce_key_cache_keys_count(cache) == 1);
	/* so it is in the very moment when the key expires */
	store(cache, "b", T0, 60, BOUNCE_KEY_FOUND);
	store(cache, "b", T0 + 58 * SEC, 0, BOUNCE_KEY_TEMPERROR);
	test_assert_strcmp(look(cache, "b", T0 + 60 * SEC), "temperror");
	store(cache, "b", T0 + 60 * SEC, 60, BOUNCE_KEY_MISSING);
	test_assert_strcmp(look(cache, "a", T0 + 106 * SEC), "miss");
	store(cache, "a", T0 + 106 * SEC, 60, BOUNCE_KEY_FOUND);
	test_assert_strcmp(look(cache, "a", T0 + 107 * SEC), "found");
	test_assert(bounce_key_cache_others_count(cache) == 1);
	/* revoked, then gone */
	store(cache, "a", T0 + 200 * SEC, 60, BOUNCE_KEY_REVOKED);
	test_assert_strcmp(look(cache, "a", T0 + 200 * SEC), "revoked");
	store(cache, "a", T0 + 300 * SEC, 60, BOUNCE_KEY_MISSING);
	test_assert_strcmp(look(cache, "a", T0 + 300 * SEC), "missing");
	test_assert(bounce_key_cache_keys_count(cache) == 0);
	test_assert(bounce_key_cache_others_count(cache) == 2);
	bounce_key_cache_deinit(&cache);
	test_end();
}

static void test_bounce_key_cache_lru(void)
{
	static const struct bounce_key_cache_settings set = {
		.max_keys = 3, .max_others = 2, .lookups_per_minute = 100
	};
	struct bounce_key_cache *cache;

	test_begin("bounce key cache LRU");
	cache = bounce_key_cache_init(&set);
	store(cache, "a", T0, 60, BOUNCE_KEY_FOUND);
	store(cache, "b", T0, 60, BOUNCE_KEY_FOUND);
	store(cache, "c", T0, 60, BOUNCE_KEY_FOUND);
	test_assert_strcmp(look(cache, "a", T0), "found");
	store(cache, "d", T0, 60, BOUNCE_KEY_FOUND);
	test_assert(bounce_key_cache_keys_count(cache) == 3);
	test_assert_strcmp(look(cache, "a", T0), "found");
	test_assert_strcmp(look(cache, "b", T0), "miss");
	test_assert_strcmp(look(cache, "c", T0), "found");
	test_assert_strcmp(look(cache, "d", T0), "found");
	/* the same name again takes no room */
	store(cache, "d", T0, 60, BOUNCE_KEY_FOUND);
	test_assert(bounce_key_cache_keys_count(cache) == 3);
	test_assert_strcmp(look(cache, "a", T0), "found");

	store(cache, "x", T0, 60, BOUNCE_KEY_MISSING);
	store(cache, "y", T0, 60, BOUNCE_KEY_MISSING);
	store(cache, "z", T0, 60, BOUNCE_KEY_MISSING);
	test_assert(bounce_key_cache_others_count(cache) == 2);
	test_assert(bounce_key_cache_keys_count(cache) == 3);
	test_assert_strcmp(look(cache, "x", T0), "miss");
	test_assert_strcmp(look(cache, "y", T0), "missing");
	bounce_key_cache_deinit(&cache);
	test_end();
}

static void test_bounce_key_cache_defaults(void)
{
	struct bounce_key_cache *cache = bounce_key_cache_init(NULL);
	unsigned int i;

	test_begin("bounce key cache: how much it keeps by default");
	for (i = 0; i < 1001; i++) T_BEGIN {
		store(cache, t_strdup_printf("k%u", i), T0, 60,
		      BOUNCE_KEY_FOUND);
		store(cache, t_strdup_printf("o%u", i), T0, 60,
		      BOUNCE_KEY_MISSING);
	} T_END;
	test_assert(bounce_key_cache_keys_count(cache) == 1000);
	test_assert(bounce_key_cache_others_count(cache) == 1000);
	bounce_key_cache_deinit(&cache);
	test_end();
}

static void test_bounce_key_cache_selectors(void)
{
	static const struct {
		const char *domain;
		unsigned int secs, max;
		const char *selectors;
	} tests[] = {
		/* the one that was used last is first */
		{ "d.example", 0, 10, "c a.b a" },
		{ "d.example", 0, 2, "c a.b" },
		{ "d.example", 0, 0, "" },
		{ "sub.d.example", 0, 10, "x" },
		/* no name of a key, but the end of one */
		{ "example", 0, 10, "" },
		/* one has expired */
		{ "d.example", 60, 10, "c a" },
		{ "d.example", 1000, 10, "" }
	};
	struct bounce_key_cache *cache = bounce_key_cache_init(NULL);
	const char *selectors[11];
	unsigned int i, count;

	test_begin("bounce key cache: selectors of a domain");
	store(cache, "a._domainkey.d.example", T0, 100, BOUNCE_KEY_FOUND);
	store(cache, "a.b._domainkey.d.example", T0, 60, BOUNCE_KEY_FOUND);
	store(cache, "x._domainkey.sub.d.example", T0, 100, BOUNCE_KEY_FOUND);
	store(cache, "gone._domainkey.d.example", T0, 60, BOUNCE_KEY_MISSING);
	/* without a selector, and shorter than what is looked for */
	store(cache, "._domainkey.d.example", T0, 60, BOUNCE_KEY_FOUND);
	store(cache, "d.example", T0, 60, BOUNCE_KEY_FOUND);
	store(cache, "c._domainkey.d.example", T0, 100, BOUNCE_KEY_FOUND);
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		count = bounce_key_cache_selectors(cache, tests[i].domain,
			T0 + tests[i].secs * SEC, selectors, tests[i].max);
		test_assert_idx(count <= tests[i].max, i);
		if (count > tests[i].max)
			continue;
		selectors[count] = NULL;
		test_assert_strcmp_idx(t_strarray_join(selectors, " "),
				       tests[i].selectors, i);
	}
	bounce_key_cache_deinit(&cache);
	test_end();
}

/* A forger makes up selectors: 100 a second for ten minutes. */
static void test_bounce_key_cache_flood(void)
{
	static const enum bounce_key_status statuses[] = {
		BOUNCE_KEY_MISSING, BOUNCE_KEY_UNUSABLE, BOUNCE_KEY_REVOKED,
		BOUNCE_KEY_TEMPERROR
	};
	static const struct bounce_key_cache_settings set = {
		.max_keys = 10, .max_others = 20, .lookups_per_minute = 60
	};
	struct bounce_key_cache *cache;
	unsigned int i, asked = 0, minute_asked = 0;
	uint64_t now = T0;

	test_begin("bounce key cache flood");
	cache = bounce_key_cache_init(&set);
	store(cache, "real._domainkey.d", T0, 30, BOUNCE_KEY_FOUND);
	for (i = 0; i < 10 * 60 * 100; i++) T_BEGIN {
		const char *name = t_strdup_printf(
			i % 3 == 0 ? "bogus%u._domainkey.d" : i % 3 == 1 ?
			"x._domainkey.y%u._domainkey.d" :
			"bogus._domainkey.sub%u.d", i);

		now = T0 + i * 10ULL;
		if (i % (60 * 100) == 0)
			minute_asked = 0;
		if (strcmp(look(cache, name, now), "miss") == 0) {
			store(cache, name, now, 3600,
			      statuses[i % N_ELEMENTS(statuses)]);
			asked++;
			minute_asked++;
		}
		/* what was saved up comes on top in the first one */
		test_assert_idx(minute_asked <= (i < 60 * 100 ? 120 : 60), i);
		test_assert_idx(bounce_key_cache_others_count(cache) <= 20, i);
		test_assert_idx(bounce_key_cache_keys_count(cache) == 1, i);
	} T_END;
	/* a bound that is not kept, and one that lets nothing through */
	test_assert(asked >= 600 && asked <= 660);
	/* the real key may be asked for at any time */
	test_assert_strcmp(look(cache, "bogus._domainkey.d", now), "limit");
	test_assert_strcmp(look(cache, "real._domainkey.d", now), "miss");
	store(cache, "real._domainkey.d", now, 30, BOUNCE_KEY_FOUND);
	test_assert_strcmp(look(cache, "real._domainkey.d", now), "found");
	/* and so may all names of a domain of which nothing is known */
	for (i = 0; i < 200; i++) T_BEGIN {
		test_assert_strcmp_idx(look(cache, t_strdup_printf(
			"s%u._domainkey.other", i), now), "miss", i);
	} T_END;
	bounce_key_cache_add_domain(cache, "other");
	test_assert_strcmp(look(cache, "s._domainkey.other", now), "limit");
	bounce_key_cache_deinit(&cache);
	test_end();
}

/* What would be refused is answered as it was when it was last asked for. */
static void test_bounce_key_cache_expired(void)
{
	static const struct bounce_key_cache_settings set = {
		.max_keys = 10, .max_others = 10, .lookups_per_minute = 1
	};
	static const struct {
		enum bounce_key_status status;
		const char *result;
	} tests[] = {
		{ BOUNCE_KEY_MISSING, "missing" },
		{ BOUNCE_KEY_REVOKED, "revoked" },
		{ BOUNCE_KEY_UNUSABLE, "unusable" },
		{ BOUNCE_KEY_TEMPERROR, "limit" },
		{ BOUNCE_KEY_FOUND, "miss" }
	};
	struct bounce_key_cache *cache;
	unsigned int i;

	test_begin("bounce key cache with expired answers");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		cache = bounce_key_cache_init(&set);
		bounce_key_cache_add_domain(cache, "d");
		store(cache, "a._domainkey.d", T0, 30, tests[i].status);
		test_assert_strcmp(look(cache, "b._domainkey.d", T0 + 40 * SEC),
				   "miss");
		test_assert_strcmp_idx(look(cache, "a._domainkey.d",
					    T0 + 40 * SEC), tests[i].result, i);
		/* and asked for again as soon as that is possible */
		test_assert_strcmp_idx(look(cache, "a._domainkey.d",
					    T0 + 100 * SEC), "miss", i);
		bounce_key_cache_deinit(&cache);
	}
	test_end();
}

static void test_bounce_key_cache_tokens(void)
{
	static const struct bounce_key_cache_settings set = {
		.max_keys = 10, .max_others = 10, .lookups_per_minute = 3
	};
	/* lookups of new names, seconds after the first */
	static const struct {
		unsigned int msecs;
		const char *result;
	} tests[] = {
		{ 0, "miss" }, { 0, "miss" }, { 0, "miss" }, { 0, "limit" },
		{ 19999, "limit" }, { 20000, "miss" }, { 20000, "limit" },
		/* half a token is not lost */
		{ 50000, "miss" }, { 59999, "limit" }, { 60000, "miss" },
		/* no more than the bucket holds are saved up */
		{ 86400000, "miss" }, { 86400000, "miss" },
		{ 86400000, "miss" }, { 86400000, "limit" },
		/* a clock that runs backwards gives none */
		{ 86300000, "limit" }, { 86319999, "limit" },
		{ 86320000, "miss" }
	};
	struct bounce_key_cache *cache;
	unsigned int i;

	test_begin("bounce key cache tokens");
	cache = bounce_key_cache_init(&set);
	bounce_key_cache_add_domain(cache, "d");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		test_assert_strcmp_idx(
			look(cache, t_strdup_printf("%u._domainkey.d", i),
			     T0 + tests[i].msecs), tests[i].result, i);
	} T_END;
	bounce_key_cache_deinit(&cache);
	test_assert(cache == NULL);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_key_cache_ttl,
		test_bounce_key_cache_change,
		test_bounce_key_cache_lru,
		test_bounce_key_cache_defaults,
		test_bounce_key_cache_selectors,
		test_bounce_key_cache_flood,
		test_bounce_key_cache_expired,
		test_bounce_key_cache_tokens,
		NULL
	};
	return test_run(test_functions);
}
