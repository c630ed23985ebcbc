/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "base/json.h"
#include "explain/check.h"
#include "explain/diagnosis.h"
#include "admin/aftermath.h"
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

time_t
backscatter_diagnosis_stolen_since(const struct bounce_diagnosis *diagnosis)
{
	return bounce_diagnosis_stolen_since(diagnosis);
}

void backscatter_diagnosis_finish(struct bounce_diagnosis **diagnosis,
				  const char *user,
				  const struct backscatter_aftermath *aftermath,
				  bool json, string_t *dest)
{
	if (dest == NULL)
		;
	else if (json) {
		bounce_json_open(dest);
		bounce_diagnosis_json(*diagnosis, user, dest);
		backscatter_aftermath_json(aftermath, dest);
		str_append(dest, "}\n");
	} else {
		bounce_diagnosis_text(*diagnosis, user, dest);
		backscatter_aftermath_text(aftermath, dest);
	}
	bounce_diagnosis_deinit(diagnosis);
}
