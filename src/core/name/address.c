/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "strescape.h"
#include "message-address.h"
#include "name/domain-name.h"
#include "name/address.h"

/*
 * Parsing
 */

static const char *t_address_domain(const char *domain)
{
	const char *name = t_bounce_domain_normalise(domain);
	size_t size = strlen(domain);

	if (name != NULL)
		return name;
	/* it is an address literal, or not a domain at all */
	if (size > 0 && domain[size - 1] == '.')
		size--;
	return t_strndup(domain, size);
}

/* RFC 5321 section 4.1.2: a Quoted-string means the same as the text that it
   quotes. */
static const char *t_local_part_unquote(const char *local_part)
{
	size_t size = strlen(local_part);

	if (size < 2 || local_part[0] != '"' || local_part[size - 1] != '"')
		return local_part;
	return str_unescape(t_strdup_noconst(t_strndup(local_part + 1,
						       size - 2)));
}

const char *bounce_address_domain(const char *text)
{
	const char *at = text == NULL ? NULL : strrchr(text, '@');

	return at == NULL || at[1] == '\0' ? NULL : at + 1;
}

const char *t_bounce_address_strip(const char *text)
{
	size_t size = strlen(text);

	return size >= 2 && text[0] == '<' && text[size - 1] == '>' ?
		t_strndup(text + 1, size - 2) : text;
}

int t_bounce_address_parse(const char *text,
			   struct bounce_address *address_r)
{
	const char *domain = bounce_address_domain(text);

	i_zero(address_r);
	if (domain == NULL)
		return -1;
	address_r->local_part =
		t_local_part_unquote(t_strdup_until(text, domain - 1));
	address_r->domain = t_address_domain(domain);
	return *address_r->local_part == '\0' ||
		*address_r->domain == '\0' ? -1 : 0;
}

const char *bounce_address_list_skip_name(const char *value)
{
	const char *angle = value + strcspn(value, "<(\",:;");

	return *angle == '<' && strpbrk(angle + 1, "<,") == NULL ?
		angle : value;
}

int t_bounce_address_parse_list(const char *value,
				const struct bounce_address **list_r,
				unsigned int *count_r)
{
	ARRAY(struct bounce_address) list;
	const struct message_address *addr;
	struct bounce_address *address;
	unsigned int parsed = 0;

	*list_r = NULL;
	*count_r = 0;
	if (value == NULL)
		return 0;
	value = bounce_address_list_skip_name(value);
	t_array_init(&list, 4);
	addr = message_address_parse(pool_datastack_create(),
				     (const unsigned char *)value,
				     strlen(value),
				     BOUNCE_ADDRESS_MAX_LIST + 1, 0);
	for (; addr != NULL && parsed < BOUNCE_ADDRESS_MAX_LIST;
	     addr = addr->next, parsed++) {
		/* a group begins and ends with an entry without a domain */
		if (addr->mailbox == NULL || *addr->mailbox == '\0' ||
		    addr->domain == NULL || *addr->domain == '\0')
			continue;
		address = array_append_space(&list);
		address->local_part = addr->mailbox;
		address->domain = t_address_domain(addr->domain);
	}
	*list_r = array_get(&list, count_r);
	return addr == NULL ? 0 : -1;
}

bool t_bounce_address_parse_first(const char *value,
				  struct bounce_address *address_r)
{
	const struct bounce_address *list;
	unsigned int count;

	(void)t_bounce_address_parse_list(value, &list, &count);
	if (count > 0)
		*address_r = list[0];
	return count > 0;
}

const char *const *
t_bounce_address_strings(const char *value, unsigned int max)
{
	ARRAY_TYPE(const_string) list;
	const struct message_address *addr;
	const char *address;

	t_array_init(&list, 4);
	addr = value == NULL ? NULL :
		message_address_parse(pool_datastack_create(),
				      (const unsigned char *)value,
				      strlen(value), max, 0);
	for (; addr != NULL; addr = addr->next) {
		address = t_str_lcase(t_strdup_printf("%s@%s",
			addr->mailbox == NULL ? "" : addr->mailbox,
			addr->domain == NULL ? "" : addr->domain));
		array_push_back(&list, &address);
	}
	array_append_zero(&list);
	return array_front(&list);
}

bool bounce_address_string_is_whole(const char *address)
{
	return address[0] != '@' && address[strlen(address) - 1] != '@';
}

/*
 * Wrappings
 */

/* Skip what stands before the separator, and the separator itself. Returns
   FALSE if there is no separator, or if nothing stands before it. */
static bool wrap_skip(const char **p, char separator)
{
	const char *end = strchr(*p, separator);

	if (end == NULL || end == *p)
		return FALSE;
	*p = end + 1;
	return TRUE;
}

