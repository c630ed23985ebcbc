#ifndef DOVEADM_BACKSCATTER_MAIL_H
#define DOVEADM_BACKSCATTER_MAIL_H

struct mail;
struct mail_user;
struct backscatter_result;

/* Judge a message of a mailbox as of the time it came: one of last month is not
   stale today. Where the mailbox cannot say when that was (before 1970, or in
   the future), it is the message's Date, and without one 0: as of now. Returns 1
   and the result (from the pool) and that time, 0 if it came before since (never
   with 0), -1 with an error (data stack); it may be that it was
   expunged meanwhile. */
int backscatter_doveadm_ask_mail(struct mail_user *user, struct mail *mail,
				 time_t since, pool_t pool, time_t *received_r,
				 const struct backscatter_result **result_r,
				 const char **error_r);

/* The value of a property, which there must be; "" if it is empty, several
   separated by ", ". Allocated from the data stack. */
const char *t_backscatter_property(const struct backscatter_result *result,
				   const char *name);

#endif
