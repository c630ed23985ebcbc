/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base/sanitize.h"
#include "name/domain-name.h"
#include "name/idn.h"

/* RFC 1035 section 2.3.4, for a name in its text form */
#define DNS_NAME_MAX_SIZE 253
#define DNS_LABEL_MAX_SIZE 63

bool bounce_dns_name_data_is_valid(const unsigned char *name, size_t size)
{
	size_t i, label_size = 0;

	if (size == 0 || size > DNS_NAME_MAX_SIZE)
		return FALSE;
	for (i = 0; i < size; i++) {
		if (name[i] == '.') {
			if (label_size == 0)
				return FALSE;
			label_size = 0;
		} else if (!((name[i] >= 'a' && name[i] <= 'z') ||
			     (name[i] >= '0' && name[i] <= '9') ||
			     name[i] == '-' || name[i] == '_') ||
			   ++label_size > DNS_LABEL_MAX_SIZE) {
			return FALSE;
		}
	}
	return label_size > 0;
}

bool bounce_dns_name_is_valid(const char *name)
{
	return bounce_dns_name_data_is_valid((const unsigned char *)name,
					     strlen(name));
}

/*
 * Domains
 */

/* A name that is longer than this in UTF-8 does not fit into 253 octets as
   A-labels: a character has at most 4 octets in UTF-8, and takes at least one
   octet there. */
#define DOMAIN_MAX_UTF8_SIZE (4 * DNS_NAME_MAX_SIZE)

/* How many octets of a bad word an error shows */
#define DOMAIN_ERROR_MAX_SIZE 80

/* Returns the size of the domain without the root's dot at its end. */
static size_t domain_size(const char *domain)
{
	size_t size = strlen(domain);

	return size > 0 && domain[size - 1] == '.' ? size - 1 : size;
}

static bool is_ascii(const char *p)
{
	while (*p != '\0' && (unsigned char)*p < 0x80)
		p++;
	return *p == '\0';
}

const char *t_bounce_domain_normalise(const char *domain)
{
	if (domain != NULL && !is_ascii(domain)) {
		domain = strlen(domain) > DOMAIN_MAX_UTF8_SIZE ? NULL :
			t_bounce_idn_to_ascii(domain);
	}
	if (domain == NULL)
		return NULL;
	domain = t_str_lcase(t_strndup(domain, domain_size(domain)));
	return bounce_dns_name_is_valid(domain) ? domain : NULL;
}

const char *t_bounce_domain_error(const char *word, const char *expected)
{
	const char *error = is_ascii(word) ? NULL : t_bounce_idn_error();

	return error != NULL ? error : t_strdup_printf("'%s' is not %s",
		t_bounce_sanitize_text(word, DOMAIN_ERROR_MAX_SIZE), expected);
}

bool bounce_domain_is_within(const char *domain, const char *parent)
{
	size_t size = domain_size(domain), parent_size = domain_size(parent);
	const char *end = domain + size;

	if (parent_size == 0 || size < parent_size ||
	    strncasecmp(end - parent_size, parent, parent_size) != 0)
		return FALSE;
	return size == parent_size || *(end - parent_size - 1) == '.';
}

bool bounce_domain_equals(const char *domain1, const char *domain2)
{
	return domain_size(domain1) == domain_size(domain2) &&
		bounce_domain_is_within(domain1, domain2);
}
