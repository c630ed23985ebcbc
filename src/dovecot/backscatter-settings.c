/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "str-sanitize.h"
#include "strfuncs.h"
#include "unichar.h"
#include "iso8601-date.h"
#include "bounce-dns.h"
#include "bounce-networks.h"
#include "bounce-address.h"
#include "backscatter-compat.h"
#include "backscatter-settings.h"

/* Of a value in an error message. */
#define BACKSCATTER_SETTING_ERROR_MAX_SIZE 100

#define DEF_OFFSET(field) offsetof(struct backscatter_settings, field)

struct backscatter_setting {
	const char *name;
	/* What it is if it is not set; NULL: as i_zero() leaves it. */
	const char *def;
	/* Returns 0 or -1, with what is wrong with the value. */
	int (*parse)(pool_t pool, const struct backscatter_setting *setting,
		     const char *value, void *field, const char **error_r);
	size_t offset;
	/* What it may be, for the error message. */
	const char *expect;
	/* For words: their index is the value. */
	const char *const *words;
	/* For numbers and times. */
	unsigned int min, max;
};

static const char *const backscatter_mode_words[] = {
	[BACKSCATTER_MODE_OFF] = "off",
	[BACKSCATTER_MODE_AUDIT] = "audit",
	[BACKSCATTER_MODE_ENFORCE] = "enforce",
	NULL
};

static const char *const backscatter_sender_match_words[] = {
	[BOUNCE_SENDER_MATCH_NONE] = "none",
	[BOUNCE_SENDER_MATCH_DOMAIN] = "domain",
	[BOUNCE_SENDER_MATCH_ADDRESS] = "address",
	NULL
};

static const char *const backscatter_spf_words[] = {
	[BACKSCATTER_SPF_NO] = "no",
	[BACKSCATTER_SPF_REPORT] = "report",
	[BACKSCATTER_SPF_RESCUE] = "rescue",
	NULL
};

static const char *const backscatter_bool_words[] = {
	"no", "yes", NULL
};

static int
backscatter_parse_word(pool_t pool ATTR_UNUSED,
		       const struct backscatter_setting *setting,
		       const char *value, void *field, const char **error_r)
{
	unsigned int i;

	for (i = 0; setting->words[i] != NULL; i++) {
		if (strcasecmp(setting->words[i], value) == 0) {
			*(unsigned int *)field = i;
			return 0;
		}
	}
	*error_r = "unknown value";
	return -1;
}

static int
backscatter_parse_domains(pool_t pool,
			  const struct backscatter_setting *setting ATTR_UNUSED,
			  const char *value, void *field, const char **error_r)
{
	return bounce_domain_words_parse(pool, value, field, error_r);
}

static int
backscatter_parse_addresses(pool_t pool,
			    const struct backscatter_setting *setting
				ATTR_UNUSED,
			    const char *value, void *field,
			    const char **error_r)
{
	const char *const **patterns_r = field;

	return bounce_address_parse_patterns(pool, value, patterns_r, error_r);
}

static int
backscatter_parse_path(pool_t pool,
		       const struct backscatter_setting *setting ATTR_UNUSED,
		       const char *value, void *field, const char **error_r)
{
	if (*value != '/') {
		*error_r = "not an absolute path";
		return -1;
	}
	*(const char **)field = p_strdup(pool, value);
	return 0;
}

/* The name as users have it: whether there is such a mailbox differs from one to
   the next. */
static int
backscatter_parse_mailbox(pool_t pool,
			  const struct backscatter_setting *setting
				ATTR_UNUSED,
			  const char *value, void *field, const char **error_r)
{
	const char *p;

	for (p = value; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			break;
	}
	if (*p != '\0' || !uni_utf8_str_is_valid(value)) {
		*error_r = "not a mailbox name";
		return -1;
	}
	*(const char **)field = p_strdup(pool, value);
	return 0;
}

/* Only the resolver knows what it takes. */
static int
backscatter_parse_servers(pool_t pool,
			  const struct backscatter_setting *setting ATTR_UNUSED,
			  const char *value, void *field, const char **error_r)
{
	if (bounce_dns_servers_parse(value, t_str_new(128), error_r) < 0)
		return -1;
	*(const char **)field = p_strdup(pool, value);
	return 0;
}

