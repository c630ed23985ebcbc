/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "mail-user.h"
#include "memory/disowned-times.h"
#include "base/compat.h"
#include "dict/state-dict.h"
#include "dict/dict-key.h"
#include "memory/disown.h"
#include "settings/plugin-settings.h"
#include "dovecot-backscatter.h"

#include <ctype.h>

#define BACKSCATTER_DISOWN_KEY BACKSCATTER_KEY_PRIV_TEXT"disowned"

static int
backscatter_disown_get(struct backscatter_dict *dict,
		       struct bounce_windows *windows_r, const char **error_r)
{
	const char *text;

	if (backscatter_dict_lookup(dict, pool_datastack_create(),
				    BACKSCATTER_DISOWN_KEY, &text,
				    error_r) < 0)
		return -1;
	if (bounce_windows_parse(text, windows_r) < 0) {
		*error_r = "What backscatter_dict has in "
			BACKSCATTER_DISOWN_KEY" is broken";
		return -1;
	}
	return 0;
}

int backscatter_disown_read(struct mail_user *user,
			    struct bounce_windows *windows_r,
			    const char **error_r)
{
	struct backscatter_dict *dict;
	int ret;

	i_zero(windows_r);
	ret = backscatter_dict_get(user, &dict, error_r);
	return ret <= 0 ? ret :
		backscatter_disown_get(dict, windows_r, error_r);
}

static int
backscatter_disown_change(struct backscatter_dict *dict,
			  enum backscatter_disown_change change,
			  const struct backscatter_time_window *window,
			  struct bounce_windows *windows,
			  const char **error_r)
{
	if (change == BACKSCATTER_DISOWN_REMOVE) {
		(void)bounce_windows_remove(windows, window->since,
					    window->until);
	} else if (!bounce_windows_add(windows, window->since,
				       window->until)) {
		*error_r = t_strdup_printf("there are %u such times already",
					   windows->count);
		return -1;
	}
	if (windows->count == 0)
		backscatter_dict_unset(dict, BACKSCATTER_DISOWN_KEY);
	else {
		backscatter_dict_set(dict, BACKSCATTER_DISOWN_KEY,
				     t_bounce_windows_text(windows), 0);
	}
	return backscatter_dict_flush(dict, error_r);
}

static int
backscatter_disown_in_dict(struct mail_user *user,
			   enum backscatter_disown_change change,
			   const struct backscatter_time_window *window,
			   struct bounce_windows *windows_r,
			   const char **error_r)
{
	struct backscatter_dict *dict;
	int ret = backscatter_dict_get(user, &dict, error_r);

	if (ret <= 0) {
		if (ret == 0)
			*error_r = "backscatter_dict is not set";
		return -1;
	}
	if (change == BACKSCATTER_DISOWN_NOTHING)
		return backscatter_disown_get(dict, windows_r, error_r);
	backscatter_dict_lock(dict);
	ret = backscatter_disown_get(dict, windows_r, error_r);
	if (ret == 0) {
		ret = backscatter_disown_change(dict, change, window,
						windows_r, error_r);
	}
	backscatter_dict_unlock(dict);
	return ret;
}

int backscatter_disown(struct mail_user *user,
		       enum backscatter_disown_change change,
		       const struct backscatter_time_window *window,
		       pool_t pool,
		       const struct backscatter_time_window **list_r,
		       unsigned int *count_r, const char **error_r)
{
	struct backscatter_time_window *list;
	struct bounce_windows windows;
	unsigned int i;
	int ret;

	ret = backscatter_disown_in_dict(user, change, window, &windows,
					 error_r);
	backscatter_dict_release(user);
	if (ret < 0)
		return -1;

	list = p_new(pool, struct backscatter_time_window, windows.count + 1);
	for (i = 0; i < windows.count; i++) {
		list[i].since = windows.list[i].since;
		list[i].until = windows.list[i].until;
	}
	*list_r = list;
	*count_r = windows.count;
	return 0;
}

static int
backscatter_time_parse_any(const char *text, time_t now, time_t *time_r,
			   const char **error_r)
{
	unsigned int secs;

	if (str_to_time(text, time_r) == 0 && *time_r >= 0)
		return 0;
	if (backscatter_settings_parse_date(text, time_r) == 0)
		return 0;
	if (i_isdigit(text[0]) &&
	    str_parse_get_interval(text, &secs, error_r) == 0) {
		*time_r = now - (time_t)secs;
		return 0;
	}
	*error_r = "not a time: write it as 2026-01-31, "
		"2026-01-31T12:00:00Z, as seconds since 1970, "
		"or how long ago it was, as 2d";
	return -1;
}

int backscatter_time_parse(const char *text, time_t now, time_t *time_r,
			   const char **error_r)
{
	if (backscatter_time_parse_any(text, now, time_r, error_r) < 0)
		return -1;
	if (*time_r > BOUNCE_WINDOWS_TIME_MAX) {
		*error_r = "no year has more than four digits";
		return -1;
	}
	/* nothing was sent before 1970, and nothing here can say so */
	*time_r = I_MAX(*time_r, 0);
	return 0;
}
