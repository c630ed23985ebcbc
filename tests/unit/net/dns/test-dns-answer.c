/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "net.h"
#include "dns/dns.h"
#include "input.h"
#include "test-common.h"

static bool begins(const char *str, const char *prefix)
{
	return strncmp(str, prefix, strlen(prefix)) == 0;
}

#define QR 0x8000
#define AA 0x0400
#define TC 0x0200
#define SERVFAIL 2
#define NXDOMAIN 3
#define REFUSED 5

#define TYPE_NS 2
#define TYPE_CNAME 5
#define TYPE_SOA 6
#define TYPE_MX 15
#define TYPE_TXT 16
#define TYPE_OPT 41

enum section { ANSWER, AUTHORITY, ADDITIONAL };

/* Strings of RDATA are written as "\005hello": the length is seen. */
struct test_rr {
	enum section section;
	const char *owner;
	unsigned int type;
	uint32_t ttl;
	/* a name, or octets */
	const char *name;
	const char *data;
	size_t size;
};

static void put16(buffer_t *buf, unsigned int num)
{
	buffer_append_c(buf, num >> 8);
	buffer_append_c(buf, num & 0xff);
}

static void put_name(buffer_t *buf, const char *name)
{
	const char *const *labels = t_strsplit(name, ".");

	for (; *labels != NULL && **labels != '\0'; labels++) {
		buffer_append_c(buf, strlen(*labels));
		buffer_append(buf, *labels, strlen(*labels));
	}
	buffer_append_c(buf, 0);
}

static void put_rr(buffer_t *buf, const struct test_rr *rr)
{
	buffer_t *data = t_buffer_create(64);

	if (rr->name != NULL)
		put_name(data, rr->name);
	if (rr->data != NULL)
		buffer_append(data, rr->data, rr->size);
	put_name(buf, rr->owner);
	put16(buf, rr->type);
	put16(buf, rr->type == TYPE_OPT ? 1232 : 1);
	put16(buf, rr->ttl >> 16);
	put16(buf, rr->ttl & 0xffff);
	put16(buf, data->used);
	buffer_append_buf(buf, data, 0, SIZE_MAX);
}

static buffer_t *
packet_build(unsigned int flags, const char *question, unsigned int type,
	     const struct test_rr *rrs, unsigned int count)
{
	buffer_t *buf = t_buffer_create(512);
	unsigned int i, section, sections[3] = { 0, 0, 0 };

	for (i = 0; i < count; i++)
		sections[rrs[i].section]++;
	put16(buf, 0x1234);
	put16(buf, flags);
	put16(buf, 1);
	for (i = 0; i < N_ELEMENTS(sections); i++)
		put16(buf, sections[i]);
	put_name(buf, question);
	put16(buf, type);
	put16(buf, 1);
	for (section = 0; section < N_ELEMENTS(sections); section++) {
		for (i = 0; i < count; i++) {
			if (rrs[i].section == section)
				put_rr(buf, &rrs[i]);
		}
	}
	return buf;
}

/* What was found, as text. */
static const char *answer_describe(const struct bounce_dns_query *query)
{
	string_t *str = t_str_new(128);
	unsigned int i;

	switch (query->status) {
	case BOUNCE_DNS_OK:
		str_printfa(str, "%u", query->ttl);
		for (i = 0; i < query->records_count; i++) {
			str_append(str, " [");
			str_append_data(str, query->records[i].data,
					query->records[i].size);
			str_append_c(str, ']');
		}
		break;
	case BOUNCE_DNS_NXDOMAIN:
		str_printfa(str, "nxdomain %u", query->ttl);
		break;
	case BOUNCE_DNS_NODATA:
		str_printfa(str, "nodata %u", query->ttl);
		break;
	case BOUNCE_DNS_TEMPERROR:
		str_printfa(str, "temperror %s", query->error);
		break;
	}
	return str_c(str);
}

static const char *
answer_parse(const char *name, enum bounce_dns_type type,
	     const void *data, size_t size)
{
	pool_t pool = pool_alloconly_create("test answer", 1024);
	struct bounce_dns_query query;
	unsigned char *copy = test_input_copy(data, size);
	const char *ret;

	i_zero(&query);
	query.name = name;
	query.type = type;
	bounce_dns_answer_parse(pool, copy, size, &query);
	i_free(copy);
	test_assert((query.status == BOUNCE_DNS_OK) == (query.error == NULL));
	test_assert((query.status == BOUNCE_DNS_OK) ==
		    (query.records_count > 0));
	test_assert(query.answer_size == size);
	ret = answer_describe(&query);
	pool_unref(&pool);
	return ret;
}