/* Whether there is such a driver is seen when it is opened. */
static int
backscatter_parse_dict(pool_t pool,
		       const struct backscatter_setting *setting ATTR_UNUSED,
		       const char *value, void *field, const char **error_r)
{
	const char *p = strchr(value, ':');

	if (p == NULL || p == value || p[1] == '\0') {
		*error_r = "not the URI of a dict";
		return -1;
	}
	*(const char **)field = p_strdup(pool, value);
	return 0;
}

static int
backscatter_parse_networks(pool_t pool,
			   const struct backscatter_setting *setting ATTR_UNUSED,
			   const char *value, void *field, const char **error_r)
{
	return bounce_networks_parse(pool, value, field, error_r);
}

/* RFC 8601 section 2.2: a word, mostly a host's name. */
static int
backscatter_parse_authserv_id(pool_t pool,
			      const struct backscatter_setting *setting
							ATTR_UNUSED,
			      const char *value, void *field,
			      const char **error_r)
{
	if (value[strcspn(value, " \t;()\"\\=")] != '\0') {
		*error_r = "not one word";
		return -1;
	}
	*(const char **)field = p_strdup(pool, value);
	return 0;
}

static int
backscatter_check_range(const struct backscatter_setting *setting,
			unsigned int value, const char **error_r)
{
	if (value >= setting->min && value <= setting->max)
		return 0;
	*error_r = value < setting->min ? "too small" : "too large";
	return -1;
}

static int
backscatter_parse_uint(pool_t pool ATTR_UNUSED,
		       const struct backscatter_setting *setting,
		       const char *value, void *field, const char **error_r)
{
	unsigned int *number_r = field;

	if (str_to_uint(value, number_r) < 0) {
		*error_r = "not a number";
		return -1;
	}
	return backscatter_check_range(setting, *number_r, error_r);
}

static int
backscatter_parse_time(pool_t pool ATTR_UNUSED,
		       const struct backscatter_setting *setting,
		       const char *value, void *field, const char **error_r)
{
	unsigned int *secs_r = field;

	if (str_parse_get_interval(value, secs_r, error_r) < 0)
		return -1;
	return backscatter_check_range(setting, *secs_r, error_r);
}

static int
backscatter_parse_time_msecs(pool_t pool ATTR_UNUSED,
			     const struct backscatter_setting *setting,
			     const char *value, void *field,
			     const char **error_r)
{
	unsigned int *msecs_r = field;

	if (str_parse_get_interval_msecs(value, msecs_r, error_r) < 0)
		return -1;
	return backscatter_check_range(setting, *msecs_r, error_r);
}

int backscatter_settings_parse_date(const char *value, time_t *date_r)
{
	int tz;

	/* A day alone begins at midnight, UTC. */
	if (strlen(value) == strlen("YYYY-MM-DD"))
		value = t_strconcat(value, "T00:00:00Z", NULL);
	return iso8601_date_parse((const unsigned char *)value, strlen(value),
				  date_r, &tz) ? 0 : -1;
}

static int
backscatter_parse_date(pool_t pool ATTR_UNUSED,
		       const struct backscatter_setting *setting ATTR_UNUSED,
		       const char *value, void *field, const char **error_r)
{
	time_t *date_r = field;

	if (backscatter_settings_parse_date(value, date_r) < 0) {
		*error_r = "not a date";
		return -1;
	}
	return 0;
}

