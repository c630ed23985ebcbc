#ifndef BOUNCE_DNS_H
#define BOUNCE_DNS_H

/* Asks DNS servers, by c-ares: several names at once, with one deadline for
   all, and without an ioloop, a thread or a child process. Nothing stays open
   between two calls, so a fork or a changed resolv.conf does no harm. */

#include "net.h"

struct bounce_dns;

/* The numbers of the protocol. */
enum bounce_dns_type {
	BOUNCE_DNS_TYPE_A = 1,
	BOUNCE_DNS_TYPE_PTR = 12,
	BOUNCE_DNS_TYPE_MX = 15,
	BOUNCE_DNS_TYPE_TXT = 16,
	BOUNCE_DNS_TYPE_AAAA = 28,
	BOUNCE_DNS_TYPE_SPF = 99
};

enum bounce_dns_status {
	/* There are records. */
	BOUNCE_DNS_OK,
	/* The name does not exist. */
	BOUNCE_DNS_NXDOMAIN,
	/* The name exists and has no record of this type. */
	BOUNCE_DNS_NODATA,
	/* SERVFAIL, REFUSED, no answer in time, an answer that is not one:
	   nothing is known. */
	BOUNCE_DNS_TEMPERROR
};

struct bounce_dns_record {
	/* TXT and SPF: the strings, joined. PTR, and MX without its preference:
	   the name as text, ns_name_ntop(3)'s. Others: the RDATA. */
	const unsigned char *data;
	size_t size;
};

struct bounce_dns_query {
	/* Asked. The name is absolute, with or without a trailing dot; it is
	   not searched for in a default domain or in /etc/hosts. */
	const char *name;
	enum bounce_dns_type type;

	/* Answered; all memory is from the pool given to lookup. */
	enum bounce_dns_status status;
	/* TEMPERROR because no answer came in time. */
	bool timed_out;
	/* For all but OK: what happened, for a human. */
	const char *error;
	/* Seconds. OK: the lowest of the records and of the aliases (CNAME)
	   that led to them. NXDOMAIN and NODATA: RFC 2308 section 5, 0 if the
	   server did not say. TEMPERROR: 0. */
	unsigned int ttl;
	/* OK: the records, one at least. */
	const struct bounce_dns_record *records;
	unsigned int records_count;
	/* The whole answer as it came, or NULL. */
	const unsigned char *answer;
	size_t answer_size;
};

/* Servers asked in their order, each a moment after the one before it did not
   answer. More than these are refused. */
#define BOUNCE_DNS_MAX_SERVERS 8
/* Where one was silent and another answered, that one is asked first for so
   long. Then the first is given another chance. */
#define BOUNCE_DNS_PREFER_MSECS (60 * 1000)
/* Records of one answer; one with more is not believed. */
#define BOUNCE_DNS_MAX_RECORDS 64

/* Append a list of servers, as bounce_dns_create() takes it, in one form:
   "127.0.0.1:53,[::1]:5353". Returns 0, or -1 with an error (data stack) that
   names the bad word. */
int bounce_dns_servers_parse(const char *servers, string_t *dest,
			     const char **error_r);

/* A server in that form; port 0: the default (data stack). */
const char *
t_bounce_dns_server_name(const struct ip_addr *ip, in_port_t port);

/* The list in that form, with this server moved to its front if it is in it
   (data stack). */
const char *bounce_dns_servers_prefer(const char *servers,
				      const struct ip_addr *ip,
				      in_port_t port);

/* Make a resolver for a list of servers: "127.0.0.1:5353", "[::1]:53", "::1",
   separated by blanks or commas. NULL or an empty list: those of the system,
   read again for each lookup. Returns 0, or -1 with an error (data stack) that
   names the bad word. */
int bounce_dns_create(const char *servers, struct bounce_dns **dns_r,
		      const char **error_r);
void bounce_dns_destroy(struct bounce_dns **dns);
/* Milliseconds of the monotonic clock. */
uint64_t bounce_dns_now(void);

/* Answer all queries, together. Never fails, and returns when the deadline (of
   bounce_dns_now()'s clock) has come: what was not answered is TEMPERROR. */
void bounce_dns_lookup(struct bounce_dns *dns, pool_t pool,
		       struct bounce_dns_query *queries, unsigned int count,
		       uint64_t deadline);

/* Forget what was answered, as if no answer had come: TEMPERROR. */
void bounce_dns_query_reset(struct bounce_dns_query *query);
/* Read an answer to the query as it came from a server. Used by lookup; apart
   for tests. */
void bounce_dns_answer_parse(pool_t pool, const unsigned char *data,
			     size_t size, struct bounce_dns_query *query);

#endif
