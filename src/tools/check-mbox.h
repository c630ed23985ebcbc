#ifndef CHECK_MBOX_H
#define CHECK_MBOX_H

/* Splits an mbox into its messages while it is read.

   A message begins with a line "From ... HH:MM...", at the top or after an
   empty line, if the line after it is a header field (or a ">From " line, which
   some software writes there). So a file that begins with a From_ line but has
   only one message is read as one message: lines in it that look like
   separators were quoted by the software that wrote the From_ line. One '>' is
   removed from a line that has one or more '>' before "From ", as in mboxrd.

   Dovecot's istream-raw-mbox is made for mailboxes that Dovecot itself has
   written, and splits other files differently: it fails if the first From_ line
   has no date, takes any From_ line with a date for a separator, whatever
   follows it, and leaves the '>' where it is, which breaks the body hash of a
   signature. */

struct istream;
struct bounce_check_mbox;

/* Returns TRUE if the stream begins as an mbox does. Nothing is skipped. */
bool bounce_check_mbox_detect(struct istream *input);

/* Split a stream that begins as an mbox does. The splitter has its own
   reference to the stream. The caller frees the splitter with deinit(). */
struct bounce_check_mbox *bounce_check_mbox_init(struct istream *input);
void bounce_check_mbox_deinit(struct bounce_check_mbox **mbox);

/* Returns the next message as a stream, or NULL after the last one. A message
   must be read before the next one is asked for, which skips the rest of it.
   The caller drops the reference. */
struct istream *bounce_check_mbox_next(struct bounce_check_mbox *mbox);

#endif
