#ifndef BOUNCE_WORDINGS_H
#define BOUNCE_WORDINGS_H

/* The wordings by which a bounce is recognised: what its subject and its text
   say. All wordings are here and nowhere else. The texts that are searched are
   UTF-8, with their ASCII letters in lower case. */

enum bounce_words {
	/* The subject of a bounce. */
	BOUNCE_WORDS_SUBJECT = 0,
	/* The text of a bounce: that a message could not be delivered. */
	BOUNCE_WORDS_TEXT,
	/* The text of a bounce: that a message is returned. A web form returns
	   a copy, too, so this counts only if a mail daemon says it. */
	BOUNCE_WORDS_RETURNED,
	/* Words that bounces use and others, too: the answers of servers, and
	   what is also said of parcels. They count only together with other
	   marks. */
	BOUNCE_WORDS_HINT,
	/* A subject that speaks of mail, not of parcels. */
	BOUNCE_WORDS_MAIL,
	/* The prefix in the subject of an answer, and of a forwarded
	   message. */
	BOUNCE_WORDS_ANSWER,
	BOUNCE_WORDS_FORWARD,
	/* The subject or text of a bounce: that the server still tries to
	   deliver the message. */
	BOUNCE_WORDS_DELAYED,
	/* DEFERRED in a subject or text says the same, unless something else
	   says that the delivery failed; FAILED_SUBJECT is a subject that says
	   so. */
	BOUNCE_WORDS_DEFERRED,
	BOUNCE_WORDS_FAILED_SUBJECT,
	/* STILL_TRIED: the text says so clearly that the server still tries
	   that this counts even if the subject speaks of a failure. GIVEN_UP:
	   the text says that the server does not try any more, whatever it says
	   of earlier tries. */
	BOUNCE_WORDS_STILL_TRIED,
	BOUNCE_WORDS_GIVEN_UP,
	/* The local part of the address of a program that manages a list. */
	BOUNCE_WORDS_MANAGER_NAME,
	BOUNCE_WORDS_MANAGER_ROLE,
	/* The words that bounce_words_refused_post() looks for. */
	BOUNCE_WORDS_REFUSED,
	BOUNCE_WORDS_REFUSED_ELSEWHERE,
	BOUNCE_WORDS_YOUR_POST,
	BOUNCE_WORDS_PENDING,
	/* The text of a notice that is not about a failure: that a message was
	   delivered, was encrypted, or that somebody complained of it. */
	BOUNCE_WORDS_OTHER_NOTICE,
	/* The display name of a program that sends bounces. */
	BOUNCE_WORDS_DAEMON_NAME,
	/* The local part of the address of such a program or of a postmaster;
	   and that of a sender which stands for the null sender. */
	BOUNCE_WORDS_DAEMON_LOCAL_PART,
	BOUNCE_WORDS_NULL_LOCAL_PART,
	/* The subject of a mail server's report on an SMTP session, with the
	   transcript of the session. */
	BOUNCE_WORDS_SESSION_SUBJECT,
	/* The subject of an automatic reply. */
	BOUNCE_WORDS_AUTOREPLY_SUBJECT,

	BOUNCE_WORDS_COUNT
};

/* TRUE if the text has one of these words in the place that the table names:
   anywhere, at the beginning or at one of the ends, or as the whole text. */
bool bounce_words_match(enum bounce_words words, const char *lc_text);

/* TRUE if the subject is that of an answer, or of mail from a list or a ticket
   system. */
bool bounce_words_answer(const char *lc_subject);
/* TRUE if this is the text in which the manager of a list tells the author of a
   post that it is not passed on. */
bool bounce_words_refused_post(const char *lc_text);

#endif
