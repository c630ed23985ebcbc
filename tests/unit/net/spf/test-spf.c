/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* RTLD_NEXT */
#ifndef _GNU_SOURCE
#  define _GNU_SOURCE
#endif

#include "lib.h"
#include "spf/spf.h"
#include "test-common.h"
#include "zone.h"

#include <dlfcn.h>
#include <spf2/spf.h>
#include <sys/wait.h>
#include <unistd.h>

#define TXT BOUNCE_DNS_TYPE_TXT
#define A BOUNCE_DNS_TYPE_A
#define AAAA BOUNCE_DNS_TYPE_AAAA
#define MX BOUNCE_DNS_TYPE_MX
#define PTR BOUNCE_DNS_TYPE_PTR

#define TEN(a) a "0 " a "1 " a "2 " a "3 " a "4 " a "5 " a "6 " a "7 " a "8 " \
	a "9 "
#define FIVE(a) a a a a a
#define NINE(a) FIVE(a) a a a a
#define PASS "ip4:192.0.2.1 -all"

static char test_long_record[BOUNCE_SPF_MAX_LOOKUPS * 100 + 100];

static const struct test_zone_record test_records[] = {
	{ "ip.example", TXT, { "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 "
			       "-all" }, 0 },
	{ "soft.example", TXT, { "v=spf1 ip4:192.0.2.1 ~all" }, 0 },
	{ "neutral.example", TXT, { "v=spf1 ?all" }, 0 },
	{ "open.example", TXT, { "v=spf1 ip4:192.0.2.1" }, 0 },
	{ "upper.example", TXT, { "hello", "V=SPF1 IP4:192.0.2.1 -ALL",
				  "v=spf10 +all" }, 0 },
	{ "other.example", TXT, { "v=DKIM1; p=", "v=spf1x" }, 0 },
	{ "two.example", TXT, { "v=spf1 -all", "v=spf1 +all" }, 0 },
	{ "wrong.example", TXT, { "v=spf1 ip4:999.1.1.1 -all" }, 0 },
	{ "unknown.example", TXT, { "v=spf1 frob -all" }, 0 },
	{ "macro.example", TXT, { "v=spf1 exists:%{i}._spf.%{d} -all" }, 0 },
	{ "192.0.2.1._spf.macro.example", A, { "127.0.0.2" }, 0 },
	{ "badmacro.example", TXT, { "v=spf1 exists:%{i999999}.x.example "
				     "-all" }, 0 },
	{ "ascii.example", TXT, { "v=spf1 include:\xff%{D}.example -all" },
	  0 },
	{ "long.example", TXT, { test_long_record }, 0 },
	{ "local.example", TXT, { "v=spf1 exists:%{L}.%{h}.l.example -all" },
	  0 },
	{ "postmaster.unknown.l.example", A, { "127.0.0.2" }, 0 },
	{ "words.example", TXT, { "v=spf1 exists:%{l-}.l.example -all" }, 0 },
	{ "host.example", TXT, { "v=spf1 redirect=%{r}.r.example" }, 0 },
	{ "hostexp.example", TXT, { "v=spf1 -all exp=%{r}.r.example" }, 0 },
	{ "mx.example", TXT, { "v=spf1 mx a:host.mx.example -all" }, 0 },
	{ "mx.example", MX, { "a.mx.example", "b.mx.example" }, 0 },
	{ "a.mx.example", A, { "192.0.2.7" }, 0 },
	{ "b.mx.example", AAAA, { "2001:db8::7" }, 0 },
	{ "host.mx.example", A, { "192.0.2.8" }, 0 },
	{ "ptr.example", TXT, { "v=spf1 ptr -all" }, 0 },
	{ "9.2.0.192.in-addr.arpa", PTR, { "nine.ptr.example" }, 0 },
	{ "nine.ptr.example", A, { "192.0.2.9" }, 0 },
	{ "include.example", TXT, { "v=spf1 include:ip.example -all" }, 0 },
	{ "redirect.example", TXT, { "v=spf1 redirect=ip.example" }, 0 },
	{ "nowhere.example", TXT, { "v=spf1 include:gone.example -all" }, 0 },
	{ "exp.example", TXT, { "v=spf1 exp=%{p}.exp.example -all" }, 0 },
	/* hostile */
	{ "loop1.example", TXT, { "v=spf1 include:loop2.example -all" }, 0 },
	{ "loop2.example", TXT, { "v=spf1 include:loop1.example -all" }, 0 },
	{ "self.example", TXT, { "v=spf1 include:self.example -all" }, 0 },
	{ "redirect1.example", TXT, { "v=spf1 redirect=redirect2.example" },
	  0 },
	{ "redirect2.example", TXT, { "v=spf1 redirect=redirect1.example" },
	  0 },
	/* libspf2 begins to count anew in each of ten includes: 111 lookups */
	{ "bomb.example", TXT, { "v=spf1 " FIVE("include:tens.example ")
				 FIVE("include:tens.example ") "-all" }, 0 },
	{ "tens.example", TXT, { "v=spf1 " TEN("a:h.n") "-all" }, 0 },
	/* as many lookups as are allowed, and one more */
	{ "sixty.example", TXT, { "v=spf1 " FIVE("include:tens.example ")
				  "include:three.example -all" }, 0 },
	{ "three.example", TXT, { "v=spf1 a:a.n a:b.n a:c.n " PASS }, 0 },
	{ "sixtyone.example", TXT, { "v=spf1 " FIVE("include:tens.example ")
				     "include:four.example -all" }, 0 },
	{ "four.example", TXT, { "v=spf1 a:a.n a:b.n a:c.n a:d.n " PASS }, 0 },
	/* and records: the first, nine that do not match, and more */
	{ "ten.example", TXT, { "v=spf1 " NINE("include:no.example ")
				"include:pass.example -all" }, 0 },
	{ "eleven.example", TXT, { "v=spf1 " NINE("include:no.example ")
				   "include:one.example -all" }, 0 },
	{ "one.example", TXT, { "v=spf1 include:pass.example -all" }, 0 },
	{ "pass.example", TXT, { "v=spf1 " PASS }, 0 },
	{ "no.example", TXT, { "v=spf1 -all" }, 0 },
	{ "many.example", TXT, { "v=spf1 " TEN("a:a") TEN("a:b") TEN("a:c")
				 "-all" }, 0 },
	{ "manymx.example", TXT, { "v=spf1 mx -all" }, 0 },
	{ "manymx.example", MX, { "1.x", "2.x", "3.x", "4.x", "5.x", "6.x",
				  "7.x", "8.x", "9.x", "10.x", "11.x",
				  "12.x" }, 0 },
	{ "silent.example", TXT, { NULL }, BOUNCE_DNS_TEMPERROR },
	{ "part.example", TXT, { "v=spf1 a:silent.example include:ip.example "
				 "-all" }, 0 },
	{ "silent.example", A, { NULL }, BOUNCE_DNS_TEMPERROR },
	{ "nodata.example", TXT, { NULL }, 0 },
	{ NULL, 0, { NULL }, 0 }
};

