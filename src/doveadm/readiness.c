/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "readiness.h"

#include <inttypes.h>

const char *t_backscatter_readiness(uint64_t bounces, uint64_t genuine,
				    const char *unsigned_hosts)
{
	if (bounces < BACKSCATTER_READY_BOUNCES ||
	    genuine < BACKSCATTER_READY_GENUINE) {
		return t_strdup_printf("Not enough seen yet: enforce needs %u "
			"bounces and %u genuine ones among them, and %"PRIu64
			" and %"PRIu64" were judged.",
			BACKSCATTER_READY_BOUNCES, BACKSCATTER_READY_GENUINE,
			bounces, genuine);
	}
	if (unsigned_hosts == NULL) {
		return t_strdup_printf("Safe to enforce: of %"PRIu64" bounces "
			"%"PRIu64" were genuine, and no mail of yours was seen "
			"that is not signed.", bounces, genuine);
	}
	if (*unsigned_hosts == '\0') {
		return "Enough was seen: doveadm backscatter setup says "
			"whether it is safe to enforce.";
	}
	return t_strdup_printf("Not safe to enforce: mail of yours that is not "
			       "signed comes from %s.", unsigned_hosts);
}
