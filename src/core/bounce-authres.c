/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "bounce-authres.h"
#include "bounce-header.h"
#include "bounce-limits.h"
#include "bounce-report.h"

static const char *const alignment_names[] = {
	[BOUNCE_ALIGNMENT_UNKNOWN] = "unknown",
	[BOUNCE_ALIGNMENT_NO] = "no",
	[BOUNCE_ALIGNMENT_YES] = "yes"
};
_Static_assert(N_ELEMENTS(alignment_names) == BOUNCE_ALIGNMENT_COUNT,
	       "alignment_names is complete");

const char *bounce_alignment_name(enum bounce_alignment alignment)
{
	i_assert(alignment < BOUNCE_ALIGNMENT_COUNT);
	return alignment_names[alignment];
}

/* In a quoted string these are no syntax. */
static char quoted_char(char c)
{
	return c == ' ' || c == ';' || c == '=' ? '_' : c;
}

/* The value without comments, quotes, and white space around '='. */
static const char *t_authres_flatten(const char *value)
{
	string_t *str = t_str_new(strlen(value) + 1);
	unsigned int depth = 0;
	bool quoted = FALSE;
	char c;

	for (; (c = *value) != '\0'; value++) {
		if (c == '\\' && (quoted || depth > 0) && value[1] != '\0') {
			value++;
			if (depth == 0)
				str_append_c(str, quoted_char(*value));
		} else if (quoted) {
			quoted = c != '"';
			if (quoted)
				str_append_c(str, quoted_char(c));
		} else if (c == '(') {
			depth++;
		} else if (depth > 0) {
			if (c == ')' && --depth == 0)
				str_append_c(str, ' ');
		} else if (c == '"') {
			quoted = TRUE;
		} else if (c == '=') {
			while (str_len(str) > 0 &&
			       str_data(str)[str_len(str) - 1] == ' ')
				str_truncate(str, str_len(str) - 1);
			str_append_c(str, c);
			value += strspn(value + 1, " ");
		} else {
			str_append_c(str, c);
		}
	}
	return str_c(str);
}

/* Behind the last '@', in lower case; NULL: there is none. */
static const char *authres_domain(pool_t pool, const char *value)
{
	const char *at = strrchr(value, '@');
	char *domain;
	size_t size;

	if (at != NULL)
		value = at + 1;
	domain = str_lcase(p_strdup(pool, value));
	size = strlen(domain);
	if (size > 0 && domain[size - 1] == '.')
		domain[size - 1] = '\0';
	return strchr(domain, '.') == NULL ? NULL : domain;
}

/* Those named first count before the others. */
static void
authres_set_domain(pool_t pool, struct bounce_authres_result *result,
		   const char *const *words)
{
	static const struct {
		const char *method, *property;
	} properties[] = {
		{ "dkim", "header.d=" }, { "dkim", "header.i=" },
		{ "spf", "smtp.mailfrom=" }, { "spf", "smtp.helo=" }
	};
	unsigned int i, j;
	size_t size;

	for (i = 0; i < N_ELEMENTS(properties); i++) {
		if (strcmp(properties[i].method, result->method) != 0)
			continue;
		size = strlen(properties[i].property);
		for (j = 0; words[j] != NULL && result->domain == NULL; j++) {
			if (strncasecmp(words[j], properties[i].property,
					size) == 0) {
				result->domain = authres_domain(pool,
							words[j] + size);
			}
		}
	}
}

/* "dkim/1=pass reason=x header.d=example.com" */
static void
authres_add(pool_t pool, const char *info, ARRAY_TYPE(bounce_authres) *results)
{
	const char *const *words = t_strsplit_spaces(info, " ");
	struct bounce_authres_result *result;
	const char *value;

	if (words[0] == NULL || (value = strchr(words[0], '=')) == NULL ||
	    array_count(results) >= BOUNCE_AUTHRES_MAX_RESULTS)
		return;
	result = array_append_space(results);
	result->method = str_lcase(p_strndup(pool, words[0],
					     strcspn(words[0], "=/")));
	result->result = str_lcase(p_strdup(pool, value + 1));
	authres_set_domain(pool, result, words + 1);
}

