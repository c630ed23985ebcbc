/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "mail-storage-service.h"
#include "mail-user.h"
#include "doveadm.h"
#include "doveadm-mail.h"
#include "dovecot-backscatter.h"
#include "commands.h"
#include "conf.h"
#include "counts.h"
#include "mend.h"
#include "readiness.h"
#include "setup-look.h"
#include "site-scripts.h"

#include <time.h>

/* Without a user and without --all-users, so many users are looked at. */
#define SETUP_SAMPLE_USERS 200
/* So many names of one kind are shown. */
#define SETUP_MAX_SHOWN 20
#define SETUP_COUNTS_SECS (30 * 24 * 3600)

struct setup_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	/* that of LMTP */
	const struct backscatter_conf *conf;
	struct backscatter_setup found;
	/* The users are a sample, and there are others. */
	bool more;
	/* a script that uses the extension is run for one of them */
	bool script;
};

/* The command that is about to begin was given no users. */
static bool setup_sample;

/*
 * What is printed: configuration, and comments
 */

static void ATTR_FORMAT(1, 2) setup_comment(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	doveadm_print(t_strconcat("# ", t_strdup_vprintf(format, args), "\n",
				  NULL));
	va_end(args);
}

/* Returns "a (3), b (1) and 5 more"; "" if there are none. */
static const char *t_setup_names(const ARRAY_TYPE(backscatter_seen) *names)
{
	const struct backscatter_seen *seen;
	unsigned int i, count;
	string_t *str = t_str_new(256);

	seen = array_get(names, &count);
	for (i = 0; i < I_MIN(count, SETUP_MAX_SHOWN); i++) {
		str_printfa(str, "%s%s (%u)", i == 0 ? "" : ", ", seen[i].name,
			    seen[i].count);
	}
	if (count > SETUP_MAX_SHOWN)
		str_printfa(str, " and %u more", count - SETUP_MAX_SHOWN);
	return str_c(str);
}

static const char *setup_conf_get(struct setup_cmd_context *ctx,
				  const char *name)
{
	return backscatter_conf_get(ctx->conf, t_strconcat(
		BACKSCATTER_CONF_TEXT("plugin/", ""), name, NULL));
}

static bool setup_conf_has(struct setup_cmd_context *ctx, const char *name,
			   const char *word)
{
	return backscatter_conf_has(ctx->conf, t_strconcat(
		BACKSCATTER_CONF_TEXT("plugin/", ""), name, NULL), word);
}

/*
 * What was seen
 */

static void setup_print_users(struct setup_cmd_context *ctx)
{
	const struct backscatter_setup *found = &ctx->found;
	const char *own = setup_conf_get(ctx, "backscatter_domains");

	setup_comment("Users: %u, sent mails: %u, bounces: %u",
		      found->users, found->sent, found->bounces);
	if (ctx->more) {
		setup_comment("This is a sample: there are more users. "
			      "--all-users looks at all of them.");
	}
	if (array_is_empty(&found->domains)) {
		setup_comment("No user's name has a domain%s", own != NULL ?
			      "." : ": set backscatter_domains to those that "
			      "sign your mail.");
	} else {
		setup_comment("Domains of the users: %s",
			      t_setup_names(&found->domains));
	}
	if (!array_is_empty(&found->others)) {
		setup_comment("Other domains in sent mail and in signatures: "
			      "%s", t_setup_names(&found->others));
		setup_comment("  Only if one of them signs your mail, set "
			      "backscatter_domains to all that do.");
	}
}

/* Returns TRUE if DNS or the key directory has a key of this domain that was
   seen. */
static bool
setup_has_key(const struct backscatter_key_info *keys, unsigned int count,
	      const char *domain)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (strcasecmp(keys[i].domain, domain) == 0 &&
		    *keys[i].type != '\0')
			return TRUE;
	}
	return FALSE;
}