#define DATA(str) NULL, (str), sizeof(str) - 1
#define TXT(owner, ttl, str) { ANSWER, owner, TYPE_TXT, ttl, DATA(str) }
#define CNAME(owner, ttl, target) \
	{ ANSWER, owner, TYPE_CNAME, ttl, target, NULL, 0 }
/* mname and rname are the root; the minimum is 300 */
#define SOA(ttl) { AUTHORITY, "d.", TYPE_SOA, ttl, DATA( \
	"\0\0" "\0\0\0\1" "\0\0\0\2" "\0\0\0\3" "\0\0\0\4" "\0\0\1\x2c") }
#define NS { AUTHORITY, "d", TYPE_NS, 60, "ns.d", NULL, 0 }

#define USELESS "temperror the answer is useless: "

static const struct {
	unsigned int flags;
	const char *question;
	struct test_rr rrs[5];
	const char *result;
} answers[] = {
	{ QR, "k.d", { TXT("k.d", 60, "\005hello") }, "60 [hello]" },
	{ QR, "K.D", { TXT("k.D", 60, "\005hello") }, "60 [hello]" },
	{ QR, "k.d", { TXT("k.d", 60, "\005hello\001 \0\005world") },
	  "60 [hello world]" },
	{ QR, "k.d", { TXT("k.d", 60, "\0") }, "60 []" },
	{ QR, "k.d", { TXT("k.d", 60, "\001a"), TXT("k.d", 50, "\001b") },
	  "50 [a] [b]" },
	{ QR, "k.d", { TXT("k.d", 0, "\001a") }, "0 [a]" },
	{ QR, "k.d", { TXT("k.d", 0x80000001, "\001a") }, "0 [a]" },
	{ QR, "k.d", { TXT("k.d", 0x7fffffff, "\001a") }, "2147483647 [a]" },
	{ QR, "k.d", { TXT("x.d", 1, "\001x"), TXT("k.d", 60, "\001a") },
	  "60 [a]" },

	/* aliases: the lowest TTL of the chain, in any order */
	{ QR, "k.d", { CNAME("k.d", 9, "a.e"), TXT("a.e", 60, "\001a") },
	  "9 [a]" },
	{ QR, "k.d", { TXT("a.e", 60, "\001a"), CNAME("b.e", 70, "A.E"),
		       CNAME("k.d", 80, "b.e") }, "60 [a]" },
	{ QR, "k.d", { CNAME("k.d", 9, "a.e"), TXT("b.e", 60, "\001a") },
	  USELESS "the alias was not followed: is the server recursive?" },
	{ QR, "k.d", { CNAME("k.d", 9, "a.e"), SOA(20) }, "nodata 20" },
	{ QR | NXDOMAIN, "k.d", { CNAME("k.d", 9, "a.e"), SOA(20) },
	  "nxdomain 20" },
	{ QR, "k.d", { CNAME("k.d", 9, "a.e"), CNAME("a.e", 9, "k.d") },
	  USELESS "its aliases do not end" },
	{ QR, "k.d", { CNAME("k.d", 9, "k.d") },
	  USELESS "its aliases do not end" },

	/* RFC 2308 section 5: the lower one of the SOA's TTL and minimum */
	{ QR | NXDOMAIN, "k.d", { SOA(900) }, "nxdomain 300" },
	{ QR | NXDOMAIN, "k.d", { SOA(20) }, "nxdomain 20" },
	{ QR | NXDOMAIN, "k.d", { { .owner = NULL } }, "nxdomain 0" },
	{ QR, "k.d", { SOA(900) }, "nodata 300" },
	{ QR, "k.d", { { .owner = NULL } }, "nodata 0" },
	/* a SOA that is one octet too short for its numbers */
	{ QR, "k.d", { { AUTHORITY, "d", TYPE_SOA, 20, DATA(
	  "\0" "\0\0\0\1" "\0\0\0\2" "\0\0\0\3" "\0\0\0\4"
	  "\0\0\0\5") } }, "nodata 0" },
	{ QR | AA, "k.d", { NS }, "nodata 0" },
	{ QR, "k.d", { NS, SOA(10) }, "nodata 10" },
	{ QR, "k.d", { NS },
	  USELESS "it is a referral: is the server recursive?" },
	{ QR, "k.d", { TXT("x.d", 60, "\001a") },
	  USELESS "its records belong to other names" },

	{ QR | SERVFAIL, "k.d", { { .owner = NULL } },
	  "temperror the server failed (SERVFAIL)" },
	{ QR | REFUSED, "k.d", { { .owner = NULL } },
	  "temperror the server refused to answer (REFUSED)" },
	{ QR | SERVFAIL, "k.d", { TXT("k.d", 60, "\001a") },
	  "temperror the server failed (SERVFAIL)" },
	/* BADVERS is 16, of which the header has the lower four bits */
	{ QR, "k.d", { { ADDITIONAL, "", TYPE_OPT, 1 << 24, DATA("") } },
	  "temperror the server answered with code 16" },
	{ QR, "k.d", { TXT("k.d", 60, "\001a"),
		       { ADDITIONAL, "", TYPE_OPT, 0, DATA("") } }, "60 [a]" },

	{ 0, "k.d", { TXT("k.d", 60, "\001a") }, USELESS "it is not an answer" },
	{ QR | TC, "k.d", { TXT("k.d", 60, "\001a") },
	  USELESS "it is truncated" },
	{ QR, "x.d", { TXT("x.d", 60, "\001a") },
	  USELESS "it answers another question" },
	{ QR, "k.d", { TXT("k.d", 60, "\005a") },
	  USELESS "a string is longer than its record" },
	{ QR, "k.d", { TXT("k.d", 60, "\001a\002b") },
	  USELESS "a string is longer than its record" },
	/* an alias whose name points behind the end */
	{ QR, "k.d", { { ANSWER, "k.d", TYPE_CNAME, 60, DATA("\xff\xff") } },
	  USELESS "an alias is malformed" }
};

