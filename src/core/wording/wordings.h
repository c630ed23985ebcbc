#ifndef BOUNCE_WORDS_H
#define BOUNCE_WORDS_H

/* What bounces are called, and what they say: the one place for wordings. Texts
   are UTF-8 with their ASCII letters in lower case. */

enum bounce_words {
	/* The subject of a bounce. */
	BOUNCE_WORDS_SUBJECT = 0,
	/* The text of a bounce: that a message could not be delivered. */
	BOUNCE_WORDS_TEXT,
	/* The text of a bounce: that a message is returned. A web form returns
	   a copy, too, so it counts for a mail daemon only. */
	BOUNCE_WORDS_RETURNED,
	/* The text of a bounce, or something like it: the answers of servers,
	   and what is said of parcels too. It counts beside other marks
	   only. */
	BOUNCE_WORDS_HINT,
	/* A subject that is of mail, and not of parcels. */
	BOUNCE_WORDS_MAIL,
	/* The subject of an answer, and of a forward. */
	BOUNCE_WORDS_ANSWER,
	BOUNCE_WORDS_FORWARD,
	/* Subject or text of a bounce that says that delivery is still
	   tried. */
	BOUNCE_WORDS_DELAYED,
	/* Subject or text of the same, if nothing else says that it failed;
	   and a subject that does. */
	BOUNCE_WORDS_DEFERRED,
	BOUNCE_WORDS_FAILED_SUBJECT,
	/* The text says that delivery is still tried, and so plainly that a
	   subject of a failure does not matter; and that it is not tried any
	   more, whatever it says of the time before. */
	BOUNCE_WORDS_STILL_TRIED,
	BOUNCE_WORDS_GIVEN_UP,
	/* The local part of the address of a list's manager. */
	BOUNCE_WORDS_MANAGER_NAME,
	BOUNCE_WORDS_MANAGER_ROLE,
	/* What bounce_words_refused_post() consists of. */
	BOUNCE_WORDS_REFUSED,
	BOUNCE_WORDS_REFUSED_ELSEWHERE,
	BOUNCE_WORDS_YOUR_POST,
	BOUNCE_WORDS_PENDING,
	/* The text of a notice of something else than a failure: that a
	   message was delivered, encrypted, complained of. */
	BOUNCE_WORDS_OTHER_NOTICE,
	/* The display name of a program that sends bounces. */
	BOUNCE_WORDS_DAEMON_NAME,
	/* The local part of the address of such a program, or of its
	   postmaster; and of a sender that stands for the null sender. */
	BOUNCE_WORDS_DAEMON_LOCAL_PART,
	BOUNCE_WORDS_NULL_LOCAL_PART,
	/* The subject of a mail server's report on a session, with its
	   transcript. */
	BOUNCE_WORDS_SESSION_SUBJECT,
	/* The subject of an automatic reply. */
	BOUNCE_WORDS_AUTOREPLY_SUBJECT,

	BOUNCE_WORDS_COUNT
};

/* TRUE if one of these words is in the text, in the place that the table names:
   anywhere, at its beginning, or as the whole of it. */
bool bounce_words_match(enum bounce_words words, const char *lc_text);

/* The subject of an answer, or of the mail of a list or a program that keeps
   tickets. */
bool bounce_words_answer(const char *lc_subject);
/* The text of a list's manager to the author of a post: that it is not passed
   on. */
bool bounce_words_refused_post(const char *lc_text);

#endif
