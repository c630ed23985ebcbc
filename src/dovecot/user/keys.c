/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "name/domain-name.h"
#include "keys/key-dir.h"
#include "keys/key-lookup.h"
#include "base/sanitize.h"
#include "base/event.h"
#include "base/throttle.h"
#include "settings/plugin-settings.h"
#include "user/keys.h"
#include "dovecot-backscatter.h"

#include <dirent.h>
#include <time.h>

static struct backscatter_throttle backscatter_key_dirs_opened;
static struct backscatter_throttle backscatter_key_dirs_checked;

int backscatter_key_name(const char *selector, const char *domain,
			 const char **name_r, const char **error_r)
{
	selector = t_str_lcase(selector);
	domain = t_str_lcase(domain);
	*name_r = t_strconcat(selector, BACKSCATTER_KEY_INFIX, domain,
			      NULL);
	if (!bounce_dns_name_is_valid(selector) ||
	    !bounce_dns_name_is_valid(domain)) {
		*error_r = t_strdup_printf("%s is not the name of a key. Name "
			"a selector such as mail, and a domain such as "
			"example.org.",
			t_bounce_sanitize(*name_r, strlen(*name_r)));
		return -1;
	}
	return 0;
}

int backscatter_keys_get(const struct backscatter_settings *set,
			 struct bounce_key_lookup **lookup_r,
			 const char **error_r)
{
	struct bounce_key_lookup_settings lookup_set;

	i_zero(&lookup_set);
	lookup_set.key_dir = set->key_dir;
	lookup_set.dns_servers = set->dns_servers;
	lookup_set.timeout_msecs = set->dns_timeout_msecs;
	return bounce_key_lookup_get(&lookup_set, lookup_r, error_r);
}

void backscatter_keys_check_dir(struct event *event, const char *key_dir)
{
	DIR *dir;

	if (!backscatter_throttle_once(&backscatter_key_dirs_opened, key_dir,
				       time(NULL)))
		return;
	/* access() would check the rights of our real uid, not of the user's */
	dir = opendir(key_dir);
	if (dir == NULL) {
		/* do not log it a second time with the first bounce */
		(void)backscatter_throttle_once(&backscatter_key_dirs_checked,
						key_dir, time(NULL));
		backscatter_log_config_error(event, t_strdup_printf(
			"backscatter_key_dir = %s: %m", key_dir));
	} else if (closedir(dir) < 0)
		e_error(event, "closedir(%s) failed: %m", key_dir);
}

void backscatter_keys_check_files(struct event *event, const char *key_dir)
{
	const char *error;
	unsigned int count;

	if (!backscatter_throttle_once(&backscatter_key_dirs_checked, key_dir,
				       time(NULL)))
		return;
	if (bounce_key_dir_check(key_dir, &count, &error) < 0) {
		e_warning(event, "backscatter_key_dir = %s: %s",
			  key_dir, error);
	} else if (count == 0) {
		e_warning(event, "backscatter_key_dir = %s: "
			  "there is no file in it that is named "
			  "SELECTOR._domainkey.DOMAIN", key_dir);
	}
}
