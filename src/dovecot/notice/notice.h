#ifndef BACKSCATTER_NOTICE_H
#define BACKSCATTER_NOTICE_H

/* The notice of a burst to backscatter_notice_to: an address that the thief,
   who reads the user's mail, does not have. */

struct mail_user;
struct backscatter_memory_notice;
struct backscatter_notice;

/* Returns the mail, from the pool. It has no text of the mail that failed, no
   recipient's address and no link. The user must have valid settings with an
   address. */
const struct backscatter_notice *
backscatter_notice_create(pool_t pool, struct mail_user *user,
			  const struct backscatter_memory_notice *what);
/* Returns the address as it is shown: "a...@example.net". From the data
   stack. */
const char *backscatter_notice_masked(const char *address);

#endif
