/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "doveadm.h"
#include "doveadm-mail.h"
#include "doveadm-print.h"
#include "mail-user.h"
#include "dovecot-backscatter.h"
#include "commands.h"

#include <time.h>

struct doveadm_mail_cmd_context *
doveadm_backscatter_alloc(size_t size, doveadm_backscatter_init_t *init,
			  doveadm_backscatter_run_t *run, const char *format)
{
	struct doveadm_mail_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc_size(size);
	backscatter_doveadm_take_options(ctx);
	ctx->v.init = init;
	ctx->v.run = run;
	doveadm_print_init(format == NULL ? DOVEADM_PRINT_TYPE_TABLE :
			   DOVEADM_PRINT_TYPE_FORMATTED);
	if (format != NULL)
		doveadm_print_formatted_set_format(format);
	return ctx;
}

void doveadm_backscatter_print_headers(
	const struct doveadm_backscatter_column *columns, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		doveadm_print_header(columns[i].name, columns[i].name,
				     columns[i].flags);
	}
}

void doveadm_backscatter_print_lines(void)
{
	doveadm_print_init(DOVEADM_PRINT_TYPE_FORMATTED);
	doveadm_print_formatted_set_format("%{line}");
	doveadm_print_header("line", "line",
			     DOVEADM_PRINT_HEADER_FLAG_HIDE_TITLE);
}

int doveadm_backscatter_failed(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	i_error("%s", t_strdup_vprintf(format, args));
	va_end(args);
	doveadm_exit_code = status;
	return -1;
}

int doveadm_backscatter_user_failed(struct doveadm_mail_cmd_context *ctx,
				    struct mail_user *user,
				    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	e_error(user->event, "%s", t_strdup_vprintf(format, args));
	va_end(args);
	ctx->exit_code = EX_TEMPFAIL;
	return -1;
}

int doveadm_backscatter_dict_failed(struct doveadm_mail_cmd_context *ctx,
				    struct mail_user *user, const char *error)
{
	return doveadm_backscatter_user_failed(ctx, user, "%s; run this "
		"command again when that is mended, see doveadm backscatter "
		"status", error);
}

int doveadm_backscatter_may_open(struct doveadm_cmd_context *cctx,
				 const char *path)
{
	if (cctx->conn_type == DOVEADM_CONNECTION_TYPE_CLI)
		return 0;
	return doveadm_backscatter_failed(EX_NOPERM, "%s: a file may only be "
		"named on the command line, not to doveadm's server", path);
}

int doveadm_backscatter_param_time(struct doveadm_cmd_context *cctx,
				   const char *name, time_t *time_r,
				   const char **error_r)
{
	const char *value, *error;

	if (!doveadm_cmd_param_str(cctx, name, &value) ||
	    backscatter_time_parse(value, time(NULL), time_r, &error) == 0)
		return 0;
	*error_r = t_strdup_printf("--%s %s: %s", name,
				   backscatter_sanitize(value, 100), error);
	return -1;
}
