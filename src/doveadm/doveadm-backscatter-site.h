#ifndef DOVEADM_BACKSCATTER_SITE_H
#define DOVEADM_BACKSCATTER_SITE_H

/* The settings outside of any user: in doveadm-backscatter-site-23.c and
   -24.c. */

struct doveadm_cmd_context;
struct backscatter_counts;
struct backscatter_site_dict;

/* How to open the backscatter_dict of the configuration. */
void doveadm_backscatter_site_dict(struct doveadm_cmd_context *cctx,
				   struct backscatter_site_dict *dict_r);
/* Open the counters in the backscatter_dict of the configuration. Returns 1, 0
   if there is none, -1 with an error (data stack). */
int doveadm_backscatter_site_open(struct doveadm_cmd_context *cctx,
				  struct backscatter_counts **counts_r,
				  const char **error_r);

#endif
