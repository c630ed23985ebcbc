/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "dns/dns-private.h"

#define CARES_NO_DEPRECATED
#include <ares.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <signal.h>

/* The size of UDP answers that we announce, RFC 6891: small enough to pass
   without fragments, and large enough for an RSA key of 4096 bits. */
#define DNS_EDNS_SIZE 1232
/* c-ares tries all servers in up to this many rounds. In the first one each
   server has a sixth of the time to answer, and twice as much in each further
   round, until the deadline ends the lookup. */
#define DNS_TRIES 4
#define DNS_TRY_FRACTION 6
#define DNS_TRY_MIN_MSECS 50

/* c-ares 1.28 has deprecated ares_query(), but all versions have it, and it
   gives us the octets of an answer. An older version does not tell a server
   that answers with a failure from one that cannot be reached. */
#if ARES_VERSION >= 0x011c00
#  define DNS_HAVE_SERVERS_CSV
#  define DNS_UNREACHED "no server could be reached"
#else
#  define DNS_UNREACHED \
	"no server could be reached, or all fail (SERVFAIL) or refuse (REFUSED)"
#endif

/* The queries of one call. */
struct dns_batch {
	struct bounce_dns *dns;
	pool_t pool;
	ares_channel channel;
	ARRAY(struct pollfd) fds;
	unsigned int pending;
	/* a server that answers after this time was asked because another one
	   was silent */
	uint64_t silent_after;
};

struct dns_ask {
	struct dns_batch *batch;
	struct bounce_dns_query *query;
};

static void
dns_query_fail(struct bounce_dns *dns, pool_t pool,
	       struct bounce_dns_query *query, int status)
{
	const char *text = ares_strerror(status);

	bounce_dns_query_reset(query);
	switch (status) {
	case ARES_EBADNAME:
		query->status = BOUNCE_DNS_NXDOMAIN;
		query->error = "this cannot be a name in the DNS";
		return;
	case ARES_ETIMEOUT:
	case ARES_ECANCELLED:
		query->timed_out = TRUE;
		text = "no answer in time";
		break;
	case ARES_ECONNREFUSED:
		text = DNS_UNREACHED;
		break;
	case ARES_ESERVFAIL:
		text = "the server failed (SERVFAIL)";
		break;
	case ARES_EREFUSED:
		text = "the server refused to answer (REFUSED)";
		break;
	default:
		break;
	}
	query->error = p_strdup_printf(pool, "%s (%s)", text,
		dns->servers[0] == '\0' ? "the system's DNS servers" :
		dns->servers);
}

/* status counts only if there is no answer: c-ares 1.18 reports success for an
   answer with an RCODE that it does not know. */
static void
dns_ask_callback(void *context, int status, int timeouts ATTR_UNUSED,
		 unsigned char *data, int size)
{
	struct dns_ask *ask = context;
	struct dns_batch *batch = ask->batch;

	i_assert(batch->pending > 0);
	batch->pending--;
	if (data == NULL)
		dns_query_fail(batch->dns, batch->pool, ask->query, status);
	else
		bounce_dns_answer_parse(batch->pool, data, size, ask->query);
}

static void dns_ask_send(struct dns_ask *ask)
{
	/* the callback is called even if this fails at once */
	ares_query(ask->batch->channel, ask->query->name, ns_c_in,
		   ask->query->type, dns_ask_callback, ask);
}

/* c-ares calls this to tell which sockets to wait for, and for what. */
static void
dns_batch_socket(void *context, ares_socket_t fd, int readable, int writable)
{
	struct dns_batch *batch = context;
	struct pollfd *pfd;
	unsigned int i, count;

	pfd = array_get_modifiable(&batch->fds, &count);
	for (i = 0; i < count && pfd[i].fd != fd; i++) ;
	if (readable == 0 && writable == 0) {
		if (i < count)
			array_delete(&batch->fds, i, 1);
		return;
	}
	pfd = array_idx_get_space(&batch->fds, i);
	pfd->fd = fd;
	/* c-ares takes what there is to read at any time */
	pfd->events = POLLIN | (writable != 0 ? POLLOUT : 0);
	pfd->revents = 0;
}

