/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "iso8601-date.h"
#include "smtp-address.h"
#include "smtp-params.h"
#include "backscatter-config.h"
#include "settings/plugin-settings.h"
#include "check-options.h"

#include <stdio.h>
#include <time.h>
#include <getopt.h>

/* The column where --help begins to say what an option does. */
#define HELP_COLUMN 24

struct check_parser {
	pool_t pool;
	struct bounce_check_options options;
	/* The values of options that have a setting with the same meaning. */
	struct backscatter_settings set;
	/* The values of options that may be repeated, one on a line. */
	string_t *domains, *servers, *aliases, *networks;
	bool help, version;
};

struct check_option {
	const char *name;
	/* What --help calls the option's value; NULL if it takes none. */
	const char *argument;
	/* Parses the value into the field at this offset of struct
	   check_parser. Returns 0, or -1 with an error (data stack). NULL: the
	   setting does it all. */
	int (*parse)(struct check_parser *parser, void *field,
		     const char *value, const char **error_r);
	size_t offset;
	/* The setting that has the same meaning and takes the same values; a
	   list gets all values of the option together. NULL: there is no such
	   setting. */
	const char *setting;
	/* Lines of at most 55 characters, each with its line end. */
	const char *help;
};

#define FIELD(name) offsetof(struct check_parser, name)

static int
parse_flag(struct check_parser *parser ATTR_UNUSED, void *field,
	   const char *value ATTR_UNUSED, const char **error_r ATTR_UNUSED)
{
	*(bool *)field = TRUE;
	return 0;
}

static int
parse_text(struct check_parser *parser ATTR_UNUSED, void *field,
	   const char *value, const char **error_r ATTR_UNUSED)
{
	*(const char **)field = value;
	return 0;
}

static int
parse_list(struct check_parser *parser ATTR_UNUSED, void *field,
	   const char *value, const char **error_r ATTR_UNUSED)
{
	str_printfa(*(string_t **)field, "%s\n", value);
	return 0;
}

static int
parse_domains(struct check_parser *parser, void *field, const char *value,
	      const char **error_r)
{
	struct bounce_domain_words *words = &parser->options.domains;

	(void)parse_list(parser, field, value, error_r);
	if (bounce_domain_words_parse(parser->pool, str_c(parser->domains),
				      words, error_r) < 0)
		return -1;
	if (words->dict == NULL)
		return 0;
	*error_r = "only Dovecot can ask a dict";
	return -1;
}

static int
parse_address(struct check_parser *parser, void *field, const char *value,
	      const char **error_r ATTR_UNUSED)
{
	size_t size = strlen(value);

	if (size >= 2 && value[0] == '<' && value[size - 1] == '>') {
		value++;
		size -= 2;
	}
	*(const char **)field = p_strndup(parser->pool, value, size);
	return 0;
}

static int
parse_now(struct check_parser *parser ATTR_UNUSED, void *field,
	  const char *value, const char **error_r)
{
	int tz;

	if (str_to_time(value, field) == 0 ||
	    iso8601_date_parse((const unsigned char *)value, strlen(value),
			       field, &tz))
		return 0;
	*error_r = "neither seconds nor a time such as 2025-11-24T10:00:00Z";
	return -1;
}

/* Parse the value as a server parses ORCPT. */
static int
parse_orcpt(struct check_parser *parser, void *field, const char *value,
	    const char **error_r)
{
	struct smtp_params_rcpt params;
	enum smtp_param_parse_error code;

	if (smtp_params_rcpt_parse(parser->pool,
				   t_strconcat("ORCPT=", value, NULL), 0,
				   SMTP_CAPABILITY_DSN, NULL, &params, &code,
				   error_r) < 0)
		return -1;
	if (params.orcpt.addr == NULL) {
		*error_r = "not an address such as rfc822;user@example.org";
		return -1;
	}
	*(const char **)field = p_strdup(parser->pool,
		smtp_address_encode(params.orcpt.addr));
	return 0;
}

static int
parse_number(struct check_parser *parser ATTR_UNUSED, void *field,
	     const char *value, const char **error_r)
{
	unsigned int *number_r = field;

	if (str_to_uint(value, number_r) == 0 && *number_r > 0)
		return 0;
	*error_r = "not a number above 0";
	return -1;
}

