/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* SPF where the DNS is a stranger's. The input is a list of lines: the first
   is MAIL FROM, the second the HELO name; each lookup is answered by the next
   one, again from the third after the last. libspf2 itself is not instrumented,
   but what it allocates is.
   Covers: src/net/spf/spf.c
   Covers: src/net/spf/spf-record.c */

#include "fuzz-common.h"
#include "net.h"
#include "dns/dns.h"
#include "name/domain-name.h"
#include "keys/key-lookup.h"
#include "spf/spf.h"

struct fuzz_dns {
	const char *const *lines;
	unsigned int next;
	unsigned int queries;
};

/* "!" and "?" are failures; otherwise words are records, of TXT a line. */
static void
fuzz_answer(pool_t pool, struct bounce_dns_query *query, const char *line)
{
	const char *const *words = t_strsplit(line, "|");
	struct bounce_dns_record *records;
	struct ip_addr ip;
	unsigned int i, count = I_MIN(str_array_length(words),
				      BOUNCE_DNS_MAX_RECORDS);

	query->status = *line == '!' ? BOUNCE_DNS_TEMPERROR :
		*line == '?' ? BOUNCE_DNS_NXDOMAIN :
		count == 0 ? BOUNCE_DNS_NODATA : BOUNCE_DNS_OK;
	query->error = "fuzz";
	if (query->status != BOUNCE_DNS_OK)
		return;
	records = p_new(pool, struct bounce_dns_record, count);
	for (i = 0; i < count; i++) {
		records[i].data = (const void *)p_strdup(pool, words[i]);
		records[i].size = strlen(words[i]);
		if ((query->type == BOUNCE_DNS_TYPE_A ||
		     query->type == BOUNCE_DNS_TYPE_AAAA) &&
		    net_addr2ip(words[i], &ip) == 0) {
			records[i].size = ip.family == AF_INET ? 4 : 16;
			records[i].data = p_memdup(pool, &ip.u,
						   records[i].size);
		}
	}
	query->records = records;
	query->records_count = count;
}

static void
fuzz_dns(void *context, pool_t pool, struct bounce_dns_query *queries,
	 unsigned int count, uint64_t deadline ATTR_UNUSED)
{
	struct fuzz_dns *dns = context;
	unsigned int i;

	i_assert(++dns->queries <= BOUNCE_SPF_MAX_LOOKUPS);
	for (i = 0; i < count; i++) {
		i_assert(bounce_dns_name_is_valid(queries[i].name));
		if (dns->lines[dns->next] == NULL)
			dns->next = 2;
		fuzz_answer(pool, &queries[i], dns->lines[dns->next] == NULL ?
			    "?" : dns->lines[dns->next++]);
	}
}

static uint64_t fuzz_now(void *context ATTR_UNUSED)
{
	return 1;
}

FUZZ_BEGIN_STR(const char *str)
{
	const char *const *lines = t_strsplit(str, "\n");
	struct fuzz_dns dns = { .next = 2 };
	const struct bounce_key_lookup_ports ports = {
		.dns = fuzz_dns, .now = fuzz_now, .context = &dns
	};
	const struct bounce_key_lookup_settings set = { .timeout_msecs = 1000 };
	struct bounce_spf_request request = { .ip = { .family = AF_INET } };
	struct bounce_key_lookup *lookup;
	const char *text, *error;
	enum bounce_spf spf;
	pool_t pool = pool_allocfree_create("fuzz");

	if (str_array_length(lines) >= 3) {
		dns.lines = lines;
		request.sender = lines[0];
		request.helo = lines[1];
		if (net_addr2ip(str[0] == '6' ? "2001:db8::1" : "192.0.2.1",
				&request.ip) < 0 ||
		    bounce_key_lookup_create(&set, &ports, &lookup,
					     &error) < 0)
			i_unreached();
		spf = bounce_spf_check(bounce_key_lookup_source(lookup, pool),
				       pool, &request, &text);
		i_assert(spf != BOUNCE_SPF_NOT_ASKED);
		bounce_key_lookup_unref(&lookup);
	}
	pool_unref(&pool);
}
FUZZ_END
