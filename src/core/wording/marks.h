#ifndef BOUNCE_MARKS_H
#define BOUNCE_MARKS_H

/* The marks of a bounce in the header of a message. message/reader.c computes
   them once, when it has read the header. */

struct bounce_header;
struct bounce_envelope;

enum bounce_sender {
	BOUNCE_SENDER_UNKNOWN = 0,
	/* It is the null sender, or an address that a mail daemon uses in its
	   place. */
	BOUNCE_SENDER_NULL,
	BOUNCE_SENDER_OTHER
};

struct bounce_kind_marks {
	/* The sender of the envelope, or if that is not known, of
	   Return-Path. */
	enum bounce_sender sender;
	/* hard: From is certainly the address of a mail daemon. daemon: From is
	   the address of a mail daemon or a postmaster. */
	bool hard;
	bool daemon;
	/* The header has a field that only software sets which makes bounces;
	   failed_recipients: it is X-Failed-Recipients. */
	bool ndr;
	bool failed_recipients;
	/* The message was sent to a list, is a copy for an archive, or is a
	   notice of something else: of another message (RFC 5436
	   section 2.7.1), or of a session. */
	bool list;
	/* It has marks of a list that some bounces have, too. */
	bool list_like;
	/* From is the address of the program that manages a list, from which no
	   post comes. */
	bool list_manager;
	/* There is a From, and it has no address. */
	bool nobody;
	/* auto_replied: the message is an automatic reply (RFC 3834
	   section 5.2). rejected: it is the reply of a Sieve script that
	   rejects mail. */
	bool auto_replied;
	bool rejected;
	/* It says that it is a notice of our own about a burst. */
	bool notice;
	/* subject: the subject is that of a bounce. lc_subject: the decoded
	   subject in lower case, "" if there is none. */
	bool subject;
	const char *lc_subject;
	/* FALSE if the header shows that this is not a bounce, whatever the
	   body is. */
	bool possible;
};

/* Compute the marks of a header. The envelope of a message inside another one
   has mail_from NULL. The marks are the pool's. */
const struct bounce_kind_marks *
bounce_kind_marks_get(pool_t pool, const struct bounce_header *header,
		      const struct bounce_envelope *envelope);
/* The same, for somebody who looks at them at once: lc_subject is allocated
   from the data stack. */
void t_bounce_kind_marks(const struct bounce_header *header,
			 const struct bounce_envelope *envelope,
			 struct bounce_kind_marks *marks_r);
/* Returns the value of a field with its encoded words (RFC 2047) decoded and
   its ASCII letters in lower case, as wording/wordings.h needs it. Of a long
   value, only the beginning is returned. Allocated from the data stack. */
const char *t_bounce_kind_decode(const char *value);

#endif
