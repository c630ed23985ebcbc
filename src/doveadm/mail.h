#ifndef DOVEADM_BACKSCATTER_MAIL_H
#define DOVEADM_BACKSCATTER_MAIL_H

/* Goes through the messages of a mailbox in batches, and judges them. Each
   batch is one transaction. Errors are logged, and the command's exit status
   becomes EX_TEMPFAIL. */

struct doveadm_mail_cmd_context;
struct mail;
struct mailbox_transaction_context;
struct mail_user;
struct backscatter_result;

struct backscatter_walk {
	struct doveadm_mail_cmd_context *ctx;
	struct mail_user *user;
	/* Messages that came earlier are skipped, and so are those whose time
	   is not known; 0: no message is skipped. */
	time_t since;
	/* Called when a message was judged. The result lives until this
	   function returns; mail belongs to the batch's transaction. Returns
	   TRUE if the batch is to end. */
	bool (*judged)(struct backscatter_walk *walk, struct mail *mail,
		       time_t received,
		       const struct backscatter_result *result);

	/* Set by backscatter_walk_open(). Messages that come after it are left
	   out: they are judged when they are delivered. */
	struct mailbox *box;
	uint32_t next_uid, end_uid;
	unsigned int messages, seen;
};

/* Open a mailbox. The caller frees walk->box with mailbox_free(). Returns 0, or
   -1: then nothing is open. */
int backscatter_walk_open(struct backscatter_walk *walk, const char *name);
/* Judge the next messages. Each is judged as of the time when it came: a
   message that came last month is not stale only because it is read today. If
   the mailbox has no usable time (it is before 1970, or in the future), it is
   the time in the message's Date field; without that it is 0, and the message
   is judged as of now. Messages that are expunged meanwhile are skipped.
   Returns 1 and a transaction, which the caller must commit or roll back before
   it calls this again; or 0 after the last message. */
int backscatter_walk_batch(struct backscatter_walk *walk,
			   struct mailbox_transaction_context **trans_r);
/* Commit a batch, and sync the mailbox. Returns 0 or -1. */
int backscatter_walk_commit(struct backscatter_walk *walk,
			    struct mailbox_transaction_context **trans);
/* Log an error about the mailbox. Returns -1. */
int backscatter_walk_failed(struct backscatter_walk *walk,
			    const char *format, ...) ATTR_FORMAT(2, 3);

/* Returns the value of a property, whose name must be a known one: "" if it is
   empty, and several values separated by a comma and a space. From the data
   stack. */
const char *t_backscatter_property(const struct backscatter_result *result,
				   const char *name);

#endif
