/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The report parser: status parts, and the text of bounces without one.
   Covers: src/core/report/delivery-status.c
   Covers: src/core/report/delivery-text.c */

#include "fuzz-common.h"
#include "base/limits.h"
#include "header/header.h"
#include "report/delivery-status.h"
#include "base/types.h"

static void fuzz_report_check(const struct bounce_report *report)
{
	i_assert(report->recipients_count <= BOUNCE_REPORT_MAX_RECIPIENTS);
	(void)bounce_report_kind(report);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	const struct bounce_header *header;
	const struct bounce_report *report;
	pool_t pool = pool_allocfree_create("fuzz");

	report = bounce_report_parse(pool, data, size);
	fuzz_report_check(report);
	fuzz_report_check(bounce_report_merge(pool, report, report));
	header = bounce_header_parse(pool, data, size);
	report = bounce_report_from_text(pool, header, NULL, data, size);
	if (report != NULL)
		fuzz_report_check(report);
	pool_unref(&pool);
}
FUZZ_END
