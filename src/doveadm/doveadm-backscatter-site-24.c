/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Dovecot 2.4: what is in backscatter_dict { }. */

#include "lib.h"
#include "doveadm.h"
#include "doveadm-settings.h"
#include "dovecot-backscatter.h"
#include "doveadm-backscatter-site.h"

void doveadm_backscatter_site_dict(struct doveadm_cmd_context *cctx,
				   struct backscatter_site_dict *dict_r)
{
	i_zero(dict_r);
	dict_r->event = cctx->event;
	dict_r->base_dir = doveadm_settings->base_dir;
}

int doveadm_backscatter_site_open(struct doveadm_cmd_context *cctx,
				  struct backscatter_counts **counts_r,
				  const char **error_r)
{
	return backscatter_counts_open(cctx->event, doveadm_settings->base_dir,
				       NULL, counts_r, error_r);
}