static void
setup_print_keys(const struct backscatter_key_info *keys, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < I_MIN(count, SETUP_MAX_SHOWN); i++) {
		setup_comment("Key %s._domainkey.%s: %s, %s %u%s%s",
			      keys[i].selector, keys[i].domain,
			      keys[i].in_dns ? "in DNS" : "not in DNS",
			      *keys[i].type == '\0' ? "unusable" : keys[i].type,
			      keys[i].bits, *keys[i].problem == '\0' ? "" :
			      "; ", keys[i].problem);
	}
}

/* Look the keys up that were seen. Returns their number; 0 if none is known. */
static unsigned int
setup_find_keys(struct setup_cmd_context *ctx,
		const struct backscatter_key_info **keys_r)
{
	struct backscatter_key_query query;
	struct backscatter_key_seen *key;
	const struct backscatter_seen *seen;
	ARRAY(struct backscatter_key_seen) names;
	const char *error;
	unsigned int count;

	i_zero(&query);
	query.event = backscatter_doveadm_event(ctx->ctx.cctx);
	query.getenv = backscatter_doveadm_getenv;
	doveadm_backscatter_site_dict(ctx->ctx.cctx, &query.dict);
	t_array_init(&names, 8);
	array_foreach(&ctx->found.keys, seen) {
		key = array_append_space(&names);
		key->name = seen->name;
		key->day = "";
	}
	query.seen = array_get(&names, &query.seen_count);
	if (backscatter_keys_survey(ctx->found.pool, &query, keys_r, &count,
				    &error) < 0) {
		setup_comment("Keys: %s", error);
		return 0;
	}
	return count;
}

/*
 * The configuration that fits
 */

static void setup_mend(string_t *conf, bool there, const char *mend)
{
	if (!there)
		backscatter_mend_append(conf, mend);
}

/* backscatter_domains may be left out; but if it is there, it has to have all
   domains of the users. Files and dicts are not looked into. */
static void setup_mend_domains(struct setup_cmd_context *ctx, string_t *conf)
{
	const char *value = setup_conf_get(ctx, "backscatter_domains");
	const char *missing = "";
	const struct backscatter_seen *seen;

	if (value == NULL || *value == '\0')
		return;
	array_foreach(&ctx->found.domains, seen) {
		if (backscatter_domains_have(value, seen->name) == 0)
			missing = t_strconcat(missing, " ", seen->name, NULL);
	}
	setup_mend(conf, *missing == '\0', backscatter_mend_setting(
		t_strconcat("backscatter_domains = ", value, missing, NULL)));
}

static bool setup_has_plugin(struct setup_cmd_context *ctx, const char *name)
{
	return backscatter_conf_has(ctx->conf, "mail_plugins", name) ||
		backscatter_conf_has(ctx->conf, "protocol lmtp/mail_plugins",
				     name);
}

/* TRUE if the mode is set. Dovecot 2.4 does not tell whether a default is
   written in the configuration, and what is already enforced is left so. */
static bool setup_has_mode(struct setup_cmd_context *ctx)
{
	return setup_conf_get(ctx, "backscatter_mode") != NULL ||
		(BACKSCATTER_CONF_TEXT(FALSE, TRUE) &&
		 setup_has_plugin(ctx, "backscatter"));
}

