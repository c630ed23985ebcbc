#ifndef BACKSCATTER_DOMAIN_SITE_H
#define BACKSCATTER_DOMAIN_SITE_H

#include "dovecot-backscatter.h"

struct backscatter_domain_site;
struct bounce_domain_source;

/* Own domains in the dict of the site, below shared/PREFIX. Never fails: where
   the dict cannot be opened or asked, each lookup says so. From the pool. */
struct backscatter_domain_site *
backscatter_domain_site_open(pool_t pool, const char *prefix,
			     const struct backscatter_site_dict *dict);
/* Lives as long as the site is open. */
struct bounce_domain_source *
backscatter_domain_site_source(struct backscatter_domain_site *site);
void backscatter_domain_site_close(struct backscatter_domain_site **site);

#endif
