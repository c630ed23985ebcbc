#ifndef BOUNCE_DNS_H
#define BOUNCE_DNS_H

/* Asks DNS servers through c-ares: several names at once, with one deadline for
   all of them. It needs no ioloop, thread or child process. Nothing stays open
   between two calls, so the caller may fork, and resolv.conf may change. */

#include "net.h"

struct bounce_dns;

/* The numbers are those of the DNS protocol. */
enum bounce_dns_type {
	BOUNCE_DNS_TYPE_A = 1,
	BOUNCE_DNS_TYPE_PTR = 12,
	BOUNCE_DNS_TYPE_MX = 15,
	BOUNCE_DNS_TYPE_TXT = 16,
	BOUNCE_DNS_TYPE_AAAA = 28
};

enum bounce_dns_status {
	/* There are records. */
	BOUNCE_DNS_OK,
	/* The name does not exist. */
	BOUNCE_DNS_NXDOMAIN,
	/* The name exists and has no record of this type. */
	BOUNCE_DNS_NODATA,
	/* Nothing is known: SERVFAIL, REFUSED, no answer in time, or an answer
	   that is malformed or cannot be believed. */
	BOUNCE_DNS_TEMPERROR
};

struct bounce_dns_record {
	/* TXT: the strings, joined. PTR, and MX (without its
	   preference): the name as text, as ns_name_ntop(3) writes it. Other
	   types: the RDATA. */
	const unsigned char *data;
	size_t size;
};

struct bounce_dns_query {
	/* The question. The name is absolute, with or without a trailing dot:
	   default domains and /etc/hosts are not used. */
	const char *name;
	enum bounce_dns_type type;

	/* The answer. All its memory is from the pool given to
	   bounce_dns_lookup(). */
	enum bounce_dns_status status;
	/* The status is TEMPERROR because no answer came in time. */
	bool timed_out;
	/* What happened, for people to read. Set unless the status is OK. */
	const char *error;
	/* For how many seconds the answer is valid. OK: the lowest TTL of the
	   records and of the aliases (CNAME) that led to them. NXDOMAIN and
	   NODATA: the negative TTL of RFC 2308 section 5, or 0 if the server
	   gave none. TEMPERROR: 0. */
	unsigned int ttl;
	/* OK: the records, at least one. */
	const struct bounce_dns_record *records;
	unsigned int records_count;
	/* The whole answer as it came, or NULL. */
	const unsigned char *answer;
	size_t answer_size;
};

/* The servers are asked in order: the next one is asked when the one before it
   has not answered for a moment. A longer list is refused. */
#define BOUNCE_DNS_MAX_SERVERS 8
/* If one server was silent and another answered, the latter is asked first for
   this time. After that the original order is tried again. */
#define BOUNCE_DNS_PREFER_MSECS (60 * 1000)
/* An answer with more records than this is not believed. */
#define BOUNCE_DNS_MAX_RECORDS 64

/* Parse a list of servers, as bounce_dns_create() takes it, and append it to
   dest in normal form: "127.0.0.1:53,[::1]:5353". Returns 0, or -1 with an
   error (data stack) that names the bad word. */
int bounce_dns_servers_parse(const char *servers, string_t *dest,
			     const char **error_r);

/* Returns a server in that form (data stack). If port is 0 it is the default
   port. */
const char *
t_bounce_dns_server_name(const struct ip_addr *ip, in_port_t port);

/* Returns the list with this server moved to its front; if the list does not
   have the server, it is returned unchanged (data stack). */
const char *bounce_dns_servers_prefer(const char *servers,
				      const struct ip_addr *ip,
				      in_port_t port);

/* Create a resolver for a list of servers, which are separated by blanks or
   commas: "127.0.0.1:5353", "[::1]:53", "::1". NULL or an empty list means the
   servers of the system, which are read again for each lookup. Returns 0, or -1
   with an error (data stack) that names the bad word. */
int bounce_dns_create(const char *servers, struct bounce_dns **dns_r,
		      const char **error_r);
void bounce_dns_destroy(struct bounce_dns **dns);
/* Returns the time of the monotonic clock in milliseconds. */
uint64_t bounce_dns_now(void);

/* Answer all queries together. It cannot fail, and returns at the deadline (on
   the clock of bounce_dns_now()) at the latest: a query without an answer is
   TEMPERROR then. */
void bounce_dns_lookup(struct bounce_dns *dns, pool_t pool,
		       struct bounce_dns_query *queries, unsigned int count,
		       uint64_t deadline);

/* Clear the answer of the query, and set its status to TEMPERROR. */
void bounce_dns_query_reset(struct bounce_dns_query *query);
/* Parse a server's answer into the query. bounce_dns_lookup() uses this; it is
   public for tests. */
void bounce_dns_answer_parse(pool_t pool, const unsigned char *data,
			     size_t size, struct bounce_dns_query *query);

#endif
