#ifndef BOUNCE_WORDS_H
#define BOUNCE_WORDS_H

/* What bounces are called, and what they say: the one place for wordings. The
   functions take text in UTF-8 with its ASCII letters in lower case. */

/* The subject of a bounce. */
bool bounce_words_subject(const char *lc_subject);
/* The text of a bounce: that a message could not be delivered. */
bool bounce_words_text(const char *lc_text);
/* The text of a bounce: that a message is returned. A web form returns a copy,
   too, so it counts for a mail daemon only. */
bool bounce_words_returned(const char *lc_text);
/* A subject that is of mail, and not of parcels. */
bool bounce_words_mail(const char *lc_text);
/* The subject of an answer, or of the mail of a list or a program that keeps
   tickets; the subject of a forward. */
bool bounce_words_answer(const char *lc_subject);
bool bounce_words_forward(const char *lc_subject);
/* The text of a bounce, or something like it: the answers of servers, and what
   is said of parcels too. It counts beside other marks only. */
bool bounce_words_hint(const char *lc_text);
/* Subject or text of a bounce that says that delivery is still tried. */
bool bounce_words_delayed(const char *lc_text);
/* The display name of a program that sends bounces. */
bool bounce_words_daemon_name(const char *lc_name);
/* The local part of the address of such a program, or of its postmaster. */
bool bounce_words_daemon_local_part(const char *lc_local_part);
/* The subject of a mail server's report on a session, with its transcript. */
bool bounce_words_session_subject(const char *lc_subject);
/* The subject of an automatic reply. */
bool bounce_words_autoreply_subject(const char *lc_subject);

#endif