static const struct check_option check_options[] = {
	{ "domain", "D", parse_domains, FIELD(domains), NULL,
	  "our domain; .D with its subdomains; /path: a file of\n"
	  "them, one on a line; may be repeated\n"
	  "(default: the domain of the recipient)\n" },
	{ "keys", "DIR", parse_text, FIELD(options.key_dir), NULL,
	  "directory of public keys, SELECTOR._domainkey.DOMAIN\n" },
	{ "dns", "SERVER", parse_list, FIELD(servers), NULL,
	  "resolver to ask, ADDRESS[:PORT]; may be repeated\n"
	  "(default: the system's)\n" },
	{ "no-dns", NULL, parse_flag, FIELD(options.no_dns), NULL,
	  "ask no resolver: keys come from --keys alone\n" },
	{ "mail-from", "ADDRESS", parse_address,
	  FIELD(options.envelope.mail_from), NULL,
	  "envelope sender, '' is the null sender\n"
	  "(default: Return-Path)\n" },
	{ "rcpt-to", "ADDRESS", parse_address,
	  FIELD(options.envelope.rcpt_to), NULL,
	  "envelope recipient\n"
	  "(default: Delivered-To, X-Original-To, To)\n" },
	{ "orcpt", "TYPE;ADDRESS", parse_orcpt,
	  FIELD(options.envelope.orcpt), NULL,
	  "what RCPT's ORCPT said, rfc822;user+40example.org\n" },
	{ "now", "TIME", parse_now, FIELD(set.policy.now), NULL,
	  "judge as of this time: seconds since 1970, or as in\n"
	  "2025-11-24T10:00:00Z\n" },
	{ "sender-match", "HOW", NULL, 0, "backscatter_sender_match",
	  "bind From to the recipient: none, domain, address\n"
	  "(default: domain)\n" },
	{ "alias", "ADDRESS", parse_list, FIELD(aliases), "backscatter_aliases",
	  "another address of the recipient's, or @example.org\n"
	  "for a whole domain; may be repeated\n" },
	{ "recipient-delimiter", "CHARACTERS", parse_text,
	  FIELD(set.policy.recipient_delimiter), NULL,
	  "before the detail of an address (default: +)\n" },
	{ "max-age", "TIME", NULL, 0, "backscatter_max_age",
	  "older signatures are stale (default: 14d)\n" },
	{ "queue-lifetime", "TIME", NULL, 0, "backscatter_queue_lifetime",
	  "slack given to a signature that expires (default: 5d)\n" },
	{ "signed-since", "DATE", NULL, 0, "backscatter_signed_since",
	  "earlier mail is not expected to be signed: 2026-01-31\n" },
	{ "min-rsa-bits", "N", NULL, 0, "backscatter_min_rsa_bits",
	  "weaker RSA keys do not vouch (default: 1024)\n" },
	{ "spf", "HOW", NULL, 0, "backscatter_spf",
	  "check SPF of the host that handed the original over:\n"
	  "no; report (default): show the result, and know by it\n"
	  "what was forwarded from here; rescue: also take mail\n"
	  "that passes for unverifiable, not for backscatter;\n"
	  "never checked with --no-dns\n" },
	{ "reporter-spf", NULL, parse_flag, FIELD(options.reporter_spf), NULL,
	  "also check SPF of the host that sent the bounce\n" },
	{ "trusted-networks", "L", parse_list,
	  FIELD(networks), "backscatter_trusted_networks",
	  "our own servers: addresses and ranges; may be repeated\n"
	  "(default: 127.0.0.0/8 ::1)\n" },
	{ "authserv-id", "NAME", NULL, 0, "backscatter_authserv_id",
	  "believe Authentication-Results by this name\n" },
	{ "senders", NULL, parse_flag, FIELD(options.senders), NULL,
	  "list at the end who sent mail in our name that came\n"
	  "back unsigned\n" },
	{ "json", NULL, parse_flag, FIELD(options.json), NULL,
	  "print JSON, one object on each line\n" },
	{ "repeat", "N", parse_number, FIELD(options.repeat), NULL,
	  "judge each message N times, print messages per second\n" },
	{ "help", NULL, parse_flag, FIELD(help), NULL,
	  "print this\n" },
	{ "version", NULL, parse_flag, FIELD(version), NULL,
	  "print the version\n" }
};

