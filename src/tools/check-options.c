/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "iso8601-date.h"
#include "smtp-address.h"
#include "smtp-params.h"
#include "backscatter-config.h"
#include "backscatter-settings.h"
#include "check-options.h"

#include <stdio.h>
#include <time.h>
#include <getopt.h>

enum check_option {
	OPT_DOMAIN = 256,
	OPT_KEYS,
	OPT_DNS,
	OPT_NO_DNS,
	OPT_MAIL_FROM,
	OPT_RCPT_TO,
	OPT_ORCPT,
	OPT_NOW,
	OPT_SENDER_MATCH,
	OPT_ALIAS,
	OPT_RECIPIENT_DELIMITER,
	OPT_MAX_AGE,
	OPT_QUEUE_LIFETIME,
	OPT_SIGNED_SINCE,
	OPT_MIN_RSA_BITS,
	OPT_SPF,
	OPT_REPORTER_SPF,
	OPT_TRUSTED_NETWORKS,
	OPT_AUTHSERV_ID,
	OPT_SENDERS,
	OPT_JSON,
	OPT_REPEAT,
	OPT_HELP,
	OPT_VERSION
};

static const struct option long_options[] = {
	{ "domain", required_argument, NULL, OPT_DOMAIN },
	{ "keys", required_argument, NULL, OPT_KEYS },
	{ "dns", required_argument, NULL, OPT_DNS },
	{ "no-dns", no_argument, NULL, OPT_NO_DNS },
	{ "mail-from", required_argument, NULL, OPT_MAIL_FROM },
	{ "rcpt-to", required_argument, NULL, OPT_RCPT_TO },
	{ "orcpt", required_argument, NULL, OPT_ORCPT },
	{ "now", required_argument, NULL, OPT_NOW },
	{ "sender-match", required_argument, NULL, OPT_SENDER_MATCH },
	{ "alias", required_argument, NULL, OPT_ALIAS },
	{ "recipient-delimiter", required_argument, NULL,
	  OPT_RECIPIENT_DELIMITER },
	{ "max-age", required_argument, NULL, OPT_MAX_AGE },
	{ "queue-lifetime", required_argument, NULL, OPT_QUEUE_LIFETIME },
	{ "signed-since", required_argument, NULL, OPT_SIGNED_SINCE },
	{ "min-rsa-bits", required_argument, NULL, OPT_MIN_RSA_BITS },
	{ "spf", required_argument, NULL, OPT_SPF },
	{ "reporter-spf", no_argument, NULL, OPT_REPORTER_SPF },
	{ "trusted-networks", required_argument, NULL, OPT_TRUSTED_NETWORKS },
	{ "authserv-id", required_argument, NULL, OPT_AUTHSERV_ID },
	{ "senders", no_argument, NULL, OPT_SENDERS },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "repeat", required_argument, NULL, OPT_REPEAT },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 }
};

static const char help_text[] =
"usage: backscatter-check [options] FILE...\n"
"\n"
"Judge bounces: was the mail that came back sent by us? FILE is a message, an\n"
"mbox, a maildir or another directory of messages, or - for standard input.\n"
"\n"
"  --domain D            our domain; .D with its subdomains; /path: a file of\n"
"                        them, one on a line; may be repeated\n"
"                        (default: the domain of the recipient)\n"
"  --keys DIR            directory of public keys, SELECTOR._domainkey.DOMAIN\n"
"  --dns SERVER          resolver to ask, ADDRESS[:PORT]; may be repeated\n"
"                        (default: the system's)\n"
"  --no-dns              ask no resolver: keys come from --keys alone\n"
"  --mail-from ADDRESS   envelope sender, '' is the null sender\n"
"                        (default: Return-Path)\n"
"  --rcpt-to ADDRESS     envelope recipient\n"
"                        (default: Delivered-To, X-Original-To, To)\n"
"  --orcpt TYPE;ADDRESS  what RCPT's ORCPT said, rfc822;user+40example.org\n"
"  --now TIME            judge as of this time: seconds since 1970, or as in\n"
"                        2025-11-24T10:00:00Z\n"
"  --sender-match HOW    bind From to the recipient: none, domain, address\n"
"                        (default: domain)\n"
"  --alias ADDRESS       another address of the recipient's, or @example.org\n"
"                        for a whole domain; may be repeated\n"
"  --recipient-delimiter CHARACTERS\n"
"                        before the detail of an address (default: +)\n"
"  --max-age TIME        older signatures are stale (default: 14d)\n"
"  --queue-lifetime TIME slack given to a signature that expires (default: 5d)\n"
"  --signed-since DATE   earlier mail is not expected to be signed: 2026-01-31\n"
"  --min-rsa-bits N      weaker RSA keys do not vouch (default: 1024)\n"
"  --spf HOW             SPF of the host that handed the original over: no;\n"
"                        report (default): show it, and know by it what was\n"
"                        forwarded from here; rescue: besides, on pass it is\n"
"                        not held against the message; nothing with --no-dns\n"
"  --reporter-spf        also show what it says of the host that sent the bounce\n"
"  --trusted-networks L  our own servers: addresses, ranges; may be repeated\n"
"                        (default: 127.0.0.0/8 ::1)\n"
"  --authserv-id NAME    believe Authentication-Results by this name\n"
"  --senders             list in the end who sent mail of ours that came back\n"
"                        unsigned\n"
"  --json                print one JSON object a line\n"
"  --repeat N            judge each message N times, print messages per second\n"
"  --help, --version     print this, or the version\n"
"\n"
"Exit status: 0 all messages were judged, whatever the verdicts; 2 a file\n"
"could not be read; 64 the command line is wrong; 74 the output could not be\n"
"written.\n";

