/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* What a DNS server answers. The first octet is the type that was asked for, the
   rest the answer.
   Covers: src/net/dns/dns-answer.c */

#include "fuzz-common.h"
#include "dns/dns.h"

#define FUZZ_NAME "s1._domainkey.example.org"

static const enum bounce_dns_type fuzz_types[] = {
	BOUNCE_DNS_TYPE_TXT, BOUNCE_DNS_TYPE_A, BOUNCE_DNS_TYPE_PTR,
	BOUNCE_DNS_TYPE_MX, BOUNCE_DNS_TYPE_AAAA
};

static void fuzz_records(string_t *str, const struct bounce_dns_query *query)
{
	unsigned int i;

	i_assert(query->records_count > 0 &&
		 query->records_count <= BOUNCE_DNS_MAX_RECORDS);
	for (i = 0; i < query->records_count; i++) {
		const struct bounce_dns_record *record = &query->records[i];

		i_assert(record->data != NULL);
		if (query->type == BOUNCE_DNS_TYPE_MX ||
		    query->type == BOUNCE_DNS_TYPE_PTR)
			i_assert(memchr(record->data, '\0',
					record->size) == NULL);
		str_append_data(str, record->data, record->size);
	}
}

static void
fuzz_answer(string_t *str, const char *name, const uint8_t *data, size_t size)
{
	struct bounce_dns_query query = {
		.name = name,
		.type = fuzz_types[data[0] % N_ELEMENTS(fuzz_types)]
	};
	pool_t pool = pool_allocfree_create("fuzz");

	data++;
	size--;
	bounce_dns_answer_parse(pool, data, size, &query);
	i_assert(query.answer_size == size &&
		 memcmp(query.answer, data, size) == 0);
	i_assert(query.ttl <= 0x7fffffff && !query.timed_out);
	i_assert((query.error == NULL) == (query.status == BOUNCE_DNS_OK));
	str_printfa(str, "%d %u ", query.status, query.ttl);
	if (query.status == BOUNCE_DNS_OK)
		fuzz_records(str, &query);
	else
		i_assert(query.records_count == 0 && query.records == NULL);
	if (query.status == BOUNCE_DNS_TEMPERROR)
		i_assert(query.ttl == 0);
	pool_unref(&pool);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	string_t *plain = t_str_new(256), *dotted = t_str_new(256);

	if (size > 0) {
		fuzz_answer(plain, FUZZ_NAME, data, size);
		fuzz_answer(dotted, FUZZ_NAME".", data, size);
		i_assert(str_equals(plain, dotted));
	}
}
FUZZ_END
