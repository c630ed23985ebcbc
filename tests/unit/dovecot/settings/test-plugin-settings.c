/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "net.h"
#include "name/own-domains.h"
#include "name/networks.h"
#include "settings/plugin-settings.h"
#include "test-common.h"

/* One setting, and what the others are: not set. */
struct test_setting {
	const char *name;
	const char *value;
	unsigned int asked;
};

static const char *test_getter(void *context, const char *name)
{
	struct test_setting *setting = context;

	setting->asked++;
	if (setting->name == NULL || strcmp(setting->name, name) != 0)
		return NULL;
	return setting->value;
}

static int
test_parse(pool_t pool, const char *name, const char *value,
	   struct backscatter_settings *set_r, const char **error_r)
{
	struct test_setting setting = { name, value, 0 };

	return backscatter_settings_parse(pool, test_getter, &setting, set_r,
					  error_r);
}

static void test_backscatter_settings_defaults(void)
{
	pool_t pool = pool_alloconly_create("test settings", 1024);
	struct test_setting setting = { NULL, NULL, 0 };
	struct backscatter_settings set;
	struct bounce_policy policy;
	const char *error;
	unsigned int count = 0;

	test_begin("backscatter settings defaults");
	memset(&set, 0xff, sizeof(set));
	test_assert(backscatter_settings_parse(pool, test_getter, &setting,
					       &set, &error) == 0);
	test_assert(set.mode == BACKSCATTER_MODE_ENFORCE);
	test_assert(set.domains.list == NULL);
	test_assert(set.key_dir == NULL);
	test_assert(set.dns_servers == NULL);
	test_assert(set.dns_timeout_msecs == 3000);
	test_assert(set.sent_mailbox == NULL);
	test_assert(set.dict_uri == NULL);
	test_assert(set.replay_signatures == 100);
	test_assert(set.keep == 400 * 24 * 3600);
	test_assert(set.burst_limit == 20);
	test_assert(set.burst_recipients == 100);
	test_assert(set.burst_hosts == 3);
	test_assert(set.burst_period == 3600);
	test_assert(set.suspend == BACKSCATTER_SUSPEND_NO);
	test_assert(set.notice_to == NULL);
	test_assert(set.language == BACKSCATTER_LANGUAGE_EN);

	/* those of the core, whoever wrote them down first */
	bounce_policy_init(&policy);
	test_assert(set.policy.min_rsa_bits == policy.min_rsa_bits);
	test_assert(set.policy.sender_match == policy.sender_match);
	test_assert(set.policy.aliases == NULL);
	test_assert(set.policy.max_age == policy.max_age);
	test_assert(set.policy.replay_limit == policy.replay_limit);
	test_assert(set.policy.queue_lifetime == policy.queue_lifetime);
	test_assert(set.policy.signed_since == 0);
	test_assert(set.policy.domains == NULL);
	test_assert(set.policy.now == 0);
	test_assert(set.spf == BACKSCATTER_SPF_REPORT);
	test_assert(set.reporter_spf == 0);
	test_assert(!set.policy.spf_rescue);
	test_assert(set.policy.trusted_networks != NULL);
	test_assert(set.policy.authserv_id == NULL);

	while (backscatter_settings_name(count) != NULL)
		count++;
	test_assert(count == 27);
	test_assert(setting.asked == count);
	pool_unref(&pool);
	test_end();
}

static void test_backscatter_settings_words(void)
{
	static const struct {
		const char *value;
		enum backscatter_mode mode;
	} modes[] = {
		{ "enforce", BACKSCATTER_MODE_ENFORCE },
		{ "audit", BACKSCATTER_MODE_AUDIT },
		{ "off", BACKSCATTER_MODE_OFF },
		{ "Audit", BACKSCATTER_MODE_AUDIT },
		{ " off\n", BACKSCATTER_MODE_OFF },
		{ "", BACKSCATTER_MODE_ENFORCE }
	};
	static const struct {
		const char *value;
		enum bounce_sender_match match;
	} matches[] = {
		{ "none", BOUNCE_SENDER_MATCH_NONE },
		{ "domain", BOUNCE_SENDER_MATCH_DOMAIN },
		{ "address", BOUNCE_SENDER_MATCH_ADDRESS }
	};
	pool_t pool = pool_alloconly_create("test settings", 1024);
	struct backscatter_settings set;
	const char *error;
	unsigned int i;

	test_begin("backscatter settings words");
	for (i = 0; i < N_ELEMENTS(modes); i++) {
		test_assert_idx(test_parse(pool, "backscatter_mode",
					   modes[i].value, &set,
					   &error) == 0, i);
		test_assert_idx(set.mode == modes[i].mode, i);
	}
	for (i = 0; i < N_ELEMENTS(matches); i++) {
		test_assert_idx(test_parse(pool, "backscatter_sender_match",
					   matches[i].value, &set,
					   &error) == 0, i);
		test_assert_idx(set.policy.sender_match == matches[i].match, i);
	}
	test_assert_strcmp(backscatter_mode_name(BACKSCATTER_MODE_OFF), "off");
	test_assert_strcmp(backscatter_mode_name(BACKSCATTER_MODE_AUDIT),
			   "audit");
	test_assert_strcmp(backscatter_mode_name(BACKSCATTER_MODE_ENFORCE),
			   "enforce");
	pool_unref(&pool);
	test_end();
}

