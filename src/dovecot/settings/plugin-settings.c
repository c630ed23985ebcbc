/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "strfuncs.h"
#include "unichar.h"
#include "iso8601-date.h"
#include "smtp-address.h"
#include "dns/dns.h"
#include "base/sanitize.h"
#include "name/networks.h"
#include "name/address.h"
#include "base/compat.h"
#include "settings/plugin-settings.h"

/* An error message shows a value up to this many octets. */
#define BACKSCATTER_SETTING_ERROR_MAX_SIZE 100

/* One row of settings/settings-table.h. Only those of the members words,
   parse_number, check and parse are set that its type needs. */
struct setting {
	const char *name;
	/* The default; "": the field stays as i_zero() leaves it. */
	const char *def;
	const char *expect;
	size_t offset;

	/* The words that are allowed; the value is the index of a word. */
	const char *const *words;
	/* Parses a number, which has to be from min to max. */
	int (*parse_number)(const char *value, unsigned int *number_r,
			    const char **error_r);
	unsigned int min, max;
	/* Checks a string: returns what is wrong with it, or NULL. */
	const char *(*check)(const char *value);
	/* Parses any other value into the field. Returns 0 or -1. */
	int (*parse)(pool_t pool, const char *value, void *field,
		     const char **error_r);
};

static const char *const setting_words_mode[] = {
	[BACKSCATTER_MODE_OFF] = "off",
	[BACKSCATTER_MODE_AUDIT] = "audit",
	[BACKSCATTER_MODE_ENFORCE] = "enforce",
	NULL
};

static const char *const setting_words_sender_match[] = {
	[BOUNCE_SENDER_MATCH_NONE] = "none",
	[BOUNCE_SENDER_MATCH_DOMAIN] = "domain",
	[BOUNCE_SENDER_MATCH_ADDRESS] = "address",
	NULL
};

static const char *const setting_words_spf[] = {
	[BACKSCATTER_SPF_NO] = "no",
	[BACKSCATTER_SPF_REPORT] = "report",
	[BACKSCATTER_SPF_RESCUE] = "rescue",
	NULL
};

static const char *const setting_words_suspend[] = {
	[BACKSCATTER_SUSPEND_NO] = "no",
	[BACKSCATTER_SUSPEND_ALARM] = "alarm",
	NULL
};

static const char *const setting_words_language[] = {
	[BACKSCATTER_LANGUAGE_EN] = "en",
	[BACKSCATTER_LANGUAGE_JA] = "ja",
	[BACKSCATTER_LANGUAGE_DE] = "de",
	[BACKSCATTER_LANGUAGE_FR] = "fr",
	[BACKSCATTER_LANGUAGE_ES] = "es",
	NULL
};

static const char *const setting_words_no_yes[] = {
	"no", "yes", NULL
};

static const char *setting_check_path(const char *value)
{
	return *value == '/' ? NULL : "not an absolute path";
}

/* Only the form of the name is checked: one user may have such a mailbox, and
   another may not. */
static const char *setting_check_mailbox(const char *value)
{
	const char *p;

	for (p = value; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return "not a mailbox name";
	}
	return uni_utf8_str_is_valid(value) ? NULL : "not a mailbox name";
}

static const char *setting_check_address(const char *value)
{
	struct smtp_address *address;
	const char *error;

	return smtp_address_parse_mailbox(pool_datastack_create(), value, 0,
					  &address, &error) < 0 ?
		"not an address that mail can be sent to" : NULL;
}

/* The resolver checks the addresses, when it is created. */
static const char *setting_check_servers(const char *value)
{
	const char *error;

	return bounce_dns_servers_parse(value, t_str_new(128), &error) < 0 ?
		error : NULL;
}

/* Whether Dovecot has such a driver is found out when the dict is opened. */
static const char *setting_check_dict(const char *value)
{
	const char *p = strchr(value, ':');

	return p == NULL || p == value || p[1] == '\0' ?
		"not the URI of a dict" : NULL;
}

/* An authserv-id, RFC 8601 section 2.2: one word, usually the name of a
   host. */
static const char *setting_check_word(const char *value)
{
	return value[strcspn(value, " \t;()\"\\=")] == '\0' ? NULL :
		"not one word";
}

static int setting_parse_domains(pool_t pool, const char *value, void *field,
				 const char **error_r)
{
	return bounce_domain_words_parse(pool, value, field, error_r);
}

static int setting_parse_addresses(pool_t pool, const char *value, void *field,
				   const char **error_r)
{
	return bounce_address_parse_patterns(pool, value, field, error_r);
}

static int setting_parse_networks(pool_t pool, const char *value, void *field,
				  const char **error_r)
{
	return bounce_networks_parse(pool, value, field, error_r);
}

int backscatter_settings_parse_date(const char *value, time_t *date_r)
{
	int tz;

	/* A date without a time means midnight, UTC. */
	if (strlen(value) == strlen("YYYY-MM-DD"))
		value = t_strconcat(value, "T00:00:00Z", NULL);
	return iso8601_date_parse((const unsigned char *)value, strlen(value),
				  date_r, &tz) ? 0 : -1;
}

static int setting_parse_date(pool_t pool ATTR_UNUSED, const char *value,
			      void *field, const char **error_r)
{
	*error_r = "not a date";
	return backscatter_settings_parse_date(value, field);
}

static int setting_parse_uint(const char *value, unsigned int *number_r,
			      const char **error_r)
{
	*error_r = "not a number";
	return str_to_uint(value, number_r);
}

