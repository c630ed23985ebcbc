/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Own domains in the site's dict, for doveadm: without a user, and without the
   deadline of a delivery. */

#include "lib.h"
#include "lib-event.h"
#include "name/own-domains.h"
#include "base/event.h"
#include "dict/backend.h"
#include "user/domain-site.h"
#include "dovecot-backscatter.h"

struct domain_site {
	struct bounce_domain_source source;
	const char *prefix;
	struct event *event;
	/* If it could not be opened, its dict is NULL, and error says why. */
	struct backscatter_dict_backend backend;
	const char *error;
};

static int
domain_site_lookup(struct bounce_domain_source *source, const char *const *keys,
		   const char **error_r)
{
	struct domain_site *site =
		container_of(source, struct domain_site, source);
	const struct dict_op_settings set = { .username = NULL };
	const char *value;
	int ret = 0;

	if (site->backend.dict == NULL) {
		*error_r = site->error;
		return -1;
	}
	for (; ret == 0 && *keys != NULL; keys++) {
		ret = dict_lookup(site->backend.dict, &set,
				  pool_datastack_create(),
				  t_strconcat(DICT_PATH_SHARED, site->prefix,
					      "/", *keys, NULL),
				  &value, error_r);
	}
	return ret;
}

struct bounce_domain_source *
backscatter_domain_site_open(pool_t pool, const char *prefix,
			     const struct backscatter_site_dict *dict)
{
	struct domain_site *site = p_new(pool, struct domain_site, 1);
	const char *error = dict->error;
	int ret = -1;

	site->source.lookup = domain_site_lookup;
	site->prefix = prefix;
	site->event = event_create(dict->event);
	event_add_category(site->event, &backscatter_event_category);
	if (error == NULL) {
		ret = backscatter_dict_backend_open_site(site->event,
			dict->base_dir, dict->uri, &site->backend, &error);
	}
	if (ret <= 0) {
		i_zero(&site->backend);
		site->error = p_strdup_printf(pool, "backscatter_dict: %s",
			ret == 0 ? "it is not set" : error);
	}
	return &site->source;
}

void backscatter_domain_site_close(struct bounce_domain_source *source)
{
	struct domain_site *site =
		container_of(source, struct domain_site, source);

	if (site->backend.dict != NULL)
		backscatter_dict_backend_close(&site->backend);
	event_unref(&site->event);
}