static void test_backscatter_settings_spf(void)
{
	static const struct {
		const char *value;
		enum backscatter_spf spf;
		bool rescue;
	} words[] = {
		{ "no", BACKSCATTER_SPF_NO, FALSE },
		{ "report", BACKSCATTER_SPF_REPORT, FALSE },
		{ "rescue", BACKSCATTER_SPF_RESCUE, TRUE }
	};
	pool_t pool = pool_alloconly_create("test settings", 1024);
	struct backscatter_settings set;
	struct ip_addr ip;
	const char *error;
	unsigned int i;

	test_begin("backscatter settings of SPF and the trace");
	for (i = 0; i < N_ELEMENTS(words); i++) {
		test_assert_idx(test_parse(pool, "backscatter_spf",
					   words[i].value, &set,
					   &error) == 0, i);
		test_assert_idx(set.spf == words[i].spf, i);
		test_assert_idx(set.policy.spf_rescue == words[i].rescue, i);
	}
	test_assert(test_parse(pool, "backscatter_reporter_spf", "yes", &set,
			       &error) == 0);
	test_assert(set.reporter_spf == 1);
	test_assert(test_parse(pool, "backscatter_trusted_networks",
			       "192.0.2.0/24,2001:db8::/32\n::1", &set,
			       &error) == 0);
	test_assert(net_addr2ip("192.0.2.9", &ip) == 0 &&
		    bounce_networks_match(set.policy.trusted_networks, &ip));
	test_assert(net_addr2ip("127.0.0.1", &ip) == 0 &&
		    !bounce_networks_match(set.policy.trusted_networks, &ip));
	test_assert(test_parse(pool, "backscatter_authserv_id",
			       "mx.example.org", &set, &error) == 0);
	test_assert_strcmp(set.policy.authserv_id, "mx.example.org");
	pool_unref(&pool);
	test_end();
}

static void test_backscatter_settings_numbers(void)
{
	static const struct {
		const char *name, *value;
		size_t offset;
		unsigned int number;
	} tests[] = {
#define OFFSET(field) offsetof(struct backscatter_settings, field)
		{ "backscatter_dns_timeout", "500ms",
		  OFFSET(dns_timeout_msecs), 500 },
		{ "backscatter_dns_timeout", "10 s",
		  OFFSET(dns_timeout_msecs), 10000 },
		{ "backscatter_dns_timeout", "1m",
		  OFFSET(dns_timeout_msecs), 60000 },
		{ "backscatter_min_rsa_bits", "2048",
		  OFFSET(policy.min_rsa_bits), 2048 },
		{ "backscatter_min_rsa_bits", "16384",
		  OFFSET(policy.min_rsa_bits), 16384 },
		{ "backscatter_max_age", "7 days",
		  OFFSET(policy.max_age), 7 * 86400 },
		{ "backscatter_max_age", "3650d",
		  OFFSET(policy.max_age), 3650U * 86400 },
		{ "backscatter_queue_lifetime", "0",
		  OFFSET(policy.queue_lifetime), 0 },
		{ "backscatter_queue_lifetime", "36h",
		  OFFSET(policy.queue_lifetime), 36 * 3600 }
	};
	pool_t pool = pool_alloconly_create("test settings", 1024);
	struct backscatter_settings set;
	const char *error;
	unsigned int i;

	test_begin("backscatter settings numbers");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(test_parse(pool, tests[i].name, tests[i].value,
					   &set, &error) == 0, i);
		test_assert_idx(*(const unsigned int *)
			CONST_PTR_OFFSET(&set, tests[i].offset) ==
			tests[i].number, i);
	}
	pool_unref(&pool);
	test_end();
}

