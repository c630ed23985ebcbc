#ifndef BACKSCATTER_SETTINGS_H
#define BACKSCATTER_SETTINGS_H

/* The settings of one user, parsed and checked. Their texts come from
   settings/settings-23.c or -24.c; what each means, with its default, is in
   settings/settings-table.h, for all versions of Dovecot. */

#include "own-domains/words.h"
#include "verdict/policy.h"
#include "dovecot-backscatter.h"

struct mail_user;

enum backscatter_spf {
	BACKSCATTER_SPF_NO = 0,
	/* looked up and shown */
	BACKSCATTER_SPF_REPORT,
	/* pass makes backscatter unverifiable: policy.spf_rescue */
	BACKSCATTER_SPF_RESCUE
};

struct backscatter_settings {
	enum backscatter_mode mode;
	/* list is NULL: the recipient's domain. */
	struct bounce_domain_words domains;
	/* NULL: there is none. */
	const char *key_dir;
	/* As bounce_dns_create() takes them; NULL: the system's. */
	const char *dns_servers;
	/* For all keys of one message. */
	unsigned int dns_timeout_msecs;
	/* Where copies of sent mail are, as users name it; NULL: nowhere. */
	const char *sent_mailbox;
	/* The dict's URI; NULL: there is none. Of Dovecot 2.3 alone: that of 2.4
	   is opened by the name of its settings. */
	const char *dict_uri;
	enum backscatter_spf spf;
	/* bool: also of the host that sent the bounce */
	unsigned int reporter_spf;
	/* Different originals within the period that raise the alarm; 0:
	   none. */
	unsigned int burst_limit;
	/* Seconds. */
	unsigned int burst_period;
	/* domains is NULL and now 0: they are of the delivery. */
	struct bounce_policy policy;
};

/* Returns the text of a setting, or NULL if it is not set. */
typedef const char *backscatter_settings_getter_t(void *context,
						  const char *name);

/* Parse the settings. Those not set, or set to nothing, have their defaults.
   What settings_r points to is allocated from the pool. Returns 0, or -1 with
   an error (data stack) that names the setting, its value and what it may
   be. */
int backscatter_settings_parse(pool_t pool,
			       backscatter_settings_getter_t *getter,
			       void *context,
			       struct backscatter_settings *settings_r,
			       const char **error_r);
/* Parse the value of one setting, for who has them by other names than the
   configuration: the values are the same. The name is one of ours. Returns 0,
   or -1 with an error (data stack) that says what is wrong with the value, and
   what it may be. */
int backscatter_settings_parse_value(pool_t pool, const char *name,
				     const char *value,
				     struct backscatter_settings *settings,
				     const char **error_r);
/* The name of a setting, or NULL after the last one. */
const char *backscatter_settings_name(unsigned int idx);
/* Its default, "" if there is none. */
const char *backscatter_settings_default(unsigned int idx);
/* FALSE for a name that begins as ours do and is none of them. */
bool backscatter_settings_is_known(const char *name);

/* A date as 2026-01-31 (midnight, UTC) or of RFC 3339. Returns 0 or -1. */
int backscatter_settings_parse_date(const char *value, time_t *date_r);

/* The word that the setting has, such as "audit"; static. */
const char *backscatter_mode_name(enum backscatter_mode mode);

/* The settings that Dovecot has for the user, whatever its version.
   warning_r: NULL, or what the admin should hear of all the same. Allocated
   from the pool, error and warning from the data stack. */
int backscatter_settings_get(struct mail_user *user, pool_t pool,
			     const struct backscatter_settings **settings_r,
			     const char **warning_r, const char **error_r);

/* The settings of no user: of the configuration. getenv: what 2.3 has in its
   plugin { }; event: where 2.4 finds them. As above. */
int backscatter_settings_get_global(struct event *event,
				    backscatter_getenv_t *getenv, pool_t pool,
				    const struct backscatter_settings **settings_r,
				    const char **error_r);

#endif
