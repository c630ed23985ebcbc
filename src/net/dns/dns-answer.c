/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "dns/dns.h"

#include <arpa/nameser.h>

/* A longer chain of aliases is not followed: it may be a loop. */
#define DNS_MAX_ALIASES 16
/* RFC 2181 section 8: a TTL with the top bit set is 0. */
#define DNS_TTL_MAX 0x7fffffffU
/* The RDATA of an SOA record: two names, of at least one octet each, and five
   numbers of 32 bits. */
#define DNS_SOA_MIN_SIZE (2 + 5 * NS_INT32SZ)

struct dns_answer {
	pool_t pool;
	struct bounce_dns_query *query;
	ns_msg msg;

	/* the name whose records are wanted: the one asked for, or the one that
	   the aliases led to */
	char name[NS_MAXDNAME];
	unsigned int aliases;
	unsigned int ttl;
	ARRAY(struct bounce_dns_record) records;
	/* whether the authority section has such records */
	bool have_soa, have_ns;
	unsigned int soa_ttl;
	int rcode;
};

/* The functions below return what is wrong with the answer, or NULL. */

static unsigned int rr_ttl(const ns_rr *rr)
{
	return ns_rr_ttl(*rr) > DNS_TTL_MAX ? 0 : ns_rr_ttl(*rr);
}

/* Convert a name in the message, which may be compressed, to text. */
static bool
dns_answer_name(struct dns_answer *answer, const unsigned char *data,
		char name_r[NS_MAXDNAME])
{
	return ns_name_uncompress(ns_msg_base(answer->msg),
				  ns_msg_end(answer->msg), data, name_r,
				  NS_MAXDNAME) >= 0;
}

static const char *dns_answer_header(struct dns_answer *answer)
{
	ns_msg *msg = &answer->msg;
	ns_rr rr;

	if (ns_msg_getflag(*msg, ns_f_qr) == 0)
		return "it is not an answer";
	if (ns_msg_getflag(*msg, ns_f_tc) != 0)
		return "it is truncated";
	if (ns_msg_count(*msg, ns_s_qd) != 1 ||
	    ns_parserr(msg, ns_s_qd, 0, &rr) < 0)
		return "it has no question";
	if ((unsigned int)ns_rr_type(rr) != answer->query->type ||
	    ns_rr_class(rr) != ns_c_in ||
	    strcasecmp(ns_rr_name(rr), answer->name) != 0)
		return "it answers another question";
	return NULL;
}

static const char *dns_answer_additional(struct dns_answer *answer)
{
	unsigned int i, count = ns_msg_count(answer->msg, ns_s_ar);
	ns_rr rr;

	for (i = 0; i < count; i++) {
		if (ns_parserr(&answer->msg, ns_s_ar, i, &rr) < 0)
			return "its additional section is malformed";
		/* the TTL of an OPT record has the upper bits of the RCODE: RFC
		   6891 section 6.1.3 */
		if (ns_rr_type(rr) == ns_t_opt)
			answer->rcode |= (ns_rr_ttl(rr) >> 24) << 4;
	}
	return NULL;
}

static const char *dns_answer_authority(struct dns_answer *answer)
{
	unsigned int i, minimum, count = ns_msg_count(answer->msg, ns_s_ns);
	ns_rr rr;

	for (i = 0; i < count; i++) {
		if (ns_parserr(&answer->msg, ns_s_ns, i, &rr) < 0)
			return "its authority section is malformed";
		if (ns_rr_type(rr) == ns_t_ns)
			answer->have_ns = TRUE;
		if (ns_rr_type(rr) == ns_t_soa &&
		    ns_rr_rdlen(rr) >= DNS_SOA_MIN_SIZE) {
			/* its last number is the MINIMUM field */
			minimum = ns_get32(ns_rr_rdata(rr) +
					   ns_rr_rdlen(rr) - NS_INT32SZ);
			answer->have_soa = TRUE;
			answer->soa_ttl = I_MIN(rr_ttl(&rr), minimum);
		}
	}
	return NULL;
}

