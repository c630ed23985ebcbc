#ifndef DOVEADM_BACKSCATTER_MEND_H
#define DOVEADM_BACKSCATTER_MEND_H

/* What to write into dovecot.conf, for the Dovecot that is running: lines that
   add to what is set, and replace nothing. They are from the data stack, or
   static, and end with a line end. */

struct backscatter_conf;

/* The plugins of a protocol: Sieve's and ours. */
const char *backscatter_mend_plugins(const char *protocol);
/* Our plugin of Sieve, and our extension of its language. */
const char *backscatter_mend_sieve_plugin(const struct backscatter_conf *conf);
const char *backscatter_mend_extension(const struct backscatter_conf *conf);
/* A script that is run for all users before their own, and files
   backscatter. */
const char *backscatter_mend_script(const struct backscatter_conf *conf);
/* A setting of ours, "name = value". */
const char *backscatter_mend_setting(const char *setting);
/* Append one of these to the others. Settings that are in the same block in 2.3
   get one for all of them; what else there is has to come before them. */
void backscatter_mend_append(string_t *conf, const char *mend);

#endif
