#ifndef DOVEADM_BACKSCATTER_MOVE_H
#define DOVEADM_BACKSCATTER_MOVE_H

/* Moves messages to another mailbox of the user. If it is interrupted at any
   time, even by SIGKILL, no message is lost, and none is copied twice.

   A batch is two transactions: the first commits the copies, the second
   expunges the originals. A copy can be recognised: it has the GUID of its
   original, or in a Maildir it is the same file. If a run was interrupted
   between the transactions or in the first one, the next run finds the copies,
   and only expunges the originals. There is one exception: if a Maildir does
   not copy by hard links (maildir_copy_with_hardlinks = no, or another file
   system), and the process is killed while it commits, the GUID of a file
   without a size in its name may be lost. */

struct backscatter_move;

/* Open the mailbox to move to, and create it if it does not exist. This takes
   16 octets of memory for each message in the mailbox, or 32 if its file has
   several names. Returns 0, and the caller frees the move with deinit(); or -1
   with an error (data stack). */
int backscatter_move_init(struct mail_user *user, const char *name,
			  struct backscatter_move **move_r,
			  const char **error_r);
void backscatter_move_deinit(struct backscatter_move **move);

/* Returns TRUE if this is the mailbox to move to. */
bool backscatter_move_is_target(struct backscatter_move *move,
				const struct mailbox *box);

/* Copy a message, unless the copy exists already, and expunge the original in
   the transaction that it was opened in. Returns 0, or -1 with an error (data
   stack): then the message stays where it is. */
int backscatter_move_mail(struct backscatter_move *move, struct mail *mail,
			  const char **error_r);
/* Commit the copies of the batch. Returns 0: then the caller must commit the
   transaction of the originals next; or -1 with an error (data stack): then the
   caller must roll it back. */
int backscatter_move_commit(struct backscatter_move *move,
			    const char **error_r);

#endif