/* Options that are settings: they mean the same, and take the same values. */
static const struct {
	int opt;
	const char *setting;
} setting_options[] = {
	{ OPT_SENDER_MATCH, "backscatter_sender_match" },
	{ OPT_MAX_AGE, "backscatter_max_age" },
	{ OPT_QUEUE_LIFETIME, "backscatter_queue_lifetime" },
	{ OPT_SIGNED_SINCE, "backscatter_signed_since" },
	{ OPT_MIN_RSA_BITS, "backscatter_min_rsa_bits" },
	{ OPT_SPF, "backscatter_spf" },
	{ OPT_AUTHSERV_ID, "backscatter_authserv_id" }
};

struct check_parser {
	pool_t pool;
	struct bounce_check_options *options;
	/* What has a setting of the same meaning. */
	struct backscatter_settings set;
	string_t *domains, *servers, *aliases, *networks;
};

static const char *parse_address(pool_t pool, const char *value)
{
	size_t size = strlen(value);

	if (size >= 2 && value[0] == '<' && value[size - 1] == '>') {
		value++;
		size -= 2;
	}
	return p_strndup(pool, value, size);
}

static int parse_now(const char *value, time_t *now_r, const char **error_r)
{
	int tz;

	if (str_to_time(value, now_r) == 0 ||
	    iso8601_date_parse((const unsigned char *)value, strlen(value),
			       now_r, &tz))
		return 0;
	*error_r = "neither seconds nor a time as 2025-11-24T10:00:00Z";
	return -1;
}

/* As a server takes it. */
static int
parse_orcpt(pool_t pool, const char *value, const char **orcpt_r,
	    const char **error_r)
{
	struct smtp_params_rcpt params;
	enum smtp_param_parse_error code;

	if (smtp_params_rcpt_parse(pool, t_strconcat("ORCPT=", value, NULL), 0,
				   SMTP_CAPABILITY_DSN, NULL, &params, &code,
				   error_r) < 0)
		return -1;
	if (params.orcpt.addr == NULL) {
		*error_r = "not an address as rfc822;user@example.org";
		return -1;
	}
	*orcpt_r = p_strdup(pool, smtp_address_encode(params.orcpt.addr));
	return 0;
}

static int
parse_number(const char *value, unsigned int *number_r, const char **error_r)
{
	if (str_to_uint(value, number_r) == 0 && *number_r > 0)
		return 0;
	*error_r = "not a number above 0";
	return -1;
}

static int
parse_setting(struct check_parser *parser, int opt, const char *value,
	      const char **error_r)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(setting_options); i++) {
		if (setting_options[i].opt == opt) {
			return backscatter_settings_parse_value(parser->pool,
				setting_options[i].setting, value,
				&parser->set, error_r);
		}
	}
	i_unreached();
}

