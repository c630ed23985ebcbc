#ifndef DOVEADM_BACKSCATTER_COUNTS_H
#define DOVEADM_BACKSCATTER_COUNTS_H

/* What was counted in the backscatter_dict of the site, outside of any user. */

#include "totals.h"

struct doveadm_cmd_context;

/* How to open the backscatter_dict of the configuration. */
void doveadm_backscatter_site_dict(struct doveadm_cmd_context *cctx,
				   struct backscatter_site_dict *dict_r);
/* Open the counters in the backscatter_dict of the configuration. Returns 1, 0
   if there is none, -1 with an error (data stack). */
int doveadm_backscatter_site_open(struct doveadm_cmd_context *cctx,
				  struct backscatter_counts **counts_r,
				  const char **error_r);

/* The following log their errors, and set doveadm's exit status. */

struct counts {
	/* At most one of them. */
	const char *user, *domain;
	/* The first and the last day: midnights, UTC. */
	time_t since, until;
	/* To be closed with backscatter_counts_close(). */
	struct backscatter_counts *dict;
};

/* Take the options -u, -d, --since and --until, and open the dict of the site.
   Returns 0, or -1 and then nothing is open. */
int counts_open(struct doveadm_cmd_context *cctx, struct counts *counts_r);
/* Read the counters of a scope in these days into each of the totals (count of
   them). A name of this scope is read alone. Of a domain's users, all are read
   and the others left out. Returns 0 or -1. */
int counts_read(const struct counts *counts, enum backscatter_count_scope scope,
		struct backscatter_totals *const *totals, unsigned int count);

#endif
