/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "unlink-directory.h"
#include "write-full.h"
#include "dns/dns.h"
#include "keys/key-cache.h"
#include "keys/key-lookup.h"
#include "test-common.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

/* RFC 8463 appendix A.2, and another one */
#define KEY_A "v=DKIM1; k=ed25519; " \
	"p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define KEY_B "v=DKIM1; k=ed25519; " \
	"p=uFJ16skgBRIrwaprmPt1YlEEkcWPE74gZAbKUjIIRu8="

static char test_dir[] = "/tmp/test-bounce-key-source.XXXXXX";

/*
 * A DNS and a clock made up
 */

struct test_zone {
	const char *name;
	enum bounce_dns_status status;
	unsigned int ttl;
	const char *records[4];
};

static const struct test_zone test_zone[] = {
	{ "a._domainkey.d.example", BOUNCE_DNS_OK, 60, { KEY_A } },
	{ "b._domainkey.d.example", BOUNCE_DNS_OK, 0, { KEY_B } },
	{ "spf._domainkey.d.example", BOUNCE_DNS_OK, 60,
	  { "v=spf1 -all", "", KEY_B, KEY_A } },
	{ "nokey._domainkey.d.example", BOUNCE_DNS_OK, 60,
	  { "v=spf1 -all", "hello" } },
	{ "one._domainkey.d.example", BOUNCE_DNS_OK, 60, { "v=spf1 -all" } },
	{ "revoked._domainkey.d.example", BOUNCE_DNS_OK, 60,
	  { "v=DKIM1; p=" } },
	{ "mixed._domainkey.d.example", BOUNCE_DNS_OK, 60,
	  { "hello", "v=DKIM1; p=", "v=DKIM1; p=@" } },
	{ "none._domainkey.d.example", BOUNCE_DNS_NODATA, 60, { NULL } },
	{ "servfail._domainkey.d.example", BOUNCE_DNS_TEMPERROR, 0, { NULL } },
	{ "silent._domainkey.d.example", BOUNCE_DNS_TEMPERROR, 0, { NULL } }
};

static struct {
	uint64_t now;
	/* how long an answer takes */
	uint64_t delay;
	unsigned int calls, queries;
	uint64_t deadline;
} test_world;

static void
test_dns_answer(pool_t pool, struct bounce_dns_query *query)
{
	struct bounce_dns_record *records;
	const struct test_zone *zone = NULL;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(test_zone) && zone == NULL; i++) {
		if (strcmp(test_zone[i].name, query->name) == 0)
			zone = &test_zone[i];
	}
	query->status = zone == NULL ? BOUNCE_DNS_NXDOMAIN : zone->status;
	query->ttl = zone == NULL ? 0 : zone->ttl;
	query->timed_out = strstr(query->name, "silent") != NULL;
	query->error = query->status == BOUNCE_DNS_OK ? NULL :
		zone == NULL ? "nxdomain" : "some error";
	if (query->status != BOUNCE_DNS_OK)
		return;
	records = p_new(pool, struct bounce_dns_record, 4);
	query->records = records;
	for (i = 0; i < 4 && zone->records[i] != NULL; i++) {
		records[i].size = strlen(zone->records[i]);
		records[i].data = (const void *)
			p_strdup(pool, zone->records[i]);
	}
	query->records_count = i;
}

static void
test_dns(void *context, pool_t pool, struct bounce_dns_query *queries,
	 unsigned int count, uint64_t deadline)
{
	unsigned int i;

	test_assert(context == &test_world);
	test_world.calls++;
	test_world.queries += count;
	test_world.deadline = deadline;
	for (i = 0; i < count; i++) {
		test_assert_idx(queries[i].type == BOUNCE_DNS_TYPE_TXT, i);
		test_dns_answer(pool, &queries[i]);
	}
	test_world.now += test_world.delay;
}

static uint64_t test_now(void *context ATTR_UNUSED)
{
	return test_world.now;
}

static struct bounce_key_lookup *test_lookup_init(const char *dir, bool no_dns)
{
	static const struct bounce_key_lookup_ports ports = {
		.dns = test_dns, .now = test_now, .context = &test_world
	};
	struct bounce_key_lookup_settings set = {
		.key_dir = dir, .timeout_msecs = 2000, .no_dns = no_dns
	};
	struct bounce_key_lookup *lookup;
	const char *error;

