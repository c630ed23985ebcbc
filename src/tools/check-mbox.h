#ifndef CHECK_MBOX_H
#define CHECK_MBOX_H

/* An mbox, split into its messages as they stream by.

   A message begins with a line "From ... HH:MM...", at the top or after an
   empty line, if what follows it is a header field (or a ">From " line that
   some software puts there). A file that begins with a From_ line and is one
   message only is thus one message: what looks like a separator inside it
   was quoted by whoever wrote the line. One '>' is taken off lines of '>'
   before "From ", as in mboxrd.

   Dovecot's istream-raw-mbox serves a mailbox that Dovecot itself has written,
   and splits other files differently: it fails where the first From_ line has no
   date, takes a From_ line with a date for a separator whatever follows it, and
   leaves the '>' where it is, so that a signature of the body is broken. */

struct istream;
struct bounce_check_mbox;

/* TRUE if the stream begins as an mbox does. Nothing is skipped. */
bool bounce_check_mbox_detect(struct istream *input);

/* Splits a stream that begins as an mbox does. It has its own reference to the
   stream, and is freed with deinit(). */
struct bounce_check_mbox *bounce_check_mbox_init(struct istream *input);
void bounce_check_mbox_deinit(struct bounce_check_mbox **mbox);

/* The next message, to be read before the one after it is asked for, or NULL.
   The caller drops the reference. */
struct istream *bounce_check_mbox_next(struct bounce_check_mbox *mbox);

#endif
