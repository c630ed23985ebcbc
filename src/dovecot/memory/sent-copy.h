#ifndef BACKSCATTER_SENT_COPY_H
#define BACKSCATTER_SENT_COPY_H

/* Looks for the copy of a mail in the user's mailbox of sent mail, as far as
   possible in Dovecot's cache. The mailbox is not synchronised, so that
   messages that are not in Dovecot's index yet are not found. Neither its
   mails nor its cache are changed. */

struct bounce_sent_source;
struct mail_user;

/* How many messages are looked at, beginning with the newest, and for how many
   of them the header is read if the cache does not have their Message-ID. */
#define BACKSCATTER_SENT_MAX_MESSAGES 100000
#define BACKSCATTER_SENT_MAX_READ 100
/* To read a message in a Maildir, Dovecot has to list all files. If a Maildir
   has more messages than this, no header is read. */
#define BACKSCATTER_SENT_MAX_MAILDIR 10000

struct backscatter_sent_settings {
	struct mail_user *user;
	/* The mailbox's name as users see it (UTF-8). */
	const char *mailbox;
	/* When to give up, on the clock of bounce_dns_now() (milliseconds). */
	uint64_t deadline;
	/* Copies that were saved before this time do not count. */
	time_t oldest;
};

/* Returns the port for one message, allocated from the pool. No copy is found
   if the mailbox does not exist, if it is not the user's own, or if it is
   virtual or on another server. */
struct bounce_sent_source *
backscatter_sent_create(pool_t pool,
			const struct backscatter_sent_settings *set);

/* Check whether copies can be found in the mailbox. Returns 1 if they can, 0 if
   the user has no such mailbox of his own, or -1 with an error (data stack).
   *cached_r is TRUE if the Message-IDs of messages that are saved from now on
   are cached, so that not only the newest copies are found. */
int backscatter_sent_check(struct mail_user *user, const char *mailbox,
			   bool *cached_r, const char **error_r);

#endif
