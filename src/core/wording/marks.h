#ifndef BOUNCE_KIND_MARKS_H
#define BOUNCE_KIND_MARKS_H

/* The marks of a bounce in the header of a message: computed once, when its
   header was read, by what reads the message. */

struct bounce_header;
struct bounce_envelope;

enum bounce_sender {
	BOUNCE_SENDER_UNKNOWN = 0,
	/* the null sender, or a mail daemon that sends under a name */
	BOUNCE_SENDER_NULL,
	BOUNCE_SENDER_OTHER
};

struct bounce_kind_marks {
	/* Of the envelope, or else of Return-Path. */
	enum bounce_sender sender;
	/* From is a mail daemon's for certain; or of one, or its
	   postmaster. */
	bool hard;
	bool daemon;
	/* Marks that only software which makes bounces sets. */
	bool ndr;
	bool failed_recipients;
	/* Sent to a list, a copy for an archive, or news of something else: of
	   another message (RFC 5436 section 2.7.1), or of a session. */
	bool list;
	/* The same, by marks that some bounces bear, too. */
	bool list_like;
	/* From is the address of a list's manager, and of none of its
	   posts. */
	bool list_manager;
	/* From is there and names nobody. */
	bool nobody;
	/* RFC 3834 section 5.2: a reply, and of a Sieve script that rejects. */
	bool auto_replied;
	bool rejected;
	/* The subject is one of a bounce; and the subject, decoded and in lower
	   case: "" if there is none. */
	bool subject;
	const char *lc_subject;
	/* From the header alone: FALSE if no body can make this a bounce. */
	bool possible;
};

/* envelope may be of a nested message: with mail_from NULL. The marks are the
   pool's. */
const struct bounce_kind_marks *
bounce_kind_marks_get(pool_t pool, const struct bounce_header *header,
		      const struct bounce_envelope *envelope);
/* The value of a field, its encoded words (RFC 2047) decoded, ASCII in lower
   case, for wording/wordings.h. Of a long value the beginning. Allocated from the
   data stack. */
const char *t_bounce_kind_decode(const char *value);

#endif
