#ifndef BACKSCATTER_DISOWN_H
#define BACKSCATTER_DISOWN_H

/* The times in which a user's account was in other hands. */

struct mail_user;
struct bounce_windows;

/* Returns 0, or -1 with an error (data stack). Without a dict there are
   none. */
int backscatter_disown_read(struct mail_user *user,
			    struct bounce_windows *windows_r,
			    const char **error_r);

#endif
