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
/* Subject or text of the same, if nothing else says that it failed; and a subject
   that does. */
bool bounce_words_deferred(const char *lc_text);
bool bounce_words_failed_subject(const char *lc_subject);
/* The text says that delivery is still tried, and so plainly that a subject of
   a failure does not matter; and that it is not tried any more, whatever it says
   of the time before. */
bool bounce_words_still_tried(const char *lc_text);
bool bounce_words_given_up(const char *lc_text);
/* The text of a list's manager to the author of a post: that it is not passed
   on. */
bool bounce_words_refused_post(const char *lc_text);
/* The local part of the address of such a manager. */
bool bounce_words_list_manager(const char *lc_local_part);
/* The text of a notice that is of something else than a failure: that a message
   was delivered, encrypted, complained of. */
bool bounce_words_other_notice(const char *lc_text);
/* The display name of a program that sends bounces. */
bool bounce_words_daemon_name(const char *lc_name);
/* The local part of the address of such a program, or of its postmaster. */
bool bounce_words_daemon_local_part(const char *lc_local_part);
/* The subject of a mail server's report on a session, with its transcript. */
bool bounce_words_session_subject(const char *lc_subject);
/* The subject of an automatic reply. */
bool bounce_words_autoreply_subject(const char *lc_subject);

#endif