/* Returns the list of servers that c-ares uses; "" if it cannot tell. */
#ifdef DNS_HAVE_SERVERS_CSV
static const char *t_dns_batch_servers(struct dns_batch *batch)
{
	char *csv = ares_get_servers_csv(batch->channel);
	const char *servers = csv == NULL ? "" : t_strdup(csv);

	ares_free_string(csv);
	return servers;
}
#else
static const char *t_dns_batch_servers(struct dns_batch *batch)
{
	struct ares_addr_port_node *nodes, *node;
	string_t *servers = t_str_new(128);
	struct ip_addr ip;

	if (ares_get_servers_ports(batch->channel, &nodes) != ARES_SUCCESS)
		return "";
	for (node = nodes; node != NULL; node = node->next) {
		i_zero(&ip);
		ip.family = node->family;
		memcpy(&ip.u, &node->addr, sizeof(node->addr));
		str_printfa(servers, "%s%s", str_len(servers) > 0 ? "," : "",
			    t_bounce_dns_server_name(&ip, node->udp_port));
	}
	ares_free_data(nodes);
	return str_c(servers);
}
#endif

static int dns_batch_set_servers(struct dns_batch *batch)
{
	struct bounce_dns *dns = batch->dns;
	bool prefer = bounce_dns_now() < dns->preferred_until;
	const char *servers = dns->servers;
	int ret = ARES_SUCCESS;

	T_BEGIN {
		if (*servers == '\0' && prefer)
			servers = t_dns_batch_servers(batch);
		if (prefer) {
			servers = bounce_dns_servers_prefer(
				servers, &dns->preferred_ip,
				dns->preferred_port);
		}
		if (*servers != '\0') {
			ret = ares_set_servers_ports_csv(batch->channel,
							 servers);
		}
	} T_END;
	return ret;
}

/* Ask this server first from now on: it has answered while another was
   silent. */
static void dns_batch_prefer(struct dns_batch *batch,
			     const struct ip_addr *ip, in_port_t port)
{
	struct bounce_dns *dns = batch->dns;
	uint64_t now = bounce_dns_now();

	/* do not extend the time again and again: after it the first server
	   gets its chance */
	if (now < batch->silent_after ||
	    (now < dns->preferred_until && port == dns->preferred_port &&
	     net_ip_compare(ip, &dns->preferred_ip)))
		return;
	dns->preferred_ip = *ip;
	dns->preferred_port = port;
	dns->preferred_until = now + BOUNCE_DNS_PREFER_MSECS;
}

static void dns_batch_deinit(struct dns_batch *batch)
{
	ares_destroy(batch->channel);
	ares_library_cleanup();
}

/* Set all options that resolv.conf, the environment or the defaults of c-ares
   could change, except the servers. */
static int dns_batch_init(struct dns_batch *batch, uint64_t msecs)
{
	struct ares_options opts;
	int ret, mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		ARES_OPT_NOROTATE | ARES_OPT_EDNSPSZ | ARES_OPT_DOMAINS |
		ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB;
	char lookups[] = "b";

	i_zero(&opts);
	opts.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
		ARES_FLAG_EDNS;
	opts.timeout = I_MAX(I_MIN(msecs, INT_MAX) / DNS_TRY_FRACTION,
			     DNS_TRY_MIN_MSECS);
	opts.tries = DNS_TRIES;
	opts.ednspsz = DNS_EDNS_SIZE;
	opts.lookups = lookups;
	opts.sock_state_cb = dns_batch_socket;
	opts.sock_state_cb_data = batch;
#ifdef ARES_OPT_QUERY_CACHE
	mask |= ARES_OPT_QUERY_CACHE;
	opts.qcache_max_ttl = 0;
#endif
	ret = ares_library_init(ARES_LIB_INIT_ALL);
	if (ret != ARES_SUCCESS)
		return ret;
	ret = ares_init_options(&batch->channel, &opts, mask);
	if (ret != ARES_SUCCESS) {
		ares_library_cleanup();
		return ret;
	}
	batch->silent_after = bounce_dns_now() + opts.timeout;
	ret = dns_batch_set_servers(batch);
	if (ret != ARES_SUCCESS)
		dns_batch_deinit(batch);
	return ret;
}

