/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-networks.h"
#include "bounce-received-private.h"

#include <ctype.h>

/*
 * Addresses
 */

/* The text of an address alone: "1.2.3.4", "IPv6:2001:db8::1", "fe80::1%12". */
static bool parse_bare_ip(const char *text, size_t size, struct ip_addr *ip_r)
{
	struct ip_addr ip4;
	const char *str, *scope;

	if (bounce_text_begins(text, size, "IPv6:")) {
		text += 5;
		size -= 5;
	}
	if (size == 0 || size > INET6_ADDRSTRLEN + 16 ||
	    !(i_isxdigit(*text) || *text == ':'))
		return FALSE;
	scope = memchr(text, '%', size);
	str = t_strndup(text, scope == NULL ? size : (size_t)(scope - text));
	if (bounce_ip_parse(str, ip_r) < 0)
		return FALSE;
	if (net_ipv6_mapped_ipv4_convert(ip_r, &ip4) == 0)
		*ip_r = ip4;
	return TRUE;
}

bool bounce_received_ip(const char *text, size_t size, struct ip_addr *ip_r)
{
	const char *end, *at;

	if (size > 0 && *text == '[') {
		end = memchr(text, ']', size);
		text++;
		size = end == NULL ? size - 1 : (size_t)(end - text);
		if (parse_bare_ip(text, size, ip_r))
			return TRUE;
		end = memchr(text, ':', size);
		return end != NULL && parse_bare_ip(text, end - text, ip_r);
	}
	for (at = text + size; at > text && at[-1] != '@'; at--) ;
	return parse_bare_ip(at, text + size - at, ip_r);
}

/*
 * Who logged in
 */

static const char *text_find(const char *text, const char *phrase)
{
	size_t size = strlen(phrase);

	for (; *text != '\0'; text++) {
		if (strncasecmp(text, phrase, size) == 0)
			return text + size;
	}
	return NULL;
}

const char *t_bounce_received_name(const char *name)
{
	name += strspn(name, " ");
	return t_strndup(name, strcspn(name, " ,;)"));
}

/* Courier's "AUTH: LOGIN alice, TLS: .." */
static const char *t_auth_courier(const char *name)
{
	name += strspn(name, " ");
	name += strcspn(name, " ,");
	return t_bounce_received_name(name);
}

/* Everything to the end of the comment. */
static const char *t_auth_rest(const char *name)
{
	return t_str_trim(name, " ");
}

bool bounce_received_auth(const char *text, const char **name_r)
{
	static const struct {
		const char *phrase;
		/* the name that follows; NULL: there is none */
		const char *(*name)(const char *rest);
		/* at the comment's beginning alone */
		bool first;
	} forms[] = {
		{ "authenticated sender:", t_auth_rest, TRUE },
		{ "authenticated as ", t_bounce_received_name, FALSE },
		{ "authenticated user ", t_bounce_received_name, FALSE },
		{ "authenticated user: ", t_bounce_received_name, FALSE },
		{ "authenticated: ", t_bounce_received_name, TRUE },
		{ "authenticated bits", NULL, TRUE },
		{ "AUTH: ", t_auth_courier, TRUE },
		{ "account ", t_bounce_received_name, TRUE },
	};
	const char *rest;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(forms); i++) {
		rest = forms[i].first ?
			(bounce_text_begins(text, strlen(text),
					    forms[i].phrase) ?
			 text + strlen(forms[i].phrase) : NULL) :
			text_find(text, forms[i].phrase);
		if (rest == NULL)
			continue;
		*name_r = forms[i].name == NULL ? "" : forms[i].name(rest);
		return TRUE;
	}
	return FALSE;
}
