#ifndef DOVEADM_BACKSCATTER_MAIL_H
#define DOVEADM_BACKSCATTER_MAIL_H

/* Go through the messages of a mailbox and judge them, in batches: each is a
   transaction. Errors are logged, and the command ends with EX_TEMPFAIL. */

struct doveadm_mail_cmd_context;
struct mail;
struct mailbox_transaction_context;
struct mail_user;
struct backscatter_result;

struct backscatter_walk {
	struct doveadm_mail_cmd_context *ctx;
	struct mail_user *user;
	/* What came earlier is passed over; 0: nothing is. */
	time_t since;
	/* A message was judged. The result lives until this returns; mail is of
	   the batch's transaction. Returns TRUE if the batch is to end. */
	bool (*judged)(struct backscatter_walk *walk, struct mail *mail,
		       time_t received, const struct backscatter_result *result);

	/* Of backscatter_walk_open(). What comes while we are here was judged
	   when it came. */
	struct mailbox *box;
	uint32_t next_uid, end_uid;
	unsigned int messages, seen;
};

/* Open a mailbox, to be freed with mailbox_free(). Returns 0, or -1 and then
   nothing is open. */
int backscatter_walk_open(struct backscatter_walk *walk, const char *name);
/* Judge the next messages, each as of the time it came: one of last month is not
   stale today. Where the mailbox cannot say when that was (before 1970, or in
   the future), it is the message's Date, and without one 0: as of now. What is
   expunged meanwhile is passed over. Returns 1 and a transaction, which has to
   be committed or rolled back next, or 0 after the last message. */
int backscatter_walk_batch(struct backscatter_walk *walk,
			   struct mailbox_transaction_context **trans_r);
/* Returns 0 or -1. */
int backscatter_walk_commit(struct backscatter_walk *walk,
			    struct mailbox_transaction_context **trans);
/* Log an error about the mailbox. Returns -1. */
int backscatter_walk_failed(struct backscatter_walk *walk,
			    const char *format, ...) ATTR_FORMAT(2, 3);

/* The value of a property, which there must be; "" if it is empty, several
   separated by ", ". Allocated from the data stack. */
const char *t_backscatter_property(const struct backscatter_result *result,
				   const char *name);

#endif
