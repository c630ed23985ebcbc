/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "rfc822-parser.h"
#include "name/address.h"
#include "trace/authres.h"
#include "name/domain-name.h"
#include "header/header.h"
#include "base/limits.h"
#include "report/delivery-status.h"

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

/* Append the text of a quoted string, with '_' for the characters that would be
   syntax outside of it. */
static void authres_append_quoted(string_t *dest, const char *text)
{
	for (; *text != '\0'; text++)
		str_append_c(dest, strchr(" ;=", *text) != NULL ? '_' : *text);
}

/* Returns the value without comments, quotes, and the white space around '='. A
   comment or a quoted string that is left open is dropped, and so is all that
   follows. */
static const char *t_authres_flatten(const char *value)
{
	struct rfc822_parser_context parser;
	string_t *dest = t_str_new(strlen(value) + 1);
	string_t *quoted = t_str_new(64);
	const unsigned char *end;
	bool space = FALSE, equals = FALSE;

	rfc822_parser_init(&parser, (const unsigned char *)value,
			   strlen(value), NULL);
	for (;;) {
		end = parser.data;
		if (rfc822_skip_lwsp(&parser) <= 0)
			return str_c(dest);
		if ((space || parser.data > end) && *parser.data != '=' &&
		    !equals)
			str_append_c(dest, ' ');
		equals = *parser.data == '=';
		space = FALSE;
		if (*parser.data != '"') {
			str_append_c(dest, *parser.data++);
			continue;
		}
		str_truncate(quoted, 0);
		if (rfc822_parse_quoted_string(&parser, quoted) < 0)
			return str_c(dest);
		authres_append_quoted(dest, str_c(quoted));
		/* it has skipped what is behind it */
		space = parser.data[-1] != '"';
	}
}

/* Returns the domain that the value is, or that of an address; NULL if it is
   not below a top-level domain. */
static const char *authres_domain(pool_t pool, const char *value)
{
	const char *domain = bounce_address_domain(value);

	domain = t_bounce_domain_normalise(domain == NULL ? value : domain);
	return domain == NULL || strchr(domain, '.') == NULL ? NULL :
		p_strdup(pool, domain);
}

/* Set the domain. The properties that are named first take precedence. */
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
	const char *const *word;
	unsigned int i;
	size_t size;

	for (i = 0; i < N_ELEMENTS(properties); i++) {
		size = strlen(properties[i].property);
		if (strcmp(properties[i].method, result->method) != 0)
			continue;
		for (word = words; *word != NULL && result->domain == NULL;
		     word++) {
			if (strncasecmp(*word, properties[i].property,
					size) == 0) {
				result->domain = authres_domain(pool,
								*word + size);
			}
		}
	}
}

/* Add a result such as "dkim/1=pass reason=x header.d=example.com". */
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

/* TRUE if the address is aligned with the domain. A top-level domain is aligned
   with nothing, as it is above the domains of strangers. */
static bool address_is_aligned(const char *address, const char *domain)
{
	const char *own = bounce_address_domain(address);

	return own != NULL && strchr(own, '.') != NULL &&
		(bounce_domain_is_within(own, domain) ||
		 bounce_domain_is_within(domain, own));
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

/* Read the fields among the first fields_count of the header. */
static void
t_authres_collect(const struct bounce_header *bounce,
		  unsigned int fields_count, const char *authserv_id,
		  ARRAY_TYPE(bounce_authres) *results)
{
	const struct bounce_field *field = bounce->fields;
	const struct bounce_field *end = field +
		I_MIN(fields_count, bounce->fields_count);
	unsigned int count = 0;

	t_array_init(results, 4);
	for (; field < end && count < BOUNCE_AUTHRES_MAX_FIELDS; field++) {
		if (!bounce_field_is(bounce, field, "Authentication-Results"))
			continue;
		count++;
		(void)bounce_authres_parse(pool_datastack_create(),
			t_bounce_field_value(bounce, field,
					     BOUNCE_AUTHRES_MAX_SIZE),
			authserv_id, results);
	}
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
		t_authres_collect(bounce, fields_count, authserv_id, &results);
		alignment = results_alignment(&results, report);
	} T_END;
	return alignment;
}

bool bounce_authres_spf_passes(const struct bounce_header *bounce,
			       unsigned int fields_count,
			       const char *authserv_id, const char *domain)
{
	ARRAY_TYPE(bounce_authres) results;
	const struct bounce_authres_result *result;
	bool passes = FALSE;

	T_BEGIN {
		t_authres_collect(bounce, fields_count, authserv_id, &results);
		array_foreach(&results, result) {
			if (strcmp(result->method, "spf") == 0 &&
			    strcmp(result->result, "pass") == 0 &&
			    result->domain != NULL &&
			    bounce_domain_is_within(result->domain, domain))
				passes = TRUE;
		}
	} T_END;
	return passes;
}
