#ifndef BACKSCATTER_DOMAIN_SITE_H
#define BACKSCATTER_DOMAIN_SITE_H

#include "dovecot-backscatter.h"

struct bounce_domain_source;

/* Returns a source of own domains that looks them up in the site's dict, as
   keys below shared/PREFIX. Opening never fails: if the dict cannot be opened
   or does not answer, each lookup fails with an error that says so. The source
   is allocated from the pool, and must be closed. */
struct bounce_domain_source *
backscatter_domain_site_open(pool_t pool, const char *prefix,
			     const struct backscatter_site_dict *dict);
void backscatter_domain_site_close(struct bounce_domain_source *source);

#endif
