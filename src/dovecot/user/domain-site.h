#ifndef BACKSCATTER_DOMAIN_SITE_H
#define BACKSCATTER_DOMAIN_SITE_H

#include "dovecot-backscatter.h"

struct bounce_domain_source;

/* Own domains in the dict of the site, below shared/PREFIX. Never fails: where
   the dict cannot be opened or asked, each lookup says so. From the pool, and of
   use until it is closed. */
struct bounce_domain_source *
backscatter_domain_site_open(pool_t pool, const char *prefix,
			     const struct backscatter_site_dict *dict);
void backscatter_domain_site_close(struct bounce_domain_source *source);

#endif
