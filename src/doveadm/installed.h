#ifndef DOVEADM_BACKSCATTER_INSTALLED_H
#define DOVEADM_BACKSCATTER_INSTALLED_H

/* Whether what is installed fits the Dovecot that is installed, and is known to
   the Dovecot that runs. */

struct backscatter_conf;

/* Load our modules as Dovecot does, and take them out again. conf has to be
   that of LMTP, whose folders of modules count. Returns 0, or -1 with an error
   (data stack) that names the module and says what to do. */
int backscatter_installed_check(const struct backscatter_conf *conf,
				const char **error_r);

/* Ask Dovecot's configuration process, with Dovecot 2.4, for the settings that
   it has learnt from modules when it was started. Returns TRUE if ours are not
   among them; FALSE if they are, if it does not answer us, and with Dovecot
   2.3, where it need not know them. */
bool backscatter_installed_is_unknown(const char *base_dir);

#endif
