#ifndef DOVEADM_BACKSCATTER_H
#define DOVEADM_BACKSCATTER_H

/* The commands of "doveadm backscatter": each has a file of its own and a row
   in the table of module.c.

   A mail command (-u, -A, -F) is a struct whose first field is a
   doveadm_mail_cmd_context. What it was given it asks of doveadm_cmd_param_*()
   in its init(). In some versions of Dovecot each option needs a short name, and
   none may be an array. A positional argument may not be named "file".

   All output goes through doveadm_print_*(); headers are printed in init(). */

#include "doveadm-print.h"
#include "base/compat.h"

struct doveadm_cmd_context;
struct doveadm_mail_cmd_context;
struct mail_user;

/* Commands about a user, each with its options, for the table in module.c. */
struct doveadm_mail_cmd_context *doveadm_backscatter_bursts_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_check_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_diagnose_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_disown_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_scan_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_status_alloc(void);

/* Commands about the site: not for users, and without the mail options. They
   log their errors, and set doveadm_exit_code. */
void doveadm_backscatter_keys(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_keys_fetch(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_stats(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_top(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_report(struct doveadm_cmd_context *cctx);

/* What several of them do, in common.c: */

typedef void
doveadm_backscatter_init_t(struct doveadm_mail_cmd_context *ctx
			   BACKSCATTER_DOVEADM_INIT_ARGS);
typedef int
doveadm_backscatter_run_t(struct doveadm_mail_cmd_context *ctx,
			  struct mail_user *user);

/* Make a mail command of this size. Without -f it prints by this format, or a
   table with NULL. */
struct doveadm_mail_cmd_context *
doveadm_backscatter_alloc(size_t size, doveadm_backscatter_init_t *init,
			  doveadm_backscatter_run_t *run, const char *format);

struct doveadm_backscatter_column {
	const char *name;
	/* 0: text */
	enum doveadm_print_header_flags flags;
};
#define DOVEADM_BACKSCATTER_NUMBER \
	(DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY | \
	 DOVEADM_PRINT_HEADER_FLAG_NUMBER)

/* Print the headers of so many columns. */
void doveadm_backscatter_print_headers(
	const struct doveadm_backscatter_column *columns, unsigned int count);
/* Print lines for people: each is a value with its line end. */
void doveadm_backscatter_print_lines(void);

/* Log an error and set doveadm's exit status. Returns -1. */
int doveadm_backscatter_failed(int status, const char *format, ...)
	ATTR_FORMAT(2, 3);
/* The same for a user, whose log line names him: with EX_TEMPFAIL. */
int doveadm_backscatter_user_failed(struct doveadm_mail_cmd_context *ctx,
				    struct mail_user *user,
				    const char *format, ...)
	ATTR_FORMAT(3, 4);

/* A file that is named is opened as doveadm: only who started doveadm may name
   one, not who asks its server. Returns 0, or -1 if it may not be opened, which
   was logged. */
int doveadm_backscatter_may_open(struct doveadm_cmd_context *cctx,
				 const char *path);
/* A time as backscatter_time_parse() takes it. Returns 0, also without the
   option, and then time_r stays as it is; -1 with an error (data stack). */
int doveadm_backscatter_param_time(struct doveadm_cmd_context *cctx,
				   const char *name, time_t *time_r,
				   const char **error_r);

#endif