/* p_memdup() must not be called with a size of 0. */
static const unsigned char *
data_dup(pool_t pool, const void *data, size_t size)
{
	return size == 0 ? uchar_empty_ptr : p_memdup(pool, data, size);
}

/* The RDATA of a TXT record is one or more strings, each after an octet with
   its length. */
static const char *
dns_answer_add_text(struct dns_answer *answer, const unsigned char *data,
		    size_t size, struct bounce_dns_record *record_r)
{
	buffer_t *buf = buffer_create_dynamic(answer->pool, I_MAX(size, 1));
	size_t i;

	for (i = 0; i < size; i += 1 + data[i]) {
		if (data[i] > size - i - 1)
			return "a string is longer than its record";
		buffer_append(buf, data + i + 1, data[i]);
	}
	record_r->size = buf->used;
	record_r->data = buf->data;
	return NULL;
}

/* The RDATA is a name, after skip octets: add it as text. */
static const char *
dns_answer_add_name(struct dns_answer *answer, const ns_rr *rr, size_t skip,
		    struct bounce_dns_record *record_r)
{
	char name[NS_MAXDNAME];

	if (ns_rr_rdlen(*rr) <= skip ||
	    !dns_answer_name(answer, ns_rr_rdata(*rr) + skip, name))
		return "a name in it is malformed";
	record_r->size = strlen(name);
	record_r->data = data_dup(answer->pool, name, record_r->size);
	return NULL;
}

static const char *dns_answer_add(struct dns_answer *answer, const ns_rr *rr)
{
	struct bounce_dns_record *record;

	if (array_count(&answer->records) == BOUNCE_DNS_MAX_RECORDS)
		return "it has too many records";
	answer->ttl = I_MIN(answer->ttl, rr_ttl(rr));
	record = array_append_space(&answer->records);
	switch (answer->query->type) {
	case BOUNCE_DNS_TYPE_TXT:
		return dns_answer_add_text(answer, ns_rr_rdata(*rr),
					   ns_rr_rdlen(*rr), record);
	case BOUNCE_DNS_TYPE_MX:
		return dns_answer_add_name(answer, rr, NS_INT16SZ, record);
	case BOUNCE_DNS_TYPE_PTR:
		return dns_answer_add_name(answer, rr, 0, record);
	case BOUNCE_DNS_TYPE_A:
	case BOUNCE_DNS_TYPE_AAAA:
		break;
	}
	record->size = ns_rr_rdlen(*rr);
	record->data = data_dup(answer->pool, ns_rr_rdata(*rr), record->size);
	return NULL;
}

/* Look for records of the name. If there are none, but the name is an alias,
   *target_r is set to the name that it stands for; otherwise it is set to
   "". */
static const char *
dns_answer_find(struct dns_answer *answer, char target_r[NS_MAXDNAME])
{
	unsigned int i, count = ns_msg_count(answer->msg, ns_s_an);
	const char *error;
	ns_rr rr;

	target_r[0] = '\0';
	for (i = 0; i < count; i++) {
		if (ns_parserr(&answer->msg, ns_s_an, i, &rr) < 0)
			return "its answer section is malformed";
		if (ns_rr_class(rr) != ns_c_in ||
		    strcasecmp(ns_rr_name(rr), answer->name) != 0)
			continue;
		if ((unsigned int)ns_rr_type(rr) == answer->query->type) {
			error = dns_answer_add(answer, &rr);
			if (error != NULL)
				return error;
		} else if (ns_rr_type(rr) == ns_t_cname) {
			if (!dns_answer_name(answer, ns_rr_rdata(rr),
					     target_r))
				return "an alias is malformed";
			answer->ttl = I_MIN(answer->ttl, rr_ttl(&rr));
		}
	}
	if (array_count(&answer->records) > 0)
		target_r[0] = '\0';
	return NULL;
}

