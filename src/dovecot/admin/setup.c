/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dkim/tags.h"
#include "explain/check.h"
#include "name/own-domains.h"
#include "user/keys.h"
#include "verdict/unsigned-sender.h"
#include "dovecot-backscatter.h"

int backscatter_signature_key(const char *value, const char **selector_r,
			      const char **domain_r)
{
	const struct bounce_tag *selector, *domain;
	struct bounce_tags tags;
	const char *name, *error;

	/* what is wrong with the rest of it does not matter here */
	(void)bounce_tags_parse((const unsigned char *)value, strlen(value),
				&tags, &error);
	selector = bounce_tags_find(&tags, "s");
	domain = bounce_tags_find(&tags, "d");
	if (selector == NULL || domain == NULL)
		return -1;
	*selector_r = t_strndup(selector->value, selector->value_size);
	*domain_r = t_strndup(domain->value, domain->value_size);
	return backscatter_key_name(*selector_r, *domain_r, &name, &error);
}

int backscatter_domains_have(const char *list, const char *domain)
{
	pool_t pool = pool_alloconly_create("backscatter domains", 1024);
	struct bounce_domains *domains;
	const char *error;
	int ret = -1;

	if (bounce_domains_parse(pool, list, &domains, &error) == 0)
		ret = bounce_domains_match(domains, domain) ? 1 : 0;
	pool_unref(&pool);
	return ret;
}

bool backscatter_result_unsigned(const struct backscatter_result *result,
				 pool_t pool,
				 struct backscatter_unsigned_sender *sender_r)
{
	struct bounce_unsigned_sender sender;

	if (!bounce_unsigned_sender_find(pool, &result->check->policy,
					 result->verdict, &sender))
		return FALSE;
	i_zero(sender_r);
	sender_r->domain = sender.domain;
	sender_r->address = sender.address;
	sender_r->host = sender.host;
	return TRUE;
}