static buffer_t *test_answer_build(unsigned int i)
{
	unsigned int count = 0;

	while (count < N_ELEMENTS(answers[i].rrs) &&
	       answers[i].rrs[count].owner != NULL)
		count++;
	return packet_build(answers[i].flags, answers[i].question, TYPE_TXT,
			    answers[i].rrs, count);
}

static void test_bounce_dns_answer_results(void)
{
	unsigned int i;
	buffer_t *buf;

	test_begin("bounce dns answer");
	for (i = 0; i < N_ELEMENTS(answers); i++) T_BEGIN {
		buf = test_answer_build(i);
		test_assert_strcmp_idx(
			answer_parse("k.d", BOUNCE_DNS_TYPE_TXT, buf->data,
				     buf->used), answers[i].result, i);
		test_assert_strcmp_idx(
			answer_parse("K.d.", BOUNCE_DNS_TYPE_TXT, buf->data,
				     buf->used), answers[i].result, i);
	} T_END;
	test_end();
}

/* No prefix of an answer is one, nor is one with something behind it. */
static void test_bounce_dns_answer_cut(void)
{
	unsigned int i;
	buffer_t *buf;
	size_t size;

	test_begin("bounce dns answer cut short");
	for (i = 0; i < N_ELEMENTS(answers); i++) T_BEGIN {
		buf = test_answer_build(i);
		for (size = 0; size < buf->used; size++) {
			test_assert_idx(begins(
				answer_parse("k.d", BOUNCE_DNS_TYPE_TXT,
					     buf->data, size), USELESS), i);
		}
		buffer_append_c(buf, 0);
		test_assert_idx(begins(
			answer_parse("k.d", BOUNCE_DNS_TYPE_TXT, buf->data,
				     buf->used), USELESS), i);
	} T_END;
	test_end();
}

/* The sizes are right, but the name of a record points behind the end. */
static void test_bounce_dns_answer_malformed(void)
{
	static const char *const results[] = {
		USELESS "its answer section is malformed",
		USELESS "its authority section is malformed",
		USELESS "its additional section is malformed"
	};
	unsigned char *data;
	unsigned int i;
	buffer_t *buf;

	test_begin("bounce dns answer malformed");
	for (i = 0; i < N_ELEMENTS(results); i++) T_BEGIN {
		buf = packet_build(QR, "k.d", TYPE_TXT, NULL, 0);
		/* the number of records in that section */
		data = buffer_get_modifiable_data(buf, NULL);
		data[7 + 2 * i] = 1;
		buffer_append(buf, "\xff\xff", 2);
		put16(buf, TYPE_TXT);
		put16(buf, 1);
		put16(buf, 0);
		put16(buf, 60);
		put16(buf, 2);
		buffer_append(buf, "\001a", 2);
		test_assert_strcmp_idx(answer_parse("k.d", BOUNCE_DNS_TYPE_TXT,
			buf->data, buf->used), results[i], i);
	} T_END;
	test_end();
}

/* Any octet may be wrong; valgrind and the sanitizers look on. */
static void test_bounce_dns_answer_mutated(void)
{
	static const unsigned char values[] = { 0, 1, 0x3f, 0x80, 0xc0, 0xff };
	unsigned int i, j, parsed = 0;
	unsigned char *data;
	buffer_t *buf;
	size_t pos;

	test_begin("bounce dns answer mutated");
	for (i = 0; i < N_ELEMENTS(answers); i++) T_BEGIN {
		buf = test_answer_build(i);
		data = buffer_get_modifiable_data(buf, NULL);
		for (pos = 0; pos < buf->used; pos++) {
			unsigned char old = data[pos];

			for (j = 0; j < N_ELEMENTS(values); j++) {
				data[pos] = values[j];
				(void)answer_parse("k.d", BOUNCE_DNS_TYPE_TXT,
						   data, buf->used);
				parsed++;
			}
			data[pos] = old;
		}
	} T_END;
	test_assert(parsed > 1000);
	test_end();
}

