#ifndef BOUNCE_LINKAGE_H
#define BOUNCE_LINKAGE_H

/* Is the recipient that failed one of those that the original was for? What
   the report and the header say is compared: both may be forged, and a server
   that forwards mail reports an address that its sender never heard of. So this
   decides nothing. */

struct bounce_message;
struct bounce_original;

enum bounce_linkage {
	/* The report names no recipient, or the original none: its recipients
	   are undisclosed, or those of a mailing list. */
	BOUNCE_LINKAGE_UNKNOWN = 0,
	/* One of them at least is named. */
	BOUNCE_LINKAGE_YES,
	BOUNCE_LINKAGE_NO,

	BOUNCE_LINKAGE_COUNT
};

/* message: the bounce that was delivered. original: one that came back in it, or
   in a bounce in it; that one's report counts. NULL: none came back. If YES,
   matched_r is the recipient's address as the report has it, else NULL. */
enum bounce_linkage
bounce_linkage_find(const struct bounce_message *message,
		    const struct bounce_original *original,
		    const char **matched_r);

/* "yes", "no", "unknown"; static. */
const char *bounce_linkage_name(enum bounce_linkage linkage);

#endif
