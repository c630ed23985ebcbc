#ifndef TEST_BOUNCE_ZONE_H
#define TEST_BOUNCE_ZONE_H

/* A DNS made up: answers in the form in which servers give them. */

#include "buffer.h"
#include "net.h"
#include "dns/dns.h"
#include "keys/key-lookup.h"

#define TEST_ZONE_MAX_VALUES 16

struct test_zone_record {
	const char *name;
	enum bounce_dns_type type;
	/* addresses, names, or texts by the type; none: NODATA */
	const char *values[TEST_ZONE_MAX_VALUES];
	/* TEMPERROR: no answer; the rest of the deadline is waited for */
	enum bounce_dns_status status;
};

struct test_zone {
	/* ends with a name that is NULL */
	const struct test_zone_record *records;
	unsigned int ttl;

	uint64_t now;
	/* how long an answer takes */
	uint64_t delay;
	unsigned int queries;
	/* what was asked for last */
	char last[256];
};

static inline void test_zone_16(buffer_t *buf, unsigned int value)
{
	buffer_append_c(buf, value >> 8);
	buffer_append_c(buf, value & 0xff);
}

static inline void test_zone_name(buffer_t *buf, const char *name)
{
	size_t size;

	for (; *name != '\0'; name += size + (name[size] == '.' ? 1 : 0)) {
		size = strcspn(name, ".");
		buffer_append_c(buf, size);
		buffer_append(buf, name, size);
	}
	buffer_append_c(buf, 0);
}

static inline void
test_zone_rdata(buffer_t *buf, enum bounce_dns_type type, const char *value)
{
	struct ip_addr ip;
	size_t size;

	switch (type) {
	case BOUNCE_DNS_TYPE_A:
	case BOUNCE_DNS_TYPE_AAAA:
		if (net_addr2ip(value, &ip) < 0)
			i_panic("%s is no address", value);
		buffer_append(buf, &ip.u, type == BOUNCE_DNS_TYPE_A ? 4 : 16);
		break;
	case BOUNCE_DNS_TYPE_MX:
		test_zone_16(buf, 10);
		/* fall through */
	case BOUNCE_DNS_TYPE_PTR:
		test_zone_name(buf, value);
		break;
	default:
		do {
			size = I_MIN(strlen(value), 255);
			buffer_append_c(buf, size);
			buffer_append(buf, value, size);
			value += size;
		} while (*value != '\0');
		break;
	}
}

static inline void
test_zone_answer(const struct test_zone *zone,
		 const struct test_zone_record *record,
		 const struct bounce_dns_query *query, buffer_t *buf)
{
	buffer_t *rdata = t_buffer_create(512);
	unsigned int i, count = 0;

	while (record != NULL && count < TEST_ZONE_MAX_VALUES &&
	       record->values[count] != NULL)
		count++;
	test_zone_16(buf, 0);
	test_zone_16(buf, 0x8180 | (record == NULL ? 3 : 0));
	test_zone_16(buf, 1);
	test_zone_16(buf, count);
	test_zone_16(buf, 0);
	test_zone_16(buf, 0);
	test_zone_name(buf, query->name);
	test_zone_16(buf, query->type);
	test_zone_16(buf, 1);
	for (i = 0; i < count; i++) {
		buffer_set_used_size(rdata, 0);
		test_zone_rdata(rdata, query->type, record->values[i]);
		/* the name of the question */
		test_zone_16(buf, 0xc00c);
		test_zone_16(buf, query->type);
		test_zone_16(buf, 1);
		test_zone_16(buf, zone->ttl >> 16);
		test_zone_16(buf, zone->ttl & 0xffff);
		test_zone_16(buf, rdata->used);
		buffer_append_buf(buf, rdata, 0, SIZE_MAX);
	}
}

static inline void
test_zone_query(struct test_zone *zone, pool_t pool,
		struct bounce_dns_query *query, uint64_t deadline)
{
	const struct test_zone_record *record = zone->records, *found = NULL;
	static const struct test_zone_record nodata;
	buffer_t *buf = t_buffer_create(512);

	zone->queries++;
	i_strocpy(zone->last, query->name, sizeof(zone->last));
	for (; record->name != NULL; record++) {
		if (strcasecmp(record->name, query->name) != 0)
			continue;
		found = &nodata;
		if (record->type == query->type) {
			found = record;
			break;
		}
	}
	zone->now += zone->delay;
	if (found != NULL && found->status == BOUNCE_DNS_TEMPERROR)
		zone->now = deadline;
	if (zone->now >= deadline) {
		query->status = BOUNCE_DNS_TEMPERROR;
		query->timed_out = TRUE;
		query->error = "no answer in time";
		return;
	}
	test_zone_answer(zone, found, query, buf);
	bounce_dns_answer_parse(pool, buf->data, buf->used, query);
}

static void
test_zone_dns(void *context, pool_t pool, struct bounce_dns_query *queries,
	      unsigned int count, uint64_t deadline)
{
	unsigned int i;

	for (i = 0; i < count; i++) T_BEGIN {
		test_zone_query(context, pool, &queries[i], deadline);
	} T_END;
}

static uint64_t test_zone_now(void *context)
{
	const struct test_zone *zone = context;

	return zone->now;
}

/* A context that asks the zone, with a deadline of 2000 ms. */
static inline struct bounce_key_lookup *test_zone_lookup(struct test_zone *zone)
{
	const struct bounce_key_lookup_ports ports = {
		.dns = test_zone_dns, .now = test_zone_now, .context = zone
	};
	const struct bounce_key_lookup_settings set = {
		.timeout_msecs = 2000
	};
	struct bounce_key_lookup *lookup;
	const char *error;

	if (bounce_key_lookup_create(&set, &ports, &lookup, &error) < 0)
		i_panic("%s", error);
	return lookup;
}

#endif