struct spf_test {
	const char *sender, *helo, *ip;
	enum bounce_spf result;
	/* in its text */
	const char *text;
};

static const struct spf_test tests[] = {
	{ "a@ip.example", "h.example", "192.0.2.1", BOUNCE_SPF_PASS, NULL },
	{ "a@IP.Example.", "h.example", "192.0.2.1", BOUNCE_SPF_PASS, NULL },
	{ "a@ip.example", NULL, "203.0.113.1", BOUNCE_SPF_FAIL, NULL },
	{ "a@ip.example", "x", "2001:db8:9::1", BOUNCE_SPF_PASS, NULL },
	{ "a@ip.example", "x", "2001:db9::1", BOUNCE_SPF_FAIL, NULL },
	{ "a@soft.example", "x", "203.0.113.1", BOUNCE_SPF_SOFTFAIL, NULL },
	{ "a@neutral.example", "x", "203.0.113.1", BOUNCE_SPF_NEUTRAL, NULL },
	{ "a@open.example", "x", "203.0.113.1", BOUNCE_SPF_NEUTRAL, NULL },
	{ "a@upper.example", "x", "192.0.2.1", BOUNCE_SPF_PASS, NULL },
	{ "a@upper.example", "x", "203.0.113.1", BOUNCE_SPF_FAIL, NULL },
	{ "a@other.example", "x", "203.0.113.1", BOUNCE_SPF_NONE, NULL },
	{ "a@gone.example", "x", "203.0.113.1", BOUNCE_SPF_NONE, NULL },
	{ "a@nodata.example", "x", "203.0.113.1", BOUNCE_SPF_NONE, NULL },
	{ "a@two.example", "x", "203.0.113.1", BOUNCE_SPF_PERMERROR, "" },
	{ "a@wrong.example", "x", "203.0.113.1", BOUNCE_SPF_PERMERROR, "" },
	{ "a@unknown.example", "x", "203.0.113.1", BOUNCE_SPF_PERMERROR, "" },
	{ "a@macro.example", "x", "192.0.2.1", BOUNCE_SPF_PASS, NULL },
	{ "a@macro.example", "x", "192.0.2.2", BOUNCE_SPF_FAIL, NULL },
	{ "a@badmacro.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR,
	  "macro" },
	{ "a@ascii.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR, "ASCII" },
	{ "a@long.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR, "long" },
	/* nothing strange comes to a macro */
	{ "\xff\xfe\x80@local.example", "\xff\xfe", "192.0.2.1",
	  BOUNCE_SPF_PASS, NULL },
	{ "@local.example", "", "192.0.2.1", BOUNCE_SPF_PASS, NULL },
	{ "a@mx.example", "x", "192.0.2.7", BOUNCE_SPF_PASS, NULL },
	{ "a@mx.example", "x", "192.0.2.8", BOUNCE_SPF_PASS, NULL },
	{ "a@mx.example", "x", "192.0.2.9", BOUNCE_SPF_FAIL, NULL },
	{ "a@mx.example", "x", "2001:db8::7", BOUNCE_SPF_PASS, NULL },
	{ "a@ptr.example", "x", "192.0.2.9", BOUNCE_SPF_PASS, NULL },
	{ "a@ptr.example", "x", "192.0.2.10", BOUNCE_SPF_FAIL, NULL },
	{ "a@include.example", "x", "192.0.2.1", BOUNCE_SPF_PASS, NULL },
	{ "a@include.example", "x", "203.0.113.1", BOUNCE_SPF_FAIL, NULL },
	{ "a@redirect.example", "x", "203.0.113.1", BOUNCE_SPF_FAIL, NULL },
	{ "a@nowhere.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR, "" },
	{ "a@exp.example", "x", "192.0.2.1", BOUNCE_SPF_FAIL, NULL },
	{ "a@hostexp.example", "x", "192.0.2.1", BOUNCE_SPF_FAIL, NULL },
	{ "a@host.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR, "" },
	/* HELO */
	{ NULL, "ip.example", "192.0.2.1", BOUNCE_SPF_PASS, NULL },
	{ NULL, "ip.example", "203.0.113.1", BOUNCE_SPF_FAIL, NULL },
	{ "", "ip.example", "203.0.113.1", BOUNCE_SPF_FAIL, NULL },
	{ NULL, "[192.0.2.1]", "192.0.2.1", BOUNCE_SPF_NONE, NULL },
	{ NULL, "localhost", "192.0.2.1", BOUNCE_SPF_NONE, NULL },
	{ NULL, NULL, "192.0.2.1", BOUNCE_SPF_NONE, NULL },
	/* no address that SPF is about: libspf2 lets loopback pass */
	{ "a@ip.example", "x", "127.0.0.1", BOUNCE_SPF_NONE, NULL },
	{ "a@ip.example", "x", "::1", BOUNCE_SPF_NONE, NULL },
	{ "a@ip.example", "x", "10.0.0.1", BOUNCE_SPF_NONE, NULL },
	{ "a@ip.example", "x", NULL, BOUNCE_SPF_NONE, NULL },
	/* hostile */
	{ "a@loop1.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR,
	  "RFC 7208" },
	{ "a@self.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR, "" },
	{ "a@redirect1.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR,
	  "RFC 7208" },
	{ "a@bomb.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR,
	  "RFC 7208" },
	{ "a@sixty.example", "x", "192.0.2.1", BOUNCE_SPF_PASS, NULL },
	{ "a@sixtyone.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR,
	  "RFC 7208" },
	{ "a@ten.example", "x", "192.0.2.1", BOUNCE_SPF_PASS, NULL },
	{ "a@eleven.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR,
	  "RFC 7208" },
	{ "a@many.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR, "" },
	{ "a@manymx.example", "x", "192.0.2.1", BOUNCE_SPF_PERMERROR, "" },
	{ "a@silent.example", "x", "192.0.2.1", BOUNCE_SPF_TEMPERROR,
	  "DNS: silent.example" },
	{ "a@part.example", "x", "192.0.2.1", BOUNCE_SPF_TEMPERROR,
	  "DNS: silent.example" },
};

static enum bounce_spf
test_check(struct bounce_key_lookup *lookup, pool_t pool,
	   const struct spf_test *t, const char **text_r)
{
	struct bounce_spf_request request = {
		.helo = t->helo, .sender = t->sender
	};

	if (t->ip != NULL && net_addr2ip(t->ip, &request.ip) < 0)
		i_panic("%s is no address", t->ip);
	return bounce_spf_check(bounce_key_lookup_source(lookup, pool), pool,
				&request, text_r);
}

static void test_bounce_spf_results(void)
{
	struct test_zone zone = { .records = test_records, .ttl = 60 };
	struct bounce_key_lookup *lookup;
	enum bounce_spf result;
	unsigned int i, round;
	const char *text;
	pool_t pool;

	test_begin("bounce spf: results");
	memset(test_long_record, 'x', sizeof(test_long_record) - 1);
	memcpy(test_long_record, "v=spf1 ", 7);
	for (round = 0; round < 2; round++) {
		lookup = test_zone_lookup(&zone);
		for (i = 0; i < N_ELEMENTS(tests); i++) {
			pool = pool_alloconly_create("spf", 4096);
			zone.queries = 0;
			result = test_check(lookup, pool, &tests[i], &text);
			test_assert_idx(result == tests[i].result, i);
			if (result != tests[i].result) {
				i_info("%s: %s, %s", tests[i].sender,
				       bounce_spf_name(result), text);
			}
			test_assert_idx((text == NULL) ==
					(tests[i].text == NULL), i);
			if (text != NULL && tests[i].text != NULL) {
				test_assert_idx(strstr(text, tests[i].text) !=
						NULL, i);
			}
			test_assert_idx(zone.queries <= BOUNCE_SPF_MAX_LOOKUPS,
					i);
			pool_unref(&pool);
		}
		bounce_key_lookup_unref(&lookup);
	}
	test_end();
}

/* What a record can ask for by a macro: the local part, if it is an ordinary
   one, and never the name of this host. */
static void test_bounce_spf_macros(void)
{
#define LONGEST "abcdefghijklmnopqrstuvwxyz01234-" \
	"abcdefghijklmnopqrstuvwxyz012345"
	static const struct {
		const char *sender, *asked;
	} macros[] = {
		{ "Alice@words.example", "alice.l.example" },
		{ "a=b@words.example", "words.example" },
		{ "a@b@words.example", "postmaster.l.example" },
		{ "a b@words.example", "postmaster.l.example" },
		{ "a\x7f@words.example", "postmaster.l.example" },
		{ "@words.example", "postmaster.l.example" },
		{ LONGEST "@words.example",
		  "abcdefghijklmnopqrstuvwxyz01234."
		  "abcdefghijklmnopqrstuvwxyz012345.l.example" },
		{ LONGEST "6@words.example", "postmaster.l.example" },
		{ "a@host.example", "host.example" },
		{ "a@hostexp.example", "hostexp.example" }
	};
	struct test_zone zone = { .records = test_records, .ttl = 60 };
	struct bounce_key_lookup *lookup;
	struct spf_test test = { .ip = "192.0.2.1" };
	const char *text;
	unsigned int i;
	pool_t pool;

	test_begin("bounce spf: macros");
	for (i = 0; i < N_ELEMENTS(macros); i++) {
		pool = pool_alloconly_create("spf", 4096);
		lookup = test_zone_lookup(&zone);
		test.sender = macros[i].sender;
		(void)test_check(lookup, pool, &test, &text);
		test_assert_strcmp_idx(zone.last, macros[i].asked, i);
		bounce_key_lookup_unref(&lookup);
		pool_unref(&pool);
	}
	test_end();
}

static void
test_error_dns(void *context ATTR_UNUSED, pool_t pool ATTR_UNUSED,
	       struct bounce_dns_query *queries ATTR_UNUSED,
	       unsigned int count ATTR_UNUSED, uint64_t deadline ATTR_UNUSED)
{
	SPF_error("this record is odd");
}

/* libspf2 finds a fault where it would not go on. */
static void test_bounce_spf_error(void)
{
	const struct bounce_key_lookup_ports ports = {
		.dns = test_error_dns, .now = test_zone_now,
		.context = &(struct test_zone){ .now = 1 }
	};
	const struct bounce_key_lookup_settings set = { .timeout_msecs = 1 };
	struct bounce_key_lookup *lookup;
	pool_t pool = pool_alloconly_create("spf", 4096);
	const char *text;

	test_begin("bounce spf: error");
	if (bounce_key_lookup_create(&set, &ports, &lookup, &text) < 0)
		i_fatal("%s", text);
	test_assert(test_check(lookup, pool, &tests[0], &text) ==
		    BOUNCE_SPF_PERMERROR);
	test_assert_strcmp(text, "libspf2: this record is odd");
	bounce_key_lookup_unref(&lookup);
	pool_unref(&pool);
	test_end();
}

/* In place of libspf2's: without memory. */
static bool request_new_fails = FALSE, rr_new_fails = FALSE;

#define NEXT(function, next) \
	do { \
		void *symbol = dlsym(RTLD_NEXT, function); \
		memcpy(&next, &symbol, sizeof(next)); \
	} while (0)

SPF_request_t *SPF_request_new(SPF_server_t *server)
{
	typeof(SPF_request_new) *next;

	NEXT("SPF_request_new", next);
	return request_new_fails ? NULL : next(server);
}

SPF_dns_rr_t *
SPF_dns_rr_new_init(SPF_dns_server_t *server, const char *domain, ns_type type,
		    int ttl, SPF_dns_stat_t herrno)
{
	typeof(SPF_dns_rr_new_init) *next;

	NEXT("SPF_dns_rr_new_init", next);
	return rr_new_fails ? NULL : next(server, domain, type, ttl, herrno);
}

static void ATTR_NORETURN
child_fatal(const struct failure_context *ctx,
	    const char *format ATTR_UNUSED, va_list args ATTR_UNUSED)
{
	_exit(ctx->exit_status);
}

static int child_status(struct bounce_key_lookup *lookup, pool_t pool)
{
	const char *text;
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		i_fatal("fork() failed: %m");
	if (pid == 0) {
		i_set_fatal_handler(child_fatal);
		(void)test_check(lookup, pool, &tests[0], &text);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		i_fatal("waitpid() failed: %m");
	return status;
}

static void test_bounce_spf_no_memory(void)
{
	struct test_zone zone = { .records = test_records };
	struct bounce_key_lookup *lookup = test_zone_lookup(&zone);
	pool_t pool = pool_alloconly_create("spf", 4096);
	const char *text;
	int status;

	test_begin("bounce spf: no memory");
	request_new_fails = TRUE;
	test_assert(test_check(lookup, pool, &tests[0], &text) ==
		    BOUNCE_SPF_TEMPERROR);
	test_assert_strcmp(text, "libspf2: out of memory");
	request_new_fails = FALSE;
	/* in the middle of it the process ends, as it does where Dovecot
	   itself gets none */
	rr_new_fails = TRUE;
	status = child_status(lookup, pool);
	rr_new_fails = FALSE;
	test_assert(WIFEXITED(status) &&
		    WEXITSTATUS(status) == FATAL_OUTOFMEM);
	bounce_key_lookup_unref(&lookup);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_spf_deadline(void)
{
	static const struct spf_test slow = {
		"a@bomb.example", "x", "192.0.2.1", BOUNCE_SPF_TEMPERROR, NULL
	}, mx = {
		"a@mx.example", "x", "192.0.2.9", BOUNCE_SPF_FAIL, NULL
	};
	struct test_zone zone = { .records = test_records, .delay = 900 };
	struct bounce_key_lookup *lookup = test_zone_lookup(&zone);
	pool_t pool = pool_alloconly_create("spf", 4096);
	const char *text;

	test_begin("bounce spf: deadline");
	/* the deadline is the message's */
	zone.now = 1000;
	test_assert(test_check(lookup, pool, &mx, &text) ==
		    BOUNCE_SPF_TEMPERROR);
	test_assert(zone.now <= 1000 + 2000 + zone.delay);
	test_assert(zone.queries <= 3);
	test_assert(text != NULL);
	/* what could not be found out is not asked for again at once */
	zone.queries = 0;
	zone.delay = 0;
	test_assert(test_check(lookup, pool, &mx, &text) ==
		    BOUNCE_SPF_TEMPERROR);
	zone.now += 6000;
	test_assert(test_check(lookup, pool, &mx, &text) == BOUNCE_SPF_FAIL);
	zone.delay = 500;
	(void)test_check(lookup, pool, &slow, &text);
	bounce_key_lookup_unref(&lookup);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_spf_cache(void)
{
	static const struct spf_test pass = {
		"a@include.example", "x", "192.0.2.1", BOUNCE_SPF_PASS, NULL
	};
	struct test_zone zone = { .records = test_records, .ttl = 60 };
	struct bounce_key_lookup *lookup = test_zone_lookup(&zone);
	pool_t pool = pool_alloconly_create("spf", 4096);
	const char *text;
	unsigned int i;

	test_begin("bounce spf: cache");
	for (i = 0; i < 100; i++)
		(void)test_check(lookup, pool, &pass, &text);
	test_assert(zone.queries == 2);
	zone.now += 61 * 1000;
	(void)test_check(lookup, pool, &pass, &text);
	test_assert(zone.queries == 4);
	bounce_key_lookup_unref(&lookup);
	pool_unref(&pool);
	test_end();
}

static unsigned int test_messages;

static void
test_message(const char *file ATTR_UNUSED, int line ATTR_UNUSED,
	     const char *message ATTR_UNUSED)
{
	test_messages++;
}

/* libspf2 says nothing to anybody, and its handlers are as they were. */
static void test_bounce_spf_silent(void)
{
	struct test_zone zone = { .records = test_records };
	struct bounce_key_lookup *lookup = test_zone_lookup(&zone);
	pool_t pool = pool_alloconly_create("spf", 4096);
	const char *text;
	unsigned int i;

	test_begin("bounce spf: silent");
	SPF_warning_handler = SPF_info_handler = SPF_debug_handler =
		test_message;
	for (i = 0; i < N_ELEMENTS(tests); i++)
		(void)test_check(lookup, pool, &tests[i], &text);
	test_assert(test_messages == 0);
	test_assert(SPF_warning_handler == test_message);
	bounce_key_lookup_unref(&lookup);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_spf_results,
		test_bounce_spf_macros,
		test_bounce_spf_error,
		test_bounce_spf_no_memory,
		test_bounce_spf_deadline,
		test_bounce_spf_cache,
		test_bounce_spf_silent,
		NULL
	};
	return test_run(test_functions);
}