#define WORDS(_words) .words = setting_words_##_words
#define STRING(_what) .check = setting_check_##_what
#define PARSED(_what) .parse = setting_parse_##_what
#define UINT(_min, _max) \
	.parse_number = setting_parse_uint, .min = _min, .max = _max
#define SECS(_min, _max) \
	.parse_number = str_parse_get_interval, .min = _min, .max = _max
#define MSECS(_min, _max) \
	.parse_number = str_parse_get_interval_msecs, .min = _min, .max = _max

#define SETTING(_name, _def, _type, _field, _expect) { \
	.name = "backscatter_"#_name, \
	.def = _def, \
	.expect = _expect, \
	.offset = offsetof(struct backscatter_settings, _field), \
	_type \
},
#define SETTING_BLOCK SETTING

static const struct setting settings_table[] = {
#include "settings/settings-table.h"
};

static int setting_parse_word(const char *const *words, const char *value,
			      unsigned int *word_r, const char **error_r)
{
	for (*word_r = 0; words[*word_r] != NULL; (*word_r)++) {
		if (strcasecmp(words[*word_r], value) == 0)
			return 0;
	}
	*error_r = "unknown value";
	return -1;
}

static int setting_parse_number(const struct setting *setting,
				const char *value, unsigned int *number_r,
				const char **error_r)
{
	if (setting->parse_number(value, number_r, error_r) < 0)
		return -1;
	if (*number_r >= setting->min && *number_r <= setting->max)
		return 0;
	*error_r = *number_r < setting->min ? "too small" : "too large";
	return -1;
}

static int setting_parse_field(pool_t pool, const struct setting *setting,
			       const char *value, void *field,
			       const char **error_r)
{
	if (setting->words != NULL)
		return setting_parse_word(setting->words, value, field,
					  error_r);
	if (setting->parse_number != NULL)
		return setting_parse_number(setting, value, field, error_r);
	if (setting->parse != NULL)
		return setting->parse(pool, value, field, error_r);

	*error_r = setting->check(value);
	if (*error_r != NULL)
		return -1;
	*(const char **)field = p_strdup(pool, value);
	return 0;
}

static int setting_parse(pool_t pool, const struct setting *setting,
			 const char *value,
			 struct backscatter_settings *settings,
			 const char **error_r)
{
	const char *error;

	if (setting_parse_field(pool, setting, value,
				PTR_OFFSET(settings, setting->offset),
				&error) == 0)
		return 0;
	*error_r = t_strdup_printf("%s (expected: %s)",
		t_bounce_sanitize_text(error,
			4 * BACKSCATTER_SETTING_ERROR_MAX_SIZE),
		setting->expect);
	return -1;
}

static const struct setting *setting_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(settings_table); i++) {
		if (strcmp(settings_table[i].name, name) == 0)
			return &settings_table[i];
	}
	return NULL;
}

int backscatter_settings_parse_value(pool_t pool, const char *name,
				     const char *value,
				     struct backscatter_settings *settings,
				     const char **error_r)
{
	const struct setting *setting = setting_find(name);

	i_assert(setting != NULL);
	return setting_parse(pool, setting, value, settings, error_r);
}

/* The defaults are parsed once for the process: to parse them for each user
   would take longer than all else that is done for a user. */
static const struct backscatter_settings *settings_defaults(void)
{
	static struct backscatter_settings defaults;
	static pool_t pool = NULL;
	const struct setting *setting = settings_table;
	const char *error;

	if (pool != NULL)
		return &defaults;
	pool = pool_alloconly_create("backscatter defaults", 512);
	bounce_policy_init(&defaults.policy);
	for (; setting < settings_table + N_ELEMENTS(settings_table);
	     setting++) {
		if (*setting->def != '\0' &&
		    setting_parse(pool, setting, setting->def, &defaults,
				  &error) < 0)
			i_panic("%s: %s", setting->name, error);
	}
	return &defaults;
}

int backscatter_settings_parse(pool_t pool,
			       backscatter_settings_getter_t *getter,
			       void *context,
			       struct backscatter_settings *settings_r,
			       const char **error_r)
{
	const struct setting *setting = settings_table;
	const char *value;

	*settings_r = *settings_defaults();
	for (; setting < settings_table + N_ELEMENTS(settings_table);
	     setting++) {
		value = getter(context, setting->name);
		if (value == NULL)
			continue;
		value = t_str_trim(value, " \t\r\n");
		if (*value != '\0' &&
		    setting_parse(pool, setting, value, settings_r,
				  error_r) < 0) {
			*error_r = t_strdup_printf("%s = %s: %s",
				setting->name, t_bounce_sanitize_text(value,
					BACKSCATTER_SETTING_ERROR_MAX_SIZE),
				*error_r);
			return -1;
		}
	}
	settings_r->policy.spf_rescue =
		settings_r->spf == BACKSCATTER_SPF_RESCUE;
	settings_r->policy.damaged_limit = settings_r->burst_limit;
	return 0;
}

const char *backscatter_settings_name(unsigned int idx)
{
	return idx >= N_ELEMENTS(settings_table) ? NULL :
		settings_table[idx].name;
}

const char *backscatter_settings_default(unsigned int idx)
{
	i_assert(idx < N_ELEMENTS(settings_table));

	return settings_table[idx].def;
}

bool backscatter_settings_is_known(const char *name)
{
	return strncmp(name, "backscatter_", 12) != 0 ||
		setting_find(name) != NULL;
}

const char *backscatter_mode_name(enum backscatter_mode mode)
{
	return setting_words_mode[mode];
}