static void setup_print_conf(struct setup_cmd_context *ctx)
{
	const struct backscatter_conf *conf = ctx->conf;
	string_t *str = t_str_new(512);

	setup_mend(str, setup_has_plugin(ctx, "backscatter") &&
		   setup_has_plugin(ctx, "sieve"),
		   backscatter_mend_plugins("lmtp"));
	setup_mend(str, setup_has_mode(ctx),
		   backscatter_mend_setting("backscatter_mode = audit"));
	setup_mend_domains(ctx, str);
	setup_mend(str, setup_conf_has(ctx, "sieve_plugins",
				       "sieve_backscatter"),
		   backscatter_mend_sieve_plugin(conf));
	setup_mend(str, setup_conf_has(ctx, "sieve_extensions",
				       "vnd.backscatter") ||
		   setup_conf_has(ctx, "sieve_extensions",
				  "+vnd.backscatter") ||
		   setup_conf_has(ctx, "sieve_global_extensions",
				  "vnd.backscatter") ||
		   setup_conf_has(ctx, "sieve_global_extensions",
				  "+vnd.backscatter"),
		   backscatter_mend_extension(conf));
	setup_mend(str, ctx->script, backscatter_mend_script(conf));
	if (str_len(str) == 0) {
		setup_comment("The configuration has all that is needed.");
		return;
	}
	setup_comment("Add this to the end of the configuration of Dovecot "
		      BACKSCATTER_CONF_TEXT("2.3", "2.4")", such as in "
		      "/etc/dovecot/conf.d/95-backscatter.conf:");
	doveadm_print(str_c(str));
}

/*
 * Before enforce
 */

static void
setup_print_missing(struct setup_cmd_context *ctx,
		    const struct backscatter_key_info *keys, unsigned int count)
{
	const struct backscatter_seen *seen;
	bool ok = TRUE;

	setup_comment("Missing before backscatter_mode = enforce:");
	array_foreach(&ctx->found.domains, seen) {
		if (!setup_has_key(keys, count, seen->name)) {
			setup_comment("  - no key of %s is known: sign its "
				      "mail, send a mail to an address that "
				      "does not exist, and run this again",
				      seen->name);
			ok = FALSE;
		}
	}
	if (setup_conf_get(ctx, "backscatter_key_dir") == NULL) {
		setup_comment("  - backscatter_key_dir: without it, late "
			      "bounces are backscatter after a key has left "
			      "DNS");
		ok = FALSE;
	}
	if (!backscatter_conf_begins(ctx->conf, BACKSCATTER_CONF_TEXT(
			"plugin/backscatter_dict", "backscatter_dict"))) {
		setup_comment("  - backscatter_dict: without it, nothing is "
			      "counted, and no burst is noticed");
		ok = FALSE;
	}
	if (ok)
		setup_comment("  nothing");
}

static void setup_add_count(const struct backscatter_count *count,
			    void *context)
{
	backscatter_totals_add(context, count);
}

/* Get what was counted lately, if it can be. Otherwise what was found in the
   mailboxes counts. */
static void
setup_get_counts(struct setup_cmd_context *ctx, uint64_t *bounces_r,
		 uint64_t *genuine_r)
{
	struct backscatter_count_query query;
	struct backscatter_totals *totals;
	struct backscatter_counts *counts;
	const struct backscatter_total *sum;
	const char *error;

	*bounces_r = ctx->found.bounces;
	*genuine_r = ctx->found.genuine;
	if (doveadm_backscatter_site_open(ctx->ctx.cctx, &counts, &error) <= 0)
		return;
	i_zero(&query);
	query.scope = BACKSCATTER_COUNT_DOMAIN;
	query.until = time(NULL);
	query.since = query.until - SETUP_COUNTS_SECS;
	totals = backscatter_totals_init(BACKSCATTER_TOTALS_BY_DAY);
	if (backscatter_counts_read(counts, &query, setup_add_count, totals,
				    &error) == 0) {
		sum = backscatter_totals_sum(totals);
		*bounces_r = sum->n[BACKSCATTER_COLUMN_BOUNCES];
		*genuine_r = sum->n[BACKSCATTER_COLUMN_GENUINE];
	}
	backscatter_totals_deinit(&totals);
	backscatter_counts_close(&counts);
}

static void setup_print_readiness(struct setup_cmd_context *ctx)
{
	const ARRAY_TYPE(backscatter_seen) *hosts = &ctx->found.unsigned_hosts;
	uint64_t bounces, genuine;

	setup_get_counts(ctx, &bounces, &genuine);
	setup_comment("%s", t_backscatter_readiness(bounces, genuine,
			array_is_empty(hosts) ? NULL : t_setup_names(hosts)));
}

