#ifndef DOVEADM_BACKSCATTER_COUNTS_H
#define DOVEADM_BACKSCATTER_COUNTS_H

/* Reads the counters in the backscatter_dict of the site, which is opened
   without a user. */

#include "totals.h"

struct doveadm_cmd_context;

/* Find out how to open the backscatter_dict of the configuration. If it cannot
   be opened without a user, dict_r->error says why. The strings are from the
   configuration or the data stack. */
void doveadm_backscatter_site_dict(struct doveadm_cmd_context *cctx,
				   struct backscatter_site_dict *dict_r);
/* Open the counters in the backscatter_dict of the configuration. The caller
   closes them with backscatter_counts_close(). Returns 1; 0 if no dict is set;
   or -1 with an error (data stack). */
int doveadm_backscatter_site_open(struct doveadm_cmd_context *cctx,
				  struct backscatter_counts **counts_r,
				  const char **error_r);

/* The functions below log their errors, and set doveadm's exit status. */

/* The same, but it returns 0 or -1: it is an error if no dict is set. */
int counts_open_site(struct doveadm_cmd_context *cctx,
		     struct backscatter_counts **counts_r);

struct counts {
	/* Whose counters are wanted. At most one of these is set. */
	const char *user, *domain;
	/* The first and the last day, each as the time when it begins in
	   UTC. */
	time_t since, until;
	/* The caller closes it with backscatter_counts_close(). */
	struct backscatter_counts *dict;
};

/* Get the values of -u, -d, --since and --until, and open the dict of the site.
   Returns 0, or -1: then nothing is open. */
int counts_open(struct doveadm_cmd_context *cctx, struct counts *counts_r);
/* Read the counters of a scope on these days, and add them to each of the
   totals, whose number is count. If a user or domain of this scope was given,
   only its counters are read. If the scope is user and a domain was given, the
   counters of all users are read, and those of other domains' users are left
   out. Returns 0 or -1. */
int counts_read(const struct counts *counts, enum backscatter_count_scope scope,
		struct backscatter_totals *const *totals, unsigned int count);

#endif
