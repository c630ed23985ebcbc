/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "bounce-address.h"
#include "bounce-domain-name.h"
#include "bounce-domains.h"
#include "bounce-forwarded.h"
#include "bounce-header.h"
#include "bounce-networks.h"
#include "bounce-policy.h"
#include "bounce-trace.h"

/* A host's name has no more labels that are looked at: each costs a lookup. */
#define FORWARDED_MAX_LABELS 8

/* "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321 section 4.1.3), with or
   without its brackets. */
static bool
host_is_trusted_literal(const struct bounce_policy *policy, const char *host)
{
	size_t size = strlen(host);
	struct ip_addr ip;

	if (size >= 2 && host[0] == '[' && host[size - 1] == ']')
		host = t_strndup(host + 1, size - 2);
	if (strncasecmp(host, "IPv6:", 5) == 0)
		host += 5;
	return bounce_ip_parse(host, &ip) == 0 &&
		bounce_networks_match(policy->trusted_networks, &ip);
}

static bool
host_is_ours(const struct bounce_policy *policy, const char *host)
{
	const char *name;
	unsigned int i;

	if (host == NULL)
		return FALSE;
	if (host_is_trusted_literal(policy, host))
		return TRUE;
	name = t_bounce_domain_normalise(host);
	for (i = 0; i < FORWARDED_MAX_LABELS && name != NULL; i++) {
		if (bounce_domains_match(policy->domains, name))
			return TRUE;
		name = strchr(name, '.');
		if (name != NULL)
			name++;
	}
	return FALSE;
}

static bool
address_is_mailbox(const struct bounce_policy *policy,
		   const struct bounce_envelope *envelope, const char *text)
{
	struct bounce_address address, mailbox;

	if (text == NULL || t_bounce_address_parse(text, &address) < 0)
		return FALSE;
	if (envelope->rcpt_to != NULL &&
	    t_bounce_address_parse(envelope->rcpt_to, &mailbox) == 0 &&
	    bounce_address_equals(&address, &mailbox,
				  policy->recipient_delimiter))
		return TRUE;
	return envelope->user != NULL &&
		t_bounce_address_parse(envelope->user, &mailbox) == 0 &&
		bounce_address_equals(&address, &mailbox,
				      policy->recipient_delimiter);
}

/* The bounce itself came from a host of ours: no stranger's address stands in
   its trace. A file without any trace says nothing. */
static bool
bounce_is_ours(pool_t pool, const struct bounce_policy *policy,
	       const struct bounce_header *bounce)
{
	unsigned int field;

	return bounce_header_find(bounce, "Received") != NULL &&
		bounce_trace_reporter(pool, bounce, policy->trusted_networks,
				      &field) == NULL;
}

/* The field by which the mail came to the mailbox, from the top; the number of
   fields if there is none. */
static unsigned int
received_find_mailbox(const struct bounce_policy *policy,
		      const struct bounce_envelope *envelope,
		      const struct bounce_received *received,
		      unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (address_is_mailbox(policy, envelope, received[i].rcpt) &&
		    host_is_ours(policy, received[i].by))
			break;
	}
	return i;
}

/* The stranger's host took the mail from this client. What other strangers wrote
   above it would make that anybody's word. */
static bool
received_is_handover(pool_t pool, const struct bounce_policy *policy,
		     const struct bounce_header *original,
		     const struct bounce_received *received)
{
	const struct bounce_received *origin =
		bounce_trace_origin(pool, original, policy->trusted_networks,
				    FALSE);

	return received->ip.family != 0 && origin != NULL &&
		net_ip_compare(&origin->ip, &received->ip);
}

/* The mailbox's domain, where it is ours. */
static const char *
forwarded_domain(pool_t pool, const struct bounce_policy *policy,
		 const struct bounce_envelope *envelope)
{
	struct bounce_address mailbox;

	if (envelope->rcpt_to == NULL ||
	    t_bounce_address_parse(envelope->rcpt_to, &mailbox) < 0 ||
	    !bounce_domains_match(policy->domains, mailbox.domain))
		return NULL;
	return p_strdup(pool, mailbox.domain);
}

static void
forwarded_find(pool_t pool, const struct bounce_policy *policy,
	       const struct bounce_envelope *envelope,
	       const struct bounce_header *bounce,
	       const struct bounce_header *original,
	       struct bounce_forwarded *forwarded)
{
	ARRAY_TYPE(bounce_received) fields;
	const struct bounce_received *received;
	unsigned int i, count;

	t_array_init(&fields, 8);
	bounce_received_collect(pool, original, &fields);
	received = array_get(&fields, &count);
	i = received_find_mailbox(policy, envelope, received, count);
	if (i == count)
		return;
	while (i > 0 && host_is_ours(policy, received[i - 1].by))
		i--;
	if (i == 0) {
		if (bounce_is_ours(pool, policy, bounce))
			forwarded->forwarding = BOUNCE_FORWARDED_YES;
		return;
	}
	received += i - 1;
	if (!received_is_handover(pool, policy, original, received))
		return;
	if (bounce_networks_match(policy->trusted_networks, &received->ip)) {
		forwarded->forwarding = BOUNCE_FORWARDED_YES;
		return;
	}
	forwarded->domain = forwarded_domain(pool, policy, envelope);
	if (forwarded->domain != NULL) {
		forwarded->forwarding = BOUNCE_FORWARDED_IF_SPF;
		forwarded->client = p_strdup(pool,
					     net_ip2addr(&received->ip));
	}
}

void bounce_forwarded_find(pool_t pool, const struct bounce_policy *policy,
			   const struct bounce_envelope *envelope,
			   const struct bounce_header *bounce,
			   const struct bounce_header *original,
			   struct bounce_forwarded *forwarded_r)
{
	i_zero(forwarded_r);
	T_BEGIN {
		forwarded_find(pool, policy, envelope, bounce, original,
			       forwarded_r);
	} T_END;
}