	i_zero(&test_world);
	test_world.now = 1000000;
	if (bounce_key_lookup_create(&set, &ports, &lookup, &error) < 0)
		i_fatal("%s", error);
	return lookup;
}

static const char *query_describe(struct bounce_key_query *query)
{
	static const char *const origins[] = { "-", "dir", "dns" };
	unsigned char raw[32];
	size_t size = sizeof(raw);
	const char *status;

	test_assert((query->status == BOUNCE_KEY_FOUND) ==
		    (query->key != NULL));
	test_assert((query->status == BOUNCE_KEY_FOUND) ==
		    (query->error == NULL));
	switch (query->status) {
	case BOUNCE_KEY_FOUND:
		if (EVP_PKEY_get_raw_public_key(query->key->pkey, raw,
						&size) != 1)
			i_unreached();
		bounce_key_unref(&query->key);
		status = raw[0] == 0xd7 ? "A" : "B";
		break;
	case BOUNCE_KEY_MISSING:
		status = "missing";
		break;
	case BOUNCE_KEY_REVOKED:
		status = "revoked";
		break;
	case BOUNCE_KEY_UNUSABLE:
		status = "unusable";
		break;
	default:
		status = "temperror";
		break;
	}
	return t_strdup_printf("%s %s", status, origins[query->origin]);
}

/* One message with one key; the error is the caller's to look at. */
static const char *
look(struct bounce_key_lookup *lookup, const char *selector,
     const char *domain, const char **error_r)
{
	pool_t pool = pool_alloconly_create("test message", 1024);
	struct bounce_key_source *source;
	struct bounce_key_query query;
	const char *ret;

	memset(&query, 0xff, sizeof(query));
	query.selector = selector;
	query.domain = domain;
	source = bounce_key_lookup_source(lookup, pool);
	source->lookup(source, pool, &query, 1);
	ret = query_describe(&query);
	*error_r = t_strdup(query.error);
	pool_unref(&pool);
	return ret;
}

static void test_bounce_key_source_dns(void)
{
	static const struct {
		const char *selector, *result, *error;
	} tests[] = {
		{ "a", "A dns", NULL },
		{ "b", "B dns", NULL },
		{ "spf", "B dns", NULL },
		{ "nokey", "unusable dns",
		  "DNS: nokey._domainkey.d.example: 2 TXT records, none of "
		  "them a key: v= is not DKIM1, or not the first tag" },
		{ "one", "unusable dns",
		  "DNS: one._domainkey.d.example: v= is not DKIM1, or not "
		  "the first tag" },
		{ "revoked", "revoked dns",
		  "DNS: revoked._domainkey.d.example: the key is revoked" },
		{ "mixed", "revoked dns",
		  "DNS: mixed._domainkey.d.example: 3 TXT records, none of "
		  "them a key: the key is revoked" },
		{ "none", "missing -",
		  "DNS: none._domainkey.d.example: some error" },
		{ "bogus", "missing -",
		  "DNS: bogus._domainkey.d.example: nxdomain" },
		{ "servfail", "temperror -",
		  "DNS: servfail._domainkey.d.example: some error" },
		{ "silent", "temperror -",
		  "DNS: silent._domainkey.d.example: some error" }
	};
	struct bounce_key_lookup *lookup = test_lookup_init(NULL, FALSE);
	unsigned int i, round;
	const char *error;

	test_begin("bounce key source in DNS");
	for (round = 0; round < 2; round++) {
		for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
			test_assert_strcmp_idx(
				look(lookup, tests[i].selector, "d.example",
				     &error), tests[i].result, i);
			test_assert_strcmp_idx(error, tests[i].error, i);
		} T_END;
	}
	/* all but that with TTL 0 came from the cache in the second round */
	test_assert(test_world.queries == N_ELEMENTS(tests) + 1);
	bounce_key_lookup_unref(&lookup);
	test_assert(lookup == NULL);
	test_end();
}

static void test_bounce_key_source_names(void)
{
	static const struct {
		const char *selector, *domain;
	} bad[] = {
		{ "", "d.example" }, { "a", "" }, { "..", "d.example" },
		{ "../../etc/passwd", "d.example" }, { "a", "/" },
		{ "a/b", "d.example" }, { "a.", "d.example" },
		{ "A", "d.example" }, { "a", "d..example" },
		{ "a b", "d.example" }, { "a\n", "d.example" },
		{ "a\\046b", "d.example" }, { "b\xc3\xbc", "d.example" }
	};
	struct bounce_key_lookup *lookup = test_lookup_init(test_dir, FALSE);
	const char *error;
	unsigned int i;

	test_begin("bounce key source of bad names");
	for (i = 0; i < N_ELEMENTS(bad); i++) {
		test_assert_strcmp_idx(look(lookup, bad[i].selector,
					    bad[i].domain, &error),
				       "missing -", i);
	}
	test_assert(test_world.queries == 0);
	bounce_key_lookup_unref(&lookup);
	test_end();
}

