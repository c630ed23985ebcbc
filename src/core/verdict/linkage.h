#ifndef BOUNCE_LINKAGE_H
#define BOUNCE_LINKAGE_H

/* Finds out whether the recipient that failed is one of those to whom the
   original was addressed. It compares what the report and the header say. Both
   may be forged, and a server that forwards mail reports an address that the
   sender never used, so the verdict does not depend on this. */

struct bounce_message;
struct bounce_original;

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

/* Returns "yes", "no" or "unknown", a static string. */
const char *bounce_linkage_name(enum bounce_linkage linkage);

#endif
