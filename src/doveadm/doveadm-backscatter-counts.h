#ifndef DOVEADM_BACKSCATTER_COUNTS_H
#define DOVEADM_BACKSCATTER_COUNTS_H

/* What stats, top and report have in common: options, and reading. Errors are
   logged, and set doveadm's exit status. */

#include "doveadm-backscatter-totals.h"

struct doveadm_cmd_context;

struct counts_options {
	/* At most one of them. */
	const char *user, *domain;
	/* The first and the last day: midnights, UTC. */
	time_t since, until;
};

/* -u, -d, --since and --until. Returns 0 or -1. */
int counts_options_get(struct doveadm_cmd_context *cctx,
		       struct counts_options *options_r);
/* A time as "30d" before now, or a day as "2026-01-31". Returns 0, or -1 with
   an error (data stack). */
int counts_parse_time(const char *value, time_t now, time_t *time_r,
		      const char **error_r);

/* Open the dict of the site. Returns 0 or -1. */
int counts_open(struct doveadm_cmd_context *cctx,
		struct backscatter_counts **counts_r);
/* Read the counters of a scope in the options' days into each of the totals
   (count of them). A name of this scope is read alone. Of a domain's users, all
   are read and the others left out. Returns 0 or -1. */
int counts_read(struct backscatter_counts *counts,
		const struct counts_options *options,
		enum backscatter_count_scope scope,
		struct backscatter_totals *const *totals, unsigned int count);

#endif
