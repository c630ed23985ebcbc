/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Deletes what the dict has kept for longer than it should. */

#include "lib.h"
#include "time-util.h"
#include "doveadm.h"
#include "doveadm-settings.h"
#include "dovecot-backscatter.h"
#include "commands.h"
#include "counts.h"

static const char *t_tidy_day(time_t day)
{
	return t_strfgmtime("%Y-%m-%d", day);
}

void doveadm_backscatter_tidy(struct doveadm_cmd_context *cctx)
{
	struct backscatter_counts *counts;
	struct backscatter_tidied tidied;
	const char *error;
	int ret;

	doveadm_backscatter_print_lines();
	if (counts_open_site(cctx, &counts) < 0)
		return;
	ret = backscatter_counts_tidy(counts, backscatter_doveadm_event(cctx),
				      backscatter_doveadm_getenv, &tidied,
				      &error);
	if (ret < 0) {
		doveadm_backscatter_failed(EX_TEMPFAIL, "Nothing was deleted: "
			"%s; run this command again when that is mended",
			error);
	} else if (ret == 0) {
		doveadm_print("Nothing was deleted: backscatter_dict cannot "
			      "list its keys. Redis deletes them by itself, "
			      "see WHAT IS DELETED in backscatter(7).\n");
	} else {
		doveadm_print(t_strdup_printf(
			"Deleted: counters of days before %s, and what is "
			"remembered of users who have had no bounce since "
			"%s.\n", t_tidy_day(tidied.counters),
			t_tidy_day(tidied.users)));
	}
	backscatter_counts_close(&counts);
}
