#ifndef BACKSCATTER_SENT_COPY_H
#define BACKSCATTER_SENT_COPY_H

/* Looks for the copy of a mail in the user's mailbox of sent mail, by what
   Dovecot's cache has of it: it is not synchronised, its mails and its cache
   are left alone, and what Dovecot's index does not know of yet is not
   seen. */

struct bounce_sent_source;
struct mail_user;

/* Messages that are looked at, the newest first, and those of them whose
   header is read if the cache does not have their Message-ID. */
#define BACKSCATTER_SENT_MAX_MESSAGES 100000
#define BACKSCATTER_SENT_MAX_READ 100
/* To read one of a Maildir Dovecot goes through the names of all. In a larger
   one none is read. */
#define BACKSCATTER_SENT_MAX_MAILDIR 10000

struct backscatter_sent_settings {
	struct mail_user *user;
	/* The mailbox's name, as users have it (UTF-8). */
	const char *mailbox;
	/* When to give up, in milliseconds of bounce_dns_now()'s clock. */
	uint64_t deadline;
	/* A copy that was saved earlier does not count. */
	time_t oldest;
};

/* The port for one message, the pool's. A mailbox that is not there, not the
   user's own, or no mailbox of its own (virtual, or on another server) holds
   no copy. */
struct bounce_sent_source *
backscatter_sent_create(pool_t pool,
			const struct backscatter_sent_settings *set);

/* Whether the mailbox can be looked into as it should be. Returns 1 if it can,
   0 if there is no such mailbox of the user's own, or -1 with an error (data
   stack). cached_r: the Message-IDs of what is saved from now on are cached, so
   that more than the newest are found. */
int backscatter_sent_check(struct mail_user *user, const char *mailbox,
			   bool *cached_r, const char **error_r);

#endif