static void test_bounce_dns_answer_other_types(void)
{
	struct test_rr mx = {
		ANSWER, "d", TYPE_MX, 60, DATA("12\002mx\001d\0")
	};
	struct test_rr txt = TXT("d", 60, "\001a");
	struct test_rr rrs[BOUNCE_DNS_MAX_RECORDS + 1];
	unsigned int i;
	buffer_t *buf;

	test_begin("bounce dns answer of other types");
	buf = packet_build(QR, "d", TYPE_MX, &mx, 1);
	test_assert_strcmp(answer_parse("d", BOUNCE_DNS_TYPE_MX, buf->data,
					buf->used), "60 [mx.d]");
	mx.data = "12\002mx\300\377";
	buf = packet_build(QR, "d", TYPE_MX, &mx, 1);
	test_assert(begins(answer_parse("d", BOUNCE_DNS_TYPE_MX, buf->data,
					buf->used), USELESS));
	mx.size = 2;
	buf = packet_build(QR, "d", TYPE_MX, &mx, 1);
	test_assert(begins(answer_parse("d", BOUNCE_DNS_TYPE_MX, buf->data,
					buf->used), USELESS));
	test_assert(begins(answer_parse("d", BOUNCE_DNS_TYPE_TXT,
					buf->data, buf->used), USELESS));
	for (i = 0; i < N_ELEMENTS(rrs); i++)
		rrs[i] = txt;
	buf = packet_build(QR, "d", TYPE_TXT, rrs, N_ELEMENTS(rrs) - 1);
	test_assert(begins(answer_parse("d", BOUNCE_DNS_TYPE_TXT,
					buf->data, buf->used), "60 [a]"));
	buf = packet_build(QR, "d", TYPE_TXT, rrs, N_ELEMENTS(rrs));
	test_assert_strcmp(answer_parse("d", BOUNCE_DNS_TYPE_TXT, buf->data,
					buf->used),
			   USELESS "it has too many records");
	test_end();
}

static void test_bounce_dns_answer_addresses(void)
{
	struct test_rr rrs[] = {
		{ ANSWER, "d", BOUNCE_DNS_TYPE_A, 60, DATA("ab\0d") },
		{ ANSWER, "d", BOUNCE_DNS_TYPE_A, 70, DATA("") },
		{ ANSWER, "d", BOUNCE_DNS_TYPE_PTR, 50, "Host.Example", NULL, 0 }
	};
	buffer_t *buf;

	test_begin("bounce dns answer of RDATA as it is");
	buf = packet_build(QR, "d", BOUNCE_DNS_TYPE_A, rrs, N_ELEMENTS(rrs));
	test_assert_strcmp(answer_parse("d", BOUNCE_DNS_TYPE_A, buf->data,
					buf->used), "60 [ab");
	buf = packet_build(QR, "d", BOUNCE_DNS_TYPE_PTR, rrs,
			   N_ELEMENTS(rrs));
	test_assert_strcmp(answer_parse("d", BOUNCE_DNS_TYPE_PTR, buf->data,
					buf->used), "50 [Host.Example]");
	test_end();
}

/* What was in the query before is no part of the answer. */
static void test_bounce_dns_answer_reset(void)
{
	struct bounce_dns_query query;

	test_begin("bounce dns answer reset");
	memset(&query, 0xff, sizeof(query));
	query.name = "k.d";
	query.type = BOUNCE_DNS_TYPE_MX;
	bounce_dns_query_reset(&query);
	test_assert_strcmp(query.name, "k.d");
	test_assert(query.type == BOUNCE_DNS_TYPE_MX);
	test_assert(query.status == BOUNCE_DNS_TEMPERROR);
	test_assert(!query.timed_out && query.error == NULL && query.ttl == 0);
	test_assert(query.records == NULL && query.records_count == 0);
	test_assert(query.answer == NULL && query.answer_size == 0);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dns_answer_results,
		test_bounce_dns_answer_cut,
		test_bounce_dns_answer_malformed,
		test_bounce_dns_answer_mutated,
		test_bounce_dns_answer_other_types,
		test_bounce_dns_answer_addresses,
		test_bounce_dns_answer_reset,
		NULL
	};
	return test_run(test_functions);
}
