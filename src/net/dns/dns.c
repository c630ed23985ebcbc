/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "dns/dns-private.h"

#include <time.h>

int bounce_dns_create(const char *servers, struct bounce_dns **dns_r,
		      const char **error_r)
{
	string_t *str = t_str_new(128);

	if (bounce_dns_servers_parse(servers, str, error_r) < 0)
		return -1;
	*dns_r = i_new(struct bounce_dns, 1);
	(*dns_r)->servers = i_strdup(str_c(str));
	return 0;
}

void bounce_dns_destroy(struct bounce_dns **_dns)
{
	struct bounce_dns *dns = *_dns;

	if (dns == NULL)
		return;
	*_dns = NULL;
	i_free(dns->servers);
	i_free(dns);
}

uint64_t bounce_dns_now(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) < 0)
		i_fatal("clock_gettime(CLOCK_MONOTONIC) failed: %m");
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void bounce_dns_query_reset(struct bounce_dns_query *query)
{
	*query = (struct bounce_dns_query) {
		.name = query->name,
		.type = query->type,
		.status = BOUNCE_DNS_TEMPERROR
	};
}