/*
 * The command
 */

static void setup_finish(struct setup_cmd_context *ctx)
{
	const struct backscatter_key_info *keys = NULL;
	unsigned int count;

	setup_print_users(ctx);
	count = setup_find_keys(ctx, &keys);
	setup_print_keys(keys, count);
	setup_print_conf(ctx);
	setup_print_missing(ctx, keys, count);
	setup_print_readiness(ctx);
}

static int
setup_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct setup_cmd_context *ctx =
		container_of(_ctx, struct setup_cmd_context, ctx);
	struct backscatter_site_scripts scripts;

	if (ctx->conf == NULL)
		return -1;
	backscatter_setup_look(&ctx->found, _ctx, user);
	backscatter_site_scripts_look(ctx->conf, user, &scripts);
	if (scripts.uses)
		ctx->script = TRUE;
	return 0;
}

static int setup_next_user(struct doveadm_mail_cmd_context *_ctx,
			   const char **username_r)
{
	struct setup_cmd_context *ctx =
		container_of(_ctx, struct setup_cmd_context, ctx);
	int ret = mail_storage_service_all_next(_ctx->storage_service,
						username_r);

	if (ret <= 0 || ctx->found.users < SETUP_SAMPLE_USERS)
		return ret;
	ctx->more = TRUE;
	return 0;
}

static void
setup_init(struct doveadm_mail_cmd_context *_ctx BACKSCATTER_DOVEADM_INIT_ARGS)
{
	struct setup_cmd_context *ctx =
		container_of(_ctx, struct setup_cmd_context, ctx);
	const char *error;

	backscatter_setup_init(&ctx->found, _ctx->pool);
	doveadm_print_header("line", "line",
			     DOVEADM_PRINT_HEADER_FLAG_HIDE_TITLE);
	/* run doveconf while we are not the mail user yet */
	if (backscatter_conf_read(_ctx->pool, "lmtp", &ctx->conf, &error) < 0) {
		ctx->conf = NULL;
		(void)doveadm_backscatter_failed(EX_CONFIG, "%s", error);
		_ctx->exit_code = EX_CONFIG;
	}
}

static void setup_deinit(struct doveadm_mail_cmd_context *_ctx)
{
	struct setup_cmd_context *ctx =
		container_of(_ctx, struct setup_cmd_context, ctx);

	if (ctx->found.users > 0) T_BEGIN {
		setup_finish(ctx);
	} T_END;
}

static struct doveadm_mail_cmd_context *setup_alloc(void)
{
	struct doveadm_mail_cmd_context *ctx =
		doveadm_backscatter_alloc(sizeof(struct setup_cmd_context),
					  setup_init, setup_run, "%{line}");

	if (setup_sample)
		ctx->v.get_next_user = setup_next_user;
	ctx->v.deinit = setup_deinit;
	return ctx;
}

void doveadm_backscatter_setup(struct doveadm_cmd_context *cctx)
{
	const struct doveadm_cmd_ver2 *cmd = cctx->cmd;
	struct doveadm_cmd_ver2 mail_cmd = *cmd;
	struct doveadm_cmd_param *param, *all = NULL;
	int i;

	setup_sample = TRUE;
	for (i = 0; i < cctx->argc; i++) {
		/* they are a copy for this command */
		param = (struct doveadm_cmd_param *)&cctx->argv[i];
		if (strcmp(param->name, "all-users") == 0)
			all = param;
		if (param->value_set &&
		    (strcmp(param->name, "user") == 0 || param == all ||
		     strcmp(param->name, "user-file") == 0))
			setup_sample = FALSE;
	}
	i_assert(all != NULL);
	if (setup_sample)
		all->value_set = all->value.v_bool = TRUE;
	mail_cmd.mail_cmd = setup_alloc;
	cctx->cmd = &mail_cmd;
	doveadm_cmd_ver2_to_mail_cmd_wrapper(cctx);
	cctx->cmd = cmd;
}
