/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "message-address.h"
#include "bounce-header.h"
#include "bounce-policy.h"
#include "bounce-sender.h"

static size_t domain_size(const char *domain)
{
	size_t size = strlen(domain);

	return size > 0 && domain[size - 1] == '.' ? size - 1 : size;
}

/* TRUE if domain is parent or one of its subdomains. */
static bool domain_is_within(const char *domain, const char *parent)
{
	size_t size = domain_size(domain), parent_size = domain_size(parent);
	const char *end = domain + size;

	if (parent_size == 0 || size < parent_size ||
	    strncasecmp(end - parent_size, parent, parent_size) != 0)
		return FALSE;
	return size == parent_size || *(end - parent_size - 1) == '.';
}

static const char *local_part_without_detail(const char *local_part)
{
	return t_strcut(local_part, '+');
}

/* The first address. Many write a display name with an '@' in it and no quotes:
   where words and one pair of angle brackets are all that is there, the address
   is in them. Brackets in a comment or a quoted string are somebody's trick. */
static const struct message_address *sender_parse(const char *from)
{
	const char *angle = from + strcspn(from, "<(\",");

	if (*angle == '<' && strchr(angle + 1, '<') == NULL)
		from = angle;
	return message_address_parse(pool_datastack_create(),
				     (const unsigned char *)from, strlen(from),
				     1, 0);
}

static bool
sender_matches(const struct bounce_policy *policy, const char *rcpt_to,
	       const struct bounce_header *original)
{
	const char *rcpt_domain = strrchr(rcpt_to, '@'), *from;
	const struct message_address *addr;

	if (rcpt_domain == NULL)
		return TRUE;
	rcpt_domain++;
	from = t_bounce_header_value(original, "From");
	if (from == NULL)
		return FALSE;
	addr = sender_parse(from);
	if (addr == NULL || addr->domain == NULL || *addr->domain == '\0')
		return FALSE;
	if (policy->sender_match == BOUNCE_SENDER_MATCH_DOMAIN) {
		return domain_is_within(addr->domain, rcpt_domain) ||
			domain_is_within(rcpt_domain, addr->domain);
	}
	return strcasecmp(addr->domain, rcpt_domain) == 0 &&
		strcasecmp(local_part_without_detail(addr->mailbox),
			   local_part_without_detail(t_strdup_until(
				rcpt_to, rcpt_domain - 1))) == 0;
}

bool bounce_sender_matches(const struct bounce_policy *policy,
			   const struct bounce_envelope *envelope,
			   const struct bounce_header *original)
{
	bool ret;

	if (policy->sender_match == BOUNCE_SENDER_MATCH_NONE ||
	    envelope->rcpt_to == NULL)
		return TRUE;
	T_BEGIN {
		ret = sender_matches(policy, envelope->rcpt_to, original);
	} T_END;
	return ret;
}