static bool wrap_is_srs_separator(char c)
{
	return c == '=' || c == '+' || c == '-';
}

/* The forms are SRS0=HHH=TT=domain=local-part, and SRS1=HHH=forwarder=, which
   is followed by an SRS0 address: without the letters SRS0, but with the
   separator that stands after them. */
static bool unwrap_srs(const char *p, struct bounce_address *inner_r)
{
	const char *domain;
	bool srs1;

	if (strncasecmp(p, "SRS", 3) != 0 || (p[3] != '0' && p[3] != '1') ||
	    !wrap_is_srs_separator(p[4]))
		return FALSE;
	srs1 = p[3] == '1';
	p += 5;
	if (srs1 && (!wrap_skip(&p, '=') || !wrap_skip(&p, '=') ||
		     !wrap_is_srs_separator(*p++)))
		return FALSE;
	if (!wrap_skip(&p, '=') || !wrap_skip(&p, '='))
		return FALSE;
	domain = p;
	if (!wrap_skip(&p, '=') || *p == '\0')
		return FALSE;
	inner_r->domain = t_address_domain(t_strdup_until(domain, p - 1));
	inner_r->local_part = p;
	return *inner_r->domain != '\0';
}

/* A tag has one digit for the key, three for the day, and six hexadecimal
   digits of the hash. */
static bool wrap_is_batv_tag(const char *tag, size_t size)
{
	return size == 10 && strspn(tag, "0123456789") >= 4 &&
		strspn(tag, "0123456789abcdefABCDEF") >= 10;
}

/* The form is TAG=local-part; the older one is local-part/TAG. */
static const char *t_unwrap_batv(const char *p)
{
	size_t size = strcspn(p, "=");
	const char *slash;

	if (p[size] == '=' && wrap_is_batv_tag(p, size))
		return p + size + 1;
	slash = strrchr(p, '/');
	if (slash != NULL && wrap_is_batv_tag(slash + 1, strlen(slash + 1)))
		return t_strdup_until(p, slash);
	return NULL;
}

/* The form of Barracuda is btv1==TAG==local-part. */
static const char *unwrap_btv1(const char *p)
{
	const char *end = strstr(p, "==");

	return end == NULL || end == p ? NULL : end + 2;
}

bool t_bounce_address_unwrap(const struct bounce_address *address,
			     struct bounce_address *inner_r)
{
	const char *local_part = address->local_part;

	i_zero(inner_r);
	if (unwrap_srs(local_part, inner_r))
		return TRUE;
	inner_r->local_part = NULL;
	inner_r->domain = address->domain;
	if (strncasecmp(local_part, "prvs=", 5) == 0)
		inner_r->local_part = t_unwrap_batv(local_part + 5);
	else if (strncasecmp(local_part, "btv1==", 6) == 0)
		inner_r->local_part = unwrap_btv1(local_part + 6);
	return inner_r->local_part != NULL && *inner_r->local_part != '\0';
}

/*
 * Comparing
 */

static size_t local_part_size(const char *local_part, const char *delimiters)
{
	size_t size = delimiters == NULL ? strlen(local_part) :
		strcspn(local_part, delimiters);

	/* a local part that begins with a delimiter has no detail */
	return size == 0 ? strlen(local_part) : size;
}

bool bounce_address_equals(const struct bounce_address *address1,
			   const struct bounce_address *address2,
			   const char *delimiters)
{
	size_t size = local_part_size(address1->local_part, delimiters);

	return size == local_part_size(address2->local_part, delimiters) &&
		strncasecmp(address1->local_part, address2->local_part,
			    size) == 0 &&
		bounce_domain_equals(address1->domain, address2->domain);
}

/*
 * Patterns
 */

/* Returns "@domain" or an address, its domain in the form in which domains are
   compared; NULL if the word is neither. */
static const char *t_pattern_parse(const char *word)
{
	const char *domain = bounce_address_domain(word);
	const char *name = t_bounce_domain_normalise(domain);

	return name == NULL ? NULL :
		t_strconcat(t_strdup_until(word, domain), name, NULL);
}

int bounce_address_parse_patterns(pool_t pool, const char *list,
				  const char *const **patterns_r,
				  const char **error_r)
{
	ARRAY_TYPE(const_string) patterns;
	const char *const *word;
	const char *pattern;

	p_array_init(&patterns, pool, 4);
	for (word = t_strsplit_spaces(list, ", \t\r\n"); *word != NULL;
	     word++) {
		pattern = t_pattern_parse(*word);
		if (pattern == NULL) {
			*error_r = t_bounce_domain_error(*word, "an address");
			return -1;
		}
		pattern = p_strdup(pool, pattern);
		array_push_back(&patterns, &pattern);
	}
	array_append_zero(&patterns);
	*patterns_r = array_front(&patterns);
	return 0;
}
