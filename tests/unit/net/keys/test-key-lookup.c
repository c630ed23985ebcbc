/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dns/dns.h"
#include "keys/key-lookup-private.h"
#include "test-common.h"

static uint64_t test_now(struct bounce_key_lookup *lookup)
{
	return lookup->ports.now(lookup->ports.context);
}

static void test_bounce_key_lookup_registry(void)
{
	struct bounce_key_lookup_settings set = { .dns_servers = "127.0.0.1" };
	struct bounce_key_lookup *one, *two, *more[40];
	const char *error;
	unsigned int i;

	test_begin("bounce key lookup registry");
	test_assert(bounce_key_lookup_get(&set, &one, &error) == 0);
	test_assert(bounce_key_lookup_get(&set, &two, &error) == 0);
	test_assert(one == two);
	bounce_key_lookup_unref(&two);
	set.timeout_msecs = 100;
	test_assert(bounce_key_lookup_get(&set, &two, &error) == 0);
	test_assert(one != two);
	bounce_key_lookup_unref(&two);
	set.timeout_msecs = 0;
	set.no_dns = TRUE;
	test_assert(bounce_key_lookup_get(&set, &two, &error) == 0);
	test_assert(one != two);
	bounce_key_lookup_unref(&two);
	set.no_dns = FALSE;
	/* what one server has said is not taken for another's */
	set.dns_servers = "127.0.0.2";
	test_assert(bounce_key_lookup_get(&set, &two, &error) == 0);
	test_assert(one != two);
	bounce_key_lookup_unref(&two);
	set.dns_servers = "127.0.0.1";
	/* it is kept while nobody uses it */
	two = one;
	bounce_key_lookup_unref(&one);
	test_assert(bounce_key_lookup_get(&set, &one, &error) == 0);
	test_assert(one == two);
	for (i = 1; i < BOUNCE_KEY_LOOKUP_MAX_SHARED; i++) {
		set.timeout_msecs = 1000 + i;
		test_assert_idx(bounce_key_lookup_get(&set, &two,
						      &error) == 0, i);
		bounce_key_lookup_unref(&two);
	}
	set.timeout_msecs = 0;
	test_assert(bounce_key_lookup_get(&set, &two, &error) == 0);
	test_assert(one == two);
	bounce_key_lookup_unref(&two);
	/* unless too many others come: who uses it has it all the same */
	for (i = 0; i < N_ELEMENTS(more); i++) {
		set.key_dir = t_strdup_printf("/nowhere/%u", i);
		test_assert_idx(bounce_key_lookup_get(&set, &more[i],
						      &error) == 0, i);
		test_assert_idx(more[i] != one, i);
	}
	set.key_dir = NULL;
	test_assert(bounce_key_lookup_get(&set, &two, &error) == 0);
	test_assert(one != two);
	test_assert(test_now(one) > 0 && test_now(two) > 0);
	bounce_key_lookup_unref(&one);
	bounce_key_lookup_unref(&two);
	/* they are kept longer than what keeps them, and then not found */
	bounce_key_lookups_deinit();
	set.key_dir = "/nowhere/39";
	test_assert(bounce_key_lookup_get(&set, &one, &error) == 0);
	test_assert(one != more[39]);
	bounce_key_lookup_unref(&one);
	for (i = 0; i < N_ELEMENTS(more); i++) {
		test_assert_idx(test_now(more[i]) > 0, i);
		bounce_key_lookup_unref(&more[i]);
	}

	set.dns_servers = "127.0.0.1 localhost";
	test_assert(bounce_key_lookup_get(&set, &one, &error) < 0);
	test_assert(strstr(error, "'localhost'") != NULL);
	bounce_key_lookups_deinit();
	bounce_key_lookups_deinit();
	test_end();
}

/* Without other ports it is the resolver that is asked. */
static void test_bounce_key_lookup_resolver(void)
{
	static const struct bounce_key_lookup_settings set = {
		.dns_servers = "127.0.0.1:1"
	};
	struct bounce_dns_query query = {
		/* the resolver knows that it cannot be */
		.name = "a..d", .type = BOUNCE_DNS_TYPE_TXT
	};
	struct bounce_key_lookup *lookup;
	struct bounce_key_source *source;
	pool_t pool = pool_alloconly_create("test lookup", 1024);
	const char *error;

	test_begin("bounce key lookup resolver");
	test_assert(bounce_key_lookup_create(&set, NULL, &lookup, &error) == 0);
	source = bounce_key_lookup_source(lookup, pool);
	source->ask(source, pool, &query);
	test_assert(query.status == BOUNCE_DNS_NXDOMAIN);
	bounce_key_lookup_unref(&lookup);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_key_lookup_settings(void)
{
	struct bounce_key_lookup_settings set = { .no_dns = TRUE };
	struct bounce_key_lookup *lookup;
	const char *error;

	test_begin("bounce key lookup settings");
	test_assert(bounce_key_lookup_create(&set, NULL, &lookup, &error) == 0);
	test_assert(lookup->timeout_msecs == 3000);
	test_assert(lookup->no_dns && lookup->dir == NULL);
	test_assert(lookup->cache != NULL && lookup->answers != NULL);
	/* the resolver's own clock */
	test_assert(test_now(lookup) <= bounce_dns_now());
	test_assert(test_now(lookup) + 1000 > bounce_dns_now());
	bounce_key_lookup_unref(&lookup);
	test_assert(lookup == NULL);
	bounce_key_lookup_unref(&lookup);

	set.key_dir = "";
	set.timeout_msecs = 17;
	test_assert(bounce_key_lookup_create(&set, NULL, &lookup, &error) == 0);
	test_assert(lookup->timeout_msecs == 17);
	test_assert(lookup->dir == NULL);
	bounce_key_lookup_unref(&lookup);

	set.key_dir = "/nowhere";
	test_assert(bounce_key_lookup_create(&set, NULL, &lookup, &error) == 0);
	test_assert(lookup->dir != NULL);
	bounce_key_lookup_unref(&lookup);

	/* it is not used, and wrong all the same */
	set.dns_servers = "::1 :";
	test_assert(bounce_key_lookup_create(&set, NULL, &lookup, &error) < 0);
	test_assert(strstr(error, "':'") != NULL);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_key_lookup_registry,
		test_bounce_key_lookup_resolver,
		test_bounce_key_lookup_settings,
		NULL
	};
	return test_run(test_functions);
}