static void test_bounce_key_source_batch(void)
{
	static const char *const selectors[] = {
		"a", "bogus", "a", "servfail", "a", "bogus"
	};
	static const char *const results[] = {
		"A dns", "missing -", "A dns", "temperror -", "A dns",
		"missing -"
	};
	struct bounce_key_lookup *lookup = test_lookup_init(NULL, FALSE);
	pool_t pool = pool_alloconly_create("test message", 1024);
	struct bounce_key_query queries[N_ELEMENTS(selectors)];
	struct bounce_key_source *source;
	unsigned int i;

	test_begin("bounce key source of several");
	for (i = 0; i < N_ELEMENTS(selectors); i++) {
		queries[i].selector = selectors[i];
		queries[i].domain = "d.example";
	}
	test_world.delay = 1500;
	source = bounce_key_lookup_source(lookup, pool);
	source->lookup(source, pool, queries, N_ELEMENTS(queries));
	for (i = 0; i < N_ELEMENTS(selectors); i++) {
		test_assert_strcmp_idx(query_describe(&queries[i]),
				       results[i], i);
	}
	/* at once, and each name once */
	test_assert(test_world.calls == 1 && test_world.queries == 3);
	test_assert(test_world.deadline == 1002000);

	/* the deadline is the message's: 500 ms are left, then none */
	queries[0].selector = "b";
	source->lookup(source, pool, queries, 1);
	test_assert_strcmp(query_describe(&queries[0]), "B dns");
	test_assert(test_world.calls == 2);
	test_assert(test_world.deadline == 1002000);
	source->lookup(source, pool, queries, 1);
	test_assert_strcmp(query_describe(&queries[0]), "temperror -");
	test_assert_strcmp(queries[0].error,
			   "DNS: no time is left for this message");
	test_assert(test_world.calls == 2);
	/* the next message has its own */
	source = bounce_key_lookup_source(lookup, pool);
	source->lookup(source, pool, queries, 1);
	test_assert_strcmp(query_describe(&queries[0]), "B dns");
	test_assert(test_world.deadline == 1005000);
	source->lookup(source, pool, NULL, 0);
	pool_unref(&pool);
	bounce_key_lookup_unref(&lookup);
	test_end();
}

