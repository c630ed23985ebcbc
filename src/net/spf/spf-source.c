/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "name/address.h"
#include "name/own-domains.h"
#include "header/header.h"
#include "message/message.h"
#include "verdict/policy.h"
#include "spf/spf.h"
#include "spf/spf-source.h"
#include "trace/trace.h"

struct spf_source {
	struct bounce_spf_source source;
	struct bounce_key_source *keys;
};

/* Returns the address in this header field, if its domain is one of ours, or
   NULL. */
static const char *
spf_own_address(pool_t pool, const struct bounce_policy *policy,
		const struct bounce_header *original, const char *field,
		const char **domain_r)
{
	struct bounce_address address;

	if (!t_bounce_address_parse_first(
			t_bounce_header_value(original, field), &address) ||
	    !bounce_domains_match(policy->domains, address.domain))
		return NULL;
	*domain_r = p_strdup(pool, address.domain);
	return p_strconcat(pool, address.local_part, "@", address.domain,
			   NULL);
}

static void
spf_source_ask(struct spf_source *source, pool_t pool,
	       const struct bounce_received *hop, const char *sender,
	       struct bounce_spf_result *result_r)
{
	const struct bounce_spf_request request = {
		.ip = hop->ip,
		.helo = hop->helo,
		.sender = sender
	};

	result_r->address = p_strdup(pool, net_ip2addr(&hop->ip));
	result_r->spf = bounce_spf_check(source->keys, pool, &request,
					 &result_r->text);
}

static void
spf_source_check(struct bounce_spf_source *_source, pool_t pool,
		 const struct bounce_policy *policy,
		 const struct bounce_message *bounce,
		 const struct bounce_header *original,
		 struct bounce_spf_result *result_r)
{
	struct spf_source *source =
		container_of(_source, struct spf_source, source);
	const struct bounce_received *origin;
	const char *sender;

	i_zero(result_r);
	origin = bounce_trace_origin(bounce->header, original,
				     policy->trusted_networks);
	if (origin == NULL)
		return;
	T_BEGIN {
		/* Return-Path has MAIL FROM, which is what SPF checks */
		sender = spf_own_address(pool, policy, original, "Return-Path",
					 &result_r->domain);
		if (sender == NULL) {
			sender = spf_own_address(pool, policy, original, "From",
						 &result_r->domain);
		}
	} T_END;
	if (sender != NULL)
		spf_source_ask(source, pool, origin, sender, result_r);
}

static void
spf_source_check_reporter(struct bounce_spf_source *_source, pool_t pool,
			  const struct bounce_policy *policy,
			  const struct bounce_message *bounce,
			  struct bounce_spf_result *result_r)
{
	struct spf_source *source =
		container_of(_source, struct spf_source, source);
	const struct bounce_received *reporter;
	unsigned int field;

	i_zero(result_r);
	reporter = bounce_trace_reporter(bounce->header,
					 policy->trusted_networks, &field);
	if (reporter == NULL)
		return;
	result_r->domain = reporter->helo;
	spf_source_ask(source, pool, reporter, NULL, result_r);
}

static void
spf_source_check_host(struct bounce_spf_source *_source, pool_t pool,
		      const struct ip_addr *ip, const char *domain,
		      struct bounce_spf_result *result_r)
{
	struct spf_source *source =
		container_of(_source, struct spf_source, source);
	const struct bounce_received hop = { .ip = *ip };

	result_r->domain = p_strdup(pool, domain);
	spf_source_ask(source, pool, &hop,
		       p_strconcat(pool, "postmaster@", domain, NULL),
		       result_r);
}

struct bounce_spf_source *
bounce_spf_source_init(pool_t pool, struct bounce_key_source *keys,
		       bool reporter)
{
	struct spf_source *source = p_new(pool, struct spf_source, 1);

	source->source.check = spf_source_check;
	source->source.check_host = spf_source_check_host;
	if (reporter)
		source->source.check_reporter = spf_source_check_reporter;
	source->keys = keys;
	return &source->source;
}
