/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "explain/check.h"
#include "explain/diagnosis.h"
#include "dovecot-backscatter.h"

struct bounce_diagnosis *backscatter_diagnosis_init(pool_t pool)
{
	return bounce_diagnosis_init(pool);
}

void backscatter_diagnosis_add(struct bounce_diagnosis *diagnosis,
			       const struct backscatter_result *result)
{
	bounce_diagnosis_add(diagnosis, &result->check->policy,
			     result->verdict);
}

void backscatter_diagnosis_finish(struct bounce_diagnosis **diagnosis,
				  const char *user, string_t *dest)
{
	if (dest != NULL)
		bounce_diagnosis_text(*diagnosis, user, dest);
	bounce_diagnosis_deinit(diagnosis);
}