bool bounce_authres_parse(pool_t pool, const char *value,
			  const char *authserv_id,
			  ARRAY_TYPE(bounce_authres) *results)
{
	const char *const *infos, *const *words;
	bool ours;

	infos = t_strsplit(t_authres_flatten(value), ";");
	if (infos[0] == NULL)
		return FALSE;
	words = t_strsplit_spaces(infos[0], " ");
	ours = words[0] != NULL && strcasecmp(words[0], authserv_id) == 0;
	for (infos++; ours && *infos != NULL; infos++)
		authres_add(pool, *infos, results);
	return ours;
}

/*
 * Alignment
 */

static bool domain_is_below(const char *domain, const char *parent)
{
	size_t size = strlen(domain), parent_size = strlen(parent);

	return size > parent_size &&
		domain[size - parent_size - 1] == '.' &&
		strcasecmp(domain + size - parent_size, parent) == 0;
}

static bool domains_are_aligned(const char *domain1, const char *domain2)
{
	return strcasecmp(domain1, domain2) == 0 ||
		domain_is_below(domain1, domain2) ||
		domain_is_below(domain2, domain1);
}

static bool address_is_aligned(const char *address, const char *domain)
{
	const char *at = address == NULL ? NULL : strrchr(address, '@');

	/* a registry's domain is above everybody's */
	return at != NULL && strchr(at + 1, '.') != NULL &&
		domains_are_aligned(at + 1, domain);
}

static bool
report_is_aligned(const struct bounce_report *report, const char *domain)
{
	unsigned int i;

	for (i = 0; i < report->recipients_count; i++) {
		if (address_is_aligned(report->recipients[i].final_recipient,
				       domain) ||
		    address_is_aligned(report->recipients[i].original_recipient,
				       domain))
			return TRUE;
	}
	return FALSE;
}

static void
authres_collect(pool_t pool, const struct bounce_header *bounce,
		unsigned int fields_count, const char *authserv_id,
		ARRAY_TYPE(bounce_authres) *results)
{
	unsigned int i, count = 0;

	fields_count = I_MIN(fields_count, bounce->fields_count);
	for (i = 0; i < fields_count; i++) {
		if (!bounce_field_is(bounce, &bounce->fields[i],
				     "Authentication-Results"))
			continue;
		if (++count > BOUNCE_AUTHRES_MAX_FIELDS)
			break;
		(void)bounce_authres_parse(pool,
			t_bounce_field_value(bounce, &bounce->fields[i],
					     BOUNCE_AUTHRES_MAX_SIZE),
			authserv_id, results);
	}
}

static enum bounce_alignment
results_alignment(const ARRAY_TYPE(bounce_authres) *results,
		  const struct bounce_report *report)
{
	enum bounce_alignment alignment = BOUNCE_ALIGNMENT_UNKNOWN;
	const struct bounce_authres_result *result;

	array_foreach(results, result) {
		if (strcmp(result->method, "dkim") != 0 &&
		    strcmp(result->method, "spf") != 0)
			continue;
		if (strcmp(result->result, "pass") == 0 &&
		    result->domain != NULL &&
		    report_is_aligned(report, result->domain))
			return BOUNCE_ALIGNMENT_YES;
		alignment = BOUNCE_ALIGNMENT_NO;
	}
	return alignment;
}

enum bounce_alignment
bounce_authres_alignment(const struct bounce_header *bounce,
			 unsigned int fields_count, const char *authserv_id,
			 const struct bounce_report *report)
{
	ARRAY_TYPE(bounce_authres) results;
	enum bounce_alignment alignment;

	if (report == NULL || report->recipients_count == 0)
		return BOUNCE_ALIGNMENT_UNKNOWN;
	T_BEGIN {
		t_array_init(&results, 4);
		authres_collect(pool_datastack_create(), bounce, fields_count,
				authserv_id, &results);
		alignment = results_alignment(&results, report);
	} T_END;
	return alignment;
}