static void test_backscatter_settings_lists(void)
{
	pool_t pool = pool_alloconly_create("test settings", 1024);
	struct backscatter_settings set;
	const char *error;

	test_begin("backscatter settings lists, path and date");
	/* as Dovecot gives a file: with its line ends */
	test_assert(test_parse(pool, "backscatter_domains",
			       "example.com\n.example.org\n"
			       "example.net, b.example\n",
			       &set, &error) == 0);
	test_assert(bounce_domains_match(set.domains.list, "EXAMPLE.com"));
	test_assert(!bounce_domains_match(set.domains.list, "a.example.com"));
	test_assert(bounce_domains_match(set.domains.list, "a.example.org"));
	test_assert(bounce_domains_match(set.domains.list, "b.example"));

	test_assert(test_parse(pool, "backscatter_domains",
			       "</etc/domains, .example.org /etc/more dict:",
			       &set, &error) == 0);
	test_assert(bounce_domains_match(set.domains.list, "a.example.org"));
	test_assert_strcmp(t_strarray_join(set.domains.files, " "),
			   "/etc/domains /etc/more");
	test_assert_strcmp(set.domains.dict, "backscatter/domain");

	test_assert(test_parse(pool, "backscatter_dns_servers",
			       "127.0.0.1 192.0.2.1:5353,[2001:db8::1]:53",
			       &set, &error) == 0);
	test_assert_strcmp(set.dns_servers,
			   "127.0.0.1 192.0.2.1:5353,[2001:db8::1]:53");

	test_assert(test_parse(pool, "backscatter_key_dir", "/etc/keys",
			       &set, &error) == 0);
	test_assert_strcmp(set.key_dir, "/etc/keys");

	test_assert(test_parse(pool, "backscatter_signed_since",
			       "2026-01-31", &set, &error) == 0);
	test_assert(set.policy.signed_since == 1769817600);
	test_assert(test_parse(pool, "backscatter_signed_since",
			       "2026-01-31T02:00:00+02:00", &set,
			       &error) == 0);
	test_assert(set.policy.signed_since == 1769817600);
	pool_unref(&pool);
	test_end();
}