/* What is not a key, for SPF: in the message's time, too. */
static void test_bounce_key_source_ask(void)
{
	struct bounce_key_lookup *lookup = test_lookup_init(NULL, FALSE);
	pool_t pool = pool_alloconly_create("test message", 1024);
	struct bounce_key_source *source =
		bounce_key_lookup_source(lookup, pool);
	struct bounce_dns_query query = { .type = BOUNCE_DNS_TYPE_TXT };

	test_begin("bounce key source: other questions");
	query.name = "one._domainkey.d.example";
	source->ask(source, pool, &query);
	test_assert(query.status == BOUNCE_DNS_OK);
	test_assert(query.records_count == 1);
	test_assert(query.records[0].size == 11);
	test_assert(memcmp(query.records[0].data, "v=spf1 -all", 11) == 0);
	test_assert(test_world.queries == 1);
	test_assert(test_world.deadline == 1002000);
	query.name = "bogus._domainkey.d.example";
	source->ask(source, pool, &query);
	test_assert(query.status == BOUNCE_DNS_NXDOMAIN);
	test_assert(test_world.queries == 2);

	test_world.now += 2000;
	query.name = "b._domainkey.d.example";
	source->ask(source, pool, &query);
	test_assert(query.status == BOUNCE_DNS_TEMPERROR && query.timed_out);
	test_assert_strcmp(query.error, "no time is left for this message");
	test_assert(test_world.queries == 2);
	bounce_key_lookup_unref(&lookup);

	lookup = test_lookup_init(NULL, TRUE);
	source = bounce_key_lookup_source(lookup, pool);
	source->ask(source, pool, &query);
	test_assert(query.status == BOUNCE_DNS_TEMPERROR);
	test_assert_strcmp(query.error, "the DNS is not to be asked");
	test_assert(test_world.queries == 0);
	bounce_key_lookup_unref(&lookup);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_key_source_limit(void)
{
	struct bounce_key_lookup *lookup = test_lookup_init(NULL, FALSE);
	const char *error;
	unsigned int i;

	/* a forger gains nothing by more of them */
	test_begin("bounce key source limit");
	test_assert_strcmp(look(lookup, "a", "d.example", &error), "A dns");
	for (i = 0; i < 3000; i++) T_BEGIN {
		test_assert_strcmp_idx(
			look(lookup, t_strdup_printf("bogus%u", i),
			     "d.example", &error), "missing -", i);
	} T_END;
	test_assert(test_world.queries ==
		    1 + BOUNCE_KEY_CACHE_LOOKUPS_PER_MINUTE);
	test_assert(strstr(error, "too many unknown names") != NULL);
	/* its TTL is over: it is asked for all the same */
	test_world.now += 61000;
	for (i = 0; i < 3000; i++) T_BEGIN {
		(void)look(lookup, t_strdup_printf("fake%u", i), "d.example",
			   &error);
	} T_END;
	test_assert_strcmp(look(lookup, "a", "d.example", &error), "A dns");
	bounce_key_lookup_unref(&lookup);
	test_end();
}

static void dir_write(const char *name, const char *text)
{
	const char *path = t_strdup_printf("%s/%s", test_dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write_full(fd, text, strlen(text)) < 0 || close(fd) < 0)
		i_fatal("write(%s) failed: %m", path);
}

static void test_bounce_key_source_dir(void)
{
	/* in the directory; alone in the DNS; nowhere */
	static const struct {
		const char *selector, *result, *no_dns_result;
	} tests[] = {
		{ "a", "B dir", "B dir" },
		{ "revoked", "A dir", "A dir" },
		{ "old", "revoked dir", "revoked dir" },
		{ "none", "unusable dir", "unusable dir" },
		{ "b", "B dns", "missing -" },
		{ "bogus", "missing -", "missing -" }
	};
	struct bounce_key_lookup *lookup;
	const char *error;
	unsigned int i;

	test_begin("bounce key source in a directory");
	dir_write("a._domainkey.d.example", KEY_B);
	dir_write("revoked._domainkey.d.example", KEY_A);
	dir_write("old._domainkey.d.example.txt", "v=DKIM1; p=");
	dir_write("none._domainkey.d.example", "hello");
	lookup = test_lookup_init(test_dir, FALSE);
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(look(lookup, tests[i].selector,
					    "d.example", &error),
				       tests[i].result, i);
	}
	test_assert(test_world.queries == 2);
	bounce_key_lookup_unref(&lookup);

	lookup = test_lookup_init(test_dir, TRUE);
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(look(lookup, tests[i].selector,
					    "d.example", &error),
				       tests[i].no_dns_result, i);
	}
	test_assert_strcmp(error, "it is not in the key directory");
	test_assert(test_world.queries == 0);
	bounce_key_lookup_unref(&lookup);

	lookup = test_lookup_init("", TRUE);
	test_assert_strcmp(look(lookup, "a", "d.example", &error),
			   "missing -");
	bounce_key_lookup_unref(&lookup);
	test_end();
}

/* The key may be in the directory: a key in the DNS is good enough, but that
   there is none is no news. */
static void test_bounce_key_source_dir_error(void)
{
	const char *dir = t_strconcat(test_dir, "/nowhere", NULL), *error;
	struct bounce_key_lookup *lookup;
	unsigned int i;

	test_begin("bounce key source in a directory (error)");
	lookup = test_lookup_init(dir, FALSE);
	for (i = 0; i < 2; i++) {
		test_assert_strcmp_idx(look(lookup, "a", "d.example", &error),
				       "A dns", i);
		test_assert_strcmp_idx(look(lookup, "bogus", "d.example",
					    &error), "temperror -", i);
		test_assert_idx(strstr(error, "/nowhere cannot be") != NULL, i);
		test_assert_strcmp_idx(look(lookup, "revoked", "d.example",
					    &error), "temperror -", i);
	}
	bounce_key_lookup_unref(&lookup);
	lookup = test_lookup_init(dir, TRUE);
	test_assert_strcmp(look(lookup, "a", "d.example", &error),
			   "temperror -");
	bounce_key_lookup_unref(&lookup);
	test_end();
}