static const char help_head[] =
"usage: backscatter-check [options] FILE...\n"
"\n"
"Judge bounces: was the mail that came back sent by us? FILE is a message, an\n"
"mbox, a maildir or another directory of messages, or - for standard input.\n"
"\n";

static const char help_tail[] =
"\n"
"Exit status: 0 all messages were judged, whatever the verdicts; 2 a file\n"
"could not be read; 64 the command line is wrong; 74 the output could not be\n"
"written.\n";

static void check_help(void)
{
	const struct check_option *option;
	const char *const *lines;
	unsigned int i;
	int width;

	fputs(help_head, stdout);
	for (i = 0; i < N_ELEMENTS(check_options); i++) {
		option = &check_options[i];
		width = printf("  --%s", option->name);
		if (option->argument != NULL)
			width += printf(" %s", option->argument);
		if (width >= HELP_COLUMN) {
			fputc('\n', stdout);
			width = 0;
		}
		lines = t_strsplit(option->help, "\n");
		for (; lines[1] != NULL; lines++, width = 0)
			printf("%*s%s\n", HELP_COLUMN - width, "", *lines);
	}
	fputs(help_tail, stdout);
}

static int
check_parse_option(struct check_parser *parser,
		   const struct check_option *option, const char *value,
		   const char **error_r)
{
	void *field = PTR_OFFSET(parser, option->offset);
	const char *error, *text = value;
	int ret = 0;

	if (option->parse != NULL)
		ret = option->parse(parser, field, value, &error);
	if (option->parse == parse_list)
		text = str_c(*(string_t **)field);
	if (ret == 0 && option->setting != NULL) {
		ret = backscatter_settings_parse_value(parser->pool,
			option->setting, text, &parser->set, &error);
	}
	if (ret < 0) {
		*error_r = t_strdup_printf("--%s: %s: %s", option->name, value,
					   error);
	}
	return ret;
}

int check_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "backscatter-check: %s\n",
		t_strdup_vprintf(format, args));
	va_end(args);
	return -1;
}

static int check_usage_error(const char *error)
{
	return check_error("%s\nTry 'backscatter-check --help'.", error);
}

/* Returns the same as bounce_check_options_parse(). */
static int
check_parse_options(struct check_parser *parser, int argc, char *argv[])
{
	struct option long_options[N_ELEMENTS(check_options) + 1];
	const char *error;
	unsigned int i;
	int idx, ret;

	i_zero(&long_options);
	for (i = 0; i < N_ELEMENTS(check_options); i++) {
		long_options[i].name = check_options[i].name;
		long_options[i].has_arg = check_options[i].argument != NULL ?
			required_argument : no_argument;
	}
	while ((ret = getopt_long(argc, argv, "", long_options, &idx)) == 0) {
		if (check_parse_option(parser, &check_options[idx], optarg,
				       &error) < 0)
			return check_usage_error(error);
		if (parser->help)
			check_help();
		else if (parser->version)
			puts("backscatter-check "BACKSCATTER_VERSION);
		if (parser->help || parser->version)
			return 0;
	}
	/* getopt_long() has said what is wrong */
	if (ret != -1)
		return -1;
	if (str_len(parser->servers) > 0) {
		parser->options.dns_servers = str_c(parser->servers);
		if (parser->options.no_dns) {
			return check_usage_error(
				"--dns and --no-dns exclude each other");
		}
	}
	if (argv[optind] == NULL)
		return check_usage_error("no file given");
	return 1;
}

/* No setting is set: all have their defaults. */
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
		.domains = str_new(pool, 64),
		.servers = str_new(pool, 64),
		.aliases = str_new(pool, 64),
		.networks = str_new(pool, 64)
	};
	const char *error;
	int ret;

	if (backscatter_settings_parse(pool, no_setting, NULL, &parser.set,
				       &error) < 0)
		i_unreached();
	parser.set.policy.now = time(NULL);
	ret = check_parse_options(&parser, argc, argv);
	*options_r = parser.options;
	options_r->policy = parser.set.policy;
	options_r->policy.spf_rescue = parser.set.spf == BACKSCATTER_SPF_RESCUE;
	options_r->spf = parser.set.spf != BACKSCATTER_SPF_NO;
	options_r->files = (const char *const *)argv + optind;
	return ret;
}
