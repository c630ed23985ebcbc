/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "test-common.h"
#include "audit/count-key.h"

static void test_backscatter_count_key(void)
{
	static const struct {
		struct backscatter_count count;
		const char *key;
	} tests[] = {
		{ { "2026-01-31", BACKSCATTER_COUNT_USER, "alice@example.org",
		    "backscatter", "unsigned", "filed", 0, NULL },
		  "2026-01-31/user/alice@example.org/backscatter/unsigned/filed" },
		{ { "2026-01-31", BACKSCATTER_COUNT_SERVER, "mx.example.com",
		    "genuine", "-", "-", 0, NULL },
		  "2026-01-31/server/mx.example.com/genuine/-/-" },
		{ { "2026-01-31", BACKSCATTER_COUNT_KEY,
		    "mail._domainkey.example.org", "genuine", "-", "-", 0, NULL },
		  "2026-01-31/key/mail._domainkey.example.org/genuine/-/-" },
		/* a slash is not the end of a name */
		{ { "2026-01-31", BACKSCATTER_COUNT_DOMAIN, "a/b\\c",
		    "temperror", "dns", "kept", 0, NULL },
		  "2026-01-31/domain/a\\|b\\\\c/temperror/dns/kept" }
	};
	struct backscatter_count count;
	const char *key;
	unsigned int i;

	test_begin("backscatter count key");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		key = t_strconcat(BACKSCATTER_COUNT_ADD, tests[i].key, NULL);
		test_assert_strcmp_idx(
			backscatter_count_key(&tests[i].count), key, i);
		i_zero(&count);
		test_assert_idx(backscatter_count_key_parse(key, &count) == 0,
				i);
		test_assert_strcmp_idx(count.day, tests[i].count.day, i);
		test_assert_idx(count.scope == tests[i].count.scope, i);
		test_assert_strcmp_idx(count.name, tests[i].count.name, i);
		test_assert_strcmp_idx(count.verdict, tests[i].count.verdict, i);
		test_assert_strcmp_idx(count.reason, tests[i].count.reason, i);
		test_assert_strcmp_idx(count.outcome, tests[i].count.outcome, i);
		test_assert_idx(backscatter_count_key_parse(t_strconcat(
			BACKSCATTER_COUNT_SQL, tests[i].key, NULL),
			&count) == 0, i);
	}
	test_end();
}

static void test_backscatter_count_bounce_key(void)
{
	struct backscatter_count count = {
		.day = "2026-01-31", .verdict = "genuine",
		.reason = "dkim-full", .outcome = "kept"
	};
	const char *names[BACKSCATTER_COUNT_SCOPES] = {
		[BACKSCATTER_COUNT_USER] = "a/b@example.org",
		[BACKSCATTER_COUNT_DOMAIN] = "example.org",
		[BACKSCATTER_COUNT_SERVER] = "",
		[BACKSCATTER_COUNT_KEY] = "mail._domainkey.example.org"
	};

	test_begin("backscatter count bounce key");
	test_assert_strcmp(backscatter_count_bounce_key(&count, names),
			   "priv/backscatter/bounce/2026-01-31/"
			   "a\\|b@example.org/example.org/-/"
			   "mail._domainkey.example.org/"
			   "genuine/dkim-full/kept");
	names[BACKSCATTER_COUNT_SERVER] = NULL;
	names[BACKSCATTER_COUNT_KEY] = NULL;
	test_assert_strcmp(backscatter_count_bounce_key(&count, names),
			   "priv/backscatter/bounce/2026-01-31/"
			   "a\\|b@example.org/example.org/(uncounted)/"
			   "(uncounted)/genuine/dkim-full/kept");
	test_end();
}

static void test_backscatter_count_name_key(void)
{
	const char *name = t_strdup_printf("%0300d@example.org", 1);

	test_begin("backscatter count name key");
	test_assert_strcmp(
		backscatter_count_name_key(BACKSCATTER_COUNT_USER,
					   "a/b@example.org"),
		"shared/backscatter/name/user/a\\|b@example.org");
	/* as it is counted */
	test_assert_strcmp(
		backscatter_count_name_key(BACKSCATTER_COUNT_DOMAIN, name),
		t_strconcat("shared/backscatter/name/domain/",
			    backscatter_key_hash_str(name), NULL));
	test_end();
}

static void test_backscatter_count_key_bad(void)
{
	static const char *const bad[] = {
		"", "shared/backscatter/add/", "shared/backscatter/number/x",
		"shared/backscatter/add/2026-01-31/user/alice/genuine/dkim-full",
		"shared/backscatter/add/2026-01-31/user/a/b/c/d/e",
		"shared/backscatter/add/2026-01-31/nobody/a/b/c/d"
	};
	struct backscatter_count count;
	unsigned int i;

	test_begin("backscatter count key: bad ones");
	for (i = 0; i < N_ELEMENTS(bad); i++) {
		test_assert_idx(
			backscatter_count_key_parse(bad[i], &count) < 0, i);
	}
	test_end();
}

static void test_backscatter_count_names(void)
{
	static const struct {
		const char *mta, *server;
	} servers[] = {
		{ NULL, "(unknown)" }, { "", "(unknown)" },
		{ "MX.Example.COM", "mx.example.com" },
		{ "[192.0.2.1]", "[192.0.2.1]" },
		{ "mx example", "(invalid)" }, { "a/b", "(invalid)" },
		{ "'; DROP TABLE x", "(invalid)" }, { "\xc3\xa4.example", "(invalid)" }
	};
	static const struct {
		const char *user, *rcpt_to, *domain;
	} domains[] = {
		{ "alice@Example.ORG", NULL, "example.org" },
		{ "alice", "alice@example.net", "example.net" },
		{ "alice@", "alice@example.net", "example.net" },
		{ "alice", NULL, "(none)" }, { "alice", "alice", "(none)" }
	};
	char longest[300];
	unsigned int i;

	test_begin("backscatter count names");
	for (i = 0; i < N_ELEMENTS(servers); i++) {
		test_assert_strcmp_idx(
			backscatter_count_server(servers[i].mta),
			servers[i].server, i);
	}
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	test_assert_strcmp(backscatter_count_server(longest), "(invalid)");
	for (i = 0; i < N_ELEMENTS(domains); i++) {
		test_assert_strcmp_idx(
			backscatter_count_domain(domains[i].user,
						   domains[i].rcpt_to),
			domains[i].domain, i);
	}
	test_assert_strcmp(backscatter_count_day(1769817600), "2026-01-31");
	test_assert_strcmp(backscatter_count_day(1769817599), "2026-01-30");
	/* a path has as many parts, whatever the name */
	test_assert_strcmp(backscatter_count_path(BACKSCATTER_COUNT_SQL,
				"2026-01-31", BACKSCATTER_COUNT_USER, ""),
			   "shared/backscatter/count/2026-01-31/user/-/");
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_backscatter_count_key,
		test_backscatter_count_bounce_key,
		test_backscatter_count_name_key,
		test_backscatter_count_key_bad,
		test_backscatter_count_names,
		NULL
	};
	return test_run(test_functions);
}
