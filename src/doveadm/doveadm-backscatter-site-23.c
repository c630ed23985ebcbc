/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Dovecot 2.3: what plugin { } says. */

#include "lib.h"
#include "array.h"
#include "doveadm.h"
#include "doveadm-settings.h"
#include "dovecot-backscatter.h"
#include "doveadm-backscatter-site.h"

static const char *doveadm_backscatter_site_setting(const char *name)
{
	const char *const *envs;
	unsigned int i, count;

	if (!array_is_created(&doveadm_settings->plugin_envs))
		return NULL;
	/* names and values in turn */
	envs = array_get(&doveadm_settings->plugin_envs, &count);
	for (i = 0; i + 1 < count; i += 2) {
		if (strcmp(envs[i], name) == 0)
			return envs[i + 1];
	}
	return NULL;
}

void
doveadm_backscatter_site_dict(struct doveadm_cmd_context *cctx ATTR_UNUSED,
			      struct backscatter_site_dict *dict_r)
{
	const char *uri = doveadm_backscatter_site_setting("backscatter_dict");

	i_zero(dict_r);
	dict_r->base_dir = doveadm_settings->base_dir;
	dict_r->uri = uri;
	if (uri == NULL || *uri == '\0')
		dict_r->error = "it is not set";
	else if (strchr(uri, '%') != NULL || strncmp(uri, "file:~", 6) == 0) {
		dict_r->error = t_strdup_printf("%s is each user's own "
			"(expected: one that all have, such as "
			"proxy::backscatter)", uri);
	}
}

int doveadm_backscatter_site_open(struct doveadm_cmd_context *cctx,
				  struct backscatter_counts **counts_r,
				  const char **error_r)
{
	struct backscatter_site_dict dict;

	doveadm_backscatter_site_dict(cctx, &dict);
	if (dict.uri == NULL || *dict.uri == '\0')
		return 0;
	*error_r = dict.error;
	return dict.error != NULL ? -1 :
		backscatter_counts_open(NULL, dict.base_dir, dict.uri,
					counts_r, error_r);
}
