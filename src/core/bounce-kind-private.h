#ifndef BOUNCE_KIND_PRIVATE_H
#define BOUNCE_KIND_PRIVATE_H

/* For the files that decide what a message is: bounce-kind-marks.c reads its
   header, bounce-kind-text.c its text, and bounce-kind.c holds the rules. All
   of it is allocated from the data stack. */

#include "bounce-kind.h"

enum sender {
	SENDER_UNKNOWN = 0,
	SENDER_NULL,
	SENDER_OTHER
};

/* What the header says on the question. */
struct kind_marks {
	const struct bounce_envelope *envelope;
	enum sender sender;
	/* From is a mail daemon's for certain; or of one, or its postmaster */
	bool hard;
	bool daemon;
	/* marks that only software which makes bounces sets */
	bool ndr;
	bool failed_recipients;
	/* sent to a list, a copy for an archive, or news of something else: of
	   another message (RFC 5436 section 2.7.1), or of a session */
	bool list;
	/* the same, by marks that some bounces bear, too */
	bool list_like;
	/* From is the address of a list's manager, and of none of its posts */
	bool list_manager;
	/* From is there and names nobody */
	bool nobody;
	/* RFC 3834 section 5.2: a reply, and of a Sieve script that rejects */
	bool auto_replied;
	bool rejected;
	bool subject;
	const char *lc_subject;
};

void bounce_kind_marks_get(const struct bounce_header *header,
			   const struct bounce_envelope *envelope,
			   struct kind_marks *marks_r);
/* An encoded value in lower case, for bounce-words.h. */
const char *t_bounce_kind_decode(const char *value);

/* The wording of the text, without what came back in it. */
bool bounce_kind_text_has(const struct bounce_message *message,
			  bool (*words)(const char *lc_text));
/* Subject or text say that delivery is still tried. */
bool bounce_kind_says_delayed(const struct bounce_message *message,
			      const struct kind_marks *marks);
/* Subject or text name somebody to whom the original was written. */
bool bounce_kind_names_recipient(const struct bounce_message *message,
				 const struct kind_marks *marks);
/* The first address of one field is that of another. */
bool bounce_kind_same_address(const struct bounce_header *header,
			      const char *name,
			      const struct bounce_header *other,
			      const char *other_name);
/* The text names an address that is not in To. */
bool bounce_kind_names_other(const struct bounce_message *message);

#endif
