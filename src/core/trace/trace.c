/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "name/domain-name.h"
#include "header/header.h"
#include "name/networks.h"
#include "trace/trace.h"

struct trace_rules {
	const struct bounce_networks *trusted;
	bool skip_trusted;
	bool skip_same_domain;
};

/* Returns the domain that a host's name is in, or NULL if that would be a
   top-level domain: "mx.b.example.com" is in "b.example.com", and "example.com"
   is in none. */
static const char *host_domain(const char *name)
{
	const char *parent = strchr(name, '.');

	return parent == NULL || strchr(parent + 1, '.') == NULL ? NULL :
		parent + 1;
}

bool bounce_received_is_internal(const struct bounce_received *received)
{
	const char *domain;

	if (received->helo == NULL || received->by == NULL)
		return FALSE;
	domain = host_domain(received->by);
	return domain != NULL &&
		bounce_domain_is_within(received->helo, domain) &&
		!bounce_domain_equals(received->helo, domain);
}

static bool
trace_skip(const struct trace_rules *rules,
	   const struct bounce_received *received)
{
	if (received->ip.family == 0 || bounce_ip_is_private(&received->ip))
		return TRUE;
	if (bounce_networks_match(rules->trusted, &received->ip))
		return rules->skip_trusted;
	return rules->skip_same_domain && bounce_received_is_internal(received);
}

static const struct bounce_received *
trace_find(const struct bounce_header *header, const struct trace_rules *rules)
{
	const struct bounce_received *received;

	array_foreach(bounce_received_get(header), received) {
		if (!trace_skip(rules, received))
			return received;
	}
	return NULL;
}

const struct bounce_received *
bounce_trace_reporter(const struct bounce_header *bounce,
		      const struct bounce_networks *trusted,
		      unsigned int *field_r)
{
	const struct trace_rules rules = {
		.trusted = trusted, .skip_trusted = TRUE
	};
	const struct bounce_received *received = trace_find(bounce, &rules);

	*field_r = received == NULL ? bounce->fields_count : received->field;
	return received;
}

bool bounce_trace_is_from_here(const struct bounce_header *bounce,
			       const struct bounce_networks *trusted)
{
	unsigned int field;

	return bounce_header_find(bounce, "Received") != NULL &&
		bounce_trace_reporter(bounce, trusted, &field) == NULL;
}

const struct bounce_received *
bounce_trace_origin(const struct bounce_header *bounce,
		    const struct bounce_header *original,
		    const struct bounce_networks *trusted)
{
	bool made_here = bounce != NULL &&
		bounce_trace_is_from_here(bounce, trusted);
	const struct trace_rules rules = {
		.trusted = trusted,
		.skip_trusted = made_here,
		.skip_same_domain = !made_here
	};

	return trace_find(original, &rules);
}
