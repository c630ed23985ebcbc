#ifndef DOVEADM_BACKSCATTER_H
#define DOVEADM_BACKSCATTER_H

/* The commands of "doveadm backscatter": each has a file of its own and a row
   in the table of doveadm-backscatter-plugin.c.

   A mail command (-u, -A, -F) is a struct whose first field is a
   doveadm_mail_cmd_context. What it was given it asks of doveadm_cmd_param_*()
   in its init(), whose arguments are (ctx BACKSCATTER_DOVEADM_INIT_ARGS); its
   alloc() calls backscatter_doveadm_take_options(). In some versions of
   Dovecot each option needs a short name, and none may be an array. A
   positional argument may not be named "file".

   All output goes through doveadm_print_*(): headers are printed in init(), and
   alloc() names the format that is used without -f. */

struct doveadm_cmd_context;
struct doveadm_mail_cmd_context;

struct doveadm_mail_cmd_context *doveadm_backscatter_bursts_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_check_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_diagnose_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_disown_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_scan_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_status_alloc(void);

/* A file that is named is opened as doveadm: only who started doveadm may name
   one, not who asks its server. Returns 0, or -1 if it may not be opened, which
   was logged. */
int doveadm_backscatter_may_open(struct doveadm_cmd_context *cctx,
				 const char *path);

/* Commands about the site: not for users, and without the mail options. They
   log their errors, and set doveadm_exit_code. */
void doveadm_backscatter_keys(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_keys_fetch(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_stats(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_top(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_report(struct doveadm_cmd_context *cctx);

#endif
