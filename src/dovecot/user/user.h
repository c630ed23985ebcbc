#ifndef BACKSCATTER_USER_H
#define BACKSCATTER_USER_H

/* What is kept of a user for as long as he is there. */

struct mail_user;
struct backscatter_settings;
struct smtp_address;

/* The user's settings: parsed once, and a broken one logged then. NULL if
   they are broken: nothing is judged for this user. */
const struct backscatter_settings *
backscatter_user_get_settings(struct mail_user *user);

/* The address as SMTP writes it, "" for the null sender; NULL for NULL. */
const char *
backscatter_address(pool_t pool, const struct smtp_address *address);

#endif
