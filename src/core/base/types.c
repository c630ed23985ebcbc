/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base/types.h"

/* The compiler notices if the last line of a table is missing, by the table's
   size; the unit test notices if another line is missing. */

static const char *const kind_names[] = {
	[BOUNCE_KIND_NONE] = "none",
	[BOUNCE_KIND_FAILED] = "failed",
	[BOUNCE_KIND_DELAYED] = "delayed",
	[BOUNCE_KIND_DELIVERED] = "delivered",
	[BOUNCE_KIND_RELAYED] = "relayed",
	[BOUNCE_KIND_EXPANDED] = "expanded",
	[BOUNCE_KIND_AUTOREPLY] = "autoreply",
	[BOUNCE_KIND_MDN] = "mdn",
	[BOUNCE_KIND_FEEDBACK] = "feedback"
};
_Static_assert(N_ELEMENTS(kind_names) == BOUNCE_KIND_COUNT,
	       "kind_names is complete");

static const char *const original_state_names[] = {
	[BOUNCE_ORIGINAL_NONE] = "none",
	[BOUNCE_ORIGINAL_HEADERS] = "headers",
	[BOUNCE_ORIGINAL_TRUNCATED] = "truncated",
	[BOUNCE_ORIGINAL_FULL] = "full"
};
_Static_assert(N_ELEMENTS(original_state_names) == BOUNCE_ORIGINAL_COUNT,
	       "original_state_names is complete");

static const char *const verdict_names[] = {
	[BOUNCE_VERDICT_NONE] = "none",
	[BOUNCE_VERDICT_GENUINE] = "genuine",
	[BOUNCE_VERDICT_BACKSCATTER] = "backscatter",
	[BOUNCE_VERDICT_DISOWNED] = "disowned",
	[BOUNCE_VERDICT_UNVERIFIABLE] = "unverifiable",
	[BOUNCE_VERDICT_TEMPERROR] = "temperror"
};
_Static_assert(N_ELEMENTS(verdict_names) == BOUNCE_VERDICT_COUNT,
	       "verdict_names is complete");

static const char *const spf_names[] = {
	[BOUNCE_SPF_NOT_ASKED] = NULL,
	[BOUNCE_SPF_NONE] = "none",
	[BOUNCE_SPF_NEUTRAL] = "neutral",
	[BOUNCE_SPF_PASS] = "pass",
	[BOUNCE_SPF_FAIL] = "fail",
	[BOUNCE_SPF_SOFTFAIL] = "softfail",
	[BOUNCE_SPF_TEMPERROR] = "temperror",
	[BOUNCE_SPF_PERMERROR] = "permerror"
};
_Static_assert(N_ELEMENTS(spf_names) == BOUNCE_SPF_COUNT,
	       "spf_names is complete");

const char *bounce_kind_name(enum bounce_kind kind)
{
	i_assert(kind < BOUNCE_KIND_COUNT);
	return kind_names[kind];
}

const char *bounce_original_state_name(enum bounce_original_state state)
{
	i_assert(state < BOUNCE_ORIGINAL_COUNT);
	return original_state_names[state];
}

const char *bounce_verdict_name(enum bounce_verdict_value value)
{
	i_assert(value < BOUNCE_VERDICT_COUNT);
	return verdict_names[value];
}

const char *bounce_spf_name(enum bounce_spf spf)
{
	i_assert(spf < BOUNCE_SPF_COUNT);
	return spf_names[spf];
}
