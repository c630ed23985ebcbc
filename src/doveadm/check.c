/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "istream.h"
#include "smtp-address.h"
#include "doveadm-mail.h"
#include "dovecot-backscatter.h"
#include "mail.h"
#include "commands.h"

struct check_input {
	const char *name;
	/* NULL for standard input. */
	struct istream *stream;
	bool refused;
};

struct check_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	struct backscatter_envelope envelope;
	ARRAY(struct check_input) inputs;
};

/* The columns: the file, properties by their names, and the explanation. */
static const struct doveadm_backscatter_column check_columns[] = {
	{ "file", 0 },
	{ "verdict", 0 },
	{ "reason", 0 },
	{ "kind", 0 },
	{ "original", 0 },
	{ "original-message-id", 0 },
	{ "explanation", DOVEADM_PRINT_HEADER_FLAG_HIDE_TITLE }
};

/* Parse the address of an option. "" and <> are the null sender. */
static const struct smtp_address *
check_parse_address(struct check_cmd_context *ctx, const char *option,
		    const char *value)
{
	enum smtp_address_parse_flags flags =
		SMTP_ADDRESS_PARSE_FLAG_ALLOW_EMPTY |
		SMTP_ADDRESS_PARSE_FLAG_BRACKETS_OPTIONAL |
		SMTP_ADDRESS_PARSE_FLAG_ALLOW_LOCALPART;
	struct smtp_address *address;
	const char *error;

	if (smtp_address_parse_path(ctx->ctx.pool, value, flags, &address,
				    &error) < 0) {
		i_fatal_status(EX_USAGE, "-%s %s: not an address: %s",
			       option, value, error);
	}
	return address;
}

/* Open the files while we still are the user who called doveadm, and not yet
   the mail user. */
static void check_open(struct check_cmd_context *ctx, const char *path)
{
	struct check_input *input = array_append_space(&ctx->inputs);

	input->name = p_strdup(ctx->ctx.pool, path);
	if (strcmp(path, "-") == 0)
		doveadm_mail_get_input(&ctx->ctx);
	else if (doveadm_backscatter_may_open(ctx->ctx.cctx, path) < 0)
		input->refused = TRUE;
	else {
		input->stream = i_stream_create_file(path, IO_BLOCK_SIZE);
		/* the first read opens it */
		(void)i_stream_read(input->stream);
	}
}

static void
check_init(struct doveadm_mail_cmd_context *_ctx BACKSCATTER_DOVEADM_INIT_ARGS)
{
	struct check_cmd_context *ctx =
		container_of(_ctx, struct check_cmd_context, ctx);
	const char *const *paths, *value;

	if (!doveadm_cmd_param_array(_ctx->cctx, "path", &paths))
		doveadm_mail_help_name("backscatter check");
	if (doveadm_cmd_param_str(_ctx->cctx, "sender", &value)) {
		ctx->envelope.mail_from =
			check_parse_address(ctx, "f", value);
	}
	if (doveadm_cmd_param_str(_ctx->cctx, "recipient", &value)) {
		ctx->envelope.rcpt_to =
			check_parse_address(ctx, "a", value);
	}
	p_array_init(&ctx->inputs, _ctx->pool, 8);
	for (; *paths != NULL; paths++)
		check_open(ctx, *paths);

	doveadm_backscatter_print_headers(check_columns,
					  N_ELEMENTS(check_columns));
}

static void
check_print(const char *name, const struct backscatter_result *result)
{
	string_t *explanation = str_new(default_pool, 4096);
	unsigned int i;

	backscatter_result_explain(result, explanation);
	doveadm_print(name);
	for (i = 1; i < N_ELEMENTS(check_columns) - 1; i++) {
		doveadm_print(t_backscatter_property(result,
						     check_columns[i].name));
	}
	doveadm_print(str_c(explanation));
	str_free(&explanation);
}

static int
check_file(struct check_cmd_context *ctx, struct mail_user *user,
	   const struct check_input *input)
{
	struct backscatter_question question;
	const struct backscatter_result *result;
	const char *error;
	pool_t pool;
	int ret;

	i_zero(&question);
	question.user = user;
	question.name = input->name;
	question.input = input->stream == NULL ? ctx->ctx.cmd_input :
		input->stream;
	question.envelope = ctx->envelope;
	i_stream_seek(question.input, 0);

	pool = pool_alloconly_create(MEMPOOL_GROWING"backscatter check",
				     64 * 1024);
	ret = backscatter_ask(pool, &question, &result, &error);
	if (ret < 0)
		i_error("%s: %s", input->name, error);
	else
		check_print(input->name, result);
	pool_unref(&pool);
	return ret;
}

static int
check_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct check_cmd_context *ctx =
		container_of(_ctx, struct check_cmd_context, ctx);
	const struct check_input *input;
	int ret = 0;

	array_foreach(&ctx->inputs, input) T_BEGIN {
		if (input->refused) {
			_ctx->exit_code = EX_NOPERM;
			ret = -1;
		} else if (check_file(ctx, user, input) < 0) {
			_ctx->exit_code = EX_NOINPUT;
			ret = -1;
		}
	} T_END;
	return ret;
}

static void check_deinit(struct doveadm_mail_cmd_context *_ctx)
{
	struct check_cmd_context *ctx =
		container_of(_ctx, struct check_cmd_context, ctx);
	struct check_input *input;

	if (!array_is_created(&ctx->inputs))
		return;
	array_foreach_modifiable(&ctx->inputs, input)
		i_stream_unref(&input->stream);
}

struct doveadm_mail_cmd_context *doveadm_backscatter_check_alloc(void)
{
	struct doveadm_mail_cmd_context *ctx;

	ctx = doveadm_backscatter_alloc(sizeof(struct check_cmd_context),
					check_init, check_run,
					"%{explanation}");
	ctx->v.deinit = check_deinit;
	return ctx;
}
