/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "dict.h"
#include "name/address.h"
#include "base/sanitize.h"
#include "dict/dict-key.h"
#include "audit/count-key.h"

#include <ctype.h>
#include <time.h>

/* A longer name is not valid, RFC 1035 section 2.3.4. */
#define BACKSCATTER_COUNT_SERVER_MAX 253
/* In octets. A name that is longer than any user's name is counted by its
   hash. */
#define BACKSCATTER_COUNT_NAME_MAX 255

/* DAY/SCOPE/NAME/VERDICT/REASON/OUTCOME */
#define BACKSCATTER_COUNT_PARTS 6

static const char *const backscatter_count_scopes[] = {
	[BACKSCATTER_COUNT_USER] = "user",
	[BACKSCATTER_COUNT_DOMAIN] = "domain",
	[BACKSCATTER_COUNT_SERVER] = "server",
	[BACKSCATTER_COUNT_KEY] = "key"
};

const char *backscatter_count_scope_name(enum backscatter_count_scope scope)
{
	i_assert(scope < N_ELEMENTS(backscatter_count_scopes));

	return backscatter_count_scopes[scope];
}

const char *backscatter_count_day(time_t now)
{
	struct tm tm;
	char day[sizeof("YYYY-MM-DD") + 16];

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(day, sizeof(day), "%Y-%m-%d", &tm) == 0)
		return "1970-01-01";
	return t_strdup(day);
}

static const char *t_backscatter_count_name(const char *name)
{
	if (*name == '\0')
		return BACKSCATTER_COUNT_NO_WORD;
	if (strlen(name) > BACKSCATTER_COUNT_NAME_MAX)
		return backscatter_key_hash_str(name);
	return dict_escape_string(t_bounce_sanitize(name, strlen(name)));
}

const char *
backscatter_count_path(const char *prefix, const char *day,
			 enum backscatter_count_scope scope, const char *name)
{
	string_t *path = t_str_new(128);

	str_printfa(path, "%s%s/%s/", prefix, day,
		    backscatter_count_scope_name(scope));
	if (name != NULL)
		str_printfa(path, "%s/", t_backscatter_count_name(name));
	return str_c(path);
}

const char *backscatter_count_key(const struct backscatter_count *count)
{
	return t_strconcat(backscatter_count_path(BACKSCATTER_COUNT_ADD,
						    count->day, count->scope,
						    count->name),
			   count->verdict, "/", count->reason, "/",
			   count->outcome, NULL);
}

const char *backscatter_count_name_key(enum backscatter_count_scope scope,
				       const char *name)
{
	return t_strconcat(BACKSCATTER_COUNT_NAME,
			   backscatter_count_scope_name(scope), "/",
			   t_backscatter_count_name(name), NULL);
}

const char *
backscatter_count_bounce_key(const struct backscatter_count *count,
			     const char *const names[BACKSCATTER_COUNT_SCOPES])
{
	string_t *key = t_str_new(256);
	unsigned int i;

	str_printfa(key, BACKSCATTER_COUNT_BOUNCE"%s/", count->day);
	for (i = 0; i < BACKSCATTER_COUNT_SCOPES; i++) {
		str_printfa(key, "%s/", names[i] == NULL ?
			    BACKSCATTER_COUNT_UNCOUNTED :
			    t_backscatter_count_name(names[i]));
	}
	str_printfa(key, "%s/%s/%s", count->verdict, count->reason,
		    count->outcome);
	return str_c(key);
}

static int
backscatter_count_scope_parse(const char *str,
			      enum backscatter_count_scope *scope_r)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(backscatter_count_scopes); i++) {
		if (strcmp(str, backscatter_count_scopes[i]) == 0) {
			*scope_r = i;
			return 0;
		}
	}
	return -1;
}

int backscatter_count_key_parse(const char *key,
				struct backscatter_count *count_r)
{
	const char *const *parts;

	if (strncmp(key, BACKSCATTER_COUNT_ADD,
		    strlen(BACKSCATTER_COUNT_ADD)) == 0)
		key += strlen(BACKSCATTER_COUNT_ADD);
	else if (strncmp(key, BACKSCATTER_COUNT_SQL,
			 strlen(BACKSCATTER_COUNT_SQL)) == 0)
		key += strlen(BACKSCATTER_COUNT_SQL);
	else
		return -1;
	parts = t_strsplit(key, "/");
	if (str_array_length(parts) != BACKSCATTER_COUNT_PARTS ||
	    backscatter_count_scope_parse(parts[1], &count_r->scope) < 0)
		return -1;
	count_r->day = parts[0];
	count_r->name = dict_unescape_string(parts[2]);
	count_r->verdict = parts[3];
	count_r->reason = parts[4];
	count_r->outcome = parts[5];
	return 0;
}

const char *backscatter_count_server(const char *reporting_mta)
{
	const char *p;

	if (reporting_mta == NULL || *reporting_mta == '\0')
		return "(unknown)";
	for (p = reporting_mta; *p != '\0'; p++) {
		if (!i_isalnum(*p) && strchr(".-_:[]", *p) == NULL)
			return "(invalid)";
	}
	if (p - reporting_mta > BACKSCATTER_COUNT_SERVER_MAX)
		return "(invalid)";
	return t_str_lcase(reporting_mta);
}

const char *backscatter_count_domain(const char *username,
				       const char *rcpt_to)
{
	const char *domain = bounce_address_domain(username);

	if (domain == NULL)
		domain = bounce_address_domain(rcpt_to);
	return domain == NULL ? "(none)" : t_str_lcase(domain);
}
