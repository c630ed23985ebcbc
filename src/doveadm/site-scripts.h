#ifndef DOVEADM_BACKSCATTER_SITE_SCRIPTS_H
#define DOVEADM_BACKSCATTER_SITE_SCRIPTS_H

/* The Sieve scripts that the configuration has run for a user at delivery. They
   are not compiled here. */

struct mail_user;
struct backscatter_conf;

struct backscatter_site_scripts {
	/* One of them contains the name of our extension. */
	bool uses;
	/* The last one that was not read, because we cannot tell where it is;
	   NULL: all were read. */
	const char *unknown;
	/* The last one of all users that cannot be opened: its setting, and
	   why. NULL: all can be. */
	const char *missing;
	/* The path of the last one of all users that sievec has not compiled,
	   or not since it was changed, and whose folder the user may not write
	   to. NULL: there is none. */
	const char *uncompiled;
};

/* Look at the scripts that are run for a user, with his rights. conf has to be
   that of LMTP. The strings are from the data stack. */
void backscatter_site_scripts_look(const struct backscatter_conf *conf,
				   struct mail_user *user,
				   struct backscatter_site_scripts *scripts_r);

#endif
