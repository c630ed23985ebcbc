#ifndef BACKSCATTER_PLUGIN_SETTINGS_H
#define BACKSCATTER_PLUGIN_SETTINGS_H

/* The settings of one user, parsed and checked. Their texts come from
   settings/settings-23.c or -24.c; what each means, with its default, is in
   settings/settings-table.h, for all versions of Dovecot. */

#include "own-domains/words.h"
#include "verdict/policy.h"
#include "dovecot-backscatter.h"

struct mail_user;

enum backscatter_spf {
	BACKSCATTER_SPF_NO = 0,
	/* SPF is looked up and shown, and tells what was forwarded from here */
	BACKSCATTER_SPF_REPORT,
	/* If SPF says "pass", the verdict is unverifiable in place of
	   backscatter: policy.spf_rescue */
	BACKSCATTER_SPF_RESCUE
};

enum backscatter_suspend {
	BACKSCATTER_SUSPEND_NO = 0,
	/* The user is suspended when an alarm is raised by what is proven. */
	BACKSCATTER_SUSPEND_ALARM
};

enum backscatter_language {
	BACKSCATTER_LANGUAGE_EN = 0,
	BACKSCATTER_LANGUAGE_JA,
	BACKSCATTER_LANGUAGE_DE,
	BACKSCATTER_LANGUAGE_FR,
	BACKSCATTER_LANGUAGE_ES,

	BACKSCATTER_LANGUAGE_COUNT
};

struct backscatter_settings {
	enum backscatter_mode mode;
	/* If nothing is in it, only the domains of the recipient and of the
	   user's name are ours. */
	struct bounce_domain_words domains;
	/* The key directory, or NULL. */
	const char *key_dir;
	/* As bounce_dns_create() takes them; NULL: the system's. */
	const char *dns_servers;
	/* How long all DNS lookups for one message may take together. */
	unsigned int dns_timeout_msecs;
	/* The mailbox with copies of sent mail, by the name that users see;
	   NULL: none. */
	const char *sent_mailbox;
	/* The URI of backscatter_dict, or NULL. Used with Dovecot 2.3 only: 2.4
	   opens a dict by the name of its settings. */
	const char *dict_uri;
	/* For how many seconds counters are kept, and what is remembered of a
	   user who has had no bounce since. */
	unsigned int keep;
	enum backscatter_spf spf;
	/* 0 or 1: whether SPF is also looked up for the host that sent the
	   bounce */
	unsigned int reporter_spf;
	/* For how many signatures we remember how often they came back; those
	   that came back last are kept. */
	unsigned int replay_signatures;
	/* The alarm is raised when this many different originals of genuine
	   failures have come back within the period; 0: there is no alarm. */
	unsigned int burst_limit;
	/* It is also raised when this many different recipients of genuine
	   failures do not exist; or when mail from this many networks failed,
	   and a few originals. 0: this raises no alarm. */
	unsigned int burst_recipients;
	unsigned int burst_hosts;
	/* In seconds. */
	unsigned int burst_period;
	enum backscatter_suspend suspend;
	/* Another address of the user, to which the notice of a burst is sent;
	   NULL: none. */
	const char *notice_to;
	/* Of that notice. */
	enum backscatter_language language;
	/* Its domains are NULL and its now is 0: each delivery sets its own. */
	struct bounce_policy policy;
};

/* Returns the text of a setting, or NULL if it is not set. */
typedef const char *backscatter_settings_getter_t(void *context,
						  const char *name);

/* Parse all settings. A setting that is not set, or is empty, gets its default.
   All that settings_r points to is allocated from the pool. Returns 0, or -1
   with an error (data stack) that names the setting, its value and the values
   that are allowed. */
int backscatter_settings_parse(pool_t pool,
			       backscatter_settings_getter_t *getter,
			       void *context,
			       struct backscatter_settings *settings_r,
			       const char **error_r);
/* Parse the value of one setting. This is for a caller with other names for the
   settings, such as an option of the command line, but the same values. name
   has to be a name of settings/settings-table.h. Returns 0, or -1 with an error
   (data stack) that says what is wrong with the value, and which are
   allowed. */
int backscatter_settings_parse_value(pool_t pool, const char *name,
				     const char *value,
				     struct backscatter_settings *settings,
				     const char **error_r);
/* The name of the setting with this index, static, or NULL after the last
   one. */
const char *backscatter_settings_name(unsigned int idx);
/* The default of the setting with this index, static; "" if it has none. */
const char *backscatter_settings_default(unsigned int idx);
/* Returns FALSE if the name begins as our settings do, but there is no such
   setting. */
bool backscatter_settings_is_known(const char *name);

/* Parse a date such as 2026-01-31, which is midnight UTC, or a date and time of
   RFC 3339. Returns 0, or -1 if it is neither. */
int backscatter_settings_parse_date(const char *value, time_t *date_r);

/* The word that the setting has, such as "audit"; static. */
const char *backscatter_mode_name(enum backscatter_mode mode);

/* The settings that Dovecot has for the user, whatever its version.
   warning_r is what else the admin should know of, or NULL. Allocated
   from the pool, error and warning from the data stack. */
int backscatter_settings_get(struct mail_user *user, pool_t pool,
			     const struct backscatter_settings **settings_r,
			     const char **warning_r, const char **error_r);

/* Read the settings of the configuration, without a user. With Dovecot 2.3
   getenv returns what plugin { } has; with 2.4 the settings are found by the
   event. Returns and allocates as backscatter_settings_get(). */
int backscatter_settings_get_global(
	struct event *event, backscatter_getenv_t *getenv, pool_t pool,
	const struct backscatter_settings **settings_r, const char **error_r);

#endif
