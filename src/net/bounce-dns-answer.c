/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "bounce-dns.h"

#include <arpa/nameser.h>

/* No sane zone has a longer chain, and a loop must end. */
#define DNS_MAX_ALIASES 16
/* RFC 2181 section 8: a TTL with the top bit set is 0. */
#define DNS_TTL_MAX 0x7fffffffU
/* RDATA of a SOA is two names and five numbers of 32 bits. */
#define DNS_SOA_MIN_SIZE (2 + 5 * NS_INT32SZ)

struct dns_answer {
	pool_t pool;
	struct bounce_dns_query *query;
	ns_msg msg;

	/* the name that the records must have: the one asked for, or what the
	   aliases led to */
	char name[NS_MAXDNAME];
	unsigned int aliases;
	unsigned int ttl;
	ARRAY(struct bounce_dns_record) records;
	/* in the authority section */
	bool have_soa, have_ns;
	unsigned int soa_ttl;
};

/* Results of the steps below: what is wrong with the answer, or NULL. */

static unsigned int rr_ttl(const ns_rr *rr)
{
	return ns_rr_ttl(*rr) > DNS_TTL_MAX ? 0 : ns_rr_ttl(*rr);
}

static const char *dns_answer_header(struct dns_answer *answer)
{
	ns_msg *msg = &answer->msg;
	ns_rr rr;

	if (ns_msg_getflag(*msg, ns_f_qr) == 0)
		return "it is no answer";
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

/* The upper bits of the RCODE are in the OPT record: RFC 6891 section 6.1.3 */
static const char *dns_answer_rcode(struct dns_answer *answer, int *rcode_r)
{
	unsigned int i, count = ns_msg_count(answer->msg, ns_s_ar);
	ns_rr rr;

	*rcode_r = ns_msg_getflag(answer->msg, ns_f_rcode);
	for (i = 0; i < count; i++) {
		if (ns_parserr(&answer->msg, ns_s_ar, i, &rr) < 0)
			return "its additional section is malformed";
		if (ns_rr_type(rr) == ns_t_opt)
			*rcode_r |= (ns_rr_ttl(rr) >> 24) << 4;
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
		if (ns_rr_type(rr) != ns_t_soa ||
		    ns_rr_rdlen(rr) < DNS_SOA_MIN_SIZE)
			continue;
		minimum = ns_get32(ns_rr_rdata(rr) + ns_rr_rdlen(rr) -
				   NS_INT32SZ);
		answer->have_soa = TRUE;
		answer->soa_ttl = I_MIN(rr_ttl(&rr), minimum);
	}
	return NULL;
}

/* Nothing can be copied of nothing. */
static const unsigned char *
data_dup(pool_t pool, const unsigned char *data, size_t size)
{
	return size == 0 ? uchar_empty_ptr : p_memdup(pool, data, size);
}

/* A TXT record's RDATA is one string or more, each behind its length. */
static bool txt_join(pool_t pool, const unsigned char *data, size_t size,
		     struct bounce_dns_record *record_r)
{
	buffer_t *buf = buffer_create_dynamic(pool, I_MAX(size, 1));
	size_t i;

	for (i = 0; i < size; i += 1 + data[i]) {
		if (data[i] > size - i - 1)
			return FALSE;
		buffer_append(buf, data + i + 1, data[i]);
	}
	record_r->size = buf->used;
	record_r->data = buf->data;
	return TRUE;
}

/* The name that is the RDATA from skip on, in text form. */
static const char *
dns_answer_add_name(struct dns_answer *answer, const ns_rr *rr, size_t skip,
		    struct bounce_dns_record *record)
{
	char name[NS_MAXDNAME];

	if (ns_rr_rdlen(*rr) <= skip ||
	    ns_name_uncompress(ns_msg_base(answer->msg),
			       ns_msg_end(answer->msg),
			       ns_rr_rdata(*rr) + skip, name,
			       sizeof(name)) < 0)
		return "a name in it is malformed";
	record->size = strlen(name);
	record->data = data_dup(answer->pool, (const unsigned char *)name,
				record->size);
	return NULL;
}

static const char *dns_answer_add(struct dns_answer *answer, const ns_rr *rr)
{
	struct bounce_dns_record *record;

	if (array_count(&answer->records) == BOUNCE_DNS_MAX_RECORDS)
		return "it has too many records";
	answer->ttl = I_MIN(answer->ttl, rr_ttl(rr));
	record = array_append_space(&answer->records);
	if (answer->query->type == BOUNCE_DNS_TYPE_TXT ||
	    answer->query->type == BOUNCE_DNS_TYPE_SPF) {
		if (!txt_join(answer->pool, ns_rr_rdata(*rr),
			      ns_rr_rdlen(*rr), record))
			return "a string is longer than its record";
		return NULL;
	}
	if (answer->query->type == BOUNCE_DNS_TYPE_MX)
		return dns_answer_add_name(answer, rr, NS_INT16SZ, record);
	if (answer->query->type == BOUNCE_DNS_TYPE_PTR)
		return dns_answer_add_name(answer, rr, 0, record);
	record->data = data_dup(answer->pool, ns_rr_rdata(*rr),
				ns_rr_rdlen(*rr));
	record->size = ns_rr_rdlen(*rr);
	return NULL;
}

/* Looks for records of the name. If it has none and is an alias, *target_r is
   set to the name that it stands for; otherwise it is "". */
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
			if (ns_name_uncompress(ns_msg_base(answer->msg),
					       ns_msg_end(answer->msg),
					       ns_rr_rdata(rr), target_r,
					       NS_MAXDNAME) < 0)
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

/* That there is no record makes a bounce backscatter. Believe it only from a
   server that knows: not if it pointed to other servers, followed an alias to
   its own border, or sent records that have nothing to do with the name. */
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

static void
dns_answer_finish(struct dns_answer *answer, enum bounce_dns_status status)
{
	struct bounce_dns_query *query = answer->query;

	query->status = status;
	switch (status) {
	case BOUNCE_DNS_OK:
		query->records = array_get(&answer->records,
					   &query->records_count);
		query->ttl = answer->ttl;
		break;
	case BOUNCE_DNS_NXDOMAIN:
		query->error = "there is no such name (NXDOMAIN)";
		query->ttl = answer->soa_ttl;
		break;
	case BOUNCE_DNS_NODATA:
		query->error = "the name has no such record (NODATA)";
		query->ttl = answer->soa_ttl;
		break;
	case BOUNCE_DNS_TEMPERROR:
		break;
	}
}

/* Returns what is wrong with the answer, or NULL. */
static const char *dns_answer_read(struct dns_answer *answer)
{
	const char *error;
	int rcode;

	if ((error = dns_answer_header(answer)) != NULL ||
	    (error = dns_answer_rcode(answer, &rcode)) != NULL)
		return error;
	if (rcode != ns_r_noerror && rcode != ns_r_nxdomain) {
		answer->query->error = dns_rcode_error(answer->pool, rcode);
		return NULL;
	}
	if ((error = dns_answer_authority(answer)) != NULL ||
	    (error = dns_answer_follow(answer)) != NULL)
		return error;
	if (rcode == ns_r_nxdomain) {
		dns_answer_finish(answer, BOUNCE_DNS_NXDOMAIN);
		return NULL;
	}
	if (array_count(&answer->records) > 0) {
		dns_answer_finish(answer, BOUNCE_DNS_OK);
		return NULL;
	}
	if ((error = dns_answer_nodata(answer)) == NULL)
		dns_answer_finish(answer, BOUNCE_DNS_NODATA);
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

	query->status = BOUNCE_DNS_TEMPERROR;
	query->timed_out = FALSE;
	query->error = NULL;
	query->ttl = 0;
	query->records = NULL;
	query->records_count = 0;
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