static void kept_write(const char *dir)
{
	static const char *const selectors[] = {
		"a", "b", "bogus", "nokey", "servfail", "mixed"
	};
	unsigned int i;

	if (mkdir(dir, 0755) < 0 ||
	    mkdir(t_strconcat(dir, "/kept", NULL), 0755) < 0)
		i_fatal("mkdir(%s) failed: %m", dir);
	for (i = 0; i < N_ELEMENTS(selectors); i++) {
		dir_write(t_strdup_printf("k/kept/%s._domainkey.d.example",
					  selectors[i]), KEY_A);
	}
	dir_write("k/a._domainkey.d.example", KEY_B);
	dir_write("k/kept/gone._domainkey.d.example", "v=DKIM1; p=");
	dir_write("k/kept/one._domainkey.d.example", "hello");
}

/* A kept key answers where nothing else does. */
static void test_bounce_key_source_kept(void)
{
	static const struct kept_test {
		const char *selector, *result, *no_dns_result;
	} tests[] = {
		{ "a", "B dir", "B dir" },
		{ "b", "B dns", "A dir" },
		{ "bogus", "A dir", "A dir" },
		{ "nokey", "A dir", "A dir" },
		{ "servfail", "A dir", "A dir" },
		{ "mixed", "revoked dns", "A dir" },
		{ "gone", "revoked dir", "revoked dir" },
		{ "one", "unusable dns", "missing -" },
		{ "none", "missing -", "missing -" },
		{ "../a", "missing -", "missing -" }
	};
	const char *dir = t_strconcat(test_dir, "/k", NULL), *error;
	struct bounce_key_lookup *lookup;
	const struct kept_test *test;
	unsigned int i, no_dns;

	test_begin("bounce key source: kept keys");
	kept_write(dir);
	for (no_dns = 0; no_dns < 2; no_dns++) {
		lookup = test_lookup_init(dir, no_dns == 1);
		/* cached or not */
		for (i = 0; i < 2 * N_ELEMENTS(tests); i++) {
			test = &tests[i % N_ELEMENTS(tests)];
			test_assert_strcmp_idx(
				look(lookup, test->selector, "d.example",
				     &error), no_dns == 1 ?
				test->no_dns_result : test->result, i);
		}
		bounce_key_lookup_unref(&lookup);
	}
	/* the time is over */
	lookup = test_lookup_init(dir, FALSE);
	test_world.delay = 5000;
	test_assert_strcmp(look(lookup, "bogus", "d.example", &error),
			   "A dir");
	bounce_key_lookup_unref(&lookup);
	test_end();
}

/* "selector key origin, ..." in the order in which they are known */
static const char *
look_known(struct bounce_key_lookup *lookup, const char *domain,
	   unsigned int max)
{
	pool_t pool = pool_alloconly_create("test message", 1024);
	struct bounce_key_source *source =
		bounce_key_lookup_source(lookup, pool);
	struct bounce_key_query queries[10];
	string_t *str = t_str_new(128);
	unsigned int i, count;

	i_assert(max < N_ELEMENTS(queries));
	count = source->known(source, pool, domain, queries, max);
	test_assert(count <= max);
	for (i = 0; i < count; i++) {
		test_assert_strcmp_idx(queries[i].domain, domain, i);
		str_printfa(str, "%s%s %s", i == 0 ? "" : ", ",
			    queries[i].selector, query_describe(&queries[i]));
	}
	pool_unref(&pool);
	return str_c(str);
}

