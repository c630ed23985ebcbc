#ifndef BOUNCE_WORDS_H
#define BOUNCE_WORDS_H

/* What bounces are called, and what they say: the one place for wordings. The
   functions take text in UTF-8 with its ASCII letters in lower case. */

/* The subject of a bounce. */
bool bounce_words_subject(const char *lc_subject);
/* The text of a bounce: that a message could not be delivered. */
bool bounce_words_text(const char *lc_text);
/* The text of a bounce, or something like it: the answers of servers, and what
   is said of parcels too. It counts beside other marks only. */
bool bounce_words_hint(const char *lc_text);
/* Subject or text of a bounce that says that delivery is still tried. */
bool bounce_words_delayed(const char *lc_text);
/* The display name of a program that sends bounces. */
bool bounce_words_daemon_name(const char *lc_name);
/* The local part of the address of such a program, or of its postmaster. */
bool bounce_words_daemon_local_part(const char *lc_local_part);
/* The subject of an automatic reply. */
bool bounce_words_autoreply_subject(const char *lc_subject);

#endif
