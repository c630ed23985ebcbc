/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "iso8601-date.h"
#include "bounce-networks.h"
#include "backscatter-config.h"
#include "backscatter-compat.h"
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
	OPT_NOW,
	OPT_SENDER_MATCH,
	OPT_MAX_AGE,
	OPT_QUEUE_LIFETIME,
	OPT_MIN_RSA_BITS,
	OPT_SPF,
	OPT_REPORTER_SPF,
	OPT_TRUSTED_NETWORKS,
	OPT_AUTHSERV_ID,
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
	{ "now", required_argument, NULL, OPT_NOW },
	{ "sender-match", required_argument, NULL, OPT_SENDER_MATCH },
	{ "max-age", required_argument, NULL, OPT_MAX_AGE },
	{ "queue-lifetime", required_argument, NULL, OPT_QUEUE_LIFETIME },
	{ "min-rsa-bits", required_argument, NULL, OPT_MIN_RSA_BITS },
	{ "spf", required_argument, NULL, OPT_SPF },
	{ "reporter-spf", no_argument, NULL, OPT_REPORTER_SPF },
	{ "trusted-networks", required_argument, NULL, OPT_TRUSTED_NETWORKS },
	{ "authserv-id", required_argument, NULL, OPT_AUTHSERV_ID },
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
"  --now TIME            judge as of this time: seconds since 1970, or as in\n"
"                        2025-11-24T10:00:00Z\n"
"  --sender-match HOW    bind From to the recipient: none, domain, address\n"
"                        (default: domain)\n"
"  --max-age TIME        older signatures are stale (default: 14d)\n"
"  --queue-lifetime TIME slack given to a signature that expires (default: 5d)\n"
"  --min-rsa-bits N      weaker RSA keys do not vouch (default: 1024)\n"
"  --spf HOW             what SPF says of the host that handed the original over:\n"
"                        no; report (default): show it; rescue: on pass, it is\n"
"                        not held against the message; nothing with --no-dns\n"
"  --reporter-spf        also show what it says of the host that sent the bounce\n"
"  --trusted-networks L  our own relays: addresses and ranges; may be repeated\n"
"                        (default: 127.0.0.0/8 ::1)\n"
"  --authserv-id NAME    believe Authentication-Results by this name\n"
"  --json                print one JSON object a line\n"
"  --repeat N            judge each message N times, print messages per second\n"
"  --help, --version     print this, or the version\n"
"\n"
"Exit status: 0 all messages were judged, whatever the verdicts; 2 a file\n"
"could not be read; 64 the command line is wrong; 74 the output could not be\n"
"written.\n";

struct check_parser {
	pool_t pool;
	struct bounce_check_options *options;
	string_t *domains, *servers, *networks;
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

static int
parse_sender_match(const char *value, enum bounce_sender_match *match_r,
		   const char **error_r)
{
	static const char *const names[] = {
		[BOUNCE_SENDER_MATCH_NONE] = "none",
		[BOUNCE_SENDER_MATCH_DOMAIN] = "domain",
		[BOUNCE_SENDER_MATCH_ADDRESS] = "address"
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			*match_r = i;
			return 0;
		}
	}
	*error_r = "not none, domain or address";
	return -1;
}

static int
parse_spf(const char *value, struct bounce_check_options *options,
	  const char **error_r)
{
	options->spf = strcmp(value, "no") != 0;
	options->policy.spf_rescue = strcmp(value, "rescue") == 0;
	if (!options->spf || options->policy.spf_rescue ||
	    strcmp(value, "report") == 0)
		return 0;
	*error_r = "not no, report or rescue";
	return -1;
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
		return parse_now(value, &options->policy.now, error_r);
	case OPT_SENDER_MATCH:
		return parse_sender_match(value, &options->policy.sender_match,
					  error_r);
	case OPT_MAX_AGE:
		return str_parse_get_interval(value, &options->policy.max_age,
					      error_r);
	case OPT_QUEUE_LIFETIME:
		return str_parse_get_interval(value,
					&options->policy.queue_lifetime,
					error_r);
	case OPT_MIN_RSA_BITS:
		return parse_number(value, &options->policy.min_rsa_bits,
				    error_r);
	case OPT_SPF:
		return parse_spf(value, options, error_r);
	case OPT_REPORTER_SPF:
		options->reporter_spf = TRUE;
		return 0;
	case OPT_TRUSTED_NETWORKS:
		str_printfa(parser->networks, "%s ", value);
		return 0;
	case OPT_AUTHSERV_ID:
		options->policy.authserv_id = value;
		return 0;
	case OPT_JSON:
		options->json = TRUE;
		return 0;
	case OPT_REPEAT:
		return parse_number(value, &options->repeat, error_r);
	default:
		i_unreached();
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
	if (str_len(parser->networks) == 0)
		str_append(parser->networks, "127.0.0.0/8 ::1");
	if (bounce_networks_parse(parser->pool, str_c(parser->networks),
				  &options->policy.trusted_networks,
				  error_r) < 0) {
		*error_r = t_strconcat("--trusted-networks: ", *error_r, NULL);
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

int bounce_check_options_parse(pool_t pool, int argc, char *argv[],
			       struct bounce_check_options *options_r)
{
	struct check_parser parser = {
		.pool = pool,
		.options = options_r,
		.domains = t_str_new(64),
		.servers = t_str_new(64),
		.networks = t_str_new(64)
	};
	const char *error;
	int opt;

	i_zero(options_r);
	bounce_policy_init(&options_r->policy);
	options_r->policy.now = time(NULL);
	options_r->spf = TRUE;
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
	if (argv[optind] == NULL)
		return check_usage_error("no file given");
	options_r->files = (const char *const *)argv + optind;
	return 1;
}