static int dns_batch_poll_msecs(struct dns_batch *batch, uint64_t msecs)
{
	struct timeval tv, *next = ares_timeout(batch->channel, NULL, &tv);

	/* c-ares 1.18 leaves out what is less than a millisecond: without one
	   more it would be called again and again until that has passed */
	if (next != NULL) {
		msecs = I_MIN(msecs, next->tv_sec * 1000ULL +
			      next->tv_usec / 1000 + 1);
	}
	return I_MIN(msecs, INT_MAX);
}

/* Handle the events of one socket. */
static void
dns_batch_process_fd(struct dns_batch *batch, const struct pollfd *pfd)
{
	bool error = (pfd->revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
	unsigned int pending = batch->pending;
	struct ip_addr ip;
	in_port_t port;
	bool known;

	/* get the peer first, because c-ares may close the socket */
	known = !error && net_getpeername(pfd->fd, &ip, &port) == 0;
	ares_process_fd(batch->channel,
			(pfd->revents & POLLIN) != 0 || error ?
				pfd->fd : ARES_SOCKET_BAD,
			(pfd->revents & POLLOUT) != 0 ?
				pfd->fd : ARES_SOCKET_BAD);
	if (known && batch->pending < pending)
		dns_batch_prefer(batch, &ip, port);
}

static void dns_batch_process(struct dns_batch *batch)
{
	ARRAY(struct pollfd) ready;
	const struct pollfd *pfd;

	/* work on a copy, as c-ares opens and closes sockets meanwhile */
	t_array_init(&ready, array_count(&batch->fds));
	array_append_array(&ready, &batch->fds);

	array_foreach(&ready, pfd) {
		if (pfd->revents != 0)
			dns_batch_process_fd(batch, pfd);
	}
	/* let c-ares handle timeouts */
	ares_process_fd(batch->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static void dns_batch_run(struct dns_batch *batch, uint64_t deadline)
{
	struct pollfd *fds;
	unsigned int count;
	uint64_t now;
	int msecs;

	while (batch->pending > 0 && (now = bounce_dns_now()) < deadline) {
		msecs = dns_batch_poll_msecs(batch, deadline - now);
		fds = array_get_modifiable(&batch->fds, &count);
		if (poll(fds, count, msecs) < 0) {
			if (errno == EINTR)
				continue;
			i_error("poll() failed: %m");
			break;
		}
		T_BEGIN {
			dns_batch_process(batch);
		} T_END;
	}
	/* this calls the callback of each pending query */
	ares_cancel(batch->channel);
}

static void
dns_batch_ask(struct dns_batch *batch, struct bounce_dns_query *queries,
	      unsigned int count, uint64_t deadline)
{
	struct dns_ask *asks = p_new(batch->pool, struct dns_ask, count);
	unsigned int i;

	i_array_init(&batch->fds, 4);
	batch->pending = count;
	for (i = 0; i < count; i++) {
		asks[i].batch = batch;
		asks[i].query = &queries[i];
		dns_ask_send(&asks[i]);
	}
	dns_batch_run(batch, deadline);
	dns_batch_deinit(batch);
	i_assert(batch->pending == 0);
	array_free(&batch->fds);
}

void bounce_dns_lookup(struct bounce_dns *dns, pool_t pool,
		       struct bounce_dns_query *queries, unsigned int count,
		       uint64_t deadline)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
	struct dns_batch batch = { .dns = dns, .pool = pool };
	uint64_t now = bounce_dns_now();
	int ret = ARES_ETIMEOUT;
	unsigned int i;

	if (count == 0)
		return;
	if (now < deadline)
		ret = dns_batch_init(&batch, deadline - now);
	if (ret != ARES_SUCCESS) {
		for (i = 0; i < count; i++)
			dns_query_fail(dns, pool, &queries[i], ret);
		return;
	}
	/* c-ares 1.18 writes to TCP without MSG_NOSIGNAL */
	if (sigaction(SIGPIPE, &ignore, &old) < 0)
		i_fatal("sigaction(SIGPIPE) failed: %m");
	dns_batch_ask(&batch, queries, count, deadline);
	if (sigaction(SIGPIPE, &old, NULL) < 0)
		i_fatal("sigaction(SIGPIPE) failed: %m");
}
