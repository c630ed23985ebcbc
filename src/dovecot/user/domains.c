/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "own-domains/file.h"
#include "own-domains/words.h"
#include "name/own-domains.h"
#include "base/event.h"
#include "base/throttle.h"
#include "user/domains.h"
#include "dovecot-backscatter.h"

#include <time.h>

/* An error of a source is logged again after this many seconds. */
#define BACKSCATTER_DOMAINS_LOG_INTERVAL 3600

static struct backscatter_throttle backscatter_domains_said = {
	.interval = BACKSCATTER_DOMAINS_LOG_INTERVAL
};
static struct backscatter_throttle backscatter_domains_checked;

struct bounce_domains *
backscatter_domains_get(pool_t pool, struct mail_user *user,
			const struct bounce_domain_words *words)
{
	struct bounce_domain_source *dict = words->dict == NULL ? NULL :
		backscatter_domain_dict_source(pool, user, words->dict);

	return bounce_domain_words_open(pool, words, dict);
}

void backscatter_domains_log(struct event *event,
			     const struct bounce_domains *domains)
{
	const char *error = bounce_domains_get_error(domains);

	if (error != NULL && backscatter_throttle_once(
			&backscatter_domains_said, error, time(NULL)))
		e_error(event, "backscatter_domains: %s", error);
}

void backscatter_domains_check(struct event *event,
			       const struct bounce_domain_words *words)
{
	const char *const *path, *error;

	if (words->files == NULL)
		return;
	for (path = words->files; *path != NULL; path++) {
		if (!backscatter_throttle_once(&backscatter_domains_checked,
					       *path, time(NULL)) ||
		    bounce_domain_file_check(*path, FALSE, &error) == 0)
			continue;
		backscatter_log_config_error(event, t_strdup_printf(
			"backscatter_domains = %s: %s", *path, error));
	}
}
