#ifndef BOUNCE_LINKAGE_H
#define BOUNCE_LINKAGE_H

/* Finds out whether the recipient that failed is one of those to whom the
   original was addressed. It compares what the report and the header say. Both
   may be forged, and a server that forwards mail reports an address that the
   sender never used, so the verdict does not depend on this. */

#include "array.h"
#include "name/address.h"

struct bounce_header;
struct bounce_message;
struct bounce_original;
struct bounce_report_recipient;

ARRAY_DEFINE_TYPE(bounce_address, struct bounce_address);

enum bounce_linkage {
	/* The report names no recipient, or the original does not: its
	   recipients are undisclosed, or are the members of a mailing list. */
	BOUNCE_LINKAGE_UNKNOWN = 0,
	/* The header names at least one of the recipients in the report. */
	BOUNCE_LINKAGE_YES,
	BOUNCE_LINKAGE_NO,

	BOUNCE_LINKAGE_COUNT
};

/* Compare the recipients of original with those in the report of the bounce
   that returned it, which is message or a bounce inside it. message is the
   delivered bounce. If original is NULL, the result is UNKNOWN. matched_r is
   set to the address of the recipient as the report has it if the result is
   YES, and otherwise to NULL. */
enum bounce_linkage
bounce_linkage_find(const struct bounce_message *message,
		    const struct bounce_original *original,
		    const char **matched_r);

/* Append the addresses of the first field with this name. If there are too many
   of them, they are only the first. They are from the data stack. */
void t_bounce_linkage_add_field(const struct bounce_header *header,
				const char *name,
				ARRAY_TYPE(bounce_address) *addresses);
/* Returns the first of the addresses that the report names as this recipient,
   the original or the final one, or NULL. text_r is set to the address as the
   report has it; without a match, to one that can be read, or to NULL if none
   can. */
const struct bounce_address *
bounce_linkage_match(const ARRAY_TYPE(bounce_address) *addresses,
		     const struct bounce_report_recipient *recipient,
		     const char **text_r);

/* Returns "yes", "no" or "unknown", a static string. */
const char *bounce_linkage_name(enum bounce_linkage linkage);

#endif