static const struct backscatter_setting backscatter_settings_table[] = {
	{
		.name = "backscatter_domains",
		.parse = backscatter_parse_domains,
		.offset = DEF_OFFSET(domains),
		.expect = "domains, each as example.com, "
			"or .example.com for its subdomains as well; "
			"or /path of a file of them, or dict:"
	}, {
		.name = "backscatter_mode",
		.def = "enforce",
		.parse = backscatter_parse_word,
		.offset = DEF_OFFSET(mode),
		.expect = "enforce, audit or off",
		.words = backscatter_mode_words
	}, {
		.name = "backscatter_key_dir",
		.parse = backscatter_parse_path,
		.offset = DEF_OFFSET(key_dir),
		.expect = "an absolute path such as /etc/dovecot/dkim-keys"
	}, {
		.name = "backscatter_dns_servers",
		.parse = backscatter_parse_servers,
		.offset = DEF_OFFSET(dns_servers),
		.expect = "addresses such as 127.0.0.1, 192.0.2.1:5353 "
			"or [2001:db8::1]:53"
	}, {
		.name = "backscatter_dns_timeout",
		.def = "3s",
		.parse = backscatter_parse_time_msecs,
		.offset = DEF_OFFSET(dns_timeout_msecs),
		.expect = "a time from 100ms to 60s, such as 3s",
		.min = 100,
		.max = 60 * 1000
	}, {
		/* RFC 8301 section 3.2: no signature of a key below 1024 bits
		   is valid. */
		.name = "backscatter_min_rsa_bits",
		.def = "1024",
		.parse = backscatter_parse_uint,
		.offset = DEF_OFFSET(policy.min_rsa_bits),
		.expect = "a number of bits from 1024 to 16384",
		.min = 1024,
		.max = 16384
	}, {
		.name = "backscatter_sender_match",
		.def = "domain",
		.parse = backscatter_parse_word,
		.offset = DEF_OFFSET(policy.sender_match),
		.expect = "none, domain or address",
		.words = backscatter_sender_match_words
	}, {
		.name = "backscatter_aliases",
		.parse = backscatter_parse_addresses,
		.offset = DEF_OFFSET(policy.aliases),
		.expect = "addresses, each as alice@example.com, "
			"or @example.com for all of that domain"
	}, {
		.name = "backscatter_max_age",
		.def = "14d",
		.parse = backscatter_parse_time,
		.offset = DEF_OFFSET(policy.max_age),
		.expect = "a time from 1h to 3650d, such as 14d",
		.min = 3600,
		.max = 3650U * 24 * 3600
	}, {
		.name = "backscatter_queue_lifetime",
		.def = "5d",
		.parse = backscatter_parse_time,
		.offset = DEF_OFFSET(policy.queue_lifetime),
		.expect = "a time from 0 to 365d, such as 5d",
		.max = 365 * 24 * 3600
	}, {
		.name = "backscatter_signed_since",
		.parse = backscatter_parse_date,
		.offset = DEF_OFFSET(policy.signed_since),
		.expect = "a date such as 2026-01-31 or 2026-01-31T12:00:00Z"
	}, {
		/* beyond the recipients that the original names */
		.name = "backscatter_replay_limit",
		.def = "3",
		.parse = backscatter_parse_uint,
		.offset = DEF_OFFSET(policy.replay_limit),
		.expect = "a number from 0 (they are not counted) to 100000",
		.max = 100000
	}, {
		.name = "backscatter_burst_limit",
		.def = "20",
		.parse = backscatter_parse_uint,
		.offset = DEF_OFFSET(burst_limit),
		.expect = "a number from 0 (no alarm) to 100000",
		.max = 100000
	}, {
		.name = "backscatter_burst_period",
		.def = "1h",
		.parse = backscatter_parse_time,
		.offset = DEF_OFFSET(burst_period),
		.expect = "a time from 1 min to 30d, such as 1h",
		.min = 60,
		.max = 30U * 24 * 3600
	}, {
		.name = "backscatter_sent_mailbox",
		.parse = backscatter_parse_mailbox,
		.offset = DEF_OFFSET(sent_mailbox),
		.expect = "the name of a mailbox, such as Sent"
	}, {
		/* Dovecot 2.4: a named filter, see backscatter-dict-24.c */
		.name = "backscatter_dict",
		.parse = backscatter_parse_dict,
		.offset = DEF_OFFSET(dict_uri),
		.expect = "the URI of a dict such as "
			"file:%h/backscatter.dict, proxy::backscatter or "
			"redis:host=127.0.0.1"
	}, {
		.name = "backscatter_spf",
		.def = "report",
		.parse = backscatter_parse_word,
		.offset = DEF_OFFSET(spf),
		.expect = "no, report or rescue",
		.words = backscatter_spf_words
	}, {
		.name = "backscatter_reporter_spf",
		.def = "no",
		.parse = backscatter_parse_word,
		.offset = DEF_OFFSET(reporter_spf),
		.expect = "yes or no",
		.words = backscatter_bool_words
	}, {
		.name = "backscatter_trusted_networks",
		.def = "127.0.0.0/8 ::1",
		.parse = backscatter_parse_networks,
		.offset = DEF_OFFSET(policy.trusted_networks),
		.expect = "addresses and ranges such as 192.0.2.0/24 "
			"2001:db8::1"
	}, {
		.name = "backscatter_authserv_id",
		.parse = backscatter_parse_authserv_id,
		.offset = DEF_OFFSET(policy.authserv_id),
		.expect = "a name such as mx.example.com"
	}
};

