#ifndef DOVEADM_BACKSCATTER_MOVE_H
#define DOVEADM_BACKSCATTER_MOVE_H

/* Moves messages to another mailbox of the user so that none is lost and none
   is there twice, wherever it is interrupted, by SIGKILL too.

   A batch is two transactions: the copies are committed, then the originals are
   expunged. A copy has the GUID of its original, or in a Maildir is the same
   file: where a run was interrupted in or after the first, the next one finds
   the copy there, and only expunges. A Maildir that does not copy by hard links
   (maildir_copy_with_hardlinks = no, or another file system) may lose the GUID
   of a file without a size in its name when it is killed while it commits. */

struct backscatter_move;

/* Open the mailbox, which is created if it does not exist. Takes 16 octets of
   memory for each message in it, or 32 if its file has several names. Returns 0, or -1 with an error (data
   stack). */
int backscatter_move_init(struct mail_user *user, const char *name,
			  struct backscatter_move **move_r,
			  const char **error_r);
void backscatter_move_deinit(struct backscatter_move **move);

/* TRUE if this is the mailbox that is moved to. */
bool backscatter_move_is_target(struct backscatter_move *move,
				const struct mailbox *box);

/* Copy a mail, unless it is there already, and expunge it in its transaction.
   Returns 0, or -1 with an error (data stack) if it stays where it is. */
int backscatter_move_mail(struct backscatter_move *move, struct mail *mail,
			  const char **error_r);
/* Commit the copies. On 0 the transaction of the originals has to be committed
   next; on -1, with an error, it has to be rolled back. */
int backscatter_move_commit(struct backscatter_move *move,
			    const char **error_r);

#endif
