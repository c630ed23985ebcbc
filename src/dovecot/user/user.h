#ifndef BACKSCATTER_USER_H
#define BACKSCATTER_USER_H

/* What is kept for a user as long as the mail_user exists. */

struct mail_user;
struct backscatter_settings;
struct smtp_address;

/* Returns the user's settings, which are parsed once. If one of them is wrong,
   this is logged then, and NULL is returned: nothing is judged for this
   user. */
const struct backscatter_settings *
backscatter_user_get_settings(struct mail_user *user);

/* Returns the address as SMTP writes it, "" for the null sender, or NULL if
   address is NULL. Allocated from the pool. */
const char *
backscatter_address(pool_t pool, const struct smtp_address *address);

#endif