static int
backscatter_setting_parse(pool_t pool,
			  const struct backscatter_setting *setting,
			  const char *value,
			  struct backscatter_settings *settings,
			  const char **error_r)
{
	const char *error;

	if (setting->parse(pool, setting, value,
			   PTR_OFFSET(settings, setting->offset), &error) == 0)
		return 0;
	*error_r = t_strdup_printf("%s (expected: %s)",
		str_sanitize(error, 2 * BACKSCATTER_SETTING_ERROR_MAX_SIZE),
		setting->expect);
	return -1;
}

int backscatter_settings_parse_value(pool_t pool, const char *name,
				     const char *value,
				     struct backscatter_settings *settings,
				     const char **error_r)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(backscatter_settings_table); i++) {
		if (strcmp(backscatter_settings_table[i].name, name) == 0) {
			return backscatter_setting_parse(pool,
				&backscatter_settings_table[i], value,
				settings, error_r);
		}
	}
	i_unreached();
}

int backscatter_settings_parse(pool_t pool,
			       backscatter_settings_getter_t *getter,
			       void *context,
			       struct backscatter_settings *settings_r,
			       const char **error_r)
{
	const struct backscatter_setting *setting;
	const char *value;
	unsigned int i;

	i_zero(settings_r);
	bounce_policy_init(&settings_r->policy);
	for (i = 0; i < N_ELEMENTS(backscatter_settings_table); i++) {
		setting = &backscatter_settings_table[i];
		value = getter(context, setting->name);
		value = value == NULL ? "" : t_str_trim(value, " \t\r\n");
		if (*value == '\0')
			value = setting->def;
		if (value != NULL &&
		    backscatter_setting_parse(pool, setting, value,
					      settings_r, error_r) < 0) {
			*error_r = t_strdup_printf("%s = %s: %s",
				setting->name, str_sanitize(value,
					BACKSCATTER_SETTING_ERROR_MAX_SIZE),
				*error_r);
			return -1;
		}
	}
	settings_r->policy.spf_rescue =
		settings_r->spf == BACKSCATTER_SPF_RESCUE;
	settings_r->policy.damaged_limit = settings_r->burst_limit;
	settings_r->policy.damaged_period = settings_r->burst_period;
	return 0;
}

const char *backscatter_settings_name(unsigned int idx)
{
	return idx >= N_ELEMENTS(backscatter_settings_table) ? NULL :
		backscatter_settings_table[idx].name;
}

const char *backscatter_settings_default(unsigned int idx)
{
	const char *def;

	i_assert(idx < N_ELEMENTS(backscatter_settings_table));

	def = backscatter_settings_table[idx].def;
	return def == NULL ? "" : def;
}

bool backscatter_settings_is_known(const char *name)
{
	const char *known;
	unsigned int i;

	if (strncmp(name, "backscatter_", 12) != 0)
		return TRUE;
	for (i = 0; (known = backscatter_settings_name(i)) != NULL; i++) {
		if (strcmp(known, name) == 0)
			return TRUE;
	}
	return FALSE;
}

const char *backscatter_mode_name(enum backscatter_mode mode)
{
	return backscatter_mode_words[mode];
}
