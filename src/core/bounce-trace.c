/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-header.h"
#include "bounce-limits.h"
#include "bounce-networks.h"
#include "bounce-trace.h"

struct trace_context {
	const struct bounce_networks *trusted;
	bool skip_trusted;
	bool skip_same_domain;
};

/* What is above a host's own name, where that is no more than a registry's
   domain: "mx.b.example.com" is in "b.example.com", "example.com" in none. */
static const char *host_domain(const char *name)
{
	const char *parent = strchr(name, '.');

	return parent == NULL || strchr(parent + 1, '.') == NULL ? NULL :
		parent + 1;
}

static bool host_is_within(const char *name, const char *domain)
{
	size_t size = strlen(name), domain_size = strlen(domain);

	return size > domain_size &&
		name[size - domain_size - 1] == '.' &&
		strcasecmp(name + size - domain_size, domain) == 0;
}

/* The client says that it is of the server's own domain. */
static bool received_is_internal(const struct bounce_received *received)
{
	const char *domain;

	if (received->helo == NULL || received->by == NULL)
		return FALSE;
	domain = host_domain(received->by);
	return domain != NULL && host_is_within(received->helo, domain);
}

static bool
trace_skip(const struct trace_context *ctx,
	   const struct bounce_received *received)
{
	if (received->ip.family == 0 || bounce_ip_is_private(&received->ip))
		return TRUE;
	if (bounce_networks_match(ctx->trusted, &received->ip))
		return ctx->skip_trusted;
	return ctx->skip_same_domain && received_is_internal(received);
}

static const struct bounce_received *
trace_find(pool_t pool, const struct bounce_header *header,
	   const struct trace_context *ctx, unsigned int *field_r)
{
	struct bounce_received received;
	unsigned int i, count = 0;

	for (i = 0; i < header->fields_count; i++) {
		if (!bounce_field_is(header, &header->fields[i], "Received"))
			continue;
		if (++count > BOUNCE_RECEIVED_MAX_FIELDS)
			break;
		T_BEGIN {
			bounce_received_parse(pool,
				t_bounce_field_value(header,
					&header->fields[i],
					BOUNCE_RECEIVED_MAX_SIZE), &received);
		} T_END;
		if (!trace_skip(ctx, &received)) {
			*field_r = i;
			return p_memdup(pool, &received, sizeof(received));
		}
	}
	*field_r = header->fields_count;
	return NULL;
}

const struct bounce_received *
bounce_trace_reporter(pool_t pool, const struct bounce_header *bounce,
		      const struct bounce_networks *trusted,
		      unsigned int *field_r)
{
	const struct trace_context ctx = {
		.trusted = trusted, .skip_trusted = TRUE
	};

	return trace_find(pool, bounce, &ctx, field_r);
}

const struct bounce_received *
bounce_trace_origin(pool_t pool, const struct bounce_header *original,
		    const struct bounce_networks *trusted, bool made_here)
{
	const struct trace_context ctx = {
		.trusted = trusted,
		.skip_trusted = made_here,
		.skip_same_domain = !made_here
	};
	unsigned int field;

	return trace_find(pool, original, &ctx, &field);
}
