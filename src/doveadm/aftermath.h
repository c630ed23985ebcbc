#ifndef DOVEADM_BACKSCATTER_AFTERMATH_H
#define DOVEADM_BACKSCATTER_AFTERMATH_H

struct doveadm_mail_cmd_context;
struct mail_user;
struct backscatter_aftermath;

/* Find what to look at after a burst: the user's own Sieve scripts that have
   changed since aftermath->since, and mailboxes in which messages were saved
   since, or which are empty now. Everything is allocated from the pool. Errors
   are logged, and the command's exit status becomes EX_TEMPFAIL. */
void doveadm_backscatter_aftermath_find(
	pool_t pool, struct doveadm_mail_cmd_context *ctx,
	struct mail_user *user, struct backscatter_aftermath *aftermath);

/* Call the callback for each mailbox of the user's own namespaces, with its
   name, until doveadm is killed. */
typedef void
doveadm_backscatter_mailbox_callback_t(const char *name, void *context);
void doveadm_backscatter_each_mailbox(
	struct doveadm_mail_cmd_context *ctx, struct mail_user *user,
	doveadm_backscatter_mailbox_callback_t *callback, void *context);

#endif