static int
parse_option(struct check_parser *parser, int opt, const char *value,
	     const char **error_r)
{
	struct bounce_check_options *options = parser->options;

	switch (opt) {
	case OPT_DOMAIN:
		str_printfa(parser->domains, "%s\n", value);
		return 0;
	case OPT_KEYS:
		options->key_dir = value;
		return 0;
	case OPT_DNS:
		str_printfa(parser->servers, "%s ", value);
		return 0;
	case OPT_NO_DNS:
		options->no_dns = TRUE;
		return 0;
	case OPT_MAIL_FROM:
		options->envelope.mail_from =
			parse_address(parser->pool, value);
		return 0;
	case OPT_RCPT_TO:
		options->envelope.rcpt_to =
			parse_address(parser->pool, value);
		return 0;
	case OPT_NOW:
		return parse_now(value, &parser->set.policy.now, error_r);
	case OPT_ORCPT:
		return parse_orcpt(parser->pool, value,
				   &options->envelope.orcpt, error_r);
	case OPT_ALIAS:
		str_printfa(parser->aliases, "%s ", value);
		return 0;
	case OPT_RECIPIENT_DELIMITER:
		parser->set.policy.recipient_delimiter = value;
		return 0;
	case OPT_REPORTER_SPF:
		options->reporter_spf = TRUE;
		return 0;
	case OPT_TRUSTED_NETWORKS:
		str_printfa(parser->networks, "%s ", value);
		return 0;
	case OPT_SENDERS:
		options->senders = TRUE;
		return 0;
	case OPT_JSON:
		options->json = TRUE;
		return 0;
	case OPT_REPEAT:
		return parse_number(value, &options->repeat, error_r);
	default:
		return parse_setting(parser, opt, value, error_r);
	}
}

static const char *option_name(int opt)
{
	unsigned int i;

	for (i = 0; long_options[i].name != NULL; i++) {
		if (long_options[i].val == opt)
			return long_options[i].name;
	}
	i_unreached();
}

static int
parse_lists(struct check_parser *parser, const char **error_r)
{
	struct bounce_check_options *options = parser->options;

	if (str_len(parser->servers) > 0) {
		str_truncate(parser->servers, str_len(parser->servers) - 1);
		options->dns_servers = p_strdup(parser->pool,
						str_c(parser->servers));
	}
	if (options->dns_servers != NULL && options->no_dns) {
		*error_r = "--dns and --no-dns exclude each other";
		return -1;
	}
	if (str_len(parser->networks) > 0 &&
	    backscatter_settings_parse_value(parser->pool,
			"backscatter_trusted_networks",
			str_c(parser->networks), &parser->set, error_r) < 0) {
		*error_r = t_strconcat("--trusted-networks: ", *error_r, NULL);
		return -1;
	}
	if (str_len(parser->aliases) > 0 &&
	    backscatter_settings_parse_value(parser->pool,
			"backscatter_aliases", str_c(parser->aliases),
			&parser->set, error_r) < 0) {
		*error_r = t_strconcat("--alias: ", *error_r, NULL);
		return -1;
	}
	if (str_len(parser->domains) == 0)
		return 0;
	if (bounce_domain_words_parse(parser->pool, str_c(parser->domains),
				      &options->domains, error_r) < 0) {
		*error_r = t_strconcat("--domain: ", *error_r, NULL);
		return -1;
	}
	if (options->domains.dict != NULL) {
		*error_r = "--domain: a dict can be asked by Dovecot only";
		return -1;
	}
	return 0;
}

static int check_usage_error(const char *error)
{
	fprintf(stderr, "backscatter-check: %s\n"
		"Try 'backscatter-check --help'.\n", error);
	return -1;
}

/* All have their defaults. */
static const char *no_setting(void *context ATTR_UNUSED,
			      const char *name ATTR_UNUSED)
{
	return NULL;
}

int bounce_check_options_parse(pool_t pool, int argc, char *argv[],
			       struct bounce_check_options *options_r)
{
	struct check_parser parser = {
		.pool = pool,
		.options = options_r,
		.domains = t_str_new(64),
		.servers = t_str_new(64),
		.aliases = t_str_new(64),
		.networks = t_str_new(64)
	};
	const char *error;
	int opt;

	i_zero(options_r);
	if (backscatter_settings_parse(pool, no_setting, NULL, &parser.set,
				       &error) < 0)
		i_unreached();
	parser.set.policy.now = time(NULL);
	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (opt == '?') {
			/* getopt_long() has said what is wrong */
			return -1;
		}
		if (opt == OPT_HELP || opt == OPT_VERSION) {
			fputs(opt == OPT_HELP ? help_text :
			      "backscatter-check "BACKSCATTER_VERSION"\n",
			      stdout);
			return 0;
		}
		if (parse_option(&parser, opt, optarg, &error) < 0) {
			return check_usage_error(t_strdup_printf(
				"--%s: %s: %s", option_name(opt), optarg,
				error));
		}
	}
	if (parse_lists(&parser, &error) < 0)
		return check_usage_error(error);
	options_r->policy = parser.set.policy;
	options_r->policy.spf_rescue = parser.set.spf == BACKSCATTER_SPF_RESCUE;
	options_r->spf = parser.set.spf != BACKSCATTER_SPF_NO;
	if (argv[optind] == NULL)
		return check_usage_error("no file given");
	options_r->files = (const char *const *)argv + optind;
	return 1;
}
