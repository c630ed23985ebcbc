#ifndef DOVEADM_BACKSCATTER_COMMANDS_H
#define DOVEADM_BACKSCATTER_COMMANDS_H

/* The commands of "doveadm backscatter". Each has a file of its own, and a row
   in the table of module.c.

   A mail command (one with -u, -A and -F) has a struct whose first field is a
   doveadm_mail_cmd_context. Its init() gets the options and arguments by
   doveadm_cmd_param_*(). In some versions of Dovecot each option of a mail
   command needs a short name, and no option can be an array. A positional
   argument must not be named "file", which doveadm itself would read.

   All output is written with doveadm_print_*(). init() prints the headers. */

#include "doveadm-print.h"
#include "base/compat.h"

struct doveadm_cmd_context;
struct doveadm_mail_cmd_context;
struct mail_user;

/* Make the commands that work on a user, for the table in module.c. */
struct doveadm_mail_cmd_context *doveadm_backscatter_bursts_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_check_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_diagnose_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_disown_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_forget_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_resume_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_scan_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_status_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_suspend_alloc(void);
struct doveadm_mail_cmd_context *doveadm_backscatter_suspended_alloc(void);

/* Run the commands that work on the site. They do not have the options for
   users. They log their errors, and set doveadm_exit_code. */
void doveadm_backscatter_keys(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_keys_fetch(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_keys_keep(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_stats(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_top(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_tidy(struct doveadm_cmd_context *cctx);
/* Run the command that works on users, on some of them if none are given. */
void doveadm_backscatter_setup(struct doveadm_cmd_context *cctx);
void doveadm_backscatter_report(struct doveadm_cmd_context *cctx);

/* Functions that several commands use, in common.c. */

typedef void
doveadm_backscatter_init_t(struct doveadm_mail_cmd_context *ctx
			   BACKSCATTER_DOVEADM_INIT_ARGS);
typedef int
doveadm_backscatter_run_t(struct doveadm_mail_cmd_context *ctx,
			  struct mail_user *user);

/* Make a mail command, whose struct has this size. Unless -f was given, its
   output has this format; NULL is a table. doveadm frees it. */
struct doveadm_mail_cmd_context *
doveadm_backscatter_alloc(size_t size, doveadm_backscatter_init_t *init,
			  doveadm_backscatter_run_t *run, const char *format);

struct doveadm_backscatter_column {
	const char *name;
	/* 0 for text */
	enum doveadm_print_header_flags flags;
};
#define DOVEADM_BACKSCATTER_NUMBER \
	(DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY | \
	 DOVEADM_PRINT_HEADER_FLAG_NUMBER)

/* Print the headers of this many columns. */
void doveadm_backscatter_print_headers(
	const struct doveadm_backscatter_column *columns, unsigned int count);
/* Print lines of text for people: each value that is printed after this is a
   line, and contains its line end. */
void doveadm_backscatter_print_lines(void);

/* Log an error, and set doveadm's exit status to status. Returns -1. */
int doveadm_backscatter_failed(int status, const char *format, ...)
	ATTR_FORMAT(2, 3);
/* Log an error about a user, whose name is in the log line, and set the
   command's exit status to EX_TEMPFAIL. Returns -1. */
int doveadm_backscatter_user_failed(struct doveadm_mail_cmd_context *ctx,
				    struct mail_user *user,
				    const char *format, ...)
	ATTR_FORMAT(3, 4);
/* The same if the user's record could not be read or written: what to do is
   added to the error. */
int doveadm_backscatter_dict_failed(struct doveadm_mail_cmd_context *ctx,
				    struct mail_user *user, const char *error);

/* Check whether a file that was named may be opened. doveadm opens it with its
   own rights, so only somebody who has started doveadm on the command line may
   name a file, and not a client of the doveadm server. Returns 0, or -1 if the
   file may not be opened: this was logged, and the exit status was set. */
int doveadm_backscatter_may_open(struct doveadm_cmd_context *cctx,
				 const char *path);
/* Get the value of an option as a time, in the forms that
   backscatter_time_parse() knows. Returns 0; if the option was not given,
   time_r stays as it is. Returns -1 with an error (data stack) if the value is
   not a time. */
int doveadm_backscatter_param_time(struct doveadm_cmd_context *cctx,
				   const char *name, time_t *time_r,
				   const char **error_r);

#endif
