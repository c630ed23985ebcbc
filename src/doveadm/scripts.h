#ifndef DOVEADM_BACKSCATTER_SCRIPTS_H
#define DOVEADM_BACKSCATTER_SCRIPTS_H

struct mail_user;
struct backscatter_aftermath;

/* Find the user's own Sieve scripts that have changed since aftermath->since,
   and what they do that somebody else may have planted: they send mail on,
   delete it, or answer with a link. They are found by Pigeonhole, wherever they
   are stored, and parsed by it; they are not compiled, so it does not matter
   which extensions are enabled. A script that cannot be read has an error. Sets
   the scripts of the aftermath, which are allocated from the pool. */
void doveadm_backscatter_scripts_find(pool_t pool, struct mail_user *user,
				      struct backscatter_aftermath *aftermath);

#endif