static const char *dns_answer_follow(struct dns_answer *answer)
{
	char target[NS_MAXDNAME];
	const char *error;

	while ((error = dns_answer_find(answer, target)) == NULL) {
		if (target[0] == '\0')
			return NULL;
		if (++answer->aliases > DNS_MAX_ALIASES)
			return "its aliases do not end";
		i_strocpy(answer->name, target, sizeof(answer->name));
	}
	return error;
}

/* That a key has no record makes a bounce backscatter. It is believed only from
   a server that knows: not if the answer is a referral to other servers, ends
   with an alias out of the server's zone, or has records that do not belong to
   the name. */
static const char *dns_answer_nodata(struct dns_answer *answer)
{
	if (answer->have_soa)
		return NULL;
	if (answer->aliases > 0)
		return "the alias was not followed: is the server recursive?";
	if (ns_msg_count(answer->msg, ns_s_an) > 0)
		return "its records belong to other names";
	if (answer->have_ns && ns_msg_getflag(answer->msg, ns_f_aa) == 0)
		return "it is a referral: is the server recursive?";
	return NULL;
}

static const char *dns_rcode_error(pool_t pool, int rcode)
{
	switch (rcode) {
	case ns_r_servfail:
		return "the server failed (SERVFAIL)";
	case ns_r_refused:
		return "the server refused to answer (REFUSED)";
	default:
		return p_strdup_printf(pool, "the server answered with code %d",
				       rcode);
	}
}

static const char *dns_answer_read(struct dns_answer *answer)
{
	struct bounce_dns_query *query = answer->query;
	const char *error;

	answer->rcode = ns_msg_getflag(answer->msg, ns_f_rcode);
	if ((error = dns_answer_header(answer)) != NULL ||
	    (error = dns_answer_additional(answer)) != NULL)
		return error;
	if (answer->rcode != ns_r_noerror && answer->rcode != ns_r_nxdomain) {
		query->error = dns_rcode_error(answer->pool, answer->rcode);
		return NULL;
	}
	if ((error = dns_answer_authority(answer)) != NULL ||
	    (error = dns_answer_follow(answer)) != NULL)
		return error;
	query->ttl = answer->soa_ttl;
	if (answer->rcode == ns_r_nxdomain) {
		query->status = BOUNCE_DNS_NXDOMAIN;
		query->error = "there is no such name (NXDOMAIN)";
	} else if (array_count(&answer->records) > 0) {
		query->status = BOUNCE_DNS_OK;
		query->records = array_get(&answer->records,
					   &query->records_count);
		query->ttl = answer->ttl;
	} else if ((error = dns_answer_nodata(answer)) == NULL) {
		query->status = BOUNCE_DNS_NODATA;
		query->error = "the name has no such record (NODATA)";
	} else {
		query->ttl = 0;
	}
	return error;
}

void bounce_dns_answer_parse(pool_t pool, const unsigned char *data,
			     size_t size, struct bounce_dns_query *query)
{
	struct dns_answer *answer = p_new(pool, struct dns_answer, 1);
	size_t name_size = strlen(query->name);
	const char *error;

	answer->pool = pool;
	answer->query = query;
	answer->ttl = DNS_TTL_MAX;
	p_array_init(&answer->records, pool, 2);
	bounce_dns_query_reset(query);
	query->answer = data_dup(pool, data, size);
	query->answer_size = size;

	if (name_size > 0 && query->name[name_size - 1] == '.')
		name_size--;
	if (name_size >= sizeof(answer->name))
		error = "it answers another question";
	else if (size > NS_MAXMSG ||
		 ns_initparse(query->answer, size, &answer->msg) < 0)
		error = "it is malformed";
	else {
		memcpy(answer->name, query->name, name_size);
		error = dns_answer_read(answer);
	}
	if (error != NULL) {
		query->error = p_strconcat(pool, "the answer is useless: ",
					   error, NULL);
	}
}