static void test_backscatter_settings_errors(void)
{
	static const struct {
		const char *name, *value;
		/* What the error has to say beside the name. */
		const char *what, *expect;
	} tests[] = {
		{ "backscatter_mode", "on", "= on: unknown value",
		  "enforce, audit or off" },
		{ "backscatter_mode", "enforced", "= enforced: ",
		  "enforce, audit or off" },
		{ "backscatter_aliases", "a@example.org bob", "'bob'",
		  "@example.com" },
		{ "backscatter_sent_mailbox", "Se\nnt", "not a mailbox",
		  "Sent" },
		{ "backscatter_sent_mailbox", "Se\xff", "not a mailbox",
		  "Sent" },
		{ "backscatter_sender_match", "yes", "= yes: ",
		  "none, domain or address" },
		{ "backscatter_domains", "<domains", "absolute",
		  "/path" },
		{ "backscatter_domains", "dict: example.org dict:x", "twice",
		  "dict:" },
		{ "backscatter_domains", "example.com exa_mple..com",
		  "exa_mple..com", "example.com" },
		{ "backscatter_key_dir", "keys", "absolute", "/etc/" },
		{ "backscatter_dns_servers", "127.0.0.1 ns.example.com",
		  "'ns.example.com'", "127.0.0.1" },
		{ "backscatter_dns_servers", "127.0.0.1:0", "127.0.0.1:0",
		  "192.0.2.1:5353" },
		{ "backscatter_dns_timeout", "3", "units", "3s" },
		{ "backscatter_dns_timeout", "0", "too small", "100ms" },
		{ "backscatter_dns_timeout", "99ms", "too small", "100ms" },
		{ "backscatter_dns_timeout", "61s", "too large", "60s" },
		{ "backscatter_dns_timeout", "soon", "soon", "3s" },
		{ "backscatter_min_rsa_bits", "512", "too small", "1024" },
		{ "backscatter_min_rsa_bits", "1023", "too small", "1024" },
		{ "backscatter_min_rsa_bits", "-1", "not a number", "1024" },
		{ "backscatter_min_rsa_bits", "99999999999", "not a number",
		  "1024" },
		{ "backscatter_min_rsa_bits", "2048 bits", "not a number",
		  "1024" },
		{ "backscatter_max_age", "14", "units", "14d" },
		{ "backscatter_max_age", "59 mins", "too small", "14d" },
		{ "backscatter_max_age", "3651d", "too large", "14d" },
		{ "backscatter_queue_lifetime", "366d", "too large", "5d" },
		{ "backscatter_queue_lifetime", "99999999999999999999d",
		  "99999999999999999999d", "5d" },
		{ "backscatter_suspend", "yes", "unknown", "no or alarm" },
		{ "backscatter_notice_to", "owner", "not an address",
		  "owner@example.net" },
		{ "backscatter_notice_to", "a@example.net, b@example.net",
		  "not an address", "owner@example.net" },
		{ "backscatter_language", "it", "unknown", "en, ja, de" },
		{ "backscatter_spf", "yes", "unknown", "no, report or rescue" },
		{ "backscatter_reporter_spf", "maybe", "unknown", "yes or no" },
		{ "backscatter_trusted_networks", "::1 relay.example.org",
		  "relay.example.org", "192.0.2.0/24" },
		{ "backscatter_trusted_networks", "192.0.2.0/33",
		  "192.0.2.0/33", "192.0.2.0/24" },
		{ "backscatter_authserv_id", "mx a", "one word",
		  "mx.example.com" },
		{ "backscatter_signed_since", "yesterday", "not a date",
		  "2026-01-31" },
		{ "backscatter_signed_since", "2026-13-01", "not a date",
		  "2026-01-31" },
		{ "backscatter_replay_limit", "-1", "not a number",
		  "from 0" },
		{ "backscatter_replay_limit", "100001", "too large",
		  "100000" },
		{ "backscatter_replay_signatures", "0", "too small",
			"a number from 1 to 1000" },
		{ "backscatter_replay_signatures", "1001", "too large",
			"a number from 1 to 1000" },
		{ "backscatter_burst_limit", "no", "not a number", "0 (no" },
		{ "backscatter_burst_recipients", "100001", "too large",
		  "0 (they" },
		{ "backscatter_burst_hosts", "-1", "not a number", "0 (they" },
		{ "backscatter_burst_period", "59s", "too small", "1 min" },
		{ "backscatter_burst_period", "31d", "too large", "30d" },
		{ "backscatter_keep", "1h", "too small", "from 1d to 3650d" },
		{ "backscatter_keep", "4000d", "too large",
		  "from 1d to 3650d" },
		{ "backscatter_dict", "/var/lib/backscatter", "not the URI",
		  "proxy::backscatter" },
		{ "backscatter_dict", "file:", "not the URI", "redis:" }
	};
	pool_t pool = pool_alloconly_create("test settings", 1024);
	struct backscatter_settings set;
	const char *error;
	unsigned int i;

	test_begin("backscatter settings errors");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		error = NULL;
		test_assert_idx(test_parse(pool, tests[i].name, tests[i].value,
					   &set, &error) < 0, i);
		if (error == NULL)
			continue;
		test_assert_idx(strncmp(error, tests[i].name,
					strlen(tests[i].name)) == 0, i);
		test_assert_idx(strstr(error, tests[i].what) != NULL, i);
		test_assert_idx(strstr(error, tests[i].expect) != NULL, i);
	}

	/* what comes from userdb does not write lines into the log */
	test_assert(test_parse(pool, "backscatter_mode", "o\nff\x1b[2J",
			       &set, &error) < 0);
	test_assert(strpbrk(error, "\n\x1b") == NULL);
	pool_unref(&pool);
	test_end();
}

static void test_backscatter_settings_known(void)
{
	test_begin("backscatter settings known");
	test_assert(backscatter_settings_is_known("backscatter_mode"));
	test_assert(backscatter_settings_is_known("backscatter_signed_since"));
	test_assert(!backscatter_settings_is_known("backscatter_domain"));
	test_assert(!backscatter_settings_is_known("backscatter_"));
	test_assert(backscatter_settings_is_known("sieve_before"));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_backscatter_settings_defaults,
		test_backscatter_settings_words,
		test_backscatter_settings_spf,
		test_backscatter_settings_numbers,
		test_backscatter_settings_lists,
		test_backscatter_settings_errors,
		test_backscatter_settings_known,
		NULL
	};
	return test_run(test_functions);
}