static void test_bounce_key_source_known(void)
{
	static const char *const selectors[] = {
		"revoked", "none", "servfail", "spf", "a", "b"
	};
	struct bounce_key_lookup *lookup = test_lookup_init(NULL, FALSE);
	const char *error;
	unsigned int i;

	test_begin("bounce key source: known keys");
	test_assert_strcmp(look_known(lookup, "d.example", 4), "");
	for (i = 0; i < N_ELEMENTS(selectors); i++)
		(void)look(lookup, selectors[i], "d.example", &error);
	/* b has TTL 0; the others are no keys */
	test_world.queries = 0;
	test_assert_strcmp(look_known(lookup, "d.example", 4),
			   "a A dns, spf B dns");
	test_assert_strcmp(look_known(lookup, "example", 4), "");
	test_assert_strcmp(look_known(lookup, "sub.d.example", 4), "");
	test_assert_strcmp(look_known(lookup, "d.example", 0), "");
	test_world.now += 59000;
	test_assert(strchr(look_known(lookup, "d.example", 1), ',') == NULL);
	test_assert(strlen(look_known(lookup, "d.example", 4)) ==
		    strlen("a A dns, spf B dns"));
	test_world.now += 1000;
	test_assert_strcmp(look_known(lookup, "d.example", 4), "");
	test_assert(test_world.queries == 0);
	bounce_key_lookup_unref(&lookup);

	/* of the directory too, which comes first: a is B there */
	lookup = test_lookup_init(test_dir, FALSE);
	for (i = 0; i < N_ELEMENTS(selectors); i++)
		(void)look(lookup, selectors[i], "d.example", &error);
	test_world.queries = 0;
	test_assert(strstr(look_known(lookup, "d.example", 8),
			   "a B dir") != NULL);
	test_assert(strstr(look_known(lookup, "d.example", 8),
			   "revoked A dir") != NULL);
	test_assert(strstr(look_known(lookup, "d.example", 8),
			   "spf B dns") != NULL);
	test_assert(strstr(look_known(lookup, "d.example", 8),
			   "a A dns") == NULL);
	test_assert(test_world.queries == 0);
	bounce_key_lookup_unref(&lookup);
	lookup = test_lookup_init(test_dir, TRUE);
	test_assert(strlen(look_known(lookup, "d.example", 8)) ==
		    strlen("a B dir, revoked A dir"));
	bounce_key_lookup_unref(&lookup);
	test_end();
}

static void test_bounce_key_source_known_kept(void)
{
	const char *dir = t_strconcat(test_dir, "/k", NULL), *known;
	struct bounce_key_lookup *lookup = test_lookup_init(dir, FALSE);

	test_begin("bounce key source: kept keys are known");
	known = look_known(lookup, "d.example", 9);
	/* a is that of the directory; two are no keys */
	test_assert(strlen(known) == strlen("a B dir, b A dir, bogus A dir, "
		"nokey A dir, servfail A dir, mixed A dir"));
	test_assert(strstr(known, "a B dir") == known);
	test_assert(strstr(known, "bogus A dir") != NULL);
	test_assert(strlen(look_known(lookup, "d.example", 1)) ==
		    strlen("a B dir"));
	test_assert_strcmp(look_known(lookup, "example", 9), "");
	test_assert(test_world.queries == 0);
	bounce_key_lookup_unref(&lookup);
	test_end();
}

/* After the message's time is over what is known is still known. */
static void test_bounce_key_source_known_late(void)
{
	struct bounce_key_lookup *lookup = test_lookup_init(NULL, FALSE);
	pool_t pool = pool_alloconly_create("test message", 1024);
	struct bounce_key_source *source =
		bounce_key_lookup_source(lookup, pool);
	struct bounce_key_query queries[2] = {
		{ .selector = "a", .domain = "d.example" }
	};

	test_begin("bounce key source: known keys without time");
	/* it does not begin the message's time */
	test_assert(source->known(source, pool, "d.example", queries, 2) == 0);
	test_world.now += 10000;
	test_world.delay = 5000;
	queries[0].selector = "a";
	queries[0].domain = "d.example";
	source->lookup(source, pool, queries, 1);
	test_assert_strcmp(query_describe(&queries[0]), "A dns");
	source->lookup(source, pool, queries, 1);
	test_assert_strcmp(query_describe(&queries[0]), "temperror -");
	test_assert(source->known(source, pool, "d.example", queries, 2) == 1);
	test_assert_strcmp(query_describe(&queries[0]), "A dns");
	pool_unref(&pool);
	bounce_key_lookup_unref(&lookup);
	test_end();
}

static void test_bounce_key_source_init(void)
{
	if (mkdtemp(test_dir) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", test_dir);
}

static void test_bounce_key_source_cleanup(void)
{
	const char *error;

	if (unlink_directory(test_dir, UNLINK_DIRECTORY_FLAG_RMDIR,
			     &error) < 0)
		i_fatal("%s", error);
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_key_source_init,
		test_bounce_key_source_dns,
		test_bounce_key_source_names,
		test_bounce_key_source_batch,
		test_bounce_key_source_ask,
		test_bounce_key_source_limit,
		test_bounce_key_source_dir,
		test_bounce_key_source_dir_error,
		test_bounce_key_source_kept,
		test_bounce_key_source_known,
		test_bounce_key_source_known_kept,
		test_bounce_key_source_known_late,
		test_bounce_key_source_cleanup,
		NULL
	};
	return test_run(test_functions);
}
